//! What holds for any change, hostile ones above all.

use super::*;
use crate::llm::tokens::count;
use crate::validators::view::{Why, name};
use proptest::prelude::*;

/// Lines that look like what stands around them, that hide, or that are long.
fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-c]{0,3}".prop_map(String::into_bytes),
        2 => " {0,8}(fn|def|class|if|let) [a-d_]{1,6}\\(?\\{?".prop_map(String::into_bytes),
        1 => Just(b"==== k3y ====".to_vec()),
        1 => Just(b"file: `a.rs`, added".to_vec()),
        1 => Just(b"+   1 | x".to_vec()),
        1 => Just(b"hunk 1 new:".to_vec()),
        1 => Just(b"(3 lines not shown)".to_vec()),
        1 => Just(b"p = hunter2".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..9).prop_map(|mut bytes| {
            bytes.retain(|byte| *byte != 0);
            bytes
        }),
        1 => "[a-z ]{50,200}".prop_map(String::into_bytes),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let end = prop_oneof![Just(&b"\n"[..]), Just(&b"\r\n"[..]), Just(&b""[..])];
    (proptest::collection::vec(line(), 0..50), end).prop_map(|(lines, end)| {
        let joint: &[u8] = if end.is_empty() { b"\n" } else { end };
        [lines.join(joint), end.to_vec()].concat()
    })
}

/// Two texts of which the second keeps most of the first.
fn change() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let edit = (0_usize..50, 0_usize..4, proptest::collection::vec(line(), 0..4));
    (text(), proptest::collection::vec(edit, 0..5)).prop_map(|(old, edits)| {
        let mut lines: Vec<Vec<u8>> = old.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        for (at, removed, added) in edits {
            let at = at.min(lines.len());
            let end = (at + removed).min(lines.len());
            lines.splice(at..end, added);
        }
        (old, lines.join(&b'\n'))
    })
}

fn case() -> impl Strategy<Value = Case> {
    let path = "(src/|auth/|)[a-d]\\.(rs|py|c|yml|txt)";
    proptest::collection::btree_map(path, (change(), 0_u8..4), 0..6).prop_map(|files| {
        let mut case = Case::default();
        for (path, ((old, new), kind)) in files {
            case = match kind {
                0 => case.added(path, new),
                1 => case.deleted(&path, old),
                _ => case.file(&path, old, new),
            };
        }
        case
    })
}

fn tight(tokens: u64, units: usize) -> Options<'static> {
    let mut options = Options::new("k3y", &hunter);
    options.tokens_per_unit = tokens;
    options.units = units;
    options.line_bytes = 60;
    options
}

/// The marker, the number and the text of a line behind a gutter.
fn gutter(line: &str) -> Option<(char, Option<u32>, &str)> {
    let marker = line.chars().next().filter(|c| " +-".contains(*c))?;
    let (number, text) = line[1..].split_once(" |")?;
    let number = number.trim();
    let is_number = number.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| {
        (
            marker,
            number.parse().ok(),
            text.strip_prefix(' ').unwrap_or(text),
        )
    })
}

/// Whether a line without a gutter is one of ours.
fn is_ours(line: &str) -> bool {
    let starts = ["file: `", "hunk ", "related: `"];
    starts.iter().any(|start| line.starts_with(start))
        || line == "(no line feed at the end)"
        || (line.starts_with('(') && line.ends_with(" not shown)"))
}

/// Runs through the lines of a unit with the file that they belong to.
fn lines_of(unit: &Unit) -> Vec<(String, &str)> {
    let (mut path, mut out) = (String::new(), Vec::new());
    for line in content(unit).lines() {
        let named = line
            .strip_prefix("file: `")
            .or_else(|| line.strip_prefix("related: `"));
        match named.and_then(|rest| rest.split_once('`')) {
            Some((name, _)) => path = name.to_owned(),
            None => out.push((path.clone(), line)),
        }
    }
    out
}

fn raw_line(bytes: &[u8], number: u32) -> Option<Vec<u8>> {
    let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    if lines.last() == Some(&&b""[..]) {
        lines.pop();
    }
    lines.get(number as usize - 1).map(|line| line.to_vec())
}

