//! What commands report, as findings that stand on the change.

use super::Chosen;
use crate::app::validate::Secrets;
use crate::app::wire::Wired;
use crate::check::{Draft, FileView, Lines, Place, fingerprint};
use crate::command::{Columns, Filter, Parsed, Reported, candidates, range};
use crate::engine;
use crate::model::{ChangeSet, Confidence, FileChange, Finding, Objects, Origin, Status, visible};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

/// More findings of one command than this tell nothing more.
const MOST: usize = 1000;
/// How long a message may be, in characters.
const LONGEST: usize = 500;
/// How many lines around a change belong to its hunk: as git shows it.
const CONTEXT: u32 = 3;

/// What findings are made against.
pub struct Scene<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// The policy.
    pub wired: &'a Wired,
    /// Reads what stands in the change.
    pub objects: &'a dyn Objects,
    /// Finds what must not be shown.
    pub secrets: &'a Secrets,
}

/// What is left of the reports of a command.
#[derive(Default)]
pub struct Found {
    /// What counts.
    pub findings: Vec<Finding>,
    /// How much stands elsewhere than the filter asks for.
    pub elsewhere: usize,
    /// How much is not told because there is too much.
    pub more: usize,
}

/// One report, with the unit of its columns.
type Unit<'r> = (&'r Reported, Columns);

impl Found {
    /// Says what was left out.
    pub fn notes(&self, chosen: &Chosen) -> Vec<String> {
        let plural = |count: usize| if count == 1 { "finding" } else { "findings" };
        let filter = chosen.spec.filter.name();
        let elsewhere = (self.elsewhere > 0).then(|| {
            let (id, count) = (&chosen.id, self.elsewhere);
            format!(
                "`{id}`: {count} {} outside of `filter = \"{filter}\"` not counted",
                plural(count)
            )
        });
        let more = (self.more > 0).then(|| {
            let (id, count) = (&chosen.id, self.more);
            format!("`{id}`: {count} more {} not told", plural(count))
        });
        elsewhere.into_iter().chain(more).collect()
    }
}

impl Scene<'_> {
    /// Returns a text of somebody else's as one line that can be shown: without secrets, and without the
    /// place of the checkout, which is another one each time.
    pub fn shown(&self, text: &str, root: &Path) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut text = words.join(" ");
        for root in [std::fs::canonicalize(root).ok(), Some(root.to_owned())]
            .into_iter()
            .flatten()
        {
            if let Some(root) = root.to_str().filter(|root| root.len() > 1) {
                text = text.replace(&format!("{root}/"), "").replace(root, ".");
            }
        }
        let mut hidden = self.secrets.find(BStr::new("output.txt"), text.as_bytes());
        hidden.sort_by_key(|range| std::cmp::Reverse(range.start));
        for range in hidden {
            if text.is_char_boundary(range.start)
                && text.is_char_boundary(range.end)
                && range.end <= text.len()
            {
                text.replace_range(range, "***");
            } else {
                text = "***".to_owned();
            }
        }
        let text: String = text.chars().take(LONGEST).collect();
        visible(&text).into_owned()
    }

    /// Returns the changed file that a path means, or, if all count, one that is not changed.
    fn file(&self, paths: &[BString], filter: Filter) -> Option<FileChange> {
        for path in paths {
            let found = self.change.files.binary_search_by(|file| file.path.cmp(path));
            if let Ok(at) = found {
                return Some(self.change.files[at].clone());
            }
        }
        if filter != Filter::All {
            return None;
        }
        paths.iter().find_map(|path| self.unchanged(path.as_bstr()))
    }

    fn unchanged(&self, path: &BStr) -> Option<FileChange> {
        let side = self.objects.entry(self.change.head, path).ok()??;
        side.kind.is_file().then(|| FileChange {
            path: path.to_owned(),
            old_path: None,
            status: Status::Modified,
            old: Some(side),
            new: Some(side),
            other_parents: Vec::new(),
        })
    }
}

