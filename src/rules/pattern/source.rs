//! A pattern rule as somebody wrote it, and whether it can be used. Shared with the build script,
//! so it knows nothing of the rest of the crate.

use regex_automata::{meta, util::syntax};
use serde::Deserialize;

/// A pattern rule as written: one `[[pattern]]` table.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// `family/name`, in lowercase words with dashes.
    pub id: String,
    /// What it finds, in a few lowercase words.
    pub summary: String,
    /// Why that matters.
    #[serde(default)]
    pub why: String,
    /// What to do about a finding.
    #[serde(default)]
    pub fix: String,
    /// The name of a severity.
    #[serde(default)]
    pub severity: Option<String>,
    /// The severity in tests, fixtures and examples, where it is another one.
    #[serde(default)]
    pub test_severity: Option<String>,
    /// The name of a confidence.
    #[serde(default)]
    pub confidence: Option<String>,
    /// Whether each pushed commit is searched.
    #[serde(default)]
    pub history: bool,
    /// The languages it is about; empty: all.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The paths it is about, as globs; empty: all.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The paths it is not about, as globs.
    #[serde(default)]
    pub exclude_paths: Vec<String>,
    /// One of these must stand in the text, in whatever case; each has 3 bytes or more.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The expression. What it captures is the group `secret`, or the first group, or all of it.
    pub regex: String,
    /// Whether a match begins exactly at a keyword, which is searched for much faster.
    #[serde(default)]
    pub anchored: bool,
    /// Whether a match may reach over many lines.
    #[serde(default)]
    pub multi_line: bool,
    /// The least entropy of what is captured, in bits per byte.
    #[serde(default)]
    pub entropy: Option<f32>,
    /// Whether what is captured must look like chance rather than words.
    #[serde(default)]
    pub random: bool,
    /// Whether captured placeholders and references are dropped.
    #[serde(default)]
    pub placeholder: bool,
    /// Expressions: a finding is dropped if one matches its line or what it captured.
    #[serde(default)]
    pub allow: Vec<String>,
    /// The name of a structural check.
    #[serde(default)]
    pub validator: Option<String>,
    /// Texts in which it must find nothing.
    #[serde(default)]
    pub good: Vec<String>,
    /// Texts in which it must find something.
    #[serde(default)]
    pub bad: Vec<String>,
}

/// Why a pattern rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key that is wrong.
    pub key: &'static str,
    /// What is wrong, in lowercase words.
    pub text: String,
}

const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];
const CONFIDENCES: [&str; 3] = ["low", "medium", "high"];

/// The structural checks that a rule may name.
pub const VALIDATORS: [&str; 6] = ["pem", "jwt", "github", "nkey", "url", "basic"];

impl Source {
    /// Checks everything but the examples.
    ///
    /// # Errors
    /// The first problem, with the key it is about.
    pub fn check(&self) -> Result<(), Problem> {
        check_id(&self.id)?;
        one_of("severity", self.severity.as_deref(), &SEVERITIES)?;
        one_of("test-severity", self.test_severity.as_deref(), &SEVERITIES)?;
        one_of("confidence", self.confidence.as_deref(), &CONFIDENCES)?;
        one_of("validator", self.validator.as_deref(), &VALIDATORS)?;
        check_keywords(&self.keywords)?;
        check_expression("regex", &self.regex)?;
        for allow in &self.allow {
            check_expression("allow", allow)?;
        }
        check_entropy(self.entropy)
    }
}

/// Compiles an expression over bytes; `small` leaves out the engines that only pay on long input.
///
/// # Errors
/// What is wrong with the expression and where, on one line.
pub fn compile(expression: &str, small: bool) -> Result<meta::Regex, String> {
    let config = meta::Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(4 << 20))
        .hybrid(!small)
        .onepass(false)
        .dfa(false);
    meta::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().unicode(false).utf8(false).multi_line(true))
        .build(expression)
        .map_err(|error| describe(expression, &error))
}

fn describe(expression: &str, error: &meta::BuildError) -> String {
    let Some(syntax) = error.syntax_error() else {
        let too_large = error.size_limit().is_some();
        return if too_large {
            "the expression is too large".to_owned()
        } else {
            error.to_string()
        };
    };
    let text = syntax.to_string();
    let last = text.lines().last().unwrap_or_default();
    let what = last.strip_prefix("error: ").unwrap_or(last).to_owned();
    match position(&text, expression) {
        Some(at) => format!("{what}, at character {at}"),
        None => what,
    }
}

/// Finds the column in the drawing that the parser makes of a one-line expression.
fn position(drawing: &str, expression: &str) -> Option<usize> {
    let mut lines = drawing.lines().skip_while(|line| line.trim_start() != expression);
    let indent = lines.next()?.find(expression)?;
    Some(lines.next()?.find('^')? + 1 - indent)
}

fn check_id(id: &str) -> Result<(), Problem> {
    let word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let good = id
        .split_once('/')
        .is_some_and(|(family, name)| word(family) && word(name));
    problem_unless(good, "id", || {
        format!("`{id}` is not `family/name` in lowercase words with dashes")
    })
}

fn one_of(key: &'static str, given: Option<&str>, names: &[&str]) -> Result<(), Problem> {
    let good = given.is_none_or(|name| names.contains(&name));
    problem_unless(good, key, || {
        format!(
            "`{}` is not one of {}",
            given.unwrap_or_default(),
            names.join(", ")
        )
    })
}

fn check_keywords(keywords: &[String]) -> Result<(), Problem> {
    problem_unless(!keywords.is_empty(), "keywords", || "there is none".to_owned())?;
    for word in keywords {
        let good = word.len() >= 3 && !word.bytes().any(|b| b.is_ascii_uppercase());
        problem_unless(good, "keywords", || {
            format!("`{word}` has fewer than 3 bytes or an uppercase letter")
        })?;
    }
    Ok(())
}

fn check_expression(key: &'static str, expression: &str) -> Result<(), Problem> {
    match compile(expression, true) {
        Ok(regex) => problem_unless(!regex.is_match(""), key, || {
            format!("`{expression}` matches the empty text")
        }),
        Err(text) => Err(Problem { key, text }),
    }
}

fn check_entropy(entropy: Option<f32>) -> Result<(), Problem> {
    let good = entropy.is_none_or(|bits| (0.0..=8.0).contains(&bits));
    problem_unless(good, "entropy", || "must lie between 0 and 8 bits".to_owned())
}

fn problem_unless(good: bool, key: &'static str, text: impl FnOnce() -> String) -> Result<(), Problem> {
    if good {
        return Ok(());
    }
    Err(Problem { key, text: text() })
}
