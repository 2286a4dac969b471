//! Pull requests and the merge queue, by GitHub's events.

use super::world::{Forge, POLICY, Runner, secret};
use serde_json::{Value, json};

fn event(base: &str, head: &str) -> Value {
    json!({"action": "opened", "number": 7,
        "pull_request": {"number": 7, "base": {"ref": "main", "sha": base, "repo": {"full_name": "o/r"}},
            "head": {"ref": "topic", "sha": head, "repo": {"full_name": "x/r"}}},
        "repository": {"full_name": "o/r", "default_branch": "main"}})
}

/// A pull request of `topic`, which leaves `main` before its tip, checked out as the action does.
fn pull(forge: &Forge, depth: u32) -> (Runner, String, String) {
    let base = forge.tip("main");
    let merge = forge.merge("topic", "refs/pull/7/merge");
    let sha = format!("GITHUB_SHA={merge}");
    let runner = forge.checkout("refs/pull/7/merge", depth);
    let payload = event(&base, &forge.tip("topic"));
    let more = [
        sha.as_str(),
        "GITHUB_REF=refs/pull/7/merge",
        "GITHUB_BASE_REF=main",
    ];
    (runner.github("pull_request", &payload, &more), base, merge)
}

fn topic(text: &str) -> Forge {
    let forge = Forge::new();
    forge.change("topic", "new.py", text);
    forge.author.git(&["switch", "-q", "main"]);
    forge.change("main", "later.txt", "later\n");
    forge
}

#[test]
fn the_merge_result_is_judged_at_every_depth() {
    let forge = topic(&secret());
    for depth in [1, 2, 0] {
        let (runner, base, merge) = pull(&forge, depth);
        let ran = runner.judges(&base, &merge);
        assert!(
            ran.stdout
                .contains("system: GitHub Actions\nevent: pull_request\n"),
            "{ran}"
        );
        assert_eq!(ran.stdout.contains("was fetched"), depth == 1, "{ran}");
        let (runner, ..) = pull(&forge, depth);
        let ran = runner.ci(&[]).exits(1);
        assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
        assert!(
            ran.stdout.contains("1 file,"),
            "only what the pull request changes: {ran}"
        );
        assert!(ran.stdout.contains("the merge that the system made"), "{ran}");
    }
}

#[test]
fn a_clean_pull_request_passes() {
    let forge = topic("one = 1\n");
    let (runner, ..) = pull(&forge, 1);
    let ran = runner.ci(&["--format", "json"]).exits(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["files"], 1, "{ran}");
}

#[test]
fn nothing_is_fetched_where_that_is_forbidden() {
    let forge = topic(&secret());
    let (runner, base, _) = pull(&forge, 1);
    let ran = runner.ci(&["--no-fetch"]).exits(2);
    assert!(
        ran.stderr
            .contains(&format!("commit {base} is not in this clone")),
        "{ran}"
    );
    assert!(
        ran.stderr.contains("`fetch-depth: 0` at `actions/checkout`"),
        "{ran}"
    );
    // Nor where the remote does not answer: no other base takes its place.
    runner
        .repo
        .git(&["remote", "set-url", "origin", "file:///nowhere"]);
    let ran = runner.ci(&[]).exits(2);
    assert!(
        ran.stderr.contains("`git fetch` failed") && ran.stderr.contains("fetch-depth"),
        "{ran}"
    );
}

#[test]
fn no_reference_changes_and_a_whole_clone_stays_one() {
    let forge = topic(&secret());
    let (runner, ..) = pull(&forge, 1);
    let before = runner.repo.git(&["for-each-ref"]);
    runner.ci(&[]).exits(1);
    assert_eq!(runner.repo.git(&["for-each-ref"]), before);
    assert_eq!(runner.repo.git(&["status", "--porcelain"]), "");
    let (runner, ..) = pull(&forge, 0);
    runner.ci(&[]).exits(1);
    assert!(!runner.repo.has(".git/shallow"));
}

#[test]
fn the_head_alone_is_compared_with_where_it_left() {
    let forge = topic(&secret());
    let fork = forge.author.git(&["merge-base", "main", "topic"]);
    let head = forge.tip("topic");
    let payload = event(&forge.tip("main"), &head);
    for depth in [1, 0] {
        let runner = forge
            .checkout("refs/heads/topic", depth)
            .github("pull_request", &payload, &[]);
        runner.judges(&fork, &head);
        runner.ci(&[]).exits(1);
    }
    let runner = forge
        .checkout("refs/heads/topic", 1)
        .github("pull_request", &payload, &[]);
    let ran = runner.ci(&["--no-fetch"]).exits(2);
    assert!(ran.stderr.contains("fetch-depth"), "{ran}");
}

