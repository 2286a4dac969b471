//! What a model is shown of a change: units of review, each a text with the ground on which claims about it stand.
//!
//! ```text
//! source   a changed file, or why nothing of it is shown
//! block    which lines are shown around the changed ones (scope: heads of functions)
//! render   blocks as text, a gutter on every line (text: one line, hostile as it is)
//! related  definitions that the added lines use
//! section  as much of a file as fits into a unit
//! pack     sections into units that stay as they are when another file changes (fence: what stands around)
//! risk     which unit comes first
//! bare     a unit without what it says in words (page: line by line; speech: comments and texts; prose: sentences)
//! ```
//!
//! Nothing is dropped without a word: what is shown in no unit is in [`View::left_out`].

mod bare;
mod block;
mod fence;
mod left_out;
mod pack;
mod page;
mod prose;
mod related;
mod render;
mod risk;
mod scope;
mod section;
mod source;
mod speech;
mod text;

#[cfg(test)]
mod tests;

pub use fence::NOTATION;
pub use left_out::{LeftOut, Why};
pub use page::words_of;
pub(in crate::validators) use related::end;
pub(in crate::validators) use render::push_line;
pub use risk::Risk;
pub(in crate::validators) use scope::{Syntax, call, heads, named};
pub use speech::Words;
pub(in crate::validators) use text::Text;
pub use text::{name, path};

use crate::llm::tokens::Family;
use crate::model::{ChangeSet, Objects};
use crate::validators::ground::Ground;
use bstr::BStr;
use related::Shelf;
use section::Section;
use source::Opened;
use std::collections::BTreeMap;
use std::ops::Range;

/// Finds the bytes of a file that must not be shown.
pub type Secrets<'a> = &'a dyn Fn(&BStr, &[u8]) -> Vec<Range<usize>>;

/// How a change is shown.
#[derive(Clone)]
pub struct Options<'a> {
    /// The most tokens of a unit, the notation included.
    pub tokens_per_unit: u64,
    /// How many files a unit has on average at least, where the budget takes them. With one, a file is asked
    /// about again only when it changes itself. Many files share units in any case, so that all are shown.
    pub files_per_unit: u32,
    /// The most units; the least risky are left out beyond.
    pub units: usize,
    /// How tokens are counted.
    pub family: Family,
    /// A mark that nobody who wrote the change can know, in letters and digits. A mark that the installation
    /// keeps for itself gives the same text for the same unit.
    pub fence: String,
    /// Finds the secrets in the content of a path, on either side of the change and beside it.
    pub secrets: Secrets<'a>,
    /// Whether definitions are shown that the added lines use.
    pub related: bool,
    /// How many lines are shown above a change.
    pub before: u32,
    /// How many lines are shown below it.
    pub after: u32,
    /// How many bytes of a line are shown.
    pub line_bytes: usize,
    /// The largest file that is shown, on either side.
    pub file_bytes: u64,
}

/// A change as it is shown.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The units, the riskiest first.
    pub units: Vec<Unit>,
    /// What is shown in no unit, ordered by path and reason.
    pub left_out: Vec<LeftOut>,
    /// What else is to be known, in lowercase lines: files that changed no line, secrets that were taken out.
    pub notes: Vec<String>,
}

/// What one call is about.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// The files, as they are named in the text.
    pub files: Vec<String>,
    /// The text: [`NOTATION`], and the content between two fences.
    pub text: String,
    /// What claims about it are held against. Lines are there as they are shown.
    pub ground: Ground,
    /// How many tokens the text has.
    pub tokens: u64,
    /// How risky it is.
    pub risk: Risk,
    /// How many runs of changed lines it shows.
    pub hunks: u32,
    /// How many bytes of changed lines.
    pub bytes: u64,
    /// The fence.
    pub fence: String,
    /// Names that stand for others in the text: see [`Unit::without_words`].
    pub aliases: Vec<(String, String)>,
}

impl<'a> Options<'a> {
    /// Returns the defaults.
    #[must_use]
    pub fn new(fence: &str, secrets: Secrets<'a>) -> Self {
        Self {
            tokens_per_unit: 8_000,
            files_per_unit: 1,
            units: 40,
            family: Family::O200k,
            fence: fence.to_owned(),
            secrets,
            related: true,
            before: 5,
            after: 1,
            line_bytes: 400,
            file_bytes: 1 << 20,
        }
    }
}

