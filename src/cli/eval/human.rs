//! An evaluation as tables.

use super::table::{self, head, part, word};
use crate::app::eval::{Evaluation, Figures, Judged, Label, Sides, Tally};
use crate::report::{text::count, visible};

/// Writes an evaluation; at length: with what no case labels.
pub fn write(evaluation: &Evaluation, at_length: bool) -> String {
    let figures = &evaluation.figures;
    let mut out = format!("{}\n\n", summary(figures));
    table::write(&mut out, 1, &stages(figures));
    split(
        &mut out,
        "validator",
        figures.validators.iter().map(|(name, s)| (name.as_str(), s)),
    );
    split(
        &mut out,
        "kind",
        figures.kinds.iter().map(|(kind, s)| (kind.name(), s)),
    );
    split(
        &mut out,
        "model",
        figures.models.iter().map(|(name, s)| (name.as_str(), s)),
    );
    for (title, counts) in [("dropped", &figures.drops), ("never blocks", &figures.lowered)] {
        if !counts.is_empty() {
            out.push('\n');
            let mut rows = vec![head(&["step", title, "claims"])];
            let row = |((step, why), n): (&(&str, &str), &usize)| head(&[step, why, &n.to_string()]);
            rows.extend(counts.iter().map(row));
            table::write(&mut out, 2, &rows);
        }
    }
    lists(&mut out, evaluation, at_length);
    out
}

/// How much was played, and what it cost.
pub fn summary(figures: &Figures) -> String {
    let tokens = figures.usage.prompt();
    let mut parts = vec![
        count(figures.cases, "case"),
        count(figures.answers, "answer"),
        format!("{tokens} tokens in, {} out", figures.usage.output),
        figures.cost.to_string(),
    ];
    for (n, what) in [
        (figures.partial, "not whole"),
        (figures.unreadable, "unreadable"),
        (figures.missing, "missing"),
        (figures.stale, "stale"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    parts.join("; ")
}

/// Every stage with its name, in the order in which what is left gets less.
pub fn all_stages(figures: &Figures) -> Vec<(&'static str, Tally)> {
    let [one, two, three] = figures.agreement;
    let mut all = vec![
        ("claims", figures.all.claims),
        ("candidates", figures.all.candidates),
        ("agreement 1", one),
        ("agreement 2", two),
        ("agreement 3", three),
    ];
    all.extend(figures.stands.map(|tally| ("not refuted", tally)));
    all
}

fn stages(figures: &Figures) -> Vec<Vec<String>> {
    let title = [
        "",
        "said",
        "right",
        "wrong",
        "unlabelled",
        "precision",
        "labelled",
        "found",
        "recall",
        "F1",
    ];
    let mut rows = vec![head(&title)];
    for (name, tally) in all_stages(figures) {
        let counts = [tally.all(), tally.right, tally.wrong, tally.unlabelled];
        let mut row = vec![name.to_owned()];
        row.extend(counts.map(|n| n.to_string()));
        row.extend([part(tally.precision()), part(tally.labelled()), found(&tally)]);
        row.extend([part(tally.recall()), part(tally.f1())]);
        rows.push(row);
    }
    rows
}

fn found(tally: &Tally) -> String {
    format!("{} of {}", tally.found, tally.expected)
}

/// Claims to the left, candidates to the right.
fn split<'a>(out: &mut String, title: &str, sides: impl Iterator<Item = (&'a str, &'a Sides)>) {
    let one = ["claims", "precision", "recall", "F1"];
    let other = ["candidates", "precision", "labelled", "found", "recall", "F1"];
    let mut rows = vec![head(&[&[title], one.as_slice(), other.as_slice()].concat())];
    for (name, Sides { claims, candidates }) in sides {
        let mut row = vec![word(name), claims.all().to_string()];
        row.extend([claims.precision(), claims.recall(), claims.f1()].map(part));
        row.push(candidates.all().to_string());
        row.extend([candidates.precision(), candidates.labelled()].map(part));
        row.push(found(candidates));
        row.extend([candidates.recall(), candidates.f1()].map(part));
        rows.push(row);
    }
    if rows.len() > 1 {
        out.push('\n');
        table::write(out, 1, &rows);
    }
}

fn lists(out: &mut String, evaluation: &Evaluation, at_length: bool) {
    let (mut missed, mut wrong, mut unlabelled) = (Vec::new(), Vec::new(), Vec::new());
    for case in &evaluation.cases {
        missed.extend(
            case.missed
                .iter()
                .map(|(place, why)| format!("{}: {place}: {why}", case.name)),
        );
        for judged in &case.candidates {
            match judged.label {
                Label::Wrong => wrong.push(line(&case.name, judged)),
                Label::Unlabelled => unlabelled.push(line(&case.name, judged)),
                Label::Right(_) => {}
            }
        }
    }
    list(out, "missed", &missed);
    list(out, "wrong", &wrong);
    if at_length {
        list(out, "unlabelled", &unlabelled);
    }
}

fn line(case: &str, judged: &Judged) -> String {
    format!("{case}: {}:{}: {}", judged.path, judged.line, judged.title)
}

fn list(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title}:\n"));
    out.extend(lines.iter().map(|line| format!("  {}\n", visible(line))));
}
