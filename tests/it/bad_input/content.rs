//! Content and paths that are large, deep, long, or meant to harm whoever reads about them.

use super::{Repo, is_plain, staged};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

fn conflict() -> String {
    format!(
        "{} a\nb\n{}\nc\n{} d\n",
        "<".repeat(7),
        "=".repeat(7),
        ">".repeat(7)
    )
}

/// Paths that a terminal, a line or a decoder takes for something else.
const PATHS: [&[u8]; 6] = [
    b"new\nline.txt",
    b"\x1b[31mred\x1b]0;pwned\x07.txt",
    b"caf\xe9\xff.txt",
    b"\xe2\x80\xaegnp.txt",
    b"tab\tand\rreturn.txt",
    b"\xc2\x9b31m.txt",
];

#[cfg(target_os = "linux")]
#[test]
fn odd_paths_are_shown_and_not_sent_in_every_format() {
    let repo = Repo::new();
    for path in PATHS {
        repo.write(std::ffi::OsStr::from_bytes(path), conflict());
    }
    repo.add();
    for args in [
        &["hook", "pre-commit"][..],
        &["review", "--staged", "--verbose"],
        &["review", "--staged", "--format", "json"],
        &["review", "--staged", "--format", "jsonl"],
        &["review", "--staged", "--format", "sarif"],
    ] {
        let ran = repo.run(args).exits(1);
        is_plain(&ran);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains(['\u{9b}', '\u{202e}']), "{ran}");
        assert!(all.contains("pwned"), "{ran}");
    }
}

#[test]
fn odd_lines_are_shown_and_not_sent() {
    let repo = Repo::new();
    let marker = "<".repeat(7);
    repo.write(
        "notes.txt",
        format!(
            "{marker} \u{1b}[31m\u{7}\u{9b}2J\u{202e}\r\r\n{}\n{} x\n",
            "=".repeat(7),
            ">".repeat(7)
        ),
    );
    repo.add();
    let ran = repo.run(&["review", "--staged"]).exits(1);
    is_plain(&ran);
    assert!(!ran.stdout.contains(['\u{9b}', '\u{202e}']), "{ran}");
    assert!(ran.stdout.contains("\\x1b[31m"), "{ran}");
}

#[test]
fn texts_that_are_deep_or_long_are_judged_in_time() {
    let repo = Repo::new();
    let deep = 100_000;
    repo.write("a.json", "[".repeat(deep));
    repo.write("b.json", "{\"a\":".repeat(deep));
    repo.write("c.yaml", "[".repeat(deep));
    repo.write("d.yaml", "- ".repeat(deep));
    repo.write("e.yaml", "? ".repeat(deep));
    repo.write("f.toml", format!("a = {}", "[".repeat(deep)));
    repo.write("g.toml", format!("a = {}", "{a=".repeat(deep)));
    repo.write("h.toml", format!("[{}]", vec!["a"; deep].join(".")));
    repo.write(
        ".github/workflows/w.yml",
        format!("on: push\njobs: {}", "{a: ".repeat(deep)),
    );
    repo.write("i.txt", "ggignore ".repeat(50_000));
    repo.write("j.txt", "pantheon: allow text/merge-marker -- x\n".repeat(5_000));
    repo.write("k.txt", "pantheon: allow a/b ".repeat(5_000));
    repo.add();
    let begun = Instant::now();
    let ran = repo.run(&["review", "--staged", "--set", "limits.max-findings=1"]);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(!ran.stderr.contains("panicked"), "{ran}");
    assert!(!ran.stdout.contains("broke down"), "{ran}");
    assert!(ran.code == 0 || ran.code == 1, "{ran}");
}

#[test]
fn one_long_line_is_judged_in_time() {
    let repo = Repo::new();
    let mut line = "lorem ipsum = ".repeat(15_000_000 / 14);
    line.push_str(&format!("\n{}", conflict()));
    repo.write("long.txt", line);
    repo.add();
    let begun = Instant::now();
    let ran = repo
        .run(&["review", "--staged", "--set", "gates.manual.deadline=\"60s\""])
        .exits(1);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(ran.stdout.contains("long.txt:2:"), "{ran}");
}

