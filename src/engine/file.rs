//! One text at a time: run what looks at it, then turn drafts into findings.

use super::ordinal::Ordinals;
use super::suppress::{self, Comment};
use super::times::Times;
use super::{Part, Plan, Suppressions, fix, sink, snippet};
use crate::check::{Draft, FileView, Lines, Place, Run, fingerprint};
use crate::model::{
    Disposition, FileChange, Finding, LeftOut, Location, Message, Objects, ReadError, Region,
};
use bstr::ByteSlice;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; should it panic, nothing is lost but its own result, and the run has failed.
pub fn guarded(what: &dyn Fn() -> String, work: impl FnOnce() -> Part) -> Part {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let why = format!("a rule broke down on `{}`", what());
        Part {
            failed: Some(why),
            ..Part::default()
        }
    })
}

/// Runs the rules that look at files on one file.
pub fn run(change: &FileChange, plan: &Plan<'_>, objects: &dyn Objects) -> Part {
    let late = || plan.deadline.is_over();
    let view = FileView::new(change, objects).until(&late);
    // The patterns come first, for they see on the way what other rules look for.
    let (mut drafts, mut by_pattern) = (Vec::new(), Vec::new());
    let mut times = Times::default();
    times.of("patterns", || plan.patterns.scan_file(&view, &mut by_pattern));
    for rule in &plan.rules {
        let Run::File(check) = rule.run else { continue };
        if view.read_so_far() > SLOW && view.is_late() {
            break;
        }
        times.of(&rule.info.id, || {
            check(&view, &mut sink(&rule.info, plan, &mut drafts));
        });
    }
    drafts.append(&mut by_pattern);
    drafts.retain(|d| (plan.counts)(change.path.as_bstr(), &d.check));
    let cut = cut(&mut drafts);
    let comments = suppress::comments(&view, plan);
    let findings = if drafts.is_empty() && comments.is_empty() {
        Vec::new()
    } else {
        let text = Text {
            bytes: view.bytes(),
            lines: view.lines(),
            view: Some(&view),
        };
        finish(drafts, comments, &text, plan)
    };
    let more = cut.into_iter().map(|(check, more)| LeftOut {
        what: change.path.clone(),
        why: format!("{more} more findings of `{check}` are not told"),
        inconclusive: false,
    });
    let passed_over = view.take_passed_over().into_iter();
    let passed_over = passed_over
        .filter(|(check, _)| (plan.counts)(change.path.as_bstr(), check))
        .map(|(check, why)| LeftOut {
            what: change.path.clone(),
            why: format!("`{check}` passed it over: {why}"),
            inconclusive: false,
        });
    let left_out = view
        .take_problems()
        .into_iter()
        .map(|(new, e)| left_out(change, new, &e))
        .chain(more)
        .chain(passed_over)
        .chain(view.was_stopped().then(|| stopped(change)))
        .collect();
    Part {
        findings,
        left_out,
        stopped: view.was_stopped(),
        times,
        ..Part::default()
    }
}

/// From this size on, in bytes, the time is asked for between two rules.
const SLOW: usize = 64 << 10;

/// More findings of one rule in one file than this tell nothing more.
const MOST: usize = 1000;

/// Drops what a rule finds beyond the most, and says how much that was.
fn cut(drafts: &mut Vec<Draft>) -> BTreeMap<Cow<'static, str>, usize> {
    let mut more = BTreeMap::new();
    if drafts.len() > MOST {
        let mut seen: HashMap<_, usize> = HashMap::new();
        drafts.retain(|draft| {
            let seen = seen.entry(draft.check.clone()).or_default();
            *seen += 1;
            if *seen > MOST {
                *more.entry(draft.check.clone()).or_default() += 1;
            }
            *seen <= MOST
        });
    }
    more
}

