//! What programs leave behind: build output, caches, editor files.

use super::is_new_path;
use crate::check::{ChangeView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place::show;
use bstr::{BStr, ByteSlice};
use std::borrow::Cow::Borrowed;
use std::collections::BTreeMap;

/// Finds added files that a program can make again. A directory of them is one finding.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/build-output"),
        summary: Borrowed("build output, caches or editor files"),
        why: Borrowed(
            "Such files differ on every machine, bloat every clone and hide the change among them.",
        ),
        fix: Borrowed("Run `git rm -r --cached <path>` and add the name to `.gitignore`."),
        bad: Borrowed("node_modules/left-pad/index.js\n.DS_Store"),
        good: Borrowed("package.json\npackage-lock.json"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Change(check),
};

/// Directories that only programs write.
const DIRECTORIES: &[&str] = &[
    "node_modules",
    "bower_components",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".venv",
    ".gradle",
    ".terraform",
    ".next",
    ".nuxt",
    ".parcel-cache",
    ".dart_tool",
    ".eggs",
];

/// Files that only programs write.
const FILES: &[&str] = &[
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "npm-debug.log",
    "yarn-error.log",
    ".coverage",
];

/// Endings of files that only programs write.
const ENDINGS: &[&str] = &[
    ".pyc", ".pyo", ".class", ".o", ".obj", ".swp", ".swo", ".rlib", ".rmeta", ".gcda", ".gcno",
];

fn check(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let mut found: BTreeMap<&BStr, Output<'_>> = BTreeMap::new();
    for file in view.change.files.iter().filter(|f| is_new_path(f)) {
        let path = file.path.as_bstr();
        if let Some(root) = root(path) {
            found
                .entry(root)
                .or_insert(Output {
                    first: path,
                    files: 0,
                })
                .files += 1;
        }
    }
    for (root, output) in found {
        let severity = if is_fixture(root) {
            Severity::Low
        } else {
            Severity::Medium
        };
        sink.on_path(output.first, message(root, &output))
            .severity(severity)
            .help("run `git rm -r --cached` on it and add it to `.gitignore`");
    }
}

/// Files below one directory, or one file.
struct Output<'a> {
    first: &'a BStr,
    files: usize,
}

fn message(root: &BStr, output: &Output<'_>) -> String {
    let name = show(root);
    match output.files {
        _ if root == output.first => format!("`{name}` is made by a program"),
        1 => format!("`{name}/` is made by a program; one file of it is added"),
        files => format!("`{name}/` is made by a program; {files} files of it are added"),
    }
}

/// Returns the directory that a program made and that holds the path, or the path itself.
fn root(path: &BStr) -> Option<&BStr> {
    let mut start = 0;
    for end in memchr::memchr_iter(b'/', path) {
        let dir = &path[start..end];
        if DIRECTORIES.iter().any(|d| dir == d.as_bytes()) || is_target(path, start, end) {
            return Some(path[..end].as_bstr());
        }
        start = end + 1;
    }
    let name = &path[start..];
    let is_file = FILES.iter().any(|f| name == f.as_bytes());
    let is_ending = ENDINGS
        .iter()
        .any(|e| name.len() > e.len() && name.ends_with(e.as_bytes()));
    let is_workspace = path == ".idea/workspace.xml" || path.ends_with(b"/.idea/workspace.xml");
    (is_file || is_ending || is_workspace).then_some(path)
}

/// Whether the part of the path is `debug` or `release` in `target`, where Cargo builds.
fn is_target(path: &BStr, start: usize, end: usize) -> bool {
    let is_profile = matches!(path[start..end].as_bytes(), b"debug" | b"release");
    let before = &path[..start];
    is_profile && (before == &b"target/"[..] || before.ends_with(b"/target/"))
}

/// Programs that look for such files need some to be tested with.
fn is_fixture(path: &BStr) -> bool {
    const NAMES: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "fixtures",
        "fixture",
        "testdata",
        "spec",
        "examples",
    ];
    path.split(|b| *b == b'/')
        .any(|dir| NAMES.iter().any(|n| dir == n.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn a_directory_is_one_finding() {
        let case = case().file("a/node_modules/b/c.js", None::<&str>, Some("")).file(
            "a/node_modules/d.js",
            None::<&str>,
            Some(""),
        );
        assert_eq!(case.run(&RULE), [
            "medium a/node_modules/b/c.js: `a/node_modules` is made by a program; 2 files of it are added"
                .replace("modules` is", "modules/` is")
        ]);
        assert_eq!(
            added(&RULE, "target/debug/a.d", ""),
            ["medium target/debug/a.d: `target/debug/` is made by a program; one file of it is added"]
        );
    }

    #[test]
    fn files_are_found() {
        for path in [
            ".DS_Store",
            "a/b.pyc",
            "x/Main.class",
            ".a.rs.swp",
            "a/.idea/workspace.xml",
            "lib/a.o",
        ] {
            assert_eq!(
                added(&RULE, path, ""),
                [format!("medium {path}: `{path}` is made by a program")]
            );
        }
        assert_eq!(
            added(&RULE, "tests/a.class", ""),
            ["low tests/a.class: `tests/a.class` is made by a program"]
        );
    }

    #[test]
    fn sources_are_fine() {
        for path in [
            "target/debugger.rs",
            "src/debug/a.rs",
            "dist/a.js",
            "build/a",
            ".o",
            "o",
            "node_modules",
            ".idea/a.xml",
        ] {
            assert!(added(&RULE, path, "").is_empty(), "{path}");
        }
        assert!(modified(&RULE, "a.pyc", "", "x").is_empty());
        assert!(deleted(&RULE, "a.pyc", "").is_empty());
    }
}
