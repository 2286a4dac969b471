//! What is left of claims, as findings that stand on lines.

use super::Wanted;
use super::hidden::Secrets;
use crate::check::{Draft, Lines, Place};
use crate::engine;
use crate::model::{
    Category, ChangeSet, CheckRun, Confidence, FileChange, Finding, Location, Objects, Opinion, Origin,
    Tested, visible,
};
use crate::validators::review::Found;
use crate::validators::sift::{Candidate, Ceiling, Family};
use crate::validators::view;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Turns candidates into findings.
pub fn of(
    found: &[Found],
    change: &ChangeSet,
    wanted: &Wanted<'_>,
    objects: &dyn Objects,
    secrets: &Secrets,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &change.files {
        let name = view::name(&file.path);
        let here: Vec<&Found> = found
            .iter()
            .filter(|found| found.candidate.path == name)
            .collect();
        if here.is_empty() {
            continue;
        }
        let make = |bytes: &[u8], lines: &Lines| {
            here.iter()
                .map(|found| draft(found, file, bytes, lines))
                .collect()
        };
        let hide = |bytes: &[u8]| secrets.find(file.path.as_ref(), bytes);
        findings.extend(engine::anchored(
            file,
            objects,
            wanted.wired.suppressions,
            &make,
            &hide,
        ));
    }
    findings
}

fn draft(found: &Found, file: &FileChange, bytes: &[u8], lines: &Lines) -> Draft {
    let candidate = &found.candidate;
    let first = candidate.first().map(|anchored| &anchored.claim);
    let title = first.map(|claim| one_line(&claim.title)).unwrap_or_default();
    let help = first.and_then(|claim| claim.fix.as_deref()).map(one_line);
    Draft {
        check: check(candidate.family),
        severity: candidate.severity,
        confidence: confidence(candidate, &found.tested),
        message: title,
        fix: None,
        help: help.filter(|help| !help.is_empty()),
        place: match file.new {
            None => Place::Path(file.path.clone()),
            Some(_) => Place::Bytes(file.path.clone(), range(&candidate.lines, bytes, lines)),
        },
        secret: None,
        origin: Origin::Models(opinion(found)),
        fingerprint: Some(candidate.fingerprint("validators")),
    }
}

/// The id of what models find.
fn check(family: Family) -> Cow<'static, str> {
    match family {
        Family::Correctness => "validators/correctness",
        Family::Security => "validators/security",
        Family::Performance => "validators/performance",
        Family::Design => "validators/design",
        Family::World => "validators/world",
        Family::Intent => "validators/intent",
    }
    .into()
}

/// Measured on public reviews: one reviewer is right in a third to a half of what it says, two of three that
/// agree in about 0.6, three in more than 0.8. What a model says about its own confidence is no measure.
fn confidence(candidate: &Candidate, tested: &Tested) -> Confidence {
    match (candidate.backing(), tested) {
        (3.., _) => Confidence::High,
        (2, _) | (_, Tested::Stands(_)) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn opinion(found: &Found) -> Opinion {
    let candidate = &found.candidate;
    let claims = || candidate.claims.iter().map(|anchored| &anchored.claim);
    let validators: BTreeSet<&String> = claims().map(|claim| &claim.validator).collect();
    Opinion {
        validators: validators.into_iter().cloned().collect(),
        models: candidate.models.clone(),
        backing: u32::try_from(candidate.backing()).unwrap_or(u32::MAX),
        ceiling: match candidate.ceiling {
            Ceiling::MayBlock => None,
            Ceiling::AnnotateOnly(why) => Some(why.name().into()),
        },
        tested: found.tested.clone(),
        influenced: found.influenced,
        says: claims()
            .next()
            .map(|claim| visible(&claim.message).into_owned())
            .unwrap_or_default(),
        unmet: None,
    }
}

/// The bytes of lines that are counted from 1, without the end of the last one. Where nothing is left, the
/// place between two lines.
fn range(wanted: &Range<u32>, bytes: &[u8], lines: &Lines) -> Range<usize> {
    let last = lines.count().saturating_sub(1);
    let first = wanted.start.saturating_sub(1).min(last);
    let from = lines.range(first).start;
    if wanted.is_empty() {
        return from..from;
    }
    let end = lines.range(wanted.end.saturating_sub(2).clamp(first, last)).end;
    let text = bytes.get(from..end).unwrap_or_default();
    let ends = text
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    from..end.saturating_sub(ends).max(from)
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    visible(&words.join(" ")).into_owned()
}

/// The lines on which the secret rules found something, with their paths as models are shown them.
pub fn secret_lines(known: &[CheckRun]) -> BTreeSet<(String, u32)> {
    let findings = known.iter().flat_map(|run| run.outcome.findings());
    let mut lines = BTreeSet::new();
    for finding in findings.filter(|finding| Category::of(&finding.check) == Category::Secrets) {
        if let Location::File {
            path,
            region: Some(region),
        } = &finding.location
        {
            let name = view::name(path);
            lines.extend((region.start_line..=region.end_line).map(|line| (name.clone(), line)));
        }
    }
    lines
}