/// Runs the rules that look at commit messages on one message.
pub fn message(message: &Message, plan: &Plan<'_>) -> Part {
    let mut drafts = Vec::new();
    for rule in &plan.rules {
        if let Run::Message(check) = rule.run {
            check(message, &mut sink(&rule.info, plan, &mut drafts));
        }
    }
    plan.patterns.scan_text(&message.text, &mut drafts);
    let lines = Lines::new(&message.text);
    let text = Text {
        bytes: &message.text,
        lines: &lines,
        view: None,
    };
    Part {
        findings: finish(drafts, Vec::new(), &text, plan),
        ..Part::default()
    }
}

/// Turns drafts that stand on no text into findings.
pub fn unanchored(mut drafts: Vec<Draft>, plan: &Plan<'_>) -> Vec<Finding> {
    drafts.retain(|d| match &d.place {
        Place::Path(path) => !(plan.excluded)(path.as_bstr()) && (plan.counts)(path.as_bstr(), &d.check),
        _ => true,
    });
    let lines = Lines::new(b"");
    finish(
        drafts,
        Vec::new(),
        &Text {
            bytes: b"",
            lines: &lines,
            view: None,
        },
        plan,
    )
}

/// Makes findings of what others than rules say about a file. What comments allow, they allow here too; what
/// is to be said about the comments, the rules say.
pub fn anchored(
    change: &FileChange,
    objects: &dyn Objects,
    suppressions: Suppressions,
    make: &dyn Fn(&[u8], &Lines) -> Vec<Draft>,
    hide: &dyn Fn(&[u8]) -> Vec<Range<usize>>,
) -> Vec<Finding> {
    let view = FileView::new(change, objects);
    let text = Text {
        bytes: view.bytes(),
        lines: view.lines(),
        view: Some(&view),
    };
    let secrets = snippet::disjoint(hide(text.bytes));
    let mut comments = suppress::comments_of(&view, suppressions);
    let mut ordinals = Ordinals::new(text.view);
    let drafts = make(text.bytes, text.lines);
    let beside = beside(&drafts, &text);
    let mut found: Vec<Finding> = drafts
        .into_iter()
        .zip(beside)
        .map(|(draft, beside)| finding(draft, &text, &secrets, beside, &mut ordinals))
        .collect();
    for found in &mut found {
        suppress::apply(found, &mut comments, suppressions);
    }
    found
}

/// Makes findings of drafts that stand on the change as a whole.
pub fn on_change(drafts: Vec<Draft>) -> Vec<Finding> {
    let lines = Lines::new(b"");
    let text = Text {
        bytes: b"",
        lines: &lines,
        view: None,
    };
    let mut ordinals = Ordinals::new(None);
    let drafts = drafts.into_iter();
    drafts
        .map(|draft| finding(draft, &text, &[], 1, &mut ordinals))
        .collect()
}

/// The text that drafts stand on.
struct Text<'a> {
    bytes: &'a [u8],
    lines: &'a Lines,
    view: Option<&'a FileView<'a>>,
}

fn finish(
    mut drafts: Vec<Draft>,
    mut comments: Vec<Comment>,
    text: &Text<'_>,
    plan: &Plan<'_>,
) -> Vec<Finding> {
    let secrets = snippet::disjoint(drafts.iter().filter_map(|d| d.secret.clone()).collect());
    fix::settle(&mut drafts);
    let beside = beside(&drafts, text);
    let mut ordinals = Ordinals::new(text.view);
    let mut out: Vec<_> = drafts
        .into_iter()
        .zip(beside)
        .map(|(d, beside)| finding(d, text, &secrets, beside, &mut ordinals))
        .collect();
    if !comments.is_empty() {
        for found in &mut out {
            suppress::apply(found, &mut comments, plan.suppressions);
        }
    }
    if let Some(file) = text.view.map(|view| view.file) {
        let own = suppress::report(&comments, file, plan);
        let own = own
            .into_iter()
            .filter(|d| (plan.counts)(file.path.as_bstr(), &d.check));
        out.extend(own.map(|d| finding(d, text, &secrets, 1, &mut ordinals)));
    }
    out
}

