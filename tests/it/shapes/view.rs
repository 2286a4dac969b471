//! A change as git tells it and as pantheon does, in one form.

use crate::support::Repo;
use serde_json::Value;
use std::collections::BTreeMap;

/// The files of a change, by path.
pub type View = BTreeMap<String, File>;

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub status: String,
    pub old_path: Option<String>,
    /// The modes before and after.
    pub modes: [Option<String>; 2],
    /// The numbers of the lines that were removed and added; `None` where git shows no lines of content.
    pub lines: Option<[Vec<u64>; 2]>,
}

/// What pantheon says.
#[track_caller]
pub fn of_pantheon(repo: &Repo, args: &[&str]) -> View {
    let ran = repo.run(&[&["debug", "changes"], args].concat()).exits(0);
    let line: Value = serde_json::from_str(&ran.stdout).unwrap();
    let files = line["files"].as_array().unwrap();
    files
        .iter()
        .map(|f| (text(&f["path"]).unwrap(), file(f)))
        .collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn file(value: &Value) -> File {
    let modes = [text(&value["old_mode"]), text(&value["new_mode"])];
    let status = text(&value["status"]).unwrap();
    let mut lines = [Vec::new(), Vec::new()];
    for hunk in value["hunks"].as_array().unwrap() {
        for (side, list) in lines.iter_mut().enumerate() {
            let number = |at: usize| hunk[at].as_u64().unwrap();
            list.extend(number(side * 2)..number(side * 2) + number(side * 2 + 1));
        }
    }
    File {
        lines: has_lines(&status, &modes).then_some(lines),
        status,
        old_path: text(&value["old_path"]),
        modes,
    }
}

/// A change of type is two patches to git, and a submodule one of no content.
fn has_lines(status: &str, modes: &[Option<String>]) -> bool {
    status != "type-changed" && !modes.iter().flatten().any(|m| m == "160000")
}

/// What git says when it is asked like this.
#[track_caller]
pub fn of_git(repo: &Repo, args: &[&str]) -> View {
    let plain = [
        "-M",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-abbrev",
    ];
    let args = [args, &plain].concat();
    let raw = output(repo, &[&args[..], &["--raw", "-z"]].concat());
    let patch = output(repo, &[&args[..], &["-p", "-U3"]].concat());
    let mut patches = patches(&patch).into_iter();
    let mut view = View::new();
    for (path, mut file) in raw_files(&raw) {
        file.lines = patches.next();
        if file.status == "type-changed" {
            patches.next();
        }
        if !has_lines(&file.status, &file.modes) {
            file.lines = None;
        }
        view.insert(path, file);
    }
    assert_eq!(patches.next(), None, "more patches than files");
    view
}

fn output(repo: &Repo, args: &[&str]) -> Vec<u8> {
    let output = repo.command("git").args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
    output.stdout
}

fn raw_files(raw: &[u8]) -> Vec<(String, File)> {
    let mut parts = raw.split(|b| *b == 0).filter(|part| !part.is_empty());
    let mut out = Vec::new();
    while let Some(head) = parts.next() {
        let head = String::from_utf8(head.to_vec()).unwrap();
        let words: Vec<&str> = head.trim_start_matches([':', '\n']).split(' ').collect();
        let first = escaped(parts.next().unwrap());
        let letter = &words[4][..1];
        let moved = matches!(letter, "R" | "C");
        let path = if moved {
            escaped(parts.next().unwrap())
        } else {
            first.clone()
        };
        let mode = |m: &str| (m != "000000").then(|| m.to_owned());
        let file = File {
            status: status(letter, words[2] == words[3]).to_owned(),
            old_path: moved.then_some(first),
            modes: [mode(words[0]), mode(words[1])],
            lines: None,
        };
        out.push((path, file));
    }
    out
}

fn status(letter: &str, same_content: bool) -> &'static str {
    match letter {
        "A" => "added",
        "D" => "deleted",
        "R" => "renamed",
        "C" => "copied",
        "T" => "type-changed",
        _ if same_content => "mode-changed",
        _ => "modified",
    }
}

