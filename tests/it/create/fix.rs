//! `pantheon fix`: from a blocked commit to a proposal that passes.

use super::{KEY, Say, everything, mend, proposal, says, scripted, staged};
use serde_json::json;

#[test]
fn a_blocked_commit_has_a_way_out() {
    let server = scripted(vec![
        Say::Call("read", json!({"path": "app.py"})),
        mend(),
        Say::Done("The key comes from the environment now."),
    ]);
    let repo = staged(&server, "");
    let blocked = repo.run(&["hook", "pre-commit"]).exits(1);
    assert!(
        blocked
            .stderr
            .contains("`pantheon fix` has an agent mend what blocks"),
        "{blocked}"
    );
    let before = everything(&repo);
    let fixed = repo.run(&["fix", "--json"]).exits(0);
    assert_eq!(everything(&repo), before, "the user's repository changed");
    let offered = proposal(&fixed);
    assert_eq!(offered["decision"], "pass");
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    assert_eq!(
        (offered["rounds"].as_u64(), offered["runtime"].as_str()),
        (Some(1), Some("builtin"))
    );
    assert_eq!(offered["said"], "The key comes from the environment now.");
    assert!(["strict", "base"].contains(&offered["level"].as_str().unwrap()));
    let id = offered["id"].as_str().unwrap();
    repo.run(&["proposals", "apply", id]).exits(0);
    let text = String::from_utf8(repo.read("app.py")).unwrap();
    assert_eq!(text, "import os\nKEY = os.environ[\"APP_KEY\"]\nprint(KEY)\n");
    assert_eq!(
        repo.git(&["diff", "--cached", "--name-only"]).trim(),
        "app.py",
        "the index stays as it was"
    );
    repo.add();
    repo.run(&["hook", "pre-commit"]).exits(0);
    repo.run(&["undo"]).exits(0);
    assert!(String::from_utf8(repo.read("app.py")).unwrap().contains(KEY));
}

#[test]
fn no_model_sees_the_secret() {
    let server = scripted(vec![
        Say::Call("read", json!({"path": "app.py"})),
        Say::Call("run", json!({"command": "cat app.py; git diff HEAD~1"})),
        Say::Call("grep", json!({"pattern": "KEY"})),
        mend(),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    repo.run(&["fix", "--json"]).exits(0);
    let asked = server.asked();
    assert!(asked.len() >= 5, "{}", asked.len());
    for request in &asked {
        let body = String::from_utf8_lossy(&request.body);
        assert!(!body.contains(KEY), "a request holds the key: {body}");
    }
}

#[test]
fn what_does_not_pass_goes_back() {
    let server = says(|talk| {
        let again = talk.task.contains("does not pass yet");
        match (again, talk.turns) {
            (false, 0) => Say::Call("write", json!({"path": "NOTES.md", "content": "I was here.\n"})),
            (true, 0) => mend(),
            _ => Say::Done("done"),
        }
    });
    let repo = staged(&server, "");
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    assert_eq!(offered["rounds"], 2);
    assert_eq!(offered["decision"], "pass");
    assert_eq!(offered["paths"], json!([["A", "NOTES.md"], ["M", "app.py"]]));
}

#[test]
fn who_leaves_the_same_again_is_broken_off() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "NOTES.md", "content": "I was here.\n"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "rounds = 9\n");
    let ran = repo.run(&["fix"]).exits(1);
    assert!(
        ran.stderr
            .contains("the agent left the same files again, so it was broken off"),
        "{ran}"
    );
    let kept = repo.run(&["proposals", "list", "--format", "json"]).exits(0);
    assert!(kept.stdout.contains("\"block\""), "{kept}");
}

#[test]
fn silence_is_no_fix() {
    let server = scripted(vec![
        Say::Call(
            "edit",
            json!({"path": "app.py", "first": 3, "last": 3,
                   "new": "print(KEY)\n# pantheon: allow-file secrets/aws-access-key -- it is only a test\n"}),
        ),
        Say::Call(
            "run",
            json!({"command": "sed -i '2s/$/  # pantheon: allow secrets\\/aws-access-key -- only a test/' app.py"}),
        ),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "rounds = 1\n");
    let ran = repo.run(&["fix", "--json"]).exits(1);
    assert_eq!(proposal(&ran)["decision"], "block", "{ran}");
}

#[test]
fn one_finding_can_be_named() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "");
    for name in ["secrets/aws-access-key", "secrets", "app.py", "app.py:2"] {
        let ran = repo.run(&["fix", name, "--json"]).exits(0);
        assert_eq!(proposal(&ran)["task"], "mend: secrets/aws-access-key", "{name}");
    }
    let unknown = repo.run(&["fix", "nothing/of-that"]).exits(2);
    assert!(
        unknown
            .stderr
            .contains("no finding is meant by `nothing/of-that`"),
        "{unknown}"
    );
}

#[test]
fn where_nothing_blocks_there_is_nothing_to_do() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(&server, "");
    repo.write("app.py", "print(1)\n");
    repo.add();
    let ran = repo.run(&["fix"]).exits(0);
    assert!(ran.stderr.contains("nothing to do"), "{ran}");
    assert!(server.asked().is_empty());
}

#[test]
fn what_a_commit_of_everything_would_have_added_must_be_staged() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "");
    repo.git(&["commit", "-q", "--no-verify", "-m", "Key"]);
    repo.write("app.py", format!("KEY = 1\nKEY = \"{KEY}\"\n\n"));
    let ran = repo.run(&["fix"]).exits(0);
    assert!(ran.stderr.contains("nothing to do: nothing is staged"), "{ran}");
}

#[test]
fn a_push_that_was_blocked_is_mended_from_its_commits() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "");
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["commit", "--no-verify", "-qm", "Add a key"]);
    let head = repo.git(&["rev-parse", "HEAD"]);
    let line = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        head.trim(),
        base.trim()
    );
    repo.run_with(&["hook", "pre-push", "origin", "url"], line.as_bytes())
        .exits(1);
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    assert_eq!(offered["stage"], "pre-push");
    assert_eq!(offered["base-commit"], head.trim());
}

#[test]
fn a_blocked_message_is_nobody_elses_matter() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(
        &server,
        "[rules.\"message/conventional\"]\nenabled = true\nseverity = \"high\"\n[gates.commit-msg]\nblock = \"low\"\n",
    );
    repo.write("message", "wip wip wip\n\nfixup! nothing\n");
    let ran = repo.run(&["hook", "commit-msg", "message"]);
    if ran.code == 1 {
        let ran = repo.run(&["fix"]).exits(2);
        assert!(
            ran.stderr.contains("the last verdict was about a commit message"),
            "{ran}"
        );
    } else {
        panic!("the message should be blocked: {ran}");
    }
}
