//! Turns merged values about commands into settings.

use super::models::{Table, each};
use super::validators::origins;
use super::{severity, switch, text, texts, time};
use crate::config::commands::CommandSettings;
use crate::config::merge::Merged;
use crate::config::value::{Value, When};
use crate::model::Severity;
use std::collections::BTreeMap;

/// Turns merged values into settings about commands.
pub(super) fn settings(merged: &Merged) -> BTreeMap<String, CommandSettings> {
    each(merged, "commands", |table| command(&table))
}

fn command(table: &Table<'_>) -> CommandSettings {
    let when = match table.value("when").as_deref().map(|entry| &entry.value) {
        Some(Value::When(when)) => when.clone(),
        _ => When::default(),
    };
    let level = |key| severity(table.value(key)).unwrap_or(Severity::Medium);
    CommandSettings {
        enabled: switch(table.value("enabled")),
        run: texts(table.value("run")),
        output: text(table.value("output")),
        report: table.text("report"),
        regex: table.text("regex"),
        filter: table.text("filter"),
        timeout: time(table.value("timeout")),
        paths: when.paths,
        exclude: when.exclude,
        languages: when.languages,
        files: switch(table.value("files")),
        dir: table.text("dir"),
        env: texts(table.value("env")),
        ok_exit: codes(table),
        severity: level("severity"),
        error: level("error"),
        warning: level("warning"),
        note: level("note"),
        origin: table.origin.clone(),
        origins: origins(table.merged, "commands", table.name),
    }
}

fn codes(table: &Table<'_>) -> Option<Vec<i64>> {
    match &table.value("ok-exit")?.value {
        Value::Codes(codes) => Some(codes.clone()),
        _ => None,
    }
}
