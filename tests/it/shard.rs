//! Several runners judge a share of a change each, and their reports are joined; and a report of somebody else's is
//! shown.

use crate::support::{Ran, Repo};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const POLICY: &str = "version = 1\nextends = [\"recommended\"]\n";

/// A token of nobody's, which this file itself must not hold.
fn secret() -> String {
    format!("key = \"ghp_{}\"\n", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY")
}

/// What a file of a change holds.
fn content(kind: usize, n: usize) -> String {
    match kind {
        0 => format!("plain {n}\n"),
        1 => secret(),
        2 => format!("row {n}  \n"),
        3 => "breakpoint()\nx = 1  # pantheon: allow hazard/debugger-python -- none is here\n".to_owned(),
        4 => "breakpoint()  # pantheon: allow hazard/debugger-python -- it is a sample\n".to_owned(),
        5 => format!("<<<<<<< a\n{n}\n=======\n{n}\n>>>>>>> b\n"),
        6 => format!("{}{}\n", secret().trim_end(), "  "),
        _ => "x".repeat(3000) + "\n",
    }
}

/// A repository whose `main` holds a policy, and what a branch makes of it.
fn repository(policy: &str, files: &[(usize, usize)]) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write("old/gone.py", "breakpoint()\n");
    repo.write("old/here.txt", "some text that moves\nand stays what it was\n");
    repo.commit("Begin");
    repo.git(&["branch", "base"]);
    for (n, (dir, kind)) in files.iter().enumerate() {
        repo.write(format!("d{dir}/f{n}.py"), content(*kind, n));
    }
    // What concerns the change as a whole, and stands on a path all the same.
    repo.write("node_modules/left/index.js", "debugger;\n");
    repo.git(&["mv", "old/here.txt", "moved.txt"]);
    repo.git(&["rm", "-q", "old/gone.py"]);
    repo.commit("Change");
    repo
}

fn ci(repo: &Repo, args: &[&str]) -> Ran {
    repo.run(&[&["ci", "--base", "base"], args].concat())
}

/// Has each of so many runners write its report, and returns the names of these.
fn shards(repo: &Repo, count: usize) -> Vec<String> {
    let one = |index| {
        let (shard, file) = (
            format!("hash:{index}/{count}"),
            format!("../{index}-of-{count}.json"),
        );
        let ran = ci(repo, &["--shard", &shard, "--format", &format!("json={file}")]);
        assert!([0, 1, 3].contains(&ran.code), "{ran}");
        let report: Value = serde_json::from_slice(&repo.read(&file)).unwrap();
        assert_eq!(report["exit_code"], ran.code, "{ran}");
        file
    };
    (1..=count).map(one).collect()
}

fn merge(repo: &Repo, files: &[String], args: &[&str]) -> Ran {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    repo.run(&[&["report", "merge"], files.as_slice(), args].concat())
}

/// Takes out of a report what no two runs have in common.
fn timeless(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        // The closing line of the report for people holds the time, and breaks where that is long.
        if line.starts_with("pantheon: ") {
            break;
        }
        let is_clock = ["elapsed_ms", "start_time", "end_time", "timestamp="]
            .iter()
            .any(|word| line.contains(word));
        if !is_clock {
            lines.push(line.to_owned());
        } else if line.contains("\"type\":\"verdict\"") {
            let mut value: Value = serde_json::from_str(line).unwrap();
            value["elapsed_ms"] = json!(0);
            lines.push(value.to_string());
        }
    }
    lines.join("\n")
}

const FORMATS: [&str; 16] = [
    "human",
    "json",
    "jsonl",
    "sarif",
    "sarif-github",
    "github",
    "github-summary",
    "gitlab-code-quality",
    "gitlab-sast",
    "gitlab-secret-detection",
    "rdjson",
    "rdjsonl",
    "junit",
    "checkstyle",
    "markdown",
    "html",
];

