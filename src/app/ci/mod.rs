//! `ci`: judges what a CI system builds. One file for each system, one row each in [`ALL`].
//!
//! A system is asked through its variables and its event alone; what they say is only looked up in the
//! repository, never run and never an option of git.

mod azure;
mod bitbucket;
pub(in crate::app) mod both;
mod buildkite;
mod circleci;
mod commits;
mod drone;
mod forgejo;
mod found;
mod github;
mod gitlab;
mod jenkins;
mod judge;
mod resolve;
mod second;
mod teamcity;
#[cfg(test)]
mod tests;
mod travis;
mod trust;
mod vars;
mod woodpecker;

pub use found::{Decision, Found, Wrong};
pub use judge::{Came, INCOMPLETE, run};
pub use second::second;
pub use vars::Vars;

use super::Error;
use crate::model::{Shard, Stage, visible};
use crate::sys::{env, file};
use found::{Between, Spec};
use resolve::{Pair, Place, short};
use std::path::{Path, PathBuf};

/// The largest event, in bytes: the largest that GitHub sends.
const LARGEST: u64 = 25 << 20;

/// Reads a file that a variable names.
pub type Files<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, Wrong>;

/// A CI system.
pub struct Row {
    /// Its word.
    pub name: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Whether `::stop-commands::` makes its log deaf.
    pub stops_commands: bool,
    /// The setting that clones all of the history.
    pub whole: &'static str,
    /// Whether this is the system.
    is_here: fn(&Vars) -> bool,
    /// Decides by what the system says.
    decide: fn(&Vars, Files<'_>) -> Result<Decision, Wrong>,
}

/// All systems that are known; the first that says it is here is believed. Forgejo says it is GitHub too.
#[rustfmt::skip]
pub const ALL: &[Row] = &[
    Row { name: "forgejo",    title: "Forgejo or Gitea Actions", stops_commands: true,  is_here: forgejo::is_here,    decide: forgejo::decide,    whole: "`fetch-depth: 0` at `actions/checkout`" },
    Row { name: "github",     title: "GitHub Actions",           stops_commands: true,  is_here: github::is_here,     decide: github::decide,     whole: "`fetch-depth: 0` at `actions/checkout`" },
    Row { name: "gitlab",     title: "GitLab CI",                stops_commands: false, is_here: gitlab::is_here,     decide: gitlab::decide,     whole: "`GIT_DEPTH: \"0\"` among the `variables` of the job" },
    Row { name: "woodpecker", title: "Woodpecker",               stops_commands: false, is_here: woodpecker::is_here, decide: woodpecker::decide, whole: "`partial: false` and `depth: 0` among the `settings` of the clone step" },
    Row { name: "drone",      title: "Drone",                    stops_commands: false, is_here: drone::is_here,      decide: drone::decide,      whole: "`depth: 0` at `clone`" },
    Row { name: "buildkite",  title: "Buildkite",                stops_commands: false, is_here: buildkite::is_here,  decide: buildkite::decide,  whole: "no `--depth` in `BUILDKITE_GIT_CLONE_FLAGS`" },
    Row { name: "circleci",   title: "CircleCI",                 stops_commands: false, is_here: circleci::is_here,   decide: circleci::decide,   whole: "`method: full` at `checkout`" },
    Row { name: "azure",      title: "Azure Pipelines",          stops_commands: false, is_here: azure::is_here,      decide: azure::decide,      whole: "`fetchDepth: 0` at `checkout: self`" },
    Row { name: "bitbucket",  title: "Bitbucket Pipelines",      stops_commands: false, is_here: bitbucket::is_here,  decide: bitbucket::decide,  whole: "`depth: full` at `clone`" },
    Row { name: "travis",     title: "Travis CI",                stops_commands: false, is_here: travis::is_here,     decide: travis::decide,     whole: "`depth: false` at `git`" },
    Row { name: "teamcity",   title: "TeamCity",                 stops_commands: false, is_here: teamcity::is_here,   decide: teamcity::decide,   whole: "no shallow clone among the settings of the VCS root" },
    Row { name: "jenkins",    title: "Jenkins",                  stops_commands: false, is_here: jenkins::is_here,    decide: jenkins::decide,    whole: "`shallow: false` at `CloneOption`, and no narrow refspec" },
];

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the change starts from, instead of what the system says.
    pub base: Option<String>,
    /// What the change ends in, instead of what the system says.
    pub head: Option<String>,
    /// The stage whose gate judges.
    pub stage: Stage,
    /// A policy file to use instead of the one of the base.
    pub policy: Option<PathBuf>,
    /// The share that is judged; `None`: all of it.
    pub shard: Option<Shard>,
    /// Whether nothing may be asked of the remote.
    pub is_offline: bool,
    /// How many commits of the change are looked at by themselves, the newest first; `None`: as many as is wise.
    pub commits: Option<usize>,
    /// Assignments to keys of the policy.
    pub set: Vec<String>,
}

