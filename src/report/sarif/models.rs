//! What models said and were asked, in the terms of SARIF.

use super::super::json::models::{Review, state};
use super::super::models::Family;
use crate::model::{Asked, Confidence, Coverage, Finding, NotShown, Opinion, Origin, Unmet};
use bstr::ByteSlice;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Describes a family of findings as a rule.
pub fn descriptor(id: &str, family: &Family) -> Value {
    let mut tags = vec!["validators", family.name];
    let mut properties = Map::new();
    properties.insert("precision".into(), json!(Confidence::Low.name()));
    if family.name == "security" {
        tags = vec!["validators", "security"];
        properties.insert("security-severity".into(), json!("5.5"));
    }
    properties.insert("tags".into(), json!(tags));
    json!({
        "id": id,
        "shortDescription": { "text": family.summary },
        "fullDescription": { "text": family.why },
        "help": { "text": format!("{}\n\n{}", family.why, family.fix) },
        "defaultConfiguration": { "level": "warning" },
        "properties": properties,
    })
}

/// Returns what models say a finding; `None`: it is computed.
pub fn opinion(finding: &Finding) -> Option<&Opinion> {
    match &finding.origin {
        Origin::Computed => None,
        Origin::Models(opinion) => Some(opinion),
    }
}

/// Who says a result, and what speaks against it.
#[derive(Serialize)]
pub struct Said<'a> {
    models: &'a [String],
    validators: &'a [String],
    agreement: u32,
    tested: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceiling: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmet: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Takes it from what models say.
    pub fn of(opinion: &'a Opinion) -> Self {
        Self {
            models: &opinion.models,
            validators: &opinion.validators,
            agreement: opinion.backing,
            tested: state(&opinion.tested),
            ceiling: opinion.ceiling.as_deref(),
            unmet: opinion.unmet.as_ref().map(Unmet::name),
        }
    }
}

/// Returns how many of a hundred such findings are right, about: one model is right in two of five, two that
/// agree in three of five, three in four of five.
pub fn rank(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Low => 40.0,
        Confidence::Medium => 60.0,
        Confidence::High => 80.0,
    }
}

/// Takes from a text what a viewer would make a link of: `[text](target)`.
///
/// SARIF 2.1.0, section 3.11.6. A space between the brackets says the same and links nothing.
pub fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// Returns what a review is for a run.
pub fn review(review: &Coverage) -> Value {
    json!(Review::of(review))
}

/// Returns what was not asked, not answered and not shown, as notifications.
pub fn notifications(review: &Coverage) -> Vec<Value> {
    let skipped = review
        .skipped
        .iter()
        .map(|why| note("note", &format!("models were not asked: {why}")));
    let failed = review.asked.iter().filter(|row| row.answered < row.calls);
    let failed = failed.map(|row| note("warning", &unanswered(row)));
    let gaps = review.left_out.iter().filter(|item| !item.by_rule);
    let gaps = gaps.map(|item| note("warning", &gap(item)));
    skipped.chain(failed).chain(gaps).collect()
}

fn note(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": unlinked(text) } })
}

fn unanswered(row: &Asked) -> String {
    let without = row.calls.saturating_sub(row.answered);
    let who = match row.model.is_empty() {
        true => row.validator.clone(),
        false => format!("{} at {}", row.validator, row.model),
    };
    let why = row.failures.join("; ");
    format!("no answer: {who}: {why} ({without} of {} calls)", row.calls)
}

fn gap(item: &NotShown) -> String {
    let path = super::text::visible_bytes(item.path.as_bstr());
    format!("not shown to models: {path}: {}", item.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_model_is_a_link() {
        assert_eq!(unlinked("see [this](1) [a] (b)"), "see [this] (1) [a] (b)");
        assert_eq!(unlinked("see [this\\](1)"), "see [this\\] (1)");
    }
}
