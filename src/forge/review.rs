//! Remarks beside the lines of a change: what is missing is added, what is no longer said goes, unless somebody
//! has answered it.

use super::client::Fault;
use super::codec::{At, Author, Talk, Thread};
use super::kinds::{Came, Run, skipped};
use super::lines::Changed;
use super::plan::{self, Known, Plan};
use super::wanted::count;
use super::{Outcome, marker, read};
use crate::report::remark::Remark;
use serde_json::Value;
use std::mem;

/// The most remarks that one run removes.
const MOST_REMOVED: usize = 100;

/// The most bytes of the text above remarks.
const MOST_OF_A_TEXT: usize = 60_000;

/// Posts remarks.
///
/// # Errors
/// A fault.
pub async fn post(run: &mut Run<'_>, talk: &dyn Talk) -> Result<Came, Fault> {
    let pull = match run.place(talk).await? {
        Ok(pull) => pull,
        Err(why) => return Ok(skipped(why)),
    };
    if !run.is_whole && run.wanted.remarks.is_empty() {
        return Ok(skipped("nothing was found, and not everything was looked at"));
    }
    let me = run.me(talk).await?;
    let remarks = mem::take(&mut run.wanted.remarks);
    let done = remark(run, talk, pull, &me, &remarks).await;
    run.wanted.remarks = remarks;
    done
}

async fn remark(
    run: &mut Run<'_>,
    talk: &dyn Talk,
    pull: u64,
    me: &Author,
    remarks: &[Remark],
) -> Result<Came, Fault> {
    let at = At {
        target: run.target,
        pull,
    };
    let changed = changed(run, talk, at).await?;
    let key = run.wanted.key.clone();
    let known = Known {
        key: &key,
        me,
        threads: threads(run, talk, at, me).await?,
        changed: &changed,
        room: talk.room(),
    };
    let mut plan = plan::plan(remarks, known);
    let gone = mem::take(&mut plan.gone);
    let kept = plan.kept;
    let added = add(run, talk, at, me, &changed, plan).await?;
    let removed = match run.is_whole {
        true => remove(run, talk, at, gone).await?,
        false => 0,
    };
    let outcome = if added.is_new || removed > 0 {
        Outcome::Done
    } else {
        Outcome::Same
    };
    let mut text = format!("{} beside lines and files", count(added.placed + kept, "remark"));
    for (n, what) in [
        (added.placed, "new"),
        (removed, "removed"),
        (added.rest, "in the text"),
    ] {
        if n > 0 {
            text.push_str(&format!(", {n} {what}"));
        }
    }
    Ok((outcome, text))
}

async fn changed(run: &Run<'_>, talk: &dyn Talk, at: At<'_>) -> Result<Changed, Fault> {
    let files = read::list(&run.client, talk, &talk.files(at)).await?;
    Ok(files.iter().filter_map(|value| talk.file(value)).collect())
}

async fn threads(run: &Run<'_>, talk: &dyn Talk, at: At<'_>, me: &Author) -> Result<Vec<Thread>, Fault> {
    let mut all = Vec::new();
    for value in read::list(&run.client, talk, &talk.threads(at)).await? {
        let below = match talk.below(at, &value) {
            Some(call) => read::list(&run.client, talk, &call).await?,
            None => Vec::new(),
        };
        all.push((value, below));
    }
    Ok(talk.read(&all, me))
}

/// What was added.
struct Added {
    placed: usize,
    rest: usize,
    is_new: bool,
}