/// What is known before anything is judged.
pub struct Asked {
    /// The system; `None`: none that is known.
    pub row: Option<&'static Row>,
    vars: Vars,
    decision: Decision,
}

/// Returns the system that this process runs in.
#[must_use]
pub fn here() -> Option<&'static Row> {
    detect(&Vars::new(env::all()))
}

fn detect(vars: &Vars) -> Option<&'static Row> {
    ALL.iter().find(|row| (row.is_here)(vars))
}

/// Asks the environment what to judge.
///
/// # Errors
/// When it cannot be told.
pub fn ask(request: &Request) -> Result<Asked, Error> {
    let vars = Vars::new(env::all());
    let row = detect(&vars);
    let decision = decide(row, &vars, request, &read)?;
    Ok(Asked { row, vars, decision })
}

fn decide(row: Option<&Row>, vars: &Vars, request: &Request, files: Files<'_>) -> Result<Decision, Wrong> {
    let named = |name: &Option<String>| name.clone().map(Spec::Named);
    let head = named(&request.head);
    if let Some(base) = named(&request.base) {
        let head = head.unwrap_or(Spec::Head);
        return Ok(Decision::Judge(Found::since(
            "none",
            base,
            head,
            "the command line says so",
        )));
    }
    let Some(row) = row else {
        return Err(Wrong::new(
            "no CI system that is known is found in the environment",
            "name the base with `--base`, such as `--base main`",
        ));
    };
    let mut decision = (row.decide)(vars, files)?;
    if let (Decision::Judge(found), Some(head)) = (&mut decision, head) {
        // What the system has merged, or was before, is about another head.
        (found.head, found.merge, found.between) = (head, None, Between::MergeBase);
    }
    Ok(decision)
}

/// Reads a file of the system's: bounded, and nothing that may never end.
pub(super) fn read(path: &str) -> Result<Vec<u8>, Wrong> {
    let hint = "name base and head with `--base` and `--head`";
    let wrong = |e: std::io::Error| Wrong::new(format!("`{}` cannot be read: {e}", visible(path)), hint);
    if !Path::new(path).is_file() {
        return Err(Wrong::new(format!("`{}` is not a file", visible(path)), hint));
    }
    file::read(Path::new(path), LARGEST).map_err(wrong)
}

impl Asked {
    /// Returns the name of the system.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.row.map_or("no CI system that is known", |row| row.title)
    }

    /// Says what the environment says, one line each.
    #[must_use]
    pub fn explained(&self) -> String {
        let title = self.title();
        let said = match &self.decision {
            Decision::Nothing { event, why } => {
                format!("system: {title}\nevent: {}\nwhy: {why}\n", visible(event))
            }
            Decision::Judge(found) => format!(
                "system: {title}\nevent: {}\nbase: {}\nhead: {}\nwhy: {}\n",
                vars::shown(&found.event),
                found.base,
                found.head,
                found.why
            ),
        };
        let used = self.vars.used();
        let lines = used
            .iter()
            .map(|(name, value)| format!("variable: {name}={value}\n"));
        said + &lines.collect::<String>()
    }

    /// Says which commits are meant, one line each; nothing where there is nothing to judge.
    ///
    /// # Errors
    /// When they cannot be had.
    pub fn resolved(&self, dir: &Path, request: &Request) -> Result<String, Error> {
        let Decision::Judge(found) = &self.decision else {
            return Ok(String::new());
        };
        let (_, pair) = self.pair(dir, request, found)?;
        let from = pair.from.map_or("nothing".to_owned(), |id| id.to_string());
        let notes: String = pair.notes.iter().map(|note| format!("note: {note}\n")).collect();
        Ok(format!(
            "from: {from}\nto: {}\nhow: {}\n{notes}",
            pair.to, pair.how
        ))
    }

    fn pair<'a>(&self, dir: &'a Path, request: &Request, found: &Found) -> Result<(Place<'a>, Pair), Error> {
        let whole = self.row.map_or("", |row| row.whole);
        let mut place = Place::open(dir, request.is_offline, whole)?;
        let pair = place.pair(found)?;
        Ok((place, pair))
    }

    /// Says in one line what is judged and why.
    fn chosen(&self, found: &Found, pair: &Pair) -> String {
        let from = pair.from.map_or("nothing".to_owned(), short);
        let event = match found.event.as_str() {
            "none" => String::new(),
            event => format!("{}, {}: ", self.title(), visible(event)),
        };
        format!("{event}{from}..{}, {}", short(pair.to), pair.how)
    }
}
