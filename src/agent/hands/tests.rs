//! What the hands do in a tree, and what they refuse.

use super::*;
use crate::sys::file::write_atomic;
use serde_json::json;

/// Has a tree's hands do something.
fn does(root: &Path, tool: &str, args: Value) -> Answer {
    let Value::Object(args) = args else {
        panic!("no object")
    };
    let call = Call {
        tool: tool.to_owned(),
        args,
    };
    let mut line = serde_json::to_vec(&call).unwrap();
    line.push(b'\n');
    let mut out = Vec::new();
    serve_in(root, line.as_slice(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn ok(text: &str) -> Answer {
    Answer {
        ok: true,
        text: text.to_owned(),
    }
}

fn no(text: &str) -> Answer {
    Answer {
        ok: false,
        text: text.to_owned(),
    }
}

fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("src/.git")).unwrap();
    write_atomic(&dir.path().join("src/a.rs"), b"one\ntwo\ntwo\n", 0o644).unwrap();
    write_atomic(&dir.path().join(".gitignore"), b"*.log\n", 0o644).unwrap();
    write_atomic(&dir.path().join("b.log"), b"two\n", 0o644).unwrap();
    dir
}

#[test]
fn files_are_read_by_line() {
    let dir = tree();
    let read = |args| does(dir.path(), "read", args);
    assert_eq!(read(json!({"path": "src/a.rs"})), ok("1\tone\n2\ttwo\n3\ttwo\n"));
    assert_eq!(
        read(json!({"path": "src/a.rs", "first": 2, "last": 2})),
        ok("2\ttwo\n")
    );
    assert_eq!(
        read(json!({"path": "src/a.rs", "first": 9})),
        ok("the file has 3 lines")
    );
    assert_eq!(
        read(json!({"path": "src"})).text,
        "it is not a file: `list` shows a directory"
    );
    assert!(!read(json!({"path": "no"})).ok);
    assert_eq!(
        read(json!({})),
        no("the argument `path` is missing, or is no text")
    );
}

#[test]
fn the_tree_is_searched_without_what_git_ignores() {
    let dir = tree();
    assert_eq!(does(dir.path(), "list", json!({})), ok(".gitignore\nb.log\nsrc/"));
    assert_eq!(
        does(dir.path(), "glob", json!({"pattern": "**/*.{rs,log}"})),
        ok("src/a.rs")
    );
    let found = does(dir.path(), "grep", json!({"pattern": "^tw"}));
    assert_eq!(found, ok("src/a.rs:2: two\nsrc/a.rs:3: two"));
    assert!(!does(dir.path(), "grep", json!({"pattern": "("})).ok);
}

#[test]
fn an_edit_is_exact_or_nothing() {
    let dir = tree();
    let edit = |old: &str, all: bool| {
        does(
            dir.path(),
            "edit",
            json!({"path": "src/a.rs", "old": old, "new": "x", "all": all}),
        )
    };
    assert_eq!(
        edit("two", false).text,
        "`old` stands in the file 2 times: give more lines around it, or set `all`"
    );
    assert_eq!(
        edit("three", false).text,
        "`old` does not stand in the file: read it again, and copy exactly"
    );
    assert!(!edit("", false).ok);
    assert_eq!(edit("one", false), ok("replaced"));
    assert_eq!(edit("two", true), ok("replaced 2 times"));
    assert_eq!(
        std::fs::read_to_string(dir.path().join("src/a.rs")).unwrap(),
        "x\nx\nx\n"
    );
    assert_eq!(
        does(
            dir.path(),
            "write",
            json!({"path": "new/c.txt", "content": "c\n"})
        ),
        ok("written: 2 bytes")
    );
    assert_eq!(
        std::fs::read_to_string(dir.path().join("new/c.txt")).unwrap(),
        "c\n"
    );
}

#[test]
fn lines_are_replaced_without_being_quoted() {
    let dir = tree();
    let edit = |first: u64, last: u64, new: &str| {
        does(
            dir.path(),
            "edit",
            json!({"path": "src/a.rs", "first": first, "last": last, "new": new}),
        )
    };
    assert_eq!(edit(2, 4, "x"), no("there are no lines 2 to 4: the file has 3"));
    assert!(!edit(0, 1, "x").ok && !edit(3, 2, "x").ok);
    assert_eq!(edit(2, 3, "x"), ok("replaced the lines 2 to 3"));
    assert_eq!(
        std::fs::read_to_string(dir.path().join("src/a.rs")).unwrap(),
        "one\nx\n"
    );
    assert_eq!(edit(1, 1, ""), ok("replaced the lines 1 to 1"));
    assert_eq!(
        std::fs::read_to_string(dir.path().join("src/a.rs")).unwrap(),
        "x\n"
    );
}

#[cfg(unix)]
#[test]
fn a_program_stays_executable_when_it_is_edited() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tree();
    let path = dir.path().join("src/a.rs");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    does(
        dir.path(),
        "edit",
        json!({"path": "src/a.rs", "old": "one", "new": "x"}),
    );
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o755
    );
}

#[test]
fn paths_stay_in_the_tree() {
    let dir = tree();
    let read = |path: &str| does(dir.path(), "read", json!({"path": path})).text;
    assert_eq!(read("../x"), "`../x` does not lie in the tree");
    assert_eq!(read("/etc/passwd"), "`/etc/passwd` does not lie in the tree");
    assert_eq!(
        read("src/.git/config"),
        "`.git` is changed with git alone, through `run`"
    );
    let whole = dir.path().join("src/a.rs").display().to_string();
    assert!(read(&whole).starts_with("1\tone"));
}

#[cfg(unix)]
#[test]
fn a_command_says_what_it_wrote_and_how_it_ended() {
    let dir = tree();
    let run = |args| does(dir.path(), "run", args);
    assert_eq!(
        run(json!({"command": "cat src/a.rs"})),
        ok("standard output:\none\ntwo\ntwo\n\nit ended well")
    );
    assert_eq!(
        run(json!({"command": "echo no >&2; exit 3"})),
        no("standard error:\nno\n\nit ended with code 3")
    );
    let slow = run(json!({"command": "sleep 30", "seconds": 1}));
    assert_eq!(
        slow,
        no("it was ended after 1 s: give more `seconds`, or do less")
    );
    assert_eq!(run(json!({"command": "true"})), ok("it ended well"));
}

#[test]
fn rubbish_is_answered() {
    let dir = tree();
    let mut out = Vec::new();
    serve_in(
        dir.path(),
        b"{\n[]\n{\"tool\":\"fly\",\"args\":{}}\n".as_slice(),
        &mut out,
    )
    .unwrap();
    let lines: Vec<Answer> = out
        .split(|b| *b == b'\n')
        .filter_map(|l| serde_json::from_slice(l).ok())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| !line.ok));
    assert_eq!(lines[2].text, "there is no tool `fly`");
}

#[test]
fn a_long_answer_loses_its_middle() {
    let long = "é".repeat(LONGEST_ANSWER);
    let short = text::shorten(&long, 1000);
    assert!(
        short.contains("bytes left out]") && short.len() < 1100,
        "{}",
        short.len()
    );
}
