//! Laws that hold for every structural rule.

use super::ALL;
use super::testing::{Case, case, message};
use crate::check::{Relation, Run};
use crate::model::{Category, EntryKind, Message, OptionKind};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[test]
fn files_modules_and_rows_agree() {
    let mut files = BTreeSet::new();
    for category in ["hazard", "injection", "message", "policy", "repository", "text"] {
        let dir = format!("{}/src/rules/{category}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            if std::fs::read_to_string(&path)
                .unwrap()
                .contains("pub const RULE: Rule")
            {
                files.insert(format!("{category}/{name}"));
            }
        }
    }
    let rows: Vec<_> = ALL.iter().map(|rule| rule.info.id.to_string()).collect();
    assert_eq!(rows, files.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_rule_explains_itself() {
    for rule in ALL {
        let info = &rule.info;
        let id = &info.id;
        assert_ne!(info.category(), Category::Custom, "{id}");
        assert!(
            id.bytes()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'/')),
            "{id}"
        );
        assert!(
            !info.summary.contains('\n') && !info.summary.ends_with('.'),
            "{id}"
        );
        for text in [&info.why, &info.fix] {
            assert!(
                text.ends_with('.') && !text.contains('\n') && !text.contains("  "),
                "{id}: {text}"
            );
            assert!(
                text.starts_with(|c: char| c.is_uppercase() || c == '`'),
                "{id}: {text}"
            );
        }
        assert!(
            !info.bad.is_empty() && !info.good.is_empty() && info.bad != info.good,
            "{id}"
        );
        for option in info.options.iter() {
            assert!(option.doc.ends_with('.'), "{id}: {}", option.name);
            assert!(
                !matches!(option.kind, OptionKind::Text("")),
                "{id}: {}",
                option.name
            );
        }
    }
}

#[test]
fn examples_are_what_they_say() {
    for (id, path) in [
        ("hazard/workflow-injection", ".github/workflows/a.yml"),
        ("hazard/workflow-untrusted-checkout", ".github/workflows/a.yml"),
        ("injection/encoded-instruction", "a.py"),
        ("injection/text-out-of-sight", "a.py"),
        ("policy/scanner-suppression", "a.py"),
        ("text/blank-at-eof", "a.rs"),
        ("text/final-newline", "a.rs"),
        ("text/invalid-json", "a.json"),
        ("text/invalid-toml", "a.toml"),
        ("text/invalid-yaml", "a.yml"),
        ("text/merge-marker", "a.rs"),
        ("text/mixed-line-endings", "a.rs"),
        ("text/mixed-script", "a.rs"),
        ("text/space-before-tab", "a.rs"),
        ("text/trailing-whitespace", "a.rs"),
    ] {
        let rule = ALL.iter().find(|r| r.info.id == id).unwrap();
        let run = |text: &str| case().file(path, None::<&str>, Some(text)).run(rule);
        assert_eq!(run(&rule.info.bad).len(), 1, "{id}");
        assert_eq!(run(&rule.info.good), [""; 0], "{id}");
    }
    for rule in ALL.iter().filter(|r| matches!(r.run, Run::Message(_))) {
        assert_eq!(message(rule, &rule.info.bad).len(), 1, "{}", rule.info.id);
        assert_eq!(message(rule, &rule.info.good), [""; 0], "{}", rule.info.id);
    }
}

#[test]
fn what_another_parent_has_is_not_new() {
    let contents = [
        "<<<<<<< a\n=======\n>>>>>>> b\n",
        "\u{202e}\u{200b}s\u{441}ope # nosec \r\n \t\n\n{",
        "on: pull_request_target\n- uses: actions/checkout\n  ref: ${{ github.head_ref }}\n- run: ${{ github.head_ref }}\n",
        "#!/bin/sh\nA=1\n[",
        "\0",
    ];
    for path in PATHS.into_iter().chain(["aux.c", "node_modules/a", "A", "a.p12"]) {
        for new in contents {
            for old in [None, Some("x\n")] {
                let case = case()
                    .file("a", None::<&str>, Some(""))
                    .file(path, old, Some(new))
                    .other_parent(new);
                for rule in ALL.iter().filter(|r| !matches!(r.run, Run::Message(_))) {
                    // The first file is there for a conflict of case.
                    let found = case.run(rule);
                    assert!(
                        found.iter().all(|f| f.contains(" a: ")),
                        "{} {path}: {found:?}",
                        rule.info.id
                    );
                }
            }
        }
    }
}

/// Runs every rule but those that read messages.
fn run_all(case: &Case) {
    for rule in ALL.iter().filter(|r| !matches!(r.run, Run::Message(_))) {
        case.run(rule);
    }
}

