//! The JSON Schema of a configuration, made from the table of keys.

use super::keys::{CONFIDENCES, Key, Kind, SECTIONS, SEVERITIES, Section, Shape};
use super::validators::LANGUAGES;
use crate::model::Stage;
use serde_json::{Map, Value, json};

/// Makes the JSON Schema (draft 2020-12) of a repository's file.
///
/// It knows the shape of each value. What takes more than a shape, such as whether a rule exists,
/// only [`load`](super::load) checks.
#[must_use]
pub fn schema() -> Value {
    let mut properties = Map::new();
    for section in SECTIONS {
        match section.shape {
            Shape::Top => section.keys.iter().for_each(|key| {
                properties.insert(key.name.to_owned(), of_key(key));
            }),
            _ => drop(properties.insert(section.name.to_owned(), of_section(section))),
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": ".pantheon.toml",
        "description": "The configuration of pantheon, a commit gate.",
        "type": "object",
        "properties": properties,
        "required": ["version"],
        "additionalProperties": false,
    })
}

/// What a name of the user's own must look like.
const NAME: &str = "^[A-Za-z0-9._:/-]{1,120}$";
/// What the name of a validator or of a command must look like.
const WORDS: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

fn of_section(section: &Section) -> Value {
    match section.shape {
        Shape::Top | Shape::Table => described(table(section), section.doc),
        Shape::ByStage => {
            let stages = Stage::ALL.map(|stage| (stage.name().to_owned(), table(section)));
            let stages: Map<String, Value> = stages.into_iter().collect();
            let all = json!({ "type": "object", "properties": stages, "additionalProperties": false });
            described(all, section.doc)
        }
        Shape::ByRule => {
            let mut rule = table(section);
            rule["additionalProperties"] = json!({
                "description": "An option of the rule.",
                "type": ["integer", "boolean", "string", "array"],
                "items": { "type": "string" },
            });
            described(
                json!({ "type": "object", "additionalProperties": rule }),
                section.doc,
            )
        }
        Shape::ByName => described(
            json!({
                "type": "object",
                "propertyNames": names(section),
                "additionalProperties": table(section),
            }),
            section.doc,
        ),
        Shape::List => described(json!({ "type": "array", "items": table(section) }), section.doc),
    }
}

fn names(section: &Section) -> Value {
    match section.name {
        "validators" | "commands" => json!({ "pattern": WORDS, "maxLength": 40 }),
        _ => json!({ "pattern": NAME }),
    }
}

fn table(section: &Section) -> Value {
    let properties = section.keys.iter().map(|key| (key.name.to_owned(), of_key(key)));
    let required: Vec<&str> = section
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut table = json!({
        "type": "object",
        "properties": properties.collect::<Map<String, Value>>(),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn of_key(key: &Key) -> Value {
    let mut value = described(of_kind(key.kind), key.doc);
    if let Some(default) = toml_to_json(key.default) {
        value["default"] = default;
    }
    value
}

fn described(mut value: Value, doc: &str) -> Value {
    value["description"] = json!(doc);
    value
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Version => json!({ "const": 1 }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Words(words) => json!({ "type": "array", "items": { "enum": words } }),
        Kind::Severity => json!({ "enum": SEVERITIES }),
        Kind::Severities => json!({ "type": "object", "additionalProperties": { "enum": SEVERITIES } }),
        Kind::Block => block(),
        Kind::Time => json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m)$" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Int(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Number => json!({ "type": "number", "minimum": 0 }),
        Kind::Text | Kind::File => json!({ "type": "string", "pattern": "\\S" }),
        Kind::Raw => json!({ "type": "string" }),
        Kind::Packs | Kind::Texts | Kind::RawTexts => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        Kind::Selectors => {
            let name = json!({ "type": "string", "pattern": "^!?[a-z*][a-z0-9/*-]*$" });
            json!({ "type": "array", "items": name })
        }
        Kind::Globs => globs(),
        Kind::Id => json!({ "type": "string", "pattern": "^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$" }),
        Kind::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Kind::Name => json!({ "type": "string", "pattern": NAME }),
        Kind::Names => json!({ "type": "array", "items": { "type": "string", "pattern": NAME } }),
        Kind::OneOrMore => json!({ "anyOf": [
            { "type": "string", "pattern": "\\S" },
            { "type": "array", "items": { "type": "string" } },
        ] }),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://[^@/?#]+(/[^?#]*)?$" }),
        Kind::Money => json!({ "type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{0,9})? *USD$" }),
        Kind::Fingerprint => json!({ "type": "string", "pattern": "^[0-9a-f]{12,32}$" }),
        Kind::Size => json!({ "type": "string", "pattern": "^[1-9][0-9]{0,3} *(MiB|GiB|TiB)$" }),
        Kind::Days => json!({ "type": "string", "pattern": "^[1-9][0-9]{0,3} *days?$" }),
        Kind::When => when(),
        Kind::Codes => {
            json!({ "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 255 } })
        }
    }
}

fn globs() -> Value {
    let glob = json!({ "type": "string", "minLength": 1, "maxLength": 512, "pattern": "^[^!/]" });
    json!({ "type": "array", "items": glob })
}

fn when() -> Value {
    json!({
        "type": "object",
        "properties": {
            "paths": globs(),
            "exclude": globs(),
            "languages": { "type": "array", "items": { "enum": LANGUAGES } },
        },
        "additionalProperties": false,
    })
}

fn block() -> Value {
    let words: Vec<&str> = SEVERITIES.iter().copied().chain(["never"]).collect();
    let line = json!({
        "type": "object",
        "properties": {
            "severity": { "enum": SEVERITIES },
            "confidence": { "enum": CONFIDENCES, "default": "medium" },
        },
        "required": ["severity"],
        "additionalProperties": false,
    });
    let halves = json!({
        "type": "object",
        "properties": {
            "rules": { "anyOf": [{ "enum": words }, line] },
            "validators": { "anyOf": [{ "enum": words }, model_line()] },
        },
        "minProperties": 1,
        "additionalProperties": false,
    });
    json!({ "anyOf": [{ "enum": words }, line, halves] })
}

fn model_line() -> Value {
    json!({
        "type": "object",
        "properties": {
            "severity": { "enum": SEVERITIES },
            "confidence": { "enum": CONFIDENCES, "default": "low" },
            "agreement": { "type": "integer", "minimum": 0, "maximum": 9, "default": 2 },
            "falsified": { "type": "boolean", "default": false },
        },
        "required": ["severity"],
        "additionalProperties": false,
        // Without a number and without a falsifier nothing could ever block.
        "anyOf": [
            { "properties": { "agreement": { "minimum": 1 } } },
            { "properties": { "falsified": { "const": true } }, "required": ["falsified"] },
        ],
    })
}

/// Turns a default of the table into JSON.
fn toml_to_json(text: &str) -> Option<Value> {
    let document = format!("value = {text}");
    let table: toml::Table = toml::from_str(&document).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}
