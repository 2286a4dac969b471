//! Reads one value as the kind that its key asks for.

mod amount;
mod block;
mod codes;
mod when;

pub(super) use block::Block;
pub(super) use when::When;

use super::glob;
use super::keys::{Kind, SEVERITIES};
use super::material;
use super::nearest;
use super::source::Source;
use super::{Origin, Problem};
use crate::model::{Money, Selector, Severity};
use std::fmt;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

/// A value whose kind is right.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Int(i64),
    Number(f64),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    Severity(Severity),
    Block(Block),
    Time(Duration),
    /// Each with its place.
    Selectors(Vec<(Selector, Origin)>),
    Money(Money),
    When(When),
    Codes(Vec<i64>),
    /// In bytes.
    Size(u64),
    Days(u64),
}

/// Reads values of one text and collects what is wrong with them.
pub(super) struct Reader<'a, 't> {
    pub source: &'a Source<'t>,
    pub problems: &'a mut Vec<Problem>,
}

type Node<'t> = Spanned<DeValue<'t>>;

impl Reader<'_, '_> {
    /// Reads a value of this kind; what is wrong with it is kept.
    pub fn read(&mut self, kind: Kind, node: &Node<'_>) -> Option<Value> {
        match kind {
            Kind::Version => self.int(node, 1, 1, "`1`, the only version there is"),
            Kind::Int(least, most) => {
                self.int(node, least, most, &format!("a number from {least} to {most}"))
            }
            Kind::Number => self.number(node),
            Kind::Bool => self.bool(node),
            Kind::Word(words) => self.word(node, words).map(Value::Text),
            Kind::Words(words) => self.words(node, words).map(Value::Texts),
            Kind::Severity => self.severity(node).map(Value::Severity),
            Kind::Severities => self.fail(node, "a table of rule ids and severities"),
            Kind::Block => self.block(node).map(Value::Block),
            Kind::Time => self.time(node),
            Kind::Text => self.some_text(node).map(Value::Text),
            Kind::Raw => self.raw(node).map(Value::Text),
            Kind::File => self.file(node).map(Value::Text),
            Kind::Texts | Kind::Packs => self.texts(node).map(Value::Texts),
            Kind::RawTexts => self.raw_texts(node).map(Value::Texts),
            Kind::Globs => self.globs(node).map(Value::Texts),
            Kind::Selectors => self.selectors(node).map(Value::Selectors),
            Kind::Id => self.id(node).map(Value::Text),
            Kind::Date => self.date(node).map(Value::Text),
            Kind::Fingerprint => self.fingerprint(node).map(Value::Text),
            Kind::Name => self.name(node).map(Value::Text),
            Kind::Names => self.names(node).map(Value::Texts),
            Kind::OneOrMore => self.one_or_more(node).map(Value::Texts),
            Kind::Url => self.url(node).map(Value::Text),
            Kind::Money => self.money(node).map(Value::Money),
            Kind::When => self.when(node).map(Value::When),
            Kind::Codes => self.codes(node).map(Value::Codes),
            Kind::Size => self.size(node).map(Value::Size),
            Kind::Days => self.days(node).map(Value::Days),
        }
    }

