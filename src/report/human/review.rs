//! What models were asked, what it cost, and why nothing was found: a line or two where all is well.

use super::super::paint::{self, Page};
use super::super::text::{self, grouped};
use super::said;
use crate::model::{Asked, Count, Coverage, Money, NotShown, Origin, Report, Usage};
use bstr::ByteSlice;

// More rows, reasons or names than this are counted, not listed.
const MOST_ROWS: usize = 5;
const MOST_KINDS: usize = 4;
const MOST_NAMES: usize = 3;
const MOST_FAILURES: usize = 2;

/// The task whose questions are no validator's.
const FALSIFIER: &str = "falsifier";

/// Writes what a review looked at, asked and cost.
pub fn write(page: &mut Page<'_>, report: &Report) {
    let Some(review) = &report.review else {
        return;
    };
    if let Some(why) = &review.skipped {
        page.put_remark(paint::NOTE, "models were not asked", &said::reason(why));
    }
    if review.skipped.is_none() || !review.asked.is_empty() {
        let line = summary(page, report, review);
        page.put_remark(paint::NOTE, "models", &line);
    }
    write_each(page, review);
    write_found(page, report, review);
    write_unanswered(page, review);
    write_not_shown(page, review);
}

/// Whether a review was complete: what is left out by rule is no gap.
pub fn is_complete(review: &Coverage) -> bool {
    review.asked.iter().all(is_answered) && review.left_out.iter().all(|item| item.by_rule)
}

/// Whether there were questions, and no whole answer to any.
fn is_unheard(review: &Coverage) -> bool {
    !review.asked.is_empty() && review.asked.iter().all(|asked| asked.answered == 0)
}

fn is_answered(asked: &Asked) -> bool {
    asked.answered >= asked.calls
}

/// `3 of 4 files, 12 hunks (4.1 KB) in 2 parts; security asked a/x: 8 calls; 14,200 tokens, $0.0042`.
fn summary(page: &Page<'_>, report: &Report, review: &Coverage) -> String {
    let mut parts = vec![shown(report, review)];
    parts.extend(questions(review));
    // What a call without an answer may cost, a note says.
    let is_known = !is_unheard(review) || !review.usage.is_empty();
    if !review.asked.is_empty() && is_known {
        parts.push(spent(&review.usage, review.cost));
    }
    parts.extend(isolation(page, review));
    parts.join("; ")
}

fn shown(report: &Report, review: &Coverage) -> String {
    if review.units == 0 && review.files == 0 {
        return "nothing was shown to them".to_owned();
    }
    let files = match report.files > review.files {
        true => format!(
            "{} of {}",
            grouped(wide(review.files)),
            many(report.files, "file")
        ),
        false => many(review.files, "file"),
    };
    let hunks = many(review.hunks, "hunk");
    let size = text::size(review.bytes);
    match review.units {
        0 | 1 => format!("{files}, {hunks} ({size})"),
        n => format!("{files}, {hunks} ({size}) in {}", many(n, "part")),
    }
}

/// `correctness and security asked a/x and b/y, the falsifier asked c/z: 8 calls, 6 kept from before, 2 new`.
fn questions(review: &Coverage) -> Option<String> {
    let who: Vec<String> = askers(review)
        .iter()
        .map(|(who, models)| asked(who, models))
        .collect();
    if who.is_empty() {
        return review.skipped.is_none().then(|| "nobody was asked".to_owned());
    }
    if review.asked.iter().all(|row| row.model.is_empty()) {
        let all = review.asked.iter().map(|row| row.calls).sum();
        return Some(format!("{} to {}", who.join(", "), many(all, "call")));
    }
    let sum = |of: fn(&Asked) -> usize| review.asked.iter().map(of).sum::<usize>();
    let calls = calls(sum(|a| a.calls), sum(|a| a.cached), sum(|a| a.answered));
    Some(format!("{}: {calls}", who.join(", ")))
}

/// Who asked which models; those who asked the same ones stand together.
fn askers(review: &Coverage) -> Vec<(Vec<String>, Vec<&String>)> {
    let mut single: Vec<(&str, Vec<&String>)> = Vec::new();
    for asked in &review.asked {
        let at = single.iter().position(|(who, _)| *who == asked.validator);
        let at = at.unwrap_or_else(|| {
            single.push((&asked.validator, Vec::new()));
            single.len() - 1
        });
        let models = &mut single[at].1;
        if !asked.model.is_empty() && !models.contains(&&asked.model) {
            models.push(&asked.model);
        }
    }
    let mut joined: Vec<(Vec<String>, Vec<&String>)> = Vec::new();
    for (who, mut models) in single {
        models.sort();
        match joined
            .iter_mut()
            .find(|(_, known)| *known == models && who != FALSIFIER)
        {
            Some((names, _)) => names.push(asker(who)),
            None => joined.push((vec![asker(who)], models)),
        }
    }
    joined
}

