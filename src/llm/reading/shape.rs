//! Holds a value against a schema of [`crate::llm::request::Schema`]'s subset: `type`, `enum`, `properties`,
//! `required`, `items` and `anyOf`.
//!
//! Fields that the schema does not name are dropped. An object in a list that does not fit is dropped too,
//! and counted: what is left can add findings, but the answer is not whole any more. A required field that
//! may be null may be left out, unless a field that nobody knows may be it, misspelt.

use super::repair::{Repair, Repairs};
use super::{Limits, plain};
use crate::llm::answer::one_line;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// How many problems are kept word for word.
pub const MOST_PROBLEMS: usize = 20;

/// One thing that does not fit the schema, in words of the schema alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{at} {what}")]
pub struct Problem {
    /// Where: `findings[2].line`; `the answer` for the whole.
    pub at: String,
    /// What is wrong.
    pub what: String,
}

impl Problem {
    /// Makes each part one short line of visible characters.
    pub(super) fn one_line(&self) -> Self {
        Self {
            at: one_line(&self.at),
            what: one_line(&self.what),
        }
    }
}

/// What is read with a schema.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Fields that hold code or paths: only what a terminal would obey is taken out of them.
    pub verbatim: &'a [&'a str],
    /// Other words for words of enumerations, in lowercase, and what they mean.
    pub synonyms: &'a [(&'a str, &'a str)],
    /// Caps.
    pub limits: &'a Limits,
    /// Whether the end of the answer is missing: a field outside lists may then be missing too.
    pub is_partial: bool,
}

/// What was noticed while a value was held against its schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noticed {
    /// What was mended.
    pub repairs: Repairs,
    /// Fields that the schema does not name.
    pub unknown: usize,
    /// Objects of lists that were dropped.
    pub dropped: usize,
    /// The first reasons for that.
    pub problems: Vec<Problem>,
}

/// Returns the value as the schema wants it.
///
/// # Errors
/// What does not fit and stands in no list.
pub fn fit(value: Value, schema: &Value, rules: Rules<'_>) -> Result<(Value, Noticed), Problem> {
    let mut fitting = Fitting {
        rules,
        at: Vec::new(),
        noticed: Noticed::default(),
    };
    let value = fitting.fit(value, schema)?;
    Ok((value, fitting.noticed))
}

struct Fitting<'a> {
    rules: Rules<'a>,
    at: Vec<Step>,
    noticed: Noticed,
}

enum Step {
    Field(String),
    Item(usize),
}

