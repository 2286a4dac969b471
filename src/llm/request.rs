//! What a model is asked, in words that fit every provider.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call to a model. A codec leaves out what its provider or the model does not take.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The model, by the provider's own name.
    pub model: String,
    /// What the model is told to be, in blocks; empty: nothing.
    pub system: Vec<Block>,
    /// The conversation, from its start. The last turn is the user's.
    pub turns: Vec<Turn>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must, or must not.
    pub tool_choice: ToolChoice,
    /// What the answer must look like; `None`: free text.
    pub schema: Option<Schema>,
    /// The most tokens that it may write, thoughts included.
    pub max_output: u32,
    /// How much it shall think; `None`: what the model does by itself.
    pub effort: Option<Effort>,
    /// The budget for thoughts in tokens, for models that take a number rather than an [`Effort`].
    pub thinking_budget: Option<u32>,
    /// The randomness. `None` where a model refuses to be told.
    pub temperature: Option<f32>,
    /// The seed, where a provider takes one.
    pub seed: Option<u64>,
    /// Groups calls that share a prefix, for a provider's cache.
    pub cache_key: Option<String>,
    /// A prefix that the provider keeps (Gemini: `cachedContents/...`).
    pub cached_content: Option<String>,
    /// The class of service (`flex`, `standard`, `priority`); `None`: the provider's default.
    pub service_tier: Option<String>,
}

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The text.
    pub text: String,
    /// Whether the provider may cache everything up to the end of this block, and for how long.
    pub cache: Option<CacheFor>,
}

/// How long a provider's cache keeps a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheFor {
    /// Some minutes.
    Short,
    /// An hour or more.
    Long,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Whose turn it is.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part>,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Ours.
    User,
    /// The model's.
    Model,
}

/// A part of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Text.
    Text(Block),
    /// The model calls a tool.
    Call(ToolCall),
    /// What a tool gave back.
    Result(ToolResult),
    /// Something of the provider's own that must go back unchanged, such as a block of thoughts.
    Opaque(Value),
}

/// The model calls a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The id by which the result is told apart; empty if the provider gives none.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Its arguments: an object.
    pub args: Value,
    /// The provider's signature on the call, to be sent back unchanged.
    pub signature: Option<String>,
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The id of the call.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What it said.
    pub content: String,
    /// Whether that is an error.
    pub is_error: bool,
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub parameters: Value,
}

/// Whether the model must call a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToolChoice {
    /// It may.
    #[default]
    Auto,
    /// It may not.
    Never,
    /// It must call one of them. Some models refuse to be forced: the codec then asks with `Auto`.
    Any,
}

/// What an answer must look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// A short name in letters, digits, `_` and `-`.
    pub name: String,
    /// A JSON Schema in the subset that all providers take: a root object, `additionalProperties` false,
    /// every property required, enums, no bounds on lengths or numbers, no `$ref`.
    pub value: Value,
}

/// How much a model shall think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effort {
    /// Not at all, or as little as the model lets itself be told.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
}

impl Request {
    /// Asks `model` one question without tools.
    #[must_use]
    pub fn question(model: &str, system: &str, text: &str, max_output: u32) -> Self {
        Self {
            model: model.to_owned(),
            system: vec![Block::plain(system)],
            turns: vec![Turn::user(text)],
            max_output,
            ..Self::default()
        }
    }
}

impl Block {
    /// A block that is not cached on purpose.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cache: None,
        }
    }
}

impl Turn {
    /// A turn of ours that says one thing.
    #[must_use]
    pub fn user(text: &str) -> Self {
        Self {
            role: Role::User,
            parts: vec![Part::Text(Block::plain(text))],
        }
    }
}
