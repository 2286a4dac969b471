//! What a creator offers: a tree beside the one that it started from, already judged by the gate.

use serde::{Deserialize, Serialize};

/// A change that waits for a person to apply it. Kept as `proposal.json` in the directory of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Proposal {
    /// The version of this form: 1.
    pub version: u32,
    /// Its id, which is the run's: letters, digits and `-`.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// What was asked for, on one line.
    pub task: String,
    /// The agent, by its name in the configuration.
    pub agent: String,
    /// The runtime, such as `builtin` or `claude`.
    pub runtime: String,
    /// The models that worked on it, by their own names.
    pub models: Vec<String>,
    /// The tree that it starts from, in hexadecimal.
    pub base: String,
    /// The commit that it starts from; `None`: the index was not that of a commit.
    pub base_commit: Option<String>,
    /// The tree that is offered, in hexadecimal.
    pub tree: String,
    /// The paths that differ, with a letter each as git writes it (`A`, `M`, `D`).
    pub paths: Vec<(char, String)>,
    /// The paths that run later by themselves: hooks, build scripts, workflows, links.
    pub surface: Vec<String>,
    /// What was found in the scratch worktree and not taken, one line each.
    pub refused: Vec<String>,
    /// What the gate said: `pass`, `warn`, `block`, `inconclusive`.
    pub decision: String,
    /// The stage whose gate judged.
    pub stage: String,
    /// The findings that still count, one line each.
    pub findings: Vec<String>,
    /// How many rounds it took.
    pub rounds: u32,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// What they cost in dollars, as text.
    pub cost: String,
    /// How long it took, in milliseconds.
    pub elapsed: u64,
    /// How well the agent was locked in: `strict`, `base`.
    pub level: String,
    /// What the agent says that it did, in its own words, bounded; empty: nothing.
    pub said: String,
    /// What became of it.
    pub state: ProposalState,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalState {
    /// It waits.
    Open,
    /// It is in the working tree.
    Applied,
    /// It was in the working tree and was taken back.
    Undone,
    /// Nobody wants it.
    Dropped,
}
