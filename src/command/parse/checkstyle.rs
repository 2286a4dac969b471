//! The XML of Checkstyle, which many linters write.

use super::xml::{self, Part};
use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded};

/// Reads the XML of Checkstyle.
pub const PARSER: Parser = Parser {
    name: "checkstyle",
    about_change: false,
    parse,
};

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    let mut path = None;
    let mut take = |part: Part| {
        match part {
            Part::Open(element) if element.name == "file" => path = element.get("name").map(str::to_owned),
            Part::Open(element) if element.name == "error" => {
                let severity = element.get("severity").unwrap_or_default();
                if severity != "ignore" {
                    parsed.reports.push(Reported {
                        path: path.clone(),
                        start: Spot::new(element.number("line"), element.number("column")),
                        end: None,
                        message: element.get("message").unwrap_or_default().to_owned(),
                        level: Level::of(severity),
                        code: element.get("source").map(str::to_owned),
                    });
                }
            }
            // A file that could not be read, with the trace of what happened.
            Part::Open(element) if element.name == "exception" => {
                parsed.incomplete = Some("it broke down on a file".to_owned());
            }
            Part::Close(name) if name == "file" => path = None,
            _ => {}
        }
        bounded(PARSER.name, parsed.reports.len())
    };
    xml::read(PARSER.name, text.out, &["checkstyle"], &mut take)?;
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_with_their_files() {
        let out = br#"<?xml version="1.0"?><checkstyle version="4.3"><file name="a b.js">
            <error line="2" column="7" severity="warning" message="no &quot;x&quot;" source="eslint.no-x"/>
            <error line="0" severity="ignore" message="no"/></file></checkstyle>"#;
        let text = Text {
            out,
            err: b"",
            regex: None,
            code: 1,
        };
        let wanted = Reported {
            path: Some("a b.js".to_owned()),
            start: Some(Spot {
                line: 2,
                column: Some(7),
            }),
            end: None,
            message: "no \"x\"".to_owned(),
            level: Level::Warning,
            code: Some("eslint.no-x".to_owned()),
        };
        assert_eq!(parse(&text).unwrap().reports, [wanted]);
    }
}
