//! Gemini CLI, by its headless mode and its stream of JSON lines.

use super::begin::begin;
use super::line::{self, Calls, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use serde_json::{Value, json};

/// Gemini CLI.
pub const ROW: Row = Row {
    name: "gemini",
    program: "gemini",
    wire: Wire::Gemini,
    launch,
    ear: |_| Box::new(Gemini::default()),
};

/// How it runs: without a person, without prompts for permission, without extensions and servers of tools.
const ARGS: [&str; 8] = [
    "--skip-trust",
    "--yolo",
    "--extensions",
    "none",
    "--allowed-mcp-server-names",
    "none",
    "--output-format",
    "stream-json",
];

/// Where its settings are, below the home.
const SETTINGS: &str = ".gemini/settings.json";

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    if order.resume.is_some() {
        // It sends each answer of a tool twice when it goes on, which its own service refuses.
        return Err(Wrong("`gemini` cannot go on with a session".to_owned()));
    }
    let mut launch = begin(order, program);
    launch.say(ARGS);
    if !order.model.is_empty() {
        launch.say(["--model", &order.model]);
    }
    launch.say(&program.args);
    launch.set(env(order));
    launch.write(SETTINGS, settings(order));
    Ok(launch)
}

/// Where its model is, and that its settings are those of the system too, which go before all others.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    let settings = order.home.join(SETTINGS);
    vec![
        ("GOOGLE_GEMINI_BASE_URL", order.gateway.clone()),
        ("GEMINI_API_KEY", order.placeholder.clone()),
        ("GEMINI_CLI_NO_RELAUNCH", "true".to_owned()),
        (
            "GEMINI_CLI_SYSTEM_SETTINGS_PATH",
            settings.to_string_lossy().into_owned(),
        ),
    ]
}

/// Its settings: the key instead of a login, no reports, no updates, no sandbox of its own, and no hooks, servers,
/// extensions or skills, whatever the repository says.
pub(super) fn settings(order: &Order) -> Vec<u8> {
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "telemetry": {"enabled": false},
        "privacy": {"usageStatisticsEnabled": false},
        "general": {"enableAutoUpdate": false, "enableAutoUpdateNotification": false},
        "model": {"maxSessionTurns": order.limits.turns},
        // A jail has no terminals to hand out.
        "tools": {
            "sandbox": false,
            "discoveryCommand": "",
            "callCommand": "",
            "shell": {"enableInteractiveShell": false},
        },
        "hooksConfig": {"enabled": false},
        "admin": {
            "extensions": {"enabled": false},
            "mcp": {"enabled": false},
            "skills": {"enabled": false},
        },
        "skills": {"enabled": false},
        "experimental": {"enableAgents": false},
    });
    settings.to_string().into_bytes()
}

/// Understands its stream. It tells its session, but cannot go on with it.
#[derive(Debug, Default)]
struct Gemini {
    calls: Calls,
    model: Model,
    /// What it says, which comes in pieces.
    words: String,
}

impl Ear for Gemini {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        if line::text(&value, "/type") == "message" {
            return self.message(&value);
        }
        let mut heard = self.said();
        match line::text(&value, "/type") {
            "init" => heard.extend(self.model.is(line::text(&value, "/model"))),
            "tool_use" => {
                let on = line::subject(&value["parameters"]);
                let (id, name) = (line::text(&value, "/tool_id"), line::text(&value, "/tool_name"));
                heard.push(self.calls.open(id, name, on));
            }
            "tool_result" => {
                let ok = line::text(&value, "/status") == "success";
                heard.extend(self.calls.close(line::text(&value, "/tool_id"), ok));
            }
            "result" => heard.extend(self.result(&value)),
            _ => {}
        }
        heard
    }

    fn end(&mut self) -> Vec<Heard> {
        self.said()
    }
}

impl Gemini {
    /// Takes a message; one that is no piece of a longer one is whole.
    fn message(&mut self, value: &Value) -> Vec<Heard> {
        if line::text(value, "/role") != "assistant" {
            return self.said();
        }
        const MOST: usize = 64 << 10;
        if self.words.len() < MOST {
            self.words.push_str(line::text(value, "/content"));
        }
        if line::is(value, "/delta") {
            return Vec::new();
        }
        self.said()
    }

    fn said(&mut self) -> Vec<Heard> {
        Vec::from_iter(line::said(&std::mem::take(&mut self.words)))
    }

    fn result(&mut self, value: &Value) -> [Heard; 2] {
        let used = |name: &str| line::count(value, &format!("/stats/{name}"));
        [
            Heard::Used(used("input_tokens"), used("output_tokens")),
            ending(value),
        ]
    }
}

fn ending(value: &Value) -> Heard {
    if line::text(value, "/status") == "success" {
        return Heard::Done;
    }
    let why = line::reason(line::text(value, "/error/message"), "it failed");
    if line::text(value, "/error/type").contains("TurnLimited") || why.contains("max session turns") {
        return Heard::Limit("it has taken all its turns".to_owned());
    }
    Heard::Failed(why)
}
