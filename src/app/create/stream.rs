//! What happens, told as it happens: to whoever follows, and into the run's own directory.

use crate::agent::builtin::Told;
use crate::agent::runtime::Heard;
use crate::model::{Event, Happening, Listener, visible};
use crate::sys::{clock, file};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// The longest text of an event, in characters.
const LONGEST: usize = 400;

/// Tells what happens in one attempt.
pub struct Stream<'a> {
    run: String,
    agent: String,
    round: AtomicU32,
    listener: &'a dyn Listener,
    log: Mutex<Option<file::Lines>>,
}

impl<'a> Stream<'a> {
    /// Tells of a run of an agent.
    #[must_use]
    pub fn new(run: &str, agent: &str, listener: &'a dyn Listener) -> Self {
        Self {
            run: run.to_owned(),
            agent: agent.to_owned(),
            round: AtomicU32::new(0),
            listener,
            log: Mutex::default(),
        }
    }

    /// Writes everything from now on into a file too. Where that cannot be, it is told all the same.
    pub fn keep(&self, path: &Path) {
        if let Ok(mut log) = self.log.lock() {
            *log = file::Lines::open(path).ok();
        }
    }

    /// Counts rounds from now on from this one.
    pub fn round(&self, round: u32) {
        self.round.store(round, Ordering::Relaxed);
    }

    /// Tells that something happened.
    pub fn tell(&self, what: Happening) {
        let event = Event {
            time: u64::try_from(clock::now()).unwrap_or_default(),
            run: self.run.clone(),
            agent: self.agent.clone(),
            round: self.round.load(Ordering::Relaxed),
            what,
        };
        if let Ok(mut log) = self.log.lock()
            && let Some(lines) = log.as_mut()
            && let Ok(line) = serde_json::to_vec(&event)
        {
            // The work does not end because nothing more can be written down.
            drop(lines.add(&line));
        }
        self.listener.hear(&event);
    }

    /// Tells a person something.
    pub fn note(&self, text: &str) {
        self.tell(Happening::Note { text: line(text) });
    }

    /// Tells what the built-in agent does.
    pub fn told(&self, told: Told<'_>) {
        self.tell(match told {
            Told::Said(text) => Happening::Said { text: line(text) },
            Told::Tool(name, on) => Happening::Tool {
                name: line(name),
                on: line(on),
            },
            Told::Answered(name, ok) => Happening::Answered { name: line(name), ok },
            Told::Used(usage, cost) => Happening::Used {
                input: usage.input,
                output: usage.output,
                cost: dollars(cost),
            },
            Told::Note(text) => Happening::Note { text: line(text) },
        });
    }

    /// Tells what a program said, as far as that is for whoever follows.
    pub fn heard(&self, heard: &Heard) {
        match heard {
            Heard::Said(text) => self.tell(Happening::Said { text: line(text) }),
            Heard::Tool(name, on) => self.tell(Happening::Tool {
                name: line(name),
                on: line(on),
            }),
            Heard::Answered(name, ok) => self.tell(Happening::Answered {
                name: line(name),
                ok: *ok,
            }),
            _ => {}
        }
    }
}

/// Returns an amount in dollars, as text without a sign for the currency.
#[must_use]
pub fn dollars(cost: crate::model::Money) -> String {
    cost.to_string().replace('$', "")
}

/// Returns the start of a text on one line.
#[must_use]
pub fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let text = visible(&text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.into_owned(),
    }
}
