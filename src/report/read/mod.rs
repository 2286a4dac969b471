//! Reads a report in our own JSON that somebody else wrote, and believes nothing of it: every member is one that the
//! schema names, every value is what it must be, and the whole does not contradict itself.
//!
//! ```text
//! raw     the members, by name
//! words   single values
//! models  what it says about models
//! fix     what it says to write instead
//! ```
//!
//! Whoever writes a report can still lie in it. What is read here can be shown; whether it is true, only a run of
//! one's own says.

mod fix;
mod models;
mod raw;
#[cfg(test)]
mod tests;
mod words;

use super::json::SCHEMA;
use crate::model::{
    Counts, Decision, Disposition, Finding, Grounds, LeftOut, Location, Moved, Part, PolicySource, Reason,
    Report, Shard, Snippet, Source, Standing, Status, Verdict,
};
use std::time::Duration;
use words::Is;

/// The largest report that is read, in bytes: some 50,000 findings.
pub const LARGEST: u64 = 64 << 20;

/// A report that somebody else wrote.
#[derive(Debug, Clone)]
pub struct Read {
    /// The report.
    pub report: Report,
    /// The version of the program that says it wrote it.
    pub version: String,
}

/// Why a report cannot be read: one lowercase line, which names the member where it can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(String);

/// Reads a report.
///
/// # Errors
/// When it is none, or one of another schema, or a member is missing, unknown or not what it must be, or it
/// contradicts itself.
pub fn read(bytes: &[u8]) -> Result<Read, Unreadable> {
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable(format!("it has more than {LARGEST} bytes")));
    }
    let head: raw::Head = serde_json::from_slice(bytes).map_err(|e| syntax(&e))?;
    if head.schema != SCHEMA {
        let schema = words::quoted(&head.schema);
        return Err(Unreadable(format!("its schema is `{schema}`, not `{SCHEMA}`")));
    }
    if head.tool.name != env!("CARGO_PKG_NAME") {
        let name = words::quoted(&head.tool.name);
        return Err(Unreadable(format!("`{name}` wrote it")));
    }
    let version = words::name(head.tool.version).map_err(Unreadable)?;
    let raw: raw::Whole = serde_json::from_slice(bytes).map_err(|e| syntax(&e))?;
    let report = valid(raw).map_err(Unreadable)?;
    consistent(&report).map_err(Unreadable)?;
    Ok(Read { report, version })
}

/// Says what is wrong with the form; the text may quote what stands there.
fn syntax(error: &serde_json::Error) -> Unreadable {
    let text = super::text::cut(&error.to_string(), 200);
    Unreadable(format!("it is no report: {}", crate::model::visible(&text)))
}

/// Says where a value stands that is not what it must be.
fn at<T>(place: &str, value: Is<T>) -> Is<T> {
    value.map_err(|why| format!("`{place}`: {why}"))
}

fn each<T, U>(place: &str, list: Vec<T>, make: impl Fn(T) -> Is<U>) -> Is<Vec<U>> {
    let made = list.into_iter().enumerate();
    made.map(|(n, item)| make(item).map_err(|why| format!("`{place}[{n}]`: {why}")))
        .collect()
}

fn valid(raw: raw::Whole) -> Is<Report> {
    let decision = at("decision", words::decision(&raw.decision))?;
    if raw.exit_code != u64::from(decision.exit_code()) {
        return Err(format!(
            "`exit_code`: {} is not that of `{}`",
            raw.exit_code,
            decision.name()
        ));
    }
    let (source, head, chosen) = at("source", origin(raw.source))?;
    let digest = at("policy", words::digest(raw.policy.digest.clone()))?;
    Ok(Report {
        source,
        head,
        chosen,
        part: raw
            .shard
            .map(part)
            .transpose()
            .map_err(|why| format!("`shard`: {why}"))?,
        files: at("files", words::number(raw.files))?,
        moved: each("moved", raw.moved, moved)?,
        commits: at("commits", words::number(raw.commits))?,
        findings: each("findings", raw.findings, finding)?,
        review: raw
            .review
            .map(models::coverage)
            .transpose()
            .map_err(|why| format!("`review`: {why}"))?,
        left_out: raw.left_out.into_iter().map(left_out).collect(),
        verdict: Verdict {
            decision,
            subject: at("subject", words::oid(&raw.subject))?,
            stage: at("stage", words::stage(&raw.stage))?,
            policy_digest: digest.into(),
            reasons: each("reasons", raw.reasons, reason)?,
            counts: at("counts", counts(&raw.counts))?,
        },
        policy: at("policy", policy(raw.policy))?,
        notes: words::lines(raw.notes),
        elapsed: Duration::from_millis(at("elapsed_ms", words::number(raw.elapsed_ms))? as u64),
    })
}

