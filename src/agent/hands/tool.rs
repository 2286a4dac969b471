//! The tools as a model is told of them.

use crate::llm::request::{Tool, ToolCall};
use serde_json::{Value, json};

/// The names of all tools.
pub const NAMES: [&str; 7] = ["read", "list", "glob", "grep", "edit", "write", "run"];

/// Returns the tools of these names, in the order of all; no name at all means every tool.
#[must_use]
pub fn of(granted: &[String]) -> Vec<Tool> {
    let is_granted = |name: &&str| granted.is_empty() || granted.iter().any(|granted| granted == name);
    NAMES.iter().copied().filter(is_granted).map(tool).collect()
}

/// Says what a call is about, for whoever follows: a path, a command.
#[must_use]
pub fn subject(call: &ToolCall) -> String {
    let text = |name: &str| call.args.get(name).and_then(Value::as_str);
    let subject = text("command")
        .or_else(|| text("path"))
        .or_else(|| text("pattern"));
    super::text::one_line(subject.unwrap_or_default(), 120)
}

fn tool(name: &str) -> Tool {
    let (description, properties, required) = described(name);
    Tool {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        }),
    }
}

/// What a tool does, what it takes, and what of that it must be given.
type Described = (&'static str, Value, &'static [&'static str]);

fn described(name: &str) -> Described {
    match name {
        "edit" | "write" | "run" => changing(name),
        _ => looking(name),
    }
}

fn text(what: &str) -> Value {
    json!({ "type": "string", "description": what })
}

fn number(what: &str) -> Value {
    json!({ "type": "integer", "description": what })
}

/// What a path is.
const PATH: &str = "the path from the root of the tree";

fn looking(name: &str) -> Described {
    match name {
        "read" => (
            "Shows the lines of a file, each behind its number and a tab.",
            json!({
                "path": text(PATH),
                "first": number("the first line, from 1; left out: the first"),
                "last": number("the last line; left out: as many as can be shown"),
            }),
            &["path"],
        ),
        "list" => (
            "Lists the names in a directory.",
            json!({ "path": text("the path of the directory; empty for the root") }),
            &[],
        ),
        "glob" => (
            "Lists the files whose paths fit a pattern. What git ignores is left out.",
            json!({ "pattern": text("the pattern, such as src/**/*.rs") }),
            &["pattern"],
        ),
        _ => (
            "Finds the lines that fit a regular expression. What git ignores is left out.",
            json!({
                "pattern": text("the expression"),
                "path": text("the file or directory to search; empty for the whole tree"),
            }),
            &["pattern"],
        ),
    }
}

fn changing(name: &str) -> Described {
    match name {
        "edit" => (
            "Puts a text in the place of another in a file, which must stand there exactly once; or in the place of \
             the lines from `first` to `last`, where there is no `old`.",
            json!({
                "path": text(PATH),
                "old": text("the text as it stands there now, without line numbers"),
                "new": text("the text for its place"),
                "first": number("the first line to replace, from 1"),
                "last": number("the last line to replace"),
                "all": json!({ "type": "boolean", "description": "replace it wherever it stands" }),
            }),
            &["path", "new"],
        ),
        "write" => (
            "Writes a whole file, which may be new.",
            json!({ "path": text(PATH), "content": text("all that the file shall hold") }),
            &["path", "content"],
        ),
        _ => (
            "Runs a command by the shell in the root of the tree. There is no network.",
            json!({
                "command": text("the command"),
                "seconds": number("how long it may take; left out: 120"),
            }),
            &["command"],
        ),
    }
}
