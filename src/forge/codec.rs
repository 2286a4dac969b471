//! What a forge is asked, and how its answers read: pure, one for each forge.

use super::call::Call;
use super::lines::{Changed, Lines};
use super::plan::Plan;
use super::wanted::Wanted;
use super::{Kind, Target};
use crate::sys::secret::Secret;
use serde_json::Value;

/// A pull request of a target.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Where.
    pub target: &'a Target,
    /// Its number.
    pub pull: u64,
}

/// Who wrote something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// The number, which nobody else ever has.
    pub id: Option<i64>,
    /// The name.
    pub name: String,
}

impl Author {
    /// Whether both are the same: by number, or by name where one number is not known.
    pub fn is(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (Some(a), Some(b)) => a == b,
            _ => !self.name.is_empty() && self.name == other.name,
        }
    }
}

/// What a forge says about a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// The commit that it ends in.
    pub head: String,
    /// Whether it comes from another repository.
    pub is_fork: bool,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// Who wrote it.
    pub author: Author,
    /// What it says.
    pub body: String,
}

/// A remark that stands beside a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub id: String,
    /// The id of what holds it; empty where nothing does.
    pub within: String,
    /// Who began it.
    pub author: Author,
    /// What it says at first.
    pub body: String,
    /// Whether somebody answered.
    pub is_answered: bool,
    /// Whether the line that it stood on is gone.
    pub is_outdated: bool,
}

/// A status of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The forge's word for the verdict.
    pub state: String,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// A request that adds remarks.
#[derive(Debug, Clone, PartialEq)]
pub struct Adding {
    /// The request.
    pub call: Call,
    /// What is said with it, for where the forge refuses the places: indices into the plan's remarks.
    pub holds: Vec<usize>,
}

/// What a forge is asked, and how its answers read: what every forge has.
pub trait Codec: Sync {
    /// The header that carries the token, and what stands before the token in it.
    fn auth(&self, target: &Target) -> (&'static str, &'static str);

    /// Headers that go with every request.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("accept", "application/json")]
    }

    /// Says what to do where something is refused.
    fn permission(&self, kind: Kind) -> &'static str;

    /// Checks, if this forge has them.
    fn checks(&self) -> Option<&dyn Checks>;

    /// Comments, if this forge has them.
    fn talk(&self) -> Option<&dyn Talk>;

    /// Asks for the statuses of the commit, newest first.
    fn statuses(&self, target: &Target, key: &str) -> Call;

    /// Returns our status among these.
    fn status(&self, answer: &Value, key: &str) -> Option<Status>;

    /// Returns what the status should be.
    fn wanted_status(&self, wanted: &Wanted<'_>, target: &Target) -> Status;

    /// Sets it.
    fn set_status(&self, target: &Target, key: &str, status: &Status) -> Call;
}

/// Checks: a verdict with annotations.
pub trait Checks: Sync {
    /// Asks for a check that says the same.
    fn there(&self, target: &Target, wanted: &Wanted<'_>) -> Call;

    /// Whether the answer holds a check that says the same.
    fn has(&self, answer: &Value, wanted: &Wanted<'_>) -> bool;

    /// Makes a check: requests in this order. The last one completes it, and is sent even where one between fails.
    fn make(&self, target: &Target, wanted: &Wanted<'_>) -> Vec<Call>;
}

/// Comments on a pull request, and remarks beside its lines.
pub trait Talk: Sync {
    /// What names the size of a page, and the largest.
    fn pages(&self) -> (&'static str, usize) {
        ("per_page", 100)
    }

    /// Requests that say whose token it is, the first that answers counts.
    fn who(&self) -> Vec<Call>;

    /// Reads one of these answers.
    fn me(&self, answer: &Value) -> Option<Author>;

    /// The name that the system's own token writes under, where the forge does not tell.
    fn bot(&self) -> Option<&'static str>;

    /// Asks for the pull request.
    fn pull(&self, at: At<'_>) -> Call;

    /// Asks for the pull requests of the target's branch or commit.
    fn find(&self, target: &Target) -> Call;

    /// Reads a pull request.
    fn pulled(&self, value: &Value) -> Option<Pull>;

    /// Asks for the comments.
    fn notes(&self, at: At<'_>) -> Call;

    /// Reads a comment.
    fn note(&self, value: &Value) -> Option<Note>;

    /// Adds a comment.
    fn add_note(&self, at: At<'_>, body: &str) -> Call;

    /// Changes a comment.
    fn edit_note(&self, at: At<'_>, id: &str, body: &str) -> Call;

    /// Removes a comment.
    fn remove_note(&self, at: At<'_>, id: &str) -> Call;

    /// The most remarks beside lines, and the most beside files, of one run.
    fn room(&self) -> (usize, usize);

    /// Asks for the files of the pull request.
    fn files(&self, at: At<'_>) -> Call;

    /// Reads one of them; `None`: it is gone.
    fn file(&self, value: &Value) -> Option<(String, Lines)>;

    /// Asks for what remarks need to know to be placed.
    fn place(&self, _at: At<'_>) -> Option<Call> {
        None
    }

    /// Asks for the remarks that are there, or what holds them.
    fn threads(&self, at: At<'_>) -> Call;

    /// Asks for the remarks in one of these.
    fn below(&self, _at: At<'_>, _value: &Value) -> Option<Call> {
        None
    }

    /// Reads the remarks: of each of what [`Talk::threads`] gave, and what stood below it.
    fn read(&self, all: &[(Value, Vec<Value>)], me: &Author) -> Vec<Thread>;

    /// Asks for the reviews as a whole; `None`: this forge keeps what no line holds in a comment.
    fn reviews(&self, _at: At<'_>) -> Option<Call> {
        None
    }

    /// Adds remarks. `text` is what stands above them.
    fn add(&self, at: At<'_>, plan: &Plan<'_>, changed: &Changed, place: &Value, text: &str) -> Vec<Adding>;

    /// Removes a remark.
    fn remove(&self, at: At<'_>, thread: &Thread) -> Call;
}

/// Reads an author from an object that has the given names for the number and the name.
pub fn author(value: Option<&Value>, id: &str, name: &str) -> Author {
    let value = value.unwrap_or(&Value::Null);
    Author {
        id: value.get(id).and_then(Value::as_i64),
        name: value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    }
}

/// The header's value.
pub fn auth_value(prefix: &str, token: &Secret) -> zeroize::Zeroizing<String> {
    format!("{prefix}{}", token.expose()).into()
}
