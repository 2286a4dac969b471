//! SARIF 2.1.0.

use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded, wrong};
use crate::command::Columns;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Reads SARIF.
pub const PARSER: Parser = Parser {
    name: "sarif",
    about_change: false,
    parse,
};

#[derive(Deserialize)]
struct Log {
    runs: Option<Vec<Run>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    results: Option<Vec<Outcome>>,
    tool: Option<Tool>,
    #[serde(default)]
    artifacts: Vec<Artifact>,
    #[serde(default)]
    original_uri_base_ids: BTreeMap<String, Place>,
    #[serde(default)]
    invocations: Vec<Invocation>,
    column_kind: Option<String>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Option<Driver>,
}

#[derive(Deserialize)]
struct Driver {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: Option<String>,
    default_configuration: Option<Configuration>,
    #[serde(default)]
    message_strings: BTreeMap<String, Message>,
}

#[derive(Deserialize)]
struct Configuration {
    level: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: Option<String>,
    rule_index: Option<i64>,
    rule: Option<RuleName>,
    kind: Option<String>,
    level: Option<String>,
    message: Option<Message>,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    suppressions: Vec<Suppression>,
    baseline_state: Option<String>,
}

#[derive(Deserialize)]
struct RuleName {
    id: Option<String>,
    index: Option<i64>,
}

#[derive(Deserialize)]
struct Message {
    text: Option<String>,
    id: Option<String>,
    #[serde(default)]
    arguments: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Option<Place>,
    region: Option<Region>,
}

#[derive(Deserialize)]
struct Artifact {
    location: Option<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    uri: Option<String>,
    uri_base_id: Option<String>,
    index: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<u32>,
    start_column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
}

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let out = text.out.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text.out);
    let log: Log = serde_json::from_slice(out).map_err(|e| wrong(PARSER.name, e))?;
    let runs = log.runs.ok_or_else(|| wrong(PARSER.name, "it has no `runs`"))?;
    let mut parsed = Parsed {
        columns: Columns::Utf16,
        ..Parsed::default()
    };
    if runs
        .iter()
        .any(|run| run.column_kind.as_deref() == Some("unicodeCodePoints"))
    {
        parsed.columns = Columns::Chars;
    }
    for run in &runs {
        read(run, &mut parsed)?;
    }
    Ok(parsed)
}

fn read(run: &Run, parsed: &mut Parsed) -> Result<(), Error> {
    if run
        .invocations
        .iter()
        .any(|i| i.execution_successful == Some(false))
    {
        parsed.incomplete = Some("it says that it did not run to its end".to_owned());
    }
    // The standard knows a run that could not be made by the absence of its results.
    let Some(results) = &run.results else {
        parsed.incomplete = Some("it has a run without `results`".to_owned());
        return Ok(());
    };
    for outcome in results {
        if is_none(outcome) {
            continue;
        }
        if is_allowed(outcome) {
            parsed.allowed += 1;
            continue;
        }
        parsed.reports.push(reported(run, outcome));
        bounded(PARSER.name, parsed.reports.len())?;
    }
    Ok(())
}

/// Whether a result says that nothing is wrong.
fn is_none(outcome: &Outcome) -> bool {
    let nothing = ["pass", "notApplicable"];
    outcome
        .kind
        .as_deref()
        .is_some_and(|kind| nothing.contains(&kind))
        || outcome.baseline_state.as_deref() == Some("absent")
}

/// Whether a comment or the like allows it.
fn is_allowed(outcome: &Outcome) -> bool {
    let accepted = |s: &Suppression| s.status.as_deref().is_none_or(|status| status == "accepted");
    outcome.suppressions.iter().any(accepted)
}

fn reported(run: &Run, outcome: &Outcome) -> Reported {
    let named = outcome.rule.as_ref();
    let index = outcome.rule_index.or(named.and_then(|rule| rule.index));
    let id = outcome
        .rule_id
        .as_deref()
        .or(named.and_then(|rule| rule.id.as_deref()));
    let rules = run.tool.as_ref().and_then(|tool| tool.driver.as_ref());
    let rules = rules.map_or(&[][..], |driver| &driver.rules);
    let by_index = at(rules, index);
    let rule = by_index.or_else(|| rules.iter().find(|rule| id.is_some() && rule.id.as_deref() == id));
    let physical = outcome
        .locations
        .first()
        .and_then(|l| l.physical_location.as_ref());
    let region = physical.and_then(|physical| physical.region.as_ref());
    let start = region.and_then(|r| Spot::new(r.start_line, r.start_column));
    let end = region.and_then(|r| Spot::new(r.end_line.or(r.start_line), r.end_column));
    Reported {
        path: physical
            .and_then(|p| p.artifact_location.as_ref())
            .and_then(|place| path(run, place)),
        start,
        end: end.filter(|_| region.is_some_and(|r| r.end_line.is_some() || r.end_column.is_some())),
        message: message(outcome, rule),
        level: level(outcome, rule),
        code: id.or(rule.and_then(|rule| rule.id.as_deref())).map(str::to_owned),
    }
}

