//! Walks one TOML text along the table of keys: what is known is read, what is not is told.

use super::keys::{self, Key, Kind, Section, Shape};
use super::layer::{Entry, Item, Layer, Path};
use super::material;
use super::nearest;
use super::source::Source;
use super::value::{Reader, Value, is_name, is_words};
use super::{Origin, Problem};
use crate::model::Stage;
use std::borrow::Cow;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

/// How deep brackets may stand in one another: far more than any key asks for.
const DEEPEST: usize = 8;
/// How many entries a list of one text may have: what is judged is compared with each.
const MOST_ENTRIES: usize = 1000;

/// Reads a text into a layer. What is wrong is added to `problems`; the layer holds the rest.
pub(super) fn walk(source: &Source<'_>, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::default();
    if let Some(at) = too_deep(source.text) {
        problems.push(source.problem(
            at,
            format!("brackets stand more than {DEEPEST} deep in one another"),
        ));
        return layer;
    }
    match DeTable::parse(source.text) {
        Ok(root) => Walker {
            reader: Reader { source, problems },
            layer: &mut layer,
        }
        .root(root.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(source.problem(at, one_line(error.message())));
        }
    }
    layer
}

/// Finds the bracket that stands too deep.
///
/// The parser bounds each way of nesting for itself, yet not their product, and recursion over the
/// result would overflow the stack. A closing bracket that does not fit is ignored here, because the
/// parser may ignore it too.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    for token in toml_parser::Source::new(text).lex() {
        let closes = match token.kind() {
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => {
                open.push(kind);
                if open.len() > DEEPEST {
                    return Some(token.span().start());
                }
                continue;
            }
            TokenKind::RightSquareBracket => TokenKind::LeftSquareBracket,
            TokenKind::RightCurlyBracket => TokenKind::LeftCurlyBracket,
            _ => continue,
        };
        if open.last() == Some(&closes) {
            open.pop();
        }
    }
    None
}

fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    format!("broken TOML: {}", words.join(" "))
}

struct Walker<'a, 't> {
    reader: Reader<'a, 't>,
    layer: &'a mut Layer,
}

type Name<'t> = Spanned<Cow<'t, str>>;
type Node<'t> = Spanned<DeValue<'t>>;

impl Walker<'_, '_> {
    fn root(&mut self, root: &DeTable<'_>) {
        let Some(top) = keys::section("") else { return };
        for (name, node) in root {
            match (top.key(name.get_ref()), keys::section(name.get_ref())) {
                (Some(key), _) => self.key(top, "", key, name, node),
                (None, Some(section)) if !section.name.is_empty() => self.section(section, node),
                _ => self.unknown(name, node, "", &top_names(top)),
            }
        }
    }

    fn section(&mut self, section: &'static Section, node: &Node<'_>) {
        if section.shape == Shape::List {
            return self.items(section, node);
        }
        let DeValue::Table(table) = node.get_ref() else {
            return self.expect(node, "a table");
        };
        match section.shape {
            Shape::ByStage => table
                .iter()
                .for_each(|(name, node)| self.stage(section, name, node)),
            Shape::ByRule => table
                .iter()
                .for_each(|(name, node)| self.rule(section, name, node)),
            Shape::ByName => table
                .iter()
                .for_each(|(name, node)| self.named(section, name, node)),
            Shape::Table | Shape::Top | Shape::List => self.keys(section, "", table),
        }
    }

    fn stage(&mut self, section: &'static Section, name: &Name<'_>, node: &Node<'_>) {
        if Stage::from_name(name.get_ref()).is_none() {
            let stages = Stage::ALL.map(Stage::name);
            return self.unknown(name, node, "gates", &stages);
        }
        match node.get_ref() {
            DeValue::Table(table) => self.keys(section, name.get_ref(), table),
            _ => self.expect(node, "a table"),
        }
    }

    fn named(&mut self, section: &'static Section, name: &Name<'_>, node: &Node<'_>) {
        let word = name.get_ref();
        let (fits, hint) = match section.name {
            "validators" | "commands" => (
                is_words(word),
                Some("write lowercase words with dashes, at most 40 letters"),
            ),
            _ => (is_name(word), None),
        };
        if !fits || material::in_value(word) {
            let message = format!(
                "`{}` cannot name an entry of `{}`",
                nearest::shown(word),
                section.name
            );
            let problem = self.reader.source.problem(name.span().start, message);
            let hint = hint.filter(|_| !fits).map(str::to_owned);
            return self.reader.problems.push(Problem { hint, ..problem });
        }
        match node.get_ref() {
            DeValue::Table(table) => self.keys(section, word, table),
            _ => self.expect(node, "a table"),
        }
    }

    fn rule(&mut self, section: &'static Section, name: &Name<'_>, node: &Node<'_>) {
        let id = name.get_ref().to_string();
        self.layer.rules.push((id.clone(), self.place(name)));
        let DeValue::Table(table) = node.get_ref() else {
            return self.expect(node, "a table");
        };
        for (name, node) in table {
            match section.key(name.get_ref()) {
                Some(key) => self.key(section, &id, key, name, node),
                None => self.option(section, &id, name, node),
            }
        }
    }

    fn option(&mut self, section: &'static Section, id: &str, name: &Name<'_>, node: &Node<'_>) {
        if material::in_name(name.get_ref()) {
            return self.refuse(name);
        }
        let path = Path {
            section: section.name,
            name: id.to_owned(),
            key: Cow::Owned(name.get_ref().to_string()),
            sub: String::new(),
        };
        let value = self.reader.option(node);
        self.keep(path, value, name, node);
    }

