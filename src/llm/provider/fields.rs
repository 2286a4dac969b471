//! Reads JSON that nobody can trust: what is missing, or of another type, is nothing. Shared by the codecs.

use super::super::answer::{Failure, FailureKind, one_line};
use serde_json::Value;

/// More tokens than any call has. A larger number is a mistake, and would overflow sums.
pub const MOST_TOKENS: u64 = 1_000_000_000_000;

/// Returns the text at a JSON pointer, unless it is empty.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = value.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// Returns the text at a JSON pointer as one short line, fit to be shown.
pub fn word(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(one_line)
}

/// Returns the items at a JSON pointer.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let items = value.pointer(pointer).and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

/// Returns the count of tokens at a JSON pointer; 0 if there is none.
pub fn tokens(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).map_or(0, whole)
}

/// Returns a number as a count. Some servers write counts with a point.
fn whole(value: &Value) -> u64 {
    if let Some(count) = value.as_u64() {
        return count.min(MOST_TOKENS);
    }
    match value.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "such a cast stops at the ends, and the fraction is noise"
        )]
        Some(count) => (count as u64).min(MOST_TOKENS),
        None => 0,
    }
}

/// Writes a number as it was meant: 0.2 rather than the nearest one of twice the length.
pub fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

/// Parses a body.
pub fn body(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(|error| malformed(&format!("the answer is not JSON: {error}")))
}

/// Parses the data of an event.
pub fn data(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| malformed(&format!("an event is not JSON: {error}")))
}

/// A failure of a body that is not of its contract.
pub fn malformed(message: &str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

/// Reads the arguments of a tool from the text that a model wrote for them. What is no JSON stays text,
/// so that whoever validates the call sees it.
pub fn args(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Writes the arguments of a tool as the text that the model wrote.
pub fn args_text(args: &Value) -> String {
    match args {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns what to say of an answer that names no error: its text, unless that is a page.
pub fn plain(status: u16, body: &[u8]) -> String {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    if text.is_empty() || text.starts_with(['<', '{', '[', '"']) {
        return format!("status {status} without a word that says why");
    }
    text.to_owned()
}

/// Returns the message of an error as it may be shown: never empty, and without keys.
pub fn shown(message: &str) -> String {
    match message.trim() {
        "" => "the provider states an error without words".to_owned(),
        message => without_keys(message),
    }
}

/// Returns a message without keys. Some providers repeat the key that they refuse, whole or in part.
fn without_keys(message: &str) -> String {
    let hidden = message.split_inclusive(char::is_whitespace).map(|word| {
        match word.match_indices("sk-").find(|(at, _)| begins(word, *at)) {
            Some((at, _)) => format!("{}*** ", &word[..at]),
            None => word.to_owned(),
        }
    });
    hidden.collect()
}

/// Whether a word of its own begins there, unlike in `task-force`.
fn begins(text: &str, at: usize) -> bool {
    !text[..at].ends_with(char::is_alphanumeric)
}

/// Returns the id of a call. Some providers give none, while others want the result under one: a
/// conversation may go from the former to the latter.
pub fn call_id<'a>(id: &'a str, name: &'a str) -> &'a str {
    if id.is_empty() { name } else { id }
}

/// Whether something that must go back unchanged has a type, and none of those, which only another
/// contract knows: a conversation may have begun there.
pub fn is_own(value: &Value, foreign: &[&str]) -> bool {
    text(value, "/type").is_some_and(|of_type| !foreign.contains(&of_type))
}

/// Reads how many tokens a request has.
pub fn counted(bytes: &[u8]) -> Result<u64, Failure> {
    let value = body(bytes)?;
    let found = value.get("input_tokens").filter(|count| count.is_number());
    found
        .map(whole)
        .ok_or_else(|| malformed("the answer holds no `input_tokens`"))
}

/// Reads the names in a list of models.
pub fn listed(bytes: &[u8]) -> Result<Vec<String>, Failure> {
    let value = body(bytes)?;
    let names = list(&value, "/data")
        .iter()
        .filter_map(|model| word(model, "/id"));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return Err(malformed("the server lists no models"));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_count_is_a_number_in_any_form_and_never_too_large_to_add() {
        let value = json!({"a": 12, "b": 12.0, "c": -3, "d": "12", "e": u64::MAX, "f": 1e300, "g": null});
        let read = |name: &str| tokens(&value, name);
        let all = ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"].map(read);
        assert_eq!(all, [12, 12, 0, 0, MOST_TOKENS, MOST_TOKENS, 0, 0]);
    }

    #[test]
    fn a_number_is_written_as_it_was_meant() {
        assert_eq!(decimal(0.2).to_string(), "0.2");
        assert_eq!(decimal(1.0).to_string(), "1.0");
    }

    #[test]
    fn arguments_survive_both_ways() {
        assert_eq!(args(""), json!({}));
        assert_eq!(args("{\"a\":1}"), json!({"a": 1}));
        assert_eq!(args("{\"a\":"), json!("{\"a\":"));
        assert_eq!(args_text(&args("{\"a\":")), "{\"a\":");
        assert_eq!(args_text(&json!({"a": 1})), "{\"a\":1}");
    }

    #[test]
    fn a_list_without_names_is_malformed() {
        let names = listed(br#"{"object":"list","data":[{"id":"b"},{"id":""},{"name":"c"},{"id":"a"}]}"#);
        assert_eq!(names, Ok(vec!["b".to_owned(), "a".to_owned()]));
        for body in ["", "{}", "[]", r#"{"data":null}"#, r#"{"data":[]}"#, "\u{1}"] {
            let failed = listed(body.as_bytes()).map_err(|failure| failure.kind);
            assert_eq!(failed, Err(FailureKind::Malformed), "{body}");
        }
    }

    #[test]
    fn a_key_that_comes_back_is_hidden() {
        let shown = without_keys("Incorrect key provided: sk-proj-ab***yz. Look at \"sk-1\", or ask");
        assert_eq!(shown, "Incorrect key provided: *** Look at \"*** or ask");
        assert_eq!(without_keys("no key in a task-force"), "no key in a task-force");
    }

    #[test]
    fn a_page_is_not_shown() {
        assert_eq!(plain(502, b"upstream reset\n"), "upstream reset");
        for body in ["", "<html>", "{}", "\"x\""] {
            assert_eq!(
                plain(502, body.as_bytes()),
                "status 502 without a word that says why"
            );
        }
        assert_eq!(plain(502, &[0xff]), "status 502 without a word that says why");
    }

    #[test]
    fn a_count_that_is_not_there_is_malformed() {
        assert_eq!(counted(br#"{"input_tokens":40}"#), Ok(40));
        assert!(counted(br#"{"input_tokens":"40"}"#).is_err());
        assert!(counted(b"{}").is_err());
    }
}
