//! Says on a forge what was judged: a check, a status, a comment, remarks beside lines.
//!
//! What a forge is asked and how its answers read is its codec's alone: pure, one file and one row in [`ALL`]
//! each. What is there already is read first, and only the difference to what is wanted is sent, so that a second
//! run changes nothing. Nothing here approves, and no error hides the verdict: [`post`] says what it could not do.

mod bitbucket;
mod call;
mod client;
mod codec;
mod forgejo;
mod github;
mod gitlab;
mod kinds;
mod lines;
mod marker;
mod pause;
mod plan;
mod posted;
mod read;
mod review;
#[cfg(test)]
mod tests;
mod wanted;

pub use posted::{Outcome, Posted, Said};
pub use wanted::Subject;

use crate::model::Oid;
use crate::sys::secret::Secret;
use crate::sys::signal::Interrupt;
use codec::Codec;
use std::time::Duration;

/// The most time that posting takes in all, waits included.
pub const LONGEST: Duration = Duration::from_secs(60);

/// A forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitHub, and GitHub Enterprise Server.
    Github,
    /// GitLab.
    Gitlab,
    /// Forgejo and Gitea.
    Forgejo,
    /// Bitbucket Cloud.
    Bitbucket,
}

/// What the table knows about a forge.
pub struct Row {
    /// The forge.
    pub forge: Forge,
    /// Its word.
    pub name: &'static str,
    /// Its name.
    pub title: &'static str,
    codec: &'static dyn Codec,
}

/// All forges.
#[rustfmt::skip]
pub const ALL: &[Row] = &[
    Row { forge: Forge::Github,    name: "github",    title: "GitHub",    codec: &github::Github },
    Row { forge: Forge::Gitlab,    name: "gitlab",    title: "GitLab",    codec: &gitlab::Gitlab },
    Row { forge: Forge::Forgejo,   name: "forgejo",   title: "Forgejo",   codec: &forgejo::Forgejo },
    Row { forge: Forge::Bitbucket, name: "bitbucket", title: "Bitbucket", codec: &bitbucket::Bitbucket },
];

impl Forge {
    // The table holds the forges in the order of the enum; a test says so.
    fn row(self) -> &'static Row {
        &ALL[self as usize]
    }

    /// Returns its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().title
    }

    fn codec(self) -> &'static dyn Codec {
        self.row().codec
    }
}

/// Something to post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The verdict as a check, with annotations.
    Checks,
    /// Remarks beside the lines of the change.
    Review,
    /// One comment, which is kept up to date.
    Comment,
    /// The verdict as a status of the commit.
    Status,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Checks, Self::Review, Self::Comment, Self::Status];

    /// Returns the word on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Review => "review",
            Self::Comment => "comment",
            Self::Status => "status",
        }
    }

    /// Returns the kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where to post, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// The forge.
    pub forge: Forge,
    /// Where its API is, without a `/` at its end.
    pub api: String,
    /// The repository: `owner/name`, or its number on GitLab.
    pub repo: String,
    /// The number of the pull request.
    pub pull: Option<u64>,
    /// Where the pull request comes from, as `owner:branch`, where its number is not known.
    pub branch: Option<String>,
    /// The head of the change: the commit that its author made, not one that merges it.
    pub head: Oid,
    /// Whether the change is said to come from a fork.
    pub is_fork: bool,
    /// The token.
    pub token: Secret,
    /// The variable that the token comes from.
    pub token_name: &'static str,
    /// Where the whole report is: the run of the CI system.
    pub url: Option<String>,
    /// The most time for all of it.
    pub within: Duration,
}

/// Posts what was judged. Never fails: what could not be posted is said.
#[must_use]
pub fn post(subject: &Subject<'_>, target: &Target, kinds: &[Kind], interrupt: &Interrupt) -> Posted {
    kinds::post(subject, target, kinds, interrupt)
}

/// Whether a token may be sent to an address: through TLS, or to this machine.
#[must_use]
pub fn is_safe(api: &str) -> bool {
    let Some((scheme, rest)) = api.split_once("://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_plain =
        !host.is_empty() && !host.contains('@') && !api.contains(|c: char| c.is_control() || c == ' ');
    match scheme {
        "https" => is_plain,
        "http" => is_plain && matches!(name, "127.0.0.1" | "localhost" | "::1"),
        _ => false,
    }
}