fn at<T>(list: &[T], index: Option<i64>) -> Option<&T> {
    list.get(usize::try_from(index?).ok()?)
}

fn level(outcome: &Outcome, rule: Option<&Rule>) -> Level {
    let kind = outcome.kind.as_deref();
    if kind.is_some_and(|kind| kind != "fail") {
        return Level::Note;
    }
    let own = outcome.level.as_deref();
    let usual = rule.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
    match own.or(usual).unwrap_or("warning") {
        "none" => Level::Note,
        word => Level::of(word),
    }
}

fn message(outcome: &Outcome, rule: Option<&Rule>) -> String {
    let Some(message) = &outcome.message else {
        return String::new();
    };
    let by_id = || rule?.message_strings.get(message.id.as_deref()?)?.text.as_deref();
    let mut text = message
        .text
        .as_deref()
        .or_else(by_id)
        .unwrap_or_default()
        .to_owned();
    for (n, argument) in message.arguments.iter().enumerate().take(9) {
        text = text.replace(&format!("{{{n}}}"), argument);
        // Arguments may hold the marks of others: a text cannot grow for ever.
        text = text.chars().take(LONGEST).collect();
    }
    text
}

/// The longest message, in characters.
const LONGEST: usize = 4096;

/// Returns a path, behind the base that it is relative to, if that is told.
fn path(run: &Run, place: &Place) -> Option<String> {
    let place = match &place.uri {
        Some(_) => place,
        None => at(&run.artifacts, place.index)?.location.as_ref()?,
    };
    let uri = place.uri.clone()?;
    let base = place
        .uri_base_id
        .as_ref()
        .and_then(|id| run.original_uri_base_ids.get(id));
    Some(match base.and_then(|base| base.uri.as_deref()) {
        Some(base) if !uri.contains("://") && !uri.starts_with('/') => format!("{base}{uri}"),
        _ => uri,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &serde_json::Value) -> Result<Parsed, Error> {
        parse(&Text {
            out: value.to_string().as_bytes(),
            err: b"",
            regex: None,
            code: 0,
        })
    }

    #[test]
    fn results_are_read_with_their_rules() {
        let log = json!({"runs": [{
            "tool": {"driver": {"name": "t", "rules": [
                {"id": "R0"},
                {"id": "R1", "defaultConfiguration": {"level": "error"}, "messageStrings": {"m": {"text": "no {0}"}}}
            ]}},
            "artifacts": [{"location": {"uri": "b.py"}}],
            "originalUriBaseIds": {"ROOT": {"uri": "file:///tmp/c/"}},
            "results": [
                {"ruleIndex": 1, "message": {"id": "m", "arguments": ["way"]}, "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": "a.py", "uriBaseId": "ROOT"},
                    "region": {"startLine": 2, "startColumn": 3, "endColumn": 5}}}]},
                {"ruleId": "R0", "message": {"text": "x"}, "locations": [{"physicalLocation": {
                    "artifactLocation": {"index": 0}}}]},
                {"kind": "pass", "message": {"text": "fine"}},
                {"message": {"text": "allowed"}, "suppressions": [{"kind": "inSource"}]}
            ]
        }]});
        let parsed = read(&log).unwrap();
        assert_eq!(
            (parsed.reports.len(), parsed.allowed, parsed.columns),
            (2, 1, Columns::Utf16)
        );
        let wanted = Reported {
            path: Some("file:///tmp/c/a.py".to_owned()),
            start: Some(Spot {
                line: 2,
                column: Some(3),
            }),
            end: Some(Spot {
                line: 2,
                column: Some(5),
            }),
            message: "no way".to_owned(),
            level: Level::Error,
            code: Some("R1".to_owned()),
        };
        assert_eq!(parsed.reports[0], wanted);
        assert_eq!(parsed.reports[1].path.as_deref(), Some("b.py"));
        assert_eq!(parsed.reports[1].level, Level::Warning);
    }

    #[test]
    fn what_did_not_run_is_told() {
        assert!(read(&json!({})).is_err());
        assert!(read(&json!({"runs": 1})).is_err());
        assert!(read(&json!({"runs": [{}]})).unwrap().incomplete.is_some());
        let failed = json!({"runs": [{"results": [], "invocations": [{"executionSuccessful": false}]}]});
        assert!(read(&failed).unwrap().incomplete.is_some());
        assert_eq!(
            read(&json!({"runs": [{"results": []}]})).unwrap().incomplete,
            None
        );
    }
}
