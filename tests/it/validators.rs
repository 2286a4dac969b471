//! Validators from end to end: the built program, real git, and a server that speaks a provider's contract.

mod amended;
mod answers;
mod faults;
mod gate;
mod hidden;
mod memory;
#[cfg(unix)]
mod pulled;
mod push;
mod second_look;
mod shared;
mod twins;

use crate::fake::{Asked, Conn, Server, Then, contract};
use crate::support::{Ran, Repo};
use serde_json::{Value, json};

/// The contract that all servers here keep.
const KIND: &str = "openai-compatible";

/// The file before the change, and after it: line 3 is wrong for an empty list.
const BEFORE: &str = "def mean(items):\n    total = sum(items)\n    return total\n";
const AFTER: &str = "def mean(items):\n    total = sum(items)\n    return total / len(items)\n";

/// What a model is asked, as the server sees it.
struct Question {
    /// The model.
    model: String,
    /// All that was said.
    text: String,
}

impl Question {
    fn of(asked: &Asked) -> Self {
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        let words = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => String::new(),
        };
        let messages = body["messages"].as_array().unwrap().iter();
        Self {
            model: body["model"].as_str().unwrap().to_owned(),
            text: messages
                .map(|message| words(&message["content"]) + "\n")
                .collect(),
        }
    }

    /// Whether it asks to refute a claim.
    fn doubts(&self) -> bool {
        self.text.contains("Another reviewer claims")
    }
}

/// A finding as a model states it, with changes.
fn finding(quote: &str, more: Value) -> Value {
    let mut finding = json!({
        "path": "src/pay.py", "line": 3, "quote": quote, "kind": "defect", "severity": "high",
        "confidence": "high", "scope": "diff", "subject": "", "fix": "return 0 for an empty list",
        "title": "division by zero for an empty list",
        "message": "An empty list has the length 0, so the division raises an error.",
    });
    for (key, value) in more.as_object().unwrap() {
        finding[key] = value.clone();
    }
    finding
}

/// The defect that is really there.
fn defect() -> Value {
    finding("    return total / len(items)", json!({}))
}

/// A server that answers each question with what `say` makes of it: a list of findings, or a verdict on one.
fn says(say: impl Fn(&Question) -> Value + Send + Sync + 'static) -> Server {
    Server::new(move |asked, conn| {
        let question = Question::of(asked);
        answer(conn, &question, &say(&question))
    })
}

fn answer(conn: &mut Conn, question: &Question, said: &Value) -> Then {
    let said = match said {
        Value::Array(_) => json!({ "findings": said }),
        said => said.clone(),
    };
    conn.json(200, whole(question, &said.to_string()).to_string().as_bytes())
}

/// A whole answer that says a text, with the name of the model and a count of tokens that fits the question.
fn whole(question: &Question, text: &str) -> Value {
    let mut body: Value = serde_json::from_slice(&contract::answer(KIND, text)).unwrap();
    body["model"] = json!(question.model);
    body["usage"]["prompt_tokens"] = json!(question.text.len() / 3);
    body
}

/// A verdict of a falsifier.
fn verdict(refuted: bool, evidence: &str) -> Value {
    json!({"reason": "the caller never passes an empty list", "evidence": evidence, "refuted": refuted})
}

/// A policy whose models `one`, `two` and `three` are all served there, with more lines.
fn policy(server: &str, more: &str) -> String {
    let mut text = format!(
        "version = 1\n[providers.fake]\nkind = \"{KIND}\"\nbase-url = \"{server}/v1\"\nstream = false\nattempts = 1\n"
    );
    for name in ["one", "two", "three"] {
        text.push_str(&format!(
            "[models.{name}]\nprovider = \"fake\"\nid = \"m-{name}\"\n[agents.{name}]\nrole = \"validator\"\nmodel \
             = \"{name}\"\n"
        ));
    }
    text + "[routing]\ndefault = \"one\"\n" + more
}

/// A gate `manual` that asks these agents about correctness, and blocks as said.
fn gate(agents: &str, block: &str) -> String {
    format!(
        "[gates.manual]\nchecks = [\"rules\", \"validators/correctness\"]\nblock = {{ rules = \"high\", validators \
         = {block} }}\ndeadline = \"20s\"\n[review]\nagents = {agents}\n"
    )
}

/// A repository with that policy, whose last commit brings the defect.
fn repo(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write("src/pay.py", BEFORE);
    repo.commit("Add a mean");
    repo.write("src/pay.py", AFTER);
    repo.commit("Divide by the number of items");
    repo
}

/// Reviews the last commit.
fn review(repo: &Repo) -> Ran {
    repo.run(&["review", "--commit", "HEAD"])
}

/// The report on the last commit as data.
fn report(repo: &Repo) -> (i32, Value) {
    let ran = repo.run(&["review", "--commit", "HEAD", "--format", "json"]);
    let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"));
    (ran.code, report)
}

/// What the report says of the findings of models: the check, the line and what became of it.
fn found(report: &Value) -> Vec<(String, u64, String)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["check"].as_str().unwrap().starts_with("validators/"))
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            let line = finding["location"]["region"]["start_line"].as_u64().unwrap_or(0);
            (text("check"), line, text("disposition"))
        })
        .collect()
}
