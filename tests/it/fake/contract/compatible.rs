//! Chat Completions, as OpenAI has them and others speak them.

use super::{End, MODEL, TOOL, data, halves};
use serde_json::{Value, json};

pub fn answer(text: &str, end: End) -> Value {
    let mut message = json!({"role": "assistant", "content": null, "refusal": null});
    match end {
        End::Complete => message["content"] = json!(text),
        End::Call => message["tool_calls"] = json!([call()]),
        End::Cap | End::Blocked => message["content"] = json!(""),
    }
    let choice = json!({"index": 0, "finish_reason": reason(end), "message": message, "logprobs": null});
    let mut value = around("chat.completion", &json!([choice]));
    value["usage"] = usage();
    value
}

pub fn events(text: &str, end: End) -> Vec<Vec<u8>> {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        data(&around("chat.completion.chunk", &json!([choice])))
    };
    let (head, tail) = halves(text);
    let mut events = match end {
        End::Complete => vec![
            chunk(json!({"role": "assistant", "content": head}), Value::Null),
            chunk(json!({"content": tail}), Value::Null),
        ],
        End::Call => {
            let mut call = call();
            call["index"] = json!(0);
            vec![chunk(
                json!({"role": "assistant", "tool_calls": [call]}),
                Value::Null,
            )]
        }
        End::Cap | End::Blocked => vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)],
    };
    events.push(chunk(json!({}), json!(reason(end))));
    let mut last = around("chat.completion.chunk", &json!([]));
    last["usage"] = usage();
    events.push(data(&last));
    events.push(b"data: [DONE]\n\n".to_vec());
    events
}

fn reason(end: End) -> &'static str {
    match end {
        End::Complete => "stop",
        End::Cap => "length",
        End::Blocked => "content_filter",
        End::Call => "tool_calls",
    }
}

fn call() -> Value {
    json!({"id": "call-1", "type": "function", "function": {"name": TOOL, "arguments": "{\"path\":\"a.rs\"}"}})
}

fn usage() -> Value {
    json!({"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49})
}

fn around(object: &str, choices: &Value) -> Value {
    json!({"id": "call-1", "object": object, "created": 1_790_000_000, "model": MODEL, "choices": choices})
}
