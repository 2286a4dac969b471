//! The exit code alone.

use super::{Error, Level, Parsed, Parser, Reported, Text, plain};

/// Reads the exit code.
pub const PARSER: Parser = Parser {
    name: "none",
    about_change: true,
    parse,
};

/// How much of the last line is told, in characters.
const SHOWN: usize = 200;

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    if text.code != 0 {
        let said = [text.err, text.out].into_iter().find_map(last_line);
        let said = said.map(|line| format!(": {line}")).unwrap_or_default();
        parsed.reports.push(Reported {
            message: format!("it ended with exit code {}{said}", text.code),
            level: Level::Error,
            code: Some(format!("exit code {}", text.code)),
            ..Reported::default()
        });
    }
    Ok(parsed)
}

fn last_line(bytes: &[u8]) -> Option<String> {
    let text = plain(bytes);
    let mut lines = text.lines().rev().map(str::trim);
    let line = lines.find(|line| !line.is_empty())?;
    Some(line.chars().take(SHOWN).collect())
}
