//! What blocks at a gate: one line for what is computed, another for what models say.

use super::{Node, Reader, Value};
use crate::config::Problem;
use crate::config::keys::CONFIDENCES;
use crate::config::nearest;
use crate::model::{Confidence, ModelThreshold, Severity, Threshold};
use std::fmt;
use toml::de::{DeTable, DeValue};

/// What blocks at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) struct Block {
    /// Of what is computed.
    pub rules: Line<Threshold>,
    /// Of what models say.
    pub models: Line<ModelThreshold>,
}

/// The line from which on something blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Line<T> {
    /// Nothing is said about it.
    Unsaid,
    /// Nothing blocks.
    Never,
    /// What reaches this blocks.
    At(T),
}

impl<T: Copy> Line<T> {
    /// Returns the line, if anything blocks.
    pub fn at(self) -> Option<T> {
        match self {
            Self::At(line) => Some(line),
            Self::Unsaid | Self::Never => None,
        }
    }

    fn over(self, weaker: Self) -> Self {
        match self {
            Self::Unsaid => weaker,
            said => said,
        }
    }

    /// Blocks what either of two lines blocks.
    fn with(self, other: Self, both: fn(T, T) -> T) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(both(a, b)),
            (line @ Self::At(_), _) | (_, line @ Self::At(_)) => line,
            (line, other) => line.over(other),
        }
    }
}

impl Block {
    /// Models block at the severity of the rules where two of them agree.
    fn of(rules: Line<Threshold>) -> Self {
        let models = match rules {
            Line::Unsaid => Line::Unsaid,
            Line::Never => Line::Never,
            Line::At(line) => Line::At(usual(line.severity)),
        };
        Self { rules, models }
    }

    /// Takes from a weaker layer what this one leaves out.
    pub fn over(self, weaker: Self) -> Self {
        Self {
            rules: self.rules.over(weaker.rules),
            models: self.models.over(weaker.models),
        }
    }

    /// Blocks what either of two blocks.
    pub fn with(self, other: Self) -> Self {
        Self {
            rules: self.rules.with(other.rules, both_lines),
            models: self.models.with(other.models, both_model_lines),
        }
    }

    /// Whether both halves are said.
    pub fn is_whole(self) -> bool {
        self.rules != Line::Unsaid && self.models != Line::Unsaid
    }
}

/// The line for models where nothing but a severity is said: two must agree.
const fn usual(severity: Severity) -> ModelThreshold {
    ModelThreshold {
        severity,
        confidence: Confidence::Low,
        agreement: 2,
        falsified: false,
    }
}

fn both_lines(a: Threshold, b: Threshold) -> Threshold {
    Threshold {
        severity: a.severity.min(b.severity),
        confidence: a.confidence.min(b.confidence),
    }
}

fn both_model_lines(a: ModelThreshold, b: ModelThreshold) -> ModelThreshold {
    // 0 is no number that is enough: any other one blocks more.
    let number = |agreement: u32| if agreement == 0 { u32::MAX } else { agreement };
    ModelThreshold {
        severity: a.severity.min(b.severity),
        confidence: a.confidence.min(b.confidence),
        agreement: std::cmp::min_by_key(a.agreement, b.agreement, |n| number(*n)),
        falsified: a.falsified || b.falsified,
    }
}

const HALVES: [&str; 2] = ["rules", "validators"];
const WHOLE: [&str; 4] = ["severity", "confidence", "rules", "validators"];
const RULES: [&str; 2] = ["severity", "confidence"];
const MODELS: [&str; 4] = ["severity", "confidence", "agreement", "falsified"];

impl Reader<'_, '_> {
    /// Reads the `block` of a gate: one line for all, or one for each half.
    pub(super) fn block(&mut self, node: &Node<'_>) -> Option<Block> {
        match node.get_ref() {
            DeValue::Table(table) if HALVES.iter().any(|half| table.contains_key(*half)) => {
                self.halves(table)
            }
            _ => self.line(node, "block", &WHOLE).map(Block::of),
        }
    }

