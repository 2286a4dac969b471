//! Joins the reports of all shares of one judgement into the report of the whole.

use super::read;
use crate::app::ci::{INCOMPLETE, Wrong, both};
use crate::model::{Decision, Grounds, Part, Report, Shard, Source};
use crate::policy;
use crate::report::Read;
use std::path::{Path, PathBuf};

/// A report of one share, and the file it stands in.
struct Share<'a> {
    file: &'a Path,
    version: String,
    part: Part,
    report: Report,
}

/// Joins the reports of all shares. The verdict is decided again, as one runner would have decided alone.
///
/// # Errors
/// When a file is no report of a share, a share is missing or there twice, or they are not of one judgement.
pub fn merge(dir: &Path, files: &[PathBuf]) -> Result<Report, Wrong> {
    let mut shares = Vec::with_capacity(files.len().min(Shard::MOST as usize));
    for file in files {
        let share = share(file, read(dir, file)?)?;
        if let Some(first) = shares.first() {
            same(first, &share)?;
        }
        shares.push(share);
    }
    complete(&mut shares)?;
    join(shares)
}

fn share(file: &Path, read: Read) -> Result<Share<'_>, Wrong> {
    let Read { mut report, version } = read;
    let Some(part) = report.part.take() else {
        let what = format!(
            "`{}` is the report of a whole change, not of a share",
            file.display()
        );
        return Err(Wrong::new(
            what,
            "only what `pantheon ci --shard` writes can be merged",
        ));
    };
    let share = Share {
        file,
        version,
        part,
        report,
    };
    match is_sound(&share) {
        true => Ok(share),
        false => {
            let what = format!(
                "`{}` cannot be used: its verdict is not what it rests on",
                file.display()
            );
            Err(Wrong::new(what, "run that share again"))
        }
    }
}

/// Whether a share decides what its own grounds come to.
fn is_sound(share: &Share<'_>) -> bool {
    let (part, verdict) = (&share.part, &share.report.verdict);
    let settled = Settled::of(part, &share.report);
    let blocking = part.grounds.computed + part.grounds.said;
    let adds_up = match &part.after {
        None => blocking == verdict.counts.block && part.grounds.warned == verdict.counts.warn,
        Some(_) => blocking <= verdict.counts.block,
    };
    adds_up && settled.decision == verdict.decision
}

/// Insists that two shares are of one judgement.
fn same(one: &Share<'_>, other: &Share<'_>) -> Result<(), Wrong> {
    let rows = facts(one).into_iter().zip(facts(other));
    for ((what, mine), (_, theirs)) in rows {
        if mine != theirs {
            let (one, other) = (one.file.display(), other.file.display());
            let (theirs, mine) = (short(&theirs), short(&mine));
            let what = format!("`{other}` has another {what} than `{one}`: `{theirs}`, not `{mine}`");
            return Err(Wrong::new(what, "merge the reports of one run"));
        }
    }
    Ok(())
}

/// Returns a value as an error shows it.
fn short(value: &str) -> String {
    value.chars().take(120).collect()
}

/// What all shares of one judgement have in common.
fn facts(share: &Share<'_>) -> [(&'static str, String); 10] {
    let report = &share.report;
    let (from, to) = match &report.source {
        Source::Range { from, to } => (
            from.map_or("nothing".to_owned(), |id| id.to_string()),
            to.to_string(),
        ),
        Source::Commit(id) | Source::Tree(id) => (String::new(), id.to_string()),
        Source::Staged | Source::Worktree | Source::Message => {
            (String::new(), report.source.name().to_owned())
        }
    };
    let moved = report.moved.iter().map(|m| format!("{}>{}", m.old_path, m.path));
    [
        ("version of pantheon", share.version.clone()),
        ("number of shards", share.part.shard.count.to_string()),
        ("stage", report.verdict.stage.name().to_owned()),
        ("base", from),
        (
            "head",
            report.head.map_or(to.clone(), |id| format!("{to} for {id}")),
        ),
        ("tree", report.verdict.subject.to_string()),
        ("policy", report.verdict.policy_digest.to_string()),
        ("origin of the policy", format!("{:?}", report.policy)),
        ("number of files", format!("{}", report.files)),
        ("list of moved files", moved.collect::<Vec<_>>().join(", ")),
    ]
}

