//! Forgejo and Gitea: commit statuses, reviews, comments. Much of it is as on GitHub.

use super::call::{Call, id, line, text};
use super::codec::{Adding, At, Author, Checks, Codec, Note, Pull, Status, Talk, Thread, author};
use super::github::{self, EVENT, body, described, repo};
use super::lines::{Changed, Lines};
use super::plan::Plan;
use super::wanted::{Conclusion, Wanted};
use super::{Kind, Target};
use serde_json::{Value, json};

/// The codec.
pub struct Forgejo;

impl Codec for Forgejo {
    fn auth(&self, _: &Target) -> (&'static str, &'static str) {
        ("authorization", "token ")
    }

    fn permission(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Status => {
                "put a token with the scope `write:repository` into the secret `PANTHEON_FORGE_TOKEN`"
            }
            _ => {
                "put a token with the scopes `write:repository` and `write:issue` into the secret `PANTHEON_FORGE_TOKEN`"
            }
        }
    }

    fn checks(&self) -> Option<&dyn Checks> {
        None
    }

    fn talk(&self) -> Option<&dyn Talk> {
        Some(self)
    }

    fn statuses(&self, target: &Target, _: &str) -> Call {
        let path = format!(
            "{}/commits/{}/statuses?limit=50&sort=recentupdate",
            repo(target),
            target.head
        );
        Call::get(path)
    }

    fn status(&self, answer: &Value, key: &str) -> Option<Status> {
        github::status(answer, key, "/status")
    }

    fn wanted_status(&self, wanted: &Wanted<'_>, target: &Target) -> Status {
        let state = match wanted.conclusion {
            // A warning would hold a branch that requires this status.
            Conclusion::Success | Conclusion::Neutral => "success",
            Conclusion::Failure => "failure",
        };
        described(state, wanted, target)
    }

    fn set_status(&self, target: &Target, key: &str, status: &Status) -> Call {
        github::set_status(target, key, status)
    }
}

impl Talk for Forgejo {
    fn pages(&self) -> (&'static str, usize) {
        ("limit", 50)
    }

    fn who(&self) -> Vec<Call> {
        vec![Call::get("/user")]
    }

    fn me(&self, answer: &Value) -> Option<Author> {
        let me = author(Some(answer), "id", "login");
        me.id.is_some().then_some(me)
    }

    fn pull(&self, at: At<'_>) -> Call {
        Call::get(pull(at))
    }

    fn find(&self, target: &Target) -> Call {
        Call::get(format!("{}/pulls?state=open", repo(target)))
    }

    fn pulled(&self, value: &Value) -> Option<Pull> {
        github::pulled(value)
    }

    fn notes(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/issues/{}/comments", repo(at.target), at.pull))
    }

    fn note(&self, value: &Value) -> Option<Note> {
        github::note(value)
    }

    fn add_note(&self, at: At<'_>, body: &str) -> Call {
        github::add_note(&repo(at.target), at.pull, body)
    }

    fn edit_note(&self, at: At<'_>, id: &str, body: &str) -> Call {
        github::edit_note(&repo(at.target), id, body)
    }

    fn remove_note(&self, at: At<'_>, id: &str) -> Call {
        github::remove_note(&repo(at.target), id)
    }

    fn room(&self) -> (usize, usize) {
        (30, 0)
    }

    fn files(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/files", pull(at)))
    }

    fn file(&self, value: &Value) -> Option<(String, Lines)> {
        let path = text(value, "/filename")?.to_owned();
        let is_gone = matches!(text(value, "/status"), Some("deleted" | "removed"));
        // No hunks come with the files, and a line outside of them is taken all the same.
        (!is_gone).then(|| (path, Lines::all()))
    }

    fn threads(&self, at: At<'_>) -> Call {
        Call::get(format!("{}/reviews", pull(at)))
    }

    fn below(&self, at: At<'_>, value: &Value) -> Option<Call> {
        let review = id(value, "/id")?;
        Some(Call::get(format!("{}/reviews/{review}/comments", pull(at))))
    }

    fn read(&self, all: &[(Value, Vec<Value>)], me: &Author) -> Vec<Thread> {
        let mut out = Vec::new();
        for (review, comments) in all {
            let within = id(review, "/id").unwrap_or_default();
            out.extend(
                comments
                    .iter()
                    .filter_map(|comment| thread(comment, &within, all, me)),
            );
        }
        out
    }

    fn reviews(&self, at: At<'_>) -> Option<Call> {
        Some(self.threads(at))
    }

    fn add(&self, at: At<'_>, plan: &Plan<'_>, _: &Changed, _: &Value, text: &str) -> Vec<Adding> {
        let lines = plan.lines.iter().map(|(remark, first, last)| {
            json!({
                "path": remark.path,
                "new_position": first,
                "old_position": 0,
                "body": body(remark, Some((*first, *last)).filter(|(first, last)| first == last), &plan.key),
            })
        });
        let review = json!({
            "commit_id": at.target.head.to_string(),
            "event": EVENT,
            "body": text,
            "comments": lines.collect::<Vec<_>>(),
        });
        vec![Adding {
            call: Call::post(format!("{}/reviews", pull(at)), review),
            holds: (0..plan.lines.len()).collect(),
        }]
    }

    fn remove(&self, at: At<'_>, thread: &Thread) -> Call {
        let path = format!("{}/reviews/{}/comments/{}", pull(at), thread.within, thread.id);
        Call::delete(path)
    }
}

fn pull(at: At<'_>) -> String {
    format!("{}/pulls/{}", repo(at.target), at.pull)
}

/// A remark. Who answers it writes at the same line of the same file.
fn thread(comment: &Value, within: &str, all: &[(Value, Vec<Value>)], me: &Author) -> Option<Thread> {
    let note = github::note(comment)?;
    let place = |comment: &Value| {
        let path = text(comment, "/path").map(str::to_owned);
        (
            path,
            line(comment, "/position"),
            line(comment, "/original_position"),
        )
    };
    let here = place(comment);
    let theirs = |other: &Value| github::note(other).is_some_and(|other| !other.author.is(me));
    let mut others = all.iter().flat_map(|(_, comments)| comments);
    Some(Thread {
        is_answered: others.any(|other| theirs(other) && place(other) == here),
        is_outdated: here.1.is_none(),
        id: note.id,
        within: within.to_owned(),
        author: note.author,
        body: note.body,
    })
}