    /// Reads an option of a rule, whose kind only the rule knows.
    pub fn option(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::Integer(_) => self.int(node, i64::MIN, i64::MAX, "a smaller number"),
            DeValue::Boolean(_) => self.bool(node),
            DeValue::String(_) => self.text(node).map(Value::Text),
            DeValue::Array(_) => self.texts(node).map(Value::Texts),
            _ => self.fail(node, "a whole number, a switch, a text or a list of texts"),
        }
    }

    /// Keeps a problem with the value: something else was expected.
    pub fn fail<T>(&mut self, node: &Node<'_>, expected: &str) -> Option<T> {
        let message = format!("expected {expected}, found {}", name_of(node.get_ref()));
        self.problem(node, message, None)
    }

    /// Keeps a problem with the value.
    pub fn problem<T>(&mut self, node: &Node<'_>, message: String, hint: Option<String>) -> Option<T> {
        let problem = self.source.problem(node.span().start, message);
        self.problems.push(Problem { hint, ..problem });
        None
    }

    fn int(&mut self, node: &Node<'_>, least: i64, most: i64, expected: &str) -> Option<Value> {
        let DeValue::Integer(int) = node.get_ref() else {
            return self.fail(node, expected);
        };
        match i64::from_str_radix(int.as_str(), int.radix()) {
            Ok(n) if (least..=most).contains(&n) => Some(Value::Int(n)),
            _ => self.problem(
                node,
                format!("expected {expected}, found `{}`", nearest::shown(int.as_str())),
                None,
            ),
        }
    }

    fn number(&mut self, node: &Node<'_>) -> Option<Value> {
        let text = match node.get_ref() {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(int) if int.radix() == 10 => int.as_str(),
            _ => return self.fail(node, "a number"),
        };
        match text.parse::<f64>() {
            Ok(n) if n.is_finite() && n >= 0.0 => Some(Value::Number(n)),
            _ => self.problem(node, "expected a number of zero or more".to_owned(), None),
        }
    }

    fn bool(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::Boolean(b) => Some(Value::Bool(*b)),
            _ => self.fail(node, "`true` or `false`"),
        }
    }

    fn raw(&mut self, node: &Node<'_>) -> Option<String> {
        match node.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => self.fail(node, "a text"),
        }
    }

    fn text(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.raw(node)?;
        if material::in_value(&text) {
            let hint = Some(material::HINT.to_owned());
            return self.problem(node, "this value looks like a key or a token".to_owned(), hint);
        }
        Some(text)
    }

    fn some_text(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        if text.trim().is_empty() {
            return self.problem(node, "expected a text that says something".to_owned(), None);
        }
        Some(text)
    }

    fn list<'n, 't>(&mut self, node: &'n Node<'t>, expected: &str) -> Option<&'n [Node<'t>]> {
        match node.get_ref() {
            DeValue::Array(list) => Some(list),
            _ => self.fail(node, expected),
        }
    }

    fn raw_texts(&mut self, node: &Node<'_>) -> Option<Vec<String>> {
        let list = self.list(node, "a list of texts")?;
        list.iter().map(|element| self.raw(element)).collect()
    }

    fn texts(&mut self, node: &Node<'_>) -> Option<Vec<String>> {
        let list = self.list(node, "a list of texts")?;
        list.iter().map(|element| self.text(element)).collect()
    }

    fn globs(&mut self, node: &Node<'_>) -> Option<Vec<String>> {
        let list = self.list(node, "a list of path patterns")?;
        list.iter().map(|element| self.glob(element)).collect()
    }

    fn glob(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        match glob::fault(&text) {
            None => Some(text),
            Some((message, hint)) => self.problem(node, message, hint.map(str::to_owned)),
        }
    }

    fn selectors(&mut self, node: &Node<'_>) -> Option<Vec<(Selector, Origin)>> {
        let list = self.list(node, "a list of names of checks")?;
        list.iter().map(|element| self.selector(element)).collect()
    }

    fn selector(&mut self, node: &Node<'_>) -> Option<(Selector, Origin)> {
        let text = self.text(node)?;
        let name = text.strip_prefix('!').unwrap_or(&text);
        let selector = Selector {
            name: name.to_owned(),
            negated: name.len() < text.len(),
        };
        Some((selector, self.source.origin(node.span().start)))
    }

    fn word(&mut self, node: &Node<'_>, words: &[&str]) -> Option<String> {
        let text = self.text(node)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let message = format!(
            "expected one of {}, found `{}`",
            quoted(words),
            nearest::shown(&text)
        );
        self.problem(node, message, nearest::hint(&text, words.iter().copied()))
    }

    fn words(&mut self, node: &Node<'_>, words: &[&str]) -> Option<Vec<String>> {
        let list = self.list(node, "a list of words")?;
        list.iter().map(|element| self.word(element, words)).collect()
    }

    /// Reads a severity.
    pub fn severity(&mut self, node: &Node<'_>) -> Option<Severity> {
        Severity::from_name(&self.word(node, SEVERITIES)?)
    }

    fn time(&mut self, node: &Node<'_>) -> Option<Value> {
        let text = self.text(node)?;
        match parse_time(&text) {
            Some(time) => Some(Value::Time(time)),
            None => {
                let message = format!(
                    "expected a time such as `500ms`, `2s` or `1m`, found `{}`",
                    nearest::shown(&text)
                );
                self.problem(node, message, None)
            }
        }
    }

    fn file(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.some_text(node)?;
        let stays = text.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if stays && !text.contains(['\\', ':']) && !text.chars().any(char::is_control) {
            return Some(text);
        }
        let message = "expected a path from the root of the repository that stays in it".to_owned();
        self.problem(node, message, None)
    }

    fn id(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        if is_id(&text) {
            return Some(text);
        }
        let message = format!("`{}` is not an id", nearest::shown(&text));
        let hint = "write `category/name` in lowercase words with dashes".to_owned();
        self.problem(node, message, Some(hint))
    }

    fn date(&mut self, node: &Node<'_>) -> Option<String> {
        let text = match node.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            _ => self.text(node)?,
        };
        if text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok() {
            return Some(text);
        }
        self.problem(node, "expected a day as `YYYY-MM-DD`".to_owned(), None)
    }

    fn fingerprint(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits && (12..=32).contains(&text.len()) {
            return Some(text);
        }
        let message = "expected 12 to 32 lowercase hexadecimal digits".to_owned();
        self.problem(node, message, None)
    }
}

