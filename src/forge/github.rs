//! GitHub: check runs, commit statuses, review comments, comments.

use super::call::{Call, escaped, id, line, number, text};
use super::codec::{Adding, At, Author, Checks, Codec, Note, Pull, Status, Talk, Thread, author};
use super::lines::{Changed, Lines};
use super::plan::Plan;
use super::wanted::{Conclusion, Wanted, annotation_level, cut, is_link};
use super::{Kind, Target, marker};
use crate::report::remark::Remark;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The codec.
pub struct Github;

/// The most annotations of one request.
const BATCH: usize = 50;
/// The most annotations of a run: they are in the text in any case.
const MOST_ANNOTATIONS: usize = 1_000;
/// The most bytes of the summary of a check; GitHub takes 65,535 characters.
const MOST_OF_A_SUMMARY: usize = 65_000;
/// The most characters of the description of a status.
const MOST_OF_A_STATUS: usize = 140;
/// A review says something, and never more: it neither approves nor demands.
pub const EVENT: &str = "COMMENT";

impl Codec for Github {
    fn auth(&self, _: &Target) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("accept", "application/vnd.github+json"),
            ("x-github-api-version", "2022-11-28"),
        ]
    }

    fn permission(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Checks => "add `checks: write` to the `permissions` of the job",
            Kind::Review | Kind::Comment => "add `pull-requests: write` to the `permissions` of the job",
            Kind::Status => "add `statuses: write` to the `permissions` of the job",
        }
    }

    fn checks(&self) -> Option<&dyn Checks> {
        Some(self)
    }

    fn talk(&self) -> Option<&dyn Talk> {
        Some(self)
    }

    fn statuses(&self, target: &Target, _: &str) -> Call {
        Call::get(format!(
            "{}/commits/{}/statuses?per_page=100",
            repo(target),
            target.head
        ))
    }

    fn status(&self, answer: &Value, key: &str) -> Option<Status> {
        status(answer, key, "/state")
    }

    fn wanted_status(&self, wanted: &Wanted<'_>, target: &Target) -> Status {
        let state = match wanted.conclusion {
            Conclusion::Success | Conclusion::Neutral => "success",
            Conclusion::Failure => "failure",
        };
        described(state, wanted, target)
    }

    fn set_status(&self, target: &Target, key: &str, status: &Status) -> Call {
        set_status(target, key, status)
    }
}

impl Checks for Github {
    fn there(&self, target: &Target, wanted: &Wanted<'_>) -> Call {
        let name = escaped(&wanted.name());
        let path = format!(
            "{}/commits/{}/check-runs?check_name={name}&per_page=100",
            repo(target),
            target.head
        );
        Call::get(path)
    }

    fn has(&self, answer: &Value, wanted: &Wanted<'_>) -> bool {
        let runs = answer.get("check_runs").and_then(Value::as_array);
        // Newest first by their ids: what an older one said counts no more.
        let newest = runs.into_iter().flatten().max_by_key(|run| number(run, "/id"));
        newest.is_some_and(|run| {
            text(run, "/external_id") == Some(&wanted.digest)
                && text(run, "/status") == Some("completed")
                && text(run, "/conclusion") == Some(conclusion(wanted.conclusion))
        })
    }

    fn make(&self, target: &Target, wanted: &Wanted<'_>) -> Vec<Call> {
        checks(target, wanted)
    }
}

impl Talk for Github {
    fn who(&self) -> Vec<Call> {
        // The token of a run is no user's: only the other interface says whose it is. It lies beside this one.
        let viewer = json!({ "query": "query { viewer { login databaseId } }" });
        vec![Call::get("/user"), Call::post("/../graphql", viewer)]
    }

    fn me(&self, answer: &Value) -> Option<Author> {
        let user = author(Some(answer), "id", "login");
        let viewer = author(answer.pointer("/data/viewer"), "databaseId", "login");
        [user, viewer].into_iter().find(|me| me.id.is_some())
    }

    fn pull(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/pulls/{}", repo(at.target), at.pull))
    }

    fn find(&self, target: &Target) -> Call {
        Call::get(match &target.branch {
            Some(branch) => format!("{}/pulls?state=open&head={}", repo(target), escaped(branch)),
            None => format!("{}/commits/{}/pulls", repo(target), target.head),
        })
    }

    fn pulled(&self, value: &Value) -> Option<Pull> {
        pulled(value)
    }

    fn notes(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/issues/{}/comments", repo(at.target), at.pull))
    }

    fn note(&self, value: &Value) -> Option<Note> {
        note(value)
    }

    fn add_note(&self, at: At<'_>, body: &str) -> Call {
        add_note(&repo(at.target), at.pull, body)
    }

