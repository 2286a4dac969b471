//! Decides: turns what checks found, and what they could not look at, into a verdict. Pure: reads no
//! clock, no file and no configuration.

mod baseline;
mod decide;
mod grounds;
mod measure;
mod opinion;

#[cfg(test)]
mod tests;

pub use baseline::{BaselineError, Line, read_baseline, write_baseline};
pub use decide::{blocks, count, decide, expired, order, weigh};
pub use grounds::{decision, join, reasons};
pub use opinion::{Ruling, Unmet, may_block};

use crate::model::{Fingerprint, Gate, Later, PathEntry, Severity, Waiver};
use std::collections::{BTreeMap, BTreeSet};

/// What decides at one stage.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The gate.
    pub gate: Gate,
    /// Severities that take the place of the rules' own, by rule id.
    pub severities: BTreeMap<String, Severity>,
    /// Another measure for some paths: the first entry that matches counts.
    pub paths: Vec<PathEntry>,
    /// Findings that may pass until a day.
    pub waivers: Vec<Waiver>,
    /// The findings that were there before the gate.
    pub baseline: BTreeSet<Fingerprint>,
    /// SHA-256 of the configuration, in hexadecimal digits.
    pub digest: Later<String>,
    /// Today, `YYYY-MM-DD`.
    pub today: String,
}
