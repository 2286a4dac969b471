//! The decision: from runs of checks to a verdict with reasons.

use super::Policy;
use crate::model::{
    CheckRun, Counts, Decision, Disposition, Finding, LeftOut, Location, Oid, OnInconclusive, Origin,
    Outcome, Reason, Stage, Verdict, Waiver,
};
use std::cmp::Reverse;

/// Decides about one tree, given what checks found in it and what was not looked at.
///
/// Returns the verdict and all findings with what became of them, the worst first. The order of runs
/// and of findings has no effect; no finding, and no check that did not complete, makes a verdict
/// milder.
#[must_use]
pub fn decide(
    policy: &Policy,
    subject: Oid,
    runs: Vec<CheckRun>,
    left_out: &[LeftOut],
) -> (Verdict, Vec<Finding>) {
    let gaps = gaps(&runs, left_out);
    let mut findings: Vec<Finding> = runs
        .into_iter()
        .flat_map(|run| take(run.outcome))
        .filter_map(|found| policy.judge(found))
        .collect();
    findings.sort_by(|a, b| place(a).cmp(&place(b)));
    let counts = count(&findings);
    let reasons = reasons(policy, counts, &findings, gaps);
    let verdict = Verdict {
        decision: reasons
            .iter()
            .map(|reason| reason.decision)
            .max()
            .unwrap_or(Decision::Pass),
        subject,
        stage: policy.gate.stage,
        policy_digest: policy.digest.clone(),
        reasons,
        counts,
    };
    (verdict, findings)
}

fn take(outcome: Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Completed(found) | Outcome::Failed(_, found) | Outcome::TimedOut(found) => found,
        Outcome::Skipped(_) => Vec::new(),
    }
}

/// Says what was not looked at, one lowercase line each, in an order that does not depend on that of
/// the runs.
fn gaps(runs: &[CheckRun], left_out: &[LeftOut]) -> Vec<String> {
    let mut gaps: Vec<String> = runs.iter().filter_map(gap).collect();
    let missing = left_out.iter().filter(|left| left.inconclusive);
    gaps.extend(missing.map(|left| format!("`{}` was not looked at: {}", left.what, left.why)));
    gaps.sort();
    if !runs
        .iter()
        .any(|run| matches!(run.outcome, Outcome::Completed(_)))
        && gaps.is_empty()
    {
        gaps.push("nothing was checked".to_owned());
    }
    gaps
}

fn gap(run: &CheckRun) -> Option<String> {
    match &run.outcome {
        Outcome::Failed(why, _) => Some(format!("`{}` could not look at everything: {why}", run.check)),
        Outcome::TimedOut(_) => Some(format!("`{}` ran out of time", run.check)),
        Outcome::Completed(_) | Outcome::Skipped(_) => None,
    }
}

fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        let field = match finding.disposition {
            Disposition::Block => &mut counts.block,
            Disposition::Warn => &mut counts.warn,
            Disposition::Note => &mut counts.note,
            Disposition::Suppressed(_) => &mut counts.suppressed,
            Disposition::Waived(_) => &mut counts.waived,
            Disposition::Baseline => &mut counts.baseline,
        };
        *field += 1;
    }
    counts
}

/// Lists why, worst first. What speaks for `Pass` is worth knowing and changes nothing.
fn reasons(policy: &Policy, counts: Counts, findings: &[Finding], gaps: Vec<String>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |decision, text| reasons.push(Reason { decision, text });
    let (computed, said) = blocking(findings);
    if computed > 0 {
        let severity = policy.gate.block.map_or("info", |line| line.severity.name());
        let what = some(computed, "finding");
        add(Decision::Block, format!("{what} at or above `{severity}`"));
    }
    if said > 0 {
        let severity = policy
            .gate
            .block_models
            .map_or("info", |line| line.severity.name());
        let what = some(said, "finding");
        add(
            Decision::Block,
            format!("{what} of models at or above `{severity}`"),
        );
    }
    let open = match policy.gate.on_inconclusive {
        OnInconclusive::Block => Decision::Inconclusive,
        OnInconclusive::Warn => Decision::Warn,
    };
    gaps.into_iter().for_each(|gap| add(open, gap));
    if counts.warn > 0 {
        let (severity, what) = (policy.gate.warn.name(), some(counts.warn, "finding"));
        add(
            Decision::Warn,
            format!("{what} at or above `{severity}` that the gate lets pass"),
        );
    }
    policy.waivers.iter().for_each(|waiver| {
        if let Some(text) = about(policy, waiver, findings) {
            add(Decision::Pass, text);
        }
    });
    reasons.sort_by_key(|reason| Reverse(reason.decision));
    reasons
}

/// Whether what was found so far blocks, whatever else is found.
#[must_use]
pub fn blocks(policy: &Policy, runs: &[CheckRun]) -> bool {
    let findings = runs.iter().flat_map(|run| run.outcome.findings());
    let mut judged = findings.filter_map(|found| policy.judge(found.clone()));
    judged.any(|found| found.disposition == Disposition::Block)
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

fn some(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// Says what a person should know about a waiver: that it would cover something but has expired, or,
/// where there is time to read it, that it covers nothing.
fn about(policy: &Policy, waiver: &Waiver, findings: &[Finding]) -> Option<String> {
    let Waiver {
        fingerprint, origin, ..
    } = waiver;
    let covers = is_about(waiver, findings);
    if covers && !policy.holds(waiver) {
        return Some(expiry(waiver));
    }
    let patient = matches!(policy.gate.stage, Stage::Ci | Stage::Manual);
    (!covers && patient).then(|| format!("the waiver for `{fingerprint}` at {origin} covers nothing here"))
}

fn is_about(waiver: &Waiver, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| waiver.covers(&finding.fingerprint))
}

fn expiry(waiver: &Waiver) -> String {
    let (fingerprint, origin, expires) = (&waiver.fingerprint, &waiver.origin, &waiver.expires);
    format!("the waiver for `{fingerprint}` at {origin} expired on {expires}")
}

/// Names the waivers that would cover one of the findings, had they not expired: whoever wonders why a
/// finding counts must hear of them.
#[must_use]
pub fn expired(policy: &Policy, findings: &[Finding]) -> Vec<String> {
    let past = policy.waivers.iter().filter(|waiver| !policy.holds(waiver));
    past.filter(|waiver| is_about(waiver, findings))
        .map(expiry)
        .collect()
}

/// What findings are ordered by: what became of them, how bad they are, and where they stand.
fn place(finding: &Finding) -> impl Ord + '_ {
    let (rank, allowed) = match &finding.disposition {
        Disposition::Block => (0, None),
        Disposition::Warn => (1, None),
        Disposition::Note => (2, None),
        Disposition::Suppressed(why) => (3, Some((0, why.as_str()))),
        Disposition::Waived(why) => (3, Some((1, why.as_str()))),
        Disposition::Baseline => (3, None),
    };
    let (kind, path, region) = match &finding.location {
        Location::Change => (0, &b""[..], None),
        Location::Message(region) => (1, &b""[..], *region),
        Location::File { path, region } => (2, path.as_slice(), *region),
    };
    let region = region.map(|r| (r.start_line, r.start_column, r.end_line, r.end_column));
    let severity = Reverse((finding.severity, finding.confidence));
    let rest = (
        &finding.check,
        finding.fingerprint,
        &finding.message,
        finding.commit,
        allowed,
    );
    (rank, severity, kind, path, region, rest)
}
