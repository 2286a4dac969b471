//! The hooks: what git is about to record or to send, judged by the gate of its stage.

use super::judge::{Depth, Judge};
use super::load::From;
use super::review::{Judged, judged};
use super::wire::{self, Wired};
use super::{Error, background, framework};
use crate::git::{self, Push, RefUpdate, Repository};
use crate::model::{ChangeSet, LeftOut, Oid, Stage};
use crate::sys::{env, file, memory};
use bstr::{BString, ByteSlice};
use std::path::Path;

/// The largest commit message, in bytes.
const MESSAGE: u64 = 16 << 20;

/// What a hook came to.
pub enum Hooked {
    /// A report, one for each reference of a push.
    Judged(Vec<Judged>, Vec<String>),
    /// There was nothing to judge, for this reason.
    Nothing(String),
}

/// Judges what a commit would record.
///
/// # Errors
/// When the repository, the index or the policy cannot be read.
pub fn pre_commit(dir: &Path) -> Result<Hooked, Error> {
    memory::keep_what_is_freed();
    let mut repo = Repository::open(dir)?;
    let change = git::staged(&mut repo)?;
    if change.files.is_empty() && change.left_out.is_empty() {
        return Ok(Hooked::Nothing("the commit changes no file".to_owned()));
    }
    let from = From {
        base: change.base,
        head: Some(change.head),
        file: None,
        set: &[],
    };
    let wired = wire::judging(&repo, &from, Stage::PreCommit)?;
    let (head, in_background) = (change.head, wired.background);
    let hooked = judge(repo, wired, change)?;
    let passed = |judged: &Judged| judged.report.verdict.decision.exit_code() == 0;
    if let Hooked::Judged(reports, _) = &hooked
        && in_background
        && reports.iter().all(passed)
    {
        background::start(dir, head);
    }
    Ok(hooked)
}

/// Judges a commit message, in the file that git names.
///
/// # Errors
/// When the repository, the message or the policy cannot be read.
pub fn commit_msg(dir: &Path, path: &Path) -> Result<Hooked, Error> {
    let repo = Repository::open(dir)?;
    let bytes = file::read(&dir.join(path), MESSAGE).map_err(|e| Error::File(path.to_owned(), e))?;
    let text = cleaned(&repo, &bytes);
    if text.trim().is_empty() {
        return Ok(Hooked::Nothing(
            "the message is empty, so git will not commit".to_owned(),
        ));
    }
    let change = git::message(&repo, text)?;
    let from = From {
        base: repo.head_tree()?,
        head: Some(change.head),
        file: None,
        set: &[],
    };
    let wired = wire::judging(&repo, &from, Stage::CommitMsg)?;
    judge(repo, wired, change)
}

/// Judges one change, which is all that the process lives for: what it was read from is not given back
/// piece by piece.
fn judge(repo: Repository, wired: Wired, change: ChangeSet) -> Result<Hooked, Error> {
    let mut judge = Judge::new(&repo, &wired);
    judge.look(&change, Depth::Full);
    judge.run_commands(&change)?;
    judge.ask_models(&change)?;
    let report = judge.finish(&change, None);
    let judged = judged(&repo, &wired, report);
    std::mem::forget((repo, wired, change));
    Ok(Hooked::Judged(vec![judged], Vec::new()))
}

/// Takes away what git will: comment lines and what stands below the scissors, unless no editor was
/// used, when git keeps both.
fn cleaned(repo: &Repository, bytes: &[u8]) -> BString {
    if env::text("GIT_EDITOR").is_some_and(|editor| editor == ":") {
        return bytes.into();
    }
    without_comments(bytes, &git::comment_mark(repo))
}

/// Takes away the lines that begin with the mark of a comment, and everything below the scissors.
#[doc(hidden)]
#[must_use]
pub fn without_comments(bytes: &[u8], mark: &str) -> BString {
    let scissors = format!("{mark} ------------------------ >8 ------------------------");
    let mut out = BString::default();
    for line in bytes.lines_with_terminator() {
        if line.starts_with(scissors.as_bytes()) {
            break;
        }
        if !line.starts_with(mark.as_bytes()) {
            out.extend_from_slice(line);
        }
    }
    out
}

/// Judges what a push would send, given git's lines on standard input.
///
/// # Errors
/// When the repository, a line, the history or the policy cannot be read.
pub fn pre_push(dir: &Path, remote: &str, input: &[u8]) -> Result<Hooked, Error> {
    let mut updates = git::parse_updates(input)?;
    let repo = Repository::open(dir)?;
    let mut remote = remote.to_owned();
    if updates.is_empty() {
        let Some(told) = framework::push(&repo)? else {
            return Ok(Hooked::Nothing("git sends no reference".to_owned()));
        };
        updates.push(told.update);
        remote = told.remote;
    }
    let (mut reports, mut said) = (Vec::new(), Vec::new());
    let tips = git::remote_tips(&repo, &remote);
    for update in &updates {
        match push(&repo, update, &tips)? {
            Ok(report) => reports.push(report),
            Err(why) => said.push(why),
        }
    }
    if reports.is_empty() {
        return Ok(Hooked::Nothing(said.join("; ")));
    }
    Ok(Hooked::Judged(reports, said))
}

/// Judges one reference; an inner error says why there is nothing to judge.
fn push(repo: &Repository, update: &RefUpdate, tips: &[Oid]) -> Result<Result<Judged, String>, Error> {
    let name = crate::model::visible_bytes(&update.remote);
    let Some(push) = git::plan(repo, update, tips)? else {
        return Ok(Err(format!("`{name}` is deleted")));
    };
    if push.commits.is_empty() {
        return Ok(Err(format!("the remote has every commit of `{name}`")));
    }
    let change = git::range(repo, push.from, push.to)?;
    let from = From {
        base: change.base,
        head: Some(change.head),
        file: None,
        set: &[],
    };
    let wired = wire::judging(repo, &from, Stage::PrePush)?;
    let mut judge = Judge::new(repo, &wired);
    judge.look(&change, Depth::Full);
    look_at_commits(repo, &mut judge, &push)?;
    judge.run_commands(&change)?;
    judge.ask_models(&change)?;
    let mut report = judge.finish(
        &change,
        Some(format!("{} for `{name}`", count(push.commits.len()))),
    );
    report.notes.extend(push.note);
    Ok(Ok(judged(repo, &wired, report)))
}

/// Looks at each commit by itself: what a later commit takes away again is sent all the same.
fn look_at_commits(repo: &Repository, judge: &mut Judge<'_>, push: &Push) -> Result<(), Error> {
    for (at, id) in push.commits.iter().enumerate() {
        if judge.is_late() {
            let what = format!("{} commits", push.commits.len() - at).into();
            let why = "the deadline of the gate came first".to_owned();
            judge.leave_out(LeftOut {
                what,
                why,
                inconclusive: true,
            });
            return Ok(());
        }
        judge.look(&git::commit(repo, *id)?, Depth::History);
    }
    Ok(())
}

fn count(commits: usize) -> String {
    if commits == 1 {
        "1 commit".to_owned()
    } else {
        format!("{commits} commits")
    }
}
