//! Comments in the content that allow a finding: our own, `pantheon: allow <rule> -- reason`, and
//! those of other secret scanners.

use super::Plan;
use crate::check::{Draft, FileView, Marks, Place};
use crate::model::{Confidence, Disposition, FileChange, Finding, Location, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow;
use std::ops::Range;

/// What comments in the content may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppressions {
    /// Whether our own comments count.
    pub inline: bool,
    /// Whether a reason must be given.
    pub require_reason: bool,
    /// Whether the comments of other secret scanners count, for secrets.
    pub foreign: bool,
}

/// One of our own comments, or one of another scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The rules it names; empty for another scanner's comment, which is about secrets.
    pub rules: Vec<String>,
    /// Why; empty if it does not say.
    pub reason: String,
    /// Its bytes.
    pub range: Range<usize>,
    /// The lines it is about, counted from 1: its own, and the next if it stands alone.
    pub lines: Range<u32>,
    /// Whether the change adds it.
    pub added: bool,
    used: bool,
}

/// Comments of other scanners that allow a secret on their line, each with the mark in it.
const FOREIGN: [(&str, Marks); 6] = [
    ("gitleaks:allow", Marks::ALLOW),
    ("betterleaks:allow", Marks::ALLOW),
    ("trufflehog:ignore", Marks::IGNORE),
    ("kingfisher:ignore", Marks::IGNORE),
    ("pragma: allowlist secret", Marks::LIST_SECRET),
    ("ggignore", Marks::GGIGNORE),
];

/// The rules that the engine itself speaks for.
pub const OWN: &[RuleInfo] = &[UNUSED, REASONLESS, BROKEN];

/// The rule about a change that leaves a policy which cannot be used.
pub const BROKEN: RuleInfo = RuleInfo {
    id: Cow::Borrowed("policy/broken-policy"),
    summary: Cow::Borrowed("a policy that cannot be used once it is committed"),
    why: Cow::Borrowed(
        "The policy of a commit judges the changes after it. One that cannot be read would stop every \
         commit of everybody.",
    ),
    fix: Cow::Borrowed("Mend what `pantheon policy check` names, and stage the file again."),
    bad: Cow::Borrowed("version = 1\n\n[gates.pre-comit]\nblock = \"high\""),
    good: Cow::Borrowed("version = 1\n\n[gates.pre-commit]\nblock = \"high\""),
    severity: Severity::High,
    confidence: Confidence::High,
    history: false,
    options: Cow::Borrowed(&[]),
};

const UNUSED: RuleInfo = RuleInfo {
    id: Cow::Borrowed("policy/unused-suppression"),
    summary: Cow::Borrowed("a comment that allows a finding which is not there"),
    why: Cow::Borrowed(
        "A comment that allows nothing today may hide a real finding tomorrow, and it tells readers \
         that something is wrong where nothing is.",
    ),
    fix: Cow::Borrowed("Take the comment away, or put it on the line that it is about."),
    bad: Cow::Borrowed("let one = 1; // pantheon: allow hazard/debugger-javascript -- used in the demo"),
    good: Cow::Borrowed("let one = 1;"),
    severity: Severity::Low,
    confidence: Confidence::High,
    history: false,
    options: Cow::Borrowed(&[]),
};