#[test]
fn a_long_history_is_deepened_step_by_step() {
    let forge = Forge::new();
    forge.author.git(&["switch", "-q", "-c", "topic"]);
    for n in 0..40 {
        forge.author.write("n.txt", format!("{n}\n"));
        forge.author.commit("Count");
    }
    forge.push("topic");
    let head = forge.tip("topic");
    let payload = event(&forge.tip("main"), &head);
    let runner = forge
        .checkout("refs/heads/topic", 1)
        .github("pull_request", &payload, &[]);
    let ran = runner.judges(&forge.tip("main"), &head);
    assert!(ran.stdout.contains("the clone is shallow"), "{ran}");
}

#[test]
fn histories_that_never_meet_are_an_error() {
    let forge = Forge::new();
    let base = forge.tip("main");
    forge.author.git(&["switch", "-q", "--orphan", "topic"]);
    let head = forge.change("topic", "a.txt", "a\n");
    let runner = forge
        .checkout("refs/heads/topic", 1)
        .github("pull_request", &event(&base, &head), &[]);
    let ran = runner.ci(&[]).exits(2);
    assert!(ran.stderr.contains("have no commit in common"), "{ran}");
}

#[test]
fn a_stale_merge_is_not_judged_for_another_head() {
    let forge = topic("one = 1\n");
    let merge = forge.merge("topic", "refs/pull/7/merge");
    // The author pushes once more, and the forge has not merged that yet.
    let head = forge.change("topic", "later.py", &secret());
    forge.author.git(&["switch", "-q", "main"]);
    let sha = format!("GITHUB_SHA={merge}");
    let runner = forge.checkout("refs/pull/7/merge", 1);
    let runner = runner.github("pull_request", &event(&forge.tip("main"), &head), &[&sha]);
    let ran = runner.ci(&[]).exits(1);
    assert!(ran.stdout.contains("is stale"), "{ran}");
    assert!(ran.stdout.contains("later.py"), "{ran}");
}

#[test]
fn a_merge_onto_another_base_than_the_event_names_is_said() {
    let forge = topic("one = 1\n");
    let old = forge.tip("main");
    forge.change("main", "latest.txt", "latest\n");
    let now = forge.tip("main");
    let merge = forge.merge("topic", "refs/pull/7/merge");
    let sha = format!("GITHUB_SHA={merge}");
    let runner = forge.checkout("refs/pull/7/merge", 1);
    let runner = runner.github("pull_request", &event(&old, &forge.tip("topic")), &[&sha]);
    let ran = runner.judges(&now, &merge);
    assert!(
        ran.stdout
            .contains("the merge is not made onto the base that the event names"),
        "{ran}"
    );
}

#[test]
fn the_merge_queue_is_judged_by_its_own_base() {
    let forge = topic(&secret());
    let base = forge.tip("main");
    let head = forge.merge("topic", "refs/heads/gh-readonly-queue/main/pr-7-x");
    let payload = json!({"action": "checks_requested", "merge_group": {"head_sha": head, "base_sha": base,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-x", "base_ref": "refs/heads/main"}});
    let runner = forge.checkout("refs/heads/gh-readonly-queue/main/pr-7-x", 1);
    let runner = runner.github("merge_group", &payload, &[]);
    runner.judges(&base, &head);
    runner.ci(&[]).exits(1);
}

#[test]
fn a_change_cannot_weaken_its_own_judge() {
    let forge = topic(&secret());
    let lax = format!(
        "{POLICY}[gates.ci]\nblock = \"critical\"\n[rules.\"secrets/github-token\"]\nenabled = false\n"
    );
    forge.change("topic", ".pantheon.toml", &lax);
    forge.author.git(&["switch", "-q", "main"]);
    let (runner, ..) = pull(&forge, 1);
    let ran = runner.ci(&[]).exits(1);
    assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
    let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("`block` by the one before, `warn` by the one after"),
        "{ran}"
    );
}

#[test]
fn a_stricter_policy_judges_the_change_that_brings_it() {
    let forge = topic("row  \n");
    let strict = format!("{POLICY}[gates.ci]\nblock = \"info\"\nwarn = \"info\"\n");
    forge.change("topic", ".pantheon.toml", &strict);
    forge.author.git(&["switch", "-q", "main"]);
    let (runner, ..) = pull(&forge, 1);
    let ran = runner.ci(&[]).exits(1);
    assert!(
        ran.stdout.contains("by the policy that the change brings: "),
        "{ran}"
    );
    let ran = runner.ci(&["--format", "json"]).exits(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["decision"], "block", "{ran}");
}

#[test]
fn a_partial_clone_is_completed() {
    let forge = topic(&secret());
    let fork = forge.author.git(&["merge-base", "main", "topic"]);
    let head = forge.tip("topic");
    let payload = event(&forge.tip("main"), &head);
    for filter in ["--filter=tree:0", "--filter=blob:none"] {
        let runner = forge.clone(filter, &head).github("pull_request", &payload, &[]);
        let ran = runner.ci(&["--no-fetch"]);
        assert_ne!(ran.code, 0, "{ran}");
        runner.judges(&fork, &head);
        let ran = runner.ci(&[]).exits(1);
        assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
    }
}