/// The kinds that the tables about models ask for.
impl Reader<'_, '_> {
    fn name(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        if is_name(&text) {
            return Some(text);
        }
        let message = format!("`{}` is not a name", nearest::shown(&text));
        let hint = "write letters, digits, `.`, `_`, `-`, `:` and `/`, at most 120".to_owned();
        self.problem(node, message, Some(hint))
    }

    fn names(&mut self, node: &Node<'_>) -> Option<Vec<String>> {
        let list = self.list(node, "a list of names")?;
        list.iter().map(|element| self.name(element)).collect()
    }

    fn one_or_more(&mut self, node: &Node<'_>) -> Option<Vec<String>> {
        match node.get_ref() {
            DeValue::Array(_) => self.texts(node),
            DeValue::String(_) => self.some_text(node).map(|text| vec![text]),
            _ => self.fail(node, "a text or a list of texts"),
        }
    }

    fn url(&mut self, node: &Node<'_>) -> Option<String> {
        let text = self.text(node)?;
        let rest = ["http://", "https://"].iter().find_map(|s| text.strip_prefix(s));
        let host = rest
            .unwrap_or_default()
            .split(['/', '?', '#'])
            .next()
            .unwrap_or_default();
        if host.contains('@') {
            let hint = Some(material::HINT.to_owned());
            return self.problem(
                node,
                "an address must not hold a user or a password".to_owned(),
                hint,
            );
        }
        let plain = text.bytes().all(|b| b.is_ascii_graphic());
        if host.is_empty() || !plain || text.contains(['?', '#']) {
            let message = format!(
                "expected an address such as `https://host/path`, found `{}`",
                nearest::shown(&text)
            );
            return self.problem(node, message, None);
        }
        Some(text.trim_end_matches('/').to_owned())
    }

    fn money(&mut self, node: &Node<'_>) -> Option<Money> {
        let text = self.text(node)?;
        if let Some(money) = parse_money(&text) {
            return Some(money);
        }
        let message = format!(
            "expected an amount such as `0.50 USD`, found `{}`",
            nearest::shown(&text)
        );
        self.problem(node, message, None)
    }
}

/// Whether a text can name a provider, a model or an agent.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-:/".contains(&b);
    (1..=120).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a text is of lowercase words with dashes.
pub(super) fn is_words(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let word = |word: &str| !word.is_empty() && word.bytes().all(plain);
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}

/// Parses `12.5 USD` exactly, to a billionth.
fn parse_money(text: &str) -> Option<Money> {
    let number = text.strip_suffix("USD")?.trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || part.len() > 9 || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<9}").parse().ok()?;
    Some(Money(whole * Money::DOLLAR.0 + part))
}

/// Writes an amount as it is read.
fn money_literal(money: Money) -> String {
    let part = format!("{:09}", money.0 % Money::DOLLAR.0);
    let part = part.trim_end_matches('0');
    let whole = money.0 / Money::DOLLAR.0;
    format!("\"{whole}.{part:0<2} USD\"")
}

