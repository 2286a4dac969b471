//! Tools that read.

use super::text::one_line;
use ignore::WalkBuilder;
use regex_automata::meta::Regex;
use serde_json::{Map, Value};
use std::fmt::Write;
use std::path::Path;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// The most lines that are shown of a file at once.
const LINES: usize = 1500;
/// The most names or places that are listed.
const LISTED: usize = 400;
/// The longest line that a search shows, in characters.
const LONGEST_LINE: usize = 300;
/// The most bytes that a compiled expression may take.
const EXPRESSION: usize = 4 << 20;

/// Shows the lines of a file with their numbers.
pub fn read(path: &Path, args: &Map<String, Value>) -> Result<String, String> {
    let text = text_at(path)?;
    let number = |name: &str| args.get(name).and_then(Value::as_u64);
    let first = number("first").unwrap_or(1).max(1) as usize;
    let last = number("last").filter(|last| *last > 0).unwrap_or(u64::MAX) as usize;
    let total = text.lines().count();
    let mut shown = String::new();
    let chosen = text.lines().enumerate().skip(first - 1);
    for (at, line) in chosen.take(last.saturating_sub(first - 1).min(LINES)) {
        let _ = writeln!(shown, "{}\t{line}", at + 1);
    }
    if shown.is_empty() {
        return Ok(format!("the file has {total} lines"));
    }
    if last.min(total) > first - 1 + LINES {
        let _ = writeln!(shown, "[{total} lines in all: read on with `first`]");
    }
    Ok(shown)
}

/// Returns the text of a file.
pub fn text_at(path: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if !meta.is_file() {
        return Err("it is not a file: `list` shows a directory".to_owned());
    }
    let bytes = crate::sys::file::read(path, LARGEST).map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())
}

/// Shows the names in a directory.
pub fn list(path: &Path) -> Result<String, String> {
    let entries = std::fs::read_dir(path).map_err(|e| e.to_string())?;
    let mut names: Vec<String> = Vec::new();
    for entry in entries.flatten() {
        let name = one_line(&entry.file_name().to_string_lossy(), 250);
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if name != ".git" {
            names.push(if is_dir { name + "/" } else { name });
        }
    }
    names.sort();
    Ok(listed(names, "it is empty"))
}

/// Shows the files whose paths fit a pattern.
pub fn glob(root: &Path, pattern: &str) -> Result<String, String> {
    let mut found: Vec<String> = Vec::new();
    for path in files(root, root) {
        let path = path.to_string_lossy();
        if fast_glob::glob_match(pattern, path.as_ref()) {
            found.push(one_line(&path, 500));
        }
    }
    found.sort();
    Ok(listed(found, "no file fits"))
}

/// Shows the lines that fit an expression.
pub fn grep(root: &Path, pattern: &str, below: &Path) -> Result<String, String> {
    let config = Regex::config().nfa_size_limit(Some(EXPRESSION));
    let regex = Regex::builder().configure(config).build(pattern);
    let regex = regex.map_err(|e| format!("the expression cannot be used: {e}"))?;
    let mut found = Vec::new();
    for path in files(root, below) {
        let Ok(text) = text_at(&root.join(&path)) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            if found.len() <= LISTED && regex.is_match(line) {
                let path = path.to_string_lossy();
                found.push(format!("{path}:{}: {}", at + 1, one_line(line, LONGEST_LINE)));
            }
        }
        if found.len() > LISTED {
            break;
        }
    }
    Ok(listed(found, "no line fits"))
}

/// Returns the files below a place by their paths from the root, those that git ignores left out.
fn files<'a>(root: &'a Path, below: &Path) -> impl Iterator<Item = std::path::PathBuf> + use<'a> {
    let walk = WalkBuilder::new(below)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let files = walk
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    files.filter_map(move |entry| Some(entry.path().strip_prefix(root).ok()?.to_owned()))
}

fn listed(mut lines: Vec<String>, nothing: &str) -> String {
    if lines.is_empty() {
        return nothing.to_owned();
    }
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    if more > 0 {
        lines.push("[more left out: ask for less]".to_owned());
    }
    lines.join("\n")
}
