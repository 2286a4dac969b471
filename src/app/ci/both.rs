//! A change of the policy is judged by both: by the policy before it, and by the one that it brings.

use crate::model::{Decision, Disposition, Reason, Report};

/// Joins the judgement by the policy before a change with that by the policy that it brings: whatever blocks by
/// either blocks.
#[must_use]
pub fn stricter(mut base: Report, head: Report) -> Report {
    let decision = head.verdict.decision;
    let own = base.verdict.decision;
    let verdict = &mut base.verdict;
    verdict.decision = own.max(decision);
    let reasons = head.verdict.reasons.into_iter();
    verdict.reasons.extend(
        reasons
            .filter(|r| r.decision >= Decision::Inconclusive)
            .map(|r| Reason {
                text: format!("by the policy that the change brings: {}", r.text),
                ..r
            }),
    );
    verdict.reasons.sort_by_key(|r| std::cmp::Reverse(r.decision));
    for finding in head.findings {
        if finding.disposition != Disposition::Block {
            continue;
        }
        match base
            .findings
            .iter_mut()
            .find(|f| f.fingerprint == finding.fingerprint)
        {
            Some(known) if known.disposition == Disposition::Block => continue,
            Some(known) => {
                *count(&mut base.verdict.counts, &known.disposition) -= 1;
                known.disposition = Disposition::Block;
            }
            None => base.findings.push(finding),
        }
        base.verdict.counts.block += 1;
    }
    base.findings.sort_by_key(|f| f.disposition != Disposition::Block);
    base.notes.push(format!(
        "the change brings another policy, which judges it too: `{}` by the one before, `{}` by the one after",
        own.name(),
        decision.name()
    ));
    base
}

fn count<'a>(counts: &'a mut crate::model::Counts, disposition: &Disposition) -> &'a mut usize {
    match disposition {
        Disposition::Block => &mut counts.block,
        Disposition::Warn => &mut counts.warn,
        Disposition::Note => &mut counts.note,
        Disposition::Suppressed(_) => &mut counts.suppressed,
        Disposition::Waived(_) => &mut counts.waived,
        Disposition::Baseline => &mut counts.baseline,
    }
}
