//! The second stage for pull requests of forks: shows what the first one has written, which nobody may believe.
//!
//! The first stage runs what the author of the change controls, so its report may say anything. It is read strictly,
//! and must be about the commit that the event names; repository and pull request come from the event alone.

use super::found::Wrong;
use super::vars::{Vars, commit, shown};
use super::{Files, read};
use crate::app::reports;
use crate::model::{Oid, Report, Source};
use crate::sys::env;
use serde::Deserialize;
use std::path::Path;

/// The part of an event that counts.
#[derive(Deserialize)]
struct Event {
    workflow_run: Option<Run>,
}

#[derive(Deserialize)]
struct Run {
    head_sha: String,
}

/// Reads the report of a first stage, and insists that it is about a commit, which is returned too.
///
/// # Errors
/// When the commit is none, the event is about another, or the report cannot be read, is about another, or is one of a
/// share.
pub fn second(dir: &Path, from: &Path, expected: &str) -> Result<(Report, Oid), Wrong> {
    let head = Oid::from_hex(expected.as_bytes()).map_err(|_| {
        let what = format!(
            "`--expect-head` holds `{}`, which is not the full id of a commit",
            shown(expected)
        );
        Wrong::new(
            what,
            "take it from the event, such as `github.event.workflow_run.head_sha`",
        )
    })?;
    is_of_event(&Vars::new(env::all()), &read, head)?;
    let report = reports::read(dir, from)?.report;
    is_about(&report, from, head)?;
    Ok((report, head))
}

/// Insists that an event that follows another run is about a commit.
fn is_of_event(vars: &Vars, files: Files<'_>, head: Oid) -> Result<(), Wrong> {
    if vars.get("GITHUB_EVENT_NAME") != Some("workflow_run") {
        return Ok(());
    }
    let hint = "take `--expect-head` from `github.event.workflow_run.head_sha`";
    let mute = || {
        Wrong::new(
            "the event `workflow_run` does not say which commit it is about",
            hint,
        )
    };
    let bytes = files(vars.get("GITHUB_EVENT_PATH").ok_or_else(mute)?)?;
    let event: Event = serde_json::from_slice(&bytes).map_err(|_| mute())?;
    let run = event.workflow_run.ok_or_else(mute)?;
    let named = commit("workflow_run.head_sha", &run.head_sha)?;
    match named == head {
        true => Ok(()),
        false => Err(Wrong::new(
            format!("the event is about commit {named}, and `--expect-head` names {head}"),
            hint,
        )),
    }
}

/// Insists that a report is about a commit, and about all of it.
fn is_about(report: &Report, file: &Path, head: Oid) -> Result<(), Wrong> {
    let file = file.display();
    if let Some(part) = &report.part {
        let what = format!("`{file}` is {} alone", part.shard);
        return Err(Wrong::new(
            what,
            "join the reports of all with `pantheon report merge` first",
        ));
    }
    let judged = match &report.source {
        Source::Range { to, .. } => Some(*to),
        Source::Commit(id) | Source::Tree(id) => Some(*id),
        Source::Staged | Source::Worktree | Source::Message => None,
    };
    match report.head.or(judged) {
        Some(id) if id == head => Ok(()),
        Some(id) => Err(Wrong::new(
            format!("`{file}` is about commit {id}, and `--expect-head` names {head}"),
            "it is stale, or of another run: show nothing of it",
        )),
        None => Err(Wrong::new(
            format!("`{file}` is about no commit, but about {}", report.source.name()),
            "write it with `pantheon ci --format json=FILE`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str], event: &str) -> Result<(), Wrong> {
        let pairs = lines.iter().map(|line| line.split_once('=').unwrap());
        let vars = Vars::new(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
        let files = |_: &str| Ok(event.as_bytes().to_vec());
        is_of_event(&vars, &files, Oid::from_hex("a".repeat(40).as_bytes()).unwrap())
    }

    #[test]
    fn the_event_names_the_commit() {
        let run = |id: &str| format!(r#"{{"workflow_run":{{"head_sha":"{id}","pull_requests":[]}}}}"#);
        let lines = ["GITHUB_EVENT_NAME=workflow_run", "GITHUB_EVENT_PATH=x"];
        assert_eq!(told(&lines, &run(&"a".repeat(40))), Ok(()));
        assert_eq!(told(&["GITHUB_EVENT_NAME=push"], ""), Ok(()));
        assert_eq!(told(&[], ""), Ok(()));
        let wrong = told(&lines, &run(&"b".repeat(40))).unwrap_err().message;
        let expected = format!(
            "the event is about commit {}, and `--expect-head` names {}",
            "b".repeat(40),
            "a".repeat(40)
        );
        assert_eq!(wrong, expected);
        for event in [
            "",
            "{}",
            "[]",
            r#"{"workflow_run":{}}"#,
            &run("x"),
            &"[".repeat(100_000),
        ] {
            assert!(told(&lines, event).is_err(), "{event:.40}");
        }
        assert!(told(&lines[..1], &run(&"a".repeat(40))).is_err());
    }
}
