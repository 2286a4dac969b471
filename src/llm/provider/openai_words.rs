//! How both contracts of OpenAI say what a request asks.

use super::super::request::{Block, Effort, Request, ToolChoice, ToolResult};

/// Joins the blocks of the system's text.
pub(super) fn system(blocks: &[Block]) -> String {
    let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
    texts.join("\n\n")
}

/// Whether the model may call a tool, or must.
pub(super) fn choice(choice: &ToolChoice) -> &'static str {
    match choice {
        ToolChoice::Auto => "auto",
        ToolChoice::Never => "none",
        ToolChoice::Any => "required",
    }
}

/// The class of service by the provider's word.
pub(super) fn tier(request: &Request) -> Option<&str> {
    const KNOWN: [&str; 6] = ["auto", "default", "fast", "flex", "priority", "scale"];
    let tier = request.service_tier.as_deref()?;
    match tier {
        "standard" => Some("default"),
        _ => Some(tier).filter(|tier| KNOWN.contains(tier)),
    }
}

/// The word for how much to think; `least` stands for as little as can be.
pub(super) fn effort(effort: Effort, least: &'static str) -> &'static str {
    match effort {
        Effort::Minimal => least,
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
    }
}

/// What a tool gave back. Neither contract has a place for the word that it is an error.
pub(super) fn result(result: &ToolResult) -> String {
    match result.is_error {
        true => format!("error: {}", result.content),
        false => result.content.clone(),
    }
}
