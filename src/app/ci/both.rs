//! A change of the policy is judged by both: by the policy before it, and by the one that it brings.

use crate::model::{Decision, Disposition, Reason, Report};
use crate::policy;

/// Joins the judgement by the policy before a change with that by the policy that it brings: whatever blocks by
/// either blocks.
#[must_use]
pub fn stricter(mut base: Report, head: Report) -> Report {
    let note = note(base.verdict.decision, head.verdict.decision);
    let verdict = &mut base.verdict;
    verdict.decision = verdict.decision.max(head.verdict.decision);
    add_reasons(&mut verdict.reasons, head.verdict.reasons);
    if let Some(part) = &mut base.part {
        part.after = head.part.map(|part| part.grounds);
    }
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
                *base.verdict.counts.of(&known.disposition) -= 1;
                known.disposition = Disposition::Block;
            }
            None => base.findings.push(finding),
        }
        base.verdict.counts.block += 1;
    }
    policy::order(&mut base.findings);
    base.notes.push(note);
    base
}

/// Adds why the policy that a change brings does not let it pass.
pub fn add_reasons(base: &mut Vec<Reason>, head: Vec<Reason>) {
    let loud = head.into_iter().filter(|r| r.decision >= Decision::Inconclusive);
    base.extend(loud.map(|r| Reason {
        text: format!("by the policy that the change brings: {}", r.text),
        ..r
    }));
    base.sort_by_key(|r| std::cmp::Reverse(r.decision));
}

/// Says what the policy before a change decided, and the one that it brings.
#[must_use]
pub fn note(before: Decision, after: Decision) -> String {
    format!(
        "the change brings another policy, which judges it too: `{}` by the one before, `{}` by the one after",
        before.name(),
        after.name()
    )
}
