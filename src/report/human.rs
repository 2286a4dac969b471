//! Diagnostics for people: what blocks first, one closing line last. A plain pass in a hook is silent.

mod closing;
mod diagnostic;
mod group;
mod review;
pub(super) mod said;

use super::paint::{self, Page};
use super::{Options, models, text};
use crate::model::{Category, Decision, Disposition, Finding, LeftOut, Location, PolicySource, Report};
use bstr::ByteSlice;
use diagnostic::Remark;
use group::Group;
use std::collections::HashSet;

// More lines than this about things that were not looked at, or are allowed, are counted, not listed.
const MOST_LISTED: usize = 10;

/// Writes a report for people.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    if options.quiet && is_plain_pass(report) {
        return Vec::new();
    }
    let mut page = Page::new(options);
    write_diagnostics(&mut page, report);
    if options.verbose {
        write_allowed(&mut page, &report.findings);
    }
    write_left_out(&mut page, report);
    write_notes(&mut page, report);
    review::write(&mut page, report);
    closing::write(&mut page, report);
    page.out.into_bytes()
}

/// Whether there is nothing to say.
fn is_plain_pass(report: &Report) -> bool {
    let is_complete = report.review.as_ref().is_none_or(review::is_complete);
    report.verdict.decision == Decision::Pass
        && is_complete
        && report.left_out.is_empty()
        && report.notes.is_empty()
}

fn write_diagnostics(page: &mut Page<'_>, report: &Report) {
    let verbose = page.options.verbose;
    let groups = group::group(report.findings.iter().filter(|f| is_shown(f, verbose)));
    let most = match page.options.max_findings {
        0 => groups.len(),
        n => n.min(groups.len()),
    };
    let (shown, hidden) = groups.split_at(most);
    let mut seen = HashSet::new();
    for group in shown {
        let remarks = remarks(
            group,
            seen.insert((group.first.check.as_ref(), group.first.commit)),
            verbose,
        );
        diagnostic::write(page, group, &remarks);
        page.out.push('\n');
    }
    write_hidden(page, hidden);
    write_pointer(page, shown);
}

/// Says once where more about the findings stands.
fn write_pointer(page: &mut Page<'_>, shown: &[Group<'_>]) {
    // What models say needs no explanation of a rule.
    let Some(group) = shown.iter().find(|group| !models::is_theirs(&group.first.check)) else {
        return;
    };
    let id = text::visible(&group.first.check);
    let line = format!("`pantheon rules explain {id}` says more");
    page.put_remark(paint::NOTE, "help", &line);
}

fn is_shown(finding: &Finding, verbose: bool) -> bool {
    match finding.disposition {
        Disposition::Block | Disposition::Warn => true,
        Disposition::Note => verbose,
        Disposition::Suppressed(_) | Disposition::Waived(_) | Disposition::Baseline => false,
    }
}

/// What stands below a diagnostic: how to fix and how to silence only once for each rule, and where the
/// finding is not of the head, for each commit.
fn remarks(group: &Group<'_>, is_first: bool, verbose: bool) -> Vec<Remark> {
    let finding = group.first;
    let mut remarks = Vec::new();
    if let Some(others) = group.others() {
        remarks.push(("note", others));
    }
    remarks.extend(said::remarks(finding));
    // What a rule advises is always the same; what models advise is not, and is not the program's own word.
    let help = finding.help.clone();
    if models::is_theirs(&finding.check) {
        remarks.extend(help.map(|help| ("advice", help)));
    } else if is_first {
        let fix = finding.fix.as_ref().map(|fix| fix.summary.clone());
        let help = help.filter(|help| fix.as_ref() != Some(help));
        remarks.extend(help.map(|help| ("help", help)));
        remarks.extend(fix.map(|fix| ("fix", fix)));
    }
    if is_first {
        remarks.extend(silence(finding));
    }
    if verbose {
        remarks.push(("fingerprint", finding.fingerprint.to_string()));
    }
    remarks
}

/// A comment can only stand where there is a line for it, and allows no change of the policy.
fn silence(finding: &Finding) -> Option<Remark> {
    let on_line = finding.commit.is_none()
        && matches!(finding.location, Location::File { region: Some(_), .. })
        && Category::of(&finding.check) != Category::Policy;
    on_line.then(|| {
        (
            "silence",
            format!("`pantheon: allow {} -- reason` on the line", finding.check),
        )
    })
}

