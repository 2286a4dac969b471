//! Reports that were written before: read from files that nobody vouches for, and joined.

mod merge;

pub use merge::merge;

use super::ci::Wrong;
use super::review::{Judged, Seen};
use super::settings;
use crate::git::{self, Repository};
use crate::model::{Report, Source, visible};
use crate::report::{self, Read};
use crate::rules::pattern;
use crate::sys::file;
use std::path::Path;

/// How many findings a person is shown where no policy says it.
const SHOWN: usize = 50;

/// Reads a report from a file. An error names the file as the user wrote it.
///
/// # Errors
/// When it is no plain file, too large, or no report that can be read.
pub fn read(dir: &Path, name: &Path) -> Result<Read, Wrong> {
    let shown = visible(&name.to_string_lossy()).into_owned();
    let path = dir.join(name);
    // What is no file may never end.
    if !path.is_file() {
        let hint = "name a report that `--format json=FILE` wrote";
        return Err(Wrong::new(format!("`{shown}` is not a file"), hint));
    }
    let bytes = file::read(&path, report::LARGEST).map_err(|e| {
        let hint = format!("a report has at most {} bytes", report::LARGEST);
        Wrong::new(format!("`{shown}` cannot be read: {e}"), hint)
    })?;
    report::read(&bytes).map_err(|e| {
        let version = env!("CARGO_PKG_VERSION");
        let hint = format!("write it with `--format json=FILE` of pantheon {version}");
        Wrong::new(format!("`{shown}` cannot be used: {e}"), hint)
    })
}

/// Joins a report with what is needed to show it: the policy of the directory tells about its own rules, if there is
/// one, and its repository holds the change, if it is there; nothing else depends on them.
#[must_use]
pub fn shown(dir: &Path, set: &[String], report: Report) -> Judged {
    let settings = settings::current(dir, None, set).ok();
    let own = settings.iter().flat_map(|settings| &settings.patterns);
    let own: Vec<pattern::Source> = own.map(super::wire::own_pattern).collect();
    Judged {
        max_findings: settings.as_ref().map_or(SHOWN, |s| s.limits.max_findings),
        own: own.iter().map(pattern::info_of).collect(),
        root: None,
        seen: seen(dir, &report, own),
        report,
    }
}

/// Looks up what a report is about; a change that ends in another tree than the judged one is another change.
fn seen(dir: &Path, report: &Report, own: Vec<pattern::Source>) -> Option<Seen> {
    let Source::Range { from, to } = report.source else {
        return None;
    };
    let repo = Repository::open(dir).ok()?;
    let mut change = git::range(&repo, from, to).ok()?;
    git::mark_copies(&repo, &mut change);
    (change.head == report.verdict.subject).then_some(Seen {
        repo,
        change,
        own,
        scratch: None,
    })
}