fn asker(name: &str) -> String {
    match name {
        FALSIFIER => "the falsifier".to_owned(),
        name => said::name(name),
    }
}

fn asked(who: &[String], models: &[&String]) -> String {
    let who = text::series(who);
    match models.len() {
        0 => format!("{who} had no answer"),
        n if n > MOST_NAMES => {
            let shown: Vec<String> = models.iter().take(MOST_NAMES).map(|m| said::name(m)).collect();
            format!("{who} asked {} and {} more", shown.join(", "), n - MOST_NAMES)
        }
        _ => format!("{who} asked {}", said::names(models.iter().copied())),
    }
}

fn calls(all: usize, kept: usize, answered: usize) -> String {
    let mut out = many(all, "call");
    match kept {
        0 => {}
        n if n >= all => out.push_str(", kept from before"),
        n => out.push_str(&format!(
            ", {} kept from before, {} new",
            grouped(wide(n)),
            grouped(wide(all - n))
        )),
    }
    if answered == 0 && all > 0 {
        out.push_str(", none with a whole answer");
    } else if answered < all {
        let without = grouped(wide(all - answered));
        out.push_str(&format!(", {without} without a whole answer"));
    }
    out
}

fn spent(usage: &Usage, cost: Money) -> String {
    if usage.is_empty() && cost == Money::ZERO {
        return "nothing was spent".to_owned();
    }
    let tokens = usage.prompt().saturating_add(usage.output);
    format!("{} tokens, {cost}", grouped(tokens))
}

/// What is as it should be need not be told each time.
fn isolation(page: &Page<'_>, review: &Coverage) -> Option<String> {
    match review.isolation.as_str() {
        "" => None,
        "none" => Some("answers were read outside of a sandbox".to_owned()),
        "strict" if !page.options.verbose => None,
        level => Some(format!("answers were read in a sandbox ({})", said::name(level))),
    }
}

/// Lists each validator with each model, on demand.
fn write_each(page: &mut Page<'_>, review: &Coverage) {
    if !page.options.verbose {
        return;
    }
    for row in &review.asked {
        let line = format!(
            "{}: {}, {}; {}",
            at(row),
            calls(row.calls, row.cached, row.answered),
            many(row.claims, "claim"),
            spent(&row.usage, row.cost)
        );
        page.put_remark(paint::NOTE, "asked", &line);
    }
}

fn at(row: &Asked) -> String {
    match row.model.is_empty() {
        true => asker(&row.validator),
        false => format!("{} at {}", asker(&row.validator), said::name(&row.model)),
    }
}

/// Says what became of the claims, and why nothing is left of them.
fn write_found(page: &mut Page<'_>, report: &Report, review: &Coverage) {
    let found = report
        .findings
        .iter()
        .filter(|f| f.origin != Origin::Computed)
        .count();
    let most = if page.options.verbose {
        usize::MAX
    } else {
        MOST_KINDS
    };
    let mut parts = Vec::new();
    if let Some((n, kinds)) = kinds(&review.dropped, most) {
        let were = if n == 1 { "was" } else { "were" };
        parts.push(format!("{} {were} dropped ({kinds})", many(n, "claim")));
    }
    if let Some((n, kinds)) = kinds(&review.lowered, most) {
        let (are, block) = if n == 1 {
            ("is", "blocks")
        } else {
            ("are", "block")
        };
        parts.push(format!(
            "{} {are} shown and never {block} ({kinds})",
            grouped(wide(n))
        ));
    }
    if found > 0 {
        if !parts.is_empty() {
            parts.insert(0, many(found, "finding"));
            page.put_remark(paint::NOTE, "found by models", &parts.join("; "));
        }
        return;
    }
    if review.asked.is_empty() {
        return;
    }
    let nobody_answered = review.asked.iter().all(|asked| asked.answered == 0);
    if parts.is_empty() && !(nobody_answered && review.asked.iter().all(|asked| asked.claims == 0)) {
        parts.push(silence(review).to_owned());
    }
    if nobody_answered {
        parts.push("no question was answered".to_owned());
    } else if !review.asked.iter().all(is_answered) {
        parts.push("not every question was answered".to_owned());
    }
    page.put_remark(paint::NOTE, "nothing was found by models", &parts.join("; "));
}

fn silence(review: &Coverage) -> &'static str {
    match review.asked.iter().any(|asked| asked.claims > 0) {
        true => "the policy asks for none of what they claimed",
        false => "they claimed nothing",
    }
}