/// Makes findings of what a command reported.
pub fn of(chosen: &Chosen, parsed: &[Parsed], root: &Path, scene: &Scene<'_>) -> Found {
    let mut found = Found::default();
    let (mut files, mut whole) = (
        BTreeMap::<BString, (FileChange, Vec<Unit<'_>>)>::new(),
        Vec::new(),
    );
    let (mut known, filter) = (HashMap::new(), chosen.spec.filter);
    let all = parsed
        .iter()
        .flat_map(|parsed| parsed.reports.iter().map(|report| (report, parsed.columns)));
    for unit in all {
        let Some(path) = &unit.0.path else {
            whole.push(unit);
            continue;
        };
        let file = known
            .entry(path)
            .or_insert_with(|| scene.file(&candidates(path, root, &chosen.spec.dir), filter));
        match file {
            Some(file) => {
                let slot = files.entry(file.path.clone());
                slot.or_insert_with(|| (file.clone(), Vec::new())).1.push(unit);
            }
            // What is wrong because of the change, wherever it stands.
            None if filter == Filter::All => whole.push(unit),
            None => found.elsewhere += 1,
        }
    }
    for (path, (file, units)) in &files {
        if scene.wired.is_excluded(path.as_bstr()) || !scene.wired.counts(path.as_bstr(), &chosen.id) {
            continue;
        }
        in_file(chosen, file, units, root, scene, &mut found);
    }
    on_change(chosen, &whole, root, scene, &mut found);
    found.more += found.findings.len().saturating_sub(MOST);
    found.findings.truncate(MOST);
    found
}

fn in_file(
    chosen: &Chosen,
    file: &FileChange,
    units: &[Unit<'_>],
    root: &Path,
    scene: &Scene<'_>,
    found: &mut Found,
) {
    let view = FileView::new(file, scene.objects);
    let mut drafts = Vec::new();
    for (reported, columns) in units {
        let range = range(reported, *columns, view.bytes(), view.lines());
        if !counts(chosen.spec.filter, range.as_ref(), &view) {
            found.elsewhere += 1;
        } else if drafts.len() >= MOST {
            found.more += 1;
        } else {
            let place = match range {
                Some(range) if file.new.is_some() => Place::Bytes(file.path.clone(), range),
                _ => Place::Path(file.path.clone()),
            };
            drafts.push(draft(chosen, reported, place, root, scene));
        }
    }
    if drafts.is_empty() {
        return;
    }
    // Tools that work side by side say the same things in another order each time.
    drafts.sort_by(|a, b| key(a).cmp(&key(b)));
    let make = |_: &[u8], _: &Lines| drafts.clone();
    let hide = |bytes: &[u8]| scene.secrets.find(file.path.as_ref(), bytes);
    let findings = engine::anchored(file, scene.objects, scene.wired.suppressions, &make, &hide);
    found.findings.extend(findings);
}

fn key(draft: &Draft) -> (usize, usize, &str) {
    match &draft.place {
        Place::Bytes(_, range) => (range.start, range.end, &draft.message),
        _ => (0, 0, &draft.message),
    }
}

/// Whether the filter lets a place count. What is about a changed file as a whole always does.
fn counts(filter: Filter, range: Option<&Range<usize>>, view: &FileView<'_>) -> bool {
    let Some(range) = range else {
        return true;
    };
    match filter {
        Filter::All | Filter::File => true,
        Filter::Added => view.is_added_in(range),
        Filter::Hunk => view.adds_everything() || is_near(range, view),
    }
}

fn is_near(range: &Range<usize>, view: &FileView<'_>) -> bool {
    let lines = view.lines();
    let first = lines.line_of(range.start);
    let last = lines.line_of(range.end.max(range.start + 1) - 1);
    let near = |hunk: &crate::model::Hunk| {
        first < hunk.new.end.saturating_add(CONTEXT) && hunk.new.start <= last.saturating_add(CONTEXT)
    };
    view.hunks().iter().any(near)
}

fn on_change(chosen: &Chosen, units: &[Unit<'_>], root: &Path, scene: &Scene<'_>, found: &mut Found) {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut units = units.to_vec();
    units.sort_by_key(|(reported, _)| (reported.code.clone(), reported.message.clone()));
    found.more += units.len().saturating_sub(MOST);
    for (reported, _) in units.iter().take(MOST) {
        let mut draft = draft(chosen, reported, Place::Change, root, scene);
        // Messages of tests hold what changes from run to run; the name of the test does not.
        let id = reported.code.as_ref().unwrap_or(&draft.message);
        let nth = seen.entry(id.clone()).or_default();
        draft.fingerprint = Some(fingerprint(&chosen.id, b"", id.as_bytes(), *nth));
        *nth += 1;
        drafts.push(draft);
    }
    found.findings.extend(engine::on_change(drafts));
}

fn draft(chosen: &Chosen, reported: &Reported, place: Place, root: &Path, scene: &Scene<'_>) -> Draft {
    let mut message = scene.shown(&reported.message, root);
    if message.is_empty() {
        message = "it says nothing more".to_owned();
    }
    let code = reported
        .code
        .as_deref()
        .filter(|code| !reported.message.contains(code));
    if let Some(code) = code {
        message = format!("{message} ({})", scene.shown(code, root));
    }
    if let (Place::Change, Some(path)) = (&place, &reported.path) {
        message = format!("`{}`: {message}", scene.shown(path, root));
    }
    Draft {
        check: chosen.id.clone().into(),
        severity: chosen.spec.severities.of(reported.level),
        confidence: Confidence::High,
        message,
        fix: None,
        help: None,
        place,
        secret: None,
        origin: Origin::Computed,
        fingerprint: None,
    }
}
