//! Everything that an output format may say about one run.

use super::{ChangeSet, Coverage, Finding, LeftOut, Oid, Part, Source, Status, Verdict};
use bstr::BString;
use std::time::Duration;

/// Everything that an output format may say about one run.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was judged.
    pub source: Source,
    /// The commit that a forge names as the end of the change, where what was judged is its merge into the base.
    pub head: Option<Oid>,
    /// How the source was chosen, one lowercase line, where the user did not say.
    pub chosen: Option<String>,
    /// Which share of the judgement this is; `None`: the whole.
    pub part: Option<Part>,
    /// The number of files in the change.
    pub files: usize,
    /// The files that came from another path: renamed, or, where somebody looked for them, copied.
    pub moved: Vec<Moved>,
    /// The number of commits in the change, where they were looked at one by one.
    pub commits: usize,
    /// All findings with their disposition: worst first, then by place.
    pub findings: Vec<Finding>,
    /// What models were asked; `None`: the gate asks none.
    pub review: Option<Coverage>,
    /// What was not looked at.
    pub left_out: Vec<LeftOut>,
    /// The decision.
    pub verdict: Verdict,
    /// Where the policy came from.
    pub policy: PolicySource,
    /// Things that a person should know, one lowercase line each.
    pub notes: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
}

/// A file that came from another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Whether it was renamed or copied.
    pub status: Status,
    /// The path before the change.
    pub old_path: BString,
    /// The path after it.
    pub path: BString,
}

impl Moved {
    /// Returns the files of a change that came from another path.
    #[must_use]
    pub fn of(change: &ChangeSet) -> Vec<Self> {
        let moved = change.files.iter().filter_map(|file| {
            Some(Self {
                status: file.status,
                old_path: file.old_path.clone()?,
                path: file.path.clone(),
            })
        });
        moved.collect()
    }
}

/// Where a policy came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// No file: the shipped defaults.
    Default,
    /// `.pantheon.toml` of the tree that the change starts from.
    Base,
    /// `.pantheon.toml` of the tree that the change ends in: the change introduces it.
    Head,
    /// `.pantheon.toml` of the working tree: no commit holds one.
    Worktree,
    /// A file that the user named.
    File(String),
}
