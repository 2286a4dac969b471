//! Reads a unified diff into the ground that claims are held against.
//!
//! Bodies of hunks are counted by their headers, so that a line such as `--- a` or `@@ -1 +1 @@` in the
//! content is never taken for a part of the diff.

use pantheon::model::Hunk;
use pantheon::validators::ground::{Ground, GroundFile};
use std::ops::Range;

/// Reads a diff as git writes it. What is no text, such as a binary file, has no lines.
pub fn parse(diff: &str) -> Ground {
    let mut lines = diff.split('\n').peekable();
    let mut files: Vec<GroundFile> = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(paths) = line.strip_prefix("diff --git ") {
            files.push(GroundFile {
                path: path_of_header(paths),
                ..GroundFile::default()
            });
            continue;
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        if let Some(header) = line.strip_prefix("@@ -").and_then(header) {
            body(file, header, &mut lines);
        } else {
            describe(file, line);
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ground { files }
}

/// Takes what a line between the header of a file and its hunks says about its paths.
fn describe(file: &mut GroundFile, line: &str) {
    if let Some(path) = line.strip_prefix("+++ ").and_then(|path| side(path, "b/")) {
        file.path = path;
    } else if let Some(path) = line.strip_prefix("--- ").and_then(|path| side(path, "a/")) {
        // A file that is gone is known by the path that it had.
        file.old_path = (path != file.path).then_some(path);
    } else if let Some(path) = line.strip_prefix("rename from ") {
        file.old_path = Some(unquoted(path));
    } else if let Some(path) = line.strip_prefix("rename to ") {
        file.path = unquoted(path);
    }
}

/// The path behind `a/` and ` b/`, which are equal unless other lines say more.
fn path_of_header(paths: &str) -> String {
    let half = paths.len() / 2;
    let second = paths.get(half + 1..).unwrap_or_default();
    side(second, "b/").unwrap_or_default()
}

fn side(path: &str, prefix: &str) -> Option<String> {
    let path = unquoted(path.trim_end_matches(['\t', '\r']));
    path.strip_prefix(prefix).map(str::to_owned)
}

/// A path that git quoted has its simple escapes read; octal ones stay as they are.
fn unquoted(path: &str) -> String {
    match path.strip_prefix('"').and_then(|path| path.strip_suffix('"')) {
        None => path.to_owned(),
        Some(path) => path.replace("\\\"", "\"").replace("\\\\", "\\"),
    }
}

/// How many lines a hunk has on each side, and the first, from 0.
struct Header {
    old: Range<u32>,
    new: Range<u32>,
}

/// Reads `1,2 +3,4 @@ ...`.
fn header(text: &str) -> Option<Header> {
    let (ranges, _) = text.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    Some(Header {
        old: range(old)?,
        new: range(new)?,
    })
}

/// Reads `3,4`; an empty range names the line before it.
fn range(text: &str) -> Option<Range<u32>> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    let (start, count): (u32, u32) = (start.parse().ok()?, count.parse().ok()?);
    let start = if count == 0 { start } else { start.checked_sub(1)? };
    Some(start..start.checked_add(count)?)
}

fn body<'a>(file: &mut GroundFile, header: Header, lines: &mut impl Iterator<Item = &'a str>) {
    let shown = header.new.start + 1..header.new.end + 1;
    let (mut old, mut new) = (header.old.start, header.new.start);
    let mut run: Option<(u32, u32)> = None;
    while old < header.old.end || new < header.new.end {
        let Some(line) = lines.next() else {
            break;
        };
        let (mark, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        if mark == "\\" {
            continue;
        }
        if mark == " " {
            close(file, run.take(), old, new);
        } else {
            run.get_or_insert((old, new));
        }
        let text = text.strip_suffix('\r').unwrap_or(text);
        if mark != "+" {
            old += 1;
            file.old.insert(old, text.to_owned());
        }
        if mark != "-" {
            new += 1;
            file.new.insert(new, text.to_owned());
        }
    }
    close(file, run, old, new);
    if !shown.is_empty() {
        file.shown.push(shown);
    }
}

fn close(file: &mut GroundFile, run: Option<(u32, u32)>, old: u32, new: u32) {
    if let Some((first_old, first_new)) = run {
        file.hunks.push(Hunk {
            old: first_old..old,
            new: first_new..new,
        });
    }
}
