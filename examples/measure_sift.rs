//! Measures what sifting does to the comments of real reviews, which people accepted or rejected.
//!
//! `cargo run --release --example measure_sift -- pull-requests.jsonl` prints how many comments are found
//! where they were made, what each step takes away, and what agreement between reviewers is worth. A line is
//! a JSON object with a unified `diff` and `comments`: `path`, `side`, `from`, `to`, `text`, `category`,
//! `context`, `author`, and whether it was `accepted`. It fails if fewer than 97 % of the accepted comments
//! within three lines of a change keep their place.
//!
//! Comments quote nothing. What stands for the quote are the first cited lines that the diff shows, as a
//! reviewer would copy them; other forms are measured beside it. Only the diff counts as shown, so that all
//! that needs the rest of the file or other files is a note.
//!
//! `-- --list pull-requests.jsonl` prints what reviewers agree on, and which comments near a change are lost.

#[path = "measure_sift/cases.rs"]
mod cases;
#[path = "measure_sift/diff.rs"]
mod diff;

use cases::{Case, Form};
use pantheon::validators::ground::Ground;
use pantheon::validators::sift::{Candidate, Limits, NoFacts, Step, sift};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{Write, stdout};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The share of accepted comments near a change that must keep their place.
const LEAST: f64 = 0.97;

/// What became of one comment.
struct Row {
    author: String,
    accepted: bool,
    is_near: bool,
    /// The step that dropped it.
    dropped: Option<Step>,
    /// The step that keeps it from blocking.
    lowered: Option<Step>,
    /// Whether it was found on a line that it cites.
    is_there: bool,
    /// How many reviewers say the same.
    agreement: usize,
}

/// Comments that people accepted, and that they rejected.
#[derive(Default, Clone, Copy)]
struct Score {
    accepted: usize,
    rejected: usize,
}

impl Score {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let mut score = Self::default();
        for row in rows {
            score.count(row.accepted);
        }
        score
    }

    fn count(&mut self, accepted: bool) {
        match accepted {
            true => self.accepted += 1,
            false => self.rejected += 1,
        }
    }

    fn precision(&self) -> String {
        match self.accepted + self.rejected {
            0 => "-".to_owned(),
            all => format!("{:.3}", self.accepted as f64 / all as f64),
        }
    }

    fn share_of(&self, all: &Self) -> String {
        let share = |part: usize, all: usize| match all {
            0 => "-".to_owned(),
            all => format!("{part:3} of {all:3} {:5.1} %", 100.0 * part as f64 / all as f64),
        };
        format!(
            "accepted {}   rejected {}",
            share(self.accepted, all.accepted),
            share(self.rejected, all.rejected)
        )
    }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, is_list) = match words[..] {
        [path] => (path, false),
        ["--list", path] => (path, true),
        _ => return Err("expected a file of pull requests with the comments of their reviewers".into()),
    };
    let text = std::fs::read_to_string(path).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    let cases: Vec<Case> = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("`{path}` is no list of pull requests: {error}"))?;
    let grounds: Vec<Ground> = cases.iter().map(|case| diff::parse(&case.diff)).collect();
    if is_list {
        return list(&cases, &grounds);
    }
    let rows = measure(&cases, &grounds, Form::Cited);
    let kept = places(&cases, &grounds, &rows)?;
    steps(&rows)?;
    agreement(&rows)?;
    groups(&cases, &grounds)?;
    if kept < LEAST {
        return Err(format!("only {kept:.3} of the accepted comments near a change keep their place").into());
    }
    Ok(())
}

/// Sifts the comments of each pull request.
fn measure(cases: &[Case], grounds: &[Ground], form: Form) -> Vec<Row> {
    let mut rows = Vec::new();
    for (case, ground) in cases.iter().zip(grounds) {
        let first = rows.len();
        rows.extend(case.comments.iter().map(|comment| Row {
            author: comment.author.clone(),
            accepted: comment.accepted,
            is_near: comment.is_near(ground),
            dropped: None,
            lowered: None,
            is_there: false,
            agreement: 0,
        }));
        note(case, ground, form, &mut rows[first..]);
    }
    rows
}

