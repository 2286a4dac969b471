//! Turns settings into the options of each room.

use super::Error;
use super::commands;
use super::judge::Depth;
use super::load::{self, From, Loaded};
use super::validate::{self, Wish};
use crate::check::{Options, Rule, Run};
use crate::config::{PatternSource, Problem, Settings};
use crate::engine;
use crate::git::Repository;
use crate::model::{Fingerprint, Gate, Oid, PathEntry, PolicySource, Selector, Stage};
use crate::policy::{self, Policy};
use crate::rules;
use crate::rules::pattern::{self, Set};
use bstr::{BStr, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Everything that one gate needs.
pub struct Wired {
    /// The stage.
    pub stage: Stage,
    /// Its gate.
    pub gate: Gate,
    /// The policy.
    pub policy: Policy,
    /// Where the policy came from.
    pub source: PolicySource,
    /// What a person should know about it.
    pub notes: Vec<String>,
    /// The options of each rule.
    pub options: BTreeMap<String, Options>,
    /// What comments in the content may do.
    pub suppressions: engine::Suppressions,
    /// The path of the baseline, from the root of the repository.
    pub baseline_file: String,
    /// The largest file that is searched, in bytes.
    pub max_file_bytes: u64,
    /// How many findings a person is shown.
    pub max_findings: usize,
    /// The repository's own patterns.
    pub own: Vec<pattern::Source>,
    /// Whether a commit starts a review in the background.
    pub background: bool,
    /// The commands that the gate asks for; `None`: none.
    pub commands: Option<commands::Wish>,
    /// What is needed to ask models; `None`: the gate asks none.
    pub wish: Option<Wish>,
    rules: Vec<&'static Rule>,
    patterns: Set,
    // Made when the first commit is looked at.
    history: OnceLock<Option<Set>>,
    paths: Vec<PathEntry>,
    excludes: BTreeMap<String, Vec<String>>,
    off: BTreeSet<String>,
}

/// Finds the policy that a change is judged by, and wires it for a stage.
///
/// # Errors
/// When the policy, one of the repository's own patterns, or its baseline, cannot be used.
pub fn judging(repo: &Repository, from: &From<'_>, stage: Stage) -> Result<Wired, Error> {
    match wire(repo, load::load(repo, from)?, stage) {
        // A pattern that cannot be used is only found out here, and is as broken a policy as any other.
        Err(Error::Config(problems)) => wire(repo, load::mended(repo, from, problems)?, stage),
        done => done,
    }
}

/// Wires a policy for a stage.
///
/// # Errors
/// When one of the repository's own patterns, or its baseline, cannot be used.
pub fn wire(repo: &Repository, loaded: Loaded, stage: Stage) -> Result<Wired, Error> {
    let Loaded {
        settings,
        source,
        tree,
    } = loaded;
    let gate = settings.gates.get(&stage).cloned().ok_or(Error::NoGate(stage))?;
    let on = |id: &str| is_on(&settings, &gate, id);
    let rules = rules::ALL.iter().copied().filter(|r| on(&r.info.id)).collect();
    let own: Vec<pattern::Source> = settings.patterns.iter().map(own_pattern).collect();
    let patterns = Set::new(&on, &own).map_err(|e| pattern_error(&e, &settings))?;
    let s = settings.suppressions;
    let mut notes = settings.notes.clone();
    let baseline = baseline(repo, &settings, tree, &mut notes)?;
    Ok(Wired {
        stage,
        policy: policy(&settings, &gate, baseline),
        source,
        notes,
        baseline_file: settings.baseline_file.clone(),
        options: options(&settings),
        suppressions: engine::Suppressions {
            inline: s.inline,
            require_reason: s.require_reason,
            foreign: s.foreign,
        },
        max_file_bytes: settings.limits.max_file_bytes,
        max_findings: settings.limits.max_findings,
        own,
        rules,
        patterns,
        history: OnceLock::new(),
        excludes: excludes(&settings),
        background: settings.review.background,
        commands: commands::wish(&settings, &gate)?,
        wish: validate::is_wanted(&gate.checks).then(|| Wish {
            settings: settings.clone(),
            tree,
        }),
        off: settings
            .rules
            .iter()
            .filter(|(_, r)| !r.enabled)
            .map(|(id, _)| id.clone())
            .collect(),
        paths: settings.paths,
        gate,
    })
}

impl Wired {
    /// Returns the structural rules that look at a change.
    #[must_use]
    pub fn rules_at(&self, depth: Depth) -> Vec<&'static Rule> {
        let deep = |r: &&Rule| r.info.history || matches!(r.run, Run::Message(_));
        self.rules
            .iter()
            .copied()
            .filter(|r| depth == Depth::Full || deep(r))
            .collect()
    }

    /// Returns the pattern rules that look at a change.
    #[must_use]
    pub fn patterns_at(&self, depth: Depth) -> &Set {
        let history = match depth {
            Depth::History => self.history.get_or_init(|| self.history()).as_ref(),
            Depth::Full => None,
        };
        history.unwrap_or(&self.patterns)
    }

    /// Returns those that harm by standing in the history; they were read before, so they can be used.
    fn history(&self) -> Option<Set> {
        let deep = history_ids(&self.own);
        let on = |id: &str| self.is_on(id) && deep.iter().any(|d| d == id);
        Set::new(&on, &self.own).ok()
    }

    /// Whether a rule runs.
    #[must_use]
    pub fn is_on(&self, id: &str) -> bool {
        Selector::includes(&self.gate.checks, id) && !self.off.contains(id)
    }

    /// Whether findings of a rule count on a path.
    #[must_use]
    pub fn counts(&self, path: &BStr, id: &str) -> bool {
        if let Some(globs) = self.excludes.get(id)
            && globs.iter().any(|g| fast_glob::glob_match(g, path.as_bytes()))
        {
            return false;
        }
        let Some(entry) = self.entry(path) else {
            return true;
        };
        entry
            .checks
            .iter()
            .rev()
            .find(|s| s.names(id))
            .is_none_or(|s| !s.negated)
    }

    /// Whether a path is not judged at all.
    #[must_use]
    pub fn is_excluded(&self, path: &BStr) -> bool {
        self.entry(path).is_some_and(|entry| entry.exclude)
    }

    fn entry(&self, path: &BStr) -> Option<&PathEntry> {
        PathEntry::first(&self.paths, path)
    }
}

