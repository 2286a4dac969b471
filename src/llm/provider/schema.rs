//! Whether a schema can be enforced. Shared by the codecs.

use serde_json::Value;

/// Whether every object of a schema is closed and requires all its properties, so that a provider takes it
/// as strict. One that is not would be refused, and the call with it.
pub fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(map) if is_object(schema) => {
            schema.get("additionalProperties") == Some(&Value::Bool(false))
                && requires_all(schema)
                && map.values().all(is_strict)
        }
        Value::Object(map) => map.values().all(is_strict),
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}

/// Whether a schema describes an object.
fn is_object(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// Whether a schema requires each of its properties.
fn requires_all(schema: &Value) -> bool {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return true;
    };
    let required = super::fields::list(schema, "/required");
    properties
        .keys()
        .all(|name| required.iter().any(|r| r.as_str() == Some(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_closed_objects_that_require_all_are_strict() {
        let closed = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "string"}}});
        assert!(is_strict(&closed));
        assert!(is_strict(
            &json!({"type": "object", "additionalProperties": false})
        ));
        let mut optional = closed.clone();
        optional["required"] = json!([]);
        assert!(!is_strict(&optional));
        let mut open = closed.clone();
        open["additionalProperties"] = json!(true);
        assert!(!is_strict(&open));
        let nested = json!({"type": "object", "additionalProperties": false, "required": ["list"],
            "properties": {"list": {"type": "array", "items": open}}});
        assert!(!is_strict(&nested));
    }
}
