//! Lets the machine's site file tighten what everything else says, and nothing more.

use super::KnownRule;
use super::layer::{Entry, Item, Layer, Path};
use super::merge::Merged;
use super::value::Value;
use crate::model::{Severity, Stage};
use std::borrow::Cow;

/// Applies the site's layers, the weakest first. Returns a note for each value that would loosen.
pub(super) fn tighten(merged: &mut Merged, layers: Vec<Layer>, known: &[KnownRule<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    for layer in layers {
        let shipped = layer.shipped;
        for (path, entry) in layer.values {
            let ignored = value(merged, &path, &entry, known);
            // A pack says more than a site asks for: only what the site itself wrote is worth a note.
            if ignored && !shipped {
                notes.push(note(&entry, &path.to_string()));
            }
        }
        for item in layer.items {
            if let Some(note) = self::item(merged, item).filter(|_| !shipped) {
                notes.push(note);
            }
        }
    }
    notes
}

fn note(entry: &Entry, path: &str) -> String {
    let value = &entry.value;
    format!(
        "`{path} = {value}` at {} is ignored where it loosens: a site file can only tighten",
        entry.origin
    )
}

/// Applies one value; `true` if it is ignored, in whole or in part, because it would loosen.
fn value(merged: &mut Merged, path: &Path, entry: &Entry, known: &[KnownRule<'_>]) -> bool {
    if path.section.is_empty() {
        return false;
    }
    let old = old(merged, path, known);
    let (new, whole) = tighter(path, old.as_ref(), &entry.value);
    let changed = new.filter(|new| old.as_ref() != Some(new));
    if let Some(value) = changed {
        let entry = Entry {
            value,
            ..entry.clone()
        };
        merged.values.insert(path.clone(), entry);
    }
    !whole
}

/// Returns the value that counts without the site.
fn old(merged: &Merged, path: &Path, known: &[KnownRule<'_>]) -> Option<Value> {
    let stage = Stage::from_name(&path.name);
    let entry = match (path.section, path.key.as_ref(), stage) {
        ("gates", "severity", Some(stage)) => merged.severities(stage).remove(&path.sub).map(Cow::Owned),
        ("gates", _, Some(stage)) => gate_key(path).and_then(|key| merged.gate_value(stage, key)),
        (section, _, _) => section_key(path).and_then(|key| merged.value(section, &path.name, key)),
    };
    let id = if path.sub.is_empty() {
        &path.name
    } else {
        &path.sub
    };
    match entry {
        Some(entry) => Some(entry.value.clone()),
        None if path.key == "severity" => own_severity(merged, id, known).map(Value::Severity),
        None => None,
    }
}

fn gate_key(path: &Path) -> Option<&'static str> {
    super::keys::section("gates")?.key(&path.key).map(|key| key.name)
}

fn section_key(path: &Path) -> Option<&'static str> {
    super::keys::section(path.section)?
        .key(&path.key)
        .map(|key| key.name)
}

/// Returns the severity of a rule without regard to any stage.
fn own_severity(merged: &Merged, id: &str, known: &[KnownRule<'_>]) -> Option<Severity> {
    let set = merged.values.get(&Path::new("rules", id, "severity"));
    let pattern = merged.patterns.iter().find(|item| item.text("id") == Some(id));
    let written = set.or_else(|| pattern.and_then(|item| item.fields.get("severity")));
    match written.map(|entry| &entry.value) {
        Some(Value::Severity(severity)) => Some(*severity),
        _ => known.iter().find(|rule| rule.id == id).map(|rule| rule.severity),
    }
}

/// Returns what to set, and whether nothing of the new value had to be ignored.
fn tighter(path: &Path, old: Option<&Value>, new: &Value) -> (Option<Value>, bool) {
    let tight = match (path.section, path.key.as_ref(), old, new) {
        ("gates", "checks", Some(Value::Selectors(old)), Value::Selectors(new)) => {
            let added = new.iter().filter(|(selector, _)| !selector.negated);
            let all = old.iter().chain(added).cloned().collect();
            return (Some(Value::Selectors(all)), new.iter().all(|(s, _)| !s.negated));
        }
        ("gates", "block", Some(Value::Block(old)), Value::Block(new)) => {
            let both = old.with(*new);
            return (Some(Value::Block(both)), both == new.over(both));
        }
        ("gates", "warn", Some(Value::Severity(old)), Value::Severity(new)) => new <= old,
        ("gates" | "rules", "severity", Some(Value::Severity(old)), Value::Severity(new)) => new >= old,
        ("gates", "deadline", Some(Value::Time(old)), Value::Time(new)) => new >= old,
        ("gates", "on-inconclusive", ..) | ("hooks", "on-missing", ..) => {
            *new == Value::Text("block".to_owned()) || old == Some(new)
        }
        ("rules", "enabled", ..) | ("suppressions", "require-reason", ..) => {
            *new == Value::Bool(true) || old == Some(new)
        }
        ("suppressions", ..) => *new == Value::Bool(false) || old == Some(new),
        ("budget", "alert-at" | "at-limit", ..) => old == Some(new),
        ("budget", _, None, Value::Money(_)) => true,
        ("budget", _, Some(Value::Money(old)), Value::Money(new)) => new <= old,
        ("routing", "remote", ..) | ("review", "models", ..) => {
            *new == Value::Bool(false) || old == Some(new)
        }
        ("create", "sandbox", ..) => *new == Value::Text("strict".to_owned()) || old == Some(new),
        ("create", _, Some(Value::Int(old)), Value::Int(new)) => new <= old,
        ("create", _, Some(Value::Time(old)), Value::Time(new)) => new <= old,
        ("limits", _, Some(Value::Int(old)), Value::Int(new)) => new >= old,
        _ => old == Some(new),
    };
    (tight.then(|| new.clone()), tight)
}

/// Applies one entry of a list; returns a note if it is ignored.
fn item(merged: &mut Merged, item: Item) -> Option<String> {
    let old = merged
        .patterns
        .iter()
        .any(|old| old.text("id") == item.text("id"));
    if item.section == "pattern" && !old {
        merged.patterns.push(item);
        return None;
    }
    let Item { section, origin, .. } = item;
    Some(format!(
        "`[[{section}]]` at {origin} is ignored: a site file can only tighten"
    ))
}