/// Returns how many there are, and `3 quote/not-found, 2 facts/symbol-exists`, the most frequent first.
fn kinds(counts: &[Count], most: usize) -> Option<(usize, String)> {
    let mut sorted: Vec<&Count> = counts.iter().filter(|count| count.count > 0).collect();
    sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.what.cmp(&b.what)));
    let all: usize = sorted.iter().map(|count| count.count).sum();
    let words = match sorted.as_slice() {
        [] => return None,
        [one] => said::name(&one.what),
        _ => {
            let row = |count: &&Count| format!("{} {}", grouped(wide(count.count)), said::name(&count.what));
            let mut rows: Vec<String> = sorted.iter().take(most).map(row).collect();
            let rest: usize = sorted.iter().skip(most).map(|count| count.count).sum();
            if rest > 0 {
                rows.push(format!("{} others", grouped(wide(rest))));
            }
            rows.join(", ")
        }
    };
    Some((all, words))
}

/// Lists who had no whole answer, and why; those who failed alike stand together.
fn write_unanswered(page: &mut Page<'_>, review: &Coverage) {
    let mut alike: Vec<Vec<&Asked>> = Vec::new();
    for row in review.asked.iter().filter(|asked| !is_answered(asked)) {
        let same = |group: &&mut Vec<&Asked>| {
            let first = group[0];
            !row.failures.is_empty() && first.model == row.model && first.failures == row.failures
        };
        match alike.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => alike.push(vec![row]),
        }
    }
    let rows: Vec<String> = alike.iter().map(|rows| unanswered(rows)).collect();
    write_rows(page, "no answer", &rows);
}

fn unanswered(rows: &[&Asked]) -> String {
    let calls: usize = rows.iter().map(|row| row.calls).sum();
    let without: usize = rows
        .iter()
        .map(|row| row.calls.saturating_sub(row.answered))
        .sum();
    let share = format!("({without} of {})", many(calls, "call"));
    let failures = rows
        .first()
        .map(|row| row.failures.as_slice())
        .unwrap_or_default();
    let mut reasons: Vec<String> = failures
        .iter()
        .take(MOST_FAILURES)
        .map(|why| said::reason(why))
        .collect();
    if failures.len() > MOST_FAILURES {
        reasons.push(text::count(failures.len() - MOST_FAILURES, "other reason"));
    }
    let who: Vec<String> = rows.iter().map(|row| asker(&row.validator)).collect();
    let who = match rows.first() {
        Some(row) if !row.model.is_empty() => format!("{} at {}", text::series(&who), said::name(&row.model)),
        _ => text::series(&who),
    };
    match reasons.is_empty() {
        true => format!("{who} {share}"),
        false => format!("{who}: {} {share}", reasons.join("; ")),
    }
}

/// Lists what models were not shown: each gap, and in one row what is left out by rule.
fn write_not_shown(page: &mut Page<'_>, review: &Coverage) {
    let (by_rule, gaps): (Vec<_>, Vec<_>) = review.left_out.iter().partition(|item| item.by_rule);
    let rows: Vec<String> = gaps.into_iter().map(gap).collect();
    write_rows(page, "not shown", &rows);
    if by_rule.is_empty() {
        return;
    }
    let most = match page.options.verbose {
        true => by_rule.len(),
        false => MOST_NAMES,
    };
    let mut names: Vec<String> = by_rule.iter().take(most).map(|item| left_out(item)).collect();
    if by_rule.len() > most {
        names.push(format!("{} more", grouped(wide(by_rule.len() - most))));
    }
    page.put_remark(paint::NOTE, "not shown by rule", &text::series(&names));
}

fn left_out(item: &NotShown) -> String {
    format!(
        "{} ({})",
        text::visible_bytes(item.path.as_bstr()),
        said::name(&item.why)
    )
}

/// `big.rs: over the budget (3 hunks, 12 KB)`.
fn gap(item: &NotShown) -> String {
    let path = text::visible_bytes(item.path.as_bstr());
    let why = said::name(&item.why);
    let size = text::size(item.bytes);
    match (item.hunks, item.bytes) {
        (0, 0) => format!("{path}: {why}"),
        (0, _) => format!("{path}: {why} ({size})"),
        (n, _) => format!("{path}: {why} ({}, {size})", many(n as usize, "hunk")),
    }
}

/// Writes gaps, one on each row; all of them on demand.
fn write_rows(page: &mut Page<'_>, label: &str, rows: &[String]) {
    let most = match page.options.verbose {
        true => rows.len(),
        false => MOST_ROWS,
    };
    for row in rows.iter().take(most) {
        page.put_remark(paint::WARNING, label, row);
    }
    if rows.len() > most {
        let line = format!(
            "{} more; `--format json` shows all",
            grouped(wide(rows.len() - most))
        );
        page.put_remark(paint::WARNING, label, &line);
    }
}

/// A count with its noun, with commas between thousands.
fn many(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(wide(n)))
}

fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
