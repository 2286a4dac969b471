//! Any agent that speaks the Agent Client Protocol, version 1: JSON-RPC 2.0, a message a line, over its standard
//! streams.
//!
//! It is offered neither files nor a terminal, so it works in its jail with its own hands. Whatever it asks
//! permission for is allowed once: the jail is what holds it.

use super::line::{self, Calls, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong, anywhere, begin};
use crate::agent::order::{Order, Wire};
use serde_json::{Value, json};

/// An agent behind the protocol.
pub const ROW: Row = Row {
    name: "acp",
    program: "",
    wire: Wire::Chat,
    launch,
    ear: |order| Box::new(Acp::new(order)),
};

/// The version of the protocol.
const VERSION: u64 = 1;

/// The modes in which known agents neither ask nor have a sandbox of their own, by their ids.
const FREE: [&str; 4] = ["bypassPermissions", "agent-full-access", "full-access", "yolo"];

/// The most bytes of words that are waited for.
const WORDS: usize = 64 << 10;

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    begin::resumed(order)?;
    let mut launch = begin::begin(order, program);
    launch.say(&program.args);
    launch.is_dialogue = true;
    let hello = json!({
        "protocolVersion": VERSION,
        "clientCapabilities": {"fs": {"readTextFile": false, "writeTextFile": false}, "terminal": false},
        "clientInfo": {"name": "pantheon", "version": env!("CARGO_PKG_VERSION")},
    });
    launch.input = request(Step::Hello, hello);
    anywhere::fill(&mut launch, order);
    Ok(launch)
}

/// Where the conversation is. The number of a step is the id of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Hello = 1,
    Open = 2,
    Mode = 3,
    Prompt = 4,
    Over = 5,
}

impl Step {
    fn method(self) -> &'static str {
        match self {
            Self::Hello => "initialize",
            Self::Open => "session/new",
            Self::Mode => "session/set_mode",
            Self::Prompt | Self::Over => "session/prompt",
        }
    }
}

/// Leads the conversation.
struct Acp {
    step: Step,
    prompt: String,
    tree: String,
    resume: Option<String>,
    session: String,
    calls: Calls,
    model: Model,
    words: String,
}

impl Acp {
    fn new(order: &Order) -> Self {
        Self {
            step: Step::Hello,
            prompt: order.prompt.clone(),
            tree: order.tree.to_string_lossy().into_owned(),
            resume: order.resume.clone(),
            session: String::new(),
            calls: Calls::default(),
            model: Model::default(),
            words: String::new(),
        }
    }
}

impl Ear for Acp {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        let Some(value) = line::read(line) else {
            return Vec::new();
        };
        let method = line::text(&value, "/method");
        match (method, value.get("id")) {
            ("", Some(id)) if id.as_u64() == Some(self.step as u64) => self.answered(&value),
            ("", _) => Vec::new(),
            ("session/update", None) => self.update(&value["params"]["update"]),
            (_, None) => Vec::new(),
            ("session/request_permission", Some(id)) => vec![permit(id, &value["params"])],
            (_, Some(id)) => vec![refuse(id, method)],
        }
    }

    fn end(&mut self) -> Vec<Heard> {
        self.said()
    }

    fn cancel(&mut self) -> Vec<u8> {
        if self.step != Step::Prompt {
            return Vec::new();
        }
        message(json!({"jsonrpc": "2.0", "method": "session/cancel", "params": {"sessionId": self.session}}))
    }
}

impl Acp {
    /// Takes the answer to our last request, and sends the next.
    fn answered(&mut self, value: &Value) -> Vec<Heard> {
        let result = &value["result"];
        if let Some(error) = value.get("error") {
            return self.refused(error);
        }
        match self.step {
            Step::Hello => self.open(result),
            Step::Open => self.opened(result),
            Step::Mode => vec![self.ask()],
            Step::Prompt => self.over(result),
            Step::Over => Vec::new(),
        }
    }

    /// Ends with an error, but for the one of a mode, which it can do without.
    fn refused(&mut self, error: &Value) -> Vec<Heard> {
        if self.step == Step::Mode {
            return vec![self.ask()];
        }
        let mut heard = self.said();
        let asked = self.step.method();
        self.step = Step::Over;
        let more = line::text(error, "/data/details");
        let why = line::reason(
            more,
            &line::reason(line::text(error, "/message"), "it does not say why"),
        );
        heard.push(Heard::Failed(format!("it refused `{asked}`: {why}")));
        heard
    }

    fn open(&mut self, result: &Value) -> Vec<Heard> {
        let version = line::count(result, "/protocolVersion");
        if version != VERSION {
            self.step = Step::Over;
            return vec![Heard::Failed(format!(
                "it speaks version {version} of the protocol, not {VERSION}"
            ))];
        }
        self.step = Step::Open;
        let mut params = json!({"cwd": self.tree, "mcpServers": []});
        let can_load = line::is(result, "/agentCapabilities/loadSession");
        let Some(id) = self.resume.take().filter(|_| can_load) else {
            return vec![reply(self.step, params)];
        };
        params["sessionId"] = Value::from(id.clone());
        self.session = id;
        vec![Heard::Reply(call(self.step, "session/load", params))]
    }

