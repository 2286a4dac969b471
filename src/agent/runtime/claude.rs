//! Claude Code, by `claude -p` and its stream of JSON lines.

use super::begin::{begin, resumed};
use super::line::{self, Calls, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use serde_json::Value;

/// Claude Code.
pub const ROW: Row = Row {
    name: "claude",
    program: "claude",
    wire: Wire::Anthropic,
    launch,
    ear: |_| Box::new(Claude::default()),
};

/// How it runs: without a person, without its own prompts for permission, without anything that the repository
/// would have it load. `--bare` alone still takes variables out of the settings of the repository.
const ARGS: [&str; 14] = [
    "-p",
    "--output-format",
    "stream-json",
    "--verbose",
    "--dangerously-skip-permissions",
    "--safe-mode",
    "--setting-sources",
    "user",
    "--strict-mcp-config",
    "--disable-slash-commands",
    "--no-chrome",
    "--tools",
    "Bash,Edit,Glob,Grep,Read,Write",
    "--max-turns",
];

/// How often it may ask again in a row. Its own default takes minutes.
const RETRIES: u64 = 4;

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    let mut launch = begin(order, program);
    launch.say(ARGS);
    launch.say([order.limits.turns.to_string()]);
    if let Some(dollars) = order.limits.dollars {
        launch.say(["--max-budget-usd".to_owned(), format!("{dollars:.4}")]);
    }
    if !order.model.is_empty() {
        launch.say(["--model", &order.model]);
    }
    if let Some(id) = resumed(order)? {
        launch.say(["--resume", id]);
    }
    launch.say(&program.args);
    launch.set(env(order));
    Ok(launch)
}

/// Where its model is, and what it shall leave alone. `IS_SANDBOX` lets root skip the prompts.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    vec![
        ("ANTHROPIC_BASE_URL", order.gateway.clone()),
        ("ANTHROPIC_API_KEY", order.placeholder.clone()),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1".to_owned()),
        ("CLAUDE_CODE_MAX_RETRIES", RETRIES.to_string()),
        ("DISABLE_AUTOUPDATER", "1".to_owned()),
        ("DISABLE_ERROR_REPORTING", "1".to_owned()),
        ("DISABLE_TELEMETRY", "1".to_owned()),
        ("IS_SANDBOX", "1".to_owned()),
    ]
}

/// Understands its stream.
#[derive(Debug, Default)]
struct Claude {
    calls: Calls,
    model: Model,
}

impl Ear for Claude {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        match line::text(&value, "/type") {
            "system" => self.system(&value),
            "assistant" => self.assistant(&value),
            "user" => self.answers(&value),
            "result" => self.result(&value),
            _ => Vec::new(),
        }
    }
}

impl Claude {
    fn system(&mut self, value: &Value) -> Vec<Heard> {
        match line::text(value, "/subtype") {
            "init" => {
                let session = line::session(line::text(value, "/session_id"));
                session
                    .into_iter()
                    .chain(self.model.is(line::text(value, "/model")))
                    .collect()
            }
            "api_retry" if line::count(value, "/attempt") > RETRIES => {
                let why = line::reason(line::text(value, "/error"), "no answer");
                vec![Heard::Failed(format!("its model does not answer: {why}"))]
            }
            _ => Vec::new(),
        }
    }

    fn assistant(&mut self, value: &Value) -> Vec<Heard> {
        let mut heard = Vec::from_iter(self.model.is(line::text(value, "/message/model")));
        for part in line::list(value, "/message/content") {
            match line::text(part, "/type") {
                "text" => heard.extend(line::said(line::text(part, "/text"))),
                "tool_use" => {
                    let on = line::subject(&part["input"]);
                    heard.push(
                        self.calls
                            .open(line::text(part, "/id"), line::text(part, "/name"), on),
                    );
                }
                _ => {}
            }
        }
        heard
    }

    fn answers(&mut self, value: &Value) -> Vec<Heard> {
        let parts = line::list(value, "/message/content").iter();
        let answers = parts.filter(|part| line::text(part, "/type") == "tool_result");
        let closed = answers.map(|part| {
            let ok = !line::is(part, "/is_error");
            self.calls.close(line::text(part, "/tool_use_id"), ok)
        });
        closed.flatten().collect()
    }

    /// Takes the last line, whose usage is that of the whole session.
    fn result(&mut self, value: &Value) -> Vec<Heard> {
        let used = |name: &str| line::count(value, &format!("/usage/{name}"));
        let cached = used("cache_creation_input_tokens").saturating_add(used("cache_read_input_tokens"));
        let sent = used("input_tokens").saturating_add(cached);
        vec![Heard::Used(sent, used("output_tokens")), ending(value)]
    }
}

fn ending(value: &Value) -> Heard {
    match line::text(value, "/subtype") {
        "success" if !line::is(value, "/is_error") => Heard::Done,
        "error_max_turns" => Heard::Limit("it has taken all its turns".to_owned()),
        "error_max_budget_usd" => Heard::Limit("it has spent its budget".to_owned()),
        other => {
            let told = [
                line::text(value, "/result"),
                line::text(value, "/errors/0"),
                other,
            ];
            let why = told.into_iter().find(|text| !text.is_empty());
            Heard::Failed(line::reason(why.unwrap_or_default(), "it failed"))
        }
    }
}