#[track_caller]
fn same(repo: &Repo, count: usize, formats: &[&str]) {
    let files = shards(repo, count);
    for format in formats {
        let whole = ci(repo, &["--format", format]);
        let merged = merge(repo, &files, &["--format", format]);
        assert_eq!(
            (merged.code, merged.stderr.as_str()),
            (whole.code, whole.stderr.as_str()),
            "{merged}"
        );
        assert_eq!(
            timeless(&merged.stdout),
            timeless(&whole.stdout),
            "{format}, {count} shards"
        );
    }
}

#[test]
fn all_shards_are_the_whole() {
    let files: Vec<(usize, usize)> = (0..30).map(|n| (n % 4, n % 8)).collect();
    let repo = repository(POLICY, &files);
    same(&repo, 4, &FORMATS);
    same(&repo, 1, &["json"]);
    // More shards than there are files.
    same(&repo, 40, &["json"]);
}

#[test]
fn any_change_in_any_number_of_shards_is_the_whole() {
    let cases = Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    };
    let files = proptest::collection::vec((0..3_usize, 0..8_usize), 0..14);
    let law = |(files, count): (Vec<(usize, usize)>, usize)| {
        same(&repository(POLICY, &files), count, &["json"]);
        Ok(())
    };
    TestRunner::new(cases).run(&(files, 2..9_usize), law).unwrap();
}

#[test]
fn waivers_gaps_and_another_policy_are_the_same_too() {
    let files: Vec<(usize, usize)> = (0..12).map(|n| (n % 3, n % 8)).collect();
    let plain = ci(&repository(POLICY, &files), &["--format", "json"]);
    let plain: Value = serde_json::from_str(&plain.stdout).unwrap();
    let waiver = |finding: usize, expires: &str| {
        let fingerprint = &plain["findings"][finding]["fingerprint"];
        format!(
            "\n[[waivers]]\nfingerprint = {fingerprint}\nreason = \"so be it\"\nby = \"A U Thor\"\nexpires = \"{expires}\"\n"
        )
    };
    let nothing = "\n[[waivers]]\nfingerprint = \"0123456789abcdef\"\nreason = \"x\"\nby = \"x\"\nexpires = \"2999-01-01\"\n";
    let policy = [
        POLICY,
        "\n[gates.ci]\non-inconclusive = \"block\"\n\n[limits]\nmax-file-bytes = 1024\n",
        &waiver(0, "2999-01-01"),
        &waiver(1, "2001-01-01"),
        nothing,
    ];
    let repo = repository(&policy.concat(), &files);
    same(&repo, 4, &["json", "human", "junit"]);
    let whole = ci(&repo, &[]).exits(1);
    assert!(whole.stdout.contains("repository/build-output"), "{whole}");
    for part in [
        "waived",
        "covers nothing here",
        "expired on 2001-01-01",
        "not looked at",
    ] {
        let verbose = ci(&repo, &["-v"]);
        assert!(verbose.stdout.contains(part), "{part} {whole}");
    }
    repo.write(
        ".pantheon.toml",
        format!("{POLICY}\n[gates.ci]\nblock = \"info\"\nwarn = \"info\"\n"),
    );
    repo.commit("Be strict");
    same(&repo, 5, &["json", "human"]);
    let whole = ci(&repo, &[]).exits(1);
    assert!(
        whole.stdout.contains("by the policy that the change brings: "),
        "{whole}"
    );
}

#[test]
fn a_shard_says_that_it_is_one() {
    let files: Vec<(usize, usize)> = (0..8).map(|n| (n, 0)).collect();
    let repo = repository(POLICY, &files);
    for format in FORMATS {
        let ran = ci(&repo, &["--shard", "hash:2/4", "--format", format]).exits(0);
        assert!(ran.stdout.contains("shard 2 of 4"), "{format}: {ran}");
    }
    let all: usize = shards(&repo, 4)
        .iter()
        .map(|file| {
            let report: Value = serde_json::from_slice(&repo.read(file)).unwrap();
            usize::try_from(report["shard"]["files"].as_u64().unwrap()).unwrap()
        })
        .sum();
    // The new files, what was built, the one that moved and the one that is gone.
    assert_eq!(all, 11);
}

