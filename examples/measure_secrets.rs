//! Measures the shipped secret rules on labelled cases.
//!
//! `cargo run --release --example measure_secrets -- cases.jsonl` prints precision and recall of what
//! would block and of everything. A case is one JSON object a line with `path`, `text`, `label`
//! (`secret` or `clean`), `kind`, `gate` (whether a commit gate should stop it) and `source`.
//!
//! `-- --tree dir` measures instead how fast all files below a directory are searched.
//! `-- --list rule cases.jsonl` prints the clean cases that a rule fires on; the rule `missed` stands
//! for the credentials that none fires on.

use bstr::BStr;
use pantheon::check::{Draft, FileView, Objects, ReadError, Relation};
use pantheon::model::{EntryKind, FileChange, Hunk, Oid, Severity, Side, Status};
use pantheon::rules::pattern::Set;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
struct Case {
    id: String,
    path: String,
    text: String,
    label: String,
    kind: String,
    #[serde(default = "yes")]
    gate: bool,
    source: String,
}

fn yes() -> bool {
    true
}

/// Cases found and not found, by whether they hold a secret.
#[derive(Default, Clone, Copy)]
struct Score {
    found: usize,
    missed: usize,
    false_alarms: usize,
    quiet: usize,
}

impl Score {
    fn count(&mut self, is_secret: bool, fired: bool) {
        match (is_secret, fired) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.false_alarms += 1,
            (false, false) => self.quiet += 1,
        }
    }

    fn line(&self) -> String {
        let share = |part: usize, other: usize| part as f64 / (part + other).max(1) as f64;
        format!(
            "precision {:.3}  recall {:.3}  found {:5}  missed {:5}  false {:4}  of {:5} clean",
            share(self.found, self.false_alarms),
            share(self.found, self.missed),
            self.found,
            self.missed,
            self.false_alarms,
            self.false_alarms + self.quiet,
        )
    }
}

/// The one blob of a case.
struct OneBlob<'a>(&'a [u8]);

impl Objects for OneBlob<'_> {
    fn blob(&self, _: Oid) -> Result<Vec<u8>, ReadError> {
        Ok(self.0.to_vec())
    }

    fn size(&self, _: Oid) -> Result<u64, ReadError> {
        Ok(self.0.len() as u64)
    }

    fn hunks(&self, _: &[u8], _: &[u8]) -> Vec<Hunk> {
        Vec::new()
    }

    fn entry(&self, _: Oid, _: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(None)
    }

    fn names(&self, _: Oid, _: &BStr) -> Result<Vec<(bstr::BString, bool)>, ReadError> {
        Ok(Vec::new())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        Relation::Unknown
    }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--tree", dir] => measure_tree(Path::new(dir)),
        ["--list", rule, cases] => list(rule, Path::new(cases)),
        [cases] => measure_cases(Path::new(cases)),
        _ => Err(
            "expected a file of cases, `--list RULE` and a file of cases, or `--tree` and a directory".into(),
        ),
    }
}

fn measure_cases(path: &Path) -> Outcome<()> {
    let set = Set::new(&|id| id.starts_with("secrets/"), &[])?;
    let mut scores: BTreeMap<(&str, String), [Score; 2]> = BTreeMap::new();
    let mut rules: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for case in read(path)? {
        let drafts = scan(&set, case.path.as_bytes(), case.text.as_bytes());
        let is_secret = case.label == "secret";
        for draft in &drafts {
            rules.entry(draft.check.to_string()).or_default()[usize::from(!is_secret)] += 1;
        }
        if is_secret && !case.gate {
            continue;
        }
        let blocking = drafts.iter().any(|d| d.severity >= Severity::High);
        for key in [
            ("all", String::new()),
            ("kind", case.kind),
            ("source", case.source),
        ] {
            let tiers = scores.entry(key).or_default();
            tiers[0].count(is_secret, blocking);
            tiers[1].count(is_secret, !drafts.is_empty());
        }
    }
    print(&scores, rules)
}

fn print(scores: &BTreeMap<(&str, String), [Score; 2]>, rules: BTreeMap<String, [usize; 2]>) -> Outcome<()> {
    let mut out = stdout().lock();
    for ((group, name), [blocking, any]) in scores {
        writeln!(out, "{group:6} {name:26} high  {}", blocking.line())?;
        writeln!(out, "{group:6} {name:26} any   {}", any.line())?;
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, [_, wrong])| std::cmp::Reverse(*wrong));
    for (rule, [right, wrong]) in rules {
        writeln!(out, "rule   {rule:45} right {right:5}  wrong {wrong:5}")?;
    }
    Ok(())
}

fn list(rule: &str, path: &Path) -> Outcome<()> {
    let set = Set::new(&|_| true, &[])?;
    let mut out = stdout().lock();
    for case in read(path)? {
        let drafts = scan(&set, case.path.as_bytes(), case.text.as_bytes());
        let is_secret = case.label == "secret";
        let wanted = match rule {
            "missed" => is_secret && case.gate && !drafts.iter().any(|d| d.check.starts_with("secrets/")),
            _ => !is_secret && drafts.iter().any(|d| d.check == rule),
        };
        if wanted {
            let text: String = case.text.trim().chars().take(400).collect();
            writeln!(
                out,
                "{} {} {} {}: {text:?}",
                case.id, case.source, case.kind, case.path
            )?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Outcome<Vec<Case>> {
    let file = std::fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = BufReader::new(file).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn measure_tree(dir: &Path) -> Outcome<()> {
    let set = Set::new(&|_| true, &[])?;
    let (mut bytes, mut files, mut findings, mut spent) = (0, 0, 0, Duration::ZERO);
    let mut open: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(path) = open.pop() {
        let kind = std::fs::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            let entries = std::fs::read_dir(&path)?.collect::<Result<Vec<_>, _>>()?;
            open.extend(entries.into_iter().map(|entry| entry.path()));
        } else if kind.is_file() {
            let text = std::fs::read(&path)?;
            let start = Instant::now();
            findings += scan(&set, path.as_os_str().as_encoded_bytes(), &text).len();
            spent += start.elapsed();
            bytes += text.len();
            files += 1;
        }
    }
    let megabytes = bytes as f64 / 1e6;
    let rate = megabytes / spent.as_secs_f64();
    writeln!(
        stdout(),
        "{files} files, {megabytes:.1} MB, {findings} findings, {spent:.2?}: {rate:.0} MB/s"
    )?;
    Ok(())
}

fn scan(set: &Set, path: &[u8], text: &[u8]) -> Vec<Draft> {
    let side = Side {
        kind: EntryKind::File,
        id: Oid::null(gix::hash::Kind::Sha1),
    };
    let file = FileChange {
        path: path.into(),
        old_path: None,
        status: Status::Added,
        old: None,
        new: Some(side),
        other_parents: Vec::new(),
    };
    let objects = OneBlob(text);
    let mut drafts = Vec::new();
    set.scan_file(&FileView::new(&file, &objects), &mut drafts);
    drafts
}
