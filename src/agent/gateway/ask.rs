//! Understands the body of a call, and takes out of it what would reach beyond the gateway: tools that the provider
//! itself runs, addresses that it would fetch, answers that come later and are not counted, and secrets.

mod outside;

use super::denial::Denial;
use super::hide::{self, Hide};
use super::route::{Route, What, is_plain};
use super::rules::Upstream;
use crate::agent::order::Wire;
use serde_json::{Map, Value, json};

/// A call as it goes on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The model that is asked.
    pub model: String,
    /// The most tokens of the answer.
    pub output: u32,
    /// The class of service that is asked for.
    pub service_tier: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// What follows the base address.
    pub path: String,
    /// What was taken out or changed, by name.
    pub changed: Vec<String>,
}

/// Tokens that a model may write beside its thoughts, where those have a number of their own.
const BESIDE_THOUGHTS: u32 = 4096;

/// The fields of a body that no call may have: what they ask for is done elsewhere, later, or is not counted.
fn unwanted(wire: Wire) -> &'static [&'static str] {
    match wire {
        Wire::Anthropic => &["mcp_servers", "container", "speed", "user_profile_id", "metadata"],
        Wire::Responses => &[
            "background",
            "conversation",
            "previous_response_id",
            "prompt",
            "metadata",
            "user",
            "safety_identifier",
        ],
        Wire::Chat => &[
            "n",
            "best_of",
            "web_search_options",
            "search_parameters",
            "plugins",
            "models",
            "route",
            "provider",
            "metadata",
            "user",
            "safety_identifier",
            "store",
        ],
        Wire::Gemini => &["cachedContent", "cached_content", "labels"],
    }
}

/// Understands a call.
pub(super) fn read(route: &Route, upstream: &Upstream, secrets: &Hide, body: &[u8]) -> Result<Call, Denial> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Denial::new(400, "the body is no JSON"))?;
    let Value::Object(mut fields) = value else {
        return Err(Denial::new(400, "the body is no JSON object"));
    };
    let mut changed = Vec::new();
    if let Some(what) = outside::address(&fields) {
        let message =
            format!("`{what}` names an address that the provider would fetch; send the content itself");
        return Err(Denial::new(403, &message));
    }
    strip(upstream.wire, &mut fields, &mut changed);
    if hide::hide(secrets, &mut fields) {
        changed.push("secrets".to_owned());
    }
    let (model, path) = model(route, upstream, &mut fields, &mut changed)?;
    let output = match route.what {
        What::Ask => limit(upstream, &mut fields),
        What::Count | What::List => 0,
    };
    let service_tier = ["service_tier", "serviceTier"]
        .iter()
        .find_map(|name| fields.get(*name)?.as_str());
    let service_tier = service_tier.map(str::to_owned);
    Ok(Call {
        model,
        output,
        service_tier,
        body: Value::Object(fields).to_string().into_bytes(),
        path,
        changed,
    })
}

fn strip(wire: Wire, fields: &mut Map<String, Value>, changed: &mut Vec<String>) {
    for name in unwanted(wire) {
        if fields.remove(*name).is_some() && !["metadata", "user", "safety_identifier"].contains(name) {
            changed.push((*name).to_owned());
        }
    }
    outside::tools(wire, fields, changed);
    if wire == Wire::Responses {
        // Nothing is kept at the provider that another run could ask for.
        fields.insert("store".to_owned(), Value::Bool(false));
    }
    if wire == Wire::Chat && fields.get("stream") == Some(&Value::Bool(true)) {
        let options = fields.entry("stream_options").or_insert_with(|| json!({}));
        if !options.is_object() {
            *options = json!({});
        }
        options["include_usage"] = Value::Bool(true);
    }
    if let Some(Value::Object(config)) = generation(wire, fields)
        && config
            .remove("candidateCount")
            .or(config.remove("candidate_count"))
            .is_some()
    {
        changed.push("candidateCount".to_owned());
    }
}

