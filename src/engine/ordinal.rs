//! Which of several equal places a finding is: what makes the second of two equal lines another finding
//! than the first.
//!
//! A finding counts behind the places with the same text that the change leaves alone, for those were
//! there before. So a baseline that knows one of them covers no second one, wherever it is put in.

use crate::check::{FileView, Lines};
use crate::model::Category;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Counts the findings of one text.
pub struct Ordinals<'a> {
    view: Option<&'a FileView<'a>>,
    /// The number of the next finding of a check on a text.
    next: HashMap<u64, u32>,
    /// How often each line stands in what the change leaves alone: without regard to white space, and as
    /// it is.
    standing: [OnceCell<HashMap<u64, u32>>; 2],
}

impl<'a> Ordinals<'a> {
    /// Begins to count, for the text of a file or for one that is new as a whole.
    pub fn new(view: Option<&'a FileView<'a>>) -> Self {
        Self {
            view: view.filter(|view| !view.adds_everything()),
            next: HashMap::new(),
            standing: [OnceCell::new(), OnceCell::new()],
        }
    }

    /// Returns the number of the next finding of a check on the text `key`, which stands at `range`.
    /// `beside` is how many findings the check has on one such text.
    pub fn next(&mut self, check: &str, key: &[u8], range: Option<&Range<usize>>, beside: u32) -> u32 {
        let id = hash(&(check, hash_words(key)));
        let known = self.next.get(&id).copied();
        let nth = known.unwrap_or_else(|| self.standing(check, range).saturating_mul(beside));
        self.next.insert(id, nth + 1);
        nth
    }

    /// Returns how often the lines at `range` stand in what the change leaves alone.
    fn standing(&self, check: &str, range: Option<&Range<usize>>) -> u32 {
        let (Some(view), Some(range)) = (self.view, range) else {
            return 0;
        };
        // White space is content to the rules about text.
        let exact = Category::of(check) == Category::Text;
        let hash = if exact { hash_bytes } else { hash_words };
        let lines = view.lines();
        let first = lines.line_of(range.start);
        let count = lines.line_of(range.end.max(range.start + 1) - 1) - first + 1;
        let wanted = hash(&view.bytes()[span(lines, first, count)]);
        if count > 1 {
            let kept = kept(view, count).filter(|at| hash(&view.bytes()[span(lines, *at, count)]) == wanted);
            return kept.count() as u32;
        }
        let table = self.standing[usize::from(exact)].get_or_init(|| tally(view, hash));
        table.get(&wanted).copied().unwrap_or_default()
    }
}

/// Counts the lines that the change leaves alone.
fn tally(view: &FileView<'_>, hash: fn(&[u8]) -> u64) -> HashMap<u64, u32> {
    let mut table = HashMap::new();
    for line in kept(view, 1) {
        let text = &view.bytes()[view.lines().range(line)];
        *table.entry(hash(text)).or_default() += 1;
    }
    table
}

/// Returns where `count` lines stand together that the change leaves alone.
fn kept<'v>(view: &'v FileView<'_>, count: u32) -> impl Iterator<Item = u32> + 'v {
    let starts = 0..(view.lines().count() + 1).saturating_sub(count);
    starts.filter(move |at| (*at..at + count).all(|line| !view.is_added(line)))
}

/// Returns the bytes of `count` lines from `first` on.
fn span(lines: &Lines, first: u32, count: u32) -> Range<usize> {
    lines.range(first).start..lines.range(first + count - 1).end
}

fn hash_bytes(text: &[u8]) -> u64 {
    hash(&text)
}

fn hash_words(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .for_each(|word| word.hash(&mut hasher));
    hasher.finish()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