fn write_hidden(page: &mut Page<'_>, hidden: &[Group<'_>]) {
    let total: usize = hidden.iter().map(Group::len).sum();
    if total == 0 {
        return;
    }
    let blocking = hidden
        .iter()
        .filter(|g| g.first.disposition == Disposition::Block);
    let block: usize = blocking.map(Group::len).sum();
    let block = if block == 0 {
        String::new()
    } else {
        format!(" ({block} block)")
    };
    let dots = if page.options.unicode { "…" } else { "..." };
    let line = format!("{dots} and {total} more{block}; `--format json` shows all");
    page.put_wrapped(paint::FAINT, 0, 4, &line);
    page.out.push('\n');
}

/// Lists what is found and let through, with the reason.
fn write_allowed(page: &mut Page<'_>, findings: &[Finding]) {
    let allowed = findings.iter().filter_map(|finding| {
        let (word, reason) = match &finding.disposition {
            Disposition::Suppressed(reason) => ("suppressed", Some(reason)),
            Disposition::Waived(reason) => ("waived", Some(reason)),
            Disposition::Baseline => ("in the baseline", None),
            Disposition::Block | Disposition::Warn | Disposition::Note => return None,
        };
        Some((word, allowed_line(finding, reason)))
    });
    let lines: Vec<_> = allowed.collect();
    for (word, line) in &lines {
        page.put_remark(paint::NOTE, word, line);
    }
    if !lines.is_empty() {
        page.out.push('\n');
    }
}

fn allowed_line(finding: &Finding, reason: Option<&String>) -> String {
    let check = text::visible(&finding.check);
    let place = diagnostic::place(finding)
        .map(|p| format!(" at {p}"))
        .unwrap_or_default();
    let reason = reason
        .map(|r| format!(": {}", text::visible(r)))
        .unwrap_or_default();
    format!("{check}{place}{reason}")
}

/// Lists what was not looked at; what the verdict cannot be trusted without comes first.
fn write_left_out(page: &mut Page<'_>, report: &Report) {
    let left_out = report.left_out.iter();
    let mut sorted: Vec<_> = left_out.filter(|item| !is_told_below(item, report)).collect();
    sorted.sort_by_key(|item| !item.inconclusive);
    let most = if page.options.verbose {
        sorted.len()
    } else {
        MOST_LISTED
    };
    for item in sorted.iter().take(most) {
        let style = if item.inconclusive {
            paint::WARNING
        } else {
            paint::NOTE
        };
        let line = format!(
            "{}: {}",
            text::visible_bytes(item.what.as_bstr()),
            text::visible(&item.why)
        );
        page.put_remark(style, "not looked at", &line);
    }
    if sorted.len() > most {
        let line = format!("{} more; `--format json` shows all", sorted.len() - most);
        page.put_remark(paint::NOTE, "not looked at", &line);
    }
}

/// Whether it is what models were not shown, which the review itself lists.
fn is_told_below(item: &LeftOut, report: &Report) -> bool {
    let mut rows = report.review.iter().flat_map(|review| &review.left_out);
    rows.any(|row| !row.by_rule && row.path == item.what && item.why.ends_with(&row.why))
}

fn write_notes(page: &mut Page<'_>, report: &Report) {
    if let Some(note) = policy_note(&report.policy) {
        page.put_remark(paint::NOTE, "note", &text::visible(&note));
    }
    for note in &report.notes {
        page.put_remark(paint::NOTE, "note", &text::visible(note));
    }
}

/// Says where the policy came from, where that is not the obvious place.
fn policy_note(policy: &PolicySource) -> Option<String> {
    Some(match policy {
        PolicySource::Default | PolicySource::Base => return None,
        PolicySource::Head => "the policy is the `.pantheon.toml` that this change introduces".to_owned(),
        PolicySource::Worktree => {
            "the policy is `.pantheon.toml` of the working tree: no commit holds one".to_owned()
        }
        PolicySource::File(name) => format!("the policy is `{name}`"),
    })
}
