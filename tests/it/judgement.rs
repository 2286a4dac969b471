//! What becomes of a finding: allowed by a comment, capped by its path, held by the baseline, redacted;
//! and what a gate makes of a run that its deadline cut short.

use crate::support::{PANTHEON, Ran, Repo};

/// A token of nobody's, which this file itself must not hold.
fn token() -> String {
    format!("ghp_{}", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY")
}

/// A repository whose `HEAD` holds a policy: the recommended pack and these lines.
fn with(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(
        ".pantheon.toml",
        format!("version = 1\nextends = [\"recommended\"]\n{policy}"),
    );
    repo.commit("Say what is judged");
    repo
}

fn staged(repo: &Repo, path: &str, text: &str) -> Ran {
    repo.write(path, text);
    repo.add();
    repo.run(&["review", "--staged", "--stage", "pre-commit"])
}

#[test]
fn comment_with_a_reason_allows_a_finding_on_its_line() {
    let repo = with("");
    let text = format!(
        "key = \"{}\"  # pantheon: allow secrets/github-token -- revoked in May\n",
        token()
    );
    let ran = staged(&repo, "a.py", &text).exits(0);
    assert!(ran.stdout.contains("1 suppressed"), "{ran}");
    let ran = repo.run(&["review", "--staged", "--verbose"]).exits(0);
    assert!(ran.stdout.contains("revoked in May"), "{ran}");
}

#[test]
fn comment_on_a_line_of_its_own_is_about_the_next() {
    let repo = with("");
    let text = format!(
        "# pantheon: allow secrets/github-token -- revoked\nkey = \"{}\"\n",
        token()
    );
    staged(&repo, "a.py", &text).exits(0);
    let far = format!(
        "# pantheon: allow secrets/github-token -- revoked\n\nkey = \"{}\"\n",
        token()
    );
    staged(&repo, "a.py", &far).exits(1);
}

#[test]
fn comment_without_a_reason_allows_nothing_and_is_reported() {
    let repo = with("");
    let text = format!("key = \"{}\"  # pantheon: allow secrets/github-token\n", token());
    let ran = staged(&repo, "a.py", &text).exits(1);
    assert!(ran.stdout.contains("policy/suppression-without-reason"), "{ran}");
    let lax = with("[suppressions]\nrequire-reason = false\n");
    staged(&lax, "a.py", &text).exits(0);
}

#[test]
fn comment_about_another_rule_allows_nothing_and_is_reported() {
    let repo = with("");
    let text = format!(
        "key = \"{}\"  # pantheon: allow hazard/tls-verification-off -- why\n",
        token()
    );
    let ran = staged(&repo, "a.py", &text).exits(1);
    assert!(ran.stdout.contains("policy/unused-suppression"), "{ran}");
}

#[test]
fn comments_can_be_switched_off() {
    let repo = with("[suppressions]\ninline = false\n");
    let text = format!("key = \"{}\"  # pantheon: allow secrets/* -- why\n", token());
    staged(&repo, "a.py", &text).exits(1);
}

#[test]
fn comment_of_another_scanner_is_respected_for_secrets_and_reported() {
    let repo = with("");
    let mark = ["gitleaks", "allow"].join(":");
    let ran = staged(&repo, "a.py", &format!("key = \"{}\"  # {mark}\n", token())).exits(0);
    assert!(ran.stdout.contains("policy/scanner-suppression"), "{ran}");
    let hazard = format!("import pdb; pdb.set_trace()  # {mark}\n");
    staged(&repo, "a.py", &hazard).exits(1);
    let deaf = with("[suppressions]\nforeign = false\n");
    staged(&deaf, "a.py", &format!("key = \"{}\"  # {mark}\n", token())).exits(1);
}

#[test]
fn no_comment_allows_what_is_about_the_gate() {
    let repo = with("[gates.pre-commit]\nblock = \"low\"\n");
    let mark = ["gitleaks", "allow"].join(":");
    let text = format!("one = 1  # {mark} pantheon: allow policy/scanner-suppression -- why\n");
    let ran = staged(&repo, "a.py", &text).exits(1);
    assert!(ran.stdout.contains("policy/scanner-suppression"), "{ran}");
}

#[test]
fn first_entry_that_matches_a_path_caps_or_excludes_it() {
    let paths = "[[paths]]\nmatch = [\"vendor/**\"]\nexclude = true\n\n\
                 [[paths]]\nmatch = [\"tests/**\"]\nseverity-cap = \"low\"\n";
    let repo = with(paths);
    let text = format!("key = \"{}\"\n", token());
    let ran = staged(&repo, "tests/a.py", &text).exits(0);
    assert!(ran.stdout.contains("warning[secrets/github-token]"), "{ran}");
    std::fs::remove_file(repo.path("tests/a.py")).unwrap();
    let ran = staged(&repo, "vendor/a.py", &text).exits(0);
    assert!(
        ran.stdout.contains("vendor/a.py") && ran.stdout.contains("excludes"),
        "{ran}"
    );
    staged(&repo, "src/a.py", &text).exits(1);
}

#[test]
fn baseline_lets_old_findings_pass_and_no_new_ones() {
    let repo = with("");
    let text = format!("key = \"{}\"\n", token());
    repo.write("old.py", &text);
    repo.commit("Come with a history");
    repo.run(&["review", "--tree"]).exits(1);
    repo.run(&["baseline", "write"]).exits(0);
    repo.commit("Accept what is there");
    let ran = repo.run(&["review", "--tree"]).exits(0);
    assert!(ran.stdout.contains("1 in the baseline"), "{ran}");
    staged(&repo, "new.py", &text).exits(1);
    let again = repo.run(&["baseline", "write"]).exits(0);
    assert!(again.stdout.contains("left as it is"), "{again}");
}

#[test]
fn baseline_covers_as_many_equal_lines_as_there_were() {
    let repo = with("");
    let line = format!("key = \"{}\"\n", token());
    repo.write("old.py", format!("import os\n{line}print(os)\n"));
    repo.commit("Come with a history");
    repo.run(&["baseline", "write"]).exits(0);
    repo.commit("Accept what is there");
    // One more of them counts wherever it is put, and however it is indented.
    for text in [
        format!("{line}import os\n{line}print(os)\n"),
        format!("import os\n{line}print(os)\n{line}"),
        format!("import os\n{line}{line}print(os)\n"),
        format!("import os\n{line}if os:\n    {line}print(os)\n"),
    ] {
        let ran = staged(&repo, "old.py", &text).exits(1);
        assert!(ran.stdout.contains("1 blocks"), "{ran}");
        repo.run(&["review", "--staged", "--stage", "pre-push"]).exits(1);
        repo.git(&["stash", "-q"]);
        repo.git(&["stash", "drop", "-q"]);
    }
    // What only moves, or is taken away and put in again, is what it was.
    staged(&repo, "old.py", &format!("{line}import os\nprint(os)\n")).exits(0);
    staged(&repo, "old.py", &format!("import os\n    {line}print(os)\n")).exits(0);
    // Two that are accepted are two, and no third.
    staged(&repo, "old.py", &format!("{line}{line}"));
    repo.git(&["commit", "-q", "--no-verify", "-m", "Two of them"]);
    repo.run(&["baseline", "write"]).exits(0);
    repo.commit("Accept both");
    let held = repo.read(".pantheon-baseline");
    assert_eq!(
        String::from_utf8_lossy(&held)
            .matches("secrets/github-token old.py")
            .count(),
        2
    );
    repo.run(&["review", "--tree"]).exits(0);
    staged(&repo, "old.py", &format!("# both\n{line}{line}")).exits(0);
    staged(&repo, "old.py", &format!("{line}# between\n{line}{line}")).exits(1);
}

#[test]
fn baseline_counts_every_finding_of_a_line() {
    let repo = with("");
    let line = format!("keys = [\"{}\", \"{}\"]\n", token(), token().replace("q7", "z8"));
    repo.write("old.py", &line);
    repo.commit("Come with a history");
    repo.run(&["baseline", "write"]).exits(0);
    repo.commit("Accept what is there");
    let ran = staged(&repo, "old.py", &format!("{line}{line}")).exits(1);
    assert!(ran.stdout.contains("2 block"), "{ran}");
    repo.write("old.py", format!("# as it was\n{line}"));
    repo.add();
    repo.run(&["review", "--staged"]).exits(0);
}

#[test]
fn secret_is_in_no_report_of_any_format_or_finding() {
    let repo = with("");
    let secret = token();
    // The second finding stands on the same line and shows the same text.
    let text = format!("key = \"{secret}\"   \nimport pdb; pdb.set_trace(); k = \"{secret}\"\n");
    for format in ["human", "json", "jsonl", "sarif"] {
        repo.write("a.py", &text);
        repo.add();
        let ran = repo
            .run(&["review", "--staged", "--verbose", "--format", format])
            .exits(1);
        assert!(ran.stdout.contains("github-token"), "{format}: {ran}");
        for part in [&secret[..], &secret[5..], &secret[..20], &secret[12..30]] {
            assert!(
                !ran.stdout.contains(part) && !ran.stderr.contains(part),
                "{format}: {ran}"
            );
        }
    }
    let message = repo.path("message");
    repo.write("message", format!("Use {secret}\n"));
    let ran = repo
        .run(&["hook", "commit-msg", "--", message.to_str().unwrap()])
        .exits(1);
    assert!(!ran.stderr.contains(&secret[5..]), "{ran}");
}

#[test]
fn lines_that_git_takes_away_are_not_judged() {
    let repo = Repo::new();
    let gate = "[gates.commit-msg]\nblock = { severity = \"info\", confidence = \"low\" }\n";
    repo.write(
        ".pantheon.toml",
        format!("version = 1\nextends = [\"strict\"]\n{gate}"),
    );
    repo.commit("Say what is judged");
    repo.write(
        "message",
        format!(
            "feat: x\n\n;; {}\n\nRefs: #1\nSigned-off-by: A <a@example.invalid>\n",
            "w".repeat(200)
        ),
    );
    let judged = |editor: &str| {
        let mut command = repo.command(PANTHEON);
        command
            .env("GIT_EDITOR", editor)
            .args(["hook", "commit-msg", "--", "message"]);
        repo.finish(&mut command, b"")
    };
    let ran = judged("vi").exits(1);
    assert!(ran.stderr.contains("message/body-wrap"), "{ran}");
    repo.git(&["config", "core.commentString", ";;"]);
    judged("vi").exits(0);
    // Without an editor git keeps such lines.
    judged(":").exits(1);
    // The same key by its older name, and what is said last counts.
    repo.git(&["config", "core.commentChar", "%"]);
    judged("vi").exits(1);
    repo.git(&["config", "core.commentString", "auto"]);
    judged("vi").exits(1);
    repo.git(&["config", "--unset", "core.commentString"]);
    repo.git(&["config", "core.commentChar", ";"]);
    judged("vi").exits(0);
}

#[test]
fn run_that_its_deadline_cut_short_is_no_pass() {
    let open = "[gates.pre-commit]\ndeadline = \"1ms\"\n";
    let closed = "[gates.pre-commit]\ndeadline = \"1ms\"\non-inconclusive = \"block\"\n";
    for (policy, code) in [(open, 0), (closed, 3)] {
        let repo = with(policy);
        for n in 0..400 {
            repo.write(format!("src/{n}.txt"), "password of a file\n".repeat(200));
        }
        repo.add();
        let ran = repo
            .run(&["review", "--staged", "--stage", "pre-commit"])
            .exits(code);
        assert!(ran.stdout.contains("deadline"), "{ran}");
        assert!(!ran.stdout.contains("pantheon: passed — "), "{ran}");
    }
}

#[test]
fn one_large_file_does_not_outlast_the_deadline() {
    let closed = "[gates.pre-commit]\ndeadline = \"100ms\"\non-inconclusive = \"block\"\n";
    let repo = with(closed);
    let text = format!(
        "key = \"{}\"\n{}",
        token(),
        "password = secret_token_of(api_key)\n".repeat(400_000)
    );
    let ran = staged(&repo, "large.py", &text).exits(1);
    assert!(
        ran.stdout
            .contains("not looked at: large.py: the deadline of the gate came before the end of it"),
        "{ran}"
    );
    assert!(ran.stdout.contains("`rules` ran out of time"), "{ran}");
    assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
}

#[test]
fn same_content_gets_the_same_report() {
    let repo = with("");
    for n in 0..60 {
        repo.write(format!("src/{n}.py"), format!("key = \"{}\"\nrow  \n", token()));
    }
    repo.add();
    let report = || {
        let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(1);
        let mut value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        value["elapsed_ms"] = 0.into();
        value
    };
    let first = report();
    assert_eq!(first["findings"].as_array().unwrap().len(), 120);
    for _ in 0..5 {
        assert_eq!(report(), first);
    }
}
