//! What the work starts from, and what the gate compares its result with.

use super::last::{self, Last};
use super::{Request, Task, Wrong};
use crate::app::Error;
use crate::git::scratch::Start;
use crate::git::{self, Repository};
use crate::model::{Oid, Stage};
use std::path::Path;

/// What the work starts from.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What the scratch worktree holds at first.
    pub start: Start,
    /// The commit that the gate compares with; `None`: before the first one.
    pub from: Option<Oid>,
    /// The stage, where something says it.
    pub stage: Option<Stage>,
    /// How it was chosen, one lowercase line.
    pub chosen: String,
}

impl Subject {
    /// Finds it.
    ///
    /// # Errors
    /// When what is named does not exist, or what is meant cannot be mended by a change of files.
    pub fn of(repo: &Repository, state: &Path, request: &Request) -> Result<Self, Error> {
        match (&request.task, &request.base) {
            (Task::Create(_), base) => Self::task(repo, base.as_deref()),
            (Task::Fix(_), Some(base)) => Self::since(repo, base, request.stage),
            (Task::Fix(_), None) => match last::read(repo, state) {
                Some(last) => Self::verdict(repo, &last, request.stage),
                None => Self::index(repo, request.stage),
            },
        }
    }

    /// A task starts from a commit, and its change is all that is judged.
    fn task(repo: &Repository, base: Option<&str>) -> Result<Self, Error> {
        let commit = match base {
            Some(base) => git::resolve(repo, base)?,
            None => head(repo)?.ok_or_else(no_commit)?,
        };
        Ok(Self {
            start: Start::Commit(commit),
            from: Some(commit),
            stage: None,
            chosen: format!("from {}", commit.to_hex_with_len(10)),
        })
    }

    /// What the branch adds since a revision.
    fn since(repo: &Repository, base: &str, stage: Option<Stage>) -> Result<Self, Error> {
        let from = git::resolve(repo, base)?;
        let to = head(repo)?.ok_or_else(no_commit)?;
        Ok(Self::commits(Some(from), to, stage))
    }

    fn commits(from: Option<Oid>, to: Oid, stage: Option<Stage>) -> Self {
        let since = from.map_or("the start".to_owned(), |id| id.to_hex_with_len(10).to_string());
        Self {
            start: Start::Commit(to),
            from,
            stage,
            chosen: format!("what stands between {since} and {}", to.to_hex_with_len(10)),
        }
    }

    /// What would be committed now.
    fn index(repo: &Repository, stage: Option<Stage>) -> Result<Self, Error> {
        Ok(Self {
            start: Start::Index,
            from: head(repo)?,
            stage,
            chosen: "what is staged".to_owned(),
        })
    }

    /// What the last verdict was about, as it is now.
    fn verdict(repo: &Repository, last: &Last, stage: Option<Stage>) -> Result<Self, Error> {
        let of = last.stage();
        if stage.is_some() && stage != of {
            return Self::index(repo, stage);
        }
        match of {
            Some(Stage::CommitMsg) => Err(Wrong::new(
                "the last verdict was about a commit message, which no change of files mends",
                "commit again with another message; `pantheon fix --stage pre-commit` looks at what is staged",
            )
            .into()),
            Some(stage @ (Stage::PrePush | Stage::Ci)) => match (last.commits(), head(repo)?) {
                (Some((from, to)), Some(now)) if to == now => Ok(Self::commits(from, to, Some(stage))),
                _ => Self::index(repo, None),
            },
            _ => Self::index(repo, of),
        }
    }
}

fn head(repo: &Repository) -> Result<Option<Oid>, Error> {
    Ok(git::head_commit(repo)?)
}

fn no_commit() -> Error {
    Wrong::new(
        "the repository has no commit to start from",
        "commit something first",
    )
    .into()
}
