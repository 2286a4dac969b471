//! The strict reader of `proposal.json`.

use crate::model::Proposal;
use crate::sys::file;
use std::fs;
use std::path::Path;

/// The file in the directory of a run.
pub(super) const FILE: &str = "proposal.json";
/// The largest proposal, in bytes.
const LARGEST: u64 = 16 << 20;
/// The version of the form that is understood.
const VERSION: u32 = 1;
/// The longest id.
const LONGEST: usize = 80;
/// What a gate may have said.
const DECISIONS: [&str; 4] = ["pass", "warn", "block", "inconclusive"];

/// Reads the proposal of a run; `None`: it has none.
pub(super) fn read(run: &Path, id: &str) -> Result<Option<Proposal>, String> {
    let path = run.join(FILE);
    match fs::symlink_metadata(&path) {
        Err(_) => return Ok(None),
        Ok(meta) if !meta.is_file() => return Err(format!("`{FILE}` is no file")),
        Ok(_) => {}
    }
    let bytes = file::read(&path, LARGEST).map_err(|e| format!("`{FILE}` cannot be read: {e}"))?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| format!("`{FILE}` is no JSON"))?;
    match value["version"].as_u64() {
        Some(version) if version == u64::from(VERSION) => {}
        Some(version) => {
            return Err(format!(
                "it is of version {version}, which this pantheon does not know"
            ));
        }
        None => return Err("it has no version".to_owned()),
    }
    let proposal: Proposal = serde_json::from_value(value).map_err(|e| e.to_string())?;
    check(&proposal, id)?;
    match fs::symlink_metadata(run.join("odb")) {
        Ok(meta) if meta.is_dir() => Ok(Some(proposal)),
        _ => Err("its objects are gone".to_owned()),
    }
}

/// Whether an id is one: it is the name of a directory.
pub(super) fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(plain) && !id.starts_with(['.', '-'])
}

fn check(proposal: &Proposal, id: &str) -> Result<(), String> {
    if proposal.id != id {
        return Err("its id is not the name of its directory".to_owned());
    }
    for (name, tree) in [("base", &proposal.base), ("tree", &proposal.tree)] {
        if !is_object(tree) {
            return Err(format!("its `{name}` is no object"));
        }
    }
    if proposal
        .base_commit
        .as_ref()
        .is_some_and(|commit| !is_object(commit))
    {
        return Err("its `base-commit` is no object".to_owned());
    }
    if !DECISIONS.contains(&proposal.decision.as_str()) {
        return Err("its `decision` is none that a gate takes".to_owned());
    }
    Ok(())
}

fn is_object(id: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(id.len(), 40 | 64) && id.bytes().all(is_hex)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test writes what it reads")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn sound() -> Value {
        json!({
            "version": 1, "id": "r1", "created": 0, "task": "t", "agent": "a", "runtime": "builtin", "models": [],
            "base": "a".repeat(40), "base-commit": null, "tree": "b".repeat(40), "paths": [["M", "x"]],
            "surface": [], "refused": [], "decision": "pass", "stage": "pre-commit", "findings": [], "rounds": 1,
            "input-tokens": 0, "output-tokens": 0, "cost": "0", "elapsed": 0, "level": "strict", "said": "",
            "state": "open"
        })
    }

    fn read_as(value: &[u8]) -> Result<Option<Proposal>, String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("odb")).unwrap();
        fs::write(dir.path().join(FILE), value).unwrap();
        read(dir.path(), "r1")
    }

    #[test]
    fn what_is_sound_is_read() {
        let read = read_as(sound().to_string().as_bytes()).unwrap().unwrap();
        assert_eq!(
            (read.id.as_str(), read.paths),
            ("r1", vec![('M', "x".to_owned())])
        );
    }

    #[test]
    fn what_is_not_is_named() {
        for (key, value, why) in [
            (
                "version",
                json!(2),
                "it is of version 2, which this pantheon does not know",
            ),
            ("version", Value::Null, "it has no version"),
            ("id", json!("../../x"), "its id is not the name of its directory"),
            ("base", json!("--upload-pack=x"), "its `base` is no object"),
            ("tree", json!("HEAD"), "its `tree` is no object"),
            ("base-commit", json!("-x"), "its `base-commit` is no object"),
            (
                "decision",
                json!("fine"),
                "its `decision` is none that a gate takes",
            ),
        ] {
            let mut bad = sound();
            bad[key] = value;
            assert_eq!(read_as(bad.to_string().as_bytes()), Err(why.to_owned()), "{key}");
        }
        assert_eq!(read_as(b"{"), Err("`proposal.json` is no JSON".to_owned()));
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        assert_eq!(read_as(&deep), Err("`proposal.json` is no JSON".to_owned()));
    }

    #[test]
    fn a_run_without_a_proposal_has_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path(), "r1"), Ok(None));
    }

    #[test]
    fn ids_are_names_of_directories() {
        for id in ["", ".", "..", "a/b", "-x", "a b", "\u{e9}", &"a".repeat(81)] {
            assert!(!is_id(id), "{id:?}");
        }
        assert!(is_id("2026-11-21_a.b"));
    }
}
