//! Two versions of prompts side by side.

use super::human::{all_stages, summary};
use super::table::{self, head, part, word};
use crate::app::eval::{Comparison, Figures, Tally};
use crate::report::text::count;
use std::collections::{BTreeMap, BTreeSet};

/// Writes a comparison.
pub fn write(comparison: &Comparison) -> String {
    let [one, other] = &comparison.sides;
    let [a, b] = comparison.names.each_ref().map(|name| word(name));
    let mut out = format!(
        "{a}: {}\n{b}: {}\n",
        summary(&one.figures),
        summary(&other.figures)
    );
    if comparison.left_out > 0 {
        let left_out = count(comparison.left_out, "file");
        out.push_str(&format!(
            "{left_out} of answers left out: the other version has none\n"
        ));
    }
    let [one, other] = [&one.figures, &other.figures];
    pairs(&mut out, ["", &a, &b], &by_stage(one), &by_stage(other));
    pairs(
        &mut out,
        ["validator", &a, &b],
        &by_validator(one),
        &by_validator(other),
    );
    pairs(&mut out, ["kind", &a, &b], &by_kind(one), &by_kind(other));
    out
}

type Rows = Vec<(String, Tally)>;

fn by_stage(figures: &Figures) -> Rows {
    let all = all_stages(figures).into_iter();
    all.map(|(name, tally)| (name.to_owned(), tally)).collect()
}

fn by_validator(figures: &Figures) -> Rows {
    let all = figures.validators.iter();
    all.map(|(name, sides)| (word(name), sides.candidates)).collect()
}

fn by_kind(figures: &Figures) -> Rows {
    let all = figures.kinds.iter();
    all.map(|(kind, sides)| (kind.name().to_owned(), sides.candidates))
        .collect()
}

/// A row for each name of either side, with the difference of each figure.
fn pairs(out: &mut String, [title, a, b]: [&str; 3], one: &Rows, other: &Rows) {
    let mut first = vec![title.to_owned()];
    for figure in ["precision", "recall", "F1"] {
        first.extend([format!("{figure} {a}"), b.to_owned(), "change".to_owned()]);
    }
    let mut rows = vec![first];
    let [left, right] = [one, other].map(|rows| rows.iter().cloned().collect::<BTreeMap<_, _>>());
    let mut seen = BTreeSet::new();
    for (name, _) in one
        .iter()
        .chain(other)
        .filter(|(name, _)| seen.insert(name.clone()))
    {
        let [from, to] = [&left, &right].map(|side| side.get(name).copied().unwrap_or_default());
        let mut row = head(&[name]);
        for figure in [Tally::precision, Tally::recall, Tally::f1] {
            row.extend([
                part(figure(&from)),
                part(figure(&to)),
                change(figure(&from), figure(&to)),
            ]);
        }
        rows.push(row);
    }
    out.push('\n');
    table::write(out, 1, &rows);
}

fn change(from: Option<f64>, to: Option<f64>) -> String {
    let (Some(from), Some(to)) = (from, to) else {
        return "-".to_owned();
    };
    // Two roundings would not add up: what is shown is the difference of what is shown.
    let hundredths = (to * 100.0).round() - (from * 100.0).round();
    format!("{:+.2}", hundredths / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_a_sign() {
        assert_eq!(change(Some(0.5), Some(0.75)), "+0.25");
        assert_eq!(change(Some(0.75), Some(0.5)), "-0.25");
        assert_eq!(change(Some(0.5), Some(0.5)), "+0.00");
        assert_eq!(change(None, Some(0.5)), "-");
    }
}
