//! The shipped patterns on their own examples, and the engine on its edges.

use super::*;
use crate::check::{Objects, ReadError, Relation};
use crate::model::{FileChange, Hunk, Oid, Side, Status};
use bstr::BString;
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

/// A key that the rules take for one and nobody else does: it is put together here.
fn key() -> String {
    ["dop", "_v1_", &"3f9a1c7e5b2d8046".repeat(4)].concat()
}

fn own(id: &str, regex: &str, keyword: &str) -> Source {
    Source {
        id: id.to_owned(),
        summary: "something of our own".to_owned(),
        regex: regex.to_owned(),
        keywords: vec![keyword.to_owned()],
        ..Source::default()
    }
}

#[test]
fn marks_the_credential_and_nothing_around_it() {
    let text = format!("first\ntoken = \"{}\" # mine\n", key());
    let drafts = scan(&all(), "a.txt", None, text.as_bytes());
    let at = text.find("dop").unwrap();
    let secret = at..at + key().len();
    assert_eq!(ids(&drafts), ["secrets/digitalocean-token"]);
    assert_eq!(drafts[0].secret, Some(secret.clone()));
    assert_eq!(drafts[0].place, Place::Bytes("a.txt".into(), secret));
    assert_eq!(drafts[0].message, "DigitalOcean access token");
    assert!(
        drafts[0]
            .help
            .as_deref()
            .is_some_and(|help| help.starts_with("revoke it"))
    );
}

#[test]
fn reports_added_lines_only() {
    let old = format!("a = {}\nb\n", key());
    let new = format!("a = {}\nc\n", key());
    assert_eq!(
        ids(&scan(&all(), "a", Some(old.as_bytes()), new.as_bytes())),
        [""; 0]
    );
    let more = format!("{new}d = {}\n", key());
    let drafts = scan(&all(), "a", Some(old.as_bytes()), more.as_bytes());
    let at = more.rfind("dop").unwrap();
    assert_eq!(
        drafts.iter().map(|d| d.secret.clone()).collect::<Vec<_>>(),
        [Some(at..at + key().len())]
    );
}

#[test]
fn finds_a_new_line_behind_many_old_ones() {
    let line = format!("a = {}\n", key());
    let old = line.repeat(200);
    let new = format!("{old}b = {}\n", key());
    assert_eq!(scan(&all(), "a", Some(old.as_bytes()), new.as_bytes()).len(), 1);
}

#[test]
fn looks_into_binary_files_for_sure_things_alone() {
    let mut bytes = b"\0\0\x01".to_vec();
    bytes.extend(key().bytes());
    bytes.extend(b"\0client_secret = \"kQ7xZ2mV9bT4nW8cR3pL\"\0");
    assert_eq!(
        ids(&scan(&all(), "a.bin", None, &bytes)),
        ["secrets/digitalocean-token"]
    );
}

#[test]
fn looks_into_utf_16_and_reports_the_path() {
    let wide = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let text = format!("x\na = {}\n", key());
    let drafts = scan(&all(), "a.ps1", None, &wide(&text));
    assert_eq!(ids(&drafts), ["secrets/digitalocean-token"]);
    assert_eq!(
        (&drafts[0].place, &drafts[0].secret),
        (&Place::Path("a.ps1".into()), &None)
    );
    assert_eq!(
        ids(&scan(
            &all(),
            "a.ps1",
            Some(&wide(&text)),
            &wide(&format!("{text}y"))
        )),
        [""; 0]
    );
}

#[test]
fn says_when_there_is_more_than_it_shows() {
    let text = format!("a = {}\n", key()).repeat(150);
    let drafts = scan(&all(), "a", None, text.as_bytes());
    assert_eq!(drafts.len(), scan::MOST_FINDINGS + 1);
    let last = drafts.last().unwrap();
    assert_eq!(
        last.message,
        "DigitalOcean access token: more places than are shown"
    );
    assert_eq!(last.place, Place::Path("a".into()));
}

#[test]
fn keeps_the_rule_that_knows_more() {
    let text = format!("digitalocean_token = \"{}\"", key());
    assert_eq!(
        ids(&scan(&all(), "a", None, text.as_bytes())),
        ["secrets/digitalocean-token"]
    );
    let fewer = Set::new(&|id| id != "secrets/digitalocean-token", &[]).unwrap();
    assert_eq!(
        ids(&scan(&fewer, "a", None, text.as_bytes())),
        ["secrets/service-credential"]
    );
}

