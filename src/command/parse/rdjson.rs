//! reviewdog's rdjson: one object with all diagnostics.

use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded, wrong};
use crate::command::Columns;
use serde::Deserialize;

/// Reads rdjson.
pub const PARSER: Parser = Parser {
    name: "rdjson",
    about_change: false,
    parse,
};

#[derive(Deserialize)]
struct Outcome {
    diagnostics: Vec<Diagnostic>,
    severity: Option<Severity>,
}

/// One diagnostic.
#[derive(Deserialize)]
pub struct Diagnostic {
    message: Option<String>,
    location: Option<Location>,
    severity: Option<Severity>,
    code: Option<Code>,
}

#[derive(Deserialize)]
struct Location {
    path: Option<String>,
    range: Option<Range>,
}

#[derive(Deserialize)]
struct Range {
    start: Option<Position>,
    end: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Deserialize)]
struct Code {
    value: Option<String>,
}

/// A word, or its number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Severity {
    Word(String),
    Number(i64),
}

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let outcome: Outcome = serde_json::from_slice(text.out).map_err(|e| wrong(PARSER.name, e))?;
    bounded(PARSER.name, outcome.diagnostics.len())?;
    let usual = outcome.severity.as_ref().map_or(Level::Unknown, level);
    let reports = outcome
        .diagnostics
        .iter()
        .map(|diagnostic| reported(diagnostic, usual));
    Ok(Parsed {
        reports: reports.collect(),
        columns: Columns::Bytes,
        ..Parsed::default()
    })
}

/// Returns what one diagnostic reports.
pub fn reported(diagnostic: &Diagnostic, usual: Level) -> Reported {
    let location = diagnostic.location.as_ref();
    let range = location.and_then(|location| location.range.as_ref());
    let spot = |position: Option<&Position>| position.and_then(|p| Spot::new(p.line, p.column));
    let own = diagnostic.severity.as_ref().map_or(Level::Unknown, level);
    Reported {
        path: location
            .and_then(|location| location.path.clone())
            .filter(|path| !path.is_empty()),
        start: spot(range.and_then(|range| range.start.as_ref())),
        end: spot(range.and_then(|range| range.end.as_ref())),
        message: diagnostic.message.clone().unwrap_or_default(),
        level: if own == Level::Unknown { usual } else { own },
        code: diagnostic.code.as_ref().and_then(|code| code.value.clone()),
    }
}

fn level(severity: &Severity) -> Level {
    match severity {
        Severity::Word(word) => Level::of(word),
        Severity::Number(1) => Level::Error,
        Severity::Number(2) => Level::Warning,
        Severity::Number(3) => Level::Note,
        Severity::Number(_) => Level::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_are_read() {
        let out = br#"{"source":{"name":"t"},"severity":"WARNING","diagnostics":[
            {"message":"m","location":{"path":"a.rs","range":{"start":{"line":2,"column":3},"end":{"line":2,"column":5}}},
             "severity":1,"code":{"value":"X1"}},
            {"message":"n","location":{"path":"b.rs"}}]}"#;
        let parsed = parse(&Text {
            out,
            err: b"",
            regex: None,
            code: 0,
        })
        .unwrap();
        let wanted = Reported {
            path: Some("a.rs".to_owned()),
            start: Some(Spot {
                line: 2,
                column: Some(3),
            }),
            end: Some(Spot {
                line: 2,
                column: Some(5),
            }),
            message: "m".to_owned(),
            level: Level::Error,
            code: Some("X1".to_owned()),
        };
        assert_eq!(parsed.reports[0], wanted);
        assert_eq!(
            (parsed.reports[1].level, parsed.columns),
            (Level::Warning, Columns::Bytes)
        );
        assert!(
            parse(&Text {
                out: b"{}",
                err: b"",
                regex: None,
                code: 0
            })
            .is_err()
        );
    }
}
