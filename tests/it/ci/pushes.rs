//! Pushes, by GitHub's events: the first one, a forced one, a deletion, a tag, and runs without any.

use super::world::{Forge, Runner, secret};
use serde_json::{Value, json};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn pushed(forge: &Forge, branch: &str, event: Value, depth: u32) -> Runner {
    let mut event = event;
    event["repository"] = json!({"default_branch": "main"});
    let reference = format!("refs/heads/{branch}");
    let variable = format!("GITHUB_REF={reference}");
    forge
        .checkout(&reference, depth)
        .github("push", &event, &[&variable])
}

#[test]
fn a_push_is_judged_from_what_was_there_before() {
    let forge = Forge::new();
    let before = forge.tip("main");
    forge.change("main", "a.txt", "a\n");
    let after = forge.change("main", "b.py", &secret());
    for depth in [1, 0] {
        let runner = pushed(&forge, "main", json!({"before": before, "after": after}), depth);
        runner.judges(&before, &after);
        let ran = runner.ci(&[]).exits(1);
        assert!(ran.stdout.contains("2 files,"), "{ran}");
    }
}

#[test]
fn a_new_branch_is_judged_from_where_it_leaves_the_default_one() {
    let forge = Forge::new();
    let fork = forge.tip("main");
    forge.change("topic", "a.txt", "a\n");
    let head = forge.change("topic", "b.py", &secret());
    forge.author.git(&["switch", "-q", "main"]);
    forge.change("main", "later.txt", "later\n");
    for depth in [1, 0] {
        let runner = pushed(
            &forge,
            "topic",
            json!({"before": ZERO, "after": head, "created": true}),
            depth,
        );
        runner.judges(&fork, &head);
        runner.ci(&[]).exits(1);
    }
}

#[test]
fn the_first_push_of_all_is_judged_from_nothing() {
    let forge = Forge::new();
    let head = forge.tip("main");
    let runner = pushed(
        &forge,
        "main",
        json!({"before": ZERO, "after": head, "created": true}),
        1,
    );
    runner.judges("nothing", &head);
    let ran = runner.ci(&[]).exits(0);
    assert!(ran.stdout.contains("passed - 5 commits, 5 files"), "{ran}");
}

#[test]
fn a_forced_branch_is_judged_from_where_it_leaves_the_default_one() {
    let forge = Forge::new();
    let fork = forge.tip("main");
    let gone = forge.change("topic", "a.txt", "a\n");
    forge.author.git(&["reset", "-q", "--hard", "main"]);
    let head = forge.change("topic", "b.py", &secret());
    let runner = pushed(
        &forge,
        "topic",
        json!({"before": gone, "after": head, "forced": true}),
        1,
    );
    runner.judges(&fork, &head);
    runner.ci(&[]).exits(1);
}

#[test]
fn a_default_branch_that_was_forced_is_judged_from_what_was_there() {
    let forge = Forge::new();
    let gone = forge.change("main", "a.txt", "a\n");
    forge.author.git(&["reset", "-q", "--hard", "HEAD^"]);
    let head = forge.change("main", "b.txt", "b\n");
    let event = json!({"before": gone, "after": head, "forced": true});
    let runner = pushed(&forge, "main", event.clone(), 0);
    runner.judges(&gone, &head);
    // What nobody has any more is no base, and no other takes its place.
    let lost = json!({"before": "1234567890123456789012345678901234567890", "after": head, "forced": true});
    let ran = pushed(&forge, "main", lost, 0).ci(&[]).exits(2);
    assert!(
        ran.stderr
            .contains("commit 1234567890123456789012345678901234567890 is not in this clone"),
        "{ran}"
    );
}

#[test]
fn a_lost_start_of_a_branch_is_said() {
    let forge = Forge::new();
    let fork = forge.tip("main");
    let head = forge.change("topic", "b.txt", "b\n");
    let event = json!({"before": "1234567890123456789012345678901234567890", "after": head});
    let ran = pushed(&forge, "topic", event, 0).judges(&fork, &head);
    assert!(
        ran.stdout
            .contains("cannot be had: what branch `main` of the remote lacks counts"),
        "{ran}"
    );
}

#[test]
fn a_deleted_branch_has_nothing_to_judge() {
    let forge = Forge::new();
    let event = json!({"before": forge.tip("main"), "after": ZERO, "deleted": true});
    let runner = pushed(&forge, "main", event, 1);
    let ran = runner.ci(&[]).exits(0);
    assert!(
        ran.stderr
            .contains("nothing to judge: GitHub Actions, push: `refs/heads/main` was deleted"),
        "{ran}"
    );
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_tag_is_judged_by_what_it_adds() {
    let forge = Forge::new();
    let fork = forge.tip("main");
    let head = forge.change("topic", "b.py", &secret());
    forge.author.git(&["tag", "-a", "-m", "v1", "v1"]);
    forge.author.git(&["push", "-q", "origin", "v1"]);
    let event = json!({"before": ZERO, "after": forge.tip("v1"), "repository": {"default_branch": "main"}});
    let runner = forge
        .checkout("refs/tags/v1", 1)
        .github("push", &event, &["GITHUB_REF=refs/tags/v1"]);
    runner.judges(&fork, &head);
    runner.ci(&[]).exits(1);
}

#[test]
fn a_run_without_a_change_says_so() {
    let forge = Forge::new();
    let event = json!({"repository": {"default_branch": "main"}});
    let runner = forge.checkout("refs/heads/main", 1);
    let runner = runner.github("schedule", &event, &["GITHUB_REF=refs/heads/main"]);
    let ran = runner.ci(&[]).exits(2);
    assert!(
        ran.stderr
            .contains("the event `schedule` does not say what changed"),
        "{ran}"
    );
    assert!(ran.stderr.contains("--base"), "{ran}");
}
