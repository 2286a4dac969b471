//! The validators there are, for commands that explain them.

use crate::config::{Settings, ValidatorSettings};
use crate::model::{Selector, Stage};
use crate::validators::claim::Kind;
use crate::validators::shipped::{self, Shipped};
use crate::validators::sift::Family;

/// What there is to say of a validator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validator {
    /// Its name: the part of its id behind `validators/`.
    pub name: String,
    /// What it looks for, in a few lowercase words.
    pub summary: String,
    /// What it looks at, in a few lowercase words.
    pub looks_at: String,
    /// The words for what it may claim.
    pub claims: Vec<&'static str>,
    /// The families of what it may claim: what its findings are called.
    pub families: Vec<&'static str>,
    /// Whether what it says can ever block.
    pub gates: bool,
    /// The gates that ask for it.
    pub stages: Vec<Stage>,
}

/// Returns all validators: the shipped ones in the order in which they are asked, then the repository's own.
#[must_use]
pub fn all(settings: &Settings) -> Vec<Validator> {
    let tables = &settings.review.validators;
    let mut all: Vec<Validator> = shipped::ALL
        .iter()
        .map(|row| of_shipped(row, tables.get(row.name), settings))
        .collect();
    let own = tables.iter().filter(|(name, _)| shipped::find(name).is_none());
    all.extend(own.map(|(name, own)| of_own(name, own, settings)));
    all
}

fn of_shipped(row: &Shipped, own: Option<&ValidatorSettings>, settings: &Settings) -> Validator {
    let kinds = own.map(kinds_of).filter(|kinds| !kinds.is_empty());
    let looks_at = own.and_then(chosen);
    let validator = with_kinds(row.name, &kinds.unwrap_or_else(|| row.kinds.to_vec()));
    Validator {
        summary: row.summary.to_owned(),
        looks_at: looks_at.unwrap_or_else(|| row.looks_at.to_owned()),
        gates: row.gates,
        stages: stages(row.name, own, settings),
        ..validator
    }
}

fn of_own(name: &str, own: &ValidatorSettings, settings: &Settings) -> Validator {
    let mut kinds = kinds_of(own);
    if kinds.is_empty() {
        kinds.push(Kind::Defect);
    }
    let file = own.prompt.as_deref().unwrap_or("a file that is not named");
    Validator {
        summary: format!("what `{file}` says"),
        looks_at: chosen(own).unwrap_or_else(|| "everything".to_owned()),
        gates: true,
        stages: stages(name, Some(own), settings),
        ..with_kinds(name, &kinds)
    }
}

fn with_kinds(name: &str, kinds: &[Kind]) -> Validator {
    let mut families: Vec<&'static str> = Vec::new();
    for family in kinds.iter().map(|kind| Family::of(*kind).name()) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
    Validator {
        name: name.to_owned(),
        summary: String::new(),
        looks_at: String::new(),
        claims: kinds.iter().map(|kind| kind.name()).collect(),
        families,
        gates: false,
        stages: Vec::new(),
    }
}

/// What is no kind is told where the policy is checked.
fn kinds_of(own: &ValidatorSettings) -> Vec<Kind> {
    own.kinds
        .iter()
        .filter_map(|word| Kind::from_name(word))
        .collect()
}

/// What the policy says it looks at; `None`: nothing that narrows it.
fn chosen(own: &ValidatorSettings) -> Option<String> {
    let list = |what: &str, list: &[String]| {
        let quoted: Vec<String> = list.iter().map(|one| format!("`{one}`")).collect();
        (!list.is_empty()).then(|| format!("{what}{}", quoted.join(", ")))
    };
    let (paths, languages) = (list("", &own.paths), list("files in ", &own.languages));
    if paths.is_none() && languages.is_none() {
        return None;
    }
    let parts = [paths, languages, list("not ", &own.exclude)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn stages(name: &str, own: Option<&ValidatorSettings>, settings: &Settings) -> Vec<Stage> {
    let id = format!("validators/{name}");
    let is_on = settings.review.allowed && own.is_none_or(|own| own.enabled);
    let gates = settings.gates.values().filter(|_| is_on);
    let asking = gates.filter(|gate| Selector::includes(&gate.checks, &id));
    asking.map(|gate| gate.stage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings;

    fn settings(set: &[&str]) -> Settings {
        let set: Vec<String> = set.iter().map(|one| (*one).to_owned()).collect();
        settings::shipped(&set).unwrap()
    }

    fn found(name: &str, settings: &Settings) -> Validator {
        let mut all = all(settings).into_iter();
        all.find(|validator| validator.name == name).unwrap()
    }

    #[test]
    fn shipped_ones_are_asked_where_a_gate_says_so() {
        let quiet = settings(&[]);
        assert_eq!(all(&quiet).len(), shipped::ALL.len());
        assert_eq!(found("tests", &quiet).stages, []);
        let asked = settings(&["gates.ci.checks=[\"rules\", \"validators\", \"!validators/tests\"]"]);
        assert_eq!(found("tests", &asked).stages, []);
        assert_eq!(found("security", &asked).stages, [Stage::Ci]);
    }

    #[test]
    fn claims_have_their_families_once() {
        let tests = found("tests", &settings(&[]));
        assert_eq!(tests.claims, ["missing-test", "defect"]);
        assert_eq!(tests.families, ["design", "correctness"]);
        assert_eq!(
            found("correctness", &settings(&[])).families,
            ["correctness", "design"]
        );
    }

    #[test]
    fn what_the_policy_says_counts() {
        let settings = settings(&[
            "validators.audit.prompt=\"prompts/audit.md\"",
            "validators.audit.when={ paths = [\"shop/**\"], exclude = [\"shop/old/**\"] }",
            "validators.tests.enabled=false",
            "gates.ci.checks=[\"validators\"]",
        ]);
        let audit = found("audit", &settings);
        assert_eq!(audit.summary, "what `prompts/audit.md` says");
        assert_eq!(audit.looks_at, "`shop/**`; not `shop/old/**`");
        assert_eq!((audit.claims, audit.stages), (vec!["defect"], vec![Stage::Ci]));
        assert_eq!(found("tests", &settings).stages, []);
    }
}
