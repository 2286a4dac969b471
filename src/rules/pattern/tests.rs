//! The shipped patterns on their own examples, and the engine on its edges.

use super::*;
use crate::check::{Objects, ReadError, Relation};
use crate::model::{FileChange, Hunk, Oid, Side, Status};
use bstr::BString;
use regex_automata::{Anchored, Input};
use std::collections::HashMap;

/// Blobs by id; the hunks are the lines that the old text does not hold.
#[derive(Default)]
struct Blobs(HashMap<Oid, Vec<u8>>);

impl Blobs {
    fn add(&mut self, text: &[u8]) -> Side {
        let mut id = [0; 20];
        id[..8].copy_from_slice(&(self.0.len() as u64 + 1).to_le_bytes());
        let id = Oid::try_from(&id[..]).unwrap();
        self.0.insert(id, text.to_vec());
        Side {
            kind: EntryKind::File,
            id,
        }
    }
}

impl Objects for Blobs {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.0.get(&id).cloned().ok_or(ReadError::Missing(id))
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        self.blob(id).map(|bytes| bytes.len() as u64)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        let known: Vec<&[u8]> = old.split(|b| *b == b'\n').collect();
        let lines = new.split(|b| *b == b'\n').zip(0..);
        lines
            .filter(|(line, _)| !known.contains(line))
            .map(|(_, n)| Hunk {
                old: 0..0,
                new: n..n + 1,
            })
            .collect()
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

fn scan(set: &Set, path: &str, old: Option<&[u8]>, new: &[u8]) -> Vec<Draft> {
    let mut blobs = Blobs::default();
    let file = FileChange {
        path: path.into(),
        old_path: None,
        status: Status::Modified,
        old: old.map(|text| blobs.add(text)),
        new: Some(blobs.add(new)),
        other_parents: Vec::new(),
    };
    let mut drafts = Vec::new();
    set.scan_file(&FileView::new(&file, &blobs), &mut drafts);
    drafts
}

fn all() -> Set {
    Set::new(&|_| true, &[]).unwrap()
}

fn ids(drafts: &[Draft]) -> Vec<&str> {
    drafts.iter().map(|draft| &*draft.check).collect()
}

#[derive(serde::Deserialize)]
struct Written {
    pattern: Vec<Source>,
}

fn written() -> Vec<Source> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/rules");
    let files = std::fs::read_dir(dir).unwrap();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    texts
        .flat_map(|text| toml::from_str::<Written>(&text).unwrap().pattern)
        .collect()
}

#[test]
fn every_example_does_what_it_says() {
    let mut wrong = Vec::new();
    for source in written() {
        let set = Set::new(&|id| id == source.id, &[]).unwrap();
        for (n, text) in source.bad.iter().enumerate() {
            if !set.finds_anything(text.as_bytes()) {
                wrong.push(format!("{}: bad {} is not found", source.id, n + 1));
            }
        }
        for (n, text) in source.good.iter().enumerate() {
            if set.finds_anything(text.as_bytes()) {
                wrong.push(format!("{}: good {} is found", source.id, n + 1));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is old is told from the text or by a search, whichever costs less.
#[test]
fn what_is_found_does_not_depend_on_how_many_places_were_seen() {
    let old = format!("<a token={}secretkey12345\">\n", "abcdefgh".repeat(12));
    let new = format!("{old}Zk3v9Qw8Lm2Tx7Rb\n");
    let set = all();
    let found = || ids(&scan(&set, "src/page", Some(old.as_bytes()), new.as_bytes())).join(" ");
    let all: Vec<String> = (0..40).map(|_| found()).collect();
    assert_eq!(all, vec!["secrets/generic-assignment"; 40]);
}

/// Counts the searches in which a sieve lets through what the expression does not match: that costs time.
#[test]
fn whatever_an_expression_matches_passes_its_sieve() {
    let (mut wrong, mut searches, mut vain) = (Vec::new(), 0, 0);
    for source in written() {
        let pattern = shipped::PATTERNS.iter().find(|p| p.info.id == source.id).unwrap();
        if pattern.sieves.is_empty() {
            continue;
        }
        let entry = Entry::shipped(pattern, true);
        let regex = &entry.compiled(false).unwrap().regex;
        for text in source.bad.iter().chain(&source.good).map(String::as_bytes) {
            let cuts = (0..=text.len()).flat_map(|n| [(0, n), (n, text.len()), (n / 2, n)]);
            for (from, end) in cuts {
                let mode = if pattern.anchored {
                    Anchored::Yes
                } else {
                    Anchored::No
                };
                let matches = regex.is_match(Input::new(&text[..end]).range(from..).anchored(mode));
                let passes = entry.may_match_from(&text[..end], from);
                searches += 1;
                vain += usize::from(passes && !matches);
                if matches && !passes {
                    wrong.push(format!("{}: {from}..{end} of {:?}", source.id, BStr::new(text)));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(vain * 20 < searches, "{vain} of {searches}");
}

#[test]
fn every_bad_credential_is_named_by_its_own_rule() {
    let set = all();
    let mut wrong = Vec::new();
    for source in written().iter().filter(|s| s.id.starts_with("secrets/")) {
        let drafts = scan(&set, "src/settings", None, source.bad[0].as_bytes());
        if !ids(&drafts).contains(&&*source.id) {
            wrong.push(format!("{}: {:?}", source.id, ids(&drafts)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
