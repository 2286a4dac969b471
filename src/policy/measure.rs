//! By which measure one finding is judged: the path it stands on, its severity, and what covers it.

use super::Policy;
use super::opinion::{Ruling, Unmet, may_block};
use crate::model::{Disposition, Finding, Location, Opinion, Origin, PathEntry, Selector, Waiver};

impl Policy {
    /// Judges one finding; `None` if the policy does not ask for its check on its path.
    pub(super) fn judge(&self, mut finding: Finding) -> Option<Finding> {
        let entry = match &finding.location {
            Location::File { path, .. } => PathEntry::first(&self.paths, path.as_ref()),
            Location::Message(_) | Location::Change => None,
        };
        if !self.is_asked(entry, &finding.check) {
            return None;
        }
        if let Some(severity) = self.severities.get(finding.check.as_ref()) {
            finding.severity = *severity;
        }
        if let Some(cap) = entry.and_then(|entry| entry.severity_cap) {
            finding.severity = finding.severity.min(cap);
        }
        let unmet = match &finding.origin {
            Origin::Computed => None,
            Origin::Models(opinion) => self.unmet(&finding, opinion),
        };
        if let Origin::Models(opinion) = &mut finding.origin {
            opinion.unmet = unmet;
        }
        finding.disposition = self.disposition(&finding);
        Some(finding)
    }

    /// Whether the policy asks for a check on the paths of an entry.
    ///
    /// A check that runs only because some entry adds it says nothing about other paths. What the
    /// gate runs on its own account counts unless the entry takes it away.
    fn is_asked(&self, entry: Option<&PathEntry>, check: &str) -> bool {
        if entry.is_some_and(|entry| entry.exclude) {
            return false;
        }
        let own = entry.and_then(|entry| last_naming(&entry.checks, check));
        match own {
            Some(selector) => !selector.negated,
            None => Selector::includes(&self.gate.checks, check) || !self.is_added_somewhere(check),
        }
    }

    fn is_added_somewhere(&self, check: &str) -> bool {
        let entries = self
            .paths
            .iter()
            .filter_map(|entry| last_naming(&entry.checks, check));
        entries.into_iter().any(|selector| !selector.negated)
    }

    fn disposition(&self, finding: &Finding) -> Disposition {
        if let Disposition::Suppressed(reason) = &finding.disposition {
            return Disposition::Suppressed(reason.clone());
        }
        if let Some(waiver) = self
            .waivers
            .iter()
            .find(|w| self.holds(w) && w.covers(&finding.fingerprint))
        {
            return Disposition::Waived(waiver.reason.clone());
        }
        if self.baseline.contains(&finding.fingerprint) {
            return Disposition::Baseline;
        }
        if self.blocks(finding) {
            return Disposition::Block;
        }
        match finding.severity >= self.gate.warn {
            true => Disposition::Warn,
            false => Disposition::Note,
        }
    }

    fn blocks(&self, finding: &Finding) -> bool {
        match &finding.origin {
            Origin::Computed => self.gate.block.is_some_and(|line| {
                finding.severity >= line.severity && finding.confidence >= line.confidence
            }),
            Origin::Models(opinion) => self.unmet(finding, opinion).is_none(),
        }
    }

    /// Returns what that which models say lacks to block; `None`: nothing.
    fn unmet(&self, finding: &Finding, opinion: &Opinion) -> Option<Unmet> {
        let Some(line) = &self.gate.block_models else {
            return Some(Unmet::NoGate);
        };
        let is_below = finding.severity < line.severity || finding.confidence < line.confidence;
        match may_block(opinion, line) {
            Ruling::Annotate(unmet) => Some(unmet),
            Ruling::Block if is_below => Some(Unmet::BelowTheLine),
            Ruling::Block => None,
        }
    }

    /// Whether a waiver still holds: its last day counts.
    pub(super) fn holds(&self, waiver: &Waiver) -> bool {
        self.today <= waiver.expires
    }
}

fn last_naming<'s>(checks: &'s [Selector], check: &str) -> Option<&'s Selector> {
    checks.iter().rev().find(|selector| selector.names(check))
}