fn generation(wire: Wire, fields: &mut Map<String, Value>) -> Option<&mut Value> {
    if wire != Wire::Gemini {
        return None;
    }
    if let Some(config) = fields.remove("generation_config") {
        fields.insert("generationConfig".to_owned(), config);
    }
    fields.get_mut("generationConfig")
}

/// Returns the model that is asked, and the path of the call.
fn model(
    route: &Route,
    upstream: &Upstream,
    fields: &mut Map<String, Value>,
    changed: &mut Vec<String>,
) -> Result<(String, String), Denial> {
    let asked = match route.gemini() {
        Some((_, model, _)) => model.to_owned(),
        None => fields
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    };
    let is_name = !asked.is_empty() && asked.len() <= 200 && asked.bytes().all(|b| b.is_ascii_graphic());
    if !is_name {
        return Err(Denial::new(400, "the request names no model"));
    }
    let is_allowed = upstream.models.is_empty() || upstream.models.contains(&asked);
    let model = match (is_allowed, &upstream.instead) {
        (true, _) => asked,
        (false, Some(other)) => {
            changed.push(format!("model {asked}"));
            other.clone()
        }
        (false, None) => return Err(Denial::new(404, "this model may not be asked")),
    };
    let Some((before, _, method)) = route.gemini() else {
        fields.insert("model".to_owned(), Value::String(model.clone()));
        return Ok((model, route.path.clone()));
    };
    // A body of its own that counts tokens names the model once more.
    if let Some(Value::Object(inner)) = fields.get_mut("generateContentRequest") {
        inner.insert("model".to_owned(), Value::String(format!("models/{model}")));
    }
    match is_plain(&model) {
        true => Ok((model.clone(), format!("{before}{model}:{method}"))),
        false => Err(Denial::new(404, "this model may not be asked")),
    }
}

/// Lowers the most tokens of the answer to what the gateway allows, and returns it.
fn limit(upstream: &Upstream, fields: &mut Map<String, Value>) -> u32 {
    let (names, within): (&[&str], _) = match upstream.wire {
        Wire::Anthropic => (&["max_tokens"], None),
        Wire::Responses => (&["max_output_tokens"], None),
        Wire::Chat => (&["max_completion_tokens", "max_tokens"], None),
        Wire::Gemini => (
            &["maxOutputTokens", "max_output_tokens"],
            Some("generationConfig"),
        ),
    };
    let thoughts = fields
        .get("thinking")
        .and_then(|thinking| thinking.get("budget_tokens"));
    let thoughts = thoughts.and_then(Value::as_u64).unwrap_or_default();
    let floor = match u32::try_from(thoughts).unwrap_or(u32::MAX) {
        0 => 0,
        thoughts => thoughts.saturating_add(BESIDE_THOUGHTS),
    };
    let most = upstream.max_output.max(floor);
    let holder = match within {
        None => fields,
        Some(name) => {
            let holder = fields.entry(name).or_insert_with(|| json!({}));
            if !holder.is_object() {
                *holder = json!({});
            }
            match holder {
                Value::Object(inner) => inner,
                _ => return most,
            }
        }
    };
    let asked = names.iter().filter_map(|name| holder.get(*name)?.as_u64()).min();
    let allowed = asked.map_or(most, |asked| u32::try_from(asked).unwrap_or(u32::MAX).min(most));
    // A server that costs nothing may have a window smaller than our limit.
    if asked.is_none() && upstream.free {
        return allowed;
    }
    let name = names.iter().find(|name| holder.contains_key(**name));
    let name = name.copied().unwrap_or(match upstream.kind {
        "openai-compatible" if upstream.wire == Wire::Chat => "max_tokens",
        _ => names[0],
    });
    for other in names {
        holder.remove(*other);
    }
    holder.insert(name.to_owned(), json!(allowed));
    allowed
}

#[cfg(test)]
mod tests;
