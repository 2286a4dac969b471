//! GitLab: commit statuses, notes, discussions on the lines of a merge request.

use super::call::{Call, escaped, id, number, text};
use super::codec::{Adding, At, Author, Checks, Codec, Note, Pull, Status, Talk, Thread, author};
use super::github::described;
use super::lines::{Changed, Lines};
use super::plan::Plan;
use super::wanted::{Conclusion, Wanted};
use super::{Kind, Target, marker};
use crate::report::remark::Remark;
use serde_json::{Map, Value, json};

/// The codec.
pub struct Gitlab;

/// GitLab takes no suggestion that reaches further.
const FARTHEST: u32 = 100;

impl Codec for Gitlab {
    fn auth(&self, target: &Target) -> (&'static str, &'static str) {
        match target.token_name {
            "CI_JOB_TOKEN" => ("job-token", ""),
            _ => ("private-token", ""),
        }
    }

    fn permission(&self, _: Kind) -> &'static str {
        "put a project access token with the scope `api` and the role `Developer` into the masked variable \
         `GITLAB_TOKEN`: the token of the job may not do this"
    }

    fn checks(&self) -> Option<&dyn Checks> {
        None
    }

    fn talk(&self) -> Option<&dyn Talk> {
        Some(self)
    }

    fn statuses(&self, target: &Target, _: &str) -> Call {
        let path = format!(
            "{}/repository/commits/{}/statuses?per_page=100",
            project(target),
            target.head
        );
        Call::get(path)
    }

    fn status(&self, answer: &Value, key: &str) -> Option<Status> {
        let all = answer.as_array()?.iter();
        let ours = all.filter(|status| text(status, "/name") == Some(key));
        let newest = ours.max_by_key(|status| number(status, "/id"))?;
        let word = |at: &str| text(newest, at).unwrap_or_default().to_owned();
        Some(Status {
            state: word("/status"),
            text: word("/description"),
            url: word("/target_url"),
        })
    }

    fn wanted_status(&self, wanted: &Wanted<'_>, target: &Target) -> Status {
        let state = match wanted.conclusion {
            Conclusion::Success | Conclusion::Neutral => "success",
            Conclusion::Failure => "failed",
        };
        described(state, wanted, target)
    }

    fn set_status(&self, target: &Target, key: &str, status: &Status) -> Call {
        let mut body = json!({ "state": status.state, "name": key, "description": status.text });
        if !status.url.is_empty() {
            body["target_url"] = status.url.clone().into();
        }
        Call::post(format!("{}/statuses/{}", project(target), target.head), body)
    }
}

impl Talk for Gitlab {
    fn who(&self) -> Vec<Call> {
        vec![Call::get("/user")]
    }

    fn me(&self, answer: &Value) -> Option<Author> {
        let me = author(Some(answer), "id", "username");
        me.id.is_some().then_some(me)
    }

