//! What a CI system says about a change, before anybody has looked into the repository.

use super::vars::{Branch, shown};
use crate::model::Oid;
use std::fmt;

/// Something that a CI system, its event or the user says and that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Wrong {
    /// What is wrong: one lowercase line.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// What to do about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// There is a change.
    Judge(Found),
    /// There is nothing to judge, such as a branch that was deleted.
    Nothing {
        /// The event.
        event: String,
        /// Why, one lowercase line.
        why: String,
    },
}

/// A change, as the system names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The event, by the system's own word.
    pub event: String,
    /// What the change starts from.
    pub base: Spec,
    /// What the change ends in.
    pub head: Spec,
    /// What of the base counts.
    pub between: Between,
    /// The commit in which the system has merged the head into the base.
    pub merge: Option<Merge>,
    /// The branch that is built: one that is the base has no change to show.
    pub branch: Option<Branch>,
    /// What counts where the base cannot be had.
    pub instead: Option<Spec>,
    /// Whether the base is what the branch was before, so that who pushes has written it, too; a default branch is
    /// not meant.
    pub is_own_past: bool,
    /// How this was decided, one lowercase line.
    pub why: String,
}

/// A place in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// A commit, by its full id.
    Commit(Oid),
    /// A branch of the remote.
    Branch(Branch),
    /// The branch that the remote shows first.
    DefaultBranch,
    /// What is checked out.
    Head,
    /// What the user wrote.
    Named(String),
    /// Before the first commit.
    Nothing,
}

/// What of the base counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// The base as it is.
    Exact,
    /// The newest commit that base and head have in common.
    MergeBase,
}

/// Where a system has merged a head into a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// In this commit.
    Commit(Oid),
    /// In what is checked out, if at all.
    Head,
}

/// What a system says about a push.
pub struct Push {
    /// The event, by the system's own word.
    pub event: &'static str,
    /// What the branch was before; the id of nothing: it is new; `None`: the system does not say.
    pub before: Option<Oid>,
    /// What it is now.
    pub after: Spec,
    /// The branch.
    pub branch: Option<Branch>,
    /// The default branch, if the system names it.
    pub default: Option<Branch>,
    /// Whether what was there before is gone from the branch.
    pub forced: bool,
}

impl Wrong {
    /// Says what is wrong, and what to do.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Says that a place holds something else than it should.
    pub fn value(place: &str, value: &str, what: &str) -> Self {
        Self::new(
            format!("`{place}` holds `{}`, which is not {what}", shown(value)),
            "name base and head with `--base` and `--head`",
        )
    }

    /// Says that an event shows no change.
    pub fn no_change(event: &str) -> Self {
        Self::new(
            format!("the event `{event}` does not say what changed"),
            "name the base with `--base`, such as `--base HEAD^1`, or judge all of it with `pantheon review --tree`",
        )
    }
}

impl Found {
    /// A change from the newest commit in common with a base.
    pub fn since(event: impl Into<String>, base: Spec, head: Spec, why: impl Into<String>) -> Self {
        Self {
            event: event.into(),
            base,
            head,
            between: Between::MergeBase,
            merge: None,
            branch: None,
            instead: None,
            is_own_past: false,
            why: why.into(),
        }
    }

    /// A change from the base itself.
    pub fn exact(event: impl Into<String>, base: Spec, head: Spec, why: impl Into<String>) -> Self {
        Self {
            between: Between::Exact,
            ..Self::since(event, base, head, why)
        }
    }

    /// Says where head and base were merged.
    #[must_use]
    pub fn merged(mut self, merge: Option<Merge>) -> Self {
        self.merge = merge;
        self
    }
}

impl Spec {
    /// A branch that the system names, or else the default branch of the remote.
    pub fn default_branch(named: Option<&Branch>) -> Self {
        named.map_or(Self::DefaultBranch, |branch| Self::Branch(branch.clone()))
    }
}

impl Decision {
    /// Decides about a push.
    ///
    /// # Errors
    /// When the push shows no change.
    pub fn push(push: Push) -> Result<Self, Wrong> {
        let Push {
            event,
            after,
            branch,
            default,
            ..
        } = push;
        let is_default = branch.is_some() && branch == default;
        let before = match push.before {
            Some(before) if before.is_null() && is_default => {
                let why = "the default branch is new: everything on it is";
                return Ok(Self::Judge(Found::exact(event, Spec::Nothing, after, why)));
            }
            Some(before) if !before.is_null() && (is_default || !push.forced) => before,
            told => {
                let why = match (told, push.forced) {
                    (_, true) => "the branch was forced: what it adds to the default branch counts",
                    (Some(_), _) => "the branch is new: what it adds to the default branch counts",
                    (None, _) => "what the branch adds to the default branch counts",
                };
                return Self::adds(event, after, branch, default.as_ref(), why);
            }
        };
        let mut found = Found::exact(
            event,
            Spec::Commit(before),
            after,
            "what the branch was before the push",
        );
        found.instead = (!is_default).then(|| Spec::default_branch(default.as_ref()));
        found.branch = branch;
        found.is_own_past = !is_default;
        Ok(Self::Judge(found))
    }

    /// Decides that what a branch adds to the default branch counts.
    ///
    /// # Errors
    /// When it is the default branch itself.
    pub fn adds(
        event: &str,
        head: Spec,
        branch: Option<Branch>,
        default: Option<&Branch>,
        why: &str,
    ) -> Result<Self, Wrong> {
        if branch.is_some() && branch.as_ref() == default {
            return Err(Wrong::no_change(event));
        }
        let mut found = Found::since(event, Spec::default_branch(default), head, why);
        found.branch = branch;
        Ok(Self::Judge(found))
    }

    /// Decides about a tag: what it adds to the default branch counts.
    #[must_use]
    pub fn tag(event: &str, head: Spec, default: Option<&Branch>) -> Self {
        let why = "what the tag adds to the default branch counts";
        Self::Judge(Found::since(event, Spec::default_branch(default), head, why))
    }

    /// Decides that a branch or a tag is gone.
    pub fn deleted(event: &str, what: &str) -> Self {
        Self::Nothing {
            event: event.to_owned(),
            why: format!("`{}` was deleted", shown(what)),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit(id) => write!(f, "commit {id}"),
            Self::Branch(branch) => write!(f, "branch `{}` of the remote", shown(branch.name())),
            Self::DefaultBranch => write!(f, "the default branch of the remote"),
            Self::Head => write!(f, "what is checked out"),
            Self::Named(name) => write!(f, "`{}`", shown(name)),
            Self::Nothing => write!(f, "nothing"),
        }
    }
}
