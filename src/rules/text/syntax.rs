//! What the rules for JSON, YAML and TOML share: whose fault an error is, and where it is shown.

use crate::check::{FileView, Sink};
use crate::model::Severity;
use bstr::ByteSlice;
use std::ops::Range;

/// Content above this size is not parsed where a parser is quick: a hook must stay so too.
pub const LIMIT: usize = 4 << 20;

/// An error of a parser.
pub struct SyntaxError {
    /// Where, as an offset in bytes.
    pub at: usize,
    /// What, in a few words that hold nothing of the content.
    pub what: String,
    /// How bad it is at most.
    pub severity: Severity,
}

impl SyntaxError {
    /// Makes an error of what a parser says, as bad as they are.
    pub fn new(at: usize, message: &str) -> Self {
        Self {
            at,
            what: words(message),
            severity: Severity::High,
        }
    }
}

/// What a parser says of a text.
pub enum Parsed {
    /// It is as its name says.
    Sound,
    /// It is not.
    Broken(SyntaxError),
    /// The parser did not read it to its end, for this reason.
    Unread(String),
}

/// A parser of one language.
pub struct Syntax {
    /// The name of the language.
    pub language: &'static str,
    /// Content above this size, in bytes, is not parsed.
    pub limit: usize,
    /// Parses a text.
    pub parse: fn(&FileView<'_>, &str) -> Parsed,
}

impl Syntax {
    /// Parses the new content, and reports an error if the change wrote the content.
    pub fn check(&self, view: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(text) = view.text().filter(|_| !view.is_same_content()) else {
            return;
        };
        let error = match self.parse_bytes(view, text) {
            Parsed::Sound => return,
            _ if is_template(text) => return,
            Parsed::Unread(why) => return view.pass_over(sink.info, why),
            Parsed::Broken(error) => error,
        };
        let severity = self.severity(view, &error);
        report(view, sink, self.language, &error).severity(severity);
    }

    /// What was broken before the change is not the fault of the change.
    fn severity(&self, view: &FileView<'_>, error: &SyntaxError) -> Severity {
        if view.file.old.is_some() && matches!(self.parse_bytes(view, view.old_bytes()), Parsed::Broken(_)) {
            return Severity::Low;
        }
        if view.is_test() {
            return error.severity.min(Severity::Medium);
        }
        error.severity
    }

    /// Parses text in UTF-8; other encodings are left alone.
    fn parse_bytes(&self, view: &FileView<'_>, bytes: &[u8]) -> Parsed {
        if bytes.len() > self.limit {
            let (size, limit) = (bytes.len(), self.limit);
            return Parsed::Unread(format!(
                "its {size} bytes are more than the {limit} that are parsed"
            ));
        }
        bytes
            .to_str()
            .map_or(Parsed::Sound, |text| (self.parse)(view, text))
    }
}

fn report<'s>(
    view: &FileView<'_>,
    sink: &'s mut Sink<'_>,
    language: &str,
    error: &SyntaxError,
) -> &'s mut crate::check::Draft {
    let what = if error.what.is_empty() {
        "syntax error"
    } else {
        &error.what
    };
    let place = point(view.bytes(), error.at);
    if view.is_added_in(&place) {
        return sink.at(view, place, format!("not valid {language}: {what}"));
    }
    // The change broke the file on another line than the one where the parser noticed.
    let line = view.lines().line_of(place.start) + 1;
    sink.on_path(
        view.path(),
        format!("not valid {language} at line {line}: {what}"),
    )
}

/// Whether the text has marks of a template engine: it becomes what its name says only later.
fn is_template(text: &[u8]) -> bool {
    ["{{", "{%", "<%"].iter().any(|mark| text.contains_str(mark))
}

/// Returns one byte at `at`, or the last one where the text ends.
fn point(text: &[u8], at: usize) -> Range<usize> {
    let last = text.trim_ascii_end().len().saturating_sub(1);
    let at = at.min(last);
    at..text.len().min(at + 1)
}

/// Returns the offset of a line, counted from 1, and a column of it, counted in bytes from 0.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line - 2)
            .map_or(text.len(), |at| at + 1),
    };
    (start + column).min(text.len())
}

/// Makes the words of a parser one printable line.
fn words(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars()
        .filter(|c| matches!(c, ' '..='~'))
        .take(120)
        .collect()
}
