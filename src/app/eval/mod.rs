//! Replays answers of models over cases, and says how often what is left of them is right.
//!
//! ```text
//! case        a change, what must be found in it and what must not (trees: the change; facts: what is known)
//! answers     what models answered (recorded: as if they did so now; live: now, and kept)
//! play        one case through the review (tape: what was answered)
//! label       what the case says of a finding (figures: precision, recall, drops, cost)
//! version     one version of prompts beside another
//! ```
//!
//! The review is the one that judges a change: nothing is sifted here. Nothing leaves the machine unless
//! models are to be asked.

mod answers;
mod case;
mod facts;
mod figures;
mod files;
mod label;
mod live;
mod play;
mod recorded;
mod tape;
mod trees;
mod validators;
mod version;
mod wrong;

#[cfg(test)]
mod tests;

pub use figures::{Figures, Sides, Tally};
pub use label::{Judged, Label};
pub use wrong::Wrong;

use super::Error;
use crate::config::Settings;
use crate::validators::spec::Spec;
use answers::{Answers, FALSIFIER};
use case::Case;
use facts::Secrets;
use play::{Play, Played};
use recorded::Recorded;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use version::Version;

/// Where cases are looked for if none is named.
pub const CASES: &str = "fixtures/eval";

/// What to replay.
#[derive(Debug, Default)]
pub struct Options {
    /// Cases, or directories of cases.
    pub cases: Vec<PathBuf>,
    /// The validators; none: all.
    pub validators: Vec<String>,
    /// Whether an answer that does not fit its question is an error.
    pub strict: bool,
    /// Whether what models answer now is kept.
    pub record: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The figures.
    pub figures: Figures,
    /// The cases.
    pub cases: Vec<CaseResult>,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

/// What came of one case.
#[derive(Debug)]
pub struct CaseResult {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// What must be found and was not: where, and why it must.
    pub missed: Vec<(String, String)>,
    /// What is left of the claims.
    pub candidates: Vec<Judged>,
}

/// Two versions of prompts side by side, over the answers that were recorded under both.
#[derive(Debug)]
pub struct Comparison {
    /// What the user called each.
    pub names: [String; 2],
    /// What came of each.
    pub sides: [Evaluation; 2],
    /// How many answers only one of them has; they are left out.
    pub left_out: usize,
}

/// Replays cases by their recorded answers.
///
/// # Errors
/// When a case or an answer cannot be used.
pub fn replay(options: &Options) -> Result<Evaluation, Error> {
    Ok(Replay::begin(options)?.all()?)
}

/// Asks the models of a policy about cases, and keeps what they answer if that is wanted.
///
/// # Errors
/// When a case cannot be used, or no model can be asked.
pub fn ask(options: &Options, settings: &Settings) -> Result<Evaluation, Error> {
    let replay = Replay::begin(options)?;
    Ok(replay.live(&live::open(settings)?, &Version::default())?)
}

/// Compares two versions of prompts by their recorded answers.
///
/// # Errors
/// When a case, an answer or a prompt cannot be used, or nothing was recorded under both.
pub fn compare(options: &Options, versions: [&str; 2]) -> Result<Comparison, Error> {
    let versions = [Version::read(versions[0])?, Version::read(versions[1])?];
    Ok(Replay::begin(options)?.compare(versions)?)
}

/// Cases with their answers.
struct Replay<'a> {
    options: &'a Options,
    cases: Vec<(Case, Vec<Answers>)>,
    secrets: Secrets,
}

impl<'a> Replay<'a> {
    fn begin(options: &'a Options) -> Result<Self, Wrong> {
        for name in &options.validators {
            known(name)?;
        }
        let mut cases = Vec::new();
        for dir in dirs(&options.cases)? {
            let case = Case::read(&dir)?;
            let answers = answers::read(&case)?;
            cases.push((case, answers));
        }
        let unusable = || {
            Wrong::new(
                Path::new(CASES),
                "the rules for secrets cannot be used",
                "report it",
            )
        };
        Ok(Self {
            options,
            cases,
            secrets: Secrets::new().ok_or_else(unusable)?,
        })
    }

