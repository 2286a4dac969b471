//! Which added path holds what another path of the same change held before: what `git diff -C` calls a
//! copy. What `git diff` by default calls a rename stays one.
//!
//! A copy keeps all of its lines as added: content that stands in one more place is new there. So nobody
//! who judges needs to know of copies, and only those who show a change look for them.

use super::renames::{ENOUGH, LIMIT, Spans, class, file_name, keep};
use crate::model::{FileChange, Oid, Side, Status};
use bstr::BString;

/// A path of the change before it.
struct Source {
    path: BString,
    side: Side,
}

/// Marks added files as copies of what other paths of the change held. `read` gives the content of a
/// blob, or nothing if it cannot be read.
pub fn mark(files: &mut [FileChange], read: &dyn Fn(Oid) -> Option<Vec<u8>>) {
    let sources = sources(files);
    let is_target = |file: &&mut FileChange| file.status == Status::Added;
    let targets: Vec<&mut FileChange> = files.iter_mut().filter(is_target).collect();
    if sources.is_empty() || targets.is_empty() {
        return;
    }
    let mut rest = Vec::new();
    for target in targets {
        match target.new.and_then(|new| equal(&sources, target, new)) {
            Some(source) => record(target, source),
            None => rest.push(target),
        }
    }
    mark_similar(&sources, rest, read);
}

/// Returns what the changed paths held, ordered by path. What is gone without a new name has nothing that
/// resembles it.
fn sources(files: &[FileChange]) -> Vec<Source> {
    let stays = files.iter().filter(|file| file.status != Status::Deleted);
    let mut sources: Vec<Source> = stays
        .filter_map(|file| {
            Some(Source {
                side: file.old?,
                path: file.old_path.as_ref().unwrap_or(&file.path).clone(),
            })
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn record(target: &mut FileChange, source: &Source) {
    target.status = Status::Copied;
    target.old_path = Some(source.path.clone());
}

/// Finds a source with the very same content, better one of the same name.
fn equal<'s>(sources: &'s [Source], target: &FileChange, new: Side) -> Option<&'s Source> {
    let same = |s: &&Source| s.side.id == new.id && class(s.side.kind) == class(new.kind);
    let mut found = sources.iter().filter(same);
    let first = found.clone().next();
    found.find(|s| has_same_name(s, target)).or(first)
}

fn has_same_name(source: &Source, target: &FileChange) -> bool {
    file_name(&source.path) == file_name(&target.path)
}

fn mark_similar(sources: &[Source], targets: Vec<&mut FileChange>, read: &dyn Fn(Oid) -> Option<Vec<u8>>) {
    // As for renames, too many pairs are not compared.
    if targets.is_empty() || sources.len() * targets.len() > LIMIT * LIMIT {
        return;
    }
    let spans = |side: Side| side.kind.is_file().then(|| read(side.id)).flatten();
    let old: Vec<Option<Spans>> = sources
        .iter()
        .map(|source| spans(source.side).map(|bytes| Spans::new(&bytes)))
        .collect();
    for target in targets {
        let Some(new) = target.new.and_then(spans) else {
            continue;
        };
        if let Some(at) = most_similar(sources, &old, target, &Spans::new(&new)) {
            record(target, &sources[at]);
        }
    }
}

/// Returns the source that is most similar, of equals one with the same name, if it is similar enough.
fn most_similar(
    sources: &[Source],
    old: &[Option<Spans>],
    target: &FileChange,
    new: &Spans,
) -> Option<usize> {
    let mut best = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let Some(old) = &old[at] else { continue };
        let score = old.similarity(new, ENOUGH);
        keep(&mut best, (score, has_same_name(source, target), 0, at));
    }
    best.sort_by_key(|c| std::cmp::Reverse((c.0, c.1)));
    best.first().filter(|c| c.0 >= ENOUGH).map(|c| c.3)
}
