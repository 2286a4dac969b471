//! The policy in a repository's hands: patterns of its own, waivers, and what becomes of them.

use crate::support::{Ran, Repo};

/// A pattern of the repository's own, with every key.
const PATTERN: &str = "version = 1

[[pattern]]
id = \"acme/internal-host\"
summary = \"internal host name\"
why = \"Host names tell how the network is built.\"
fix = \"Read the host name from the environment.\"
severity = \"high\"
test-severity = \"low\"
confidence = \"high\"
history = true
languages = []
paths = [\"deploy/**\", \"tests/**\"]
exclude-paths = [\"deploy/docs/**\"]
keywords = [\"host-\"]
regex = 'host-(?P<secret>[a-z0-9]+)\\.corp\\b'
anchored = true
entropy = 0.0
random = false
placeholder = false
allow = ['^example$']
multi-line = false
good = [\"host = env.HOST\", \"host-example.corp\"]
bad = [\"connect host-db1.corp\"]
";

fn with(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.commit("Begin");
    repo
}

fn staged(repo: &Repo, path: &str, text: &str) -> Ran {
    repo.write(path, text);
    repo.git(&["add", path]);
    let ran = repo.run(&["review", "--staged"]);
    repo.git(&["reset", "-q", "--hard"]);
    ran
}

fn checked(policy: &str) -> Ran {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.run(&["policy", "check"])
}

#[test]
fn own_pattern_blocks_where_it_is_about() {
    let repo = with(PATTERN);
    let ran = staged(&repo, "deploy/run.sh", "true\nconnect host-db1.corp now\n").exits(1);
    assert!(
        ran.stdout
            .starts_with("error[acme/internal-host]: internal host name\n --> deploy/run.sh:2:"),
        "{ran}"
    );
    assert!(
        ran.stdout
            .contains("help: read the host name from the environment"),
        "{ran}"
    );
    staged(&repo, "src/run.sh", "connect host-db1.corp now\n").exits(0);
    staged(&repo, "deploy/docs/run.md", "connect host-db1.corp now\n").exits(0);
    staged(&repo, "deploy/run.sh", "connect host-example.corp now\n").exits(0);
    let ran = staged(&repo, "tests/run.sh", "connect host-db1.corp now\n").exits(0);
    assert!(ran.stdout.starts_with("warning[acme/internal-host]: "), "{ran}");
}

#[test]
fn own_pattern_is_explained_and_searched_for_in_history() {
    let repo = with(PATTERN);
    let ran = repo.run(&["rules", "explain", "acme/internal-host"]).exits(0);
    assert!(
        ran.stdout.contains("Host names tell how the network is built."),
        "{ran}"
    );
    repo.git(&["init", "-q", "--bare", "../remote.git"]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.git(&["push", "-q", "origin", "main"]);
    repo.run(&["hooks", "install"]).exits(0);
    repo.write("deploy/run.sh", "connect host-db1.corp\n");
    repo.commit("Add a host");
    repo.write("deploy/run.sh", "true\n");
    repo.commit("Take it away");
    let ran = repo.try_git(&["push", "-q", "origin", "main"]).exits(1);
    assert!(
        ran.stderr
            .contains("error[acme/internal-host]: internal host name"),
        "{ran}"
    );
}

#[test]
fn examples_of_a_pattern_are_checked() {
    let sound = checked(PATTERN).exits(0);
    assert!(sound.stdout.contains("the policy is sound, digest "), "{sound}");
    let bad = checked(&PATTERN.replace("connect host-db1.corp", "connect db1.corp"));
    assert_eq!(
        bad.stderr,
        "error: .pantheon.toml:24:7: pattern `acme/internal-host`: `bad`: example 1 is not found by the pattern\n"
    );
    assert_eq!(bad.code, 2);
    let good = checked(&PATTERN.replace("host-example.corp", "host-db2.corp"));
    assert_eq!(
        good.stderr,
        "error: .pantheon.toml:23:8: pattern `acme/internal-host`: `good`: example 2 is found by the pattern\n"
    );
    assert_eq!(good.code, 2);
}

#[test]
fn what_is_wrong_with_a_pattern_is_placed() {
    let tries = [
        (
            "'host-(?P<secret>[a-z0-9]+)\\.corp\\b'",
            "'host-('",
            "16:9",
            "`regex`: unclosed group, at character 6",
        ),
        (
            "[\"host-\"]",
            "[\"ho\"]",
            "15:12",
            "`keywords`: `ho` has fewer than 3 bytes or an uppercase letter",
        ),
        (
            "['^example$']",
            "['a(']",
            "21:9",
            "`allow`: unclosed group, at character 2",
        ),
        (
            "multi-line = false",
            "validator = \"nope\"",
            "22:13",
            "`validator`: `nope` is not one of pem, jwt, github, nkey, url, basic",
        ),
    ];
    for (from, to, place, why) in tries {
        let policy = PATTERN.replace(from, to);
        let said = format!("error: .pantheon.toml:{place}: pattern `acme/internal-host`: {why}\n");
        let ran = checked(&policy);
        assert_eq!((ran.stderr.as_str(), ran.code), (said.as_str(), 2), "{ran}");
        let ran = staged(&with(&policy), "deploy/run.sh", "true\n");
        assert_eq!((ran.stderr.as_str(), ran.code), (said.as_str(), 2), "{ran}");
    }
    let ran = checked(&PATTERN.replace("test-severity = \"low\"", "test-severity = \"lo\""));
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.starts_with("error: .pantheon.toml:9:17: "), "{ran}");
}

const LEAK: &str = "connect host-db1.corp now\n";

fn fingerprint(repo: &Repo) -> String {
    repo.write("deploy/run.sh", LEAK);
    repo.git(&["add", "deploy/run.sh"]);
    let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    report["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
}

fn waived(until: &str) -> (Repo, String) {
    let repo = with(PATTERN);
    let fingerprint = fingerprint(&repo)[..12].to_owned();
    let waiver = format!(
        "\n[[waivers]]\nfingerprint = \"{fingerprint}\"\nreason = \"a demonstration\"\nby = \"the owner\"\n\
         expires = \"{until}\"\n"
    );
    repo.git(&["reset", "-q", "--hard"]);
    repo.write(".pantheon.toml", format!("{PATTERN}{waiver}"));
    repo.commit("Let it pass");
    (repo, fingerprint)
}

#[test]
fn waiver_covers_until_its_day() {
    let (repo, _) = waived("2999-01-01");
    let ran = staged(&repo, "deploy/run.sh", LEAK).exits(0);
    assert!(ran.stdout.contains("passed with 1 waived; 1 file, "), "{ran}");
}

#[test]
fn waiver_that_expired_covers_nothing_and_is_reported() {
    let (repo, fingerprint) = waived("2020-01-31");
    let ran = staged(&repo, "deploy/run.sh", LEAK).exits(1);
    assert!(ran.stdout.contains("error[acme/internal-host]"), "{ran}");
    let note = format!("\nnote: the waiver for `{fingerprint}` at .pantheon.toml:26 expired on 2020-01-31\n");
    assert!(ran.stdout.contains(&note), "{ran}");
    let ran = repo.run(&["policy", "check"]).exits(0);
    let line = format!("the waiver for `{fingerprint}` at .pantheon.toml:26 expired on 2020-01-31\n");
    assert!(ran.stdout.contains(&line), "{ran}");
}

#[test]
fn fingerprint_outlives_edits_elsewhere_and_not_of_its_own_line() {
    let repo = with(PATTERN);
    let of = |path: &str, text: &str| {
        repo.write(path, text);
        repo.git(&["add", path]);
        let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(1);
        repo.git(&["reset", "-q", "--hard"]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let all = findings
            .iter()
            .map(|f| f["fingerprint"].as_str().unwrap().to_owned());
        all.collect::<Vec<_>>()
    };
    let first = of("deploy/run.sh", LEAK);
    let moved = of(
        "deploy/run.sh",
        &format!("begin\ntrue\n\n\t  {}\nexit\n", LEAK.trim()),
    );
    assert_eq!(first, moved);
    let twice = of("deploy/run.sh", &format!("{LEAK}{LEAK}"));
    assert_eq!((twice.len(), &twice[0]), (2, &first[0]));
    assert_ne!(twice[0], twice[1]);
    assert_ne!(of("deploy/other.sh", LEAK), first);
    assert_ne!(of("deploy/run.sh", &LEAK.replace("now", "later")), first);
}

#[test]
fn own_pattern_has_a_row_of_its_own_in_sarif() {
    let repo = with(PATTERN);
    repo.write("deploy/run.sh", LEAK);
    repo.add();
    let row = |ran: Ran, text: &[u8]| {
        let log: serde_json::Value = serde_json::from_slice(text).unwrap_or_else(|e| panic!("{e}: {ran}"));
        let rules = log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .clone();
        let mut own = rules.into_iter().filter(|r| r["id"] == "acme/internal-host");
        own.next().unwrap()
    };
    let ran = repo.run(&["review", "--staged", "--format", "sarif"]).exits(1);
    let shown = row(ran.clone(), ran.stdout.as_bytes());
    assert_eq!(shown["shortDescription"]["text"], "internal host name");
    assert_eq!(
        shown["help"]["text"],
        "Host names tell how the network is built.\n\nRead the host name from the environment."
    );
    assert_eq!(shown["defaultConfiguration"]["level"], "error");
    let args = ["review", "--staged", "--format", "sarif", "--output", "log.sarif"];
    let ran = repo.run(&args).exits(1);
    assert_eq!(row(ran, &repo.read("log.sarif")), shown);
}
