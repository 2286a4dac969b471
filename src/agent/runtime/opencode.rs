//! OpenCode, by `opencode run` and its stream of JSON lines.

use super::begin::{KEY, NAME, begin, model, resumed, versioned};
use super::line::{self, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use serde_json::{Value, json};

/// OpenCode.
pub const ROW: Row = Row {
    name: "opencode",
    program: "opencode",
    wire: Wire::Chat,
    launch,
    ear: |order| Box::new(Opencode::new(order)),
};

/// How it runs: without a person, without prompts for permission, without plugins.
const ARGS: [&str; 5] = ["run", "--pure", "--format", "json", "--auto"];

/// What it shall leave alone: updates, lists of models, downloads, and all that the repository would have it load.
const OFF: [&str; 10] = [
    "OPENCODE_DISABLE_AUTOUPDATE",
    "OPENCODE_DISABLE_CLAUDE_CODE",
    "OPENCODE_DISABLE_DEFAULT_PLUGINS",
    "OPENCODE_DISABLE_EXTERNAL_SKILLS",
    "OPENCODE_DISABLE_LSP_DOWNLOAD",
    "OPENCODE_DISABLE_MODELS_FETCH",
    "OPENCODE_DISABLE_PROJECT_CONFIG",
    "OPENCODE_DISABLE_SHARE",
    "OPENCODE_DISABLE_TERMINAL_TITLE",
    "OPENCODE_PURE",
];

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    let mut launch = begin(order, program);
    launch.say(ARGS);
    launch.say([
        "--model".to_owned(),
        format!("{NAME}/{}", model(order, "opencode")?),
    ]);
    if let Some(id) = resumed(order)? {
        launch.say(["--session", id]);
    }
    launch.say(&program.args);
    launch.set(env(order));
    launch.write(".config/opencode/opencode.json", settings(order));
    Ok(launch)
}

/// The placeholder of its key, and what is off.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    let mut env = vec![(KEY, order.placeholder.clone())];
    env.extend(OFF.map(|name| (name, "1".to_owned())));
    env
}

/// Its settings: one provider with one model, all tools allowed, nothing that watches or formats.
pub(super) fn settings(order: &Order) -> Vec<u8> {
    let name = format!("{NAME}/{}", order.model);
    let models = json!({order.model.as_str(): {"name": order.model}});
    let settings = json!({
        "$schema": "https://opencode.ai/config.json",
        "autoupdate": false,
        "share": "disabled",
        "snapshot": false,
        "lsp": false,
        "formatter": false,
        "permission": "allow",
        "enabled_providers": [NAME],
        "model": name,
        "small_model": name,
        "agent": {"build": {"steps": order.limits.turns}},
        "provider": {NAME: {
            "npm": "@ai-sdk/openai-compatible",
            "name": NAME,
            "options": {"baseURL": versioned(order), "apiKey": format!("{{env:{KEY}}}")},
            "models": models,
        }},
    });
    settings.to_string().into_bytes()
}

/// Understands its stream.
#[derive(Debug, Default)]
struct Opencode {
    /// It never names its model, so what was asked for is told.
    asked: String,
    model: Model,
    session: String,
    used: (u64, u64),
    /// Whether the last step was one that ends a turn.
    is_done: bool,
    has_failed: bool,
}

impl Ear for Opencode {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        let mut heard = self.begun(&value);
        match line::text(&value, "/type") {
            "text" => heard.extend(line::said(line::text(&value, "/part/text"))),
            "tool_use" => heard.extend(tool(&value["part"])),
            "step_start" => self.is_done = false,
            "step_finish" => heard.push(self.step(&value["part"])),
            "error" => heard.push(self.failed(&value["error"])),
            _ => {}
        }
        heard
    }

    /// Nothing in its stream is the end, so the end of the stream is.
    fn end(&mut self) -> Vec<Heard> {
        match self.is_done && !self.has_failed {
            true => vec![Heard::Done],
            false => Vec::new(),
        }
    }
}

impl Opencode {
    fn new(order: &Order) -> Self {
        Self {
            asked: order.model.clone(),
            ..Self::default()
        }
    }

    fn begun(&mut self, value: &Value) -> Vec<Heard> {
        let id = line::text(value, "/sessionID");
        if !line::is_id(id) || id == self.session {
            return Vec::new();
        }
        id.clone_into(&mut self.session);
        let model = self.model.is(&self.asked);
        line::session(id).into_iter().chain(model).collect()
    }

    fn step(&mut self, part: &Value) -> Heard {
        self.is_done = line::text(part, "/reason") != "tool-calls";
        let tokens = |name: &str| line::count(part, &format!("/tokens/{name}"));
        let sent = [tokens("input"), tokens("cache/read"), tokens("cache/write")];
        let written = [tokens("output"), tokens("reasoning")];
        let sum = |start: u64, parts: &[u64]| parts.iter().fold(start, |sum, n| sum.saturating_add(*n));
        self.used = (sum(self.used.0, &sent), sum(self.used.1, &written));
        Heard::Used(self.used.0, self.used.1)
    }

    fn failed(&mut self, error: &Value) -> Heard {
        self.has_failed = true;
        let why = line::reason(line::text(error, "/data/message"), line::text(error, "/name"));
        Heard::Failed(line::reason(&why, "it failed"))
    }
}

/// Says which tool was used, and how: it tells so once it has ended.
fn tool(part: &Value) -> [Heard; 2] {
    let name = line::brief(line::text(part, "/tool"));
    let ok = line::text(part, "/state/status") == "completed";
    let on = line::subject(part.pointer("/state/input").unwrap_or(&Value::Null));
    [Heard::Tool(name.clone(), on), Heard::Answered(name, ok)]
}