const REASONLESS: RuleInfo = RuleInfo {
    id: Cow::Borrowed("policy/suppression-without-reason"),
    summary: Cow::Borrowed("a comment that allows a finding and does not say why"),
    why: Cow::Borrowed(
        "A reader cannot tell a considered exception from a shortcut. Without a reason the comment \
         does not count.",
    ),
    fix: Cow::Borrowed("Add ` -- ` and the reason behind the rule's name."),
    bad: Cow::Borrowed("debugger; // pantheon: allow hazard/debugger-javascript"),
    good: Cow::Borrowed("debugger; // pantheon: allow hazard/debugger-javascript -- the demo stops here"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    history: false,
    options: Cow::Borrowed(&[]),
};

/// Finds the comments in a file that count under the plan, in the order of their lines.
pub fn comments(view: &FileView<'_>, plan: &Plan<'_>) -> Vec<Comment> {
    comments_of(view, plan.suppressions)
}

/// Finds the comments in a file that count, in the order of their lines.
pub fn comments_of(view: &FileView<'_>, suppressions: Suppressions) -> Vec<Comment> {
    let (text, marks) = (view.bytes(), view.marks());
    let mut out = Vec::new();
    if suppressions.inline && marks.has(Marks::PANTHEON) {
        let at = memchr::memmem::find_iter(text, "pantheon:");
        out.extend(at.filter_map(|at| own_comment(view, at)));
    }
    if suppressions.foreign {
        for (word, _) in FOREIGN.iter().filter(|(_, mark)| marks.has(*mark)) {
            for at in memchr::memmem::find_iter(text, word) {
                out.push(comment(view, at..at + word.len(), Vec::new(), (*word).to_owned()));
            }
        }
    }
    out.sort_by_key(|comment| comment.lines.start);
    out
}

/// Reads `pantheon: allow <rule>[, <rule>] -- <reason>`; anything else is no comment of ours.
#[must_use]
pub fn parse(line: &[u8]) -> Option<(Vec<String>, String, usize)> {
    let rest = line.strip_prefix(b"pantheon:")?.trim_start();
    let rest = rest.strip_prefix(b"allow")?;
    if !rest.first()?.is_ascii_whitespace() {
        return None;
    }
    let end = rest.find("--").or_else(|| rest.find("—")).unwrap_or(rest.len());
    let names = rest[..end].to_str().ok()?;
    let names = names
        .split([',', ' ', '\t'])
        .map(str::trim)
        .filter(|n| !n.is_empty());
    let rules: Vec<String> = names.take_while(|n| is_rule(n)).map(str::to_owned).collect();
    if rules.is_empty() {
        return None;
    }
    let reason = rest[end..].trim_start_with(|c| matches!(c, '-' | '—' | ' ' | '\t'));
    let reason = ["*/", "-->", "#}", "%>"].iter().fold(reason, |r, mark| {
        r.trim_end().strip_suffix(mark.as_bytes()).unwrap_or(r)
    });
    let length = line.trim_end().len();
    Some((rules, reason.trim().to_str_lossy().into_owned(), length))
}

fn is_rule(name: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty()
            && p.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.split_once('/')
        .is_some_and(|(a, b)| part(a) && (part(b) || b == "*"))
}

fn own_comment(view: &FileView<'_>, at: usize) -> Option<Comment> {
    let text = view.bytes();
    let window = &text[at..text.len().min(at + 1000)];
    let end = memchr::memchr(b'\n', window).unwrap_or(window.len());
    let (rules, reason, length) = parse(&window[..end])?;
    Some(comment(view, at..at + length, rules, reason))
}

fn comment(view: &FileView<'_>, range: Range<usize>, rules: Vec<String>, reason: String) -> Comment {
    let line = view.lines().line_of(range.start);
    let start = view.lines().range(line).start;
    // A comment that has its line to itself speaks for the next one too.
    let alone = view.bytes()[start..range.start]
        .iter()
        .all(|b| !b.is_ascii_alphanumeric());
    let last = line + if alone && !rules.is_empty() { 2 } else { 1 };
    Comment {
        rules,
        reason,
        added: view.is_added_in(&range),
        range,
        lines: line + 1..last + 1,
        used: false,
    }
}

/// Lets a comment allow a finding.
pub fn apply(finding: &mut Finding, comments: &mut [Comment], with: Suppressions) {
    let Location::File {
        region: Some(region), ..
    } = &finding.location
    else {
        return;
    };
    // The comments stand in the order of their lines, and none is about more than two.
    let first = comments.partition_point(|c| c.lines.start + 1 < region.start_line);
    let near = comments[first..]
        .iter_mut()
        .take_while(|c| c.lines.start <= region.end_line);
    let mut about = near.filter(|c| region.start_line < c.lines.end && names(c, &finding.check));
    if let Some(comment) = about.next() {
        comment.used = true;
        let reason = match comment.reason.as_str() {
            "" if with.require_reason => return,
            "" => "no reason given",
            reason => reason,
        };
        finding.disposition = Disposition::Suppressed(reason.to_owned());
    }
}

/// Whether a comment speaks of a check. None speaks of the gate's own rules.
fn names(comment: &Comment, check: &str) -> bool {
    if check.starts_with("policy/") {
        return false;
    }
    if comment.rules.is_empty() {
        return check.starts_with("secrets/");
    }
    comment
        .rules
        .iter()
        .any(|r| r == check || r.strip_suffix('*').is_some_and(|p| check.starts_with(p)))
}

/// Whether a check is none of the rules: these do not know whether it finds something.
fn is_of_others(rule: &str) -> bool {
    ["commands/", "validators/"]
        .iter()
        .any(|kind| rule.starts_with(kind))
}

/// Reports the added comments of ours that allowed nothing, or do not say why.
pub fn report(comments: &[Comment], file: &FileChange, plan: &Plan<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let is_ours =
        |c: &&Comment| c.added && !c.rules.is_empty() && !c.rules.iter().any(|rule| is_of_others(rule));
    for comment in comments.iter().filter(is_ours) {
        let names = comment.rules.join("`, `");
        let (info, text) = match comment {
            c if !c.used => (
                &UNUSED,
                format!("this comment allows `{names}`, which finds nothing here"),
            ),
            c if c.reason.is_empty() && plan.suppressions.require_reason => (
                &REASONLESS,
                format!("this comment allows `{names}` and does not say why"),
            ),
            _ => continue,
        };
        let place = Place::Bytes(file.path.clone(), comment.range.clone());
        super::sink(info, plan, &mut drafts).push(place, text);
    }
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule() -> impl Strategy<Value = String> {
        "[a-z0-9-]{1,8}/([a-z0-9-]{1,12}|\\*)"
            .prop_filter("a dash pair begins the reason", |r| !r.contains("--"))
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(rest: Vec<u8>, text: String) {
            for tail in [rest, text.into_bytes()] {
                for head in ["", "pantheon:", "pantheon: allow", "pantheon: allow a/b ", "pantheon: allow a/b -- "] {
                    let line = [head.as_bytes(), &tail].concat();
                    if let Some((rules, _, length)) = parse(&line) {
                        prop_assert!(!rules.is_empty() && length <= line.len());
                    }
                }
            }
        }

        #[test]
        fn what_is_written_is_read(
            rules in proptest::collection::vec(rule(), 1..4),
            comma in prop_oneof![Just(","), Just(", "), Just(" ")],
            reason in "[a-z]([ -~]{0,20}[a-z])?",
            end in prop_oneof![Just(""), Just(" */"), Just(" -->"), Just(" #}"), Just(" %>")],
        ) {
            let line = format!("pantheon: allow {} -- {reason}{end}", rules.join(comma));
            prop_assert_eq!(parse(line.as_bytes()), Some((rules, reason, line.len())));
        }
    }

    #[test]
    fn only_our_own_form_counts() {
        let rules = |line: &str| parse(line.as_bytes()).map(|(rules, reason, _)| (rules.join(" "), reason));
        let some = |rules: &str, reason: &str| Some((rules.to_owned(), reason.to_owned()));
        assert_eq!(rules("pantheon: allow a/b"), some("a/b", ""));
        assert_eq!(
            rules("pantheon:allow a/b, c/* \u{2014} why"),
            some("a/b c/*", "why")
        );
        assert_eq!(
            rules("pantheon: allow a/b -- it's -- odd"),
            some("a/b", "it's -- odd")
        );
        for line in [
            "pantheon: allow",
            "pantheon: allowa/b",
            "pantheon: allow all",
            "pantheon: allow */b",
            "pantheon allow a/b",
        ] {
            assert_eq!(rules(line), None, "{line}");
        }
    }
}
