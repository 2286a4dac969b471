//! What happens while creators work: one stream for the terminal, for JSON lines and for the audit log.

use serde::Serialize;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// When, in milliseconds since 1970.
    pub time: u64,
    /// The run, by its id.
    pub run: String,
    /// The agent, by its name in the configuration; empty: nobody in particular.
    pub agent: String,
    /// The round, from 1; 0: before the first.
    pub round: u32,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened. All texts are bounded, on one line, and without control characters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// A run began.
    Started {
        /// What is to be done.
        task: String,
        /// The tree that it starts from.
        base: String,
    },
    /// The scratch worktree stands.
    Scratch {
        /// How long it took, in milliseconds.
        elapsed: u64,
    },
    /// The agent was locked in.
    Locked {
        /// How well: `strict`, `base`.
        level: &'static str,
    },
    /// The agent said something.
    Said {
        /// The text.
        text: String,
    },
    /// The agent uses a tool.
    Tool {
        /// The tool, by the agent's own name for it.
        name: String,
        /// On what: a path, a command.
        on: String,
    },
    /// A tool gave an answer.
    Answered {
        /// The tool.
        name: String,
        /// Whether it did what it should.
        ok: bool,
    },
    /// What the run has used up to now.
    Used {
        /// Tokens sent.
        input: u64,
        /// Tokens written.
        output: u64,
        /// What they cost in dollars, as text: `0.0123`.
        cost: String,
    },
    /// Something that a person should know.
    Note {
        /// The text.
        text: String,
    },
    /// A session came to its end.
    Ended {
        /// Why: `done`, `limit`, `failed`, `cancelled`.
        how: &'static str,
        /// More about it; empty: nothing.
        why: String,
    },
    /// The gate has judged what the agent left.
    Judged {
        /// The decision: `pass`, `warn`, `block`, `inconclusive`.
        decision: &'static str,
        /// How many findings count.
        findings: usize,
    },
    /// There is a proposal.
    Proposed {
        /// Its id.
        proposal: String,
    },
}

/// Hears of everything that happens.
pub trait Listener: Sync {
    /// Takes note of an event. It must not wait.
    fn hear(&self, event: &Event);
}
