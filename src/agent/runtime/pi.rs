//! Pi, by `pi -p --mode json` and its stream of JSON lines.

use super::begin::{KEY, NAME, begin, model, resumed};
use super::line::{self, Calls, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use serde_json::{Value, json};

/// Pi.
pub const ROW: Row = Row {
    name: "pi",
    program: "pi",
    wire: Wire::Anthropic,
    launch,
    ear: |_| Box::new(Pi::default()),
};

/// How it runs: without a person, without the network at its start, and without what the repository would have it
/// load. It asks for no permission at all.
const ARGS: [&str; 14] = [
    "-p",
    "--mode",
    "json",
    "--offline",
    "--no-extensions",
    "--no-skills",
    "--no-prompt-templates",
    "--no-themes",
    "--no-context-files",
    // Instead of a file of the repository.
    "--append-system-prompt",
    "Work in the current directory.",
    "--provider",
    NAME,
    "--model",
];

/// Where the repository would have settings for it; nothing else turns them off.
const PROJECT: &str = ".pi";

/// What a line begins with that repeats all that was said of a message up to now, which may be long.
const UPDATE: &[u8] = b"{\"type\":\"message_update\"";

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    let mut launch = begin(order, program);
    launch.say(ARGS);
    launch.say([model(order, "pi")?]);
    if let Some(id) = resumed(order)? {
        launch.say(["--session", id]);
    }
    launch.say(&program.args);
    launch.set(env(order));
    launch.write(".pi/agent/models.json", models(order));
    launch.hides.push(PROJECT.into());
    Ok(launch)
}

/// The placeholder of its key, and what it shall leave alone.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    let off = [
        ("PI_OFFLINE", "1"),
        ("PI_TELEMETRY", "0"),
        ("PI_SKIP_VERSION_CHECK", "1"),
    ];
    let mut env = vec![(KEY, order.placeholder.clone())];
    env.extend(off.map(|(name, value)| (name, value.to_owned())));
    env
}

/// Its list of models, which has one.
pub(super) fn models(order: &Order) -> Vec<u8> {
    let provider = json!({
        "baseUrl": order.gateway,
        "api": "anthropic-messages",
        "apiKey": KEY,
        "models": [{"id": order.model}],
    });
    json!({"providers": {NAME: provider}}).to_string().into_bytes()
}

/// Understands its stream.
#[derive(Debug, Default)]
struct Pi {
    calls: Calls,
    model: Model,
    used: (u64, u64),
    /// Why the last answer of the model was none.
    error: String,
    has_ended: bool,
}

impl Ear for Pi {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        if line.starts_with(UPDATE) {
            return Vec::new();
        }
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        match line::text(&value, "/type") {
            "session" => Vec::from_iter(line::session(line::text(&value, "/id"))),
            "agent_start" => {
                self.has_ended = false;
                Vec::new()
            }
            "message_end" => self.message(&value["message"]),
            "tool_execution_start" => {
                let (id, name) = called(&value);
                vec![self.calls.open(id, name, line::subject(&value["args"]))]
            }
            "tool_execution_end" => {
                let ok = !line::is(&value, "/isError");
                Vec::from_iter(self.calls.close(called(&value).0, ok))
            }
            "auto_retry_start" => {
                self.has_ended = false;
                Vec::new()
            }
            "agent_end" => {
                self.has_ended = true;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// An agent that has ended may try again, so only the end of the stream is the end.
    fn end(&mut self) -> Vec<Heard> {
        if !self.error.is_empty() {
            return vec![Heard::Failed(std::mem::take(&mut self.error))];
        }
        match self.has_ended {
            true => vec![Heard::Done],
            false => Vec::new(),
        }
    }
}

impl Pi {
    fn message(&mut self, message: &Value) -> Vec<Heard> {
        if line::text(message, "/role") != "assistant" {
            return Vec::new();
        }
        self.error = match line::text(message, "/stopReason") {
            "error" | "aborted" => line::reason(line::text(message, "/errorMessage"), "its model failed"),
            _ => String::new(),
        };
        let mut heard = Vec::from_iter(self.model.is(line::text(message, "/model")));
        let words = line::list(message, "/content").iter();
        let words = words.filter(|part| line::text(part, "/type") == "text");
        heard.extend(words.filter_map(|part| line::said(line::text(part, "/text"))));
        heard.push(self.usage(message));
        heard
    }

    fn usage(&mut self, message: &Value) -> Heard {
        let count = |name: &str| line::count(message, &format!("/usage/{name}"));
        for name in ["input", "cacheRead", "cacheWrite"] {
            self.used.0 = self.used.0.saturating_add(count(name));
        }
        self.used.1 = self.used.1.saturating_add(count("output"));
        Heard::Used(self.used.0, self.used.1)
    }
}

fn called(value: &Value) -> (&str, &str) {
    (line::text(value, "/toolCallId"), line::text(value, "/toolName"))
}
