//! The audit log: what agents asked for, one line of JSON each, chained by hashes.
//!
//! Each line holds its number, the hash of the line before and its own, so that a line that was changed, taken
//! out or put in shows. Whoever owns the file can still write all of it anew, or cut lines off its end: what
//! [`verify`] returns has to be kept elsewhere to notice that. Many processes write one file at once, each line
//! under a lock; lines are only ever appended. What a process left half written when it was killed stays, and
//! the next line tells of it.
//!
//! No line holds a body, a key or the query of an address.

mod chain;
mod log;

pub use chain::{Broken, Record, Verified, records, verify};
pub use log::Log;

use serde::{Deserialize, Serialize};

/// The name of the file, in the state directory of a repository.
pub const FILE: &str = "audit.jsonl";

/// Something that an agent asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The run, by its id.
    pub run: String,
    /// The agent, by its name in the configuration.
    pub agent: String,
    /// What kind of entry it is.
    pub kind: Kind,
    /// The method of the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The host that it went to, or was to go to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// The path, without the query.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The model that answered, or was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The status of the answer; 0: there was none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub status: u64,
    /// Tokens sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub input: u64,
    /// Tokens written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub output: u64,
    /// What it cost, in billionths of a dollar.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cost: u64,
    /// Bytes from the agent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent: u64,
    /// Bytes to the agent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub received: u64,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub elapsed: u64,
    /// More about it, on one line: why it was refused, what was taken out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A request that went to an endpoint.
    #[default]
    Request,
    /// A request that went nowhere.
    Refused,
    /// A tunnel to a host of the allow-list.
    Host,
    /// A request that the budget had no room for.
    Budget,
    /// What a process left half written stands in the line before.
    Torn,
}

impl Kind {
    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Refused => "refused",
            Self::Host => "host",
            Self::Budget => "budget",
            Self::Torn => "torn",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
