//! What creators do, shown while they do it: a line for each step, and on a terminal one that changes.

use crate::cli::Context;
use crate::model::{Event, Happening, Listener};
use crate::sys::terminal::{self, Stream};
use std::sync::Mutex;
use std::time::Instant;

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a person, on standard error.
    Person,
    /// As JSON, one object a line, on standard output.
    Events,
    /// Not at all.
    Quiet,
}

/// Shows what happens.
pub struct Progress {
    form: Form,
    color: bool,
    /// How many lines at most say what one agent does: with several, only what counts.
    is_crowd: bool,
    cx: Context,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whether the last line of the terminal is one that changes.
    is_open: bool,
    used: std::collections::BTreeMap<String, (u64, f64)>,
}

impl Progress {
    /// Shows it in a form.
    #[must_use]
    pub fn new(form: Form, cx: &Context, agents: usize) -> Self {
        Self {
            form,
            color: cx.color.applies_to(Stream::Err),
            is_crowd: agents > 1,
            cx: cx.clone(),
            start: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// Takes away the line that changes.
    pub fn end(&self) {
        if let Ok(mut state) = self.state.lock() {
            self.close(&mut state);
        }
    }

    fn close(&self, state: &mut State) {
        if std::mem::take(&mut state.is_open) {
            self.cx.err("\r\u{1b}[K");
        }
    }

    fn person(&self, event: &Event) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Happening::Used { input, output, cost } = &event.what {
            let cost = cost.parse().unwrap_or_default();
            state.used.insert(event.run.clone(), (input + output, cost));
        }
        if let Some(text) = said(event, self.is_crowd) {
            self.close(&mut state);
            let who = match self.is_crowd {
                true => format!(
                    "{} {}",
                    event.agent,
                    event.run.rsplit('-').next().unwrap_or_default()
                ),
                false => event.agent.clone(),
            };
            let (dim, plain) = if self.color {
                ("\u{1b}[2m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            self.cx.err(&format!("{dim}{who}{plain}  {text}\n"));
        }
        if terminal::is_terminal(Stream::Err) {
            state.is_open = true;
            let line = self.line(event, &state);
            self.cx.err(&format!("\r\u{1b}[K{line}"));
        }
    }

    /// Returns the line that changes: `round 1 · 12345 tokens · $0.02 · 14 s`.
    fn line(&self, event: &Event, state: &State) -> String {
        let (tokens, cost) = state
            .used
            .values()
            .fold((0, 0.0), |(tokens, cost), used| (tokens + used.0, cost + used.1));
        let seconds = self.start.elapsed().as_secs();
        let dot = if terminal::unicode() { "\u{b7}" } else { "-" };
        let line = format!(
            "round {} {dot} {tokens} tokens {dot} ${cost:.4} {dot} {seconds} s {dot} Ctrl-C ends it",
            event.round.max(1)
        );
        let width = terminal::width(Stream::Err).unwrap_or(80).saturating_sub(1);
        line.chars().take(width).collect()
    }
}

impl Listener for Progress {
    fn hear(&self, event: &Event) {
        match self.form {
            Form::Quiet => {}
            Form::Person => self.person(event),
            Form::Events => {
                let Ok(_held) = self.state.lock() else { return };
                if let Ok(line) = serde_json::to_string(event) {
                    self.cx.out(&(line + "\n"));
                }
            }
        }
    }
}

/// Says what happened, where a person wants to know.
fn said(event: &Event, is_crowd: bool) -> Option<String> {
    Some(match &event.what {
        Happening::Started { task, .. } => format!("starts: {task}"),
        Happening::Scratch { elapsed } => format!("has a scratch worktree after {elapsed} ms"),
        Happening::Said { text } if !is_crowd => format!("says: {}", short(text)),
        Happening::Tool { name, on } if !is_crowd => format!("{name} {on}"),
        Happening::Answered { name, ok: false } if !is_crowd => format!("{name}: that did not work"),
        Happening::Note { text } => format!("note: {text}"),
        Happening::Ended { how: "done", .. } => return None,
        Happening::Ended { how, why } if why.is_empty() => (*how).to_owned(),
        Happening::Ended { how, why } => format!("{how}: {why}"),
        Happening::Judged { decision, findings } => match findings {
            0 => format!("the gate says {decision}"),
            1 => format!("the gate says {decision}: 1 finding"),
            n => format!("the gate says {decision}: {n} findings"),
        },
        _ => return None,
    })
}

fn short(text: &str) -> String {
    match text.char_indices().nth(160) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
