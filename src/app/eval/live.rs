//! Models that answer now, and what is kept of their answers.

use super::answers::{self, FALSIFIER, Record};
use super::case::Case;
use super::files;
use super::tape::Taped;
use super::validators;
use super::version::Version;
use super::wrong::Wrong;
use crate::app::models::{self, Book, Now, Store};
use crate::app::state;
use crate::app::validate::{self, Asking, Terms};
use crate::config::Settings;
use crate::llm::transport::Cancel;
use crate::sys::clock::Deadline;
use crate::sys::file;
use crate::sys::signal::Interrupt;
use crate::validators::review::{Answering, Ask, Asker};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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
pub(super) fn open(settings: &Settings) -> Result<Live, Wrong> {
    let file = Path::new(crate::config::FILE);
    let hint =
        "`pantheon models list` shows what is configured; without `--live` recorded answers are replayed";
    let wrong = |why: String| Wrong::new(file, why.trim_end(), hint);
    validate::check(settings).map_err(|e| wrong(e.to_string()))?;
    let now = Now::of(settings);
    let book = models::book(settings, &now).map_err(|e| wrong(e.to_string()))?;
    let can_ask = |n: &usize| book.table.endpoints[*n].unusable.is_none();
    if !book
        .table
        .models
        .iter()
        .any(|model| model.endpoints.iter().any(can_ask))
    {
        return Err(wrong("no model can be asked for an evaluation".to_owned()));
    }
    let review = &settings.review;
    let gate = Deadline::after(LONGEST);
    let terms = Terms {
        run: models::run_id(),
        day: now.today.clone(),
        stage: "eval",
        repository: String::new(),
        gate,
        deadline: Instant::now() + LONGEST,
        cancel: Cancel::with(Interrupt::listen()),
    };
    Ok(Live {
        agents: match review.agents.is_empty() {
            true => vec![String::new()],
            false => review.agents.clone(),
        },
        falsifier: review.falsifier.clone(),
        asker: Box::new(Models {
            book,
            store: state::open(gate).ok(),
            terms,
        }),
        parallel: review.parallel,
    })
}

/// The longest that an evaluation takes.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The models of a policy.
struct Models {
    book: Book,
    store: Option<Store>,
    terms: Terms,
}

impl Asker for Models {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        Box::pin(async move {
            let asking = Asking::new(&self.book, self.store.as_ref(), self.terms.clone());
            asking.ask(ask).await
        })
    }

    fn is_over(&self) -> bool {
        self.terms.cancel.is_cancelled()
    }
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