impl Fitting<'_> {
    fn problem(&self, what: &str) -> Problem {
        let mut at = String::new();
        for step in &self.at {
            match step {
                Step::Item(index) => at.push_str(&format!("[{index}]")),
                Step::Field(name) if at.is_empty() => at.push_str(name),
                Step::Field(name) => at.push_str(&format!(".{name}")),
            }
        }
        if at.is_empty() {
            at.push_str("the answer");
        }
        let what = what.to_owned();
        Problem { at, what }
    }

    fn fit(&mut self, value: Value, schema: &Value) -> Result<Value, Problem> {
        if let Some(choices) = schema["anyOf"].as_array() {
            return self.any_of(value, choices);
        }
        if let Some(words) = schema["enum"].as_array() {
            return self.word(value, words);
        }
        let types = types(schema);
        let Some(&first) = types.first() else {
            return self.untyped(value);
        };
        let wanted = types.iter().copied().find(|wanted| is_of(&value, wanted));
        match wanted.unwrap_or(first) {
            "object" => self.object(value, schema),
            "array" => self.list(value, schema),
            "string" => self.text(value),
            "integer" => self.integer(value),
            "number" => self.number(value),
            "boolean" if value.is_boolean() => Ok(value),
            "null" if value.is_null() => Ok(value),
            other => Err(self.problem(&format!("is not of type `{other}`"))),
        }
    }

    fn untyped(&self, value: Value) -> Result<Value, Problem> {
        match value {
            Value::Object(_) | Value::Array(_) => Err(self.problem("is more than the schema describes")),
            Value::String(text) => Ok(plain::terminal(&text).into()),
            value => Ok(value),
        }
    }

    /// The first choice that fits without dropping anything; else the error of the first.
    fn any_of(&mut self, value: Value, choices: &[Value]) -> Result<Value, Problem> {
        let mut first = None;
        for choice in choices {
            let before = self.noticed.clone();
            match self.fit(value.clone(), choice) {
                Ok(value) => return Ok(value),
                Err(problem) => {
                    first.get_or_insert(problem);
                    self.noticed = before;
                }
            }
        }
        Err(first.unwrap_or_else(|| self.problem("has no type that fits")))
    }

    fn word(&mut self, value: Value, words: &[Value]) -> Result<Value, Problem> {
        if words.contains(&value) {
            return Ok(value);
        }
        let said = value
            .as_str()
            .map(|word| word.trim().to_lowercase())
            .unwrap_or_default();
        let find = |wanted: &str| {
            words
                .iter()
                .find(|word| word.as_str().is_some_and(|w| w.eq_ignore_ascii_case(wanted)))
        };
        let mut meant = self.rules.synonyms.iter().filter(|(word, _)| *word == said);
        let found = find(&said).or_else(|| meant.find_map(|(_, meaning)| find(meaning)));
        if let Some(word) = found {
            self.noticed.repairs.note(Repair::Synonym);
            return Ok(word.clone());
        }
        let shown: Vec<String> = words
            .iter()
            .map(|word| format!("`{}`", word.as_str().unwrap_or("null")))
            .collect();
        Err(self.problem(&format!("is none of {}", shown.join(", "))))
    }

    fn text(&mut self, value: Value) -> Result<Value, Problem> {
        let Value::String(mut text) = value else {
            return Err(self.problem("is not of type `string`"));
        };
        if let Some((end, _)) = text.char_indices().nth(self.rules.limits.text) {
            text.truncate(end);
            self.noticed.repairs.note(Repair::Cut);
        }
        let is_verbatim =
            matches!(self.at.last(), Some(Step::Field(name)) if self.rules.verbatim.contains(&name.as_str()));
        let text = if is_verbatim {
            plain::terminal(&text)
        } else {
            plain::text(&text)
        };
        Ok(text.into())
    }

    fn integer(&mut self, value: Value) -> Result<Value, Problem> {
        if value.is_i64() || value.is_u64() {
            return Ok(value);
        }
        let number = match &value {
            Value::Number(number) => whole(number),
            Value::String(text) => text.trim().parse::<i64>().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.problem("is not a whole number"))?;
        self.noticed.repairs.note(Repair::Number);
        Ok(number.into())
    }

    fn number(&mut self, value: Value) -> Result<Value, Problem> {
        if value.is_number() {
            return Ok(value);
        }
        let number = value.as_str().and_then(|text| text.trim().parse::<Number>().ok());
        let number = number.ok_or_else(|| self.problem("is not a number"))?;
        self.noticed.repairs.note(Repair::Number);
        Ok(number.into())
    }

    fn object(&mut self, value: Value, schema: &Value) -> Result<Value, Problem> {
        let Value::Object(mut given) = value else {
            return Err(self.problem("is not of type `object`"));
        };
        let nothing = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&nothing);
        let is_misspelt = given.keys().any(|name| !properties.contains_key(name));
        let mut members = Map::new();
        for (name, wanted) in properties {
            let is_required = schema["required"]
                .as_array()
                .is_some_and(|all| all.iter().any(|r| r == name));
            match given.remove(name) {
                Some(value) => {
                    self.at.push(Step::Field(name.clone()));
                    let value = self.fit(value, wanted)?;
                    self.at.pop();
                    members.insert(name.clone(), value);
                }
                None if is_required && takes_null(wanted) && !is_misspelt => {
                    self.noticed.repairs.note(Repair::LeftOut);
                    members.insert(name.clone(), Value::Null);
                }
                None if is_required && !self.may_lack() => {
                    return Err(self.problem(&format!("has no `{name}`")));
                }
                None => {}
            }
        }
        self.noticed.unknown += given.len();
        Ok(members.into())
    }

    /// Whether a field may be missing here because the end of the answer is.
    fn may_lack(&self) -> bool {
        self.rules.is_partial && self.at.iter().all(|step| matches!(step, Step::Field(_)))
    }

    fn list(&mut self, value: Value, schema: &Value) -> Result<Value, Problem> {
        let Value::Array(items) = value else {
            return Err(self.problem("is not of type `array`"));
        };
        let wanted = &schema["items"];
        let may_drop = types(wanted).contains(&"object");
        let most = self.rules.limits.items;
        let too_many = items.len().saturating_sub(most);
        let mut kept = Vec::new();
        for (index, item) in items.into_iter().enumerate().take(most) {
            let depth = self.at.len();
            self.at.push(Step::Item(index));
            let fitted = self.fit(item, wanted);
            self.at.truncate(depth);
            match fitted {
                Ok(item) => kept.push(item),
                Err(problem) if may_drop => self.drop_one(problem),
                Err(problem) => return Err(problem),
            }
        }
        if too_many > 0 {
            self.noticed.dropped += too_many - 1;
            self.drop_one(self.problem(&format!("has more than {most} elements")));
        }
        Ok(kept.into())
    }

    fn drop_one(&mut self, problem: Problem) {
        self.noticed.dropped += 1;
        if self.noticed.problems.len() < MOST_PROBLEMS {
            self.noticed.problems.push(problem);
        }
    }
}

/// Returns the types that a schema names.
fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn takes_null(schema: &Value) -> bool {
    let listed =
        |key: &str, null: fn(&Value) -> bool| schema[key].as_array().is_some_and(|all| all.iter().any(null));
    types(schema).contains(&"null") || listed("anyOf", takes_null) || listed("enum", Value::is_null)
}

/// Returns a number without a fraction as a whole one.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64()?;
    let is_exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    is_exact.then_some(float as i64)
}
