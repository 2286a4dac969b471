//! Turns merged values into settings.

mod commands;
mod create;
mod models;
mod validators;

pub use models::is_loopback;

use super::Problem;
use super::layer::{Entry, Item};
use super::merge::{Merged, or_default};
use super::settings::{
    Hooks, Limits, OnMissing, PatternSource, RuleSettings, Scratch, Settings, Suppressions,
};
use super::show;
use super::value::{Block, Value};
use crate::model::{
    Choice, Confidence, Gate, Later, OnInconclusive, PathEntry, Selector, Severity, Stage, Waiver,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Turns merged values into settings. What fits none is added to `problems`.
pub(super) fn settings(merged: Merged, mut notes: Vec<String>, problems: &mut Vec<Problem>) -> Settings {
    for stage in Stage::ALL {
        if let (_, Some(origin)) = merged.chain(stage) {
            let message = format!("`extends` of the gate `{}` goes in a circle", stage.name());
            problems.push(Problem::at(origin, message));
        }
    }
    let merged = Arc::new(merged);
    let of = merged.clone();
    let effective = Later::new(move || show::effective(&of));
    let of = effective.clone();
    let digest = Later::new(move || show::digest(&of));
    let merged = &*merged;
    notes.extend(validators::notes(merged));
    Settings {
        gates: Stage::ALL.map(|stage| (stage, gate(merged, stage))).into(),
        gate_severities: Stage::ALL.map(|stage| (stage, severities(merged, stage))).into(),
        paths: merged.paths.iter().map(path_entry).collect(),
        rules: rules(merged),
        patterns: merged.patterns.iter().map(pattern).collect(),
        waivers: merged.waivers.iter().map(waiver).collect(),
        suppressions: Suppressions {
            inline: switch(merged.value("suppressions", "", "inline")),
            require_reason: switch(merged.value("suppressions", "", "require-reason")),
            foreign: switch(merged.value("suppressions", "", "foreign")),
        },
        baseline_file: text(merged.value("baseline", "", "file")),
        hooks: Hooks {
            on_missing: match text(merged.value("hooks", "", "on-missing")).as_str() {
                "warn" => OnMissing::Warn,
                _ => OnMissing::Block,
            },
        },
        limits: Limits {
            max_file_bytes: int(merged.value("limits", "", "max-file-bytes")).unsigned_abs(),
            max_findings: int(merged.value("limits", "", "max-findings")).unsigned_abs() as usize,
        },
        models: models::settings(merged, problems),
        review: validators::settings(merged),
        commands: commands::settings(merged),
        create: create::settings(merged),
        scratch: scratch(merged),
        digest,
        notes,
        effective,
    }
}

fn scratch(merged: &Merged) -> Scratch {
    let value = |key| merged.value("scratch", "", key);
    let amount = |key: &'static str| match value(key).as_deref().map(|entry| &entry.value) {
        Some(Value::Size(amount) | Value::Days(amount)) => *amount,
        _ => 0,
    };
    Scratch {
        seed: texts(value("seed")),
        secrets: texts(value("secrets")),
        sparse: texts(value("sparse")),
        quota: amount("quota"),
        keep: Duration::from_secs(amount("keep") * 24 * 60 * 60),
    }
}

fn gate(merged: &Merged, stage: Stage) -> Gate {
    let block = block(merged.gate_value(stage, "block"));
    Gate {
        stage,
        checks: selectors(merged.gate_value(stage, "checks")),
        block: block.and_then(|block| block.rules.at()),
        block_models: block.and_then(|block| block.models.at()),
        warn: severity(merged.gate_value(stage, "warn")).unwrap_or(Severity::Info),
        deadline: time(merged.gate_value(stage, "deadline")),
        on_inconclusive: match text(merged.gate_value(stage, "on-inconclusive")).as_str() {
            "warn" => OnInconclusive::Warn,
            _ => OnInconclusive::Block,
        },
    }
}

/// Returns the severities of a stage; of those that it extends, the nearest counts.
fn severities(merged: &Merged, stage: Stage) -> BTreeMap<String, Severity> {
    let entries = merged.severities(stage).into_iter();
    entries
        .filter_map(|(id, entry)| Some((id, severity(Some(Cow::Owned(entry)))?)))
        .collect()
}

