//! Reads a text in quotes: other quotes than JSON's, quotes within that were not escaped, control
//! characters, escapes that JSON does not know.
//!
//! Whether a quote ends the text is seen from what follows it. Quotes that were forgotten to be escaped come
//! in pairs and on one line; anything else is an error rather than a guess.

use super::repair::{Repair, Repairs};
use super::tolerant::Place;

/// The longest key that is looked for behind a comma.
const LONGEST_KEY: usize = 80;

const NOT_ESCAPED: &str = "a quote within a text is not escaped";

/// A text, and where it ends.
pub struct Text {
    /// The text; `None` if the end of everything came first.
    pub text: Option<String>,
    /// Where the next thing starts.
    pub end: usize,
    /// What was mended.
    pub repairs: Repairs,
}

/// Returns what may end a text that starts with this quote; `None` if it is no quote.
#[must_use]
pub fn closers(open: char) -> Option<&'static [char]> {
    match open {
        '"' => Some(&['"']),
        '\'' => Some(&['\'']),
        '\u{201c}' | '\u{201d}' => Some(&['\u{201d}', '\u{201c}', '"']),
        '\u{2018}' | '\u{2019}' => Some(&['\u{2019}', '\u{2018}', '\'']),
        _ => None,
    }
}

/// Reads the text whose opening quote stands at `start`.
///
/// # Errors
/// What is wrong, when it cannot be mended without a guess.
pub fn read(all: &str, start: usize, place: Place) -> Result<Text, &'static str> {
    let open = all[start..].chars().next().ok_or("a quote is missing")?;
    let mut reader = Reader {
        all,
        at: start + open.len_utf8(),
        place,
        closers: closers(open).ok_or("a quote is missing")?,
        out: String::new(),
        inner: 0,
        has_newline: false,
        repairs: Repairs::default(),
    };
    if open != '"' {
        reader.repairs.note(Repair::Quotes);
    }
    let is_whole = reader.read()?;
    Ok(Text {
        text: is_whole.then_some(reader.out),
        end: reader.at,
        repairs: reader.repairs,
    })
}

struct Reader<'a> {
    all: &'a str,
    at: usize,
    place: Place,
    closers: &'static [char],
    out: String,
    /// Quotes within the text that were not escaped.
    inner: usize,
    has_newline: bool,
    repairs: Repairs,
}

