//! The lines that findings stand on, read again for formats that know a finding by them.

use crate::git::Repository;
use crate::model::{Oid, Report};
use crate::report::LineHashes;
use bstr::BStr;
use std::path::Path;

// Nobody follows an alert in a file that is larger.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Returns the hashes of the lines that findings stand on.
///
/// Where the judged tree or a file of it cannot be read, as after judging an index that git has not written
/// yet, there are no hashes: a service that needs them computes them.
#[must_use]
pub fn hashes(dir: &Path, report: &Report) -> LineHashes {
    let mut hashes = LineHashes::default();
    let Ok(repo) = Repository::open(dir) else {
        return hashes;
    };
    for (path, lines) in LineHashes::wanted(report) {
        if let Some(content) = content(&repo, report.verdict.subject, path) {
            hashes.add(path, &content, &lines);
        }
    }
    hashes
}

fn content(repo: &Repository, tree: Oid, path: &BStr) -> Option<Vec<u8>> {
    let side = repo.entry(tree, path).ok()??;
    side.kind
        .is_file()
        .then(|| repo.blob(side.id, LARGEST).ok())
        .flatten()
}
