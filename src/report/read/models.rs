//! What a report says about models, as somebody else wrote it.

use super::words::{self, Is};
use crate::model::{Asked, Count, Coverage, Money, NotShown, Opinion, Origin, Tested, Unmet, Usage};
use serde::Deserialize;

/// Who says a finding.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Said {
    Computed(Computed),
    Models(Box<View>),
}

/// The word `computed`.
#[derive(Deserialize)]
pub enum Computed {
    #[serde(rename = "computed")]
    It,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    validators: Vec<String>,
    models: Vec<String>,
    backing: u32,
    ceiling: Option<String>,
    unmet: Option<String>,
    need: Option<u32>,
    tested: Test,
    influenced: bool,
    #[serde(default)]
    says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    state: String,
    by: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    files: u64,
    hunks: u64,
    bytes: u64,
    units: u64,
    not_shown: Vec<Gap>,
    asked: Vec<Row>,
    skipped: Option<String>,
    dropped: Vec<Many>,
    lowered: Vec<Many>,
    usage: Tokens,
    cost: i64,
    #[serde(rename = "unit")]
    _unit: Unit,
    round: u64,
    #[serde(default)]
    isolation: String,
}

#[derive(Deserialize)]
enum Unit {
    #[serde(rename = "a billionth of a US dollar")]
    Nano,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    path: String,
    path_bytes: Option<String>,
    why: String,
    hunks: u32,
    bytes: u64,
    by_rule: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    validator: String,
    #[serde(default)]
    model: String,
    calls: u64,
    answered: u64,
    cached: u64,
    claims: u64,
    failures: Vec<String>,
    usage: Tokens,
    cost: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    what: String,
    count: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    cache_write_long: u64,
    output: u64,
    thinking: u64,
}

/// Returns who says a finding.
pub fn origin(said: Said) -> Is<Origin> {
    let view = match said {
        Said::Computed(Computed::It) => return Ok(Origin::Computed),
        Said::Models(view) => *view,
    };
    let unmet = match view.unmet {
        None => None,
        Some(word) => Some(unmet(&word, view.ceiling.as_deref(), view.backing, view.need)?),
    };
    Ok(Origin::Models(Opinion {
        validators: words::lines(view.validators),
        models: words::lines(view.models),
        backing: view.backing,
        ceiling: view.ceiling.map(|why| words::prose(why).into()),
        tested: tested(view.tested)?,
        influenced: view.influenced,
        says: words::prose(view.says),
        unmet,
    }))
}

fn unmet(word: &str, ceiling: Option<&str>, agree: u32, need: Option<u32>) -> Is<Unmet> {
    if ceiling == Some(word) {
        return Ok(Unmet::Ceiling(words::prose(word.to_owned())));
    }
    Ok(match word {
        "no-gate" => Unmet::NoGate,
        "too-few-agree" => Unmet::TooFew {
            agree,
            need: need.unwrap_or(agree.saturating_add(1)),
        },
        "not-asked" => Unmet::NotAsked,
        "refuted" => Unmet::Refuted,
        "falsifier-failed" => Unmet::FalsifierFailed,
        "below-the-line" => Unmet::BelowTheLine,
        _ => {
            return Err(format!(
                "`{}` is nothing that can be lacking",
                words::quoted(word)
            ));
        }
    })
}

fn tested(test: Test) -> Is<Tested> {
    let (by, reason) = (test.by.map(words::prose), test.reason.map(words::prose));
    match (test.state.as_str(), by, reason) {
        ("no", None, None) => Ok(Tested::No),
        ("stands", Some(by), None) => Ok(Tested::Stands(by)),
        ("refuted", Some(by), Some(reason)) => Ok(Tested::Refuted { by, reason }),
        ("failed", None, Some(reason)) => Ok(Tested::Failed(reason)),
        (state, ..) => Err(format!("`{}` is no test as it stands", words::quoted(state))),
    }
}

/// Returns what models were asked.
pub fn coverage(review: Review) -> Is<Coverage> {
    Ok(Coverage {
        files: words::number(review.files)?,
        hunks: words::number(review.hunks)?,
        bytes: count(review.bytes)?,
        units: words::number(review.units)?,
        left_out: review.not_shown.into_iter().map(not_shown).collect::<Is<_>>()?,
        asked: review.asked.into_iter().map(asked).collect::<Is<_>>()?,
        skipped: review.skipped.map(words::prose),
        dropped: review.dropped.into_iter().map(many).collect::<Is<_>>()?,
        lowered: review.lowered.into_iter().map(many).collect::<Is<_>>()?,
        usage: usage(&review.usage)?,
        cost: Money(review.cost),
        round: words::number(review.round)?,
        isolation: words::prose(review.isolation),
    })
}

/// Returns something that no model was shown.
fn not_shown(gap: Gap) -> Is<NotShown> {
    Ok(NotShown {
        path: words::path(gap.path, gap.path_bytes)?,
        why: words::prose(gap.why),
        hunks: gap.hunks,
        bytes: count(gap.bytes)?,
        by_rule: gap.by_rule,
    })
}

fn asked(row: Row) -> Is<Asked> {
    Ok(Asked {
        validator: words::prose(row.validator),
        model: words::prose(row.model),
        calls: words::number(row.calls)?,
        answered: words::number(row.answered)?,
        cached: words::number(row.cached)?,
        claims: words::number(row.claims)?,
        failures: words::lines(row.failures),
        usage: usage(&row.usage)?,
        cost: Money(row.cost),
    })
}

fn many(many: Many) -> Is<Count> {
    Ok(Count {
        what: words::prose(many.what),
        count: words::number(many.count)?,
    })
}

fn usage(tokens: &Tokens) -> Is<Usage> {
    Ok(Usage {
        input: count(tokens.input)?,
        cache_read: count(tokens.cache_read)?,
        cache_write: count(tokens.cache_write)?,
        cache_write_long: count(tokens.cache_write_long)?,
        output: count(tokens.output)?,
        thinking: count(tokens.thinking)?,
    })
}

fn count(n: u64) -> Is<u64> {
    words::number(n).map(|n| n as u64)
}
