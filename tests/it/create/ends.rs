//! How work ends that does not end well: limits, servers that fail, and people who end it.

use super::left::{begun, left_over, proposals, run_dir, run_ids, start, stop, wait_for};
use super::{Say, everything, says, scripted, staged};
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_server_that_is_not_there_is_named() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(&server, "");
    drop(server);
    let ran = repo.run(&["fix"]).exits(1);
    assert!(ran.stderr.contains("one at fake"), "{ran}");
}

#[test]
fn a_budget_ends_it_and_says_so() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Call("read", json!({"path": "a.txt"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "[budget]\nper-run = \"0.000001 USD\"\n");
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    let priced = policy.replace(
        "id = \"m-one\"\n",
        "id = \"m-one\"\ninput-price = \"5 USD\"\noutput-price = \"5 USD\"\n",
    );
    repo.write(".pantheon.toml", priced);
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "Name a price",
        ".pantheon.toml",
    ]);
    let ran = repo.run(&["create", "x"]).exits(1);
    assert!(
        ran.stderr.contains("budget") || ran.stderr.contains("limit"),
        "{ran}"
    );
    assert!(server.asked().is_empty(), "a call was made that nobody can pay");
}

#[test]
fn who_works_long_still_waits_for_the_state() {
    let file: std::sync::Arc<std::sync::OnceLock<std::path::PathBuf>> = std::sync::Arc::default();
    let known = file.clone();
    let server = says(move |talk| {
        if talk.turns > 0 {
            return Say::Done("done");
        }
        // Longer than anybody waits for a lock, and then somebody else has it.
        std::thread::sleep(Duration::from_millis(5500));
        let db = rusqlite::Connection::open(known.get().unwrap()).unwrap();
        db.execute_batch("BEGIN IMMEDIATE").unwrap();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(800));
            db.execute_batch("ROLLBACK").unwrap();
        });
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"}))
    });
    let repo = staged(&server, "");
    file.set(repo.home().join(".local/state/pantheon/state.db"))
        .unwrap();
    let ran = repo.run(&["create", "x"]).exits(0);
    assert!(!ran.stderr.contains("locked"), "{ran}");
}

#[test]
fn turns_and_time_have_ends() {
    let server = says(|talk| {
        Say::Call(
            "write",
            json!({"path": "a.txt", "content": talk.turns.to_string()}),
        )
    });
    let repo = staged(&server, "turns = 3\nrounds = 1\n");
    let ran = repo.run(&["create", "x"]);
    assert!(ran.stderr.contains("the session took 3 turns"), "{ran}");
    let server = scripted(vec![
        Say::Call("run", json!({"command": "sleep 60"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "deadline = \"3s\"\n");
    let start = Instant::now();
    let ran = repo.run(&["create", "x"]).exits(1);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}: {ran}",
        start.elapsed()
    );
    assert_eq!(left_over(&repo), Vec::<String>::new());
}

#[test]
fn ctrl_c_leaves_nothing_running_and_nothing_changed() {
    let server = scripted(vec![
        Say::Call(
            "run",
            json!({"command": "(setsid sleep 300 &) ; touch begun; sleep 300"}),
        ),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let before = everything(&repo);
    let mut child = start(&repo, &["fix"]);
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    assert_eq!(stop(&mut child), Some(130));
    assert_eq!(left_over(&repo), Vec::<String>::new());
    assert_eq!(everything(&repo), before);
    let kept = proposals(&repo);
    assert_eq!(kept.len(), 1, "the work so far is kept: {kept:?}");
    assert_eq!(kept[0]["decision"], "inconclusive");
    assert_eq!(kept[0]["paths"], json!([["A", "begun"]]));
}

#[test]
fn what_is_there_when_the_time_is_up_is_kept() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "half.txt", "content": "half\n"})),
        Say::Call("run", json!({"command": "sleep 60"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "deadline = \"2s\"\n");
    let ran = repo.run(&["create", "x"]);
    let kept = proposals(&repo);
    assert_eq!(kept.len(), 1, "{ran}");
    assert_eq!(kept[0]["paths"], json!([["A", "half.txt"]]), "{ran}");
}

#[test]
fn kill_9_leaves_nothing_running_and_the_work_is_kept() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "half.txt", "content": "half\n"})),
        Say::Call("run", json!({"command": "touch begun; sleep 300"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let before = everything(&repo);
    let mut child = start(&repo, &["fix"]);
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for(|| left_over(&repo).is_empty());
    assert_eq!(everything(&repo), before);
    let swept = repo.run(&["gc"]).exits(0);
    let id = &run_ids(&repo)[0];
    let kept = std::fs::read_to_string(run_dir(&repo, id).join("run.toml")).unwrap();
    assert!(kept.contains("harvested"), "{kept}\n{swept}");
}