type Origin = (Source, Option<crate::model::Oid>, Option<String>);

fn origin(raw: raw::Origin) -> Is<Origin> {
    let id = |text: Option<String>| text.map(|text| words::oid(&text)).transpose();
    let (commit, from, to, head) = (id(raw.commit)?, id(raw.from)?, id(raw.to)?, id(raw.head)?);
    let source = match (raw.kind.as_str(), commit, from, to) {
        ("staged", None, None, None) => Source::Staged,
        ("worktree", None, None, None) => Source::Worktree,
        ("message", None, None, None) => Source::Message,
        ("commit", Some(id), None, None) => Source::Commit(id),
        ("tree", Some(id), None, None) => Source::Tree(id),
        ("range", None, from, Some(to)) => Source::Range { from, to },
        (kind, ..) => return Err(format!("`{}` is no source as it stands", words::quoted(kind))),
    };
    Ok((source, head, raw.chosen.map(words::prose)))
}

fn policy(raw: raw::Policy) -> Is<PolicySource> {
    match (raw.origin.as_str(), raw.file) {
        ("default", None) => Ok(PolicySource::Default),
        ("base", None) => Ok(PolicySource::Base),
        ("head", None) => Ok(PolicySource::Head),
        ("worktree", None) => Ok(PolicySource::Worktree),
        ("file", Some(name)) => Ok(PolicySource::File(words::prose(name))),
        (origin, _) => Err(format!("`{}` is no origin as it stands", words::quoted(origin))),
    }
}

fn part(raw: raw::Share) -> Is<Part> {
    let is_one = |n: u64| (1..=u64::from(Shard::MOST)).contains(&n);
    if !is_one(raw.count) || !is_one(raw.index) || raw.index > raw.count {
        return Err(format!("there is no shard {} of {}", raw.index, raw.count));
    }
    Ok(Part {
        shard: Shard {
            index: raw.index as u32,
            count: raw.count as u32,
        },
        files: words::number(raw.files)?,
        incomplete: raw.incomplete,
        grounds: grounds(raw.grounds)?,
        after: raw.after.map(grounds).transpose()?,
    })
}

fn grounds(raw: raw::Basis) -> Is<Grounds> {
    let severity = |text: Option<String>| text.map(|text| words::severity(&text)).transpose();
    let waiver = |pass: raw::Pass| Standing {
        fingerprint: words::prose(pass.fingerprint),
        origin: words::prose(pass.origin),
        expires: words::prose(pass.expires),
        holds: pass.holds,
        covers: pass.covers,
    };
    Ok(Grounds {
        block: severity(raw.block)?,
        block_models: severity(raw.block_models)?,
        warn: words::severity(&raw.warn)?,
        on_inconclusive: words::on_inconclusive(&raw.on_inconclusive)?,
        computed: words::number(raw.computed)?,
        said: words::number(raw.said)?,
        warned: words::number(raw.warned)?,
        gaps: words::lines(raw.gaps),
        checked: raw.checked,
        waivers: raw.waivers.into_iter().map(waiver).collect(),
    })
}

fn moved(raw: raw::Move) -> Is<Moved> {
    let status = match raw.status.as_str() {
        "renamed" => Status::Renamed,
        "copied" => Status::Copied,
        other => return Err(format!("`{}` moves nothing", words::quoted(other))),
    };
    Ok(Moved {
        status,
        old_path: words::path(raw.from.path, raw.from.path_bytes)?,
        path: words::path(raw.to.path, raw.to.path_bytes)?,
    })
}

