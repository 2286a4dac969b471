//! `generateContent` of Gemini.

use super::{End, MODEL, TOOL, data, halves};
use serde_json::{Value, json};

pub fn answer(text: &str, end: End) -> Value {
    match end {
        End::Complete => said(&json!([{"text": text}]), Some("STOP")),
        // The thoughts took all that there was.
        End::Cap => {
            let mut value = said(&Value::Null, Some("MAX_TOKENS"));
            value["usageMetadata"] =
                json!({"promptTokenCount": 40, "thoughtsTokenCount": 2047, "totalTokenCount": 2087});
            value
        }
        End::Blocked => json!({
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": MODEL,
            "usageMetadata": {"promptTokenCount": 40, "totalTokenCount": 40},
        }),
        End::Call => {
            let call = json!({"functionCall": {"id": "call-1", "name": TOOL, "args": {"path": "a.rs"}}});
            said(&json!([call]), Some("STOP"))
        }
    }
}

pub fn events(text: &str, end: End) -> Vec<Vec<u8>> {
    if end != End::Complete {
        return vec![data(&answer(text, end))];
    }
    let (head, tail) = halves(text);
    vec![
        data(&said(&json!([{"text": head}]), None)),
        data(&said(&json!([{"text": tail}]), Some("STOP"))),
    ]
}

fn said(parts: &Value, finish: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"role": "model"}, "index": 0});
    if !parts.is_null() {
        candidate["content"]["parts"] = parts.clone();
    }
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate], "modelVersion": MODEL, "responseId": "call-1",
        "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 9, "totalTokenCount": 49},
    })
}
