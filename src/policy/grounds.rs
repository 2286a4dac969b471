//! What a verdict rests on: enough to decide again, also where several runners have looked at a part each.
//!
//! What becomes of a finding depends on no other finding. So grounds add up: those of all parts joined are those
//! of the whole.

use super::Policy;
use crate::model::{
    CheckRun, Decision, Disposition, Finding, Grounds, LeftOut, OnInconclusive, Origin, Outcome, Reason,
    Stage, Standing, Waiver,
};
use std::cmp::Reverse;

/// Takes from judged findings, and from what was not looked at, what a verdict rests on.
pub(super) fn of(policy: &Policy, findings: &[Finding], gaps: Vec<String>, checked: bool) -> Grounds {
    let (computed, said) = blocking(findings);
    let warned = findings.iter().filter(|f| f.disposition == Disposition::Warn);
    let gate = &policy.gate;
    let standing = |waiver: &Waiver| Standing {
        fingerprint: waiver.fingerprint.clone(),
        origin: waiver.origin.clone(),
        expires: waiver.expires.clone(),
        holds: policy.holds(waiver),
        covers: is_about(waiver, findings),
    };
    Grounds {
        block: gate.block.map(|line| line.severity),
        block_models: gate.block_models.map(|line| line.severity),
        warn: gate.warn,
        on_inconclusive: gate.on_inconclusive,
        computed,
        said,
        warned: warned.count(),
        gaps,
        checked,
        waivers: policy.waivers.iter().map(standing).collect(),
    }
}

/// Says what was not looked at, one lowercase line each, in an order that does not depend on that of the runs, and
/// whether any of them completed.
pub(super) fn gaps(runs: &[CheckRun], left_out: &[LeftOut]) -> (Vec<String>, bool) {
    let mut gaps: Vec<String> = runs.iter().filter_map(gap).collect();
    let missing = left_out.iter().filter(|left| left.inconclusive);
    gaps.extend(missing.map(|left| format!("`{}` was not looked at: {}", left.what, left.why)));
    gaps.sort();
    gaps.dedup();
    let checked = runs
        .iter()
        .any(|run| matches!(run.outcome, Outcome::Completed(_)));
    (gaps, checked)
}

fn gap(run: &CheckRun) -> Option<String> {
    match &run.outcome {
        Outcome::Failed(why, _) => Some(format!("`{}` could not look at everything: {why}", run.check)),
        Outcome::TimedOut(_) => Some(format!("`{}` ran out of time", run.check)),
        Outcome::Completed(_) | Outcome::Skipped(_) => None,
    }
}

/// Counts what blocks: what was computed, and what models say.
fn blocking(findings: &[Finding]) -> (usize, usize) {
    let blocks = || {
        findings
            .iter()
            .filter(|finding| finding.disposition == Disposition::Block)
    };
    let computed = blocks()
        .filter(|finding| finding.origin == Origin::Computed)
        .count();
    (computed, blocks().count() - computed)
}

/// Whether a waiver is about one of the findings.
pub(super) fn is_about(waiver: &Waiver, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| waiver.covers(&finding.fingerprint))
}

/// Says that a waiver no longer holds.
pub(super) fn expiry(fingerprint: &str, origin: &str, expires: &str) -> String {
    format!("the waiver for `{fingerprint}` at {origin} expired on {expires}")
}

/// Joins the grounds of two parts of one judgement; `None`: they are not of one policy.
#[must_use]
pub fn join(mut one: Grounds, other: Grounds) -> Option<Grounds> {
    let lines = |g: &Grounds| {
        (
            g.block,
            g.block_models,
            g.warn,
            g.on_inconclusive,
            g.waivers.len(),
        )
    };
    if lines(&one) != lines(&other) {
        return None;
    }
    for (mine, theirs) in one.waivers.iter_mut().zip(other.waivers) {
        let name = |s: &Standing| (s.fingerprint.clone(), s.origin.clone(), s.expires.clone());
        if name(mine) != name(&theirs) {
            return None;
        }
        // A day may end while the parts are judged.
        mine.holds &= theirs.holds;
        mine.covers |= theirs.covers;
    }
    one.computed = one.computed.saturating_add(other.computed);
    one.said = one.said.saturating_add(other.said);
    one.warned = one.warned.saturating_add(other.warned);
    one.gaps.extend(other.gaps);
    one.gaps.sort();
    one.gaps.dedup();
    one.checked |= other.checked;
    Some(one)
}

/// Lists why, worst first. What speaks for `Pass` is worth knowing and changes nothing.
#[must_use]
pub fn reasons(grounds: &Grounds, stage: Stage) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |decision, text| reasons.push(Reason { decision, text });
    if grounds.computed > 0 {
        let severity = grounds.block.map_or("info", |line| line.name());
        let what = some(grounds.computed, "finding");
        add(Decision::Block, format!("{what} at or above `{severity}`"));
    }
    if grounds.said > 0 {
        let severity = grounds.block_models.map_or("info", |line| line.name());
        let what = some(grounds.said, "finding");
        add(
            Decision::Block,
            format!("{what} of models at or above `{severity}`"),
        );
    }
    let open = match grounds.on_inconclusive {
        OnInconclusive::Block => Decision::Inconclusive,
        OnInconclusive::Warn => Decision::Warn,
    };
    grounds.gaps.iter().for_each(|gap| add(open, gap.clone()));
    if !grounds.checked && grounds.gaps.is_empty() {
        add(open, "nothing was checked".to_owned());
    }
    if grounds.warned > 0 {
        let (severity, what) = (grounds.warn.name(), some(grounds.warned, "finding"));
        add(
            Decision::Warn,
            format!("{what} at or above `{severity}` that the gate lets pass"),
        );
    }
    let waivers = grounds
        .waivers
        .iter()
        .filter_map(|standing| about(standing, stage));
    waivers.for_each(|text| add(Decision::Pass, text));
    reasons.sort_by_key(|reason| Reverse(reason.decision));
    reasons
}

/// Returns the decision that reasons come to.
#[must_use]
pub fn decision(reasons: &[Reason]) -> Decision {
    let decisions = reasons.iter().map(|reason| reason.decision);
    decisions.max().unwrap_or(Decision::Pass)
}

fn some(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// Says what a person should know about a waiver: that it would cover something but has expired, or,
/// where there is time to read it, that it covers nothing.
fn about(standing: &Standing, stage: Stage) -> Option<String> {
    let (fingerprint, origin) = (&standing.fingerprint, &standing.origin);
    if standing.covers && !standing.holds {
        return Some(expiry(fingerprint, origin, &standing.expires));
    }
    let patient = matches!(stage, Stage::Ci | Stage::Manual);
    (!standing.covers && patient)
        .then(|| format!("the waiver for `{fingerprint}` at {origin} covers nothing here"))
}
