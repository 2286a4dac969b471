//! A pattern in a set, with its expressions once they are needed.

use super::guard::Guard;
use super::sketch::Sketch;
use super::source;
use super::spec::Pattern;
use regex_automata::meta::Regex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// From this many searches on, an expression is one that is used often.
const OFTEN: u32 = 1000;

/// For each so many bytes of an expression, its making costs about as much as to read what a file was.
const BYTES_PER_FILE: usize = 40;

/// A pattern in a set.
pub struct Entry {
    held: Held,
    /// Whether the policy wants it.
    pub enabled: bool,
    short: OnceLock<Option<Compiled>>,
    long: OnceLock<Option<Compiled>>,
    allow: OnceLock<Vec<Regex>>,
    sketch: OnceLock<Sketch>,
    guard: OnceLock<Option<Guard>>,
    places: AtomicU32,
    searches: AtomicU32,
}

enum Held {
    Shipped(&'static Pattern),
    Own(Box<Pattern>),
}

/// An expression ready for use.
pub struct Compiled {
    /// The expression.
    pub regex: Regex,
    /// The group that captures: the one named `secret`, or the first, or 0 for the whole.
    pub group: usize,
}

impl Entry {
    /// Makes the entry of a shipped pattern.
    #[must_use]
    pub fn shipped(pattern: &'static Pattern, enabled: bool) -> Self {
        Self::new(Held::Shipped(pattern), enabled)
    }

    /// Makes the entry of a repository's own pattern.
    #[must_use]
    pub fn own(pattern: Pattern, enabled: bool) -> Self {
        Self::new(Held::Own(Box::new(pattern)), enabled)
    }

    /// Returns the pattern.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        match &self.held {
            Held::Shipped(pattern) => pattern,
            Held::Own(pattern) => pattern,
        }
    }

    /// Returns what the matches are like.
    #[must_use]
    pub fn sketch(&self) -> &Sketch {
        let pattern = self.pattern();
        let make = || Sketch::of(&pattern.regex, pattern.random);
        pattern
            .sketch
            .as_ref()
            .unwrap_or_else(|| self.sketch.get_or_init(make))
    }

    /// Whether a match can begin with a keyword at the start of a text, or with the byte in front of it.
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        let guard = match &self.held {
            Held::Shipped(pattern) => pattern.guard.as_ref(),
            Held::Own(pattern) if pattern.anchored => {
                let make = || Guard::of(&pattern.regex);
                self.guard.get_or_init(make).as_ref()
            }
            Held::Own(_) => None,
        };
        guard.is_none_or(|guard| guard.lets_through(text))
    }

    /// Whether there can be a match that begins at or behind a place of a text: exactly there, if the
    /// pattern is anchored.
    #[must_use]
    pub fn may_match_from(&self, text: &[u8], from: usize) -> bool {
        let sieves = &self.pattern().sieves;
        sieves.is_empty() || sieves.iter().any(|sieve| sieve.lets_through(text, from))
    }

    /// Whether there were so many places to search that the expression is worth its making, which costs
    /// more than to read what a few files were.
    #[must_use]
    pub fn has_many_places(&self) -> bool {
        let few = 1 + self.pattern().regex.len() / BYTES_PER_FILE;
        self.places.fetch_add(1, Ordering::Relaxed) as usize >= few
    }

    /// Returns the expression, compiled when first asked for; `long`: with engines for long
    /// input.
    ///
    /// `None` cannot happen for a pattern that was checked.
    #[must_use]
    pub fn compiled(&self, long: bool) -> Option<&Compiled> {
        // What is used often is worth the engines that take longer to set up.
        let often = self.searches.fetch_add(1, Ordering::Relaxed) >= OFTEN;
        let long = long || often;
        let cell = if long { &self.long } else { &self.short };
        cell.get_or_init(|| compile(self.pattern(), !long)).as_ref()
    }

    /// Whether one of the `allow` expressions matches.
    #[must_use]
    pub fn allows(&self, text: &[u8]) -> bool {
        let compile = || {
            let list = self.pattern().allow.iter();
            list.filter_map(|e| source::compile(e, true).ok()).collect()
        };
        !self.pattern().allow.is_empty()
            && self
                .allow
                .get_or_init(compile)
                .iter()
                .any(|regex| regex.is_match(text))
    }

    fn new(held: Held, enabled: bool) -> Self {
        Self {
            held,
            enabled,
            short: OnceLock::new(),
            long: OnceLock::new(),
            allow: OnceLock::new(),
            sketch: OnceLock::new(),
            guard: OnceLock::new(),
            places: AtomicU32::new(0),
            searches: AtomicU32::new(0),
        }
    }
}

fn compile(pattern: &Pattern, small: bool) -> Option<Compiled> {
    let regex = source::compile(&pattern.regex, small).ok()?;
    let groups = regex.group_info();
    let named = groups.to_index(regex_automata::PatternID::ZERO, "secret");
    let first = usize::from(groups.group_len(regex_automata::PatternID::ZERO) > 1);
    let group = named.unwrap_or(first);
    Some(Compiled { regex, group })
}
