//! The figures, as a table and as files.

use crate::Outcome;
use crate::gate::{Look, Met, Setting};
use crate::history::{Review, Why};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

#[derive(Default, Clone, Copy)]
struct Sum {
    reviews: u64,
    looks: u64,
    hits: u64,
    all: u64,
    sent: u64,
}

impl Sum {
    fn add(&mut self, looks: &[Look]) {
        self.reviews += 1;
        for look in looks {
            self.looks += 1;
            self.hits += u64::from(look.hit);
            self.all += look.tokens;
            self.sent += if look.hit { 0 } else { look.tokens };
        }
    }

    fn line(&self, name: &str) -> String {
        let share = |part: u64, all: u64| 100.0 * part as f64 / all.max(1) as f64;
        format!(
            "{name:8}{:>9}{:>10}{:>9}{:>8.1}%{:>13}{:>13}{:>8.1}%",
            self.reviews,
            self.looks,
            self.hits,
            share(self.hits, self.looks),
            self.all,
            self.sent,
            share(self.all - self.sent, self.all)
        )
    }
}

/// Returns the table of a setting.
pub fn of(setting: &Setting, met: &Met) -> String {
    let mut sums: BTreeMap<Why, Sum> = BTreeMap::new();
    let (mut all, mut again) = (Sum::default(), Sum::default());
    for (why, looks) in &met.reviews {
        if *why != Why::Commit {
            again.add(looks);
        }
        sums.entry(*why).or_default().add(looks);
        all.add(looks);
    }
    let mut out = format!(
        "{} files and {} tokens a unit, {} validators; a view takes {:.1} ms\n",
        setting.files_per_unit,
        setting.tokens_per_unit,
        met.validators.len(),
        met.elapsed.as_secs_f64() * 1e3 / met.reviews.len().max(1) as f64
    );
    let _ = writeln!(
        out,
        "{:8}{:>9}{:>10}{:>9}{:>9}{:>13}{:>13}{:>9}",
        "", "reviews", "look-ups", "hits", "", "tokens", "sent", "saved"
    );
    for (why, sum) in &sums {
        let _ = writeln!(out, "{}", sum.line(name(*why)));
    }
    let _ = writeln!(out, "{}", again.line("again"));
    let _ = writeln!(out, "{}", all.line("all"));
    for ((why, miss), count) in &met.missed {
        let _ = writeln!(out, "{:8}{count:>9} units not found: {}", name(*why), miss.name());
    }
    out
}

fn name(why: Why) -> &'static str {
    match why {
        Why::Commit => "commit",
        Why::Branch => "branch",
        Why::Amend => "amend",
        Why::Push => "push",
        Why::Rebase => "rebase",
    }
}

/// Writes what was asked: `questions.jsonl`, each once, and `reviews.jsonl`.
pub fn export(dir: &Path, reviews: &[Review], met: &Met) -> Outcome<()> {
    let mut questions = std::io::BufWriter::new(std::fs::File::create(dir.join("questions.jsonl"))?);
    for text in &met.texts {
        writeln!(questions, "{}", json!(text))?;
    }
    let mut lines = std::io::BufWriter::new(std::fs::File::create(dir.join("reviews.jsonl"))?);
    for (review, (why, looks)) in reviews.iter().zip(&met.reviews) {
        let looks: Vec<_> = looks
            .iter()
            .map(|look| json!([look.question, met.validators[look.validator], look.hit]))
            .collect();
        let line = json!({"why": name(*why), "from": review.from, "to": review.to, "looks": looks});
        writeln!(lines, "{line}")?;
    }
    Ok(())
}
