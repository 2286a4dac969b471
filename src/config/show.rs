//! Every value that counts, as text with its origin, and their digest.

use super::Settings;
use super::keys::{SECTIONS, Section, Shape};
use super::layer::{Entry, Item, Path};
use super::merge::Merged;
use super::settings::Effective;
use crate::model::Stage;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Writes every value with its origin, one on each line:
/// `gates.pre-commit.block = "high"   # policies/recommended.toml:12`.
#[must_use]
pub fn show(settings: &Settings) -> String {
    let mut out = String::new();
    for Effective { key, value, origin } in settings.effective.iter() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{key} = {value}   # {origin}");
    }
    out
}

/// Lists every value that counts, in the order of the table of keys.
pub(super) fn effective(merged: &Merged) -> Vec<Effective> {
    let mut out = Vec::new();
    for section in SECTIONS {
        match section.shape {
            Shape::Top => {}
            Shape::ByStage => gates(merged, &mut out),
            Shape::ByRule | Shape::ByName => named(merged, section, &mut out),
            Shape::Table => table(merged, section, &mut out),
            Shape::List => list(section, items(merged, section), &mut out),
        }
    }
    out
}

/// Returns SHA-256 of keys and values: the same policy has the same digest, wherever it is written.
pub(super) fn digest(values: &[Effective]) -> String {
    let mut hash = Sha256::new();
    for Effective { key, value, .. } in values {
        for part in [key.as_str(), " = ", value, "\n"] {
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn line(key: impl ToString, entry: &Entry) -> Effective {
    Effective {
        key: key.to_string(),
        value: entry.value.to_string(),
        origin: entry.origin.clone(),
    }
}

fn gates(merged: &Merged, out: &mut Vec<Effective>) {
    for stage in Stage::ALL {
        for key in ["checks", "block", "warn", "deadline", "on-inconclusive"] {
            let entry = merged.gate_value(stage, key);
            out.extend(entry.map(|entry| line(Path::new("gates", stage.name(), key), &entry)));
        }
        for (id, entry) in merged.severities(stage) {
            let mut path = Path::new("gates", stage.name(), "severity");
            path.sub = id;
            out.push(line(path, &entry));
        }
    }
}

fn named(merged: &Merged, section: &Section, out: &mut Vec<Effective>) {
    let values = merged
        .values
        .iter()
        .filter(|(path, _)| path.section == section.name);
    out.extend(values.map(|(path, entry)| line(path, entry)));
}

fn table(merged: &Merged, section: &Section, out: &mut Vec<Effective>) {
    for key in section.keys {
        let entry = merged.value(section.name, "", key.name);
        out.extend(entry.map(|entry| line(Path::new(section.name, "", key.name), &entry)));
    }
}

fn items<'m>(merged: &'m Merged, section: &Section) -> &'m [Item] {
    match section.name {
        "paths" => &merged.paths,
        "pattern" => &merged.patterns,
        "routes" => &merged.routes,
        _ => &merged.waivers,
    }
}

fn list(section: &Section, items: &[Item], out: &mut Vec<Effective>) {
    for (n, item) in items.iter().enumerate() {
        for key in section.keys {
            let entry = item.fields.get(key.name);
            out.extend(entry.map(|entry| line(format!("{}[{n}].{}", section.name, key.name), entry)));
        }
    }
}
