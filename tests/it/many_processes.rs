//! What holds when two hundred processes share one state, and when one of them is killed in the middle.

use crate::support::{PANTHEON, Repo};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

/// How many there are at once.
const PROCESSES: usize = 200;

const DAY: &str = "2026-11-21";

fn world() -> Repo {
    let mut repo = Repo::outside("repo");
    let state = repo.home().join("state");
    repo.env.push(("PANTHEON_STATE_DIR".into(), state.into()));
    repo.env.push(("SOURCE_DATE_EPOCH".into(), "1795219200".into()));
    repo
}

fn start(repo: &Repo, args: &[&str]) -> Child {
    let mut command = repo.command(PANTHEON);
    command.args(["debug", "store"]).args(args);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// Runs a command in all processes, which begin when all of them are there; gives back the lines they wrote.
fn at_once(repo: &Repo, args: &[&str]) -> Vec<String> {
    let args = [args, &["--wait"]].concat();
    let mut children: Vec<Child> = (0..PROCESSES).map(|_| start(repo, &args)).collect();
    for child in &mut children {
        drop(child.stdin.take());
    }
    let mut lines = Vec::new();
    for mut child in children {
        let mut text = String::new();
        child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(child.wait().unwrap().success(), "{text}");
        lines.extend(text.lines().map(str::to_owned));
    }
    lines
}

fn count(lines: &[String], word: &str) -> usize {
    lines.iter().filter(|line| *line == word).count()
}

/// The month's sum in the ledger.
fn month(repo: &Repo) -> Value {
    let ran = repo.run(&["cost", "--format", "json"]).exits(0);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    value["month"]["sum"].clone()
}

#[test]
fn together_they_never_spend_more_than_the_budget() {
    let repo = world();
    // 800 calls of which each may cost 7, and a budget for 500 of them and a rest.
    let spend = [
        "spend", "--day", DAY, "--amount", "7", "--cost", "7", "--times", "4", "--cap", "3505",
    ];
    let lines = at_once(&repo, &spend);
    assert_eq!(count(&lines, "granted"), 500);
    assert_eq!(count(&lines, "refused day"), 300);
    let sum = month(&repo);
    assert_eq!(
        (&sum["spent"], &sum["counted"]),
        (&Value::from(3_500), &Value::from(3_500))
    );
}

#[test]
fn what_calls_did_not_need_is_there_for_others_and_still_no_more() {
    let repo = world();
    let spend = [
        "spend", "--day", DAY, "--amount", "100", "--cost", "30", "--times", "2", "--cap", "6000",
    ];
    let lines = at_once(&repo, &spend);
    let granted = count(&lines, "granted") as u64;
    // The last call is let through while 100 are left: at least 5,900 were counted when one was refused, and
    // nothing ever counted more than 6,000.
    let sum = month(&repo);
    assert_eq!(sum["spent"], granted * 30);
    assert_eq!(sum["calls"], granted);
    assert!(granted >= 60, "{granted}");
    assert!(granted * 30 <= 6_000, "{granted}");
}

#[test]
fn together_they_never_pass_a_limit_on_requests() {
    let repo = world();
    // An hour, so that the test never sees the limit open again.
    let take = ["take", "--most", "1500", "--per-ms", "3600000", "--times", "10"];
    let lines = at_once(&repo, &take);
    assert_eq!(count(&lines, "granted"), 1_500);
    assert_eq!(count(&lines, "wait"), PROCESSES * 10 - 1_500);
}

#[test]
fn exactly_one_of_them_tries_an_endpoint_that_was_unwell() {
    let repo = world();
    repo.run(&["debug", "store", "trip", "--endpoints", "100"])
        .exits(0);
    let lines = at_once(&repo, &["probe", "--endpoints", "100"]);
    let probes: BTreeSet<&String> = lines.iter().filter(|line| line.ends_with(" probe")).collect();
    assert_eq!(probes.len(), 100);
    let all = lines.iter().filter(|line| line.ends_with(" probe")).count();
    assert_eq!(all, 100);
    let open = lines.iter().filter(|line| line.ends_with(" open")).count();
    assert_eq!(open, (PROCESSES - 1) * 100);
}

#[test]
fn what_a_killed_process_had_reserved_stays_counted_as_unsettled() {
    let repo = world();
    let spend = [
        "spend", "--day", DAY, "--amount", "60", "--cap", "100", "--cost", "1",
    ];
    let hold = [&spend[..], &["--hold", "--lasts-ms", "1"]].concat();
    let mut child = start(&repo, &hold);
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "granted\n");
    // SIGKILL: no destructor runs.
    child.kill().unwrap();
    child.wait().unwrap();
    let refused = repo.run(&[&["debug", "store"], &spend[..]].concat()).exits(0);
    assert_eq!(refused.stdout, "refused day\n");
    let sum = month(&repo);
    let figures =
        ["counted", "calls", "reserved", "unsettled_calls", "unsettled"].map(|key| sum[key].as_i64());
    assert_eq!(figures, [60, 0, 0, 1, 60].map(Some));
}
