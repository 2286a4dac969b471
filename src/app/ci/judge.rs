//! Judges what a CI system means, by the gate of a stage.

use super::commits::{self, Commits};
use super::found::{Found, Spec};
use super::{Asked, Decision, Error, Request, both, trust};
use crate::app::judge::{Depth, Judge};
use crate::app::load::From;
use crate::app::review::{Judged, Seen, judged};
use crate::app::wire::{self, Wired};
use crate::git::{self, Repository};
use crate::model::{ChangeSet, LeftOut, Oid, PolicySource, visible};
use crate::rules::pattern;
use crate::sys::signal::Interrupt;
use std::path::Path;

/// What a run came to.
pub enum Came {
    /// A report.
    Judged(Judged),
    /// A report of what was looked at before the program was told to end.
    Interrupted(Judged),
    /// There was nothing to judge, for this reason.
    Nothing(String),
}

/// Judges what the environment says.
///
/// # Errors
/// When the repository, the policy or the change cannot be read, or the user interrupts at the keyboard.
pub fn run(dir: &Path, request: &Request, asked: &Asked) -> Result<Came, Error> {
    let found = match &asked.decision {
        Decision::Judge(found) => found,
        Decision::Nothing { event, why } => {
            return Ok(Came::Nothing(format!(
                "{}, {}: {why}",
                asked.title(),
                visible(event)
            )));
        }
    };
    let interrupt = Interrupt::listen();
    let (mut place, pair) = asked.pair(dir, request, found)?;
    let commits = commits::find(&mut place, &pair, request.commits)?;
    let mut change = git::range(&place.repo, pair.from, pair.to)?;
    git::mark_copies(&place.repo, &mut change);
    let room = Room {
        repo: &place.repo,
        asked,
        found,
        change: &change,
        commits: &commits,
        request,
        interrupt: &interrupt,
        chosen: asked.chosen(found, &pair),
    };
    let (mut judged, own) = room.by_base()?;
    judged.report.head = head_of(found, pair.to);
    judged.report.notes.extend(pair.notes);
    judged.report.notes.extend(commits.notes);
    if change.files.is_empty() {
        let note = "nothing was checked: the change has no file";
        judged.report.notes.push(note.to_owned());
    }
    if let Some(part) = &judged.report.part {
        judged.report.notes.push(part.note(change.files.len()));
    }
    judged.seen = Some(Seen {
        repo: place.repo,
        change,
        own,
        scratch: None,
    });
    if interrupt.check().is_ok() {
        return Ok(Came::Judged(judged));
    }
    if interrupt.is_at_keyboard() {
        return Err(Error::Interrupted);
    }
    if let Some(part) = &mut judged.report.part {
        part.incomplete = true;
    }
    judged.report.notes.push(INCOMPLETE.to_owned());
    // Whatever the gate makes of what it did not see: this was not its deadline.
    let verdict = &mut judged.report.verdict;
    verdict.decision = verdict.decision.max(crate::model::Decision::Inconclusive);
    Ok(Came::Interrupted(judged))
}

/// What a report says that was cut short.
pub const INCOMPLETE: &str = "incomplete: the program was told to end before it had looked at everything";

/// Returns the commit that the system names as the end of the change, where its merge is judged instead.
fn head_of(found: &Found, judged: Oid) -> Option<Oid> {
    match found.head {
        Spec::Commit(id) if id != judged => Some(id),
        _ => None,
    }
}

/// What one judgement needs.
struct Room<'a> {
    repo: &'a Repository,
    asked: &'a Asked,
    found: &'a Found,
    change: &'a ChangeSet,
    commits: &'a Commits,
    request: &'a Request,
    interrupt: &'a Interrupt,
    chosen: String,
}

impl Room<'_> {
    /// Judges by the policy of the base, and by that of the head too where it is another.
    /// Returns the repository's own patterns beside it.
    fn by_base(&self) -> Result<(Judged, Vec<pattern::Source>), Error> {
        let from = From {
            base: self.change.base,
            head: Some(self.change.head),
            file: self.request.policy.as_deref(),
            set: &self.request.set,
        };
        let mut wired = wire::judging(self.repo, &from, self.request.stage)?;
        trust::settle(&mut wired, self.asked, self.found);
        let mut done = self.judge(&wired, true)?;
        if wired.source != PolicySource::Base {
            return Ok((done, wired.own));
        }
        match wire::judging(self.repo, &From { base: None, ..from }, self.request.stage) {
            Ok(after) if is_same(&wired, &after) => {}
            Ok(after) => done.report = both::stricter(done.report, self.judge(&after, false)?.report),
            Err(e) => {
                let first = e.to_string();
                let first = first.lines().next().unwrap_or_default();
                let note = format!("the policy that the change brings judges nothing: {first}");
                done.report.notes.push(note);
            }
        }
        Ok((done, wired.own))
    }

    /// Judges by a policy; only the one of the base may have anything run or asked.
    fn judge(&self, wired: &Wired, is_base: bool) -> Result<Judged, Error> {
        let mut judge = Judge::new(self.repo, wired)
            .heeding(self.interrupt)
            .sharing(self.request.shard);
        judge.look(self.change, Depth::Full);
        commits::look(self.repo, &mut judge, self.commits)?;
        let asked = match is_base && self.interrupt.check().is_ok() {
            true => judge
                .run_commands(self.change)
                .and_then(|()| judge.ask_models(self.change)),
            false => Ok(()),
        };
        match asked {
            Err(Error::Interrupted) | Ok(()) => {}
            Err(e) => return Err(e),
        }
        if self.interrupt.check().is_err() {
            judge.leave_out(LeftOut {
                what: "the rest of the change".into(),
                why: "the program was told to end".to_owned(),
                inconclusive: true,
            });
        }
        let mut report = judge.finish(self.change, Some(self.chosen.clone()));
        // As it is where several runners have looked at a part each.
        report
            .left_out
            .sort_by(|a, b| (&a.what, &a.why).cmp(&(&b.what, &b.why)));
        // What is too large in the sum is so in its commits too.
        report.left_out.dedup();
        Ok(judged(self.repo, wired, report))
    }
}

/// Whether two policies say the same, their baselines included.
fn is_same(a: &Wired, b: &Wired) -> bool {
    a.policy.digest == b.policy.digest && a.policy.baseline == b.policy.baseline
}
