//! What a session is asked to do, and what came of it.

use std::path::PathBuf;
use std::time::Duration;

/// The contract that an agent speaks with its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Responses.
    Responses,
    /// Chat Completions.
    Chat,
    /// Gemini's `generateContent`.
    Gemini,
}

/// What a session is asked to do.
#[derive(Debug, Clone)]
pub struct Order {
    /// The run, by its id.
    pub run: String,
    /// The agent, by its name in the configuration.
    pub agent: String,
    /// What it shall do: the whole prompt.
    pub prompt: String,
    /// The session to go on with, by the agent's own id; `None`: a new one.
    pub resume: Option<String>,
    /// The model, by the provider's own name; empty: the agent's default.
    pub model: String,
    /// The base of the gateway's address inside the jail: `http://127.0.0.1:PORT`.
    pub gateway: String,
    /// What stands in the place of a key inside the jail.
    pub placeholder: String,
    /// The scratch worktree, which is the working directory.
    pub tree: PathBuf,
    /// The home of the agent, which is empty at first and its own.
    pub home: PathBuf,
    /// Its temporary directory.
    pub tmp: PathBuf,
    /// Its limits.
    pub limits: Limits,
}

/// The limits of a session.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long it may take.
    pub time: Duration,
    /// How many turns of the model it may take.
    pub turns: u32,
    /// What it may cost, in dollars; `None`: what the budget of the run leaves.
    pub dollars: Option<f64>,
}

/// How a session came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The agent says that it has done what it could.
    Done,
    /// A limit ended it: the time, the turns, the budget, the output.
    Limit(String),
    /// It could not be started, or failed.
    Failed(String),
    /// The user called it off.
    Cancelled,
}

/// What came of a session. What it left in the tree is looked at by others.
#[derive(Debug, Clone)]
pub struct Session {
    /// How it ended.
    pub end: End,
    /// The agent's own id of it, to go on with.
    pub id: Option<String>,
    /// Its last words, bounded.
    pub said: String,
    /// The models that answered, by their own names.
    pub models: Vec<String>,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// What it cost.
    pub cost: crate::model::Money,
    /// How well it was locked in.
    pub level: crate::sandbox::Level,
    /// What was missing for a better one, one line each.
    pub missing: Vec<String>,
}
