//! Each case of `fixtures/validators`: a change, what a model answered about it, and what must come of that.

use super::{ALL, find, spec};
use crate::llm::answer::Finish;
use crate::llm::reading::{self, Expected};
use crate::model::{
    ChangeSet, EntryKind, FileChange, Hunk, Objects, Oid, ReadError, Relation, Side, Source, Status,
};
use crate::validators::ground::Ground;
use crate::validators::review::{SYNONYMS, VERBATIM, claims, schema};
use crate::validators::sift::{Candidate, Ceiling, Facts, Limits, sift};
use crate::validators::spec::{Scope, Spec};
use crate::validators::view::{Options, View, build};
use bstr::{BStr, BString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    about: String,
    /// The changed files.
    files: Vec<Changed>,
    /// The message of the commit, for a validator that sees it.
    message: Option<String>,
    /// What came back.
    recorded: Recorded,
    /// What is known without it.
    #[serde(default)]
    facts: Known,
    /// What must be found, the most important first.
    #[serde(default)]
    found: Vec<Found>,
    /// What must be dropped.
    #[serde(default)]
    dropped: Vec<Dropped>,
    /// How many findings do not fit the schema.
    #[serde(default)]
    unread: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    /// What the model wrote, as it came.
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Known {
    compiles: Option<bool>,
    symbols: Option<Vec<String>>,
    files: Option<Vec<String>>,
    locked: BTreeMap<String, String>,
    tests: bool,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    path: String,
    line: u32,
    kind: String,
    severity: String,
    /// Why it never blocks; empty: it may.
    #[serde(default)]
    never_blocks: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropped {
    title: String,
    step: String,
    reason: String,
}

impl Facts for Known {
    fn compiles(&self) -> Option<bool> {
        self.compiles
    }

    fn symbol_exists(&self, symbol: &str) -> Option<bool> {
        let symbols = self.symbols.as_ref()?;
        Some(symbols.iter().any(|known| known == symbol))
    }

    fn file_exists(&self, path: &str) -> Option<bool> {
        let files = self.files.as_ref()?;
        Some(files.iter().any(|known| known == path))
    }

    fn locked_version(&self, package: &str) -> Option<String> {
        self.locked.get(package).cloned()
    }

    fn tests_changed(&self) -> bool {
        self.tests
    }

    fn secret_found_at(&self, _: &str, _: u32) -> bool {
        false
    }
}

/// The contents of a case.
struct Blobs(BTreeMap<Oid, Vec<u8>>);

impl Objects for Blobs {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.0.get(&id).cloned().ok_or(ReadError::Missing(id))
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        self.blob(id).map(|bytes| bytes.len() as u64)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        crate::git::hunks(old, new)
    }

    fn entry(&self, _: Oid, _: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(None)
    }

    fn names(&self, _: Oid, _: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        Ok(Vec::new())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        Relation::Unknown
    }
}

fn id(bytes: &[u8]) -> Oid {
    Oid::from_bytes_or_panic(&Sha256::digest(bytes)[..20])
}

fn no_secrets(_: &BStr, _: &[u8]) -> Vec<Range<usize>> {
    Vec::new()
}

/// The change of a case as it is shown.
fn view(case: &Case) -> View {
    let mut blobs = Blobs(BTreeMap::new());
    let mut side = |text: &Option<String>| {
        let bytes = text.as_ref()?.as_bytes();
        let id = id(bytes);
        blobs.0.insert(id, bytes.to_vec());
        let kind = EntryKind::File;
        Some(Side { kind, id })
    };
    let mut files: Vec<FileChange> = Vec::new();
    for file in &case.files {
        let (old, new) = (side(&file.before), side(&file.after));
        files.push(FileChange {
            path: file.path.as_str().into(),
            old_path: None,
            status: match (old, new) {
                (None, _) => Status::Added,
                (_, None) => Status::Deleted,
                _ => Status::Modified,
            },
            old,
            new,
            other_parents: Vec::new(),
        });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let change = ChangeSet {
        source: Source::Staged,
        base: Some(id(b"base")),
        head: id(b"head"),
        files,
        message: None,
        left_out: Vec::new(),
    };
    let options = Options {
        files_per_unit: u32::MAX,
        ..Options::new("k3y", &no_secrets)
    };
    build(&change, &blobs, &options)
}

/// Reads the answer of a case and holds it against its change.
fn run(spec: &Spec, case: &Case, ground: &Ground) -> (Vec<Found>, Vec<Dropped>, usize) {
    let schema = schema(&spec.kinds);
    let expected = Expected {
        schema: &schema,
        verbatim: VERBATIM,
        synonyms: SYNONYMS,
        limits: reading::Limits::default(),
    };
    let reading = reading::read(&case.recorded.answer, &Finish::Complete, &expected).unwrap();
    let claims = claims(&reading.value, &spec.name, "recorded/model");
    let sifted = sift(claims, ground, &case.facts, &Limits::default());
    let mut dropped: Vec<Dropped> = sifted
        .drops
        .iter()
        .map(|drop| Dropped {
            title: drop.claim.title.clone(),
            step: drop.step.name().to_owned(),
            reason: drop.reason.to_owned(),
        })
        .collect();
    dropped.sort();
    (
        sifted.candidates.iter().map(found).collect(),
        dropped,
        reading.dropped,
    )
}

fn found(candidate: &Candidate) -> Found {
    Found {
        path: candidate.path.clone(),
        line: candidate.lines.start,
        kind: candidate.claims[0].claim.kind.name().to_owned(),
        severity: candidate.severity.name().to_owned(),
        never_blocks: match candidate.ceiling {
            Ceiling::MayBlock => String::new(),
            Ceiling::AnnotateOnly(why) => why.name().to_owned(),
        },
    }
}

fn files_of(validator: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let dir = root.join("fixtures/validators").join(validator);
    let entries = std::fs::read_dir(&dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn check(validator: &str) {
    let spec = spec(find(validator).unwrap(), None, &[], Scope::default());
    for file in files_of(validator) {
        let text = std::fs::read_to_string(&file).unwrap();
        let case: Case = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let name = format!("{}: {}", file.display(), case.about);
        assert_eq!(case.message.is_some(), spec.sees_message, "{name}: the message");
        let view = view(&case);
        let [unit] = view.units.as_slice() else {
            panic!("{name}: an answer is about one unit, not {}", view.units.len());
        };
        let covers = |path: &String| spec.scope.covers(BStr::new(path));
        assert!(unit.files.iter().any(covers), "{name}: not asked");
        let (found, dropped, unread) = run(&spec, &case, &unit.ground);
        assert_eq!(found, case.found, "{name}");
        let mut expected = case.dropped;
        expected.sort();
        assert_eq!(dropped, expected, "{name}");
        assert_eq!(unread, case.unread, "{name}");
    }
}

#[test]
fn each_validator_has_cases_of_both_sorts() {
    for shipped in ALL {
        let files = files_of(shipped.name);
        let cases = files.iter().map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            toml::from_str::<Case>(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
        });
        let cases: Vec<Case> = cases.collect();
        assert!(cases.len() >= 3, "`{}` has {} cases", shipped.name, cases.len());
        let blocking = |found: &Found| found.never_blocks.is_empty() || !shipped.gates;
        assert!(
            cases.iter().any(|case| case.found.iter().any(blocking)),
            "{}: nothing found",
            shipped.name
        );
        assert!(
            cases.iter().any(|case| !case.dropped.is_empty()),
            "{}: nothing dropped",
            shipped.name
        );
    }
}

#[test]
fn correctness() {
    check("correctness");
}

#[test]
fn security() {
    check("security");
}

#[test]
fn performance() {
    check("performance");
}

#[test]
fn architecture() {
    check("architecture");
}

#[test]
fn tests() {
    check("tests");
}

#[test]
fn intent() {
    check("intent");
}

#[test]
fn dependency() {
    check("dependency");
}

#[test]
fn migration() {
    check("migration");
}