/// Bytes that are not UTF-8 stand as `\xNN`.
fn escaped(path: &[u8]) -> String {
    path.utf8_chunks().fold(String::new(), |mut out, chunk| {
        out.push_str(chunk.valid());
        chunk
            .invalid()
            .iter()
            .for_each(|b| out.push_str(&format!("\\x{b:02x}")));
        out
    })
}

/// The lines that each patch removes and adds.
fn patches(text: &[u8]) -> Vec<[Vec<u64>; 2]> {
    let mut out: Vec<[Vec<u64>; 2]> = Vec::new();
    let mut at = [0, 0];
    let mut left = [0, 0];
    for line in text.split(|b| *b == b'\n') {
        if left == [0, 0] {
            if line.starts_with(b"diff --git ") {
                out.push([Vec::new(), Vec::new()]);
            } else if line.starts_with(b"@@ ") {
                (at, left) = header(&String::from_utf8_lossy(line));
            }
            continue;
        }
        let sides: &[usize] = match line.first() {
            Some(b'-') => &[0],
            Some(b'+') => &[1],
            Some(b' ') => &[0, 1],
            _ => &[],
        };
        for side in sides {
            if sides.len() == 1 {
                out.last_mut().unwrap()[*side].push(at[*side]);
            }
            at[*side] += 1;
            left[*side] -= 1;
        }
    }
    out
}

/// Reads `@@ -1,2 +3,4 @@` as where the two sides begin, and their numbers of lines.
fn header(line: &str) -> ([u64; 2], [u64; 2]) {
    let (mut start, mut count) = ([0, 0], [0, 0]);
    for (side, range) in line.split(' ').skip(1).take(2).enumerate() {
        let (from, many) = range[1..].split_once(',').unwrap_or((&range[1..], "1"));
        (start[side], count[side]) = (from.parse().unwrap(), many.parse().unwrap());
    }
    (start, count)
}

/// The lines of each file that a merge adds against all of its parents, as `git show -c` marks them.
#[track_caller]
pub fn added_by_merge(repo: &Repo, commit: &str) -> BTreeMap<String, Vec<u64>> {
    let text = output(repo, &["show", "-c", "-U3", "--no-color", "--format=", commit]);
    let mut out: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let (mut path, mut parents, mut at) = (String::new(), 0, 0);
    for line in String::from_utf8(text).unwrap().lines() {
        if let Some(name) = line.strip_prefix("diff --combined ") {
            (path, parents) = (name.to_owned(), 0);
            out.insert(path.clone(), Vec::new());
        } else if line.starts_with("@@@") {
            parents = line.bytes().take_while(|b| *b == b'@').count() - 1;
            let new = line.split(' ').nth(parents + 1).unwrap();
            at = new[1..].split(',').next().unwrap().parse().unwrap();
        } else if parents > 0 && !line.starts_with('\\') {
            let marks = &line[..parents];
            if marks.bytes().all(|b| b == b'+') {
                out.get_mut(&path).unwrap().push(at);
            }
            at += u64::from(!marks.contains('-'));
        }
    }
    out
}

/// The lines of each file that pantheon sees a merge add.
#[track_caller]
pub fn added(repo: &Repo, args: &[&str]) -> BTreeMap<String, Vec<u64>> {
    let view = of_pantheon(repo, args);
    let added = |f: File| f.lines.map(|[_, added]| added).unwrap_or_default();
    view.into_iter().map(|(path, file)| (path, added(file))).collect()
}

/// What `git diff -C` says happened to each path, as its letter and the path before.
#[track_caller]
pub fn copies_of_git(repo: &Repo, args: &[&str]) -> BTreeMap<String, (String, Option<String>)> {
    let raw = output(repo, &[args, &["-C", "--raw", "-z", "--no-abbrev"]].concat());
    let files = raw_files(&raw).into_iter();
    files
        .map(|(path, file)| (path, (file.status, file.old_path)))
        .collect()
}

/// What pantheon says happened to each path when it looks for copies.
#[track_caller]
pub fn copies_of_pantheon(repo: &Repo, args: &[&str]) -> BTreeMap<String, (String, Option<String>)> {
    let view = of_pantheon(repo, &[args, &["--copies"]].concat());
    view.into_iter()
        .map(|(path, file)| (path, (file.status, file.old_path)))
        .collect()
}
