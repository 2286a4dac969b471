//! An evaluation as JSON.

use super::human::all_stages;
use crate::app::eval::{CaseResult, Comparison, Evaluation, Figures, Judged, Label, Sides, Tally};
use crate::report::encode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The version of the format.
const VERSION: u32 = 1;

/// Writes an evaluation.
pub fn write(evaluation: &Evaluation) -> String {
    text(&json!({ "version": VERSION, "evaluation": whole(evaluation) }))
}

/// Writes a comparison.
pub fn write_compared(comparison: &Comparison) -> String {
    let [one, other] = &comparison.sides;
    let change = |figure: fn(&Tally) -> Option<f64>| {
        let [from, to] = [one, other].map(|side| figure(&side.figures.all.candidates));
        rounded(from.zip(to).map(|(from, to)| to - from))
    };
    text(&json!({
        "version": VERSION,
        "names": comparison.names,
        "left_out": comparison.left_out,
        "sides": [whole(one), whole(other)],
        "change": {
            "precision": change(Tally::precision),
            "labelled_precision": change(Tally::labelled),
            "recall": change(Tally::recall),
            "f1": change(Tally::f1),
        },
    }))
}

fn text(value: &Value) -> String {
    String::from_utf8_lossy(&encode::pretty(value)).into_owned()
}

fn whole(evaluation: &Evaluation) -> Value {
    let figures = &evaluation.figures;
    json!({
        "answers": answers(figures),
        "stages": all_stages(figures).into_iter().map(|(name, t)| (name.replace(' ', "-"), tally(&t))).collect::<Map<_, _>>(),
        "validators": figures.validators.iter().map(|(name, s)| (name.clone(), sides(s))).collect::<Map<_, _>>(),
        "kinds": figures.kinds.iter().map(|(kind, s)| (kind.name().to_owned(), sides(s))).collect::<Map<_, _>>(),
        "models": figures.models.iter().map(|(name, s)| (name.clone(), sides(s))).collect::<Map<_, _>>(),
        "dropped": counts(&figures.drops),
        "never_blocks": counts(&figures.lowered),
        "cases": evaluation.cases.iter().map(case).collect::<Vec<_>>(),
        "notes": evaluation.notes,
    })
}

fn answers(figures: &Figures) -> Value {
    json!({
        "cases": figures.cases,
        "answers": figures.answers,
        "not_whole": figures.partial,
        "unreadable": figures.unreadable,
        "missing": figures.missing,
        "stale": figures.stale,
        "usage": figures.usage,
        "cost": figures.cost,
        "unit_of_cost": "a billionth of a US dollar",
    })
}

fn sides(sides: &Sides) -> Value {
    json!({ "claims": tally(&sides.claims), "candidates": tally(&sides.candidates) })
}

fn tally(tally: &Tally) -> Value {
    json!({
        "expected": tally.expected,
        "found": tally.found,
        "right": tally.right,
        "wrong": tally.wrong,
        "unlabelled": tally.unlabelled,
        "precision": rounded(tally.precision()),
        "labelled_precision": rounded(tally.labelled()),
        "recall": rounded(tally.recall()),
        "f1": rounded(tally.f1()),
    })
}

fn rounded(part: Option<f64>) -> Option<f64> {
    part.map(|part| (part * 10_000.0).round() / 10_000.0)
}

fn counts(counts: &BTreeMap<(&str, &str), usize>) -> Vec<Value> {
    let row = |((step, why), n): (&(&str, &str), &usize)| json!({ "step": step, "reason": why, "claims": n });
    counts.iter().map(row).collect()
}

fn case(case: &CaseResult) -> Value {
    let missed = case.missed.iter();
    json!({
        "name": case.name,
        "title": case.title,
        "missed": missed.map(|(place, why)| json!({ "place": place, "why": why })).collect::<Vec<_>>(),
        "candidates": case.candidates.iter().map(judged).collect::<Vec<_>>(),
    })
}

fn judged(judged: &Judged) -> Value {
    json!({
        "path": judged.path,
        "line": judged.line,
        "title": judged.title,
        "kind": judged.kind.name(),
        "label": match judged.label {
            Label::Right(_) => "right",
            Label::Wrong => "wrong",
            Label::Unlabelled => "unlabelled",
        },
        "validators": judged.validators,
        "models": judged.models,
        "backing": judged.backing,
        "stands": judged.stands,
    })
}