impl Case {
    fn new_text(&self, path: &str) -> Vec<u8> {
        let file = self.files.iter().find(|file| name(&file.path) == path).unwrap();
        self.blob(file.new.unwrap().id).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_number_is_that_of_a_line_with_this_text(case in case(), tokens in 600_u64..2000) {
        let view = case.view(&tight(tokens, 40));
        for unit in &view.units {
            for (path, line) in lines_of(unit) {
                let Some((marker, Some(number), text)) = gutter(line) else { continue };
                prop_assert!(marker != '-');
                let bytes = case.new_text(&path);
                let raw = raw_line(&bytes, number).unwrap();
                let plain = raw.iter().all(|b| (b' '..=b'~').contains(b)) && raw.len() <= 60;
                if plain && !raw.contains_str("hunter2") {
                    prop_assert_eq!(text.as_bytes(), raw.as_slice());
                }
                let ground = unit.ground.file(&path).unwrap();
                prop_assert_eq!(ground.new.get(&number).map(String::as_str), Some(text));
                prop_assert!(ground.shown.iter().any(|range| range.contains(&number)));
                prop_assert!(ground.distance(number).unwrap() <= 3);
            }
        }
    }

    #[test]
    fn no_content_begins_a_line(case in case(), tokens in 600_u64..2000) {
        for unit in &case.view(&tight(tokens, 40)).units {
            prop_assert_eq!(unit.text.matches(&unit.fence).count(), 2);
            prop_assert!(!unit.text.contains("hunter2"));
            for line in content(unit).lines() {
                prop_assert!(gutter(line).is_some() || is_ours(line), "{line:?}");
                prop_assert!(!line.contains(|c: char| c != '\t' && crate::model::is_hidden(c)));
            }
        }
    }

    #[test]
    fn every_changed_line_is_shown_or_named_and_never_both(case in case(), tokens in 500_u64..1000, units in 0_usize..4) {
        let view = case.view(&tight(tokens, units));
        for file in &case.files {
            let path = name(&file.path);
            let side = |side: Option<Side>| side.map(|side| case.blob(side.id).unwrap()).unwrap_or_default();
            let grounds: Vec<_> = view.units.iter().filter_map(|unit| unit.ground.file(&path)).collect();
            let out: Vec<_> = view.left_out.iter().filter(|out| out.path == path && out.why != Why::LongLine).collect();
            if out.iter().any(|out| out.why.is_by_rule()) {
                continue;
            }
            for hunk in case.hunks(&side(file.old), &side(file.new)) {
                for line in hunk.new {
                    let is_shown = grounds.iter().any(|ground| ground.new.contains_key(&(line + 1)));
                    let is_out = out.iter().any(|out| out.lines.iter().any(|lines| lines.contains(&(line + 1))));
                    prop_assert!(is_shown != is_out, "{path} new {line}: {is_shown}");
                }
                for line in hunk.old {
                    let is_shown = grounds.iter().any(|ground| ground.old.contains_key(&(line + 1)));
                    let is_out = out.iter().any(|out| out.removed.iter().any(|lines| lines.contains(&(line + 1))));
                    prop_assert!(is_shown != is_out, "{path} old {line}: {is_shown}");
                }
            }
        }
    }

    #[test]
    fn a_unit_keeps_to_its_tokens(case in case(), tokens in 0_u64..2000) {
        let options = tight(tokens, 40);
        for unit in &case.view(&options).units {
            prop_assert_eq!(unit.tokens, count(&unit.text, options.family));
            prop_assert!(unit.tokens <= tokens, "{} of {tokens}", unit.tokens);
        }
    }

    #[test]
    fn the_same_change_is_shown_the_same(case in case()) {
        let (one, two) = (case.view(&tight(900, 40)), case.view(&tight(900, 40)));
        prop_assert_eq!(format!("{one:?}"), format!("{two:?}"));
    }
}

/// A change of many files in some directories.
fn wide(touched: Option<usize>) -> Case {
    let mut case = Case::default();
    for n in 0..60 {
        let line = if touched == Some(n) {
            "let more = 1;\n".repeat(30)
        } else {
            String::new()
        };
        case = case.added(
            format!("src/d{}/file{n}.rs", n % 7),
            format!("fn f{n}() {{}}\n{line}"),
        );
    }
    case
}

#[test]
fn a_change_of_one_file_leaves_other_units_alone() {
    let keys = |case: &Case| -> BTreeSet<String> {
        case.view(&options())
            .units
            .iter()
            .map(Unit::key_material)
            .collect()
    };
    let before = keys(&wide(None));
    assert!((15..=35).contains(&before.len()), "{} units", before.len());
    for touched in 0..60 {
        let after = keys(&wide(Some(touched)));
        assert_eq!(after.difference(&before).count(), 1, "file {touched}");
    }
}

#[test]
fn a_file_that_comes_or_goes_leaves_most_units_alone() {
    let keys = |case: &Case| -> BTreeSet<String> {
        case.view(&options())
            .units
            .iter()
            .map(Unit::key_material)
            .collect()
    };
    let before = keys(&wide(None));
    let after = keys(&wide(None).added("src/d3/another.rs", "fn another() {}\n"));
    assert!(after.difference(&before).count() <= 2);
}