/// Returns for each draft how many of its check begin on the same line.
fn beside(drafts: &[Draft], text: &Text<'_>) -> Vec<u32> {
    let key = |draft: &Draft| match &draft.place {
        Place::Bytes(_, range) => Some((draft.check.clone(), text.lines.line_of(range.start))),
        _ => None,
    };
    let mut counts: HashMap<_, u32> = HashMap::new();
    for draft in drafts {
        *counts.entry(key(draft)).or_default() += 1;
    }
    drafts.iter().map(|d| counts[&key(d)]).collect()
}

fn finding(
    draft: Draft,
    text: &Text<'_>,
    secrets: &[Range<usize>],
    beside: u32,
    ordinals: &mut Ordinals<'_>,
) -> Finding {
    let range = match &draft.place {
        Place::Bytes(_, range) | Place::Message(range) => Some(clamp(range, text.bytes.len())),
        Place::Path(_) | Place::Change => None,
    };
    let path: &[u8] = match &draft.place {
        Place::Bytes(path, _) | Place::Path(path) => path,
        Place::Message(_) | Place::Change => b"",
    };
    let anchor = range
        .as_ref()
        .map_or(&b""[..], |r| snippet::anchor(text.bytes, text.lines, r));
    // Things without a place of their own differ by what they say.
    let key = if range.is_none() && path.is_empty() {
        draft.message.as_bytes()
    } else {
        anchor
    };
    let nth = ordinals.next(&draft.check, key, range.as_ref(), beside);
    let own = draft.fingerprint;
    let fingerprint = own.unwrap_or_else(|| fingerprint(&draft.check, path, key, nth));
    let region = range.as_ref().map(|r| region(text.lines, r));
    let snippet = range
        .as_ref()
        .map(|r| snippet::cut(text.bytes, text.lines, r, secrets));
    let fix = draft
        .fix
        .and_then(|edits| fix::of(edits, text.bytes, text.lines, secrets));
    Finding {
        location: location(draft.place, region),
        check: draft.check,
        severity: draft.severity,
        confidence: draft.confidence,
        message: draft.message,
        snippet,
        help: draft.help,
        fix,
        origin: draft.origin,
        commit: None,
        fingerprint,
        disposition: Disposition::Note,
    }
}

fn clamp(range: &Range<usize>, len: usize) -> Range<usize> {
    let start = range.start.min(len);
    start..range.end.clamp(start, len)
}

fn location(place: Place, region: Option<Region>) -> Location {
    match place {
        Place::Bytes(path, _) => Location::File { path, region },
        Place::Path(path) => Location::File { path, region: None },
        Place::Message(_) => Location::Message(region),
        Place::Change => Location::Change,
    }
}

fn region(lines: &Lines, range: &Range<usize>) -> Region {
    let (first, last) = (
        lines.line_of(range.start),
        lines.line_of(range.end.max(range.start + 1) - 1),
    );
    let column = |at: usize, line: u32| (at - lines.range(line).start.min(at)) as u32 + 1;
    Region {
        start_line: first + 1,
        start_column: column(range.start, first),
        end_line: last + 1,
        end_column: column(range.end, last),
    }
}

fn stopped(file: &FileChange) -> LeftOut {
    LeftOut {
        what: file.path.clone(),
        why: "the deadline of the gate came before the end of it".to_owned(),
        inconclusive: false,
    }
}

fn left_out(file: &FileChange, new: bool, error: &ReadError) -> LeftOut {
    let why = match (new, error) {
        (true, ReadError::TooLarge { size, limit, .. }) => {
            format!("its {size} bytes are more than the limit of {limit}")
        }
        (true, ReadError::Missing(_)) => {
            "its content is not in this clone; `git fetch --refetch` brings it".to_owned()
        }
        (true, ReadError::Broken(..)) => format!("{error}; `git fsck` says more"),
        (false, _) => "its old content cannot be read, so every line counts as added".to_owned(),
    };
    LeftOut {
        what: file.path.clone(),
        why,
        inconclusive: new,
    }
}