#[test]
fn finds_what_stands_far_from_its_keyword_and_at_the_end_of_a_window() {
    let set = Set::new(&|_| true, &[own("custom/far", r"start.*?(x{3}[0-9])", "start")]).unwrap();
    let text = format!("start{}xxx1", " ".repeat(1000));
    assert_eq!(ids(&scan(&set, "a", None, text.as_bytes())), ["custom/far"]);
    let repeated = format!("{}xxx1", "start ".repeat(1000));
    assert_eq!(ids(&scan(&set, "a", None, repeated.as_bytes())), ["custom/far"]);
    let across = format!("start{}start{}xxx1", " ".repeat(2035), " ".repeat(60));
    assert_eq!(ids(&scan(&set, "a", None, across.as_bytes())), ["custom/far"]);
    let other_line = "start\nxxx1";
    assert_eq!(ids(&scan(&set, "a", None, other_line.as_bytes())), [""; 0]);
}

#[test]
fn stays_linear_on_a_line_of_keywords() {
    let started = std::time::Instant::now();
    for word in [
        "token=",
        "://a:",
        "eyJ.",
        "private key",
        "curl -u ",
        "github_token ",
        "\"kty\":",
    ] {
        let text = word.repeat(2_000_000 / word.len());
        scan(&all(), "a", None, text.as_bytes());
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn holds_to_paths_and_languages() {
    let mut source = own("custom/mine", "forbidden", "forbidden");
    source.paths = vec!["src/**/*.rs".to_owned()];
    source.exclude_paths = vec!["**/gen/**".to_owned()];
    source.languages = vec!["rust".to_owned()];
    let set = Set::new(&|id| id.starts_with("custom/"), &[source]).unwrap();
    assert_eq!(
        ids(&scan(&set, "src/a/b.rs", None, b"forbidden")),
        ["custom/mine"]
    );
    assert_eq!(ids(&scan(&set, "src/gen/b.rs", None, b"forbidden")), [""; 0]);
    assert_eq!(ids(&scan(&set, "lib/b.rs", None, b"forbidden")), [""; 0]);
    let mut drafts = Vec::new();
    set.scan_text(b"forbidden", &mut drafts);
    assert_eq!(ids(&drafts), [""; 0]);
}

#[test]
fn searches_messages_and_paths() {
    let mut drafts = Vec::new();
    let text = format!("Use {}\n", key());
    all().scan_text(text.as_bytes(), &mut drafts);
    assert_eq!(drafts[0].place, Place::Message(4..4 + key().len()));
    drafts.clear();
    all().scan_path(BStr::new(&format!("keys/{}", key())), &mut drafts);
    assert_eq!(ids(&drafts), ["secrets/digitalocean-token"]);
    assert_eq!(drafts[0].secret, None);
}

#[test]
fn rates_a_test_lower_where_the_rule_says_so() {
    let text = b"requests.get(url, verify=False)";
    assert_eq!(scan(&all(), "src/a.py", None, text)[0].severity, Severity::High);
    assert_eq!(scan(&all(), "tests/a.py", None, text)[0].severity, Severity::Low);
}

#[test]
fn says_what_is_wrong_with_a_pattern() {
    let problem = |source: &Source| check(source).unwrap_err().to_string();
    assert_eq!(
        problem(&own("custom/x", "a(b", "abc")),
        "pattern `custom/x`: `regex`: unclosed group, at character 2"
    );
    assert_eq!(
        problem(&own("custom/x", "x*", "abc")),
        "pattern `custom/x`: `regex`: `x*` matches the empty text"
    );
    assert_eq!(
        problem(&own("custom/x", "ab", "ab")),
        "pattern `custom/x`: `keywords`: `ab` has fewer than 3 bytes or an uppercase letter"
    );
    assert_eq!(
        problem(&own("nothing", "abc", "abc")),
        "pattern `nothing`: `id`: `nothing` is not `family/name` in lowercase words with dashes"
    );
    let mut source = own("custom/x", "abc[0-9]", "abc");
    source.bad = vec!["abc1".to_owned(), "abc".to_owned()];
    assert_eq!(
        problem(&source),
        "pattern `custom/x`: `bad`: example 2 is not found by the pattern"
    );
    source.bad.pop();
    source.good = vec!["abc2".to_owned()];
    assert_eq!(
        problem(&source),
        "pattern `custom/x`: `good`: example 1 is found by the pattern"
    );
    source.good.clear();
    assert_eq!(check(&source), Ok(()));
    source.paths = vec!["src/{a".to_owned()];
    assert!(problem(&source).starts_with("pattern `custom/x`: `paths`: `src/{a` is no glob"));
}
