//! What creators do, shown while they do it: a line for each step, and on a terminal one that changes.

use crate::cli::Context;
use crate::model::{Event, Happening, Listener};
use crate::sys::terminal::{self, Stream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthChar;

/// How often the line that changes is written anew while nothing happens.
const TICK: Duration = Duration::from_secs(1);
/// The width of a terminal that does not tell.
const USUAL: usize = 80;
/// Takes away the line that the cursor stands in.
const ERASE: &str = "\r\u{1b}[K";

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
    shown: Arc<Shown>,
    /// Keeps the clock of the terminal going; told to end by its sender going away.
    clock: Option<(Sender<()>, JoinHandle<()>)>,
}

/// What a person sees.
struct Shown {
    color: bool,
    /// Whether a line can be taken back.
    is_live: bool,
    /// How many agents there are: of several, only what counts is said.
    agents: usize,
    cx: Context,
    start: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whether the last line of the terminal is one that changes.
    is_open: bool,
    /// Whether that line is not written any more.
    is_over: bool,
    round: u32,
    used: BTreeMap<String, (u64, f64)>,
    /// The runs that the gate has judged.
    judged: BTreeSet<String>,
}

impl Progress {
    /// Shows it in a form.
    #[must_use]
    pub fn new(form: Form, cx: &Context, agents: usize) -> Self {
        let is_live = form == Form::Person
            && terminal::is_terminal(Stream::Err)
            && crate::sys::env::text("TERM").is_none_or(|term| term != "dumb");
        let shown = Arc::new(Shown {
            color: cx.color.applies_to(Stream::Err),
            is_live,
            agents,
            cx: cx.clone(),
            start: Instant::now(),
            state: Mutex::default(),
        });
        let clock = is_live.then(|| clock(&shown)).flatten();
        Self { form, shown, clock }
    }

    /// Takes away the line that changes.
    pub fn end(mut self) {
        if let Ok(mut state) = self.shown.state.lock() {
            state.is_over = true;
            self.shown.write(&mut state, "");
        }
        if let Some((stop, thread)) = self.clock.take() {
            drop(stop);
            drop(thread.join());
        }
    }
}

/// Writes the line that changes anew, again and again. Without a thread it changes when something happens.
fn clock(shown: &Arc<Shown>) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = channel();
    let shown = shown.clone();
    let thread = std::thread::Builder::new().name("progress".to_owned());
    let thread = thread.spawn(move || {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Ok(mut state) = shown.state.lock() else { return };
            if state.is_open {
                shown.write(&mut state, "");
            }
        }
    });
    Some((stop, thread.ok()?))
}

impl Shown {
    fn hear(&self, event: &Event) {
        let Ok(mut state) = self.state.lock() else { return };
        state.hear(event);
        let text = said(event, self.agents > 1).map_or(String::new(), |text| self.line(event, &text));
        self.write(&mut state, &text);
    }

    /// Returns a line of its own: who does what.
    fn line(&self, event: &Event, text: &str) -> String {
        let who = match self.agents > 1 {
            true => format!(
                "{} {}",
                event.agent,
                event.run.rsplit('-').next().unwrap_or_default()
            ),
            false => event.agent.clone(),
        };
        let is_long = matches!(event.what, Happening::Tool { .. } | Happening::Said { .. });
        let text = match self.width() {
            Some(width) if is_long => cut(text, width.saturating_sub(who.chars().count() + 2)),
            _ => text.to_owned(),
        };
        let (dim, plain) = match self.color {
            true => ("\u{1b}[2m", "\u{1b}[0m"),
            false => ("", ""),
        };
        format!("{dim}{who}{plain}  {text}\n")
    }

    /// Writes a line above the one that changes, and that one anew: all at once, so that nothing flickers.
    fn write(&self, state: &mut State, text: &str) {
        let mut all = String::new();
        if std::mem::take(&mut state.is_open) {
            all += ERASE;
        }
        all += text;
        if self.is_live && !state.is_over {
            state.is_open = true;
            all += &self.changing(state);
        }
        if !all.is_empty() {
            self.cx.err(&all);
        }
    }

    /// Returns the line that changes: `round 1 · 12345 tokens · $0.02 · 14 s`.
    fn changing(&self, state: &State) -> String {
        let (tokens, cost) = state
            .used
            .values()
            .fold((0, 0.0), |(tokens, cost), used| (tokens + used.0, cost + used.1));
        let seconds = self.start.elapsed().as_secs();
        let dot = if terminal::unicode() { "\u{b7}" } else { "-" };
        let far = match (self.agents, state.round) {
            (2.., _) => format!("{} of {} judged", state.judged.len(), self.agents),
            (_, 0) => "begins".to_owned(),
            (_, round) => format!("round {round}"),
        };
        let line =
            format!("{far} {dot} {tokens} tokens {dot} ${cost:.4} {dot} {seconds} s {dot} Ctrl-C ends it");
        cut(&line, self.width().unwrap_or(USUAL))
    }

    /// Returns how much room a line has; `None`: as much as it needs. The last column is left alone: some terminals
    /// go on to the next line there.
    fn width(&self) -> Option<usize> {
        self.is_live
            .then(|| terminal::width(Stream::Err).unwrap_or(USUAL).saturating_sub(1))
    }
}

impl State {
    fn hear(&mut self, event: &Event) {
        self.round = self.round.max(event.round);
        match &event.what {
            Happening::Used { input, output, cost } => {
                let cost = cost.parse().unwrap_or_default();
                self.used.insert(event.run.clone(), (input + output, cost));
            }
            Happening::Judged { .. } => {
                self.judged.insert(event.run.clone());
            }
            _ => {}
        }
    }
}

impl Listener for Progress {
    fn hear(&self, event: &Event) {
        match self.form {
            Form::Quiet => {}
            Form::Person => self.shown.hear(event),
            Form::Events => {
                let Ok(_held) = self.shown.state.lock() else {
                    return;
                };
                if let Ok(line) = serde_json::to_string(event) {
                    self.shown.cx.out(&(line + "\n"));
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
        Happening::Said { text } if !is_crowd => format!("says: {text}"),
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

/// Returns as much of a text as so many columns hold.
fn cut(text: &str, columns: usize) -> String {
    let width = |c: char| c.width().unwrap_or_default();
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |c: &char| {
        taken += width(*c);
        taken + 3 <= columns
    };
    text.chars().take_while(fits).collect::<String>() + "..."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_by_columns() {
        assert_eq!(cut("run cargo test", 14), "run cargo test");
        assert_eq!(cut("run cargo test", 13), "run cargo ...");
        assert_eq!(cut("\u{6f22}\u{5b57}\u{6f22}\u{5b57}", 7), "\u{6f22}\u{5b57}...");
    }
}
