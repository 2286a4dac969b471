//! How much memory a judgement takes at its peak. Measured through `/proc`, so on Linux alone.

use crate::support::{PANTHEON, Repo};
use std::process::{Child, Stdio};
use std::time::Duration;

/// The most that a judgement may take, in KiB.
const MOST: u64 = 150 << 10;

/// Runs `pantheon` to its end; gives back its exit code and the most memory it was seen to hold, in KiB.
fn peak(repo: &Repo, args: &[&str]) -> (Option<i32>, u64) {
    let mut command = repo.command(PANTHEON);
    let mut child = command
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    loop {
        // The kernel keeps the peak itself: nothing between two looks is lost but what follows the last.
        most = most.max(held(&child).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), most);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn held(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[track_caller]
fn assert_small(repo: &Repo, args: &[&str], code: i32) {
    let (ended, most) = peak(repo, args);
    assert_eq!(ended, Some(code));
    assert!(most > 1 << 10, "nothing was measured: {most} KiB");
    assert!(most < MOST, "{most} KiB");
}

const REVIEW: [&str; 4] = ["review", "--staged", "--set", "gates.manual.deadline=\"60s\""];

#[test]
fn change_of_a_hundred_thousand_lines() {
    let repo = Repo::new();
    let text = |from: &str| -> String {
        (0..100_000)
            .map(|n| format!("{from} {n}: some words that fill the line\n"))
            .collect()
    };
    repo.write("changed.txt", text("before"));
    repo.commit("Begin");
    repo.write("changed.txt", text("after"));
    repo.write("new.rs", text("// new"));
    repo.add();
    let size = ["--set", "rules.\"repository/large-file\".enabled=false"];
    assert_small(&repo, &[&REVIEW[..], &size].concat(), 0);
}

#[test]
fn change_of_many_small_files() {
    let repo = Repo::new();
    for file in 0..1_000 {
        let text: String = (0..100).map(|n| format!("let v{n} = {file};\n")).collect();
        repo.write(format!("d{}/f{file}.rs", file % 30), text);
    }
    repo.add();
    assert_small(&repo, &REVIEW, 0);
}

#[test]
fn file_of_a_hundred_megabytes() {
    let repo = Repo::new();
    repo.write("large.bin", vec![b'x'; 100 << 20]);
    repo.add();
    assert_small(&repo, &REVIEW, 1);
    let hook = ["hook", "pre-commit"];
    assert_small(&repo, &hook, 1);
}

#[test]
fn line_of_fifty_megabytes() {
    let repo = Repo::new();
    repo.write("line.txt", "word ".repeat(10 << 20));
    repo.add();
    assert_small(&repo, &REVIEW, 1);
}

#[test]
fn file_that_grew_beyond_the_limit_is_not_compared() {
    let repo = Repo::new();
    repo.write("log.txt", "one line of a log\n".repeat(1 << 20));
    repo.write("gone.txt", "another line of a log\n".repeat(1 << 20));
    repo.commit("Begin");
    repo.write("log.txt", "one line of a log\n".repeat(3 << 20));
    repo.git(&["mv", "gone.txt", "moved.txt"]);
    repo.write("moved.txt", "another line of a log\n".repeat((1 << 20) + 1));
    repo.add();
    assert_small(&repo, &REVIEW, 1);
}
