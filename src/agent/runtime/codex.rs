//! Codex, by `codex exec --json` and its stream of JSON lines.

use super::begin::{KEY, NAME, begin, resumed, versioned};
use super::line::{self, Calls};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use serde_json::Value;

/// Codex.
pub const ROW: Row = Row {
    name: "codex",
    program: "codex",
    wire: Wire::Responses,
    launch,
    ear: |order| Box::new(Codex::new(order)),
};

/// How it runs: without a person, without its own sandbox, which cannot stand inside of another one, and
/// without settings and rules of the repository.
const ARGS: [&str; 8] = [
    "exec",
    "--json",
    "--ignore-user-config",
    "--ignore-rules",
    "--skip-git-repo-check",
    "--dangerously-bypass-approvals-and-sandbox",
    "--color",
    "never",
];

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    let mut launch = begin(order, program);
    launch.say(ARGS);
    for (key, value) in settings(order) {
        launch.say(["-c".to_owned(), format!("{key}={value}")]);
    }
    launch.say(["-C".into(), order.tree.clone().into_os_string()]);
    if !order.model.is_empty() {
        launch.say(["-m", &order.model]);
    }
    launch.say(&program.args);
    if let Some(id) = resumed(order)? {
        launch.say(["resume", id]);
    }
    // The prompt comes from standard input.
    launch.say(["-"]);
    launch.set(env(order));
    Ok(launch)
}

/// The placeholder of its key.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    vec![(KEY, order.placeholder.clone())]
}

/// Its settings as dotted keys and TOML values: where its model is, what it shall leave alone, and that nothing
/// in the tree is trusted.
pub(super) fn settings(order: &Order) -> Vec<(String, String)> {
    let provider = [
        ("name", quoted(NAME)),
        ("base_url", quoted(&versioned(order))),
        ("env_key", quoted(KEY)),
        ("wire_api", quoted("responses")),
        ("request_max_retries", "2".to_owned()),
        ("stream_max_retries", "2".to_owned()),
    ];
    let provider: Vec<String> = provider.map(|(key, value)| format!("{key}={value}")).into();
    let trust = format!(
        "{{{}={{trust_level=\"untrusted\"}}}}",
        quoted(&order.tree.to_string_lossy())
    );
    let settings = [
        ("model_provider".to_owned(), quoted(NAME)),
        (
            format!("model_providers.{NAME}"),
            format!("{{{}}}", provider.join(",")),
        ),
        ("projects".to_owned(), trust),
        ("project_doc_max_bytes".to_owned(), "0".to_owned()),
        ("analytics.enabled".to_owned(), "false".to_owned()),
        ("check_for_update_on_startup".to_owned(), "false".to_owned()),
        ("web_search".to_owned(), quoted("disabled")),
    ];
    settings.into()
}

/// Writes a text as TOML has it. What JSON escapes is escaped alike there, but for one character.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Understands its stream.
#[derive(Debug, Default)]
struct Codex {
    calls: Calls,
    has_ended: bool,
    model: String,
    /// The last error, which a turn that fails may not repeat.
    error: String,
}

impl Ear for Codex {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        match line::text(&value, "/type") {
            "thread.started" => self.started(&value),
            "item.started" => Vec::from_iter(self.begun(&value["item"])),
            "item.completed" => self.completed(&value["item"]),
            "turn.completed" => self.turn(&value),
            "turn.failed" => self.failed(line::text(&value, "/error/message")),
            "error" => {
                // It tries again; only a turn that fails is the end.
                self.error = line::brief(line::text(&value, "/message"));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn end(&mut self) -> Vec<Heard> {
        if self.has_ended || self.error.is_empty() {
            return Vec::new();
        }
        self.failed("")
    }
}

impl Codex {
    /// It never names its model, so what was asked for is told.
    fn new(order: &Order) -> Self {
        Self {
            model: line::brief(&order.model),
            ..Self::default()
        }
    }

    fn started(&mut self, value: &Value) -> Vec<Heard> {
        let session = line::session(line::text(value, "/thread_id"));
        let model = std::mem::take(&mut self.model);
        let model = (!model.is_empty()).then_some(Heard::Model(model));
        session.into_iter().chain(model).collect()
    }

    fn begun(&mut self, item: &Value) -> Option<Heard> {
        let (name, on) = tool(item)?;
        Some(self.calls.open(line::text(item, "/id"), name, on))
    }

    fn completed(&mut self, item: &Value) -> Vec<Heard> {
        if line::text(item, "/type") == "agent_message" {
            return Vec::from_iter(line::said(line::text(item, "/text")));
        }
        let id = line::text(item, "/id");
        let ok = line::text(item, "/status") != "failed";
        // Some items come complete at once.
        match self.calls.close(id, ok) {
            Some(heard) => vec![heard],
            None => {
                let begun = self.begun(item);
                begun.into_iter().chain(self.calls.close(id, ok)).collect()
            }
        }
    }

    /// Takes the end of a turn, whose usage is that of the whole thread.
    fn turn(&mut self, value: &Value) -> Vec<Heard> {
        self.has_ended = true;
        let used = |name: &str| line::count(value, &format!("/usage/{name}"));
        vec![
            Heard::Used(used("input_tokens"), used("output_tokens")),
            Heard::Done,
        ]
    }

    fn failed(&mut self, why: &str) -> Vec<Heard> {
        self.has_ended = true;
        let known = line::reason(&self.error, "it failed");
        vec![Heard::Failed(line::reason(why, &known))]
    }
}

/// Says which tool an item is, and on what; `None`: it is none.
fn tool(item: &Value) -> Option<(&str, String)> {
    let named = |place| line::brief(line::text(item, place));
    Some(match line::text(item, "/type") {
        "command_execution" => ("shell", named("/command")),
        "file_change" => ("edit", named("/changes/0/path")),
        "web_search" => ("web-search", named("/query")),
        "mcp_tool_call" => (line::text(item, "/tool"), named("/server")),
        _ => return None,
    })
}