#[test]
fn each_runner_ends_as_what_it_saw() {
    let repo = repository(POLICY, &[(0, 0), (1, 1), (2, 0)]);
    let codes: Vec<i32> = (1..=6)
        .map(|n| ci(&repo, &["--shard", &format!("hash:{n}/6")]).code)
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == 1).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 5, "{codes:?}");
}

#[test]
fn what_is_no_shard_is_an_error() {
    let repo = repository(POLICY, &[]);
    for (shard, expected) in [
        ("hash:0/4", "the first shard is 1"),
        ("hash:5/4", "there is no shard 5 of 4"),
        ("5/4", "a shard is written as `hash:M/N`, such as `hash:1/4`"),
        ("hash:1/1001", "there are at most 1000 shards"),
    ] {
        let ran = ci(&repo, &["--shard", shard]).exits(2);
        let line = ran.stderr.lines().next().unwrap();
        assert_eq!(
            line,
            format!("error: invalid value '{shard}' for '--shard <hash:M/N>': {expected}")
        );
    }
}

#[track_caller]
fn refuses(ran: Ran, error: &str) {
    let ran = ran.exits(2);
    let line = ran.stderr.lines().next().unwrap_or_default();
    assert_eq!(
        (line, ran.stdout.as_str()),
        (format!("error: {error}").as_str(), ""),
        "{ran}"
    );
}

#[test]
fn what_is_not_complete_is_not_merged() {
    let repo = repository(POLICY, &[(0, 1), (1, 2), (2, 0)]);
    let files = shards(&repo, 4);
    let missing = [files[0].clone(), files[2].clone()];
    refuses(
        merge(&repo, &missing, &[]),
        "of 4 shards, these are missing: 2, 4",
    );
    let mut twice = files.clone();
    twice[3] = files[1].clone();
    let both = "`../2-of-4.json` and `../2-of-4.json` are both shard 2 of 4";
    refuses(merge(&repo, &twice, &[]), both);
    let mut mixed = files.clone();
    mixed[1] = shards(&repo, 5)[1].clone();
    let other = "`../2-of-5.json` has another number of shards than `../1-of-4.json`: `5`, not `4`";
    refuses(merge(&repo, &mixed, &[]), other);
    assert!(ci(&repo, &["--format", "json=../whole.json"]).code < 4);
    let whole = "`../whole.json` is the report of a whole change, not of a share";
    refuses(merge(&repo, &["../whole.json".to_owned()], &[]), whole);
    refuses(
        merge(&repo, &["../none.json".to_owned()], &[]),
        "`../none.json` is not a file",
    );
    refuses(merge(&repo, &["..".to_owned()], &[]), "`..` is not a file");
}

/// Changes one of four reports, and returns what becomes of merging them.
fn with(repo: &Repo, files: &[String], change: impl FnOnce(&mut Value)) -> Ran {
    let mut report: Value = serde_json::from_slice(&repo.read(&files[2])).unwrap();
    change(&mut report);
    repo.write("../bent.json", report.to_string());
    let mut files = files.to_vec();
    files[2] = "../bent.json".to_owned();
    merge(repo, &files, &["--format", "json"])
}

