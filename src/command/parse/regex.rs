//! Lines that an expression of the repository's own reads.

use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded, plain, wrong};
use regex_automata::PatternID;
use regex_automata::util::captures::Captures;

/// Reads lines with an expression.
pub const PARSER: Parser = Parser {
    name: "regex",
    about_change: false,
    parse,
};

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let regex = text
        .regex
        .ok_or_else(|| wrong(PARSER.name, "there is no expression"))?;
    let mut parsed = Parsed::default();
    let mut captures = regex.create_captures();
    for stream in [text.out, text.err] {
        let stream = plain(stream);
        for line in stream.lines() {
            regex.captures(line, &mut captures);
            if captures.is_match() {
                parsed.reports.push(reported(&captures, line));
                bounded(PARSER.name, parsed.reports.len())?;
            }
        }
    }
    Ok(parsed)
}

fn reported(captures: &Captures, line: &str) -> Reported {
    let group = |name: &str| {
        let info = captures.group_info();
        let span = captures.get_group(info.to_index(PatternID::ZERO, name)?)?;
        let text = line.get(span.range())?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let number = |name: &str| group(name).and_then(|text| text.parse().ok());
    Reported {
        path: group("path"),
        start: Spot::new(number("line"), number("column")),
        end: None,
        message: group("message").unwrap_or_default(),
        level: group("severity").map_or(Level::Unknown, |word| Level::of(&word)),
        code: group("code"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read() {
        let regex = crate::command::Spec::regex(
            r"^(?<path>[^:]+):(?<line>\d+):(?<column>\d+): (?<severity>\w+): (?<message>.*?)( \[(?<code>.*)\])?$",
        );
        let text = Text {
            out: b"a.c:3:7: \x1b[31mwarning\x1b[0m: odd [-Wodd]\nnoise\n",
            err: b"b.c:1:1: fatal: gone\n",
            regex: Some(&regex.unwrap()),
            code: 1,
        };
        let parsed = parse(&text).unwrap();
        let wanted = Reported {
            path: Some("a.c".to_owned()),
            start: Some(Spot {
                line: 3,
                column: Some(7),
            }),
            end: None,
            message: "odd".to_owned(),
            level: Level::Warning,
            code: Some("-Wodd".to_owned()),
        };
        assert_eq!(parsed.reports[0], wanted);
        assert_eq!((parsed.reports.len(), parsed.reports[1].level), (2, Level::Error));
    }
}