fn rules(merged: &Merged) -> BTreeMap<String, RuleSettings> {
    let mut rules: BTreeMap<String, RuleSettings> = BTreeMap::new();
    for (path, entry) in merged.values.iter().filter(|(path, _)| path.section == "rules") {
        let rule = rules.entry(path.name.clone()).or_default();
        let entry = Some(Cow::Borrowed(entry));
        match path.key.as_ref() {
            "severity" => rule.severity = severity(entry),
            "enabled" => rule.enabled = switch(entry),
            "exclude" => rule.exclude = texts(entry),
            key => drop(choice(entry).map(|choice| rule.options.insert(key.to_owned(), choice))),
        }
    }
    rules
}

fn path_entry(item: &Item) -> PathEntry {
    PathEntry {
        matches: texts(item.value("match")),
        severity_cap: severity(item.value("severity-cap")),
        checks: selectors(item.value("checks")),
        exclude: switch(item.value("exclude")),
        origin: item.origin.to_string(),
    }
}

fn waiver(item: &Item) -> Waiver {
    Waiver {
        fingerprint: text(item.value("fingerprint")),
        reason: text(item.value("reason")),
        by: text(item.value("by")),
        expires: text(item.value("expires")),
        origin: item.origin.to_string(),
    }
}

fn pattern(item: &Item) -> PatternSource {
    let confidence = text(item.value("confidence"));
    PatternSource {
        id: text(item.value("id")),
        summary: text(item.value("summary")),
        why: text(item.value("why")),
        fix: text(item.value("fix")),
        severity: severity(item.value("severity")).unwrap_or(Severity::Medium),
        test_severity: severity(item.value("test-severity")),
        confidence: Confidence::from_name(&confidence).unwrap_or(Confidence::Medium),
        history: switch(item.value("history")),
        languages: texts(item.value("languages")),
        paths: texts(item.value("paths")),
        exclude_paths: texts(item.value("exclude-paths")),
        keywords: texts(item.value("keywords")),
        regex: text(item.value("regex")),
        anchored: switch(item.value("anchored")),
        entropy: number(item.value("entropy")),
        random: switch(item.value("random")),
        placeholder: switch(item.value("placeholder")),
        allow: texts(item.value("allow")),
        multi_line: switch(item.value("multi-line")),
        validator: item.text("validator").map(str::to_owned),
        good: texts(item.value("good")),
        bad: texts(item.value("bad")),
        origin: item.origin.clone(),
        origins: item
            .fields
            .iter()
            .map(|(key, entry)| (*key, entry.origin.clone()))
            .collect(),
    }
}

impl Item {
    /// Returns the value of a key, or the default of the key.
    fn value(&self, key: &str) -> Option<Cow<'_, Entry>> {
        or_default(self.fields.get(key), self.section, key)
    }
}

// The kinds were checked when the values were read, and a file in which a key is missing has a problem:
// what these return for another kind is never used.

fn switch(entry: Option<Cow<'_, Entry>>) -> bool {
    matches!(entry.as_deref().map(|e| &e.value), Some(Value::Bool(true)))
}

fn int(entry: Option<Cow<'_, Entry>>) -> i64 {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Int(n)) => *n,
        _ => 0,
    }
}

fn number(entry: Option<Cow<'_, Entry>>) -> f64 {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Number(n)) => *n,
        _ => 0.0,
    }
}

fn text(entry: Option<Cow<'_, Entry>>) -> String {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn texts(entry: Option<Cow<'_, Entry>>) -> Vec<String> {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Texts(list)) => list.clone(),
        _ => Vec::new(),
    }
}

fn severity(entry: Option<Cow<'_, Entry>>) -> Option<Severity> {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Severity(severity)) => Some(*severity),
        _ => None,
    }
}

fn block(entry: Option<Cow<'_, Entry>>) -> Option<Block> {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Block(block)) => Some(*block),
        _ => None,
    }
}

fn time(entry: Option<Cow<'_, Entry>>) -> Duration {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Time(time)) => *time,
        _ => Duration::ZERO,
    }
}

fn selectors(entry: Option<Cow<'_, Entry>>) -> Vec<Selector> {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Selectors(list)) => list.iter().map(|(selector, _)| selector.clone()).collect(),
        _ => Vec::new(),
    }
}

fn choice(entry: Option<Cow<'_, Entry>>) -> Option<Choice> {
    match &entry.as_deref()?.value {
        Value::Int(n) => Some(Choice::Int(*n)),
        Value::Bool(b) => Some(Choice::Bool(*b)),
        Value::Text(text) => Some(Choice::Text(text.clone())),
        Value::Texts(list) => Some(Choice::Texts(list.clone())),
        _ => None,
    }
}
