//! Takes secrets out of what goes to a model: an agent may read files that hold some, its model may not.
//!
//! Only texts are looked at. What a provider signed, encrypted or gave a name to goes back as it came.

use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// What finds secrets in a text: the text without them, or `None` where there are none.
type Find = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Takes secrets out of texts.
#[derive(Clone, Default)]
pub struct Hide(Option<Arc<Find>>);

impl Hide {
    /// Takes out what `find` finds.
    #[must_use]
    pub fn by(find: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }
}

impl fmt::Debug for Hide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Hide(..)" } else { "Hide" })
    }
}

/// Fields that are no texts, or that a provider insists on having back unchanged.
const NO_TEXTS: [&str; 19] = [
    "id",
    "call_id",
    "tool_use_id",
    "tool_call_id",
    "name",
    "type",
    "role",
    "model",
    "status",
    "signature",
    "thought_signature",
    "thoughtSignature",
    "encrypted_content",
    "data",
    "media_type",
    "mime_type",
    "mimeType",
    "prompt_cache_key",
    "cache_control",
];

/// Takes secrets out of every text of a body; returns whether there were any.
pub(super) fn hide(hide: &Hide, fields: &mut Map<String, Value>) -> bool {
    let Some(find) = hide.0.as_deref() else {
        return false;
    };
    in_object(find, fields)
}

fn in_object(find: &Find, fields: &mut Map<String, Value>) -> bool {
    let is_text = |name: &str| !NO_TEXTS.contains(&name);
    let texts = fields.iter_mut().filter(|(name, _)| is_text(name));
    each(find, texts.map(|(_, value)| value))
}

/// Looks at all of them, though one is enough to have found something.
fn each<'v>(find: &Find, values: impl Iterator<Item = &'v mut Value>) -> bool {
    let mut found = false;
    for value in values {
        found |= within(find, value);
    }
    found
}

fn within(find: &Find, value: &mut Value) -> bool {
    match value {
        Value::String(text) => match find(text) {
            Some(hidden) => {
                *text = hidden;
                true
            }
            None => false,
        },
        Value::Array(items) => each(find, items.iter_mut()),
        Value::Object(fields) => in_object(find, fields),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hidden(mut body: Value) -> (bool, Value) {
        let find = Hide::by(|text: &str| {
            text.contains("s3cret")
                .then(|| text.replace("s3cret", "[left out]"))
        });
        let found = hide(&find, body.as_object_mut().unwrap());
        (found, body)
    }

    #[test]
    fn every_text_is_looked_at_and_nothing_else() {
        let body = json!({
            "model": "s3cret",
            "messages": [
                {"role": "user", "content": "a s3cret"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "s3cret", "input": {"command": "echo s3cret"}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "s3cret", "content": "s3cret\n"}]},
                {"type": "thinking", "thinking": "hm", "signature": "s3cret"},
            ],
        });
        let (found, body) = hidden(body);
        assert!(found);
        assert_eq!(body["model"], "s3cret");
        assert_eq!(body["messages"][0]["content"], "a [left out]");
        assert_eq!(body["messages"][1]["content"][0]["id"], "s3cret");
        assert_eq!(
            body["messages"][1]["content"][0]["input"]["command"],
            "echo [left out]"
        );
        assert_eq!(body["messages"][2]["content"][0]["content"], "[left out]\n");
        assert_eq!(body["messages"][2]["content"][0]["tool_use_id"], "s3cret");
        assert_eq!(body["messages"][3]["signature"], "s3cret");
        let plain = json!({"messages": [{"content": "nothing"}]});
        assert_eq!(hidden(plain.clone()), (false, plain));
    }

    #[test]
    fn arguments_as_text_stay_json() {
        let body = json!({"arguments": "{\"command\":\"echo s3cret\"}"});
        let (_, body) = hidden(body);
        let text = body["arguments"].as_str().unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text).unwrap()["command"],
            "echo [left out]"
        );
    }
}
