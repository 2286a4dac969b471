//! Says on the forge what was judged: finds out from the environment which forge, which pull request and which
//! commit, and as whom. One file for each forge, one row each in `ALL`.

mod bitbucket;
mod github;
mod gitlab;
#[cfg(test)]
mod tests;

pub use super::ci::Wrong;
pub use crate::forge::{Kind, Outcome, Posted, Target};

use super::ci::{self, Files, Vars};
use crate::forge::{self, Forge, Subject, is_safe};
use crate::model::{Oid, Report};
use crate::sys::env;
use crate::sys::secret::KeySource;
use crate::sys::signal::Interrupt;
use std::time::Duration;

/// What the environment of a system says about the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where the API is.
    pub api: String,
    /// The repository.
    pub repo: String,
    /// The pull request, if one is built.
    pub pull: Option<u64>,
    /// Where it comes from, as `owner:branch`, if its number is not known.
    pub branch: Option<String>,
    /// The commit that the change ends in: what its author has made.
    pub head: Option<Oid>,
    /// Whether the change comes from a fork.
    pub is_fork: bool,
    /// The name that the token of a run writes under, as nobody else can.
    pub bot: Option<&'static str>,
    /// Where the run can be looked at.
    pub url: Option<String>,
}

/// How a system is asked.
struct Row {
    /// Its word.
    name: &'static str,
    forge: Forge,
    /// The variables that may hold a token; the first one that is set counts.
    tokens: &'static [&'static str],
    place: fn(&Vars, Files<'_>) -> Result<Place, Wrong>,
}

/// All systems that belong to a forge. A token of the user's goes before that of the run.
#[rustfmt::skip]
const ALL: &[Row] = &[
    Row { name: "forgejo",   forge: Forge::Forgejo,   tokens: &["PANTHEON_FORGE_TOKEN", "FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"], place: github::place },
    Row { name: "github",    forge: Forge::Github,    tokens: &["PANTHEON_FORGE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"], place: github::place },
    Row { name: "gitlab",    forge: Forge::Gitlab,    tokens: &["PANTHEON_FORGE_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"], place: gitlab::place },
    Row { name: "bitbucket", forge: Forge::Bitbucket, tokens: &["PANTHEON_FORGE_TOKEN", "BITBUCKET_TOKEN"], place: bitbucket::place },
];

/// Variables that may name a file with certificate authorities: the user's own, and that of GitLab's runner.
const AUTHORITIES: [&str; 2] = ["PANTHEON_FORGE_CA", "CI_SERVER_TLS_CA_FILE"];

/// Asks the environment where to post. With `head`, it must be about that commit.
///
/// # Errors
/// When it cannot be told, or there is no token.
pub fn target_here(head: Option<Oid>) -> Result<Target, Wrong> {
    let vars = Vars::new(env::all());
    let Some(system) = ci::here() else {
        return Err(Wrong::new(
            "no CI system that is known is found in the environment, and so no forge",
            "post from a job of GitHub, GitLab, Forgejo or Bitbucket",
        ));
    };
    let row = ALL.iter().find(|row| row.name == system.name).ok_or_else(|| {
        Wrong::new(
            format!("{} does not say which forge it builds for", system.title),
            "post from a job of GitHub, GitLab, Forgejo or Bitbucket",
        )
    })?;
    let place = (row.place)(&vars, &ci::read)?;
    target(row, place, head)
}

fn target(row: &Row, place: Place, expected: Option<Oid>) -> Result<Target, Wrong> {
    let head = head(place.head, expected)?;
    check(&place)?;
    let (token_name, token) = row
        .tokens
        .iter()
        .find_map(|name| {
            let key = KeySource::Env((*name).to_owned()).read(Duration::ZERO).ok()?;
            Some((*name, key))
        })
        .ok_or_else(|| {
            let names: Vec<String> = row.tokens.iter().map(|name| format!("`{name}`")).collect();
            Wrong::new(
                format!("there is no token for {}", row.forge.title()),
                format!("give the step one of {}", names.join(", ")),
            )
        })?;
    Ok(Target {
        forge: row.forge,
        api: place.api.trim_end_matches('/').to_owned(),
        repo: place.repo,
        pull: place.pull,
        branch: place.branch,
        head,
        is_fork: place.is_fork,
        token,
        token_name,
        bot: place.bot.filter(|_| token_name == "GITHUB_TOKEN"),
        authorities: AUTHORITIES.into_iter().find_map(env::path),
        url: place.url,
        within: forge::LONGEST,
    })
}

fn head(said: Option<Oid>, expected: Option<Oid>) -> Result<Oid, Wrong> {
    match (said, expected) {
        (Some(said), Some(expected)) if said != expected => Err(Wrong::new(
            format!("the run is about the commit {said}, and the report about {expected}"),
            "judge what the run is about",
        )),
        (Some(head), _) | (None, Some(head)) => Ok(head),
        (None, None) => Err(Wrong::new(
            "the event does not say which commit it is about",
            "name it with `--head`",
        )),
    }
}

fn check(place: &Place) -> Result<(), Wrong> {
    if !is_safe(&place.api) {
        return Err(Wrong::new(
            "the address of the forge's api is neither `https://` nor this machine",
            "a token goes nowhere else",
        ));
    }
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(is_plain)
    };
    if !place.repo.split('/').all(is_part) {
        return Err(Wrong::new(
            "the name of the repository is none that a forge has",
            "this comes from the variables of the CI system",
        ));
    }
    Ok(())
}

/// Says on the forge what was judged. What was posted, and what not and why, is the answer: no error of a forge is
/// one of the verdict.
#[must_use]
pub fn post(report: &Report, target: &Target, kinds: &[Kind]) -> Posted {
    forge::post(&Subject::Report(report), target, kinds, &Interrupt::listen())
}

/// Says on the forge that nothing could be judged, and why.
#[must_use]
pub fn post_error(why: &str, target: &Target, kinds: &[Kind]) -> Posted {
    forge::post(&Subject::Error(why), target, kinds, &Interrupt::listen())
}