    fn edit_note(&self, at: At<'_>, id: &str, body: &str) -> Call {
        edit_note(&repo(at.target), id, body)
    }

    fn remove_note(&self, at: At<'_>, id: &str) -> Call {
        remove_note(&repo(at.target), id)
    }

    fn room(&self) -> (usize, usize) {
        (30, 10)
    }

    fn files(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/pulls/{}/files", repo(at.target), at.pull))
    }

    fn file(&self, value: &Value) -> Option<(String, Lines)> {
        let path = text(value, "/filename")?.to_owned();
        let old_path = text(value, "/previous_filename").map(str::to_owned);
        // A file that is gone has no lines in the head.
        (text(value, "/status") != Some("removed")).then_some(())?;
        Some((
            path,
            Lines::parse(text(value, "/patch").unwrap_or_default(), old_path),
        ))
    }

    fn threads(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/pulls/{}/comments", repo(at.target), at.pull))
    }

    fn read(&self, all: &[(Value, Vec<Value>)], _: &Author) -> Vec<Thread> {
        let answered: BTreeSet<String> = all.iter().filter_map(|(v, _)| id(v, "/in_reply_to_id")).collect();
        let first = |value: &&Value| value.get("in_reply_to_id").is_none_or(Value::is_null);
        let values = all.iter().map(|(value, _)| value).filter(first);
        values.filter_map(|value| thread(value, &answered)).collect()
    }

    fn reviews(&self, at: At<'_>) -> Option<Call> {
        Some(Call::get(format!(
            "{}/pulls/{}/reviews",
            repo(at.target),
            at.pull
        )))
    }

    fn add(&self, at: At<'_>, plan: &Plan<'_>, _: &Changed, _: &Value, text: &str) -> Vec<Adding> {
        let pull = format!("{}/pulls/{}", repo(at.target), at.pull);
        let head = at.target.head.to_string();
        let lines = plan.lines.iter();
        let comments: Vec<Value> = lines
            .map(|(remark, first, last)| beside(remark, *first, *last, &plan.key))
            .collect();
        let review = json!({ "commit_id": head, "event": EVENT, "body": text, "comments": comments });
        let mut out = vec![Adding {
            call: Call::post(format!("{pull}/reviews"), review),
            holds: (0..plan.lines.len()).collect(),
        }];
        for (at, remark) in plan.files.iter().enumerate() {
            let body = json!({
                "commit_id": head,
                "path": remark.path,
                "subject_type": "file",
                "body": body(remark, None, &plan.key),
            });
            out.push(Adding {
                call: Call::post(format!("{pull}/comments"), body),
                holds: vec![plan.lines.len() + at],
            });
        }
        out
    }

    fn remove(&self, at: At<'_>, thread: &Thread) -> Call {
        Call::delete(format!("{}/pulls/comments/{}", repo(at.target), thread.id))
    }
}

pub fn repo(target: &Target) -> String {
    format!("/repos/{}", target.repo)
}

/// Reads a pull request; Forgejo writes it the same way.
pub fn pulled(value: &Value) -> Option<Pull> {
    let name = |end: &str| text(value, &format!("/{end}/repo/full_name")).map(str::to_owned);
    Some(Pull {
        number: u64::try_from(number(value, "/number")?).ok()?,
        head: text(value, "/head/sha")?.to_owned(),
        is_fork: name("head") != name("base"),
    })
}

/// Adds a comment to the talk about a pull request; `repo` is the path of its repository.
pub fn add_note(repo: &str, pull: u64, body: &str) -> Call {
    Call::post(format!("{repo}/issues/{pull}/comments"), json!({ "body": body }))
}

/// Writes a comment anew.
pub fn edit_note(repo: &str, id: &str, body: &str) -> Call {
    Call::patch(format!("{repo}/issues/comments/{id}"), json!({ "body": body }))
}

/// Takes a comment away.
pub fn remove_note(repo: &str, id: &str) -> Call {
    Call::delete(format!("{repo}/issues/comments/{id}"))
}

/// Reads a comment or the text of a review; Forgejo writes it the same way.
pub fn note(value: &Value) -> Option<Note> {
    Some(Note {
        id: id(value, "/id")?,
        author: author(value.get("user"), "id", "login"),
        body: text(value, "/body")?.to_owned(),
    })
}

/// Returns the newest status of a context; Forgejo has another word for its state.
pub fn status(answer: &Value, key: &str, state: &str) -> Option<Status> {
    let mut all = answer.as_array()?.iter();
    let ours = all.find(|status| text(status, "/context") == Some(key))?;
    let word = |at: &str| text(ours, at).unwrap_or_default().to_owned();
    Some(Status {
        state: word(state),
        text: word("/description"),
        url: word("/target_url"),
    })
}