/// Whether a text is a rule's id: two or more lowercase words with dashes, parted by `/`.
pub(super) fn is_id(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 80 && text.split('/').count() == 2 && text.split('/').all(word)
}

fn parse_time(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let count: u64 = text[..end].parse().ok()?;
    let unit = match &text[end..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    let millis = count.checked_mul(unit)?;
    (1..=3_600_000)
        .contains(&millis)
        .then(|| Duration::from_millis(millis))
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Names the type of a value.
fn name_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "a switch",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Number(n) => write!(f, "{n:?}"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Text(text) => f.write_str(&text_literal(text)),
            Self::Texts(list) => write_list(f, list.iter().map(String::as_str)),
            Self::Severity(severity) => write!(f, "\"{}\"", severity.name()),
            Self::Block(block) => write!(f, "{block}"),
            Self::Time(time) => write_time(f, *time),
            Self::Selectors(list) => {
                let names: Vec<String> = list.iter().map(|(s, _)| selector_text(s)).collect();
                write_list(f, names.iter().map(String::as_str))
            }
            Self::Money(money) => f.write_str(&money_literal(*money)),
            Self::When(when) => write!(f, "{when}"),
            Self::Codes(list) => write!(f, "{list:?}"),
            Self::Size(size) => f.write_str(&amount::size_literal(*size)),
            Self::Days(days) => f.write_str(&amount::days_literal(*days)),
        }
    }
}

fn selector_text(selector: &Selector) -> String {
    let sign = if selector.negated { "!" } else { "" };
    format!("{sign}{}", selector.name)
}

fn write_list<'a>(f: &mut fmt::Formatter<'_>, list: impl Iterator<Item = &'a str>) -> fmt::Result {
    let literals: Vec<String> = list.map(text_literal).collect();
    write!(f, "[{}]", literals.join(", "))
}

fn write_time(f: &mut fmt::Formatter<'_>, time: Duration) -> fmt::Result {
    match time.as_millis() {
        millis if millis % 60_000 == 0 => write!(f, "\"{}m\"", millis / 60_000),
        millis if millis % 1000 == 0 => write!(f, "\"{}s\"", millis / 1000),
        millis => write!(f, "\"{millis}ms\""),
    }
}

/// Writes a text as TOML does, on one line.
pub(super) fn text_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(parse_time("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_time("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse_time("60m"), Some(Duration::from_secs(3600)));
        for bad in [
            "",
            "s",
            "2",
            "0s",
            "-1s",
            "1.5s",
            "61m",
            "2h",
            "99999999999999999999s",
            "2 s",
        ] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }

    #[test]
    fn values_are_written_as_they_are_read() {
        assert_eq!(Value::Time(Duration::from_millis(1500)).to_string(), "\"1500ms\"");
        assert_eq!(Value::Time(Duration::from_secs(120)).to_string(), "\"2m\"");
        assert_eq!(
            Value::Texts(vec!["a\"\n".into(), "\u{7f}".into()]).to_string(),
            r#"["a\"\n", "\u007F"]"#
        );
    }

    #[test]
    fn amounts() {
        let read = |text| parse_money(text).map(|m| m.0);
        assert_eq!(read("0.50 USD"), Some(500_000_000));
        assert_eq!(read("10USD"), Some(10_000_000_000));
        assert_eq!(read("0.000000001 USD"), Some(1));
        for bad in [
            "",
            "1",
            "USD",
            "-1 USD",
            "1.2.3 USD",
            "1e3 USD",
            "1 EUR",
            "0.0000000001 USD",
            "9999999999 USD",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(money_literal(Money(500_000_000)), "\"0.50 USD\"");
        assert_eq!(money_literal(Money(10_000_000_001)), "\"10.000000001 USD\"");
    }

    #[test]
    fn words() {
        assert!(is_words("security") && is_words("our-api2"));
        let long = "a".repeat(41);
        for bad in ["", "-a", "a-", "a--b", "Api", "a_b", "a/b", "2a", &long] {
            assert!(!is_words(bad), "{bad}");
        }
    }

    #[test]
    fn ids() {
        assert!(is_id("acme/internal-host2"));
        for bad in ["acme", "acme/", "/a", "Acme/x", "a/b/c", "a/b_c", "a/-b", ""] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
