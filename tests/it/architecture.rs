//! Imports run one way: a room uses only the rooms that its row names, and all of those lie below it.

use crate::source::{self, Source};
use std::collections::BTreeSet;
use std::path::Path;

/// Every room under `src/` from the ground up, with the rooms that it may use. The table in the head of
/// `src/lib.rs` is the same one with a charter for each.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sys", &[]),
    ("check", &["model"]),
    ("policy", &["model"]),
    ("report", &["model"]),
    ("config", &["model", "sys"]),
    ("git", &["model", "sys"]),
    ("sandbox", &["model", "sys"]),
    ("store", &["model", "sys"]),
    ("command", &["check", "model", "sandbox", "sys"]),
    ("forge", &["model", "report", "sys"]),
    ("llm", &["model", "store", "sys"]),
    ("rules", &["check", "model"]),
    ("validators", &["check", "llm", "model"]),
    ("engine", &["check", "model", "rules", "sys", "validators"]),
    ("agent", &["git", "llm", "model", "sandbox", "store", "sys"]),
    (
        "app",
        &[
            "agent",
            "check",
            "command",
            "config",
            "engine",
            "forge",
            "git",
            "llm",
            "model",
            "policy",
            "report",
            "rules",
            "sandbox",
            "store",
            "sys",
            "validators",
        ],
    ),
    ("cli", &["app", "config", "model", "report", "sys"]),
];

/// What stands beside the rooms.
const DOORS: [&str; 2] = ["lib", "main"];

#[test]
fn imports_run_down() {
    let mut found = Vec::new();
    for source in source::program() {
        let room = room_of(&source.path);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for used in uses(&source.code()) {
            let is_room = ROOMS.iter().any(|(name, _)| *name == used);
            if is_room && used != room && !allowed.contains(&used.as_str()) {
                found.push(format!("{}: `{room}` uses `{used}`", source.path));
            }
        }
    }
    assert_eq!(
        found,
        Vec::<String>::new(),
        "what is shared belongs into a lower room"
    );
}

#[test]
fn the_table_itself_looks_down() {
    for (floor, (room, allowed)) in ROOMS.iter().enumerate() {
        for used in *allowed {
            let below = ROOMS[..floor].iter().any(|(name, _)| name == used);
            assert!(below, "`{room}` may use `{used}`, which is not below it");
        }
    }
}

#[test]
fn the_rooms_are_those_on_disk_and_those_of_the_plan() {
    let table: BTreeSet<String> = ROOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let entries = std::fs::read_dir(source::root().join("src")).unwrap();
    let on_disk: BTreeSet<String> = entries
        .map(|e| stem(&e.unwrap().path()))
        .filter(|name| !DOORS.contains(&name.as_str()))
        .collect();
    assert_eq!(on_disk, table, "say in `ROOMS` what a new room may use");
    assert_eq!(
        plan(),
        table,
        "say in the head of `src/lib.rs` what a new room is for"
    );
}

/// The rooms that the head of the library names, one on each row of its table.
fn plan() -> BTreeSet<String> {
    let head = source::read("src/lib.rs");
    let rows = head.lines().filter_map(|line| line.strip_prefix("//! | "));
    rows.filter_map(|row| row.split(" | ").nth(1)?.strip_prefix('`')?.strip_suffix('`'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn uses_are_found_in_every_form() {
    let code = "use crate::{a, b::{c, d}, self};\nuse crate::e::f;\nfn g() -> crate::h::I { $crate::j!() }";
    let expected = ["a", "b", "e", "h", "j"].map(str::to_owned);
    assert_eq!(uses(code), BTreeSet::from(expected));
}

/// Returns the first part of every path that begins at the crate.
fn uses(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, word) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + word.len()..];
        match rest.strip_prefix('{') {
            None => found.extend(first_word(rest)),
            Some(group) => found.extend(members(group)),
        }
    }
    found.remove("self");
    found
}

/// Returns the first part of each member of a group, given what follows its opening brace.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(first_word(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

fn first_word(path: &str) -> Option<String> {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    let word = &path[..end.unwrap_or(path.len())];
    (!word.is_empty()).then(|| word.to_owned())
}

/// Returns the room that a file of `src/` belongs to.
fn room_of(path: &str) -> String {
    let below = path.strip_prefix("src/").unwrap_or(path);
    below.split(['/', '.']).next().unwrap_or_default().to_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

impl Source {
    /// The code without comments and texts, and without the tests at the end.
    fn code(&self) -> String {
        source::without_words(&source::without_tests(&self.text))
    }
}