fn note(case: &Case, ground: &Ground, form: Form, rows: &mut [Row]) {
    let comments = case.comments.iter().enumerate();
    let claims = comments
        .map(|(index, comment)| comment.claim(index, ground, form))
        .collect();
    let sifted = sift(claims, ground, &NoFacts, &Limits::default());
    for drop in &sifted.drops {
        if let Some(row) = index(&drop.claim.validator).and_then(|at| rows.get_mut(at)) {
            row.dropped = Some(drop.step);
        }
    }
    for candidate in &sifted.candidates {
        for anchored in &candidate.claims {
            let Some(at) = index(&anchored.claim.validator) else {
                continue;
            };
            let (row, comment) = (&mut rows[at], &case.comments[at]);
            let lines = &anchored.lines;
            row.is_there = comment.side == "left" || (lines.start <= comment.to && comment.from < lines.end);
            row.agreement = row.agreement.max(candidate.agreement());
            row.lowered = match anchored.ceiling {
                pantheon::validators::sift::Ceiling::AnnotateOnly(why) => Some(why.step()),
                pantheon::validators::sift::Ceiling::MayBlock => None,
            };
        }
    }
}

fn index(validator: &str) -> Option<usize> {
    validator.parse().ok()
}

/// Prints how many comments keep their place, in all forms of a claim, and returns the accepted share near a
/// change.
fn places(cases: &[Case], grounds: &[Ground], rows: &[Row]) -> Outcome<f64> {
    let mut out = stdout().lock();
    let all = Score::of(rows.iter());
    writeln!(
        out,
        "{} pull requests, {} comments: {} accepted, {} rejected, precision {}\n",
        cases.len(),
        rows.len(),
        all.accepted,
        all.rejected,
        all.precision()
    )?;
    let near = Score::of(rows.iter().filter(|row| row.is_near));
    writeln!(out, "within three lines of a change  {}\n", near.share_of(&all))?;
    writeln!(out, "of those, found on a line that the comment cites:")?;
    let forms = [
        ("the cited lines and their number", Form::Cited),
        ("the number too high by 2", Form::Off(2)),
        ("the number too high by 20", Form::Off(20)),
        ("no number", Form::Unnumbered),
        ("other white space, on one line", Form::Reflowed),
    ];
    for (name, form) in forms {
        let rows = measure(cases, grounds, form);
        let kept = Score::of(rows.iter().filter(|row| row.is_near && is_kept(row)));
        writeln!(out, "  {name:34}{}", kept.share_of(&near))?;
    }
    own_words(cases, grounds)?;
    let kept = Score::of(rows.iter().filter(|row| row.is_near && is_kept(row)));
    let share = kept.accepted as f64 / near.accepted.max(1) as f64;
    writeln!(
        out,
        "accepted comments kept: {share:.3}, at least {LEAST} wanted\n"
    )?;
    Ok(share)
}

/// Whether it was found on its lines, and near a change.
fn is_kept(row: &Row) -> bool {
    row.dropped.is_none() && row.is_there && row.lowered != Some(Step::Reach)
}

/// Prints the hard form: what a comment happens to have in backticks was never meant as a quote.
fn own_words(cases: &[Case], grounds: &[Ground]) -> Outcome<()> {
    let rows = measure(cases, grounds, Form::OwnWords);
    let comments = cases.iter().flat_map(|case| &case.comments);
    let quoting = rows
        .iter()
        .zip(comments)
        .filter(|(row, comment)| row.is_near && comment.own_words().is_some());
    let quoting: Vec<&Row> = quoting.map(|(row, _)| row).collect();
    let all = Score::of(quoting.iter().copied());
    let found = Score::of(quoting.iter().copied().filter(|row| row.dropped.is_none()));
    let name = "code in the comment's own words*";
    writeln!(stdout(), "  {name:34}{}", found.share_of(&all))?;
    writeln!(
        stdout(),
        "  * found anywhere in the file, of the comments that have some; they were not asked for a quote"
    )?;
    Ok(())
}

/// Prints what each step takes away, and the precision before and after it.
fn steps(rows: &[Row]) -> Outcome<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:28}{:>21}{:>21}{:>24}",
        "", "dropped", "lowered to a note", "precision"
    )?;
    writeln!(
        out,
        "{:28}{:>10}{:>11}{:>10}{:>11}{:>12}{:>12}",
        "step", "accepted", "rejected", "accepted", "rejected", "shown", "may block"
    )?;
    let all = Score::of(rows.iter()).precision();
    writeln!(out, "{:28}{:>42}{all:>12}{all:>12}", "before", "")?;
    for step in Step::ALL {
        let dropped = Score::of(rows.iter().filter(|row| row.dropped == Some(step)));
        let lowered = Score::of(rows.iter().filter(|row| row.lowered == Some(step)));
        let is_shown = |row: &&Row| row.dropped.is_none_or(|at| at > step);
        let may_block = |row: &&Row| is_shown(row) && row.lowered.is_none_or(|at| at > step);
        writeln!(
            out,
            "{:28}{:>10}{:>11}{:>10}{:>11}{:>12}{:>12}",
            step.name(),
            dropped.accepted,
            dropped.rejected,
            lowered.accepted,
            lowered.rejected,
            Score::of(rows.iter().filter(is_shown)).precision(),
            Score::of(rows.iter().filter(may_block)).precision(),
        )?;
    }
    for least in [2, 3] {
        let agreed = |row: &&Row| row.dropped.is_none() && row.agreement >= least;
        let score = Score::of(rows.iter().filter(agreed));
        let backed = Score::of(rows.iter().filter(|row| agreed(row) && row.lowered.is_none()));
        writeln!(
            out,
            "{:28}{:>42}{:>12}{:>12}",
            format!("said by {least} reviewers or more"),
            format!("{} accepted, {} rejected", score.accepted, score.rejected),
            score.precision(),
            backed.precision()
        )?;
    }
    Ok(writeln!(out)?)
}