impl Unit {
    /// Returns all that the text depends on: the text without its fence. The same material asks the same.
    #[must_use]
    pub fn key_material(&self) -> String {
        self.text.replace(&self.fence, "")
    }
}

impl View {
    /// Whether everything is shown that is not left out by rule.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left_out.iter().all(|out| out.why.is_by_rule())
    }

    /// Returns what is left out, a line for each.
    #[must_use]
    pub fn manifest(&self) -> String {
        self.left_out.iter().map(|out| out.line() + "\n").collect()
    }
}

/// Shows a change in units.
#[must_use]
pub fn build(change: &ChangeSet, objects: &dyn Objects, options: &Options<'_>) -> View {
    let mut view = View::default();
    let mut sections = Vec::new();
    let mut shelf = Shelf::new(change, objects, options);
    for file in &change.files {
        match source::open(file, objects, options) {
            Opened::Out(out) => view.left_out.push(out),
            Opened::Same(note) => view.notes.push(note),
            Opened::Shown(source) => {
                let (shown, out) = section::sections(&source, &mut shelf, options);
                if shown.iter().any(|section| section.is_redacted) {
                    view.notes
                        .push(format!("`{}` holds a secret, which is redacted", source.name));
                }
                sections.extend(shown);
                view.left_out.extend(out);
            }
        }
    }
    add_unseen(&mut view, change);
    add_units(&mut view, sections, options);
    view.left_out = merged(std::mem::take(&mut view.left_out), &view.units);
    view
}

/// Takes over what could not be looked at in the first place.
fn add_unseen(view: &mut View, change: &ChangeSet) {
    for out in &change.left_out {
        let name = name(&out.what);
        if out.inconclusive {
            view.left_out.push(LeftOut::whole(name, Why::Unreadable, 0));
        } else {
            view.notes
                .push(format!("`{name}` was not looked at: {}", out.why));
        }
    }
}

fn add_units(view: &mut View, sections: Vec<Section>, options: &Options<'_>) {
    let mut groups = pack::pack(sections, options);
    // The sort is stable: units of one risk stay in the order of their paths.
    groups.sort_by_key(|group| std::cmp::Reverse(group.iter().map(|s| s.risk.points).max()));
    let over = groups.split_off(options.units.min(groups.len()));
    for section in groups.iter().flatten() {
        view.left_out.extend(section.left_out.clone());
    }
    let over = over.into_iter().flatten();
    view.left_out.extend(over.map(|section| section.out(Why::Budget)));
    view.units = groups
        .into_iter()
        .map(|group| pack::unit(group, options))
        .collect();
}

/// Puts together what is left out of one file for one reason, without the lines that some unit shows.
fn merged(all: Vec<LeftOut>, units: &[Unit]) -> Vec<LeftOut> {
    let mut out: BTreeMap<(String, Why), LeftOut> = BTreeMap::new();
    for mut next in all {
        if next.why != Why::LongLine {
            next.lines = not_shown(&next.lines, &next.path, units, true);
            next.removed = not_shown(&next.removed, &next.path, units, false);
        }
        let key = (next.path.clone(), next.why);
        match out.get_mut(&key) {
            None => drop(out.insert(key, next)),
            Some(one) => {
                one.hunks += next.hunks;
                one.bytes += next.bytes;
                one.lines = render::united_exactly(one.lines.iter().chain(&next.lines).cloned());
                one.removed = render::united_exactly(one.removed.iter().chain(&next.removed).cloned());
            }
        }
    }
    out.into_values().collect()
}

/// Returns the lines of a file that no unit shows, on one side.
fn not_shown(lines: &[Range<u32>], path: &str, units: &[Unit], is_new: bool) -> Vec<Range<u32>> {
    let files = || {
        units
            .iter()
            .flat_map(|unit| &unit.ground.files)
            .filter(|file| file.path == path)
    };
    let is_shown = |line: &u32| {
        files().any(|file| match is_new {
            true => file.new.contains_key(line),
            false => file.old.contains_key(line),
        })
    };
    let lines = lines.iter().flat_map(Clone::clone);
    render::runs(lines.filter(|line| !is_shown(line)))
}
