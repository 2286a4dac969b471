//! Does the code do what it should?

use super::Shipped;
use crate::validators::claim::Kind;
use crate::validators::language::{Sort, sort};
use bstr::{BStr, ByteSlice};

/// Does the code do what it should?
pub const CORRECTNESS: Shipped = Shipped {
    name: "correctness",
    summary: "code that does something other than it should",
    looks_at: "code, pages, builds and pipelines; no other configuration, no prose, no data",
    kinds: &[
        Kind::Defect,
        Kind::CompileFailure,
        Kind::MissingSymbol,
        Kind::MissingFile,
        Kind::UnusedImport,
    ],
    gates: true,
    sees_message: false,
    wants: Some(runs),
};

/// Directories and names of pipelines, which are programs in the clothes of configuration.
const PIPELINES: [&str; 10] = [
    ".github/workflows/",
    ".github/actions/",
    ".gitea/workflows/",
    ".forgejo/workflows/",
    ".circleci/",
    ".buildkite/",
    ".gitlab-ci",
    "azure-pipelines",
    "bitbucket-pipelines",
    "cloudbuild",
];

/// Whether a path holds what runs. A name that says nothing may be a script: to look at it costs a call, and not to
/// look hides it.
fn runs(path: &BStr) -> bool {
    match sort(path) {
        None | Some(Sort::Code | Sort::Markup | Sort::Build) => true,
        Some(Sort::Configuration) => is_pipeline(path),
        Some(Sort::Prose | Sort::Data) => false,
    }
}

fn is_pipeline(path: &BStr) -> bool {
    let path = path.to_str_lossy();
    PIPELINES.iter().any(|part| path.contains(part))
}
