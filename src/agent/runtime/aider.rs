//! Aider, by `aider --message-file` and its text.

use super::begin::{begin, model, versioned};
use super::line::{self, Model};
use super::{Ear, Heard, Launch, Program, Row, Wrong};
use crate::agent::order::{Order, Wire};
use std::ffi::OsString;

/// Aider.
pub const ROW: Row = Row {
    name: "aider",
    program: "aider",
    wire: Wire::Chat,
    launch,
    ear: |_| Box::new(Aider::default()),
};

/// How it runs: without a person, without commits, without files of its own in the tree, without the network, and
/// without the commands that a file of settings in the tree may name. Such a file is read all the same, but
/// what is said here goes before it.
const ARGS: [&str; 32] = [
    "--yes-always",
    "--no-auto-commits",
    "--no-dirty-commits",
    "--no-gitignore",
    "--no-pretty",
    "--no-stream",
    "--no-fancy-input",
    "--no-check-update",
    "--no-show-release-notes",
    "--no-analytics",
    "--no-suggest-shell-commands",
    "--no-detect-urls",
    "--no-show-model-warnings",
    "--no-auto-lint",
    "--no-auto-test",
    "--no-notifications",
    "--no-watch-files",
    "--no-verify-ssl",
    "--no-copy-paste",
    "--no-multiline",
    "--no-attribute-co-authored-by",
    "--disable-playwright",
    "--map-tokens",
    "0",
    "--test-cmd",
    "",
    "--notifications-command",
    "",
    "--load",
    "/dev/null",
    "--env-file",
    "/dev/null",
];

/// Files below the home.
const PROMPT: &str = "prompt.txt";
const HISTORY: &str = "chat.md";
const PRICES: &str = ".aider/caches/model_prices_and_context_window.json";

/// What stands for the id of its session, which is the history in its home.
const SESSION: &str = "history";

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    let mut launch = begin(order, program);
    launch.say(ARGS);
    let home = |path: &str| order.home.join(path).into_os_string();
    let model = format!("openai/{}", model(order, "aider")?);
    let base = OsString::from(versioned(order));
    let pairs = [
        ("--model", model.clone().into()),
        ("--weak-model", model.into()),
        ("--message-file", home(PROMPT)),
        ("--chat-history-file", home(HISTORY)),
        ("--input-history-file", home("input")),
        ("--openai-api-base", base),
    ];
    for (name, value) in pairs {
        launch.say([name.into(), value]);
    }
    if order.resume.is_some() {
        launch.say(["--restore-chat-history"]);
    }
    launch.say(&program.args);
    launch.set(env(order));
    let prompt = std::mem::take(&mut launch.input);
    launch.write(PROMPT, prompt);
    // A list of prices that is not empty, or it asks the network for one.
    launch.write(PRICES, *b"{\"pantheon\":{}}");
    Ok(launch)
}

/// Where its model is.
pub(super) fn env(order: &Order) -> Vec<(&'static str, String)> {
    vec![
        ("OPENAI_API_BASE", versioned(order)),
        ("OPENAI_API_KEY", order.placeholder.clone()),
        ("LITELLM_LOCAL_MODEL_COST_MAP", "True".to_owned()),
    ]
}

/// Understands its text. A line that says an edit was applied may as well be said by the model: whatever this
/// hears is for people to follow, nothing else.
#[derive(Debug, Default)]
struct Aider {
    model: Model,
    used: (u64, u64),
    has_answered: bool,
    error: String,
}

impl Ear for Aider {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        const LONGEST: usize = 64 << 10;
        let line = String::from_utf8_lossy(&line[..line.len().min(LONGEST)]);
        let line = line.trim_end();
        if line.starts_with("Aider v") {
            return Vec::from_iter(line::session(SESSION));
        }
        if let Some(rest) = line.strip_prefix("Model: ").or(line.strip_prefix("Main model: ")) {
            let name = rest.split(" with ").next().unwrap_or_default();
            return Vec::from_iter(self.model.is(name.trim_start_matches("openai/")));
        }
        if let Some(path) = line.strip_prefix("Applied edit to ") {
            let edit = || "edit".to_owned();
            return vec![
                Heard::Tool(edit(), line::brief(path)),
                Heard::Answered(edit(), true),
            ];
        }
        if let Some(rest) = line.strip_prefix("Tokens: ") {
            return vec![self.tokens(rest)];
        }
        if line.starts_with("litellm.") && line.contains("Error") {
            // It tries again, and ends when it does not.
            self.error = line::brief(line);
        }
        Vec::from_iter(line::said(line))
    }

    fn end(&mut self) -> Vec<Heard> {
        if self.has_answered {
            return vec![Heard::Done];
        }
        if self.error.is_empty() {
            return Vec::new();
        }
        vec![Heard::Failed(std::mem::take(&mut self.error))]
    }
}

impl Aider {
    /// Takes a line such as `1.2k sent, 300 cache hit, 45 received. Cost: ...`.
    fn tokens(&mut self, rest: &str) -> Heard {
        self.has_answered = true;
        let counts = rest.split(". ").next().unwrap_or_default();
        for part in counts.trim_end_matches('.').split(", ") {
            match part.split_once(' ') {
                Some((number, "sent")) => self.used.0 = self.used.0.saturating_add(tokens(number)),
                Some((number, "received")) => self.used.1 = self.used.1.saturating_add(tokens(number)),
                _ => {}
            }
        }
        Heard::Used(self.used.0, self.used.1)
    }
}

/// Reads a number such as `12`, `1.2k` or `34k`; 0: it is none.
fn tokens(text: &str) -> u64 {
    let (digits, unit) = match text.strip_suffix('k') {
        Some(digits) => (digits, 1000),
        None => (text, 1),
    };
    let (whole, tenth) = digits.split_once('.').unwrap_or((digits, "0"));
    let read = |text: &str| text.parse::<u32>().map_or(0, u64::from);
    if tenth.len() != 1 {
        return 0;
    }
    read(whole) * unit + read(tenth) * unit / 10
}
