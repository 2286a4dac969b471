//! Makes a text harmless for the log of a CI system, which reads some lines as commands.
//!
//! A log is read line by line: `::name::` counts where only blanks stand before it, `##[name]`, `##vso[` and
//! `##teamcity[` wherever they stand.

use super::log;

/// Takes the commands, the escape sequences and all other control characters out of a text: a blank is put where
/// a command begins.
#[must_use]
pub fn defuse(text: &str) -> String {
    let plain = without_escapes(text);
    let mut out = String::with_capacity(plain.len());
    for line in plain.split_inclusive('\n') {
        let blanks = line.len() - line.trim_start().len();
        let (blank, rest) = line.split_at(blanks);
        out.push_str(blank);
        match rest.strip_prefix("::") {
            Some(rest) => out.extend([": :", &marks(rest)]),
            None => out.push_str(&marks(rest)),
        }
    }
    out
}

fn marks(text: &str) -> String {
    String::from_utf8_lossy(&log::defused(text.as_bytes())).into_owned()
}

/// Takes out escape sequences and control characters but for line ends and tabs. What else may end a line for a
/// log, a carriage return, goes too.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.peek() {
                Some('[') => {
                    chars.next();
                    skip(&mut chars, |c| ('@'..='~').contains(&c));
                }
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    skip(&mut chars, |c| matches!(c, '\u{7}' | '\u{9c}' | '\\' | '\n'))
                }
                _ => {}
            },
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Skips up to what ends a sequence, and never beyond the line.
fn skip(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, is_end: impl Fn(char) -> bool) {
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        if is_end(c) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command() {
        let cases = [
            ("::error::x\n", ": :error::x\n"),
            (" \t::error::x\n  ::b::", " \t: :error::x\n  : :b::"),
            ("a::b::c\n", "a::b::c\n"),
            ("use std::fmt; // ::x\n", "use std::fmt; // ::x\n"),
            ("##[error]x", "# #[error]x"),
            ("12 | ##vso[task.complete]", "12 | # #vso[task.complete]"),
            ("x ##VSO[a] ##TeamCity[b]", "x # #VSO[a] # #TeamCity[b]"),
            ("####[x]\n## Title [x]\n", "### #[x]\n## Title [x]\n"),
            ("::##[x]", ": :# #[x]"),
        ];
        for (text, expected) in cases {
            assert_eq!(defuse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn no_escape_hides_a_command() {
        let cases = [
            ("\u{1b}[31m::error::x\u{1b}[0m\n", ": :error::x\n"),
            ("a\r::error::x\n", "a::error::x\n"),
            ("#\u{1b}[1m#[x]", "# #[x]"),
            ("#\u{0}#[x]", "# #[x]"),
            ("\u{1b}]8;;http://x\u{1b}\\a\u{1b}]8;;\u{7}b", "ab"),
            ("\u{1b}[\n::a::\n", "\n: :a::\n"),
            ("\u{1b}", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(defuse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_was_made_harmless_stays_so() {
        for text in [
            "::::a",
            "####[a]##[b]",
            "# #[x]",
            "##vs##vso[o[",
            "\u{1b}\u{1b}[[m::x",
        ] {
            let once = defuse(text);
            assert_eq!(defuse(&once), once, "{text:?}");
        }
    }
}
