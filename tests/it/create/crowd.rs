//! Several agents at once.

use super::{Say, Shared, everything, mend, proposal, says, scripted, staged};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn the_best_of_several_is_offered() {
    // Conversations are told apart by what they begin with: each attempt asks for itself.
    let begun: Shared<usize> = Shared::default();
    let server = says(move |talk| {
        if talk.turns > 0 {
            return Say::Done("done");
        }
        let mut begun = begun.lock().unwrap();
        *begun += 1;
        match *begun {
            2 => mend(),
            _ => Say::Call("write", json!({"path": "NOTES.md", "content": "no idea\n"})),
        }
    });
    let repo = staged(&server, "rounds = 1\n");
    let before = everything(&repo);
    let ran = repo.run(&["fix", "--agents", "3", "--json"]).exits(0);
    assert_eq!(everything(&repo), before);
    let offered = proposal(&ran);
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    let open = repo.run(&["proposals", "list", "--format", "json"]).exits(0);
    let open: serde_json::Value = serde_json::from_str(&open.stdout).unwrap();
    let ids: BTreeSet<String> = ids(&open);
    assert!(ids.contains(offered["id"].as_str().unwrap()), "{open}");
}

fn ids(list: &serde_json::Value) -> BTreeSet<String> {
    let list = list.as_array().or_else(|| list["proposals"].as_array()).unwrap();
    list.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn many_at_once_fail_nowhere_and_leave_nothing() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "max-agents = 64\n");
    let before = everything(&repo);
    let ran = repo.run(&["fix", "--agents", "12", "--events"]).exits(0);
    assert_eq!(everything(&repo), before);
    let judged = ran
        .stdout
        .lines()
        .filter(|line| line.contains("\"event\":\"judged\""));
    assert_eq!(
        judged.filter(|line| line.contains("\"pass\"")).count(),
        12,
        "{ran}"
    );
}
