//! Repositories that are kept at home, and what an agent is never given.

use super::{Say, mend, scripted, staged};
use serde_json::json;

#[test]
fn a_repository_that_is_kept_at_home_is_shown_to_nobody() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "");
    repo.write(".pantheon-no-llm", "");
    repo.git(&["add", ".pantheon-no-llm"]);
    let ran = repo.run(&["fix"]).exits(2);
    assert!(
        ran.stderr
            .contains("no model may be asked about this repository: the change adds `.pantheon-no-llm`"),
        "{ran}"
    );
    repo.git(&["commit", "-q", "--no-verify", "-m", "Stay", ".pantheon-no-llm"]);
    for args in [vec!["fix"], vec!["create", "x"]] {
        let ran = repo.run(&args).exits(2);
        let said =
            "no model may be asked about this repository: `.pantheon-no-llm` keeps the repository at home";
        assert!(ran.stderr.contains(said), "{ran}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn models_that_are_off_are_off_for_agents_too() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "[review]\nmodels = false\n");
    for args in [vec!["fix"], vec!["create", "x"]] {
        let ran = repo.run(&args).exits(2);
        let said = "no model may be asked about this repository: `review.models` is off";
        assert!(ran.stderr.contains(said), "{ran}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn without_a_model_on_this_machine_no_other_is_asked_where_that_is_forbidden() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "[routing]\nremote = false\n");
    repo.run(&["fix"]).exits(0);
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    let far = policy.replace(&server.http(), "https://models.example");
    repo.write(".pantheon.toml", far);
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "Ask elsewhere",
        ".pantheon.toml",
    ]);
    for args in [vec!["fix"], vec!["create", "x"]] {
        let ran = repo.run(&args).exits(2);
        let said = "`routing.remote` is off, and no model on this machine is configured";
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn the_key_of_a_provider_is_not_given_to_an_agent() {
    let server = scripted(vec![
        Say::Call("run", json!({"command": "echo \"[$FAR_KEY][$NEAR]\" > seen.txt"})),
        Say::Done("done"),
    ]);
    let mut repo = staged(&server, "");
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    let policy = policy
        .replace("stream = false", "stream = false\napi-key-env = \"FAR_KEY\"")
        .replace(
            "model = \"one\"",
            "model = \"one\"\nenv = [\"FAR_KEY\", \"NEAR\"]",
        );
    repo.write(".pantheon.toml", policy);
    repo.git(&["commit", "-q", "--no-verify", "-m", "Give more", ".pantheon.toml"]);
    repo.run(&["trust"]).exits(0);
    repo.env.push(("FAR_KEY".into(), "far-away-and-secret".into()));
    repo.env.push(("NEAR".into(), "near".into()));
    let ran = repo.run(&["create", "x"]).exits(0);
    assert!(
        ran.stderr
            .contains("`FAR_KEY` is the key of a provider, and no agent is given that"),
        "{ran}"
    );
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert_eq!(repo.read("seen.txt"), b"[][near]\n");
    assert!(
        server.asked()[0]
            .header("authorization")
            .contains("far-away-and-secret")
    );
}