/// Whether a rule runs: the gate asks for it and nothing switches it off.
#[must_use]
pub fn is_on(settings: &Settings, gate: &Gate, id: &str) -> bool {
    settings.rules.get(id).is_none_or(|r| r.enabled) && Selector::includes(&gate.checks, id)
}

fn history_ids(own: &[pattern::Source]) -> Vec<String> {
    let shipped = pattern::infos().filter(|i| i.history).map(|i| i.id.to_string());
    shipped
        .chain(own.iter().filter(|s| s.history).map(|s| s.id.clone()))
        .collect()
}

fn options(settings: &Settings) -> BTreeMap<String, Options> {
    let set = settings.rules.iter().filter(|(_, rule)| !rule.options.is_empty());
    set.map(|(id, rule)| {
        (
            id.clone(),
            Options {
                set: rule.options.clone(),
            },
        )
    })
    .collect()
}

fn excludes(settings: &Settings) -> BTreeMap<String, Vec<String>> {
    let set = settings.rules.iter().filter(|(_, rule)| !rule.exclude.is_empty());
    set.map(|(id, rule)| (id.clone(), rule.exclude.clone())).collect()
}

pub(super) fn own_pattern(source: &PatternSource) -> pattern::Source {
    let s = source.clone();
    pattern::Source {
        id: s.id,
        summary: s.summary,
        why: s.why,
        fix: s.fix,
        severity: Some(s.severity.name().to_owned()),
        test_severity: s.test_severity.map(|severity| severity.name().to_owned()),
        confidence: Some(s.confidence.name().to_owned()),
        history: s.history,
        languages: s.languages,
        paths: s.paths,
        exclude_paths: s.exclude_paths,
        keywords: s.keywords,
        regex: s.regex,
        anchored: s.anchored,
        entropy: (s.entropy > 0.0).then_some(s.entropy as f32),
        random: s.random,
        placeholder: s.placeholder,
        allow: s.allow,
        multi_line: s.multi_line,
        validator: s.validator,
        good: s.good,
        bad: s.bad,
    }
}

/// Places an error of a pattern where the pattern is written.
fn pattern_error(error: &pattern::Error, settings: &Settings) -> Error {
    let written = settings.patterns.iter().find(|p| p.id == error.id);
    match written {
        Some(source) => Problem::at(source.place(error.key), error.to_string()).into(),
        None => Error::Policy(error.id.clone(), error.to_string()),
    }
}

/// Checks the repository's own patterns with their examples.
///
/// # Errors
/// With the first one that cannot be used.
pub fn check_patterns(settings: &Settings) -> Result<(), Error> {
    for source in &settings.patterns {
        pattern::check(&own_pattern(source)).map_err(|e| pattern_error(&e, settings))?;
    }
    Ok(())
}

fn policy(settings: &Settings, gate: &Gate, baseline: BTreeSet<Fingerprint>) -> Policy {
    Policy {
        gate: gate.clone(),
        paths: settings.paths.clone(),
        severities: settings.severities(gate.stage),
        waivers: settings.waivers.clone(),
        baseline,
        digest: settings.digest.clone(),
        today: today(settings),
    }
}

/// Returns the date where something expires; asking for the time zone takes longer than a small commit.
fn today(settings: &Settings) -> String {
    if settings.waivers.is_empty() {
        String::new()
    } else {
        crate::sys::clock::today()
    }
}

/// Returns what the baseline covers. One that cannot be understood covers nothing, and a note says so:
/// nothing passes that should not, and the change that mends it is not stopped for its sake.
fn baseline(
    repo: &Repository,
    settings: &Settings,
    tree: Option<Oid>,
    notes: &mut Vec<String>,
) -> Result<BTreeSet<Fingerprint>, Error> {
    let path = &settings.baseline_file;
    let bytes = match (tree, repo.root()) {
        (Some(tree), _) => load::blob(repo, tree, path)?,
        (None, Ok(root)) => crate::sys::file::read(&root.join(path), 64 << 20).ok(),
        (None, Err(_)) => None,
    };
    match policy::read_baseline(&bytes.unwrap_or_default()) {
        Ok(lines) => Ok(lines.into_iter().map(|line| line.fingerprint).collect()),
        Err(error) => {
            notes.push(format!("the baseline `{path}` covers nothing: {error}"));
            Ok(BTreeSet::new())
        }
    }
}
