//! `cargo --message-format=json`: what the compiler, or clippy, says.

use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded, wrong};
use serde::Deserialize;
use std::collections::HashSet;

/// Reads the messages of cargo.
pub const PARSER: Parser = Parser {
    name: "cargo",
    about_change: false,
    parse,
};

/// Expansions of macros that stand in one another beyond this are not looked through.
const DEEPEST: usize = 32;

#[derive(Deserialize)]
struct Line {
    reason: Option<String>,
    message: Option<Message>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Message {
    message: Option<String>,
    level: Option<String>,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    #[serde(default)]
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    let (mut seen, mut ended) = (HashSet::new(), None);
    // What build scripts and tests print stands between the messages.
    let lines = text
        .out
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"{"));
    for line in lines {
        let line: Line = serde_json::from_slice(line).map_err(|e| wrong(PARSER.name, e))?;
        match line.reason.as_deref() {
            Some("build-finished") => ended = line.success,
            Some("compiler-message") => {
                let reported = line.message.as_ref().and_then(reported);
                // Each target that has the file says it again.
                if let Some(reported) = reported.filter(|reported| seen.insert(reported.clone())) {
                    parsed.reports.push(reported);
                }
            }
            _ => {}
        }
        bounded(PARSER.name, parsed.reports.len())?;
    }
    parsed.incomplete = match ended {
        None => Some("cargo did not come to its end".to_owned()),
        Some(false) if !parsed.reports.iter().any(|r| r.level == Level::Error) => {
            Some("the build failed for another reason than the code".to_owned())
        }
        Some(_) => None,
    };
    Ok(parsed)
}

fn reported(message: &Message) -> Option<Reported> {
    let text = message.message.as_deref().unwrap_or_default();
    let level = match message.level.as_deref().unwrap_or_default() {
        word if word.starts_with("error") => Level::Error,
        "failure-note" => return None,
        word => Level::of(word),
    };
    // Counts of what was said already.
    let is_sum =
        text.starts_with("aborting due to") || text.ends_with("emitted") || text.contains("warnings emitted");
    if message.spans.is_empty() && is_sum {
        return None;
    }
    let span = message
        .spans
        .iter()
        .find(|span| span.is_primary)
        .or(message.spans.first())
        .map(written);
    Some(Reported {
        path: span.map(|span| span.file_name.clone()),
        start: span.and_then(|span| Spot::new(Some(span.line_start), Some(span.column_start))),
        end: span.and_then(|span| Spot::new(Some(span.line_end), Some(span.column_end))),
        message: text.to_owned(),
        level,
        code: message.code.as_ref().and_then(|code| code.code.clone()),
    })
}

/// Returns where a macro of somebody else's was written, where a place lies within it.
fn written(mut span: &Span) -> &Span {
    for _ in 0..DEEPEST {
        match &span.expansion {
            Some(expansion) if is_foreign(&span.file_name) => span = &expansion.span,
            _ => break,
        }
    }
    span
}

fn is_foreign(file: &str) -> bool {
    file.starts_with(['<', '/']) || file.get(1..2) == Some(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Parsed {
        let out = lines.join("\n");
        parse(&Text {
            out: out.as_bytes(),
            err: b"",
            regex: None,
            code: 0,
        })
        .unwrap()
    }

    const SPAN: &str = r#"{"file_name":"src/lib.rs","line_start":2,"line_end":2,"column_start":9,"column_end":10,"is_primary":true}"#;

    #[test]
    fn messages_are_read_once() {
        let warning = format!(
            r#"{{"reason":"compiler-message","message":{{"message":"unused variable: `x`","level":"warning","code":{{"code":"unused_variables"}},"spans":[{SPAN}]}}}}"#
        );
        let sum = r#"{"reason":"compiler-message","message":{"message":"1 warning emitted","level":"warning","code":null,"spans":[]}}"#;
        let end = r#"{"reason":"build-finished","success":true}"#;
        let parsed = read(&[&warning, "noise", &warning, sum, end]);
        let wanted = Reported {
            path: Some("src/lib.rs".to_owned()),
            start: Some(Spot {
                line: 2,
                column: Some(9),
            }),
            end: Some(Spot {
                line: 2,
                column: Some(10),
            }),
            message: "unused variable: `x`".to_owned(),
            level: Level::Warning,
            code: Some("unused_variables".to_owned()),
        };
        assert_eq!(
            parsed,
            Parsed {
                reports: vec![wanted],
                ..Parsed::default()
            }
        );
    }

    #[test]
    fn a_macro_is_reported_where_it_is_written() {
        let inner = SPAN.replace("src/lib.rs", "/rustc/x/std.rs").replace('}', "");
        let line = format!(
            r#"{{"reason":"compiler-message","message":{{"message":"m","level":"error","spans":[{inner},"expansion":{{"span":{SPAN}}}}}]}}}}"#
        );
        let parsed = read(&[&line, r#"{"reason":"build-finished","success":false}"#]);
        assert_eq!(parsed.reports[0].path.as_deref(), Some("src/lib.rs"));
        assert_eq!(parsed.incomplete, None);
    }

    #[test]
    fn a_build_that_did_not_end_is_no_success() {
        assert!(read(&[]).incomplete.is_some());
        assert!(
            read(&[r#"{"reason":"build-finished","success":false}"#])
                .incomplete
                .is_some()
        );
    }
}
