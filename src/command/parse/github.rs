//! Workflow commands of GitHub: `::error file=a.rs,line=3::text`.

use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded, plain};

/// Reads workflow commands.
pub const PARSER: Parser = Parser {
    name: "github",
    about_change: false,
    parse,
};

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    for stream in [text.out, text.err] {
        let stream = plain(stream);
        // Between these two commands no other one counts.
        let mut resume: Option<String> = None;
        for line in stream.lines() {
            let Some((name, properties, data)) = command(line) else {
                continue;
            };
            match &resume {
                Some(token) if name == token.as_str() => resume = None,
                Some(_) => {}
                None if name.eq_ignore_ascii_case("stop-commands") => resume = Some(data.to_owned()),
                None => parsed.reports.extend(reported(name, properties, data)),
            }
            bounded(PARSER.name, parsed.reports.len())?;
        }
    }
    Ok(parsed)
}

/// Splits a line into the name of the command, its properties and its data.
fn command(line: &str) -> Option<(&str, &str, &str)> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    Some((name, properties, data))
}

fn reported(name: &str, properties: &str, data: &str) -> Option<Reported> {
    let level = match name.to_ascii_lowercase().as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        "notice" => Level::Note,
        _ => return None,
    };
    let get = |wanted: &str| {
        let mut all = properties
            .split(',')
            .filter_map(|property| property.split_once('='));
        let (_, value) = all.find(|(key, _)| key.trim().eq_ignore_ascii_case(wanted))?;
        Some(unescaped(value)).filter(|value| !value.is_empty())
    };
    let number = |name: &str| get(name).and_then(|text| text.trim().parse().ok());
    let end = number("endLine").or(number("line"));
    let has_end = get("endLine").is_some() || get("endColumn").is_some();
    Some(Reported {
        path: get("file"),
        start: Spot::new(number("line"), number("col")),
        // The last column is part of the place.
        end: Spot::new(
            end,
            number("endColumn").map(|column: u32| column.saturating_add(1)),
        )
        .filter(|_| has_end),
        message: unescaped(data),
        level,
        code: get("title"),
    })
}

fn unescaped(text: &str) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        let out = b"::group::x\n::error title=rule%3A x%2C y,file=src/a%2Cb%3Ac.rs,line=3,endLine=3,col=1,endColumn=5::one%0Atwo 100%25\n\
            ::stop-commands::tok\n::error::not this\n::tok::\n  ::WARNING file=b.rs::w\n::debug::d\n";
        let parsed = parse(&Text {
            out,
            err: b"::notice::n",
            regex: None,
            code: 0,
        })
        .unwrap();
        let wanted = Reported {
            path: Some("src/a,b:c.rs".to_owned()),
            start: Some(Spot {
                line: 3,
                column: Some(1),
            }),
            end: Some(Spot {
                line: 3,
                column: Some(6),
            }),
            message: "one\ntwo 100%".to_owned(),
            level: Level::Error,
            code: Some("rule: x, y".to_owned()),
        };
        assert_eq!(parsed.reports[0], wanted);
        let rest: Vec<_> = parsed.reports[1..]
            .iter()
            .map(|r| (r.message.as_str(), r.level))
            .collect();
        assert_eq!(rest, [("w", Level::Warning), ("n", Level::Note)]);
    }
}
