//! `pantheon create`: a task in words.

use super::{Say, everything, proposal, scripted, staged};
use crate::support::Repo;
use serde_json::{Value, json};

#[test]
fn a_task_becomes_a_proposal() {
    let server = scripted(vec![
        Say::Call("list", json!({})),
        Say::Call(
            "write",
            json!({"path": "src/hello.py", "content": "print(\"hello\")\n"}),
        ),
        Say::Call(
            "run",
            json!({"command": "python3 src/hello.py || true; git status --short"}),
        ),
        Say::Done("There is a greeting now."),
    ]);
    let repo = staged(&server, "");
    let before = everything(&repo);
    let ran = repo.run(&["create", "say hello", "--json"]).exits(0);
    assert_eq!(everything(&repo), before);
    let offered = proposal(&ran);
    assert_eq!(
        (offered["task"].as_str(), offered["decision"].as_str()),
        (Some("say hello"), Some("pass"))
    );
    assert_eq!(offered["paths"], json!([["A", "src/hello.py"]]));
    assert!(!repo.has("src/hello.py"));
    let id = offered["id"].as_str().unwrap();
    repo.run(&["proposals", "apply", id]).exits(0);
    assert_eq!(repo.read("src/hello.py"), b"print(\"hello\")\n");
}

#[test]
fn what_happens_is_told_as_lines_of_json() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let ran = repo.run(&["create", "write a file", "--events"]).exits(0);
    let events: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    for name in [
        "started", "scratch", "locked", "tool", "answered", "used", "said", "ended", "judged", "proposed",
    ] {
        assert!(names.contains(&name), "`{name}` is missing: {names:?}");
    }
    let used: Vec<u64> = events
        .iter()
        .filter_map(|event| event["input"].as_u64())
        .collect();
    assert!(used.last() > Some(&100), "{used:?}");
    assert!(
        events
            .iter()
            .all(|event| event["run"] == events[0]["run"] && event["agent"] == "fixer")
    );
}

#[test]
fn nothing_changed_is_no_proposal() {
    let server = scripted(vec![Say::Done("I will not.")]);
    let repo = staged(&server, "");
    let ran = repo.run(&["create", "do something"]).exits(1);
    assert!(
        ran.stderr.contains("no proposal: the agent changed nothing"),
        "{ran}"
    );
    let ran = repo.run(&["create", "do something", "--events"]).exits(1);
    assert!(
        ran.stderr.contains("no proposal: the agent changed nothing"),
        "{ran}"
    );
}

#[test]
fn what_makes_no_sense_is_said_before_anybody_is_asked() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(&server, "");
    for (args, said) in [
        (vec!["create", " "], "the task is empty"),
        (
            vec!["create", "x", "--agent", "nobody"],
            "there is no agent `nobody`",
        ),
        (vec!["create", "x", "--agents", "5000"], "may work at once"),
        (vec!["create", "x", "--agents", "0"], "expected a number from 1"),
        (vec!["create", "x", "--rounds", "0"], "0 is not in 1.."),
        (vec!["create", "x", "--base", "nowhere"], "nowhere"),
        (vec!["create", "x", "--stage", "commit-msg"], "judges messages"),
    ] {
        let ran = repo.run(&args).exits(2);
        assert!(ran.stderr.contains(said), "{args:?}: {ran}");
    }
    assert!(server.asked().is_empty());
    let empty = Repo::new();
    let ran = empty.run(&["create", "x"]).exits(2);
    assert!(ran.stderr.contains("no commit"), "{ran}");
}

#[test]
fn a_validator_never_writes() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(
        &server,
        "[agents.looker]\nrole = \"validator\"\nmodel = \"one\"\n",
    );
    let ran = repo.run(&["create", "x", "--agent", "looker"]).exits(2);
    assert!(
        ran.stderr
            .contains("the agent `looker` is a validator, and those never write"),
        "{ran}"
    );
}

#[test]
fn tools_that_are_not_granted_are_not_there() {
    let server = scripted(vec![
        Say::Call("run", json!({"command": "touch made"})),
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    repo.write(
        ".pantheon.toml",
        policy.replace(
            "model = \"one\"\n[create]",
            "model = \"one\"\ntools = [\"read\", \"write\"]\n[create]",
        ),
    );
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "Grant less",
        ".pantheon.toml",
    ]);
    let offered = proposal(&repo.run(&["create", "x", "--json"]).exits(0));
    assert_eq!(offered["paths"], json!([["A", "a.txt"]]));
    let first: Value = serde_json::from_slice(&server.asked()[0].body).unwrap();
    let names: Vec<&str> = first["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["function"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["read", "write"]);
}
