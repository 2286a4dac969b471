//! Checks that names of rules, options and checks refer to something.

use super::keys;
use super::layer::{Entry, Layer, Path};
use super::nearest::{self, shown};
use super::pack::PACKS;
use super::source::Source;
use super::stack::Stack;
use super::validators::{FAMILIES, VALIDATORS};
use super::value::Value;
use super::walk::walk;
use super::{KnownRule, Origin, Problem, Problems};
use crate::model::{OptionKind, Selector};
use std::collections::BTreeSet;

/// The categories that selectors may name, with or without rules in them.
const CATEGORIES: &[&str] = &[
    "secrets",
    "text",
    "repository",
    "hazard",
    "injection",
    "message",
    "policy",
    "validators",
    "commands",
];
/// The words that name every check.
const ALL: &[&str] = &["rules", "*"];

/// With this many problems nobody looks at one more, and each costs a search for the nearest name.
const ENOUGH: usize = 100;
/// Of the validators of a file no more are searched for the nearest name.
const MOST_COMPARED: usize = 1000;

/// Checks the names in everything that people wrote. Shipped packs are held by a test.
pub(super) fn check(stack: &Stack, known: &[KnownRule<'_>], problems: &mut Vec<Problem>) {
    if known.is_empty() {
        return;
    }
    let layers = || stack.layers.iter().chain(&stack.site);
    let own = layers()
        .flat_map(|layer| &layer.items)
        .filter_map(|item| item.text("id"));
    let validators = layers()
        .flat_map(|layer| layer.values.keys())
        .filter(|path| path.section == "validators");
    let commands = layers()
        .flat_map(|layer| layer.values.keys())
        .filter(|path| path.section == "commands");
    let names = Names {
        known,
        own: own.collect(),
        validators: validators.map(|path| path.name.as_str()).collect(),
        commands: commands.map(|path| path.name.as_str()).collect(),
    };
    for layer in layers() {
        names.patterns(layer, problems);
        if !layer.shipped {
            names.layer(layer, problems);
        }
    }
}

/// Checks that every name in the shipped packs refers to something.
///
/// # Errors
/// With each name that does not.
pub fn check_packs(known: &[KnownRule<'_>]) -> Result<(), Problems> {
    let mut problems = Vec::new();
    let names = Names {
        known,
        own: Vec::new(),
        validators: BTreeSet::new(),
        commands: BTreeSet::new(),
    };
    for pack in PACKS {
        let layer = match Source::file(pack.file, pack.text.as_bytes()) {
            Ok(source) => walk(&source, &mut problems),
            Err(problem) => return Err(problem.into()),
        };
        names.layer(&layer, &mut problems);
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Problems::new(problems)),
    }
}

struct Names<'a> {
    known: &'a [KnownRule<'a>],
    /// The ids of the repository's own patterns.
    own: Vec<&'a str>,
    /// The validators that have a table.
    validators: BTreeSet<&'a str>,
    /// The commands that have a table.
    commands: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn layer(&self, layer: &Layer, problems: &mut Vec<Problem>) {
        for (id, origin) in &layer.rules {
            self.rule(id, origin, problems);
        }
        for (path, entry) in &layer.values {
            self.selectors(entry, problems);
            self.option(path, entry, problems);
        }
        let fields = layer.items.iter().flat_map(|item| item.fields.values());
        fields.for_each(|entry| self.selectors(entry, problems));
    }

    fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.known.iter().map(|rule| rule.id).chain(self.own.clone())
    }

    /// Whether a name can stand behind `validators/`.
    fn is_validator(&self, name: &str) -> bool {
        FAMILIES.contains(&name) || VALIDATORS.contains(&name) || self.validators.contains(name)
    }

    fn rule(&self, id: &str, origin: &Origin, problems: &mut Vec<Problem>) {
        let command = id.strip_prefix("commands/");
        let known = command.is_some_and(|name| self.commands.contains(name));
        if known || self.ids().any(|known| known == id) || problems.len() >= ENOUGH {
            return;
        }
        let problem = Problem::at(origin, format!("unknown rule `{}`", shown(id)));
        let hint = nearest::hint(id, self.ids());
        problems.push(Problem { hint, ..problem });
    }

    fn selectors(&self, entry: &Entry, problems: &mut Vec<Problem>) {
        let Value::Selectors(list) = &entry.value else {
            return;
        };
        let room = ENOUGH.saturating_sub(problems.len());
        let unknown = list.iter().filter(|(selector, _)| !self.is_named(selector));
        for (selector, origin) in unknown.take(room) {
            let problem = Problem::at(origin, format!("unknown check `{}`", shown(&selector.name)));
            let hint = self.nearest(&selector.name);
            problems.push(Problem { hint, ..problem });
        }
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let own = self.validators.iter().take(MOST_COMPARED);
        let validators = FAMILIES.iter().chain(VALIDATORS).chain(own);
        let commands = self.commands.iter().take(MOST_COMPARED);
        let validators: Vec<String> = validators
            .map(|name| format!("validators/{name}"))
            .chain(commands.map(|name| format!("commands/{name}")))
            .collect();
        let all = ALL.iter().chain(CATEGORIES).copied().chain(self.ids());
        nearest::hint(name, all.chain(validators.iter().map(String::as_str)))
    }

    fn is_named(&self, selector: &Selector) -> bool {
        let name = selector.name.as_str();
        let category = name.strip_suffix("/*").unwrap_or(name);
        let validator = name.strip_prefix("validators/");
        let command = name.strip_prefix("commands/");
        ALL.contains(&name)
            || CATEGORIES.contains(&category)
            || validator.is_some_and(|name| self.is_validator(name))
            || command.is_some_and(|name| self.commands.contains(name))
            || self.ids().any(|id| selector.names(id))
    }

    fn option(&self, path: &Path, entry: &Entry, problems: &mut Vec<Problem>) {
        let common = keys::section("rules").is_some_and(|section| section.key(&path.key).is_some());
        if path.section != "rules" || common {
            return;
        }
        let Some(options) = self.options(&path.name) else {
            return;
        };
        let Some(spec) = options.iter().find(|spec| spec.name == path.key) else {
            let message = format!(
                "the rule `{}` has no option `{}`",
                shown(&path.name),
                shown(&path.key)
            );
            let problem = Problem::at(&entry.key, message);
            let common = ["severity", "enabled", "exclude"];
            let hint = nearest::hint(&path.key, options.iter().map(|spec| spec.name).chain(common));
            return problems.push(Problem { hint, ..problem });
        };
        if let Some(expected) = mismatch(&spec.kind, &entry.value) {
            let message = format!("expected {expected} for `{}`", spec.name);
            problems.push(Problem::at(&entry.origin, message));
        }
    }

    fn options(&self, id: &str) -> Option<&'a [crate::model::OptionSpec]> {
        match self.known.iter().find(|rule| rule.id == id) {
            Some(rule) => Some(rule.options),
            None => self.own.contains(&id).then_some(&[]),
        }
    }

    /// A repository's pattern may not take the place of a rule.
    fn patterns(&self, layer: &Layer, problems: &mut Vec<Problem>) {
        for item in &layer.items {
            let Some(id) = item.text("id") else { continue };
            if self.known.iter().any(|rule| rule.id == id) {
                let problem = Problem::at(&item.place("id"), format!("there is a rule `{id}` already"));
                problems.push(problem.hint("give the pattern another id"));
            }
        }
    }
}

fn mismatch(kind: &OptionKind, value: &Value) -> Option<&'static str> {
    match (kind, value) {
        (OptionKind::Int(_), Value::Int(_))
        | (OptionKind::Bool(_), Value::Bool(_))
        | (OptionKind::Text(_), Value::Text(_))
        | (OptionKind::Texts(_), Value::Texts(_)) => None,
        (OptionKind::Int(_), _) => Some("a whole number"),
        (OptionKind::Bool(_), _) => Some("`true` or `false`"),
        (OptionKind::Text(_), _) => Some("a text"),
        (OptionKind::Texts(_), _) => Some("a list of texts"),
    }
}
