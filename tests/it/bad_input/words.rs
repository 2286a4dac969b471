//! Words on the command line and on standard input.

use super::{Repo, is_plain, refuses, staged};

#[test]
fn revisions_that_do_not_exist() {
    let repo = staged();
    let tries: [(&[&str], &str); 5] = [
        (&["review", "nope"], "nope"),
        (&["review", "nope..HEAD"], "nope"),
        (&["review", "--commit", "nope"], "nope"),
        (
            &["review", "--tree", "0123456789012345678901234567890123456789"],
            "0123456789012345678901234567890123456789",
        ),
        (&["review", "\u{1b}[31mred"], "\\x1b[31mred"),
    ];
    for (args, name) in tries {
        let hint = "`git log --oneline --all` lists what there is";
        refuses(
            &repo.run(args),
            &format!("error: `{name}` names no commit in this repository\n hint: {hint}\n"),
        );
    }
}

#[test]
fn revision_that_looks_like_an_option_is_none() {
    let repo = staged();
    for name in [
        "--output=pwned",
        "-opwned",
        "--upload-pack=touch pwned",
        "HEAD --output=pwned",
    ] {
        let ran = repo.run(&["review", "--commit", name]);
        assert_eq!(ran.code, 2, "{ran}");
        let ran = repo.run(&["review", "--", name]);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(!repo.has("pwned"));
    }
}

#[test]
fn rubbish_from_git_is_refused() {
    let repo = staged();
    let zero = "0".repeat(40);
    let tries: [(&[u8], usize); 6] = [
        (b"rubbish\n", 1),
        (b"\x1b[31m a b c\n", 1),
        (b"\xff\xfe\0\0 \0 \0 \0\n", 1),
        (b"refs/heads/a 1234 refs/heads/a 5678\n", 1),
        (b"refs/heads/a zz refs/heads/a zz", 1),
        (b"\n\n   \nrubbish", 4),
    ];
    for (input, line) in tries {
        refuses(
            &repo.run_with(&["hook", "pre-push", "origin", "url"], input),
            &format!(
                "error: line {line} on standard input is not `<ref> <object> <ref> <object>`\n hint: this command is \
                 for git's pre-push hook, which writes those lines\n"
            ),
        );
    }
    let absent = format!("refs/heads/a {} refs/heads/a {zero}\n", "1".repeat(40));
    refuses(
        &repo.run_with(&["hook", "pre-push", "origin", "url"], absent.as_bytes()),
        &format!(
            "error: object {} is missing from this repository\n hint: `git fetch --refetch` brings what a partial \
             clone left out\n",
            "1".repeat(40)
        ),
    );
}

#[test]
fn blob_that_is_pushed_is_no_history() {
    let repo = staged();
    let blob = repo.git(&["rev-parse", "HEAD:notes.txt"]);
    let line = format!("refs/tags/a {blob} refs/tags/a {}\n", "0".repeat(40));
    let ran = repo.run_with(&["hook", "pre-push", "origin", "url"], line.as_bytes());
    assert_ne!(ran.code, super::PANIC, "{ran}");
    is_plain(&ran);
}

#[test]
fn hooks_without_what_git_gives_them() {
    let repo = staged();
    refuses(
        &repo.run(&["hook", "commit-msg"]),
        "error: commit-msg needs the file that holds the message\n hint: git gives it to the hook\n",
    );
    refuses(
        &repo.run(&["hook", "commit-msg", "missing"]),
        "error: `missing` cannot be read: No such file or directory (os error 2)\n hint: check that it exists and can \
         be read\n",
    );
    let usage = "Usage: pantheon hook <HOOK> [ARGS]...\n\nFor more information, try '--help'.\n";
    refuses(
        &repo.run(&["hook"]),
        &format!("error: the following required arguments were not provided:\n  <HOOK>\n\n{usage}"),
    );
    refuses(
        &repo.run(&["hook", "nope"]),
        "error: invalid value 'nope' for '<HOOK>'\n  [possible values: pre-commit, commit-msg, pre-push]\n\nFor more \
         information, try '--help'.\n",
    );
    for args in [
        &["hook", "pre-commit", "--shim"][..],
        &["hook", "pre-commit", "--shim", "/nowhere/x", "--"],
    ] {
        let ran = repo.run(args);
        assert_ne!(ran.code, super::PANIC, "{ran}");
        is_plain(&ran);
    }
}

#[test]
fn assignments_that_cannot_be_used() {
    let repo = staged();
    let set = |assignment: &str| repo.run(&["review", "--staged", "--set", assignment]);
    refuses(
        &set("gates.manual.blok=\"low\""),
        "error: --set: unknown key `blok` in `gates.manual`; did you mean `block`?\n",
    );
    for assignment in [
        "=",
        "nothing",
        "gates.manual.block",
        "\u{1b}[31m=1",
        "a.b.c.d.e.f=1",
    ] {
        let ran = set(assignment);
        assert_eq!(ran.code, 2, "{assignment}: {ran}");
        is_plain(&ran);
    }
}

#[test]
fn message_with_escape_sequences_is_shown_and_not_sent() {
    let repo = Repo::new();
    let text = "\u{1b}]0;pwned\u{7} the subject\r\n\u{202e}no blank line\u{1b}[31m\u{9b}2J\n";
    repo.write("message", text);
    let ran = repo.run(&["hook", "commit-msg", "message"]);
    is_plain(&ran);
    assert!(
        ran.stderr
            .contains("\n2 | <U+202E>no blank line\\x1b[31m<U+009B>2J\n"),
        "{ran}"
    );
    assert!(!ran.stderr.contains(['\u{202e}', '\u{9b}']), "{ran}");
}

#[test]
fn message_that_is_rubbish_does_no_harm() {
    let repo = Repo::new();
    for bytes in [
        &b"\0\0\0\xff\xfe\n\n\n"[..],
        b"#",
        b"",
        b"\n\n",
        &[b'\r'; 5000],
        &[0xc3; 70000],
    ] {
        repo.write("message", bytes);
        let ran = repo.run(&["hook", "commit-msg", "message"]);
        is_plain(&ran);
        assert!(ran.code == 0 || ran.code == 1, "{ran}");
    }
}