#[test]
fn what_is_of_another_run_is_not_merged() {
    let repo = repository(POLICY, &[(0, 1), (1, 2), (2, 0)]);
    let files = shards(&repo, 4);
    let id = |name: &str| repo.git(&["rev-parse", name]);
    let (zero, base) = ("0".repeat(40), id("base"));
    let bent = "`../bent.json` has another";
    let than = "than `../1-of-4.json`";
    refuses(
        with(&repo, &files, |r| r["source"]["from"] = json!(zero)),
        &format!("{bent} base {than}: `{zero}`, not `{base}`"),
    );
    refuses(
        with(&repo, &files, |r| r["subject"] = json!(zero)),
        &format!("{bent} tree {than}: `{zero}`, not `{}`", id("HEAD^{tree}")),
    );
    refuses(
        with(&repo, &files, |r| r["tool"]["version"] = json!("9.9.9")),
        &format!(
            "{bent} version of pantheon {than}: `9.9.9`, not `{}`",
            env!("CARGO_PKG_VERSION")
        ),
    );
    refuses(
        with(&repo, &files, |r| r["stage"] = json!("manual")),
        &format!("{bent} stage {than}: `manual`, not `ci`"),
    );
    let ran = with(&repo, &files, |r| r["policy"]["digest"] = json!("a".repeat(64))).exits(2);
    assert!(ran.stderr.contains("has another policy than"), "{ran}");
    let ran = with(&repo, &files, |r| {
        r["shard"]["grounds"]["warn"] = json!("critical")
    })
    .exits(2);
    assert!(ran.stderr.contains("was judged by another policy"), "{ran}");
    refuses(
        with(&repo, &files, |r| r["shard"]["files"] = json!(77)),
        "the shards looked at 82 files, and the change has 6"
            .replace("82", &(77 + 6 - own_files(&repo, &files[2])).to_string())
            .as_str(),
    );
    refuses(
        with(&repo, &files, |r| r["shard"]["grounds"]["computed"] = json!(9)),
        "`../bent.json` cannot be used: its verdict is not what it rests on",
    );
}

fn own_files(repo: &Repo, file: &str) -> u64 {
    let report: Value = serde_json::from_slice(&repo.read(file)).unwrap();
    report["shard"]["files"].as_u64().unwrap()
}

#[test]
fn an_incomplete_shard_leaves_the_whole_open() {
    let repo = repository(POLICY, &[(0, 0), (1, 0)]);
    let files = shards(&repo, 4);
    let cut = |r: &mut Value| {
        r["shard"]["incomplete"] = json!(true);
        r["decision"] = json!("inconclusive");
        r["exit_code"] = json!(3);
    };
    let ran = with(&repo, &files, cut).exits(3);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["decision"], "inconclusive");
    let notes = report["notes"].as_array().unwrap();
    let note = "incomplete: the program was told to end before it had looked at everything";
    assert!(notes.contains(&json!(note)), "{ran}");
    // One that only says so is not believed.
    let ran = with(&repo, &files, |r| r["shard"]["incomplete"] = json!(true)).exits(2);
    assert!(
        ran.stderr.contains("its verdict is not what it rests on"),
        "{ran}"
    );
}

#[test]
fn rubbish_is_an_error_that_names_the_file() {
    let repo = Repo::new();
    let put = |bytes: &[u8]| {
        repo.write("../x.json", bytes);
        let ran = merge(&repo, &["../x.json".to_owned()], &[]).exits(2);
        assert!(ran.stderr.starts_with("error: `../x.json` can"), "{ran}");
        assert!(!ran.stderr.contains("panicked") && ran.stdout.is_empty(), "{ran}");
        ran.stderr.lines().next().unwrap().to_owned()
    };
    assert!(
        put(b"").ends_with("cannot be used: it is no report: EOF while parsing a value at line 1 column 0")
    );
    assert!(put(b"\x1b[2J").contains("expected value"));
    assert!(put(&vec![b'['; 1 << 20]).contains("it is no report"));
    assert!(put("{\"schema\":".repeat(1 << 16).as_bytes()).contains("it is no report"));
    assert!(put(&vec![b' '; 100 << 20]).contains("more than 67108864 bytes"));
    let other =
        "{\"schema\":\"pantheon-report/2\",\"tool\":{\"name\":\"pantheon\",\"version\":\"9.0.0\"},\"new\":1}";
    let expected =
        "error: `../x.json` cannot be used: its schema is `pantheon-report/2`, not `pantheon-report/1`";
    assert_eq!(put(other.as_bytes()), expected);
}