/// Insists that each share is there once, and puts them in order.
fn complete(shares: &mut [Share<'_>]) -> Result<(), Wrong> {
    let Some(count) = shares.first().map(|share| share.part.shard.count) else {
        return Err(Wrong::new(
            "there is nothing to merge",
            "name the reports of all shards",
        ));
    };
    shares.sort_by_key(|share| share.part.shard.index);
    for pair in shares.windows(2) {
        if pair[0].part.shard == pair[1].part.shard {
            let (a, b) = (pair[0].file.display(), pair[1].file.display());
            let what = format!("`{a}` and `{b}` are both {}", pair[0].part.shard);
            return Err(Wrong::new(what, "name the report of each shard once"));
        }
    }
    let is_here = |index: &u32| shares.iter().any(|share| share.part.shard.index == *index);
    let missing: Vec<String> = (1..=count)
        .filter(|n| !is_here(n))
        .map(|n| n.to_string())
        .collect();
    if !missing.is_empty() {
        let what = format!("of {count} shards, these are missing: {}", missing.join(", "));
        return Err(Wrong::new(
            what,
            "name the reports of all shards, and see why a runner wrote none",
        ));
    }
    let (seen, files) = shares
        .iter()
        .fold((0, 0), |(seen, _), s| (seen + s.part.files, s.report.files));
    if seen != files {
        let what = format!("the shards looked at {seen} files, and the change has {files}");
        return Err(Wrong::new(
            what,
            "run all shards again, of one version and on one change",
        ));
    }
    Ok(())
}

fn join(shares: Vec<Share<'_>>) -> Result<Report, Wrong> {
    let mut shares = shares.into_iter().map(unmarked);
    let Some((mut part, mut whole)) = shares.next() else {
        return Err(Wrong::new(
            "there is nothing to merge",
            "name the reports of all shards",
        ));
    };
    for (other, report) in shares {
        part = together(part, other)?;
        add_notes(&mut whole.notes, report.notes);
        whole.findings.extend(report.findings);
        whole.left_out.extend(report.left_out);
        whole.review = whole.review.or(report.review);
        whole.elapsed = whole.elapsed.max(report.elapsed);
    }
    policy::order(&mut whole.findings);
    whole
        .left_out
        .sort_by(|a, b| (&a.what, &a.why).cmp(&(&b.what, &b.why)));
    // What stops a runner is no matter of one file.
    whole.left_out.dedup();
    let settled = Settled::of(&part, &whole);
    whole.verdict.counts = policy::count(&whole.findings);
    whole.verdict.decision = settled.decision;
    whole.verdict.reasons = settled.reasons;
    let last = settled
        .note
        .into_iter()
        .chain(part.incomplete.then(|| INCOMPLETE.to_owned()));
    whole.notes.extend(last);
    Ok(whole)
}

/// Takes from a report the notes that are about the share alone.
fn unmarked(share: Share<'_>) -> (Part, Report) {
    let Share { part, mut report, .. } = share;
    let settled = Settled::of(&part, &report);
    let own = [
        Some(part.note(report.files)),
        settled.note,
        Some(INCOMPLETE.to_owned()),
    ];
    report
        .notes
        .retain(|note| !own.iter().flatten().any(|own| own == note));
    (part, report)
}

/// Adds notes that are not there yet, each behind the one that it stood behind.
fn add_notes(notes: &mut Vec<String>, more: Vec<String>) {
    let mut after = 0;
    for note in more {
        match notes.iter().position(|known| *known == note) {
            Some(at) => after = at + 1,
            None => {
                notes.insert(after, note);
                after += 1;
            }
        }
    }
}

fn together(one: Part, other: Part) -> Result<Part, Wrong> {
    let after = match (one.after, other.after) {
        (None, None) => Some(None),
        (Some(a), Some(b)) => policy::join(a, b).map(Some),
        _ => None,
    };
    let grounds = policy::join(one.grounds, other.grounds);
    let (Some(grounds), Some(after)) = (grounds, after) else {
        let what = format!("{} was judged by another policy", other.shard);
        return Err(Wrong::new(what, "merge the reports of one run"));
    };
    Ok(Part {
        shard: one.shard,
        files: one.files + other.files,
        incomplete: one.incomplete || other.incomplete,
        grounds,
        after,
    })
}

/// What grounds come to.
struct Settled {
    decision: Decision,
    reasons: Vec<crate::model::Reason>,
    note: Option<String>,
}

impl Settled {
    fn of(part: &Part, report: &Report) -> Self {
        let by = |grounds: &Grounds| policy::reasons(grounds, report.verdict.stage);
        let mut reasons = by(&part.grounds);
        let mut decision = policy::decision(&reasons);
        let mut note = None;
        if let Some(after) = &part.after {
            let theirs = by(after);
            let said = policy::decision(&theirs);
            note = Some(both::note(decision, said));
            decision = decision.max(said);
            both::add_reasons(&mut reasons, theirs);
        }
        if part.incomplete {
            decision = decision.max(Decision::Inconclusive);
        }
        Self {
            decision,
            reasons,
            note,
        }
    }
}
