//! Agent programs, by stand-ins that are shell scripts: calling off, going on with a session, failing in the middle.

use super::left::{begun, left_over, proposals, run_dir, run_ids, start, stop, wait_for};
use super::{Say, everything, proposal, scripted, staged};
use crate::fake::Server;
use crate::support::Repo;
use serde_json::json;

/// A repository whose agent is this script, which the user trusts.
fn driven(server: &Server, runtime: &str, script: &str) -> Repo {
    let repo = staged(server, "");
    let program = repo.home().join("bin/agent");
    repo.write_script(&program, script);
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    let how = match runtime {
        "acp" => format!("runtime = \"acp\"\ncommand = [{program:?}]"),
        runtime => format!("runtime = {runtime:?}\nprogram = {program:?}"),
    };
    let kind = if runtime == "claude" {
        "anthropic"
    } else {
        "openai-compatible"
    };
    let policy = policy
        .replace(
            "role = \"creator\"\nmodel = \"one\"",
            &format!("role = \"creator\"\nmodel = \"one\"\n{how}"),
        )
        .replace("kind = \"openai-compatible\"", &format!("kind = {kind:?}"));
    let policy = match runtime {
        "claude" => policy.replace("/v1\"", "\""),
        _ => policy,
    };
    repo.write(".pantheon.toml", policy);
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "Choose an agent",
        ".pantheon.toml",
    ]);
    repo.run(&["trust"]).exits(0);
    repo
}

const DIALOGUE: &str = r#"#!/bin/sh
while read -r line; do
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{}}}' ;;
    *'"session/new"'*) echo '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s1"}}' ;;
    *'"session/prompt"'*) echo half > half.txt; touch begun ;;
    *'"session/cancel"'*)
      echo told > told.txt
      echo '{"jsonrpc":"2.0","id":4,"result":{"stopReason":"cancelled"}}' ;;
  esac
done
"#;

#[test]
fn an_agent_is_told_that_it_is_called_off() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = driven(&server, "acp", DIALOGUE);
    let before = everything(&repo);
    let mut child = start(&repo, &["create", "x"]);
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    assert_eq!(stop(&mut child), Some(130));
    assert_eq!(left_over(&repo), Vec::<String>::new());
    assert_eq!(everything(&repo), before);
    let kept = proposals(&repo);
    assert_eq!(
        kept[0]["paths"],
        json!([["A", "begun"], ["A", "half.txt"], ["A", "told.txt"]])
    );
}

#[test]
fn who_does_not_listen_is_ended() {
    let server = scripted(vec![Say::Done("done")]);
    let deaf = DIALOGUE.replace("session/cancel", "never/mind");
    let repo = driven(&server, "acp", &deaf);
    let mut child = start(&repo, &["create", "x"]);
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    assert_eq!(stop(&mut child), Some(130));
    assert_eq!(left_over(&repo), Vec::<String>::new());
    assert_eq!(
        proposals(&repo)[0]["paths"],
        json!([["A", "begun"], ["A", "half.txt"]])
    );
}

#[test]
fn a_weaker_sandbox_is_said_once() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    // In a namespace of users that allows no other the jail has none of its own.
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" create x --agents 2";
    let mut command = repo.command("unshare");
    command.args(["-Ur", "sh", "-c", script, env!("CARGO_BIN_EXE_pantheon")]);
    let can = repo.finish(repo.command("unshare").args(["-Ur", "true"]), b"");
    if can.code != 0 {
        println!("not tried: `unshare -Ur` does not work here: {can}");
        return;
    }
    let ran = repo.finish(&mut command, b"").exits(0);
    let said = "note: the sandbox is `base` and not `strict` here: namespaces: ";
    assert_eq!(ran.stderr.matches(said).count(), 1, "{ran}");
    assert!(ran.stderr.contains("sandbox base"), "{ran}");
}

/// Leaves what does not pass in its first session; how it goes on depends on `resumed`.
fn forgetful(resumed: &str) -> String {
    let init = r#"{"type":"system","subtype":"init","session_id":"0b5b-1","model":"m"}"#;
    let result = r#"{"type":"result","subtype":"success","is_error":false,"result":"ok","usage":{}}"#;
    format!(
        r#"#!/bin/sh
prompt=$(cat)
mend() {{ printf 'import os\nKEY = os.environ["APP_KEY"]\nprint(KEY)\n' > app.py; }}
case "$*" in *--resume*) {resumed} ;; esac
echo '{init}'
case "$prompt" in
  *"has found what stands below"*"does not pass yet"*) mend; echo new > how.txt ;;
  *) echo first > NOTES.md; sleep 1 ;;
esac
echo '{result}'
"#
    )
}

#[test]
fn a_session_is_gone_on_with() {
    let server = scripted(vec![Say::Done("done")]);
    let result = r#"{"type":"result","subtype":"success","is_error":false,"result":"ok","usage":{}}"#;
    let script = forgetful(&format!(
        "mend; echo \"$*\" | grep -o '0b5b-1' > how.txt; echo '{result}'; exit 0"
    ));
    let repo = driven(&server, "claude", &script);
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    assert_eq!(offered["rounds"], 2);
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert_eq!(repo.read("how.txt"), b"0b5b-1\n");
}

#[test]
fn a_session_that_cannot_be_gone_on_with_begins_anew() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = driven(
        &server,
        "claude",
        &forgetful("echo 'no such session' >&2; exit 1"),
    );
    let ran = repo.run(&["fix"]).exits(0);
    assert!(
        ran.stderr
            .contains("the session cannot be gone on with, so a new one begins"),
        "{ran}"
    );
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert_eq!(repo.read("how.txt"), b"new\n");
}

#[test]
fn an_attempt_that_breaks_off_keeps_its_work() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = driven(&server, "claude", &forgetful("exit 1"));
    let mut child = start(&repo, &["fix"]);
    wait_for(|| {
        let ids = run_ids(&repo);
        ids.iter()
            .any(|id| run_dir(&repo, id).join("tree/NOTES.md").exists())
    });
    // Its second round finds no program any more.
    std::fs::remove_file(repo.home().join("bin/agent")).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let kept = proposals(&repo);
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&kept[0]["decision"], &kept[0]["paths"]),
        (&json!("inconclusive"), &json!([["A", "NOTES.md"]]))
    );
}
