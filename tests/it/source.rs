//! The files of this repository, for the tests that read them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that git tracks.
pub struct Source {
    /// Its path from the root of the repository.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the repository.
#[track_caller]
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The program's own files: what lies under `src/` and is no test.
pub fn program() -> Vec<Source> {
    let mut files = below("src", "rs");
    files.retain(|path| !is_test(path));
    files.into_iter().map(|path| Source { text: read(&path), path }).collect()
}

/// Whether a file is compiled for tests alone: its parent declares it below `#[cfg(test)]`.
fn is_test(path: &str) -> bool {
    Path::new(path).ancestors().any(|file| {
        let (Some(name), Some(dir)) = (file.file_stem(), file.parent()) else {
            return false;
        };
        let declared = format!("#[cfg(test)]\nmod {};", name.to_string_lossy());
        let parents = [dir.join("mod.rs"), dir.join("lib.rs"), dir.with_extension("rs")];
        parents.iter().any(|parent| {
            std::fs::read_to_string(root().join(parent)).is_ok_and(|text| text.contains(&declared))
        })
    })
}

/// The paths of the files below a directory that have this extension, sorted.
pub fn below(dir: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut dirs = vec![root().join(dir)];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(relative(&path));
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap();
    let parts = path.iter().map(|part| part.to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// The files that git tracks, or nothing where there is no git directory, as in a published package.
#[expect(clippy::disallowed_methods, reason = "a test asks git itself")]
pub fn tracked() -> Vec<PathBuf> {
    let asked = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Ok(listed) = asked else {
        return Vec::new();
    };
    let names = listed.stdout.split(|b| *b == 0).filter(|name| !name.is_empty());
    names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect()
}

/// Cuts off the tests at the end of a file.
pub fn without_tests(text: &str) -> String {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Takes the comments and the texts out of Rust code, so that only what is compiled is left.
pub fn without_words(code: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(code.len()), code);
    while let Some(c) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| quoted(rest, &out));
        match skipped {
            Some(len) => rest = &rest[len..],
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// The length of the comment that stands at the start, if one does.
fn comment(code: &str) -> Option<usize> {
    if code.starts_with("//") {
        return Some(code.find('\n').unwrap_or(code.len()));
    }
    let inner = code.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(code.len(), |at| at + 4))
}

/// The length of the text or character that stands at the start, if one does.
fn quoted(code: &str, before: &str) -> Option<usize> {
    if let Some(raw) = code.strip_prefix('r')
        && !before.ends_with(|c: char| c.is_alphanumeric() && c != 'b' || c == '_')
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let at = inner.find(&end)?;
        return Some(1 + hashes + 1 + at + end.len());
    }
    if code.starts_with('"') {
        return escaped_end(code, '"');
    }
    // A lone quote begins a lifetime.
    let inner = code.strip_prefix('\'')?;
    let is_char = inner.starts_with('\\') || inner.chars().nth(1) == Some('\'');
    if is_char { escaped_end(code, '\'') } else { None }
}

/// The length of a quoted run, given with its opening quote.
fn escaped_end(code: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in code.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[test]
fn comments_and_texts_are_taken_out() {
    let code = "a(\"crate::x \\\" //\"); // crate::y\nb<'a>('\"', '\\'', r#\"\"c\"#) /* d\n */ e";
    assert_eq!(without_words(code), "a(); \nb<'a>(, , )  e");
}

#[test]
fn a_file_of_tests_is_known() {
    assert!(is_test("src/report/tests.rs"));
    assert!(is_test("src/rules/testing/mod.rs"));
    assert!(!is_test("src/report/json.rs"));
}