#[test]
fn file_beyond_the_limit_is_named() {
    let repo = staged();
    repo.write("large.txt", "0123456789abcde\n".repeat(1_100_000));
    repo.add();
    let ran = repo.run(&["review", "--staged"]).exits(1);
    let said = "not looked at: large.txt: its 17600000 bytes are more than the limit of 16777216\n";
    assert!(ran.stdout.contains(said), "{ran}");
    let ci = [
        "review",
        "--staged",
        "--stage",
        "ci",
        "--set",
        "rules.\"repository/large-file\".enabled=false",
    ];
    repo.run(&ci).exits(3);
}

#[test]
fn index_of_many_paths_is_judged_by_what_changed() {
    let repo = Repo::new();
    repo.write("one.txt", "one\n");
    repo.commit("Begin");
    let id = repo.git(&["rev-parse", "HEAD:one.txt"]);
    let many: String = (0..100_000)
        .map(|n| format!("100644 {id}\td{}/s{}/f{n}.txt\n", n % 97, n % 13))
        .collect();
    repo.finish(
        repo.command("git").args(["update-index", "--index-info"]),
        many.as_bytes(),
    )
    .exits(0);
    let before = repo.read(".git/index");
    let review = |expected: i32, seconds: u64| {
        let begun = Instant::now();
        let args = ["review", "--staged", "--set", "gates.manual.deadline=\"60s\""];
        let ran = repo.run(&args).exits(expected);
        assert!(
            begun.elapsed() < Duration::from_secs(seconds),
            "{:?}",
            begun.elapsed()
        );
        ran
    };
    let ran = review(0, 60);
    assert!(ran.stdout.contains("100000 files, "), "{ran}");
    repo.write("d5/bad.txt", conflict());
    repo.git(&["add", "d5/bad.txt"]);
    let ran = review(1, 60);
    assert!(ran.stdout.contains("d5/bad.txt"), "{ran}");
    assert!(ran.stdout.contains("100001 files, "), "{ran}");
    assert_ne!(repo.read(".git/index"), before);
    repo.git(&["commit", "-qnm", "Add many"]);
    repo.write("one.txt", "two\n");
    repo.git(&["add", "one.txt"]);
    let ran = review(0, 5);
    assert!(ran.stdout.contains("- 1 file, "), "{ran}");
}

#[test]
fn what_is_too_large_or_too_deep_to_parse_is_said() {
    let repo = Repo::new();
    let policy = "version = 1\n\n[rules.\"repository/large-file\"]\nenabled = false\n";
    repo.write(".pantheon.toml", policy);
    repo.commit("Begin");
    let deep = |open: &str, close: &str| format!("a: {}{}\n", open.repeat(600), close.repeat(600));
    let row = "[\"one\", \"two\", \"three\"],\n";
    repo.write(
        "large.json",
        format!("[{}0]\n", row.repeat((4 << 20) / row.len() + 1)),
    );
    repo.write("large.yml", "a: one of many rows\n".repeat(30_000));
    repo.write("large.toml", format!("# {}\n", "row of many ".repeat(400_000)));
    repo.write("deep.yaml", deep("[", "]"));
    repo.write("deep.toml", deep("[", "]").replace("a:", "a ="));
    repo.write("template.yaml", deep("{{", "}}"));
    repo.write("sound.json", "{}\n");
    repo.add();
    let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let said: Vec<String> = report["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| format!("{} {} {}", l["what"], l["why"], l["inconclusive"]).replace('"', ""))
        .collect();
    assert_eq!(
        said,
        [
            "deep.toml `text/invalid-toml` passed it over: it nests deeper than is parsed false",
            "deep.yaml `text/invalid-yaml` passed it over: it nests deeper than the 512 levels that are parsed \
             false",
            "large.json `text/invalid-json` passed it over: its 4194329 bytes are more than the 4194304 that \
             are parsed false",
            "large.toml `text/invalid-toml` passed it over: its 4800003 bytes are more than the 4194304 that \
             are parsed false",
            "large.yml `text/invalid-yaml` passed it over: its 600000 bytes are more than the 524288 that are \
             parsed false",
        ]
    );
    let ran = repo.run(&["hook", "pre-commit"]).exits(0);
    assert!(ran.stderr.contains("not looked at: deep.toml: "), "{ran}");
    repo.git(&["reset", "-q"]);
    repo.git(&["add", "large.json"]);
    let exclude = "rules.\"text/invalid-json\".exclude=[\"*.json\"]";
    let ran = repo.run(&["review", "--staged", "--set", exclude]).exits(0);
    assert!(!ran.stdout.contains("not looked at"), "{ran}");
}