    fn all(&self) -> Result<Evaluation, Wrong> {
        let version = Version::default();
        let mut played = Vec::new();
        for (case, answers) in self.asked() {
            let chosen = answers::chosen(answers, &|_| None);
            played.push(self.replay(played.len(), case, chosen, &version)?);
        }
        Ok(evaluation(played))
    }

    fn live(&self, live: &live::Live, version: &Version) -> Result<Evaluation, Wrong> {
        let (mut played, mut written) = (Vec::new(), Vec::new());
        for (case, _) in self.asked() {
            let agents = |_: &str| live.agents.clone();
            let case_played = play::play(&Play {
                number: played.len(),
                case,
                specs: &self.specs(case, version, &agents),
                asker: live.asker.as_ref(),
                falsifier: live.falsifier.clone(),
                secrets: &self.secrets,
                parallel: live.parallel,
            })?;
            if self.options.record {
                written.extend(live::record(case, &case_played.taped, version)?);
            }
            played.push(case_played);
        }
        let mut evaluation = evaluation(played);
        evaluation.written = written;
        Ok(evaluation)
    }

    fn compare(&self, versions: [Version; 2]) -> Result<Comparison, Wrong> {
        let (mut sides, mut left_out) = ([Vec::new(), Vec::new()], 0);
        for (case, answers) in self.asked() {
            let [one, other] = [&versions[0], &versions[1]].map(|version| under(answers, version));
            let both = [shared(&one, &other), shared(&other, &one)];
            left_out += one.len() + other.len() - both[0].len() - both[1].len();
            if both[0].iter().all(|answers| answers.validator == FALSIFIER) {
                continue;
            }
            for ((side, chosen), version) in sides.iter_mut().zip(both).zip(&versions) {
                side.push(self.replay(side.len(), case, chosen, version)?);
            }
        }
        if sides[0].is_empty() {
            let what = format!(
                "nothing was recorded under both `{}` and `{}`",
                versions[0].name, versions[1].name
            );
            let hint = "an answer under a version is `answers/<model>/<validator>@<version>.json`";
            return Err(Wrong::new(&self.place(), what, hint));
        }
        let [one, other] = sides;
        Ok(Comparison {
            names: versions.map(|version| version.name),
            sides: [evaluation(one), evaluation(other)],
            left_out,
        })
    }

    fn place(&self) -> PathBuf {
        self.options
            .cases
            .first()
            .cloned()
            .unwrap_or_else(|| CASES.into())
    }

    /// The cases that ask one of the validators.
    fn asked(&self) -> impl Iterator<Item = (&Case, &Vec<Answers>)> {
        let is_asked =
            |(case, _): &&(Case, Vec<Answers>)| case.validators.iter().any(|name| self.is_asked(name));
        self.cases
            .iter()
            .filter(is_asked)
            .map(|(case, answers)| (case, answers))
    }

    fn is_asked(&self, name: &str) -> bool {
        let only = &self.options.validators;
        only.is_empty() || only.iter().any(|wanted| wanted == name)
    }

    fn specs(&self, case: &Case, version: &Version, agents: &dyn Fn(&str) -> Vec<String>) -> Vec<Spec> {
        let asked = case.validators.iter().filter(|name| self.is_asked(name));
        let spec = |name: &String| {
            // Without agents routing would choose one, and nothing was recorded of it.
            let agents = Some(agents(name)).filter(|agents| !agents.is_empty())?;
            validators::spec(name, version.prompt(name), &agents)
        };
        asked.filter_map(spec).collect()
    }

