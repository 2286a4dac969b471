//! SARIF 2.1.0 (OASIS), for code scanning services and editors.
//!
//! Suppressions are written as SARIF defines them. Services that ignore them show what is allowed as
//! an open alert.

mod models;

use super::models::family;
use super::{Options, column, encode, json, text};
use crate::model::{Category, Disposition, Finding, LeftOut, Location, Report, RuleInfo, Severity};
use bstr::ByteSlice;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a report as one SARIF log with one run.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    encode::pretty(&log(report, &report.findings.iter().collect::<Vec<_>>(), options))
}

/// Returns a log about these findings of a report.
pub fn log(report: &Report, findings: &[&Finding], options: &Options<'_>) -> Value {
    let rules = Rules::of(findings, options.rules);
    let has_baseline = findings.iter().any(|f| f.disposition == Disposition::Baseline);
    let results: Vec<Value> = findings.iter().map(|f| result(f, &rules, has_baseline)).collect();
    let mut log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&rules) },
            // What ends in a slash is a category: runs of one stage replace each other, and no others.
            "automationDetails": { "id": category(report) },
            "invocations": [invocation(report)],
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "the root of the repository" } },
            },
            "columnKind": "utf16CodeUnits",
            "results": results,
            "properties": {
                "decision": report.verdict.decision.name(),
                "policyDigest": report.verdict.policy_digest,
                "subject": report.verdict.subject.to_string(),
            },
        }],
    });
    if let Some(part) = &report.part {
        log["runs"][0]["properties"]["shard"] = json!(part.shard.to_string());
    }
    if let Some(review) = &report.review {
        log["runs"][0]["properties"]["review"] = models::review(review);
    }
    log
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

fn level(finding: &Finding) -> &'static str {
    match finding.disposition {
        Disposition::Block => "error",
        Disposition::Warn => "warning",
        Disposition::Note => "note",
        _ => severity_level(finding.severity),
    }
}

fn result(finding: &Finding, rules: &Rules<'_>, has_baseline: bool) -> Value {
    let mut result = json!({
        "ruleId": finding.check,
        "ruleIndex": rules.index.get(finding.check.as_ref()),
        "kind": "fail",
        "level": level(finding),
        "message": { "text": message(finding) },
        "locations": locations(finding),
        "partialFingerprints": { "pantheon/v1": finding.fingerprint.to_string() },
        "suppressions": suppressions(&finding.disposition),
    });
    if has_baseline {
        let known = finding.disposition == Disposition::Baseline;
        result["baselineState"] = json!(if known { "unchanged" } else { "new" });
    }
    if models::opinion(finding).is_some() {
        result["rank"] = json!(models::rank(finding.confidence));
    }
    result["properties"] = properties(finding);
    result
}

fn message(finding: &Finding) -> String {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(&format!("; {help}"));
    }
    if let Some(opinion) = models::opinion(finding) {
        message.push_str(&format!("; said by {}", text::series(&opinion.models)));
    }
    models::unlinked(&message)
}

fn properties(finding: &Finding) -> Value {
    let mut properties = json!({
        "confidence": finding.confidence.name(),
        "severity": finding.severity.name(),
        "disposition": json::disposition(&finding.disposition).0,
    });
    if let Some(commit) = finding.commit {
        properties["commit"] = json!(commit.to_string());
    }
    if let Some(opinion) = models::opinion(finding) {
        models::add(&mut properties, opinion);
    }
    properties
}

fn locations(finding: &Finding) -> Vec<Value> {
    match &finding.location {
        Location::File { path, .. } => vec![physical(finding, path.as_bstr())],
        Location::Message(_) => vec![logical("commit message", "commitMessage")],
        Location::Change => vec![logical("change", "change")],
    }
}

fn logical(name: &str, kind: &str) -> Value {
    json!({ "logicalLocations": [{ "name": name, "fullyQualifiedName": name, "kind": kind }] })
}

fn physical(finding: &Finding, path: &bstr::BStr) -> Value {
    let mut place = json!({
        "artifactLocation": { "uri": encode::percent(path), "uriBaseId": "%SRCROOT%" },
    });
    if let Some(region) = column::convert(finding, column::Unit::Utf16) {
        place["region"] = json!({
            "startLine": region.start_line,
            "startColumn": region.start_column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        });
    }
    json!({ "physicalLocation": place })
}

/// An empty list says that nothing suppresses the result; no list would say that nobody knows.
fn suppressions(disposition: &Disposition) -> Value {
    let (kind, why) = match disposition {
        Disposition::Suppressed(reason) => ("inSource", reason.as_str()),
        Disposition::Waived(reason) => ("external", reason.as_str()),
        Disposition::Baseline => ("external", "held by the baseline"),
        Disposition::Block | Disposition::Warn | Disposition::Note => return json!([]),
    };
    json!([{ "kind": kind, "status": "accepted", "justification": why }])
}

fn invocation(report: &Report) -> Value {
    let complete = !report.left_out.iter().any(|item| item.inconclusive);
    let left_out = report.left_out.iter().map(notification);
    let notes = report
        .notes
        .iter()
        .map(|note| json!({ "level": "note", "message": { "text": note } }));
    let review = report.review.as_ref().map(models::notifications);
    let all = left_out.chain(notes).chain(review.unwrap_or_default());
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