    fn bot(&self) -> Option<&'static str> {
        None
    }

    fn pull(&self, at: At<'_>) -> Call {
        Call::get(request(at))
    }

    fn find(&self, target: &Target) -> Call {
        Call::get(format!(
            "{}/repository/commits/{}/merge_requests?state=opened",
            project(target),
            target.head
        ))
    }

    fn pulled(&self, value: &Value) -> Option<Pull> {
        Some(Pull {
            number: u64::try_from(number(value, "/iid")?).ok()?,
            head: text(value, "/sha")?.to_owned(),
            is_fork: number(value, "/source_project_id") != number(value, "/target_project_id"),
        })
    }

    fn notes(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/notes?sort=asc", request(at)))
    }

    fn note(&self, value: &Value) -> Option<Note> {
        Some(Note {
            id: id(value, "/id")?,
            author: author(value.get("author"), "id", "username"),
            body: text(value, "/body")?.to_owned(),
        })
    }

    fn add_note(&self, at: At<'_>, body: &str) -> Call {
        Call::post(format!("{}/notes", request(at)), json!({ "body": body }))
    }

    fn edit_note(&self, at: At<'_>, id: &str, body: &str) -> Call {
        Call::put(format!("{}/notes/{id}", request(at)), json!({ "body": body }))
    }

    fn remove_note(&self, at: At<'_>, id: &str) -> Call {
        Call::delete(format!("{}/notes/{id}", request(at)))
    }

    fn room(&self) -> (usize, usize) {
        (30, 0)
    }

    fn files(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/diffs", request(at)))
    }

    fn file(&self, value: &Value) -> Option<(String, Lines)> {
        let path = text(value, "/new_path")?.to_owned();
        let old_path = text(value, "/old_path").map(str::to_owned);
        let is_gone = value
            .get("deleted_file")
            .and_then(Value::as_bool)
            .unwrap_or_default();
        (!is_gone).then_some(())?;
        Some((
            path,
            Lines::parse(text(value, "/diff").unwrap_or_default(), old_path),
        ))
    }

    fn place(&self, at: At<'_>) -> Option<Call> {
        Some(Call::get(format!("{}/versions", request(at))))
    }

    fn threads(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/discussions", request(at)))
    }

    fn read(&self, all: &[(Value, Vec<Value>)], me: &Author) -> Vec<Thread> {
        all.iter()
            .filter_map(|(value, _)| self.thread(value, me))
            .collect()
    }

    fn add(&self, at: At<'_>, plan: &Plan<'_>, changed: &Changed, place: &Value, _: &str) -> Vec<Adding> {
        let mut out = Vec::new();
        for (index, (remark, first, last)) in plan.lines.iter().enumerate() {
            let Some(position) = position(remark, *last, changed, place) else {
                continue;
            };
            let body = json!({ "body": body(remark, (*first, *last), &plan.key), "position": position });
            out.push(Adding {
                call: Call::post(format!("{}/discussions", request(at)), body),
                holds: vec![index],
            });
        }
        out
    }

    fn remove(&self, at: At<'_>, thread: &Thread) -> Call {
        let path = format!(
            "{}/discussions/{}/notes/{}",
            request(at),
            thread.within,
            thread.id
        );
        Call::delete(path)
    }
}

impl Gitlab {
    fn thread(&self, value: &Value, me: &Author) -> Option<Thread> {
        let notes = value.get("notes")?.as_array()?;
        let first = self.note(notes.first()?)?;
        let others = notes.iter().skip(1).filter_map(|note| self.note(note));
        // What the system notes down, such as that a thread was resolved, is nobody's answer.
        let is_system = |note: &Value| note.get("system").and_then(Value::as_bool).unwrap_or_default();
        let is_answered = others
            .zip(notes.iter().skip(1))
            .any(|(note, raw)| !note.author.is(me) && !is_system(raw));
        Some(Thread {
            id: first.id,
            within: id(value, "/id")?,
            author: first.author,
            body: first.body,
            is_answered,
            is_outdated: false,
        })
    }
}

fn project(target: &Target) -> String {
    format!("/projects/{}", escaped(&target.repo))
}

fn request(at: At<'_>) -> String {
    format!("{}/merge_requests/{}", project(at.target), at.pull)
}

/// Where a discussion stands: a new line has a number after the change alone, one that stayed has both.
fn position(remark: &Remark, line: u32, changed: &Changed, versions: &Value) -> Option<Value> {
    let version = versions.as_array()?.first()?;
    let path = remark.path.as_ref()?;
    let lines = changed.get(path)?;
    let mut out = Map::new();
    out.insert("position_type".to_owned(), "text".into());
    for (name, at) in [
        ("base_sha", "/base_commit_sha"),
        ("start_sha", "/start_commit_sha"),
        ("head_sha", "/head_commit_sha"),
    ] {
        out.insert(name.to_owned(), text(version, at)?.into());
    }
    out.insert("new_path".to_owned(), path.clone().into());
    out.insert(
        "old_path".to_owned(),
        lines.old_path.as_ref().unwrap_or(path).clone().into(),
    );
    out.insert("new_line".to_owned(), line.into());
    if let Some(old) = lines.before(line) {
        out.insert("old_line".to_owned(), old.into());
    }
    Some(Value::Object(out))
}

/// What a remark says, with its name. It stands on the last line, and a suggestion reaches back from there.
fn body(remark: &Remark, (first, last): (u32, u32), key: &str) -> String {
    let mut out = format!("{}\n{}", marker::write(key, "finding", &remark.id), remark.body);
    let above = last.saturating_sub(first);
    let suggestion = remark.suggestion.as_ref();
    let suggestion = suggestion.filter(|s| (s.start_line, s.end_line) == (first, last) && above <= FARTHEST);
    if let Some(block) = suggestion.and_then(|s| s.block(&format!("suggestion:-{above}+0"))) {
        out.push('\n');
        out.push_str(&block);
    }
    out
}
