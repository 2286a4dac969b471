//! Measures how long it takes to have a tree of files for an agent, beside `git worktree add`.
//!
//! ```text
//! cargo run --release --example scratch [FILES] [ROUNDS] [1]
//! ```
//!
//! A repository of as many small files is made, all of them in one pack; with the last argument, a remote has them too,
//! so that nothing is to be copied. In every round, in an order that is drawn anew, each way makes its tree; what it
//! made is taken away outside of the measured time. In a scratch tree one file is changed, and the harvest of that is
//! measured too. `TMPDIR` says where all this is.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "it prints what it measured, and stops where it cannot measure"
)]

use pantheon::git::Repository;
use pantheon::git::scratch::{Bounds, Plan, Start, create, harvest, remove};
use pantheon::sys::clock::Deadline;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many files are in a directory.
const IN_DIR: usize = 20;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>().unwrap());
    let files = args.next().unwrap_or(50_000);
    let rounds = args.next().unwrap_or(5);
    let place = tempfile::tempdir().unwrap();
    let repository = place.path().join("repo");
    make(&repository, files);
    if args.next().is_some() {
        git(&repository, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    }
    let mut times: [Vec<Duration>; 7] = Default::default();
    let mut seed = 0x9e37_79b9_u64;
    for round in 0..rounds {
        for way in order(&mut seed) {
            for (way, took) in measure(way, place.path(), round) {
                println!("round {round}: {:42} {:8.4} s", WAYS[way], took.as_secs_f64());
                times[way].push(took);
            }
        }
    }
    report(files, rounds, &mut times);
}

/// How many ways there are to make a tree; the harvests of all but the first follow.
const TREES: usize = 4;
const WAYS: [&str; 7] = [
    "`git worktree add`",
    "scratch tree, all files",
    "scratch tree, one directory of a hundred",
    "scratch tree, one directory",
    "harvest, all files",
    "harvest, one directory of a hundred",
    "harvest, one directory",
];

fn order(seed: &mut u64) -> Vec<usize> {
    let mut ways: Vec<usize> = (0..TREES).collect();
    for at in (1..ways.len()).rev() {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ways.swap(at, (*seed >> 33) as usize % (at + 1));
    }
    ways
}

fn measure(way: usize, place: &Path, round: usize) -> Vec<(usize, Duration)> {
    let repository = place.join("repo");
    if way == 0 {
        let to = place.join("linked");
        let start = Instant::now();
        git(&repository, &["worktree", "add", "-q", "--detach", "../linked"]);
        let took = start.elapsed();
        git(
            &repository,
            &["worktree", "remove", "--force", to.to_str().unwrap()],
        );
        return vec![(way, took)];
    }
    let sparse = match way {
        1 => None,
        2 => Some(vec!["d0".into()]),
        _ => Some(vec!["d0/e0".into()]),
    };
    let plan = Plan {
        sparse,
        ..Plan::default()
    };
    let start = Instant::now();
    let opened = Repository::open(&repository).unwrap();
    let within = Deadline::after(Duration::from_secs(600));
    let id = format!("run-{way}-{round}");
    let mut scratch = create(&opened, &place.join("state"), &id, Start::Index, &plan, &within).unwrap();
    let made = start.elapsed();
    std::fs::write(scratch.tree().join("d0/e0/f0.rs"), "changed\n").unwrap();
    let start = Instant::now();
    let found = harvest(&mut scratch, Bounds::default(), &within).unwrap();
    let harvested = start.elapsed();
    assert_eq!(found.changed, ["d0/e0/f0.rs"]);
    remove(scratch).unwrap();
    vec![(way, made), (way + TREES - 1, harvested)]
}

fn report(files: usize, rounds: usize, times: &mut [Vec<Duration>; 7]) {
    println!("{files} files, {rounds} rounds, medians");
    for times in times.iter_mut() {
        times.sort();
    }
    let first = times[0][rounds / 2].as_secs_f64();
    for (way, times) in WAYS.iter().zip(times.iter()) {
        let (median, least) = (times[rounds / 2].as_secs_f64(), times[0].as_secs_f64());
        println!(
            "{way:42} {median:8.4} s  least {least:8.4} s  {:6.1} times",
            first / median
        );
    }
}

/// Makes a repository of which all objects are in one pack, and an index of its files.
fn make(repository: &Path, files: usize) {
    std::fs::create_dir_all(repository).unwrap();
    git(repository, &["init", "-q"]);
    let mut text =
        String::from("commit refs/heads/main\ncommitter a <a@localhost> 1767225600 +0000\ndata 0\n");
    for file in 0..files {
        let dir = file / IN_DIR;
        let content = format!("fn f{file}() {{}}\n").repeat(20);
        let _ = writeln!(
            text,
            "M 100644 inline d{}/e{}/f{file}.rs\ndata {}\n{content}",
            dir % 100,
            dir / 100,
            content.len()
        );
    }
    let mut import = command(repository);
    let mut child = import
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    git(repository, &["symbolic-ref", "HEAD", "refs/heads/main"]);
    git(repository, &["read-tree", "HEAD"]);
    git(repository, &["repack", "-adq"]);
}

fn git(repository: &Path, args: &[&str]) {
    let done = command(repository).args(args).status().unwrap();
    assert!(done.success(), "git {args:?}");
}

fn command(repository: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(repository);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}
