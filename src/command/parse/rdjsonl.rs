//! reviewdog's rdjsonl: one diagnostic on each line.

use super::rdjson::{Diagnostic, reported};
use super::{Error, Level, Parsed, Parser, Text, bounded, wrong};
use crate::command::Columns;

/// Reads rdjsonl.
pub const PARSER: Parser = Parser {
    name: "rdjsonl",
    about_change: false,
    parse,
};

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed {
        columns: Columns::Bytes,
        ..Parsed::default()
    };
    for line in text
        .out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
    {
        let diagnostic: Diagnostic = serde_json::from_slice(line).map_err(|e| wrong(PARSER.name, e))?;
        parsed.reports.push(reported(&diagnostic, Level::Unknown));
        bounded(PARSER.name, parsed.reports.len())?;
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_diagnostic() {
        let read = |out: &[u8]| {
            parse(&Text {
                out,
                err: b"",
                regex: None,
                code: 0,
            })
        };
        let out = b"{\"message\":\"m\",\"location\":{\"path\":\"a\"}}\n\n{\"message\":\"n\",\"severity\":\"INFO\"}\n";
        let parsed = read(out).unwrap();
        assert_eq!(parsed.reports.len(), 2);
        assert_eq!(
            (parsed.reports[1].path.as_ref(), parsed.reports[1].level),
            (None, Level::Note)
        );
        assert_eq!(
            read(b"").unwrap(),
            Parsed {
                columns: Columns::Bytes,
                ..Parsed::default()
            }
        );
        assert!(read(b"warning: no\n").is_err());
    }
}
