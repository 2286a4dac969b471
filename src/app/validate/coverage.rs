//! What was asked and looked at, for the report and for the verdict.

use crate::model::{Asked, CheckRun, Count, Coverage, NotShown, Outcome};
use crate::validators::review::{Call, CallOutcome, Reviewed};
use crate::validators::sift::Sifted;
use crate::validators::spec::Spec;
use crate::validators::view::View;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Returns what is reported about a review.
pub fn of(view: &View, reviewed: &Reviewed) -> Coverage {
    let mut coverage = Coverage {
        asked: asked(&reviewed.calls),
        dropped: dropped(&reviewed.sifted),
        lowered: lowered(reviewed),
        ..Coverage::default()
    };
    add_view(&mut coverage, view);
    for call in &reviewed.calls {
        coverage.usage += call.usage;
        coverage.cost.0 = coverage.cost.0.saturating_add(call.cost.0);
    }
    coverage
}

/// Adds what was shown, and what was not.
pub fn add_view(coverage: &mut Coverage, view: &View) {
    let files: BTreeSet<&String> = view.units.iter().flat_map(|unit| &unit.files).collect();
    coverage.files = files.len();
    coverage.units = view.units.len();
    coverage.hunks = view.units.iter().map(|unit| unit.hunks as usize).sum();
    coverage.bytes = view.units.iter().map(|unit| unit.bytes).sum();
    let left_out = view.left_out.iter().map(|out| NotShown {
        path: out.path.as_str().into(),
        why: out.why.name().to_owned(),
        hunks: out.hunks,
        bytes: out.bytes,
        by_rule: out.why.is_by_rule(),
    });
    coverage.left_out = left_out.collect();
}

/// Sums calls up by validator and model.
fn asked(calls: &[Call]) -> Vec<Asked> {
    let mut rows: Vec<Asked> = Vec::new();
    for call in calls {
        let is_row = |row: &Asked| row.validator == call.task && row.model == call.model;
        let at = rows.iter().position(is_row).unwrap_or_else(|| {
            rows.push(Asked {
                validator: call.task.clone(),
                model: call.model.clone(),
                ..Asked::default()
            });
            rows.len() - 1
        });
        let row = &mut rows[at];
        row.calls += 1;
        row.claims += call.claims;
        row.cached += usize::from(call.cached);
        row.usage += call.usage;
        row.cost.0 = row.cost.0.saturating_add(call.cost.0);
        match why(&call.outcome) {
            None => row.answered += 1,
            Some(why) if !row.failures.contains(&why) => row.failures.push(why),
            Some(_) => {}
        }
    }
    rows
}

fn why(outcome: &CallOutcome) -> Option<String> {
    match outcome {
        CallOutcome::Answered => None,
        CallOutcome::Partial(why) | CallOutcome::Failed(why) => Some(why.clone()),
        CallOutcome::TimedOut => Some("the time was up".to_owned()),
    }
}

fn dropped(sifted: &Sifted) -> Vec<Count> {
    let counts = sifted.counts().into_iter();
    counts
        .map(|((step, reason), count)| Count {
            what: format!("{}/{reason}", step.name()),
            count,
        })
        .collect()
}

fn lowered(reviewed: &Reviewed) -> Vec<Count> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    let candidates = reviewed.found.iter().map(|found| &found.candidate);
    for candidate in candidates {
        if let crate::validators::sift::Ceiling::AnnotateOnly(why) = candidate.ceiling {
            *counts.entry(why.name()).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|(what, count)| Count {
            what: what.to_owned(),
            count,
        })
        .collect()
}

/// Returns a run for each validator that has something to look at. Who had no whole answer to each question
/// did not complete.
pub fn runs(specs: &[Spec], reviewed: &Reviewed) -> Vec<CheckRun> {
    let mut runs = Vec::new();
    for spec in specs {
        let calls: Vec<&Call> = reviewed
            .calls
            .iter()
            .filter(|call| call.task == spec.name)
            .collect();
        let elapsed = calls
            .iter()
            .map(|call| call.elapsed)
            .max()
            .unwrap_or(Duration::ZERO);
        runs.push(CheckRun {
            check: format!("validators/{}", spec.name).into(),
            outcome: outcome(&calls),
            elapsed,
        });
    }
    runs
}

fn outcome(calls: &[&Call]) -> Outcome {
    if calls.is_empty() {
        return Outcome::Skipped("nothing of the change is its matter".to_owned());
    }
    let failed: BTreeSet<String> = calls
        .iter()
        .filter(|call| call.outcome != CallOutcome::TimedOut)
        .filter_map(|call| why(&call.outcome))
        .collect();
    let late = calls.iter().any(|call| call.outcome == CallOutcome::TimedOut);
    match (failed.is_empty(), late) {
        (true, false) => Outcome::Completed(Vec::new()),
        (true, true) => Outcome::TimedOut(Vec::new()),
        (false, _) => {
            let count = calls
                .iter()
                .filter(|call| call.outcome != CallOutcome::Answered)
                .count();
            let why: Vec<String> = failed.into_iter().collect();
            let (of, why) = (unanswered(count, calls.len()), why.join("; "));
            Outcome::Failed(format!("{of}: {why}"), Vec::new())
        }
    }
}

fn unanswered(count: usize, all: usize) -> String {
    match all {
        1 => "the question has no whole answer".to_owned(),
        _ => format!("{count} of {all} questions have no whole answer"),
    }
}

/// Returns what a person should know, each once.
pub fn notes(view: &View, reviewed: &Reviewed) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let said = reviewed.calls.iter().flat_map(|call| &call.notes);
    for note in view.notes.iter().chain(said) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}
