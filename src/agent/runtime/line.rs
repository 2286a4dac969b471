//! Lines from a jail: looked into without trust, and bounded before anybody keeps them.

use super::Heard;
use crate::model::visible;
use serde_json::Value;
use std::collections::VecDeque;

/// The longest line that is looked into, in bytes.
const LONGEST: usize = 8 << 20;

/// The most characters of what is said at a time.
const SAID: usize = 8000;

/// The most characters of a name, a path or a reason.
const BRIEF: usize = 300;

/// The most calls of tools that are remembered at a time.
const CALLS: usize = 256;

/// What a tool is used on, by the names that programs have for it, the most telling first.
const SUBJECTS: [&str; 14] = [
    "file_path",
    "filePath",
    "notebook_path",
    "absolute_path",
    "path",
    "dir_path",
    "command",
    "cmd",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
    "name",
];

/// Reads a line that holds an object; whatever else it holds is nothing.
pub(super) fn read(line: &[u8]) -> Option<Value> {
    if line.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(line).ok().filter(Value::is_object)
}

/// Returns the text at a place, given as RFC 6901 has it; empty: there is none.
pub(super) fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the number at a place; 0: there is none.
pub(super) fn count(value: &Value, place: &str) -> u64 {
    value.pointer(place).and_then(Value::as_u64).unwrap_or_default()
}

/// Returns the members of the list at a place.
pub(super) fn list<'a>(value: &'a Value, place: &str) -> &'a [Value] {
    let found = value.pointer(place).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

/// Whether the place holds `true`.
pub(super) fn is(value: &Value, place: &str) -> bool {
    value.pointer(place) == Some(&Value::Bool(true))
}

/// Puts a text on one line, bounded, with what cannot be seen made visible.
pub(super) fn brief(text: &str) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if words.len() > BRIEF * 4 {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().take(BRIEF + 1));
    }
    cut(&visible(&words), BRIEF)
}

/// Returns the words, bounded, without control characters but ends of lines and tabs; `None`: there are none.
pub(super) fn said(text: &str) -> Option<Heard> {
    let keep = |c: &char| !c.is_control() || *c == '\n' || *c == '\t';
    let plain: String = text.chars().take(SAID + 1).filter(keep).collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| Heard::Said(cut(plain, SAID)))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// Returns the id of a session. It becomes an argument later, so only what ids are made of is taken.
pub(super) fn session(id: &str) -> Option<Heard> {
    is_id(id).then(|| Heard::Session(id.to_owned()))
}

/// Whether a text can stand as an id among arguments.
pub(super) fn is_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !id.is_empty() && id.len() <= 128 && !id.starts_with('-') && id.bytes().all(plain)
}

/// Says what a tool is used on, from its arguments.
pub(super) fn subject(input: &Value) -> String {
    for name in SUBJECTS {
        match input.get(name) {
            Some(Value::String(text)) if !text.is_empty() => return brief(text),
            Some(Value::Array(words)) => return brief(&joined(words)),
            _ => {}
        }
    }
    String::new()
}

fn joined(words: &[Value]) -> String {
    let words: Vec<&str> = words.iter().take(64).filter_map(Value::as_str).collect();
    words.join(" ")
}

/// Returns a reason, or another one if there is none.
pub(super) fn reason(text: &str, otherwise: &str) -> String {
    let text = brief(text);
    if text.is_empty() {
        otherwise.to_owned()
    } else {
        text
    }
}

/// The calls of tools that wait for an answer, by the ids that the program gives them.
#[derive(Debug, Default)]
pub(super) struct Calls(VecDeque<(String, String)>);

impl Calls {
    /// Remembers a call; says which tool is used, on what.
    pub(super) fn open(&mut self, id: &str, name: &str, on: String) -> Heard {
        let name = brief(name);
        if self.0.len() == CALLS {
            self.0.pop_front();
        }
        self.0.push_back((cut(id, BRIEF), name.clone()));
        Heard::Tool(name, on)
    }

    /// Takes the answer to a call; `None`: nobody made it.
    pub(super) fn close(&mut self, id: &str, ok: bool) -> Option<Heard> {
        let id = cut(id, BRIEF);
        let at = self.0.iter().position(|(known, _)| *known == id)?;
        let (_, name) = self.0.remove(at)?;
        Some(Heard::Answered(name, ok))
    }
}

/// The name of the model that answers; says it once.
#[derive(Debug, Default)]
pub(super) struct Model(String);

impl Model {
    /// Takes a name; `None`: it is known or empty.
    pub(super) fn is(&mut self, name: &str) -> Option<Heard> {
        let name = brief(name);
        if name.is_empty() || name == self.0 {
            return None;
        }
        self.0.clone_from(&name);
        Some(Heard::Model(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_brief_text_is_one_line_that_can_be_seen() {
        assert_eq!(brief(" a\n\tb \u{1b}[2J"), "a b \\x1b[2J");
        assert_eq!(brief(&"x".repeat(500)).chars().count(), 301);
    }

    #[test]
    fn only_ids_are_sessions() {
        assert_eq!(session("ses_1-a"), Some(Heard::Session("ses_1-a".into())));
        for id in ["", "--resume", "a b", "../x", "a\n", &"a".repeat(129)] {
            assert_eq!(session(id), None, "{id}");
        }
    }

    #[test]
    fn the_subject_is_the_most_telling_argument() {
        assert_eq!(subject(&json!({"content": "x", "path": "a/b"})), "a/b");
        assert_eq!(subject(&json!({"command": ["bash", "-lc", "ls"]})), "bash -lc ls");
        assert_eq!(subject(&json!([1])), "");
    }

    #[test]
    fn calls_are_answered_once_and_bounded() {
        let mut calls = Calls::default();
        for n in 0..CALLS + 1 {
            calls.open(&n.to_string(), "write", String::new());
        }
        assert_eq!(calls.close("0", true), None);
        assert_eq!(
            calls.close("1", false),
            Some(Heard::Answered("write".into(), false))
        );
        assert_eq!(calls.close("1", false), None);
    }
}