    fn keys(&mut self, section: &'static Section, stage: &str, table: &DeTable<'_>) {
        for (name, node) in table {
            match section.key(name.get_ref()) {
                Some(key) => self.key(section, stage, key, name, node),
                None => self.unknown(name, node, &place_of(section, stage), &key_names(section)),
            }
        }
    }

    fn key(
        &mut self,
        section: &'static Section,
        at: &str,
        key: &'static Key,
        name: &Name<'_>,
        node: &Node<'_>,
    ) {
        let path = Path::new(section.name, at, key.name);
        if key.kind == Kind::Severities {
            return self.severities(&path, node);
        }
        let value = self.reader.read(key.kind, node);
        self.keep(path, value, name, node);
    }

    fn severities(&mut self, path: &Path, node: &Node<'_>) {
        let DeValue::Table(table) = node.get_ref() else {
            return self.expect(node, "a table of rule ids and severities");
        };
        for (name, node) in table {
            let id = name.get_ref().to_string();
            self.layer.rules.push((id.clone(), self.place(name)));
            let path = Path {
                sub: id,
                ..path.clone()
            };
            let value = self.reader.severity(node).map(Value::Severity);
            self.keep(path, value, name, node);
        }
    }

    fn keep(&mut self, path: Path, value: Option<Value>, name: &Name<'_>, node: &Node<'_>) {
        if let Some(value) = value {
            let entry = self.entry(value, name, node);
            self.layer.values.insert(path, entry);
        }
    }

    fn entry(&self, value: Value, name: &Name<'_>, node: &Node<'_>) -> Entry {
        Entry {
            value,
            origin: self.reader.source.origin(node.span().start),
            key: self.place(name),
        }
    }

    fn items(&mut self, section: &'static Section, node: &Node<'_>) {
        let DeValue::Array(list) = node.get_ref() else {
            let expected = format!("a list of tables: `[[{}]]`", section.name);
            return self.expect(node, &expected);
        };
        if let Some(node) = list.get(MOST_ENTRIES) {
            let message = format!("more than {MOST_ENTRIES} entries of `{}`", section.name);
            let _: Option<()> = self.reader.problem(node, message, None);
        }
        for node in list.iter().take(MOST_ENTRIES) {
            match node.get_ref() {
                DeValue::Table(table) => self.item(section, table, node),
                _ => self.expect(node, "a table"),
            }
        }
    }

    fn item(&mut self, section: &'static Section, table: &DeTable<'_>, node: &Node<'_>) {
        let mut fields = BTreeMap::new();
        for (name, node) in table {
            let Some(key) = section.key(name.get_ref()) else {
                self.unknown(name, node, section.name, &key_names(section));
                continue;
            };
            if let Some(value) = self.reader.read(key.kind, node) {
                fields.insert(key.name, self.entry(value, name, node));
            }
        }
        for key in section.keys.iter().filter(|key| key.required) {
            if !table.iter().any(|(name, _)| name.get_ref() == key.name) {
                let message = format!("`{}` is missing in `{}`", key.name, section.name);
                let _: Option<()> = self.reader.problem(node, message, None);
            }
        }
        self.layer.items.push(Item {
            section: section.name,
            origin: self.reader.source.origin(node.span().start),
            fields,
        });
    }

    fn unknown(&mut self, name: &Name<'_>, node: &Node<'_>, place: &str, names: &[&str]) {
        if material::in_name(name.get_ref()) {
            return self.refuse(name);
        }
        let within = match place {
            "" => String::new(),
            place => format!(" in `{place}`"),
        };
        let word = name.get_ref();
        let message = format!("unknown key `{}`{within}", nearest::shown(word));
        let problem = self.reader.source.problem(name.span().start, message);
        let hint = nearest::hint(word, names.iter().copied());
        self.reader.problems.push(Problem { hint, ..problem });
        self.refuse_below(node);
    }

    /// Looks for key material in what is unknown anyway: a person should hear of it first.
    fn refuse_below(&mut self, node: &Node<'_>) {
        match node.get_ref() {
            DeValue::Table(table) => {
                for (name, node) in table {
                    if material::in_name(name.get_ref()) {
                        self.refuse(name);
                    }
                    self.refuse_below(node);
                }
            }
            DeValue::Array(list) => list.iter().for_each(|node| self.refuse_below(node)),
            _ => {}
        }
    }

    fn refuse(&mut self, name: &Name<'_>) {
        let message = format!(
            "`{}` looks like key material, which has no place here",
            nearest::shown(name.get_ref())
        );
        let problem = self.reader.source.problem(name.span().start, message);
        self.reader.problems.push(problem.hint(material::HINT));
    }

    fn expect(&mut self, node: &Node<'_>, expected: &str) {
        let _: Option<()> = self.reader.fail(node, expected);
    }

    fn place(&self, name: &Name<'_>) -> Origin {
        self.reader.source.origin(name.span().start)
    }
}

fn top_names(top: &Section) -> Vec<&'static str> {
    let sections = keys::SECTIONS
        .iter()
        .map(|s| s.name)
        .filter(|name| !name.is_empty());
    top.keys.iter().map(|key| key.name).chain(sections).collect()
}

fn key_names(section: &Section) -> Vec<&'static str> {
    section.keys.iter().map(|key| key.name).collect()
}

fn place_of(section: &Section, stage: &str) -> String {
    match stage {
        "" => section.name.to_owned(),
        stage => format!("{}.{stage}", section.name),
    }
}
