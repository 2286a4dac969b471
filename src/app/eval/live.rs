//! Models that answer now, and what is kept of their answers.

use super::answers::{self, FALSIFIER, Record};
use super::case::Case;
use super::files;
use super::tape::Taped;
use super::validators;
use super::version::Version;
use super::wrong::Wrong;
use crate::config::Settings;
use crate::sys::file;
use crate::validators::review::Asker;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Models that answer now.
pub(super) struct Live {
    /// Who is asked, each an opinion of its own.
    pub agents: Vec<String>,
    /// Who tries to refute; `None`: nobody.
    pub falsifier: Option<String>,
    /// Asks them.
    pub asker: Box<dyn Asker>,
    /// How many questions run at once.
    pub parallel: usize,
}

/// Makes ready to ask the models of the policy.
///
/// # Errors
/// When none can be asked.
pub(super) fn open(_settings: &Settings) -> Result<Live, Wrong> {
    let hint = "leave out `--live` and `--record` to replay recorded answers";
    Err(Wrong::new(
        Path::new(crate::config::FILE),
        "no model can be asked for an evaluation",
        hint,
    ))
}

/// Keeps what models answered about a case; returns the files that were written.
pub(super) fn record(case: &Case, taped: &[Taped], version: &Version) -> Result<Vec<PathBuf>, Wrong> {
    let mut by_file: BTreeMap<(&str, &str), Vec<Record>> = BTreeMap::new();
    let answered = taped.iter().filter(|taped| taped.is_whole.is_some());
    for taped in answered {
        let of = by_file.entry((&taped.model, &taped.task)).or_default();
        of.push(taped.record.clone());
    }
    let mut written = Vec::new();
    for ((model, task), mut records) in by_file {
        let path = path(&case.dir, model, task, version);
        if task == FALSIFIER && files::is_there(&path) {
            // What other versions of a validator made a model refute stands in the same file.
            records.extend(answers::read_one(&path)?);
        }
        // The sort is stable, and the first of those to the same question is the new one.
        records.sort_by(|a, b| (a.unit, &a.when).cmp(&(b.unit, &b.when)));
        records.dedup_by(|a, b| (a.unit, &a.when) == (b.unit, &b.when));
        let write = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            file::write_atomic(&path, &answers::write(model, &records), 0o644)
        };
        let hint = "check that the case can be written";
        write().map_err(|e| Wrong::new(&path, format!("cannot be written: {e}"), hint))?;
        written.push(path);
    }
    Ok(written)
}

/// `answers/<model>/<validator>@v<version>.json`.
fn path(case: &Path, model: &str, task: &str, version: &Version) -> PathBuf {
    let shipped = || validators::prompt(task).map(|prompt| format!("v{}", prompt.version));
    let file = match version.label(task).or_else(shipped) {
        Some(label) => format!("{task}@{label}.json"),
        None => format!("{task}.json"),
    };
    let parts = model.split('/').map(plain).filter(|part| !part.is_empty());
    let mut path = case.join("answers");
    path.extend(parts);
    path.join(file)
}

/// A part of a model's name as the name of a directory, on every system.
fn plain(part: &str) -> String {
    let part: String = part
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    part.trim_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_model_stays_below_the_case() {
        let path = |model| super::path(Path::new("c"), model, "falsifier", &Version::default());
        assert_eq!(path("a/b:8b"), Path::new("c/answers/a/b-8b/falsifier.json"));
        assert_eq!(path("../../x"), Path::new("c/answers/x/falsifier.json"));
    }

    #[test]
    fn answers_stand_under_the_version_of_their_prompt() {
        let path = path(Path::new("c"), "a/b", "correctness", &Version::default());
        assert_eq!(path, Path::new("c/answers/a/b/correctness@v1.json"));
    }
}
