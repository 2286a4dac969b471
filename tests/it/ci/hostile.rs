//! What an author of a change chooses is data: no option of git, no command of a log, no end of a report.

use super::world::{Forge, secret};
use crate::support::find;
use serde_json::json;

#[test]
fn no_value_is_an_option_of_git() {
    let forge = Forge::new();
    let runner = || forge.checkout("refs/heads/main", 1);
    let touch = "--upload-pack=touch hacked";
    for lines in [
        [
            &format!("BUILDKITE_PULL_REQUEST_BASE_BRANCH={touch}"),
            "BUILDKITE=true",
            "BUILDKITE_PULL_REQUEST=7",
        ],
        [&format!("GIT_COMMIT={touch}"), "JENKINS_URL=x", "BRANCH_NAME=x"],
        [
            &format!("CI_COMMIT_TARGET_BRANCH={touch}"),
            "CI=woodpecker",
            "CI_PIPELINE_EVENT=pull_request",
        ],
    ] {
        let runner = runner().env(&lines);
        let ran = runner.ci(&[]).exits(2);
        assert!(ran.stderr.contains("`--upload-pack=touch hacked`"), "{ran}");
        assert!(!runner.repo.has("hacked"));
    }
    let runner = runner();
    for args in [["--base=--output=x", "--no-fetch"], ["--base=HEAD", "--head=-x"]] {
        runner.ci(&args).exits(2);
    }
}

#[test]
fn an_event_without_end_is_refused() {
    let forge = Forge::new();
    let runner = forge.checkout("refs/heads/main", 1);
    let path = runner.repo.home().join("event.json");
    runner.repo.write(&path, "[".repeat(26 << 20));
    let path = format!("GITHUB_EVENT_PATH={}", path.display());
    let runner = runner.env(&["GITHUB_ACTIONS=true", "GITHUB_EVENT_NAME=push", &path]);
    let ran = runner.ci(&[]).exits(2);
    assert!(ran.stderr.contains("cannot be read: more than"), "{ran}");
    let runner = runner.env(&["GITHUB_EVENT_PATH=/dev/zero"]);
    let ran = runner.ci(&[]).exits(2);
    assert!(ran.stderr.contains("`/dev/zero` is not a file"), "{ran}");
}

#[test]
fn no_line_of_a_report_is_a_command_of_the_log() {
    let forge = Forge::new();
    let before = forge.tip("main");
    let name = "##vso[task.complete]::error::x.py";
    let after = forge.change(
        "main",
        name,
        &format!("::set-env name=X::y\n##[error]x {}", secret()),
    );
    let event = json!({"before": before, "after": after, "repository": {"default_branch": "main"}});
    let runner = forge.checkout("refs/heads/main", 1);
    let runner = runner.github("push", &event, &["GITHUB_REF=refs/heads/main"]);
    let ran = runner.ci(&["--color", "always"]).exits(1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert_eq!(*lines.last().unwrap(), format!("::{token}::"));
    let inner = &lines[1..lines.len() - 1];
    assert!(
        inner.iter().any(|line| line.contains("# #vso[task.complete]")),
        "{ran}"
    );
    for line in inner {
        let bad = line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[");
        assert!(!bad && !line.contains('\u{1b}'), "{line:?}");
    }
    let again = runner.ci(&[]).exits(1);
    assert!(
        !again.stdout.contains(token),
        "the token is another one each time"
    );
    // Programs read the other formats.
    let ran = runner.ci(&["--format", "json"]).exits(1);
    assert!(ran.stdout.starts_with('{'), "{ran}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_told_to_end_reports_what_it_has_and_says_so() {
    let ran = ended_by("TERM").exits(3);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["decision"], "inconclusive", "{ran}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("incomplete: the program was told to end"), "{ran}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_at_the_keyboard_ends_as_everywhere_else() {
    let ran = ended_by("INT").exits(130);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("", "error: interrupted\n")
    );
}

/// A run that gets a signal while it finds out what to judge.
#[cfg(unix)]
fn ended_by(signal: &str) -> crate::support::Ran {
    let forge = Forge::new();
    let base = forge.tip("main");
    forge.author.git(&["switch", "-q", "-c", "topic"]);
    for n in 0..60 {
        forge.author.write(format!("new/{n}.txt"), "text\n");
    }
    forge.change("topic", "new.py", &secret());
    let mut runner = forge.checkout("refs/heads/topic", 0);
    // A git that has its caller end: what comes after it is the judgement.
    let bin = runner.repo.home().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let git = find("git").unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *merge-base*) kill -{signal} $PPID;; esac\nexec {} \"$@\"\n",
        git.display()
    );
    runner.repo.write_script(bin.join("git"), script);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    runner.repo.env.push(("PATH".into(), path.into()));
    runner.ci(&["--base", &base, "--format", "json"])
}
