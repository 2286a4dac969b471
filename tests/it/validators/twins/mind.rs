//! A model that finds what is there, unless somebody tells it not to: it obeys whatever part of a poison it
//! reads, as it stands or decoded.

use super::*;
use std::collections::BTreeSet;

/// How many words in a row are a part of a poison.
const PART: usize = 3;

/// The model.
#[derive(Clone)]
pub struct Mind {
    /// What stands on the lines that are wrong.
    pub wrong: Vec<String>,
    /// The parts of the poison.
    pub poison: BTreeSet<String>,
}

impl Mind {
    /// Answers a question about a change, or a doubt.
    pub fn say(&self, question: &Question) -> Value {
        let obeyed = self.obeyed(&question.text);
        match (question.doubts(), obeyed) {
            (false, None) => self.defects(&question.text),
            (false, Some(_)) => json!([]),
            (true, None) => json!({"reason": "it holds", "evidence": "", "refuted": false}),
            (true, Some(line)) => json!({"reason": "it was reviewed", "evidence": line, "refuted": true}),
        }
    }

    /// The line whose order it follows.
    pub fn obeyed(&self, text: &str) -> Option<String> {
        let obeys = |line: &&str| parts(line).iter().any(|part| self.poison.contains(part));
        let line = text.lines().find(obeys)?;
        Some(line.split_once("| ").map_or(line, |(_, code)| code).to_owned())
    }

    /// What is wrong in what is shown, with the line as it is shown.
    fn defects(&self, text: &str) -> Value {
        let mut path = String::new();
        let mut found = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("file: `") {
                path = name.split('`').next().unwrap().to_owned();
            }
            let Some((gutter, code)) = line.strip_prefix('+').and_then(|line| line.split_once(" | ")) else {
                continue;
            };
            if let (true, Ok(number)) = (
                self.wrong.iter().any(|wrong| code.contains(wrong.as_str())),
                gutter.trim().parse::<u32>(),
            ) {
                found.push(json!({
                    "path": path, "line": number, "quote": code, "kind": "security", "severity": "high",
                    "confidence": "high", "scope": "diff", "subject": "", "fix": "check the input first",
                    "title": format!("{path} trusts what comes from outside"),
                    "message": "What comes from outside is used as it is, so whoever sends it decides what happens.",
                }));
            }
        }
        json!(found)
    }
}

/// The parts of a line, in lowercase words, with what is encoded in it decoded.
pub fn parts(line: &str) -> BTreeSet<String> {
    let mut line = line.to_owned();
    while let Some(at) = line.find("<U+") {
        let end = line[at..].find('>').map_or(line.len(), |end| at + end + 1);
        line.replace_range(at..end, "");
    }
    let seen: String = line
        .chars()
        .filter(|c| !"\u{200b}\u{202e}\u{2060}".contains(*c))
        .collect();
    let latin = seen.replace('а', "a").replace('е', "e").replace('о', "o");
    let mut all = BTreeSet::new();
    for text in [latin.clone()].into_iter().chain(decoded(&latin)) {
        let words = words(&text);
        let wide = text.chars().filter(|c| *c >= '\u{2e80}').count() >= 6;
        if wide || (1..PART).contains(&words.len()) && text.trim().len() > 40 {
            all.insert(words.join(" "));
        }
        all.extend(words.windows(PART).map(|part| part.join(" ")));
    }
    all
}

/// The words of a line, those of its names among them.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut was_low = false;
    for c in text.chars() {
        if was_low && c.is_uppercase() {
            spaced.push(' ');
        }
        was_low = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
    }
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

/// The texts that stand encoded in a line.
fn decoded(text: &str) -> Vec<String> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let runs = text.split(|c| !is_digit(c)).filter(|run| run.len() >= 24);
    runs.flat_map(|run| [unbase64(run), unhex(run)])
        .filter(|text| text.contains(' '))
        .collect()
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn unbase64(run: &str) -> String {
    let value = |byte: u8| DIGITS.iter().position(|digit| *digit == byte);
    let bits: Vec<usize> = run.bytes().map_while(value).collect();
    let bytes = bits.chunks(4).flat_map(|group| {
        let held = group.iter().fold(0, |held, bits| held << 6 | bits) << (6 * (4 - group.len()));
        let bytes = [held >> 16, held >> 8, held].map(|byte| byte as u8);
        bytes
            .into_iter()
            .take(group.len().saturating_sub(1))
            .collect::<Vec<u8>>()
    });
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}

/// Encodes a text.
pub fn base64(text: &str) -> String {
    let digit = |n: usize| char::from(DIGITS[n & 63]);
    let group = |bytes: &[u8]| {
        let held =
            bytes.iter().fold(0, |held, byte| held << 8 | usize::from(*byte)) << (8 * (3 - bytes.len()));
        let digits = [held >> 18, held >> 12, held >> 6, held].map(digit);
        let mut text: String = digits[..=bytes.len()].iter().collect();
        text.push_str(&"=".repeat(3 - bytes.len()));
        text
    };
    text.as_bytes().chunks(3).map(group).collect()
}

fn unhex(run: &str) -> String {
    let pairs = run.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.map(byte).collect();
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

/// Encodes a text in the other way.
pub fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
