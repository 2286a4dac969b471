//! The tools as a model is told of them, and what it calls read strictly.

use super::shown;
use crate::llm::request::{Tool, ToolCall};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

/// The names of all tools. There is none that writes or runs anything.
pub const NAMES: [&str; 6] = ["read", "list", "glob", "grep", "symbol", "callers"];

/// What is called for.
pub(super) enum Asked<'c> {
    /// Lines of a file.
    Read {
        /// The path.
        path: &'c str,
        /// The lines, from 1; up to 0: to the last.
        lines: RangeInclusive<u32>,
    },
    /// The names in a directory.
    List {
        /// The path.
        path: &'c str,
    },
    /// Files whose paths fit a pattern.
    Glob {
        /// The pattern.
        pattern: &'c str,
    },
    /// Lines that hold a text.
    Grep {
        /// The text, taken as it is.
        text: &'c str,
        /// Whether it must stand as a word.
        word: bool,
        /// A directory, a file or a pattern; empty: everywhere.
        path: &'c str,
    },
    /// Where a name is defined.
    Symbol {
        /// The name.
        name: &'c str,
    },
    /// Where a name is used.
    Callers {
        /// The name.
        name: &'c str,
    },
}

/// Returns the tools of these names, in the order of all.
pub(super) fn of(granted: &[String]) -> Vec<Tool> {
    let names = NAMES
        .iter()
        .filter(|name| granted.iter().any(|granted| granted == *name));
    names.map(|name| tool(name)).collect()
}

fn tool(name: &str) -> Tool {
    let text = |what: &str| json!({ "type": "string", "description": what });
    let number = |what: &str| json!({ "type": "integer", "description": what });
    let (description, properties) = match name {
        "read" => (
            "Shows lines of one file after the change.",
            json!({
                "path": text("the path from the root of the tree"),
                "first": number("the first line, from 1"),
                "last": number("the last line; 0 for the end of the file"),
            }),
        ),
        "list" => (
            "Lists the names in a directory.",
            json!({ "path": text("the path of the directory; empty for the root") }),
        ),
        "glob" => (
            "Lists the files whose paths fit a pattern.",
            json!({ "pattern": text("the pattern, such as src/**/*.rs") }),
        ),
        "grep" => (
            "Finds the lines that hold a text. It is taken as it is: no regular expression.",
            json!({
                "text": text("the text"),
                "word": json!({ "type": "boolean", "description": "whether it must stand as a whole word" }),
                "path": text("a directory, a file, or a pattern of paths; empty for everywhere"),
            }),
        ),
        "symbol" => (
            "Shows where a function, type or constant is defined.",
            json!({ "name": text("its own name, without what it belongs to") }),
        ),
        _ => (
            "Shows where a function, type or constant is used, with the head of what each use stands in.",
            json!({ "name": text("its own name, without what it belongs to") }),
        ),
    };
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    Tool {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        }),
    }
}

/// Reads a call. A tool that is not granted is as one that does not exist.
pub(super) fn read<'c>(call: &'c ToolCall, granted: &[String]) -> Result<Asked<'c>, String> {
    let granted = of(granted);
    if !granted.iter().any(|tool| tool.name == call.name) {
        let names: Vec<String> = granted.iter().map(|tool| format!("`{}`", tool.name)).collect();
        let names = names.join(", ");
        return Err(format!(
            "there is no tool `{}`: there are {names}, and nothing can be written or run",
            shown(&call.name)
        ));
    }
    let args = Args(call.args.as_object().ok_or("the arguments must be an object")?);
    let asked = match call.name.as_str() {
        "read" => Asked::Read {
            path: args.text("path")?,
            lines: args.number("first", 1)?..=args.number("last", 0)?,
        },
        "list" => Asked::List {
            path: args.maybe("path")?,
        },
        "glob" => Asked::Glob {
            pattern: args.text("pattern")?,
        },
        "grep" => Asked::Grep {
            text: args.text("text")?,
            word: args.switch("word")?,
            path: args.maybe("path")?,
        },
        "symbol" => Asked::Symbol {
            name: args.text("name")?,
        },
        _ => Asked::Callers {
            name: args.text("name")?,
        },
    };
    Ok(asked)
}

/// The arguments of a call. What is not there has its default; what is there must be of its type.
struct Args<'c>(&'c Map<String, Value>);

impl<'c> Args<'c> {
    fn value(&self, key: &str) -> Option<&'c Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn maybe(&self, key: &str) -> Result<&'c str, String> {
        match self.value(key) {
            None => Ok(""),
            Some(value) => value.as_str().ok_or_else(|| format!("`{key}` must be a text")),
        }
    }

    fn text(&self, key: &str) -> Result<&'c str, String> {
        let text = self.maybe(key)?;
        match text.is_empty() {
            true => Err(format!("`{key}` is missing")),
            false => Ok(text),
        }
    }

    fn number(&self, key: &str, default: u32) -> Result<u32, String> {
        let Some(value) = self.value(key) else {
            return Ok(default);
        };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| format!("`{key}` must be a whole number from 0"))
    }

    fn switch(&self, key: &str) -> Result<bool, String> {
        match self.value(key) {
            None => Ok(false),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| format!("`{key}` must be true or false")),
        }
    }
}
