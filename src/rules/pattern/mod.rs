//! Pattern rules: an expression over the text of a change, found by keyword.
//!
//! The shipped ones are written in `policies/rules/*.toml` and turned into static tables by the build
//! script. A repository writes its own in the same form in its configuration. What cannot be said by
//! an expression over added lines is a structural rule instead. Inline suppressions, anchoring and
//! redaction are the engine's.

mod entry;
mod filter;
mod find;
mod fit;
mod gram;
mod guard;
mod language;
#[cfg(test)]
mod mesh;
mod overlap;
mod scan;
mod scope;
mod shipped;
mod sieve;
mod sketch;
mod source;
mod spec;
#[cfg(test)]
mod tests;
mod validator;
mod value;
mod wide;

pub use source::{Problem, Source};

use crate::check::{Draft, FileView, Place};
use crate::model::{EntryKind, Origin, RuleInfo, Severity};
use bstr::BStr;
use entry::Entry;
use gram::{Index, Word};
use scan::{Cut, Hit, Hits, Pass};
use scope::{FileScope, Scope};
use spec::Pattern;
use std::ops::Range;

/// Why a repository's own pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern `{id}`: `{key}`: {text}")]
pub struct Error {
    /// The id of the pattern.
    pub id: String,
    /// The key that is wrong.
    pub key: &'static str,
    /// What is wrong with it.
    pub text: String,
}

/// The patterns of one run: the shipped ones and a repository's own.
///
/// Nothing is compiled before a keyword of it is seen. One set serves all threads.
pub struct Set {
    entries: Vec<Entry>,
    shipped: bool,
    own: Option<Own>,
    enabled: bool,
}

/// The keywords of a repository's own patterns.
struct Own {
    index: Index,
    rules_of: Vec<Vec<u16>>,
}

/// Returns what the shipped patterns say about themselves.
pub fn infos() -> impl Iterator<Item = &'static RuleInfo> {
    shipped::PATTERNS.iter().map(|pattern| &pattern.info)
}

/// Returns what a repository's own pattern says about itself.
#[must_use]
pub fn info_of(source: &Source) -> RuleInfo {
    Pattern::from_source(source).info
}

/// Checks a repository's own pattern, with its examples.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(source: &Source) -> Result<(), Error> {
    let error = |key, text| Error {
        id: source.id.clone(),
        key,
        text,
    };
    source.check().map_err(|p| error(p.key, p.text))?;
    for (key, globs) in [("paths", &source.paths), ("exclude-paths", &source.exclude_paths)] {
        for glob in globs {
            fast_glob::validate(glob).map_err(|e| error(key, format!("`{glob}` is no glob: {e}")))?;
        }
    }
    check_examples(source).map_err(|(key, text)| error(key, text))
}

fn check_examples(source: &Source) -> Result<(), (&'static str, String)> {
    let mut bare = source.clone();
    bare.languages.clear();
    bare.paths.clear();
    bare.exclude_paths.clear();
    let set = Set::own_only(&bare).map_err(|e| (e.key, e.text))?;
    for (key, texts, expected) in [("bad", &source.bad, true), ("good", &source.good, false)] {
        for (n, text) in texts.iter().enumerate() {
            if set.finds_anything(text.as_bytes()) != expected {
                let what = if expected { "is not found" } else { "is found" };
                return Err((key, format!("example {} {what} by the pattern", n + 1)));
            }
        }
    }
    Ok(())
}

impl Set {
    /// Makes a set of the enabled shipped patterns and a repository's own, which it checks without
    /// their examples.
    ///
    /// # Errors
    /// When one of the repository's own cannot be used.
    pub fn new(enabled: &dyn Fn(&str) -> bool, user: &[Source]) -> Result<Self, Error> {
        let shipped = shipped::PATTERNS.iter();
        let mut entries: Vec<Entry> = shipped.map(|p| Entry::shipped(p, enabled(&p.info.id))).collect();
        let own = add_own(&mut entries, enabled, user)?;
        Ok(Self {
            enabled: entries.iter().any(|entry| entry.enabled),
            shipped: entries.iter().take(shipped::PATTERNS.len()).any(|e| e.enabled),
            entries,
            own,
        })
    }

    /// Searches the new content of a file, and reports what stands on added lines. Notes the marks
    /// on the way, so it is best done before the other rules look.
    pub fn scan_file(&self, view: &FileView<'_>, drafts: &mut Vec<Draft>) {
        if !self.enabled || view.file.new.is_none_or(|side| side.kind == EntryKind::Submodule) {
            return;
        }
        let text = view.bytes();
        if text.is_empty() {
            return;
        }
        if let Some(narrow) = wide::narrow(text) {
            return self.scan_wide(view, &narrow, drafts);
        }
        let found = self.search(text, &Scope::File(FileScope::new(view)));
        if let Some(marks) = found.marks {
            view.note_marks(marks);
        }
        let place = |range: &Range<usize>| Place::Bytes(view.file.path.clone(), range.clone());
        self.report(found, place, &Place::Path(view.file.path.clone()), drafts);
    }

    /// Searches a commit message.
    pub fn scan_text(&self, text: &[u8], drafts: &mut Vec<Draft>) {
        let found = self.search(text, &Scope::Text);
        let place = |range: &Range<usize>| Place::Message(range.clone());
        self.report(found, place, &Place::Message(0..text.len()), drafts);
    }