    fn halves(&mut self, table: &DeTable<'_>) -> Option<Block> {
        let mut block = Block::of(Line::Unsaid);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "rules" => block.rules = self.line(value, "block.rules", &RULES)?,
                "validators" => block.models = self.model_line(value)?,
                other => return self.no_such_key(key.span().start, other, "block", &HALVES),
            }
        }
        Some(block)
    }

    fn line(&mut self, node: &Node<'_>, place: &str, names: &[&str]) -> Option<Line<Threshold>> {
        let DeValue::Table(table) = node.get_ref() else {
            return self.plain(node, |severity| Threshold {
                severity,
                confidence: Confidence::Medium,
            });
        };
        let (mut severity, mut confidence) = (None, Confidence::Medium);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "severity" => severity = Some(self.severity(value)?),
                "confidence" => confidence = self.confidence(value)?,
                other => return self.no_such_key(key.span().start, other, place, names),
            }
        }
        let severity = self.there(severity, node, place)?;
        Some(Line::At(Threshold { severity, confidence }))
    }

    fn model_line(&mut self, node: &Node<'_>) -> Option<Line<ModelThreshold>> {
        let DeValue::Table(table) = node.get_ref() else {
            return self.plain(node, usual);
        };
        let place = "block.validators";
        let (mut severity, mut line, mut none) = (None, usual(Severity::High), None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "severity" => severity = Some(self.severity(value)?),
                "confidence" => line.confidence = self.confidence(value)?,
                "agreement" => {
                    line.agreement = self.agreement(value)?;
                    none = (line.agreement == 0).then_some(value);
                }
                "falsified" => line.falsified = self.bool(value)? == Value::Bool(true),
                other => return self.no_such_key(key.span().start, other, place, &MODELS),
            }
        }
        line.severity = self.there(severity, node, place)?;
        match none.filter(|_| !line.falsified) {
            Some(number) => self.in_vain(number),
            None => Some(Line::At(line)),
        }
    }

    /// Reads a single word.
    fn plain<T>(&mut self, node: &Node<'_>, line: fn(Severity) -> T) -> Option<Line<T>> {
        const WORDS: &[&str] = &["info", "low", "medium", "high", "critical", "never"];
        let DeValue::String(_) = node.get_ref() else {
            return self.fail(node, "a severity, `never` or a table");
        };
        let word = self.word(node, WORDS)?;
        Some(Severity::from_name(&word).map_or(Line::Never, |severity| Line::At(line(severity))))
    }

    fn confidence(&mut self, node: &Node<'_>) -> Option<Confidence> {
        Confidence::from_name(&self.word(node, CONFIDENCES)?)
    }

    fn agreement(&mut self, node: &Node<'_>) -> Option<u32> {
        match self.int(node, 0, 9, "a number from 0 to 9")? {
            Value::Int(number) => u32::try_from(number).ok(),
            _ => None,
        }
    }

    fn there(&mut self, severity: Option<Severity>, node: &Node<'_>, place: &str) -> Option<Severity> {
        if severity.is_none() {
            let message = format!("`severity` is missing in `{place}`");
            return self.problem(node, message, None);
        }
        severity
    }

    fn in_vain<T>(&mut self, number: &Node<'_>) -> Option<T> {
        let message =
            "with `agreement = 0` and without `falsified = true` nothing could ever block".to_owned();
        let hint = "write `validators = \"never\"` if that is meant".to_owned();
        self.problem(number, message, Some(hint))
    }

    fn no_such_key<T>(&mut self, at: usize, name: &str, place: &str, names: &[&str]) -> Option<T> {
        let message = format!("unknown key `{}` in `{place}`", nearest::shown(name));
        let problem = self.source.problem(at, message);
        let hint = match names == HALVES && RULES.contains(&name) {
            true => Some(format!("write `{name}` within `rules` or `validators`")),
            false => nearest::hint(name, names.iter().copied()),
        };
        self.problems.push(Problem { hint, ..problem });
        None
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rules, models) = (rules_text(self.rules), models_text(self.models));
        match (rules, models) {
            (Some(rules), _) if *self == Self::of(self.rules) => f.write_str(&rules),
            (Some(rules), Some(models)) => write!(f, "{{ rules = {rules}, validators = {models} }}"),
            (Some(rules), None) => write!(f, "{{ rules = {rules} }}"),
            (None, Some(models)) => write!(f, "{{ validators = {models} }}"),
            (None, None) => f.write_str("{}"),
        }
    }
}

