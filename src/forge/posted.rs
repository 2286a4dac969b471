//! What was posted, what not, and why.

use super::client::Fault;
use super::{Kind, Target};

/// What became of a posting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// What became of each kind, in the order in which they were asked for; more than one line for one kind.
    pub said: Vec<Said>,
}

/// What became of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The kind.
    pub kind: Kind,
    /// What became of it.
    pub outcome: Outcome,
    /// One lowercase line.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What became of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It stands there now.
    Done,
    /// It stood there already.
    Same,
    /// There is nothing to do here, for a good reason.
    Skipped,
    /// The forge does not let us.
    Refused,
    /// Something went wrong.
    Failed,
}

impl Posted {
    /// Whether findings that should stand beside their lines do not, so that something else should show them.
    #[must_use]
    pub fn needs_another_way(&self) -> bool {
        let lost = |said: &Said| matches!(said.outcome, Outcome::Refused | Outcome::Failed);
        let shows = |said: &Said| matches!(said.kind, Kind::Checks | Kind::Review);
        self.said.iter().any(|said| shows(said) && lost(said))
    }

    /// Returns what to tell a person, one line each.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.said.iter().map(Said::line).collect()
    }

    pub(super) fn push(&mut self, kind: Kind, outcome: Outcome, text: impl Into<String>) {
        self.said.push(Said {
            kind,
            outcome,
            text: text.into(),
            hint: None,
        });
    }

    pub(super) fn fault(&mut self, kind: Kind, target: &Target, is_fork: bool, fault: &Fault) {
        let outcome = match fault.is_refusal() {
            true => Outcome::Refused,
            false => Outcome::Failed,
        };
        self.said.push(Said {
            kind,
            outcome,
            text: fault.text.clone(),
            hint: hint(kind, target, is_fork, fault),
        });
    }
}

impl Said {
    fn line(&self) -> String {
        let kind = self.kind.name();
        let mut line = match self.outcome {
            Outcome::Done | Outcome::Same => format!("posted: `{kind}`: {}", self.text),
            Outcome::Skipped | Outcome::Refused | Outcome::Failed => {
                format!("not posted: `{kind}`: {}", self.text)
            }
        };
        if let Some(hint) = &self.hint {
            line.push_str("; ");
            line.push_str(hint);
        }
        line
    }
}

/// What to do about a refusal.
fn hint(kind: Kind, target: &Target, is_fork: bool, fault: &Fault) -> Option<String> {
    if fault.status == Some(401) {
        return Some(format!("the token in `{}` is not valid here", target.token_name));
    }
    if !fault.is_refusal() {
        return None;
    }
    if is_fork {
        let two = "the token of a fork's pull request only reads: post from a second workflow, as `docs/posting.md` shows";
        return Some(two.to_owned());
    }
    Some(target.forge.codec().permission(kind).to_owned())
}
