//! Finds the one answer in what a model wrote: thoughts before it, a fence around it, words beside it.
//!
//! Two different answers are none, and damaged JSON is not searched for a smaller answer within.

use super::repair::{Repair, Repairs};
use super::tolerant::{self, Bad};
use super::{Unreadable, strict};
use serde_json::Value;

/// How many brackets are tried as the start of an answer.
const MOST_STARTS: usize = 24;

/// An answer, whatever its fields are.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The value.
    pub value: Value,
    /// What was mended.
    pub repairs: Repairs,
}

/// What is said of an object that has none of the answer's fields before the text ends.
const CUT: Bad = Bad {
    what: "the end is missing",
    at: 0,
    is_json: true,
};

/// Finds the answer: an object that has at least one of the `keys`, or any object if there are none.
///
/// # Errors
/// Why there is none.
pub fn locate(text: &str, keys: &[&str], depth: usize) -> Result<Located, Unreadable> {
    let mut repairs = Repairs::default();
    let bare = bare(text, &mut repairs);
    if bare.is_empty() {
        return Err(Unreadable::Empty);
    }
    let Some(value) = strict::parse(bare) else {
        return search(bare, keys, depth, repairs);
    };
    if strict::depth(&value) > depth {
        return Err(not_json(bare, 0, "it is nested too deeply"));
    }
    match value {
        Value::String(inner) if !repairs.0.contains(&Repair::DoubleEncoded) => {
            let located = locate_once(&inner, keys, depth)?;
            repairs.note(Repair::DoubleEncoded);
            repairs.join(&located.repairs);
            Ok(Located {
                value: located.value,
                repairs,
            })
        }
        value => Ok(unwrapped(value, keys, repairs)),
    }
}

/// Finds the answer in a text that was itself JSON; once is enough.
fn locate_once(inner: &str, keys: &[&str], depth: usize) -> Result<Located, Unreadable> {
    let mut repairs = Repairs(vec![Repair::DoubleEncoded]);
    let bare = bare(inner, &mut repairs);
    match strict::parse(bare) {
        Some(value) if strict::depth(&value) > depth => Err(not_json(bare, 0, "it is nested too deeply")),
        Some(value) => Ok(unwrapped(value, keys, repairs)),
        None => search(bare, keys, depth, repairs),
    }
}

/// Takes the object out of a list of one.
fn unwrapped(value: Value, keys: &[&str], mut repairs: Repairs) -> Located {
    match value {
        Value::Array(mut items) if items.len() == 1 && is_answer(&items[0], keys) => {
            repairs.note(Repair::Wrapped);
            let value = items.pop().unwrap_or_default();
            Located { value, repairs }
        }
        value => Located { value, repairs },
    }
}

fn is_answer(value: &Value, keys: &[&str]) -> bool {
    let has_key =
        |members: &serde_json::Map<String, Value>| keys.iter().any(|key| members.contains_key(*key));
    value
        .as_object()
        .is_some_and(|members| keys.is_empty() || has_key(members))
}

/// Cuts off what can stand before an answer: a byte order mark, and thoughts up to their end.
fn bare<'a>(text: &'a str, repairs: &mut Repairs) -> &'a str {
    let mut bare = text.trim();
    if let Some(rest) = bare.strip_prefix('\u{feff}') {
        repairs.note(Repair::ByteOrderMark);
        bare = rest.trim_start();
    }
    if bare.starts_with(['{', '[', '"']) {
        return bare;
    }
    for end in ["</think>", "</thinking>", "</reasoning>"] {
        if let Some((_, rest)) = bare.split_once(end) {
            repairs.note(Repair::Thoughts);
            return rest.trim();
        }
    }
    bare
}

/// Tries each bracket as the start of the answer.
fn search(text: &str, keys: &[&str], depth: usize, repairs: Repairs) -> Result<Located, Unreadable> {
    let mut search = Search {
        text,
        found: None,
        outside: Vec::new(),
        repairs,
    };
    let mut wrong = None;
    let (mut at, mut last_end, mut tries) = (0, 0, 0);
    while let Some(start) = text[at..].find(['{', '[']).map(|found| at + found) {
        tries += 1;
        if tries > MOST_STARTS {
            return Err(not_json(text, start, "too many brackets stand around it"));
        }
        match tolerant::parse(text, start, depth) {
            Err(bad) if bad.is_json => return Err(search.damaged(bad)),
            Err(bad) => {
                wrong.get_or_insert(bad);
                at = start + 1;
            }
            Ok(parsed) => {
                let is_cut = parsed.repairs.0.contains(&Repair::Truncated);
                let (end, is_json) = (parsed.end, parsed.is_json);
                let part = unwrapped(parsed.value, keys, parsed.repairs);
                if is_answer(&part.value, keys) {
                    search.outside.push(&text[last_end..start]);
                    last_end = end;
                    search.add(part)?;
                } else if is_cut && is_json {
                    return Err(search.damaged(CUT));
                }
                at = if is_cut { start + 1 } else { end };
            }
        }
        at = at.max(last_end);
    }
    search.outside.push(&text[last_end..]);
    search.end(wrong)
}

struct Search<'a> {
    text: &'a str,
    found: Option<Located>,
    outside: Vec<&'a str>,
    repairs: Repairs,
}

impl Search<'_> {
    fn add(&mut self, part: Located) -> Result<(), Unreadable> {
        match &self.found {
            Some(found) if found.value != part.value => Err(Unreadable::Ambiguous),
            Some(_) => {
                self.repairs.note(Repair::Repeated);
                self.repairs.join(&part.repairs);
                Ok(())
            }
            None => {
                self.found = Some(part);
                Ok(())
            }
        }
    }

    /// The error of JSON that cannot be mended; beside an answer, it may be another answer.
    fn damaged(&self, bad: Bad) -> Unreadable {
        match self.found {
            Some(_) => Unreadable::Ambiguous,
            None => not_json(self.text, bad.at, bad.what),
        }
    }

    fn end(mut self, wrong: Option<Bad>) -> Result<Located, Unreadable> {
        let Some(found) = self.found else {
            let (at, what) = wrong.map_or((0, "no object has a field of the schema"), |bad| {
                (bad.at, bad.what)
            });
            return Err(not_json(self.text, at, what));
        };
        let after = self.outside.pop().unwrap_or_default();
        if looks_like_rest(after) {
            let at = self.text.len() - after.len();
            return Err(not_json(self.text, at, "the object ends before the answer does"));
        }
        self.outside.push(after);
        for outside in self.outside {
            note_outside(outside, &mut self.repairs);
        }
        self.repairs.join(&found.repairs);
        Ok(Located {
            value: found.value,
            repairs: self.repairs,
        })
    }
}

/// Whether what follows the object is the rest of a text in it: a quote on the same line, or one before a
/// closing bracket.
fn looks_like_rest(after: &str) -> bool {
    let line = after.lines().next().unwrap_or_default();
    let closes = |(at, _): (usize, &str)| after[at + 1..].trim_start().starts_with(['}', ']', ',']);
    line.contains(['"', '}', ']']) || after.match_indices('"').any(closes)
}

fn note_outside(outside: &str, repairs: &mut Repairs) {
    if outside.contains("```") {
        repairs.note(Repair::Fence);
    }
    let words = outside.replace("```json", "").replace("```", "");
    if !words.trim().is_empty() {
        repairs.note(Repair::Prose);
    }
}

fn not_json(text: &str, at: usize, what: &'static str) -> Unreadable {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Unreadable::NotJson {
        what: what.into(),
        line,
        column,
    }
}
