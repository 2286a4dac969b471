//! Turns merged values about validators into settings.

use super::models::{Table, each};
use super::{int, switch, text, texts};
use crate::config::Origin;
use crate::config::keys;
use crate::config::layer::Path;
use crate::config::merge::Merged;
use crate::config::validators::{ReviewSettings, ValidatorSettings};
use crate::config::value::{Value, When};
use crate::model::Stage;
use std::collections::BTreeMap;

/// Turns merged values into settings about validators.
pub(super) fn settings(merged: &Merged) -> ReviewSettings {
    let value = |key| merged.value("review", "", key);
    let whole = |key| int(value(key)).unsigned_abs();
    ReviewSettings {
        validators: each(merged, "validators", |table| validator(&table)),
        agents: texts(value("agents")),
        falsifier: value("falsifier").map(|entry| text(Some(entry))),
        allowed: switch(value("models")),
        parallel: whole("parallel") as usize,
        tokens_per_unit: whole("tokens-per-unit"),
        units: whole("max-units") as usize,
        rounds: u32::try_from(whole("rounds")).unwrap_or_default(),
        background: switch(value("background")),
        without_comments: switch(value("without-comments")),
        canary: switch(value("canary")),
        origins: origins(merged, "review", ""),
    }
}

fn validator(table: &Table<'_>) -> ValidatorSettings {
    let when = match table.value("when").as_deref().map(|entry| &entry.value) {
        Some(Value::When(when)) => when.clone(),
        _ => When::default(),
    };
    ValidatorSettings {
        enabled: switch(table.value("enabled")),
        agents: texts(table.value("agents")),
        prompt: table.text("prompt"),
        kinds: texts(table.value("kinds")),
        paths: when.paths,
        exclude: when.exclude,
        languages: when.languages,
        origin: table.origin.clone(),
        origins: origins(table.merged, "validators", table.name),
    }
}

/// Returns where the value of each key stands that is written.
pub(super) fn origins(merged: &Merged, section: &'static str, name: &str) -> BTreeMap<&'static str, Origin> {
    let keys = keys::section(section).map_or(&[][..], |section| section.keys);
    let places = keys.iter().filter_map(|key| {
        let entry = merged.values.get(&Path::new(section, name, key.name))?;
        Some((key.name, entry.origin.clone()))
    });
    places.collect()
}

/// Returns a note for each place that lets one model block alone.
pub(super) fn notes(merged: &Merged) -> Vec<String> {
    let mut notes = Vec::new();
    for entry in Stage::ALL
        .map(|stage| merged.gate_value(stage, "block"))
        .iter()
        .flatten()
    {
        let Value::Block(block) = &entry.value else {
            continue;
        };
        let note = format!(
            "`agreement = 1` at {}: one model alone is wrong about every second time",
            entry.origin
        );
        let alone = block.models.at().is_some_and(|line| line.agreement == 1);
        // A gate that extends another one takes its value from the same place.
        if alone && !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}
