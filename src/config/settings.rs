//! What a configuration means, as plain data.

use super::Origin;
use super::commands::CommandSettings;
use super::create::CreateSettings;
use super::models::ModelSettings;
use super::validators::ReviewSettings;
use crate::model::{Choice, Confidence, Gate, Later, PathEntry, Severity, Stage, Waiver};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a configuration means.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The gate of each stage: all of them are there.
    pub gates: BTreeMap<Stage, Gate>,
    /// Severities of single rules that hold at one stage alone.
    pub gate_severities: BTreeMap<Stage, BTreeMap<String, Severity>>,
    /// Another measure for some paths: the first entry that matches counts.
    pub paths: Vec<PathEntry>,
    /// Settings of single rules, by id.
    pub rules: BTreeMap<String, RuleSettings>,
    /// The repository's own rules, not yet compiled.
    pub patterns: Vec<PatternSource>,
    /// Findings that may pass until a day.
    pub waivers: Vec<Waiver>,
    /// Comments in the content that allow a finding.
    pub suppressions: Suppressions,
    /// The path of the baseline, from the root of the repository.
    pub baseline_file: String,
    /// The hook files.
    pub hooks: Hooks,
    /// How much is read and shown.
    pub limits: Limits,
    /// What it says about models.
    pub models: ModelSettings,
    /// What it says about validators.
    pub review: ReviewSettings,
    /// The linters and tests that it runs, by name.
    pub commands: BTreeMap<String, CommandSettings>,
    /// What it says about creators.
    pub create: CreateSettings,
    /// The trees of files that agents work in.
    pub scratch: Scratch,
    /// SHA-256 of everything that has an effect, in hexadecimal digits.
    pub digest: Later<String>,
    /// Things that a person should know, one lowercase line each.
    pub notes: Vec<String>,
    /// Every value, in the order of the table of keys.
    pub effective: Later<Vec<Effective>>,
}

impl Settings {
    /// Returns the severities that the configuration sets at a stage, by rule id.
    #[must_use]
    pub fn severities(&self, stage: Stage) -> BTreeMap<String, Severity> {
        let of_rules = self
            .rules
            .iter()
            .filter_map(|(id, rule)| Some((id.clone(), rule.severity?)));
        let mut all: BTreeMap<String, Severity> = of_rules.collect();
        all.extend(self.gate_severities.get(&stage).cloned().unwrap_or_default());
        all
    }
}

/// The trees of files that agents work in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scratch {
    /// Untracked files to copy, in the words of `.gitignore`.
    pub seed: Vec<String>,
    /// Those that may be copied although they look like secrets.
    pub secrets: Vec<String>,
    /// The files and directories to write out; none: all.
    pub sparse: Vec<String>,
    /// The most bytes that the runs of one repository may take.
    pub quota: u64,
    /// How long a finished run is kept.
    pub keep: Duration,
}

/// A value as it counts, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The key, such as `gates.pre-commit.block`.
    pub key: String,
    /// The value as TOML.
    pub value: String,
    /// Where it is written.
    pub origin: Origin,
}

/// Settings of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSettings {
    /// How bad a finding is, if not as the rule says.
    pub severity: Option<Severity>,
    /// Whether the rule runs.
    pub enabled: bool,
    /// Patterns of paths on which it does not look.
    pub exclude: Vec<String>,
    /// The rule's own options.
    pub options: BTreeMap<String, Choice>,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            severity: None,
            enabled: true,
            exclude: Vec::new(),
            options: BTreeMap::new(),
        }
    }
}

/// A rule of the repository's own, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternSource {
    /// The id, `category/name`.
    pub id: String,
    /// What it finds.
    pub summary: String,
    /// Why that matters.
    pub why: String,
    /// What to do about a finding.
    pub fix: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// How bad a finding is in tests, where it is another matter.
    pub test_severity: Option<Severity>,
    /// How likely a finding is.
    pub confidence: Confidence,
    /// Whether every pushed commit is searched.
    pub history: bool,
    /// The languages it is for; none: all.
    pub languages: Vec<String>,
    /// The paths it is for; none: all.
    pub paths: Vec<String>,
    /// The paths it is not for.
    pub exclude_paths: Vec<String>,
    /// Words of which one must be there.
    pub keywords: Vec<String>,
    /// The expression.
    pub regex: String,
    /// Whether a match begins at a keyword.
    pub anchored: bool,
    /// The least entropy of a match, in bits per character.
    pub entropy: f64,
    /// Whether a match must look like chance.
    pub random: bool,
    /// Whether matches that are plainly made up do not count.
    pub placeholder: bool,
    /// Expressions that a match must not match.
    pub allow: Vec<String>,
    /// Whether a match may reach over several lines.
    pub multi_line: bool,
    /// A shipped test that a match must pass.
    pub validator: Option<String>,
    /// Texts in which nothing may be found.
    pub good: Vec<String>,
    /// Texts in which it must be found.
    pub bad: Vec<String>,
    /// Where the pattern begins.
    pub origin: Origin,
    /// Where the value of each key stands.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl PatternSource {
    /// Returns the place of a key's value, or of the pattern if the key is not there.
    #[must_use]
    pub fn place(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&self.origin)
    }
}

/// Comments in the content that allow a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppressions {
    /// Whether a comment can allow a finding.
    pub inline: bool,
    /// Whether it must say why.
    pub require_reason: bool,
    /// Whether the comments of other scanners count.
    pub foreign: bool,
}

/// The hook files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hooks {
    /// What a hook does when the program is not found.
    pub on_missing: OnMissing,
}

/// What a hook does when the program is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnMissing {
    /// It stops git.
    Block,
    /// It lets git go on with a warning.
    Warn,
}

/// How much is read and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file that is searched, in bytes.
    pub max_file_bytes: u64,
    /// How many findings a person is shown.
    pub max_findings: usize,
}
