//! Lays layers over one another: a later value takes the place of an earlier one.

use super::keys::{self, Kind, Shape};
use super::layer::{Entry, Item, Layer, Path};
use super::source::Source;
use super::value::{Reader, Value};
use super::{Origin, Problem};
use crate::model::Stage;
use std::borrow::Cow;
use std::collections::BTreeMap;
use toml::de::DeValue;

/// All layers as one.
#[derive(Default)]
pub(super) struct Merged {
    /// The values, by path.
    pub values: BTreeMap<Path, Entry>,
    /// `[[paths]]`, those of the strongest layer first.
    pub paths: Vec<Item>,
    /// `[[pattern]]`, one for each id.
    pub patterns: Vec<Item>,
    /// `[[routes]]`, those of the strongest layer first.
    pub routes: Vec<Item>,
    /// `[[waivers]]`, those of the weakest layer first.
    pub waivers: Vec<Item>,
}

impl Merged {
    /// Lays layers over one another, the weakest first.
    pub fn new(layers: Vec<Layer>, problems: &mut Vec<Problem>) -> Self {
        let mut merged = Self::default();
        for layer in layers {
            merged.values.extend(layer.values.into_iter().map(whole));
            merged.add_items(layer.items, problems);
        }
        merged.fill();
        merged
    }

    /// Adds the defaults of what stands in a table once, because they are asked for more than once.
    fn fill(&mut self) {
        for section in keys::SECTIONS
            .iter()
            .filter(|section| section.shape == Shape::Table)
        {
            for key in section.keys {
                let path = Path::new(section.name, "", key.name);
                if !self.values.contains_key(&path) {
                    self.values
                        .extend(default_of(section.name, key.name).map(|entry| (path, entry)));
                }
            }
        }
    }

    fn add_items(&mut self, items: Vec<Item>, problems: &mut Vec<Problem>) {
        let (mut paths, mut routes) = (Vec::new(), Vec::new());
        let mut own: Vec<String> = Vec::new();
        for item in items {
            match item.section {
                "paths" => paths.push(item),
                "routes" => routes.push(item),
                "waivers" => self.waivers.push(item),
                _ => self.add_pattern(item, &mut own, problems),
            }
        }
        paths.append(&mut self.paths);
        self.paths = paths;
        routes.append(&mut self.routes);
        self.routes = routes;
    }

    fn add_pattern(&mut self, item: Item, own: &mut Vec<String>, problems: &mut Vec<Problem>) {
        let Some(id) = item.text("id").map(str::to_owned) else {
            return;
        };
        if own.contains(&id) {
            let message = format!("the pattern `{id}` stands here twice");
            return problems.push(Problem::at(&item.place("id"), message));
        }
        match self.patterns.iter_mut().find(|old| old.text("id") == Some(&id)) {
            Some(old) => *old = item,
            None => self.patterns.push(item),
        }
        own.push(id);
    }

    /// Returns the value at a path, or the default of its key.
    pub fn value(&self, section: &'static str, name: &str, key: &'static str) -> Option<Cow<'_, Entry>> {
        or_default(self.values.get(&Path::new(section, name, key)), section, key)
    }

    /// Returns the value of a gate: its own, that of the stage it extends, or the default.
    pub fn gate_value(&self, stage: Stage, key: &'static str) -> Option<Cow<'_, Entry>> {
        let own = |stage: &Stage| self.values.get(&Path::new("gates", stage.name(), key));
        or_default(self.chain(stage).0.iter().find_map(own), "gates", key)
    }

    /// Returns the severities of single rules at a stage; of the stages that it extends, the nearest
    /// counts.
    pub fn severities(&self, stage: Stage) -> BTreeMap<String, Entry> {
        let mut all = BTreeMap::new();
        for stage in self.chain(stage).0.iter().rev() {
            let own = self.values.iter().filter(|(path, _)| path.is_severity_at(*stage));
            all.extend(own.map(|(path, entry)| (path.sub.clone(), entry.clone())));
        }
        all
    }

    /// Returns a stage and those that it extends, nearest first, and the place of a circle.
    pub fn chain(&self, stage: Stage) -> (Vec<Stage>, Option<&Origin>) {
        let mut chain = vec![stage];
        let mut at = stage;
        while let Some(entry) = self.values.get(&Path::new("gates", at.name(), "extends")) {
            let Value::Text(name) = &entry.value else { break };
            let Some(next) = Stage::from_name(name) else { break };
            if chain.contains(&next) {
                return (chain, Some(&entry.origin));
            }
            chain.push(next);
            at = next;
        }
        (chain, None)
    }
}

impl Item {
    /// Returns the text of a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.fields.get(key).map(|entry| &entry.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns the place of a key's value, or of the entry.
    pub fn place(&self, key: &str) -> Origin {
        let entry = self.fields.get(key);
        entry.map_or(&self.origin, |entry| &entry.origin).clone()
    }
}

/// Gives a `block` that speaks of one half alone the default of the other.
fn whole((path, mut entry): (Path, Entry)) -> (Path, Entry) {
    if let Value::Block(block) = &mut entry.value
        && !block.is_whole()
        && let Some(Value::Block(usual)) = default_of(path.section, &path.key).map(|entry| entry.value)
    {
        *block = block.over(usual);
    }
    (path, entry)
}

/// Returns an entry, or the default of its key.
pub(super) fn or_default<'e>(entry: Option<&'e Entry>, section: &str, key: &str) -> Option<Cow<'e, Entry>> {
    match entry {
        Some(entry) => Some(Cow::Borrowed(entry)),
        None => default_of(section, key).map(Cow::Owned),
    }
}

/// Returns the default that the table of keys states.
fn default_of(section: &str, key: &str) -> Option<Entry> {
    let key = keys::section(section)?.key(key)?;
    let value = match key.default {
        "" => return None,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        default => read_default(key.kind, default)?,
    };
    let origin = Origin::of("default");
    Some(Entry {
        value,
        key: origin.clone(),
        origin,
    })
}

fn read_default(kind: Kind, default: &str) -> Option<Value> {
    let node = DeValue::parse(default).ok()?;
    let mut reader = Reader {
        source: &Source::assignment("default", default),
        problems: &mut Vec::new(),
    };
    reader.read(kind, &node)
}