    /// Searches a path.
    pub fn scan_path(&self, path: &BStr, drafts: &mut Vec<Draft>) {
        let found = self.search(path, &Scope::Text);
        let place = |_: &Range<usize>| Place::Path(path.to_owned());
        self.report(found, place, &Place::Path(path.to_owned()), drafts);
    }

    /// Searches text that was UTF-16: what the old content held already is not new, and lines and
    /// columns mean nothing.
    fn scan_wide(&self, view: &FileView<'_>, text: &[u8], drafts: &mut Vec<Draft>) {
        let mut found = self.search(text, &Scope::Text);
        let old = view.file.old.filter(|_| !found.hits.is_empty());
        let old = old
            .and_then(|side| view.objects().blob(side.id).ok())
            .unwrap_or_default();
        let old = wide::narrow(&old).unwrap_or(old);
        found
            .hits
            .retain(|hit| memchr::memmem::find(&old, &text[hit.captured.clone()]).is_none());
        let place = |_: &Range<usize>| Place::Path(view.file.path.clone());
        self.report(found, place, &Place::Path(view.file.path.clone()), drafts);
    }

    fn search(&self, text: &[u8], scope: &Scope<'_>) -> Hits {
        if !self.enabled || text.len() < 3 {
            return Hits::default();
        }
        let mut marks = None;
        let mut pass = Pass::new(&self.entries, text, scope);
        if self.shipped {
            marks = Some(pass.run(&shipped::KEYWORDS, &shipped::RULES_OF));
        }
        if let Some(own) = &self.own {
            pass.run(&own.index, &own.rules_of);
        }
        let mut found = pass.finish();
        found.marks = marks;
        overlap::remove(&mut found.hits, &self.entries);
        found
    }

    fn report(
        &self,
        found: Hits,
        place: impl Fn(&Range<usize>) -> Place,
        whole: &Place,
        drafts: &mut Vec<Draft>,
    ) {
        drafts.extend(found.hits.iter().map(|hit| self.draft(hit, &place)));
        for (at, why) in found.cut {
            drafts.push(cut_draft(&self.entries[at].pattern().info, why, whole.clone()));
        }
    }

    fn draft(&self, hit: &Hit, place: &impl Fn(&Range<usize>) -> Place) -> Draft {
        let pattern = self.entries[hit.pattern].pattern();
        let note = hit.note.map(|note| format!(" ({note})")).unwrap_or_default();
        let message = format!("{}{note}", pattern.info.summary);
        let mut draft = draft(&pattern.info, message, place(&hit.captured));
        draft.severity = hit.severity;
        draft.confidence = hit.confidence;
        let on_bytes = matches!(draft.place, Place::Bytes(..) | Place::Message(_));
        if on_bytes && (pattern.is_secret() || pattern.regex.contains("<secret>")) {
            draft.secret = Some(hit.captured.clone());
        }
        draft
    }

    fn own_only(source: &Source) -> Result<Self, Error> {
        let mut set = Self::new(&|_| false, &[])?;
        set.own = add_own(&mut set.entries, &|_| true, std::slice::from_ref(source))?;
        set.enabled = true;
        Ok(set)
    }

    /// Whether a pattern finds something in a text, wherever that might stand.
    #[must_use]
    pub fn finds_anything(&self, text: &[u8]) -> bool {
        !self.search(text, &Scope::Example).hits.is_empty()
    }
}

/// Says that a pattern was stopped; a text full of keywords is no reason to block.
fn cut_draft(info: &RuleInfo, why: Cut, place: Place) -> Draft {
    match why {
        Cut::Findings => draft(
            info,
            format!("{}: more places than are shown", info.summary),
            place,
        ),
        Cut::Keywords => Draft {
            severity: Severity::Low.min(info.severity),
            ..draft(
                info,
                format!("{}: too many keywords to look at each", info.summary),
                place,
            )
        },
    }
}

fn draft(info: &RuleInfo, message: String, place: Place) -> Draft {
    Draft {
        check: info.id.clone(),
        severity: info.severity,
        confidence: info.confidence,
        message,
        fix: None,
        help: first_sentence(&info.fix),
        place,
        secret: None,
        origin: Origin::Computed,
        fingerprint: None,
    }
}

/// Makes the help line of a finding from the way to mend it.
fn first_sentence(fix: &str) -> Option<String> {
    let sentence = fix.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let (first, rest) = sentence.split_at_checked(1)?;
    Some(first.to_ascii_lowercase() + rest)
}

fn add_own(
    entries: &mut Vec<Entry>,
    enabled: &dyn Fn(&str) -> bool,
    user: &[Source],
) -> Result<Option<Own>, Error> {
    let mut words: Vec<(&str, Vec<u16>)> = Vec::new();
    for source in user {
        let error = |p: Problem| Error {
            id: source.id.clone(),
            key: p.key,
            text: p.text,
        };
        source.check().map_err(error)?;
        let rule = entries.len() as u16;
        entries.push(Entry::own(Pattern::from_source(source), enabled(&source.id)));
        for word in &source.keywords {
            match words.iter_mut().find(|(known, _)| known == word) {
                Some((_, rules)) => rules.push(rule),
                None => words.push((word, vec![rule])),
            }
        }
    }
    if words.is_empty() {
        return Ok(None);
    }
    let index = Index::new(
        &words
            .iter()
            .map(|(word, _)| Word::anywhere(word))
            .collect::<Vec<_>>(),
    );
    let rules_of = words.into_iter().map(|(_, rules)| rules).collect();
    Ok(Some(Own { index, rules_of }))
}