fn reason(raw: raw::Why) -> Is<Reason> {
    Ok(Reason {
        decision: words::decision(&raw.decision)?,
        text: words::prose(raw.text),
    })
}

fn counts(raw: &raw::Counts) -> Is<Counts> {
    Ok(Counts {
        block: words::number(raw.block)?,
        warn: words::number(raw.warn)?,
        note: words::number(raw.note)?,
        suppressed: words::number(raw.suppressed)?,
        waived: words::number(raw.waived)?,
        baseline: words::number(raw.baseline)?,
    })
}

fn finding(raw: raw::Item) -> Is<Finding> {
    let disposition = match (raw.disposition.as_str(), raw.reason.map(words::prose)) {
        ("block", None) => Disposition::Block,
        ("warn", None) => Disposition::Warn,
        ("note", None) => Disposition::Note,
        ("baseline", None) => Disposition::Baseline,
        ("suppressed", Some(why)) => Disposition::Suppressed(why),
        ("waived", Some(why)) => Disposition::Waived(why),
        (word, _) => {
            return Err(format!(
                "`{}` is no disposition as it stands",
                words::quoted(word)
            ));
        }
    };
    Ok(Finding {
        check: words::name(raw.check)?.into(),
        severity: words::severity(&raw.severity)?,
        confidence: words::confidence(&raw.confidence)?,
        message: words::prose(raw.message),
        location: location(raw.location)?,
        snippet: raw.snippet.map(snippet).transpose()?,
        help: raw.help.map(words::prose),
        fix: raw.fix.map(fix::fix).transpose()?,
        origin: models::origin(raw.origin)?,
        commit: raw.commit.map(|id| words::oid(&id)).transpose()?,
        fingerprint: words::fingerprint(&raw.fingerprint)?,
        disposition,
    })
}

fn location(raw: raw::Place) -> Is<Location> {
    let region = raw.region.map(|lines| words::region(&lines)).transpose()?;
    match (raw.kind.as_str(), raw.path, raw.path_bytes, region) {
        ("file", Some(path), bytes, region) => Ok(Location::File {
            path: words::path(path, bytes)?,
            region,
        }),
        ("message", None, None, region) => Ok(Location::Message(region)),
        ("change", None, None, None) => Ok(Location::Change),
        (kind, ..) => Err(format!("`{}` is no location as it stands", words::quoted(kind))),
    }
}

fn snippet(raw: raw::Cut) -> Is<Snippet> {
    let [from, to] = raw.highlight;
    let (text, highlight) = (raw.text, from..to);
    if text.get(highlight.clone()).is_none() {
        return Err(format!("{from} to {to} is no part of the snippet"));
    }
    if words::prose(text.clone()) != text {
        return Err("the snippet holds control characters".to_owned());
    }
    Ok(Snippet {
        first_line: words::line(raw.first_line)?,
        text,
        highlight,
        is_cut: raw.truncated,
    })
}

fn left_out(raw: raw::Left) -> LeftOut {
    LeftOut {
        what: words::prose(raw.what).into(),
        why: words::prose(raw.why),
        inconclusive: raw.inconclusive,
    }
}

/// Insists that the verdict is the one that findings and reasons come to.
fn consistent(report: &Report) -> Is<()> {
    let verdict = &report.verdict;
    if counted(&report.findings) != verdict.counts {
        return Err("its counts are not those of its findings".to_owned());
    }
    let loudest = verdict.reasons.iter().map(|reason| reason.decision).max();
    let loudest = loudest.unwrap_or(Decision::Pass);
    let blocks = verdict.counts.block > 0;
    // One that was cut short is inconclusive without a reason.
    let follows = verdict.decision == loudest || verdict.decision == loudest.max(Decision::Inconclusive);
    if !follows || blocks != (verdict.decision == Decision::Block) {
        return Err(format!(
            "its decision `{}` is not what its findings and reasons come to",
            verdict.decision.name()
        ));
    }
    Ok(())
}

fn counted(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        *counts.of(&finding.disposition) += 1;
    }
    counts
}