impl Reader<'_> {
    /// Reads to the closing quote; `false` if the end of everything came first.
    fn read(&mut self) -> Result<bool, &'static str> {
        while let Some(c) = self.all[self.at..].chars().next() {
            self.at += c.len_utf8();
            if self.closers.contains(&c) {
                if self.ends() {
                    return self.ended();
                }
                self.inner_quote(c)?;
            } else if c == '\\' {
                if !self.escape()? {
                    return Ok(false);
                }
            } else {
                self.plain(c)?;
            }
        }
        Ok(false)
    }

    fn ended(&mut self) -> Result<bool, &'static str> {
        if self.inner == 0 {
            return Ok(true);
        }
        if !self.inner.is_multiple_of(2) || self.has_newline {
            return Err(NOT_ESCAPED);
        }
        self.repairs.note(Repair::InnerQuotes);
        Ok(true)
    }

    /// Blanks of all kinds may have been forgotten to be escaped; other control characters are damage.
    fn plain(&mut self, c: char) -> Result<(), &'static str> {
        if matches!(c, '\n' | '\r' | '\t') {
            self.repairs.note(Repair::ControlCharacter);
            self.has_newline |= c == '\n';
        } else if u32::from(c) < 0x20 {
            return Err("a control character stands within a text");
        }
        self.out.push(c);
        Ok(())
    }

    /// Takes a quote for one of the text's own. The first of a pair must look like one that opens, the second
    /// like one that closes; an apostrophe within a word is none of a pair.
    fn inner_quote(&mut self, quote: char) -> Result<(), &'static str> {
        let after = self.all[self.at..].chars().next().unwrap_or(' ');
        let before = self.out.chars().next_back().unwrap_or(' ');
        let in_word = before.is_alphanumeric() && after.is_alphanumeric();
        if !(matches!(quote, '\'' | '\u{2019}') && in_word) {
            let is_right = match self.inner % 2 {
                0 => opens(before, after),
                _ => !before.is_whitespace() && !after.is_alphanumeric(),
            };
            if !is_right || self.place == Place::Key {
                return Err(NOT_ESCAPED);
            }
            self.inner += 1;
        }
        self.out.push(quote);
        Ok(())
    }

    /// Whether the quote that was just read ends the text, by what follows it.
    fn ends(&self) -> bool {
        let rest = self.all[self.at..].trim_start();
        match (self.place, rest.chars().next()) {
            (_, None) => true,
            (Place::Key, Some(c)) => c == ':',
            (Place::Member | Place::Item, Some('}' | ']')) => true,
            (Place::Member | Place::Item, Some('/' | '#')) => is_comment(rest),
            (Place::Member, Some(',')) => is_member_next(&rest[1..]),
            (Place::Item, Some(',')) => is_item_next(&rest[1..]),
            (Place::Member, Some(_)) => is_key_next(rest),
            (Place::Item, Some(_)) => false,
        }
    }

    /// Reads what follows a backslash; `false` if the text ends within it.
    fn escape(&mut self) -> Result<bool, &'static str> {
        let Some(c) = self.all[self.at..].chars().next() else {
            return Ok(false);
        };
        self.at += c.len_utf8();
        match c {
            '"' | '\\' | '/' => self.out.push(c),
            'b' => self.out.push('\u{8}'),
            'f' => self.out.push('\u{c}'),
            'n' => self.out.push('\n'),
            'r' => self.out.push('\r'),
            't' => self.out.push('\t'),
            'u' => return self.unicode(),
            _ if self.place == Place::Key => return Err("a key holds an escape that JSON does not know"),
            _ => self.unknown_escape(c),
        }
        Ok(true)
    }

    /// Before a letter or digit the backslash was meant (`\d`); before a mark it was one too many (`\_`).
    fn unknown_escape(&mut self, c: char) {
        self.repairs.note(Repair::Escape);
        if c.is_alphanumeric() {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    fn unicode(&mut self) -> Result<bool, &'static str> {
        let Some(first) = self.hex()? else {
            return Ok(false);
        };
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.all[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            match self.hex()? {
                None => return Ok(false),
                Some(low @ 0xdc00..0xe000) => code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00),
                Some(_) => self.at = back,
            }
        }
        let c = char::from_u32(code).unwrap_or_else(|| {
            self.repairs.note(Repair::Escape);
            char::REPLACEMENT_CHARACTER
        });
        self.out.push(c);
        Ok(true)
    }

    /// Reads four hexadecimal digits; `None` if the end of everything comes first.
    fn hex(&mut self) -> Result<Option<u32>, &'static str> {
        let rest = &self.all[self.at..];
        let Some(digits) = rest.get(..4) else {
            let is_cut = rest.chars().all(|c| c.is_ascii_hexdigit());
            return if is_cut {
                Ok(None)
            } else {
                Err("an escape is not whole")
            };
        };
        if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err("an escape is not whole");
        }
        self.at += 4;
        u32::from_str_radix(digits, 16)
            .map(Some)
            .map_err(|_| "an escape is not whole")
    }
}

/// Whether a quote between these opens a quotation: after a blank or an opening bracket, before a word.
fn opens(before: char, after: char) -> bool {
    (before.is_whitespace() || "([{=<".contains(before))
        && (after.is_alphanumeric() || "_$./-*&@%+~".contains(after))
}

/// Whether a key, a closing bracket, a comment or nothing follows a comma.
fn is_member_next(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['}', ']']) || is_comment(rest) || is_key_next(rest)
}

/// Whether a comment stands at the start. With a quote in it, it may as well be the rest of the text.
fn is_comment(rest: &str) -> bool {
    let comment = if rest.starts_with("/*") {
        rest.split_once("*/").map(|(comment, _)| comment)
    } else if rest.starts_with("//") || rest.starts_with('#') {
        rest.lines().next()
    } else {
        None
    };
    comment.is_some_and(|comment| !comment.contains(|c| closers(c).is_some()))
}

/// Whether a value, a closing bracket, a comment or nothing follows a comma.
fn is_item_next(rest: &str) -> bool {
    let rest = rest.trim_start();
    let is_word = ["true", "false", "null", "True", "False", "None"]
        .iter()
        .any(|word| rest.starts_with(word));
    let is_start = |c: char| closers(c).is_some() || c.is_ascii_digit() || "-{[]".contains(c);
    rest.is_empty() || is_word || is_comment(rest) || rest.starts_with(is_start)
}

/// Whether a key and a colon stand at the start.
fn is_key_next(rest: &str) -> bool {
    let Some(first) = rest.chars().next() else {
        return false;
    };
    let after = match closers(first) {
        Some(ends) => {
            let inside = &rest[first.len_utf8()..];
            let Some(end) = inside.find(|c| ends.contains(&c) || c == '\n') else {
                return inside.len() < LONGEST_KEY;
            };
            let Some(quote) = inside[end..]
                .chars()
                .next()
                .filter(|c| end <= LONGEST_KEY && *c != '\n')
            else {
                return false;
            };
            &inside[end + quote.len_utf8()..]
        }
        None => rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_$-".contains(c)),
    };
    after.len() < rest.len() && after.trim_start().starts_with(':')
}