/// Prints what agreement is worth, by author.
fn agreement(rows: &[Row]) -> Outcome<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:32}{:>9}{:>11}{:>9}{:>11}{:>9}{:>11}",
        "author", "comments", "precision", "alone", "precision", "agreed", "precision"
    )?;
    let mut by_author: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.dropped.is_none()) {
        by_author.entry(&row.author).or_default().push(row);
        by_author.entry("~ all").or_default().push(row);
    }
    for (author, rows) in by_author {
        let part = |is_alone: bool| {
            let part = rows.iter().copied().filter(|row| (row.agreement < 2) == is_alone);
            let score = Score::of(part);
            format!("{:>9}{:>11}", score.accepted + score.rejected, score.precision())
        };
        let all = Score::of(rows.iter().copied());
        let author = author.trim_start_matches("~ ");
        writeln!(
            out,
            "{author:32}{:>9}{:>11}{}{}",
            rows.len(),
            all.precision(),
            part(true),
            part(false)
        )?;
    }
    Ok(writeln!(out)?)
}

/// Prints how many candidates there are by the number of authors, and whether people accepted any of the
/// comments in each.
fn groups(cases: &[Case], grounds: &[Ground]) -> Outcome<()> {
    let mut by_size: BTreeMap<usize, (Score, usize)> = BTreeMap::new();
    for (case, ground) in cases.iter().zip(grounds) {
        let comments = case.comments.iter().enumerate();
        let claims = comments
            .map(|(index, comment)| comment.claim(index, ground, Form::Cited))
            .collect();
        for candidate in sift(claims, ground, &NoFacts, &Limits::default()).candidates {
            let members = members(&candidate);
            let accepted = members.iter().any(|at| case.comments[*at].accepted);
            let entry = by_size.entry(candidate.agreement()).or_default();
            entry.0.count(accepted);
            entry.1 += members.len();
        }
    }
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:10}{:>12}{:>10}{:>20}",
        "reviewers", "candidates", "comments", "any accepted"
    )?;
    for (size, (score, comments)) in by_size {
        let candidates = score.accepted + score.rejected;
        writeln!(
            out,
            "{size:<10}{candidates:>12}{comments:>10}{:>20}",
            score.precision()
        )?;
    }
    Ok(())
}

fn members(candidate: &Candidate) -> BTreeSet<usize> {
    let claims = candidate.claims.iter();
    claims
        .filter_map(|anchored| index(&anchored.claim.validator))
        .collect()
}

/// Prints candidates of more than one reviewer, and what is dropped near a change.
fn list(cases: &[Case], grounds: &[Ground]) -> Outcome<()> {
    let mut out = stdout().lock();
    for (case, ground) in cases.iter().zip(grounds) {
        let comments = case.comments.iter().enumerate();
        let claims = comments
            .map(|(index, comment)| comment.claim(index, ground, Form::Cited))
            .collect();
        let sifted = sift(claims, ground, &NoFacts, &Limits::default());
        for candidate in sifted
            .candidates
            .iter()
            .filter(|candidate| candidate.agreement() > 1)
        {
            writeln!(
                out,
                "{} {:?} {}",
                candidate.path,
                candidate.lines,
                candidate.family.name()
            )?;
            for at in members(candidate) {
                let comment = &case.comments[at];
                let word = if comment.accepted { "accepted" } else { "rejected" };
                writeln!(
                    out,
                    "  {word} {} {}: {:?}",
                    comment.author, comment.from, comment.text
                )?;
            }
        }
        for drop in &sifted.drops {
            let Some(comment) = index(&drop.claim.validator).and_then(|at| case.comments.get(at)) else {
                continue;
            };
            if comment.is_near(ground) {
                writeln!(
                    out,
                    "{}: {} {}: {:?}",
                    comment.path, comment.from, drop.reason, drop.claim.quote
                )?;
            }
        }
    }
    Ok(())
}
