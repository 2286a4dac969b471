//! Creators from end to end: the built program, real git, the jail, and a server that speaks a provider's contract.

mod allowed;
mod crowd;
mod ends;
mod fix;
mod left;
mod places;
mod programs;
mod task;

use crate::fake::{Asked, Conn, Server, Then};
use crate::support::{Ran, Repo};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What a model says in one turn.
#[derive(Clone)]
enum Say {
    /// Words, and nothing to call.
    Done(&'static str),
    /// A tool with its arguments.
    Call(&'static str, Value),
}

/// A conversation as the server sees it.
struct Talk {
    /// How many results of tools it holds.
    turns: usize,
    /// What the user said.
    task: String,
    /// All that was said.
    whole: String,
}

impl Talk {
    fn of(asked: &Asked) -> Self {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let of_role = |role: &str| -> Vec<String> {
            let messages = body["messages"].as_array().unwrap().iter();
            let messages = messages.filter(|message| message["role"] == role);
            messages.map(|message| words(&message["content"])).collect()
        };
        Self {
            turns: of_role("tool").len(),
            task: of_role("user").concat(),
            whole: String::from_utf8_lossy(&asked.body).into_owned(),
        }
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// A server whose model says what `say` makes of a conversation.
fn says(say: impl Fn(&Talk) -> Say + Send + Sync + 'static) -> Server {
    Server::new(move |asked, conn| {
        let talk = Talk::of(asked);
        let said = say(&talk);
        answer(conn, &talk, &said)
    })
}

/// A server whose model says these things in turn, by how many tools have answered; the last one for ever.
fn scripted(script: Vec<Say>) -> Server {
    says(move |talk| script[talk.turns.min(script.len() - 1)].clone())
}

fn answer(conn: &mut Conn, talk: &Talk, said: &Say) -> Then {
    let (message, finish) = match said {
        Say::Done(text) => (json!({"role": "assistant", "content": text}), "stop"),
        Say::Call(tool, args) => {
            let function = json!({"name": tool, "arguments": args.to_string()});
            let call = json!({"id": format!("c{}", talk.turns), "type": "function", "function": function});
            (
                json!({"role": "assistant", "content": null, "tool_calls": [call]}),
                "tool_calls",
            )
        }
    };
    let prompt = talk.whole.len() / 4;
    let body = json!({
        "id": "x", "object": "chat.completion", "created": 1, "model": "m-one",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": 20, "total_tokens": prompt + 20},
    });
    conn.json(200, body.to_string().as_bytes())
}

/// A key that the rules know and nobody has.
const KEY: &str = concat!("AKIA", "2E0A8F3B1C7D9QXZ");

/// A policy whose agent is the built-in one and asks that server.
fn policy(server: &Server, more: &str) -> String {
    format!(
        "version = 1\nextends = [\"recommended\"]\n[providers.fake]\nkind = \"openai-compatible\"\nbase-url = \
         \"{}/v1\"\nstream = false\nattempts = 1\n[models.one]\nprovider = \"fake\"\nid = \"m-one\"\n[agents.fixer]\n\
         role = \"creator\"\nmodel = \"one\"\n[create]\nagent = \"fixer\"\n{more}",
        server.http()
    )
}

/// A repository with that policy, in which a change with a key is staged.
fn staged(server: &Server, more: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy(server, more));
    repo.write("README.md", "# app\n");
    repo.commit("Begin");
    repo.write("app.py", format!("import os\nKEY = \"{KEY}\"\nprint(KEY)\n"));
    repo.add();
    repo
}

/// The edit that mends that change.
fn mend() -> Say {
    Say::Call(
        "edit",
        json!({"path": "app.py", "first": 2, "last": 2, "new": "KEY = os.environ[\"APP_KEY\"]"}),
    )
}

/// The proposal that a run with `--json` wrote.
fn proposal(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"))
}

/// Everything of a repository that nobody may change: each file of `.git` and of the working tree, with its bytes.
fn everything(repo: &Repo) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    collect(&repo.path("."), &mut all);
    all
}

fn collect(dir: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => collect(&path, all),
            kind if kind.is_file() => {
                let bytes = std::fs::read(&path).unwrap();
                all.insert(path, bytes);
            }
            _ => {
                all.insert(path, Vec::new());
            }
        }
    }
}

/// What several requests share.
type Shared<T> = Mutex<T>;
