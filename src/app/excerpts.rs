//! The diff around findings, read again for formats that show it.

use super::review::{Judged, Seen};
use super::validate::Secrets;
use crate::engine::{Sheet, excerpt};
use crate::git;
use crate::model::{FileChange, Hunk, Region, Side, Source};
use crate::report::Excerpts;
use bstr::ByteSlice;

// Nobody reads the diff of a larger file, and to search it for secrets takes its time.
const LARGEST: u64 = 1024 * 1024;

/// Returns the lines of the diff around findings, with the secrets of both sides replaced.
///
/// Where the report was read, or a side of a file cannot be, there are none: what the report itself says is
/// shown then.
#[must_use]
pub fn of(judged: &Judged) -> Excerpts {
    let mut excerpts = Excerpts::default();
    let Some(seen) = &judged.seen else {
        return excerpts;
    };
    let secrets = Secrets::with_own(&seen.own);
    for (path, regions) in Excerpts::wanted(&judged.report) {
        let files = &seen.change.files;
        if let Ok(at) = files.binary_search_by(|file| file.path.as_bstr().cmp(path)) {
            add(&mut excerpts, seen, &secrets, &files[at], &regions);
        }
    }
    excerpts
}

fn add(excerpts: &mut Excerpts, seen: &Seen, secrets: &Secrets, file: &FileChange, regions: &[Region]) {
    let read = |side: &Option<Side>| match side.filter(|side| side.kind.is_file()) {
        Some(side) => seen.repo.blob(side.id, LARGEST).ok(),
        None => Some(Vec::new()),
    };
    let (Some(old), Some(new)) = (read(&file.old), read(&file.new)) else {
        return;
    };
    if [&old, &new].iter().any(|text| text.contains(&0)) {
        return;
    }
    // A tree has no diff: nothing in it is new.
    let hunks: Vec<Hunk> = match seen.change.source {
        Source::Tree(_) => Vec::new(),
        _ => git::hunks(&old, &new),
    };
    let path = file.path.as_bstr();
    let was = file.old_path.as_ref().map_or(path, |path| path.as_bstr());
    let (old, new) = (
        Sheet::new(&old, secrets.find(was, &old)),
        Sheet::new(&new, secrets.find(path, &new)),
    );
    for region in regions {
        excerpts.add(path, *region, excerpt(&old, &new, &hunks, *region));
    }
}
