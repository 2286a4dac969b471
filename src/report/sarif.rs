//! SARIF 2.1.0 (OASIS), for code scanning services and editors.
//!
//! Suppressions are written as SARIF defines them. Services that ignore them show what is allowed as
//! an open alert. Results are written one by one: a tree of all of them would take most of the time.

mod models;
mod result;

use super::models::family;
use super::{Options, encode, text};
use crate::model::{Category, Disposition, Finding, LeftOut, Report, RuleInfo, Severity};
use bstr::ByteSlice;
use result::Rows;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Who reads a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Anybody who knows SARIF.
    Any,
    /// GitHub's code scanning.
    Github,
}

/// Writes a report as one SARIF log with one run.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    let findings: Vec<&Finding> = report.findings.iter().collect();
    write(report, &findings, Reader::Any, &[], options)
}

/// Writes a log about these findings of a report, with notes about what is not in it.
pub fn write(
    report: &Report,
    findings: &[&Finding],
    reader: Reader,
    notes: &[String],
    options: &Options<'_>,
) -> Vec<u8> {
    let rules = Rules::of(findings, options.rules);
    let results = Rows {
        findings,
        index: &rules.index,
        reader,
        has_baseline: findings.iter().any(|f| f.disposition == Disposition::Baseline),
        line_hashes: options.line_hashes,
    };
    let run = Run {
        tool: json!({ "driver": driver(&rules) }),
        // What ends in a slash is a category: runs of one stage replace each other, and no others.
        automation_details: json!({ "id": category(report) }),
        invocations: [invocation(report, notes)],
        original_uri_base_ids: json!({
            "%SRCROOT%": { "description": { "text": "the root of the repository" } },
        }),
        column_kind: "utf16CodeUnits",
        results,
        properties: properties(report),
    };
    encode::pretty(&Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    })
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    automation_details: Value,
    invocations: [Value; 1],
    original_uri_base_ids: Value,
    column_kind: &'static str,
    results: Rows<'a>,
    properties: Value,
}

fn properties(report: &Report) -> Value {
    let mut properties = json!({
        "decision": report.verdict.decision.name(),
        "policyDigest": report.verdict.policy_digest.as_str(),
        "subject": report.verdict.subject.to_string(),
    });
    if let Some(part) = &report.part {
        properties["shard"] = json!(part.shard.to_string());
    }
    if let Some(review) = &report.review {
        properties["review"] = models::review(review);
    }
    properties
}

/// The category of a run: one share replaces no other.
fn category(report: &Report) -> String {
    let stage = report.verdict.stage.name();
    match &report.part {
        Some(part) => format!("pantheon/{stage}/{}-of-{}/", part.shard.index, part.shard.count),
        None => format!("pantheon/{stage}/"),
    }
}

/// The rules that occur, in the order in which they do.
struct Rules<'a> {
    list: Vec<(&'a str, Option<&'a RuleInfo>)>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Rules<'a> {
    fn of(findings: &[&'a Finding], known: &[&'a RuleInfo]) -> Self {
        let mut rules = Self {
            list: Vec::new(),
            index: HashMap::new(),
        };
        for finding in findings {
            let id = finding.check.as_ref();
            if rules.index.contains_key(id) {
                continue;
            }
            rules.index.insert(id, rules.list.len());
            rules
                .list
                .push((id, known.iter().copied().find(|info| info.id == id)));
        }
        rules
    }
}

fn driver(rules: &Rules<'_>) -> Value {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.list.iter().map(|(id, info)| descriptor(id, *info)).collect::<Vec<_>>(),
    });
    // An empty URI is not a URI.
    let home = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")];
    if let Some(home) = home.into_iter().find(|uri| !uri.is_empty()) {
        driver["informationUri"] = json!(home);
    }
    driver
}

fn descriptor(id: &str, info: Option<&RuleInfo>) -> Value {
    if let (None, Some(family)) = (info, family(id)) {
        return models::descriptor(id, family);
    }
    let Some(info) = info else {
        return json!({
            "id": id,
            "shortDescription": { "text": id },
            "fullDescription": { "text": id },
            "help": { "text": format!("see `pantheon rules explain {id}`") },
        });
    };
    json!({
        "id": id,
        "shortDescription": { "text": brief(&info.summary) },
        "fullDescription": { "text": brief(&info.why) },
        "help": { "text": format!("{}\n\n{}", info.why, info.fix) },
        "defaultConfiguration": { "level": severity_level(info.severity) },
        "properties": rule_properties(info),
    })
}

/// Code scanning services take at most 1,024 characters of a description.
fn brief(text: &str) -> String {
    text.chars().take(1024).collect()
}

fn rule_properties(info: &RuleInfo) -> Value {
    let category = info.id.split('/').next().unwrap_or_default();
    let mut tags = vec![category];
    let mut properties = Map::new();
    properties.insert("precision".into(), json!(info.confidence.name()));
    // The number makes a rule a security rule, so only rules about security have one.
    if info.category() == Category::Secrets {
        tags.push("security");
        properties.insert("security-severity".into(), json!(score(info.severity)));
    }
    properties.insert("tags".into(), json!(tags));
    Value::Object(properties)
}

/// A score in the bands of CVSS, as text.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low | Severity::Info => "2.0",
    }
}

fn severity_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "note",
    }
}

fn invocation(report: &Report, more: &[String]) -> Value {
    let complete = !report.left_out.iter().any(|item| item.inconclusive);
    let left_out = report.left_out.iter().map(notification);
    let note = |note: &String| json!({ "level": "note", "message": { "text": note } });
    let review = report.review.as_ref().map(models::notifications);
    let said = left_out
        .chain(report.notes.iter().map(note))
        .chain(review.unwrap_or_default());
    let all = said.chain(more.iter().map(note));
    json!({
        "executionSuccessful": complete,
        "exitCode": report.verdict.decision.exit_code(),
        "toolExecutionNotifications": all.collect::<Vec<_>>(),
    })
}

fn notification(item: &LeftOut) -> Value {
    let level = if item.inconclusive { "error" } else { "warning" };
    let what = text::visible_bytes(item.what.as_bstr());
    json!({ "level": level, "message": { "text": format!("not looked at: {what}: {}", item.why) } })
}