fn rules_text(line: Line<Threshold>) -> Option<String> {
    match line {
        Line::Unsaid => None,
        Line::Never => Some("\"never\"".to_owned()),
        Line::At(line) if line.confidence == Confidence::Medium => {
            Some(format!("\"{}\"", line.severity.name()))
        }
        Line::At(Threshold { severity, confidence }) => Some(format!(
            "{{ severity = \"{}\", confidence = \"{}\" }}",
            severity.name(),
            confidence.name()
        )),
    }
}

fn models_text(line: Line<ModelThreshold>) -> Option<String> {
    match line {
        Line::Unsaid => None,
        Line::Never => Some("\"never\"".to_owned()),
        Line::At(line) if line == usual(line.severity) => Some(format!("\"{}\"", line.severity.name())),
        Line::At(line) => Some(format!(
            "{{ severity = \"{}\", confidence = \"{}\", agreement = {}, falsified = {} }}",
            line.severity.name(),
            line.confidence.name(),
            line.agreement,
            line.falsified
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIGH: Threshold = Threshold {
        severity: Severity::High,
        confidence: Confidence::Medium,
    };

    fn models(agreement: u32, falsified: bool) -> Line<ModelThreshold> {
        Line::At(ModelThreshold {
            agreement,
            falsified,
            ..usual(Severity::High)
        })
    }

    fn block(rules: Line<Threshold>, models: Line<ModelThreshold>) -> Block {
        Block { rules, models }
    }

    #[test]
    fn the_shortest_text_is_written() {
        let high = Line::At(HIGH);
        let guess = Line::At(Threshold {
            confidence: Confidence::Low,
            ..HIGH
        });
        for (block, text) in [
            (block(high, models(2, false)), r#""high""#),
            (block(Line::Never, Line::Never), r#""never""#),
            (
                block(guess, models(2, false)),
                r#"{ severity = "high", confidence = "low" }"#,
            ),
            (
                block(high, Line::Never),
                r#"{ rules = "high", validators = "never" }"#,
            ),
            (
                block(Line::Never, models(2, false)),
                r#"{ rules = "never", validators = "high" }"#,
            ),
            (block(Line::Unsaid, Line::Never), r#"{ validators = "never" }"#),
            (block(high, Line::Unsaid), r#"{ rules = "high" }"#),
            (
                block(guess, models(0, true)),
                r#"{ rules = { severity = "high", confidence = "low" }, validators = { severity = "high", confidence = "low", agreement = 0, falsified = true } }"#,
            ),
        ] {
            assert_eq!(block.to_string(), text);
        }
    }

    #[test]
    fn two_lines_block_what_either_blocks() {
        let with = |a, b| block(Line::Never, a).with(block(Line::Never, b)).models;
        assert_eq!(with(models(3, false), models(2, false)), models(2, false));
        assert_eq!(with(models(0, true), models(3, false)), models(3, true));
        assert_eq!(with(models(2, false), models(0, true)), models(2, true));
        assert_eq!(with(Line::Never, models(4, false)), models(4, false));
        assert_eq!(with(models(4, false), Line::Unsaid), models(4, false));
        assert_eq!(with(Line::Never, Line::Unsaid), Line::Never);
        assert_eq!(with(Line::Unsaid, Line::Never), Line::Never);
    }
}
