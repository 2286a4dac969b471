//! What a model answered, as claims.

use super::Ask;
use crate::model::{Confidence, Severity};
use crate::validators::claim::{Claim, Kind, Scope};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// Other words that models use, and what they mean.
pub const SYNONYMS: &[(&str, &str)] = &[
    ("error", "high"),
    ("major", "high"),
    ("severe", "high"),
    ("blocker", "critical"),
    ("warning", "medium"),
    ("moderate", "medium"),
    ("minor", "low"),
    ("note", "info"),
    ("none", "info"),
    ("bug", "defect"),
    ("correctness", "defect"),
    ("logic", "defect"),
    ("vulnerability", "security"),
    ("certain", "high"),
    ("likely", "medium"),
    ("unsure", "low"),
    ("repo", "repository"),
    ("line", "diff"),
    ("hunk", "diff"),
];

/// Returns the schema of an answer for a validator that may claim these kinds: the evidence first, the
/// judgement after it.
#[must_use]
pub fn schema(kinds: &[Kind]) -> Value {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.name()).collect();
    let confidences: Vec<&str> = Confidence::ALL
        .iter()
        .map(|confidence| confidence.name())
        .collect();
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    let text = |what: &str| json!({ "type": "string", "description": what });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["findings"],
        "properties": { "findings": { "type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "required": [
                "path", "line", "quote", "message", "title", "kind", "severity", "confidence", "scope", "subject", "fix"
            ],
            "properties": {
                "path": text("the file, as it is named above its hunks"),
                "line": { "type": "integer", "description": "the number in the gutter; 0 for removed lines" },
                "quote": text("the line or lines, word for word, without the gutter"),
                "message": text("what goes wrong, when, and what follows"),
                "title": text("the same in one short line"),
                "kind": { "type": "string", "enum": kinds },
                "severity": { "type": "string", "enum": severities },
                "confidence": { "type": "string", "enum": confidences },
                "scope": { "type": "string", "enum": scopes },
                "subject": text("the symbol, file or package that it is about; empty if there is none"),
                "fix": text("what to do about it; empty if that is plain")
            }
        } } }
    })
}

/// Returns what an answer to a question must look like to be read; `None`: any text will do.
///
/// A model is told the kinds of its validator, and not every server holds it to them. A kind of another one is
/// no reason to lose what was said.
#[must_use]
pub fn readable(ask: &Ask) -> Option<&Value> {
    static ALL: OnceLock<Value> = OnceLock::new();
    let asked = &ask.request.schema.as_ref()?.value;
    match asked["properties"].get("findings") {
        Some(_) => Some(ALL.get_or_init(|| schema(&Kind::ALL))),
        None => Some(asked),
    }
}

/// Returns the claims of an answer that was read.
#[must_use]
pub fn claims(value: &Value, validator: &str, model: &str) -> Vec<Claim> {
    let findings = value["findings"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    findings
        .iter()
        .filter_map(|item| claim(item, validator, model))
        .collect()
}

fn claim(item: &Value, validator: &str, model: &str) -> Option<Claim> {
    let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let some = |key: &str| Some(text(key)).filter(|text| !text.trim().is_empty());
    let line = item["line"].as_u64().filter(|line| *line > 0);
    Some(Claim {
        validator: validator.to_owned(),
        model: model.to_owned(),
        kind: Kind::from_name(item["kind"].as_str()?)?,
        severity: Severity::from_name(item["severity"].as_str()?)?,
        confidence: Confidence::from_name(item["confidence"].as_str()?)?,
        path: text("path"),
        line: line.and_then(|line| u32::try_from(line).ok()),
        quote: text("quote"),
        title: text("title"),
        message: text("message"),
        fix: some("fix"),
        scope: Scope::from_name(item["scope"].as_str()?)?,
        subject: some("subject"),
    })
}