    fn replay(
        &self,
        number: usize,
        case: &Case,
        chosen: Vec<&Answers>,
        version: &Version,
    ) -> Result<Played, Wrong> {
        let agents = |name: &str| {
            let of = chosen.iter().filter(|answers| answers.validator == name);
            of.map(|answers| answers.agent.clone()).collect()
        };
        let specs = self.specs(case, version, &agents);
        if specs.is_empty() {
            let hint = "record answers with `--record`, or write them: `docs/eval.md` says how";
            return Err(Wrong::new(
                &case.dir.join("answers"),
                "there are no answers",
                hint,
            ));
        }
        let has_falsifier = chosen.iter().any(|answers| answers.validator == FALSIFIER);
        let recorded = Recorded::new(chosen);
        let mut played = play::play(&Play {
            number,
            case,
            specs: &specs,
            asker: &recorded,
            falsifier: has_falsifier.then(String::new),
            secrets: &self.secrets,
            parallel: 1,
        })?;
        played.unfit = recorded.unfit();
        match played.unfit.first().filter(|_| self.options.strict) {
            Some(unfit) => Err(unfit.wrong.clone()),
            None => Ok(played),
        }
    }
}

/// Returns the answers under a version: those of validators that it has a label for.
fn under<'a>(answers: &'a [Answers], version: &Version) -> Vec<&'a Answers> {
    let mut chosen = answers::chosen(answers, &|validator| version.label(validator));
    chosen.retain(|answers| version.label(&answers.validator).is_some() || answers.validator == FALSIFIER);
    chosen
}

/// Returns those whose validator and model answered under the other version, too.
fn shared<'a>(one: &[&'a Answers], other: &[&Answers]) -> Vec<&'a Answers> {
    let key = |answers: &Answers| (answers.validator.clone(), answers.agent.clone());
    let others: BTreeSet<_> = other.iter().map(|answers| key(answers)).collect();
    one.iter()
        .filter(|answers| others.contains(&key(answers)))
        .copied()
        .collect()
}

fn known(name: &str) -> Result<(), Wrong> {
    if validators::is_known(name) {
        return Ok(());
    }
    let all: Vec<String> = validators::names().map(|name| format!("`{name}`")).collect();
    let hint = crate::config::nearest(name, validators::names());
    let hint = hint.unwrap_or_else(|| format!("it is one of {}", all.join(", ")));
    Err(Wrong::new(
        Path::new("--validator"),
        format!("there is no validator `{name}`"),
        hint,
    ))
}

/// Lists the directories of cases, each once.
fn dirs(named: &[PathBuf]) -> Result<Vec<PathBuf>, Wrong> {
    let mut found = Vec::new();
    for dir in named {
        if files::is_there(&dir.join(case::FILE)) {
            found.push(dir.clone());
            continue;
        }
        let before = found.len();
        let inside = files::dirs(dir)?;
        found.extend(
            inside
                .into_iter()
                .filter(|dir| files::is_there(&dir.join(case::FILE))),
        );
        if found.len() == before {
            let hint = format!(
                "name directories that have a `{}`, or stand above some",
                case::FILE
            );
            return Err(Wrong::new(dir, "there is no case", hint));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|dir| seen.insert(dir.clone()));
    Ok(found)
}

fn evaluation(played: Vec<Played>) -> Evaluation {
    let figures = figures::of(&played);
    let mut notes = Vec::new();
    for case in &played {
        notes.extend(case.unfit.iter().map(|unfit| unfit.wrong.to_string()));
        for taped in case.taped.iter().filter(|taped| !taped.model.is_empty()) {
            if let Some(why) = &taped.why {
                notes.push(format!(
                    "{}: `{}` of {}: {why}",
                    case.name, taped.task, taped.model
                ));
            }
        }
    }
    Evaluation {
        figures,
        cases: played.into_iter().map(result).collect(),
        notes,
        written: Vec::new(),
    }
}

fn result(played: Played) -> CaseResult {
    let missed = played.must_find.into_iter().filter(|must| !must.is_found);
    CaseResult {
        name: played.name,
        title: played.title,
        missed: missed.map(|must| (must.place, must.why)).collect(),
        candidates: played.candidates,
    }
}
