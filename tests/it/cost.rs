//! `pantheon cost`, on ledgers that the hidden worker has written.

use crate::support::{Ran, Repo};
use serde_json::{Value, json};

/// 2026-11-21, the day of these tests.
const TODAY: &str = "1795219200";

fn world() -> Repo {
    let mut repo = Repo::outside("repo");
    repo.env.push(("SOURCE_DATE_EPOCH".into(), TODAY.into()));
    let state = repo.home().join("state");
    repo.env.push(("PANTHEON_STATE_DIR".into(), state.into()));
    repo
}

/// Spends some cents.
fn spend(repo: &Repo, day: &str, words: &str, cents: u64) -> Ran {
    let amount = (cents * 10_000_000).to_string();
    let mut args = vec!["debug", "store", "spend", "--day", day, "--amount", &amount];
    args.extend(words.split_whitespace());
    if !words.contains("lasts-ms") {
        args.extend(["--cost", &amount]);
    }
    repo.run(&args).exits(0)
}

fn shown(repo: &Repo, args: &[&str]) -> String {
    let ran = repo.run(&[&["cost"], args].concat()).exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout.replace(&*repo.home().to_string_lossy(), "HOME")
}

#[test]
fn an_empty_ledger_is_told_and_not_made() {
    let repo = world();
    assert_eq!(
        shown(&repo, &[]),
        "nothing was spent; the ledger is `HOME/state/state.db`\n"
    );
    assert!(!repo.home().join("state").exists());
}

fn filled() -> Repo {
    let repo = world();
    spend(&repo, "2026-10-31", "--model old --times 3", 900);
    spend(
        &repo,
        "2026-11-07",
        "--model gemini-3.8-flash --agent security --stage pre-push",
        5,
    );
    spend(
        &repo,
        "2026-11-20",
        "--model gemini-3.8-flash --agent security --stage pre-push --times 11",
        1,
    );
    spend(
        &repo,
        "2026-11-21",
        "--model claude-haiku-5-5 --agent style --stage ci",
        40,
    );
    spend(
        &repo,
        "2026-11-21",
        "--model mystery --agent style --stage ci --guessed",
        2,
    );
    // Over before they are settled.
    spend(
        &repo,
        "2026-11-21",
        "--model gemini-3.8-flash --agent security --lasts-ms 0 --times 2",
        3,
    );
    spend(
        &repo,
        "2026-11-21",
        "--model gemini-3.8-flash --agent security --lasts-ms 9999999",
        7,
    );
    repo
}

#[test]
fn spending_is_shown_by_day_model_agent_and_stage() {
    assert_eq!(
        shown(&filled(), &[]),
        "\
today: $0.55
this month: $0.71; $1.01 by 2026-11-30 if it goes on as on its days so far

day         calls  tokens in  tokens out  spent
2026-11-20     11     13,200       1,100  $0.11
2026-11-21      2      2,400         200  $0.42

model, 2026-11    calls  tokens in  tokens out   spent
claude-haiku-5-5      1      1,200         100   $0.40
gemini-3.8-flash     12     14,400       1,200   $0.16
mystery               1      1,200         100  $0.020

agent, 2026-11  calls  tokens in  tokens out  spent
style               2      2,400         200  $0.42
security           12     14,400       1,200  $0.16

stage, 2026-11  calls  tokens in  tokens out  spent
ci                  2      2,400         200  $0.42
pre-push           12     14,400       1,200  $0.16
manual              0          0           0  $0.00

unsettled: $0.060 for 2 calls that ended without a bill; it counts against the limits
reserved: $0.070 for 1 call under way
guessed: $0.020 of it, because prices are not known

the ledger is `HOME/state/state.db`
"
    );
}

#[test]
fn the_same_comes_as_json() {
    let text = shown(&filled(), &["--format", "json"]);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["unit"], "a billionth of a US dollar");
    assert_eq!(value["today"]["date"], "2026-11-21");
    assert_eq!(value["today"]["sum"]["counted"], 550_000_000);
    assert_eq!(value["month"]["last_day"], "2026-11-30");
    assert_eq!(value["month"]["limit"], Value::Null);
    assert_eq!(value["month"]["projection"], 1_014_285_714);
    let usage = json!({
        "input": 14_000, "cache_read": 2_800, "cache_write": 0, "cache_write_long": 0, "output": 1_400,
        "thinking": 840,
    });
    assert_eq!(
        value["month"]["sum"],
        json!({
            "counted": 710_000_000, "calls": 14, "spent": 580_000_000, "guessed": 20_000_000, "usage": usage,
            "reserved_calls": 1, "reserved": 70_000_000, "unsettled_calls": 2, "unsettled": 60_000_000,
        })
    );
    let names = |key: &str| {
        let rows = value[key].as_array().unwrap().iter();
        rows.map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("days"), ["2026-11-20", "2026-11-21"]);
    assert_eq!(
        names("models"),
        ["claude-haiku-5-5", "gemini-3.8-flash", "mystery"]
    );
    assert_eq!(names("agents"), ["style", "security"]);
    assert_eq!(names("stages"), ["ci", "pre-push", "manual"]);
}

#[test]
fn a_damaged_ledger_is_kept_and_told_of() {
    let repo = world();
    spend(&repo, "2026-11-21", "", 5);
    let state = repo.home().join("state");
    for file in ["state.db-wal", "state.db-shm"] {
        std::fs::remove_file(state.join(file)).unwrap();
    }
    overwrite(&state.join("state.db"), &[b'x'; 9_000]);
    let ran = repo.run(&["cost"]).exits(0);
    assert!(
        ran.stdout.starts_with("nothing was spent; the ledger is `"),
        "{ran}"
    );
    assert!(
        ran.stderr
            .starts_with("note: the state was damaged and now lies in `"),
        "{ran}"
    );
    assert!(
        ran.stderr.ends_with("; what was spent before no longer counts\n"),
        "{ran}"
    );
    assert_eq!(repo.run(&["cost"]).exits(0).stderr, "");
}

#[test]
fn a_place_that_is_no_directory_is_an_error_with_a_hint() {
    let mut repo = world();
    overwrite(&repo.home().join("file"), b"");
    let place = repo.home().join("file/state");
    repo.env.push(("PANTHEON_STATE_DIR".into(), place.clone().into()));
    let amount = ["debug", "store", "spend", "--day", "2026-11-21", "--amount", "1"];
    let ran = repo.run(&amount).exits(2);
    let says = format!("error: the state in `{}` cannot be written: ", place.display());
    assert!(ran.stderr.starts_with(&says), "{ran}");
    let hint = " hint: set `PANTHEON_STATE_DIR` to a directory that can be written\n";
    assert!(ran.stderr.ends_with(hint), "{ran}");
}

#[test]
fn without_a_home_the_variable_is_named() {
    let repo = Repo::outside("repo");
    let mut command = repo.command(crate::support::PANTHEON);
    command
        .env_remove("HOME")
        .env_remove("XDG_STATE_HOME")
        .arg("cost");
    if cfg!(windows) {
        command.env_remove("LOCALAPPDATA");
    }
    let ran = repo.finish(&mut command, b"").exits(2);
    assert_eq!(
        ran.stderr,
        "error: nothing says where the local state lives: no home directory is known\n hint: set \
         `PANTHEON_STATE_DIR` to a directory\n"
    );
}

#[expect(clippy::disallowed_methods, reason = "a test writes files on its own")]
fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
