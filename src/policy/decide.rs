//! The decision: from runs of checks to a verdict with reasons.

use super::Policy;
use super::grounds;
use crate::model::{
    CheckRun, Counts, Disposition, Finding, Grounds, LeftOut, Location, Oid, Outcome, Verdict,
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
    let (verdict, findings, _) = weigh(policy, subject, runs, left_out);
    (verdict, findings)
}

/// Decides as [`decide`] does, and returns what the verdict rests on too.
#[must_use]
pub fn weigh(
    policy: &Policy,
    subject: Oid,
    runs: Vec<CheckRun>,
    left_out: &[LeftOut],
) -> (Verdict, Vec<Finding>, Grounds) {
    let (gaps, checked) = grounds::gaps(&runs, left_out);
    let mut findings: Vec<Finding> = runs
        .into_iter()
        .flat_map(|run| take(run.outcome))
        .filter_map(|found| policy.judge(found))
        .collect();
    order(&mut findings);
    let grounds = grounds::of(policy, &findings, gaps, checked);
    let stage = policy.gate.stage;
    let reasons = grounds::reasons(&grounds, stage);
    let verdict = Verdict {
        decision: grounds::decision(&reasons),
        subject,
        stage,
        policy_digest: policy.digest.clone(),
        reasons,
        counts: count(&findings),
    };
    (verdict, findings, grounds)
}

/// Puts judged findings in the order of a report: the worst first, then by place.
pub fn order(findings: &mut [Finding]) {
    findings.sort_by(|a, b| place(a).cmp(&place(b)));
}

fn take(outcome: Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Completed(found) | Outcome::Failed(_, found) | Outcome::TimedOut(found) => found,
        Outcome::Skipped(_) => Vec::new(),
    }
}

/// Counts what became of findings.
#[must_use]
pub fn count(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        *counts.of(&finding.disposition) += 1;
    }
    counts
}

/// Whether what was found so far blocks, whatever else is found.
#[must_use]
pub fn blocks(policy: &Policy, runs: &[CheckRun]) -> bool {
    let findings = runs.iter().flat_map(|run| run.outcome.findings());
    let mut judged = findings.filter_map(|found| policy.judge(found.clone()));
    judged.any(|found| found.disposition == Disposition::Block)
}

/// Names the waivers that would cover one of the findings, had they not expired: whoever wonders why a
/// finding counts must hear of them.
#[must_use]
pub fn expired(policy: &Policy, findings: &[Finding]) -> Vec<String> {
    let past = policy.waivers.iter().filter(|waiver| !policy.holds(waiver));
    past.filter(|waiver| grounds::is_about(waiver, findings))
        .map(|waiver| grounds::expiry(&waiver.fingerprint, &waiver.origin, &waiver.expires))
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