async fn add(
    run: &mut Run<'_>,
    talk: &dyn Talk,
    at: At<'_>,
    me: &Author,
    changed: &Changed,
    mut plan: Plan<'_>,
) -> Result<Added, Fault> {
    let place = match talk.place(at) {
        Some(call) if !plan.lines.is_empty() => run.client.call(&call).await?.value,
        _ => Value::Null,
    };
    let mut placed = 0;
    let mut is_new = false;
    // The second round has no places that a forge could dislike.
    for _ in 0..2 {
        let digest = rest_digest(&plan);
        let says_rest = !plan.rest.is_empty() && !is_reviewed(run, talk, at, me, &digest).await?;
        let text = text(run, &plan, &digest, says_rest);
        let mut sending = mem::take(&mut plan);
        if sending.lines.is_empty() && sending.files.is_empty() && !says_rest {
            plan.rest = sending.rest;
            break;
        }
        let mut lost = Vec::new();
        for adding in talk.add(at, &sending, changed, &place, &text) {
            match run.client.call(&adding.call).await {
                Ok(_) => placed += adding.holds.len(),
                Err(fault) if fault.is_dislike() && !adding.holds.is_empty() => lost.extend(adding.holds),
                Err(fault) => return Err(fault),
            }
            is_new = true;
        }
        plan.key = mem::take(&mut sending.key);
        plan.rest = mem::take(&mut sending.rest);
        plan.rest.extend(lost.iter().filter_map(|at| nth(&sending, *at)));
        if lost.is_empty() {
            break;
        }
    }
    if talk.reviews(at).is_none() {
        is_new |= rest_note(run, talk, at.pull, &plan).await?;
    }
    Ok(Added {
        placed,
        rest: plan.rest.len(),
        is_new,
    })
}

/// Returns a remark of a plan: those beside lines come first, then those beside files.
fn nth<'a>(plan: &Plan<'a>, at: usize) -> Option<&'a Remark> {
    match at.checked_sub(plan.lines.len()) {
        None => plan.lines.get(at).map(|(remark, ..)| *remark),
        Some(at) => plan.files.get(at).copied(),
    }
}

fn rest_digest(plan: &Plan<'_>) -> String {
    let items: String = plan.rest.iter().map(|remark| remark.item.as_str()).collect();
    marker::digest(&items)
}

/// Whether a review of ours has said the same before.
async fn is_reviewed(
    run: &Run<'_>,
    talk: &dyn Talk,
    at: At<'_>,
    me: &Author,
    digest: &str,
) -> Result<bool, Fault> {
    let Some(call) = talk.reviews(at) else {
        return Ok(true);
    };
    let all = read::list(&run.client, talk, &call).await?;
    let mut ours = all
        .iter()
        .filter_map(|value| talk.note(value))
        .filter(|review| review.author.is(me));
    Ok(ours.any(|review| marker::read(&review.body, &run.wanted.key, "review") == Some(digest)))
}

/// Keeps what no line holds in a comment, on a forge whose reviews have no text.
async fn rest_note(run: &mut Run<'_>, talk: &dyn Talk, pull: u64, plan: &Plan<'_>) -> Result<bool, Fault> {
    let body = (!plan.rest.is_empty()).then(|| {
        let marker = marker::write(&run.wanted.key, "rest", &rest_digest(plan));
        format!("{marker}\n{}", said(run, plan, true))
    });
    if body.is_none() && !run.is_whole {
        return Ok(false);
    }
    let outcome = run.sticky(talk, pull, "rest", body.as_deref()).await?;
    Ok(outcome == Outcome::Done)
}

fn text(run: &Run<'_>, plan: &Plan<'_>, digest: &str, says_rest: bool) -> String {
    let marker = marker::write(&run.wanted.key, "review", digest);
    format!("{marker}\n{}", said(run, plan, says_rest))
}

/// What stands above remarks: the verdict, where the whole report is, then what no line holds.
fn said(run: &Run<'_>, plan: &Plan<'_>, says_rest: bool) -> String {
    let mut out = format!(
        "**pantheon**: {}\n{}",
        crate::report::prose(&run.wanted.title),
        run.wanted.pointer()
    );
    if !says_rest {
        return out;
    }
    out.push_str(&format!(
        "\n{} without a place of {} own here:\n\n",
        count(plan.rest.len(), "remark"),
        match plan.rest.len() {
            1 => "its",
            _ => "their",
        }
    ));
    for (at, remark) in plan.rest.iter().enumerate() {
        if out.len() + remark.item.len() > MOST_OF_A_TEXT {
            out.push_str(&format!("- and {} more\n", plan.rest.len() - at));
            break;
        }
        out.push_str(&remark.item);
    }
    out
}

async fn remove(run: &Run<'_>, talk: &dyn Talk, at: At<'_>, gone: Vec<Thread>) -> Result<usize, Fault> {
    let mut removed = 0;
    for thread in gone.iter().take(MOST_REMOVED) {
        match run.client.call(&talk.remove(at, thread)).await {
            Ok(_) => removed += 1,
            // It is gone already, or this forge does not remove a single one.
            Err(fault) if matches!(fault.status, Some(404 | 405)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(removed)
}