    fn opened(&mut self, result: &Value) -> Vec<Heard> {
        let id = line::text(result, "/sessionId");
        // Whoever loads a session knows its id already.
        if !id.is_empty() {
            self.session = id.chars().take(256).collect();
        }
        // What was said while an old session was loaded is old.
        self.words.clear();
        let mut heard = Vec::from_iter(line::session(&self.session));
        heard.extend(self.model.is(line::text(result, "/models/currentModelId")));
        heard.push(self.free(result));
        heard
    }

    /// Asks for a mode without prompts and sandbox, if there is one; else goes on with the prompt.
    fn free(&mut self, result: &Value) -> Heard {
        let modes = line::list(result, "/modes/availableModes");
        let offered = |id: &&str| modes.iter().any(|mode| line::text(mode, "/id") == *id);
        let current = line::text(result, "/modes/currentModeId");
        match FREE.iter().copied().find(offered) {
            Some(mode) if mode != current => {
                self.step = Step::Mode;
                reply(self.step, json!({"sessionId": self.session, "modeId": mode}))
            }
            _ => self.ask(),
        }
    }

    fn ask(&mut self) -> Heard {
        self.step = Step::Prompt;
        let prompt = json!([{"type": "text", "text": self.prompt}]);
        reply(self.step, json!({"sessionId": self.session, "prompt": prompt}))
    }

    fn over(&mut self, result: &Value) -> Vec<Heard> {
        self.step = Step::Over;
        let mut heard = self.said();
        heard.extend(used(result));
        heard.push(ending(line::text(result, "/stopReason")));
        heard
    }

    /// Takes note of what it does, once the prompt is asked: before that it tells an old session again.
    fn update(&mut self, update: &Value) -> Vec<Heard> {
        if self.step != Step::Prompt {
            return Vec::new();
        }
        if line::text(update, "/sessionUpdate") == "agent_message_chunk" {
            if self.words.len() < WORDS {
                self.words.push_str(line::text(update, "/content/text"));
            }
            return Vec::new();
        }
        let id = line::text(update, "/toolCallId");
        let mut heard = match line::text(update, "/sessionUpdate") {
            "tool_call" | "tool_call_update" => self.said(),
            _ => return Vec::new(),
        };
        if line::text(update, "/sessionUpdate") == "tool_call" {
            let name = line::reason(line::text(update, "/kind"), "tool");
            heard.push(self.calls.open(id, &name, on(update)));
        }
        match line::text(update, "/status") {
            "completed" => heard.extend(self.calls.close(id, true)),
            "failed" => heard.extend(self.calls.close(id, false)),
            _ => {}
        }
        heard
    }

    fn said(&mut self) -> Vec<Heard> {
        Vec::from_iter(line::said(&std::mem::take(&mut self.words)))
    }
}

/// Says what a tool is used on: a place, its arguments, or what it is called.
fn on(update: &Value) -> String {
    let place = line::text(update, "/locations/0/path");
    let subject = line::subject(&update["rawInput"]);
    line::reason(
        place,
        &line::reason(&subject, &line::brief(line::text(update, "/title"))),
    )
}

/// Finds what was used, where agents put it.
fn used(result: &Value) -> Option<Heard> {
    let places = [
        ("/usage/inputTokens", "/usage/outputTokens"),
        (
            "/_meta/quota/token_count/input_tokens",
            "/_meta/quota/token_count/output_tokens",
        ),
    ];
    let counts = places.map(|(sent, written)| (line::count(result, sent), line::count(result, written)));
    let found = counts.into_iter().find(|(sent, written)| sent + written > 0);
    found.map(|(sent, written)| Heard::Used(sent, written))
}

fn ending(reason: &str) -> Heard {
    match reason {
        "end_turn" => Heard::Done,
        "max_turn_requests" => Heard::Limit("it has taken all its turns".to_owned()),
        "max_tokens" => Heard::Limit("it has written all the tokens that it may".to_owned()),
        other => Heard::Failed(format!("it ended with `{}`", line::reason(other, "nothing"))),
    }
}

/// Allows what is asked: once, or for ever where that is all there is.
fn permit(id: &Value, params: &Value) -> Heard {
    let options = line::list(params, "/options");
    let kind = |kind: &str| options.iter().find(|option| line::text(option, "/kind") == kind);
    let outcome = match kind("allow_once").or_else(|| kind("allow_always")) {
        Some(option) => json!({"outcome": "selected", "optionId": option["optionId"]}),
        None => json!({"outcome": "cancelled"}),
    };
    Heard::Reply(message(
        json!({"jsonrpc": "2.0", "id": id, "result": {"outcome": outcome}}),
    ))
}

/// Refuses what was never offered.
fn refuse(id: &Value, method: &str) -> Heard {
    let text = format!("`{}` is not offered", line::brief(method));
    let error = json!({"code": -32601, "message": text});
    Heard::Reply(message(json!({"jsonrpc": "2.0", "id": id, "error": error})))
}

fn reply(step: Step, params: Value) -> Heard {
    Heard::Reply(request(step, params))
}

fn request(step: Step, params: Value) -> Vec<u8> {
    call(step, step.method(), params)
}

fn call(step: Step, method: &str, params: Value) -> Vec<u8> {
    message(json!({"jsonrpc": "2.0", "id": step as u64, "method": method, "params": params}))
}

fn message(value: Value) -> Vec<u8> {
    let mut line = value.to_string().into_bytes();
    line.push(b'\n');
    line
}
