//! What would be asked of models, as text.

use crate::app::validate::Planned;
use crate::cli::models::previewed;
use crate::model::{Money, visible};
use crate::report::text;
use std::collections::BTreeSet;
use std::fmt::Write;

const NOBODY: &str = "no model would be asked\n";
const WHY_NOBODY: &str = "nobody can be asked: `--explain-route` says why\n";

/// Lists what would be asked: a line for each question, then the sum.
pub fn shown(planned: &[Planned], with_route: bool, with_body: bool) -> String {
    if planned.is_empty() {
        return NOBODY.to_owned();
    }
    let mut out = String::new();
    let mut told = BTreeSet::new();
    for plan in planned {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", line(plan));
        if with_route && told.insert(&plan.route) {
            let _ = writeln!(out, "{}", plan.route.trim_end());
        }
        if with_body {
            let _ = writeln!(out, "\n{}", previewed(&plan.preview));
        }
    }
    let likely: i64 = planned.iter().map(|plan| plan.preview.estimate.likely.0).sum();
    let tokens: u64 = planned
        .iter()
        .map(|plan| plan.preview.estimate.tokens.input)
        .sum();
    let _ = writeln!(
        out,
        "{}, about {tokens} tokens in, likely {}",
        text::count(planned.len(), "question"),
        Money(likely)
    );
    let nobody = planned.iter().any(|plan| plan.preview.target.is_none());
    if nobody && !with_route {
        out.push_str(WHY_NOBODY);
    }
    out
}

fn line(plan: &Planned) -> String {
    let Some(target) = &plan.preview.target else {
        let why: String = plan
            .turned_down()
            .map(|why| format!("; {}", visible(&why)))
            .collect();
        return format!(
            "{} part {}: nobody can be asked{why}",
            visible(&plan.validator),
            plan.part
        );
    };
    let estimate = &plan.preview.estimate;
    format!(
        "{} part {}: {}, about {} tokens in, likely {}",
        visible(&plan.validator),
        plan.part,
        visible(target),
        estimate.tokens.input,
        estimate.likely
    )
}