/// A status with its words.
pub fn described(state: &str, wanted: &Wanted<'_>, target: &Target) -> Status {
    Status {
        state: state.to_owned(),
        text: cut(&wanted.title, MOST_OF_A_STATUS - 3),
        url: target.url.clone().filter(|url| is_link(url)).unwrap_or_default(),
    }
}

pub fn set_status(target: &Target, key: &str, status: &Status) -> Call {
    let mut body = json!({ "state": status.state, "context": key, "description": status.text });
    if !status.url.is_empty() {
        body["target_url"] = status.url.clone().into();
    }
    Call::post(format!("{}/statuses/{}", repo(target), target.head), body)
}

fn conclusion(of: Conclusion) -> &'static str {
    match of {
        Conclusion::Success => "success",
        Conclusion::Neutral => "neutral",
        Conclusion::Failure => "failure",
    }
}

/// Makes a check run. More annotations than one request holds are appended by further ones, and the last of
/// them completes the run.
fn checks(target: &Target, wanted: &Wanted<'_>) -> Vec<Call> {
    let annotations: Vec<Value> = wanted
        .remarks
        .iter()
        .filter_map(annotation)
        .take(MOST_ANNOTATIONS)
        .collect();
    let summary = wanted.page(MOST_OF_A_SUMMARY);
    let mut batches: Vec<&[Value]> = annotations.chunks(BATCH).collect();
    if batches.is_empty() {
        batches.push(&[]);
    }
    let count = batches.len();
    let mut calls = Vec::with_capacity(count);
    for (at, batch) in batches.into_iter().enumerate() {
        let mut body = Map::new();
        let output = json!({ "title": wanted.title, "summary": summary, "annotations": batch });
        body.insert("output".to_owned(), output);
        if at == 0 {
            body.insert("name".to_owned(), wanted.name().into());
            body.insert("head_sha".to_owned(), target.head.to_string().into());
            body.insert("status".to_owned(), "in_progress".into());
            if let Some(url) = target.url.as_ref().filter(|url| is_link(url)) {
                body.insert("details_url".to_owned(), url.clone().into());
            }
        }
        if at + 1 == count {
            body.insert("status".to_owned(), "completed".into());
            body.insert("conclusion".to_owned(), conclusion(wanted.conclusion).into());
            body.insert("external_id".to_owned(), wanted.digest.clone().into());
        }
        let body = Value::Object(body);
        calls.push(match at {
            0 => Call::post(format!("{}/check-runs", repo(target)), body),
            _ => Call::patch(format!("{}/check-runs/{{id}}", repo(target)), body),
        });
    }
    calls
}

/// An annotation; `None`: the finding stands on no file.
fn annotation(remark: &Remark) -> Option<Value> {
    let path = remark.path.as_ref()?;
    let (first, last) = remark
        .region
        .map_or((1, 1), |region| (region.start_line, region.end_line));
    let mut out = json!({
        "path": path,
        "start_line": first,
        "end_line": last.max(first),
        "annotation_level": annotation_level(remark.level),
        "title": remark.title,
        "message": remark.message,
    });
    // GitHub takes columns only where both ends are on one line, and counts the last one in.
    if let Some(region) = remark.region.filter(|_| first == last) {
        let end = region.end_column.saturating_sub(1).max(region.start_column);
        out["start_column"] = region.start_column.into();
        out["end_column"] = end.into();
    }
    Some(out)
}

fn thread(value: &Value, answered: &BTreeSet<String>) -> Option<Thread> {
    let note = note(value)?;
    let on_file = text(value, "/subject_type") == Some("file");
    Some(Thread {
        is_answered: answered.contains(&note.id),
        is_outdated: !on_file && line(value, "/line").is_none(),
        id: note.id,
        within: String::new(),
        author: note.author,
        body: note.body,
    })
}

fn beside(remark: &Remark, first: u32, last: u32, key: &str) -> Value {
    let mut out = json!({
        "path": remark.path,
        "line": last,
        "side": "RIGHT",
        "body": body(remark, Some((first, last)), key),
    });
    if first < last {
        out["start_line"] = first.into();
        out["start_side"] = "RIGHT".into();
    }
    out
}

/// What a remark says, with its name, and with what could stand there if it stands just there.
pub fn body(remark: &Remark, lines: Option<(u32, u32)>, key: &str) -> String {
    let mut out = format!("{}\n{}", marker::write(key, "finding", &remark.id), remark.body);
    let fits = |first, last| lines == Some((first, last));
    let suggestion = remark
        .suggestion
        .as_ref()
        .filter(|s| fits(s.start_line, s.end_line));
    if let Some(block) = suggestion.and_then(|suggestion| suggestion.block("suggestion")) {
        out.push('\n');
        out.push_str(&block);
    }
    out
}
