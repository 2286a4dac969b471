//! Answers that were recorded: `answers/<model>/<validator>.json`, or `<validator>@<version>.json`.

use super::case::Case;
use super::files;
use super::wrong::Wrong;
use crate::config;
use crate::llm::answer::Finish;
use crate::model::{Money, Usage};
use crate::report::encode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The validator whose answers refute.
pub(super) const FALSIFIER: &str = "falsifier";
/// The version of the format.
const VERSION: u32 = 1;
/// The longest file in bytes.
const LONGEST: u64 = 8 << 20;
/// The most answers in a file.
const MOST: usize = 500;
/// The most tokens of an answer, and the most that it can have cost: sums of these stay in range.
const MOST_TOKENS: u64 = 1_000_000_000;
const MOST_COST: i64 = 1_000 * Money::DOLLAR.0;

/// What one model answered to one validator.
#[derive(Debug)]
pub(super) struct Answers {
    /// Where it stands below `answers/`: who is asked.
    pub agent: String,
    /// The validator, or [`FALSIFIER`].
    pub validator: String,
    /// The version of the prompt, where several are kept.
    pub version: Option<String>,
    /// The model: `provider/id`.
    pub model: String,
    /// The file.
    pub path: PathBuf,
    /// The answers.
    pub answers: Vec<Record>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    /// The number of the unit, from 0.
    pub unit: usize,
    /// The digest of what was shown; empty: nothing was asked.
    pub material: String,
    /// The digest of the prompt; empty: nothing was asked.
    pub prompt: String,
    /// A text of the question, where a unit has several.
    pub when: String,
    /// Why the model stopped.
    pub finish: Finish,
    /// What it wrote.
    pub text: String,
    /// The tokens.
    pub usage: Usage,
    /// What they cost.
    pub cost: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    model: String,
    source: String,
    answers: Vec<Raw>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    unit: usize,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    material: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    prompt: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    when: String,
    finish: String,
    #[serde(default)]
    usage: Tokens,
    #[serde(default)]
    cost: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The text as the JSON that it is, for answers that people write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Value>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Tokens {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    cache_write_long: u64,
    output: u64,
    thinking: u64,
}

/// Returns the digest of a text in 64 hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    let digits = Sha256::digest(text.as_bytes());
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads all answers of a case, ordered by file.
pub(super) fn read(case: &Case) -> Result<Vec<Answers>, Wrong> {
    let mut all = Vec::new();
    for (mut parts, path) in files::below(&case.dir.join("answers"))? {
        let file = parts.pop().unwrap_or_default();
        let Some(stem) = file.strip_suffix(".json").filter(|_| !parts.is_empty()) else {
            let hint = "an answer is `answers/<model>/<validator>.json`";
            return Err(Wrong::new(&path, "is no answer", hint));
        };
        let (validator, version) = named(stem);
        knows(case, validator, &path)?;
        let file = parse(&path)?;
        all.push(Answers {
            agent: parts.join("/"),
            validator: validator.to_owned(),
            version: version.map(str::to_owned),
            model: file.model,
            answers: records(file.answers, &path)?,
            path,
        });
    }
    Ok(all)
}

/// Reads one file of answers.
pub(super) fn read_one(path: &Path) -> Result<Vec<Record>, Wrong> {
    records(parse(path)?.answers, path)
}

/// Divides `validator@version`.
fn named(stem: &str) -> (&str, Option<&str>) {
    match stem.split_once('@') {
        Some((validator, version)) => (validator, Some(version)),
        None => (stem, None),
    }
}

fn knows(case: &Case, validator: &str, path: &Path) -> Result<(), Wrong> {
    if validator == FALSIFIER || case.validators.iter().any(|known| known == validator) {
        return Ok(());
    }
    let known = case.validators.iter().map(String::as_str);
    let hint = config::nearest(validator, known.chain([FALSIFIER]));
    let hint = hint.unwrap_or_else(|| format!("add it to `validators` in `{}`", super::case::FILE));
    let what = format!("the case asks no validator `{validator}`");
    Err(Wrong::new(path, what, hint))
}

fn parse(path: &Path) -> Result<File, Wrong> {
    let hint = "`docs/eval.md` says what an answer holds";
    let text = files::text(path, LONGEST)?;
    let file: File = serde_json::from_str(&text).map_err(|e| Wrong::new(path, e.to_string(), hint))?;
    let wrong = |what: String| Err(Wrong::new(path, what, hint));
    if file.version != VERSION {
        return wrong(format!("`version` is {}, and not {VERSION}", file.version));
    }
    if file.model.trim().is_empty() || file.source.trim().is_empty() {
        return wrong("`model` or `source` is empty".to_owned());
    }
    if file.answers.len() > MOST {
        return wrong(format!("`answers` has more than {MOST}"));
    }
    Ok(file)
}

fn records(raw: Vec<Raw>, path: &Path) -> Result<Vec<Record>, Wrong> {
    let mut records: Vec<Record> = Vec::new();
    for (n, raw) in raw.into_iter().enumerate() {
        let record = record(raw).map_err(|(key, hint)| {
            let what = format!("`answers[{n}].{key}` cannot be used");
            Wrong::new(path, what, hint)
        })?;
        let key = |record: &Record| (record.unit, record.when.clone(), record.material.clone());
        let is_same = |other: &Record| key(other) == key(&record);
        if records.iter().any(is_same) {
            let what = format!("`answers[{n}]`: unit {} is answered twice", record.unit);
            return Err(Wrong::new(
                path,
                what,
                "leave out one, or tell them apart with `when`",
            ));
        }
        records.push(record);
    }
    Ok(records)
}

fn record(raw: Raw) -> Result<Record, (&'static str, &'static str)> {
    let finish = finish(&raw.finish);
    let finish = finish.ok_or(("finish", "write `complete`, or why the model stopped"))?;
    let text = match (raw.text, raw.answer) {
        (Some(text), None) => text,
        (None, Some(value)) => value.to_string(),
        _ => return Err(("text", "write `text` or `answer`, and not both")),
    };
    let usage = usage(&raw.usage).ok_or(("usage", "write the tokens of one answer"))?;
    if !(0..=MOST_COST).contains(&raw.cost) {
        return Err(("cost", "write billionths of a US dollar"));
    }
    Ok(Record {
        unit: raw.unit,
        material: raw.material,
        prompt: raw.prompt,
        when: raw.when,
        finish,
        text,
        usage,
        cost: Money(raw.cost),
    })
}

/// Words for why a model stopped; what a provider said beside it is not kept.
fn finishes() -> [Finish; 7] {
    [
        Finish::Complete,
        Finish::Calls,
        Finish::Truncated,
        Finish::Refused(String::new()),
        Finish::Blocked(String::new()),
        Finish::Other(String::new()),
        Finish::Missing,
    ]
}

fn finish(word: &str) -> Option<Finish> {
    finishes().into_iter().find(|finish| finish.name() == word)
}

fn usage(raw: &Tokens) -> Option<Usage> {
    let parts = [
        raw.input,
        raw.cache_read,
        raw.cache_write,
        raw.cache_write_long,
        raw.output,
        raw.thinking,
    ];
    parts.iter().all(|n| *n <= MOST_TOKENS).then_some(Usage {
        input: raw.input,
        cache_read: raw.cache_read,
        cache_write: raw.cache_write,
        cache_write_long: raw.cache_write_long,
        output: raw.output,
        thinking: raw.thinking,
    })
}

/// Writes the answers of one model to one validator.
pub(super) fn write(model: &str, records: &[Record]) -> Vec<u8> {
    encode::pretty(&File {
        version: VERSION,
        model: model.to_owned(),
        source: "recorded".to_owned(),
        answers: records.iter().map(raw).collect(),
    })
}

fn raw(record: &Record) -> Raw {
    let usage = &record.usage;
    Raw {
        unit: record.unit,
        material: record.material.clone(),
        prompt: record.prompt.clone(),
        when: record.when.clone(),
        finish: record.finish.name().to_owned(),
        usage: Tokens {
            input: usage.input,
            cache_read: usage.cache_read,
            cache_write: usage.cache_write,
            cache_write_long: usage.cache_write_long,
            output: usage.output,
            thinking: usage.thinking,
        },
        cost: record.cost.0,
        text: Some(record.text.clone()),
        answer: None,
    }
}

/// Chooses among versions: that which is named; else the one without a version, else the last by name.
pub(super) fn chosen<'a>(all: &'a [Answers], version: &dyn Fn(&str) -> Option<String>) -> Vec<&'a Answers> {
    let mut chosen: BTreeMap<(&str, &str), &Answers> = BTreeMap::new();
    for answers in all {
        let key = (answers.validator.as_str(), answers.agent.as_str());
        let wanted = version(&answers.validator);
        let fits = match (&wanted, &answers.version) {
            (Some(wanted), Some(given)) => wanted == given,
            (Some(_), None) => false,
            (None, None) => true,
            (None, Some(_)) => chosen.get(&key).is_none_or(|other| other.version.is_some()),
        };
        if fits {
            chosen.insert(key, answers);
        }
    }
    chosen.into_values().collect()
}