/// A report as the first stage for a fork writes it, with the id of its head.
fn first_stage() -> (Repo, String) {
    let repo = repository(POLICY, &[(0, 1)]);
    ci(&repo, &["--format", "json=../first.json"]).exits(1);
    let head = repo.git(&["rev-parse", "HEAD"]);
    (repo, head)
}

fn second(repo: &Repo, head: &str, args: &[&str]) -> Ran {
    let fixed = ["ci", "report", "--from", "../first.json", "--expect-head", head];
    repo.run(&[&fixed, args].concat())
}

#[test]
fn a_second_stage_shows_and_decides_nothing() {
    let (repo, head) = first_stage();
    let ran = second(&repo, &head, &[]).exits(0);
    assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
    assert!(ran.stdout.contains("pantheon: blocked"), "{ran}");
    second(&repo, &head, &["--gate"]).exits(1);
    let ran = second(&repo, &head, &["--format", "markdown"]).exits(0);
    assert!(ran.stdout.starts_with("## pantheon: blocked\n"), "{ran}");
    // No repository is needed.
    let outside = repo.sibling("../elsewhere");
    std::fs::create_dir_all(&outside.root).unwrap();
    second(&outside, &head, &[]).exits(0);
}

#[test]
fn a_second_stage_believes_the_event_alone() {
    let (mut repo, head) = first_stage();
    let other = "b".repeat(40);
    let stale = format!("`../first.json` is about commit {head}, and `--expect-head` names {other}");
    refuses(second(&repo, &other, &[]), &stale);
    let no = "`--expect-head` holds `main`, which is not the full id of a commit";
    refuses(second(&repo, "main", &[]), no);
    let none = repo.run(&["ci", "report", "--from", "../first.json"]).exits(2);
    assert!(none.stderr.contains("--expect-head <SHA>"), "{none}");
    let path = repo.home().join("event.json");
    let event = |id: &str| json!({ "workflow_run": { "head_sha": id, "pull_requests": [] } }).to_string();
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "workflow_run"),
        ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
    ] {
        repo.env.push((name.into(), value.into()));
    }
    repo.write(&path, event(&head));
    second(&repo, &head, &[]).exits(0);
    repo.write(&path, event(&other));
    let said = format!("the event is about commit {other}, and `--expect-head` names {head}");
    refuses(second(&repo, &head, &[]), &said);
    repo.write(&path, "{}");
    refuses(
        second(&repo, &head, &[]),
        "the event `workflow_run` does not say which commit it is about",
    );
}

#[test]
fn a_second_stage_is_not_fooled() {
    let (repo, head) = first_stage();
    let honest: Value = serde_json::from_slice(&repo.read("../first.json")).unwrap();
    let bend = |change: &dyn Fn(&mut Value)| {
        let mut report = honest.clone();
        change(&mut report);
        repo.write("../first.json", report.to_string());
        second(&repo, &head, &["--format", "github"])
    };
    bend(&|r| r["findings"][0]["location"]["path"] = json!("../../etc/passwd")).exits(2);
    bend(&|r| r["decision"] = json!("pass")).exits(2);
    bend(&|r| r["pull_request"] = json!(7)).exits(2);
    bend(&|r| r["findings"] = json!([])).exits(2);
    let ran = bend(&|r| {
        r["findings"][0]["message"] = json!("x\n::error::y\u{1b}[31m ##[group]z");
        r["notes"] = json!(["::set-output name=a::b", "\u{9b}31m"]);
    })
    .exits(0);
    assert!(
        !ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{9b}'),
        "{ran}"
    );
    assert!(!ran.stdout.contains("\n::error::y"), "{ran}");
    assert!(!ran.stdout.contains("##[group]"), "{ran}");
    shards(&repo, 2);
    repo.write("../first.json", repo.read("../1-of-2.json"));
    refuses(second(&repo, &head, &[]), "`../first.json` is shard 1 of 2 alone");
}