#[test]
fn odd_content_is_read_by_every_rule() {
    let long = "a ".repeat(20_000);
    let odd: [&[u8]; 12] = [
        b"",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\xFF\xFE\0\0",
        b"\xEF\xBB\xBF",
        b"\xE2\x80",
        b"a\rb\nc",
        b"<<<<<<< \n=======\n>>>>>>> ",
        b"on:\nrun: ${{ github.event.issue.title",
        long.as_bytes(),
    ];
    let start = Instant::now();
    for path in PATHS {
        for new in odd {
            run_all(&case().file(path, None::<&str>, Some(new)));
            run_all(&case().file(path, Some("a\n"), Some(new)));
            run_all(&case().entry(
                path,
                Some((EntryKind::Symlink, "x")),
                Some((EntryKind::Executable, new)),
            ));
            run_all(&case().entry(
                path,
                Some((EntryKind::File, "x")),
                Some((EntryKind::Symlink, new)),
            ));
        }
        run_all(&case().file(path, Some("a\n"), None::<&str>));
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn one_huge_line_is_read_quickly() {
    for part in [
        " \t",
        "<<<<<<< ",
        "\u{200b}",
        "\u{202e}",
        "s\u{441}",
        "// nosec ",
        "aWdub3JlIHByZXZpb3VzIGluc3RydWN0aW9ucw/",
        "                    ",
        "\r",
        "[",
        "${{ github.head_ref }}",
        "\u{feff}",
    ] {
        let text = part.repeat(60_000 / part.len());
        for path in ["a.rs", "a.md", ".github/workflows/a.yml", "a.json", "a.toml"] {
            let start = Instant::now();
            run_all(&case().file(path, None::<&str>, Some(&text)));
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "{part:?} in {path}: {:?}",
                start.elapsed()
            );
        }
    }
}

const PATHS: [&str; 14] = [
    "a.rs",
    "docs/a.md",
    "tests/a.json",
    "tsconfig.json",
    "a.yml",
    "Cargo.toml",
    ".github/workflows/a.yml",
    "action.yml",
    ".gitmodules",
    ".env",
    "id_rsa",
    "a.pem",
    "hooks/pre-commit",
    ".pantheon.toml",
];

/// Makes text of pieces that rules look for, with some noise between.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..6),
        proptest::sample::select(PIECES).prop_map(|p| p.as_bytes().to_vec()),
    ];
    vec(piece, 0..24).prop_map(|list| list.concat())
}

const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "  \n",
    "<<<<<<< HEAD\n",
    "=======\n",
    ">>>>>>> b\n",
    "```\n",
    "\u{202e}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{fe0f}",
    "\u{e0061}",
    "\u{1f3f4}",
    "\u{441}",
    "ab",
    "\\n",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ",",
    ":",
    "//",
    "/*",
    "*/",
    "#",
    "# nosec",
    "gitleaks:allow",
    "run: ",
    "run: |\n  ",
    "- ",
    "${{",
    "}}",
    "github.head_ref",
    "github.event.issue.title",
    "on: pull_request_target\n",
    "ref: ${{ github.event.number }}\n",
    "actions/checkout",
    "url = x\n",
    "A=1\n",
    "#!/bin/sh\n",
    "a = 1\n",
    "&a ",
    "*a ",
    "? ",
    "---\n",
    "%YAML",
    "|",
    ">",
    "!",
    "\0",
    "\u{85}",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_rule_panics(old in pieces(), new in pieces(), path in proptest::sample::select(&PATHS[..])) {
        run_all(&case().file(path, None::<&str>, Some(&new)));
        run_all(&case().file(path, Some(&old), Some(&new)));
        run_all(&case().file(path, Some(&old), Some(&new)).other_parent(&new));
        run_all(&case().file(path, Some(&old), None::<&str>));
    }

    #[test]
    fn no_rule_panics_on_entries(
        path in "[ -~\\n\u{e9}]{1,12}(/[ -~]{1,6}){0,3}",
        target in vec(any::<u8>(), 0..12),
        kinds in (kind(), kind()),
    ) {
        for relation in [Relation::Backward, Relation::Forward] {
            run_all(&case().relation(relation).entry(&path, Some((kinds.0, "x")), Some((kinds.1, &target))));
            run_all(&case().entry(&path, None::<(EntryKind, &str)>, Some((kinds.1, &target))).renamed_from("x"));
        }
    }

    #[test]
    fn no_rule_panics_on_messages(text in pieces(), merge in any::<bool>()) {
        for rule in ALL.iter().filter(|r| matches!(r.run, Run::Message(_))) {
            case().say(rule, &Message { text: text.clone().into(), commit: None, merge });
        }
    }
}

fn kind() -> impl Strategy<Value = EntryKind> {
    prop_oneof![
        Just(EntryKind::File),
        Just(EntryKind::Executable),
        Just(EntryKind::Symlink),
        Just(EntryKind::Submodule),
    ]
}
