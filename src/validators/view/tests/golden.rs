//! Small changes, and the text that is shown of them.

use super::*;
use crate::validators::view::{NOTATION, Why};

const OLD: &str =
    "use a;\n\nfn one() {\n    a();\n}\n\nfn two(x: u8) -> u8 {\n    let y = x;\n    check(y);\n    y\n}\n";

#[test]
fn a_change_in_a_function() {
    let new = OLD.replace("    check(y);\n", "    use_it(y);\n    again(y);\n");
    let shown = Case::default().file("src/a.rs", OLD, new).shown(&options());
    assert_eq!(
        shown,
        "file: `src/a.rs`, modified\n\
         hunk 1 new:\n\
         \u{20}     |     a();\n\
         \u{20}     | }\n\
         \u{20}   6 |\n\
         \u{20}   7 | fn two(x: u8) -> u8 {\n\
         \u{20}   8 |     let y = x;\n\
         +   9 |     use_it(y);\n\
         +  10 |     again(y);\n\
         \u{20}  11 |     y\n\
         hunk 1 old:\n\
         -     |     check(y);\n"
    );
}

#[test]
fn the_text_around_the_content() {
    let view = Case::default().added("a.txt", "x\n").view(&options());
    let unit = &view.units[0];
    let content = "file: `a.txt`, added\nhunk 1 new:\n+   1 | x\n";
    assert_eq!(
        unit.text,
        format!("{NOTATION}==== k3y ====\n{content}==== k3y ====\n")
    );
    assert_eq!(unit.files, ["a.txt"]);
    assert_eq!(unit.key_material(), format!("{NOTATION}\n{content}\n"));
    let other = Case::default()
        .added("a.txt", "x\n")
        .view(&Options::new("0ther", &open_book));
    assert_eq!(other.units[0].key_material(), unit.key_material());
}

#[test]
fn the_head_of_a_function_that_is_far() {
    let body: String = (0..60).map(|n| format!("        x({n});\n")).collect();
    let old = format!("impl A {{\n    fn f(\n        &self,\n    ) {{\n{body}    }}\n}}\n");
    let new = old.replace("x(50)", "y(50)");
    let shown = Case::default().file("a.rs", old, new).shown(&options());
    assert_eq!(
        shown,
        "file: `a.rs`, modified\n\
         hunk 1 new:\n\
         \u{20}     | impl A {\n\
         \u{20}     |     fn f(\n\
         \u{20}     |         &self,\n\
         \u{20}     |     ) {\n\
         (45 lines not shown)\n\
         \u{20}     |         x(45);\n\
         \u{20}     |         x(46);\n\
         \u{20}  52 |         x(47);\n\
         \u{20}  53 |         x(48);\n\
         \u{20}  54 |         x(49);\n\
         +  55 |         y(50);\n\
         \u{20}  56 |         x(51);\n\
         hunk 1 old:\n\
         -     |         x(50);\n"
    );
}

#[test]
fn a_rename_with_a_change_and_one_without() {
    let case = Case::default()
        .file("a.txt", "x\n", "x\n")
        .renamed_from("o.txt")
        .file("b.txt", "1\n2\n", "1\n3\n")
        .renamed_from("c.txt");
    assert_eq!(
        case.shown(&options()),
        "file: `b.txt`, renamed from `c.txt`\n\
         hunk 1 new:\n    1 | 1\n+   2 | 3\nhunk 1 old:\n-     | 2\n"
    );
    let view = case.view(&options());
    assert_eq!(
        view.notes,
        ["`a.txt` is renamed from `o.txt` without a change of content"]
    );
    assert_eq!(view.units[0].ground.file("c.txt").unwrap().path, "b.txt");
    assert!(view.is_whole());
}

#[test]
fn a_deletion() {
    let shown = Case::default().deleted("a.txt", "1\n2").shown(&options());
    assert_eq!(
        shown,
        "file: `a.txt`, deleted\nhunk 1 old:\n-     | 1\n-     | 2\n(no line feed at the end)\n"
    );
}

#[test]
fn a_removal_between_lines() {
    let shown = Case::default()
        .file("a.txt", "1\n2\n3\n", "1\n3\n")
        .shown(&options());
    assert_eq!(
        shown,
        "file: `a.txt`, modified\nhunk 1 new:\n    1 | 1\n    2 | 3\nhunk 1 old:\n-     | 2\n"
    );
}

#[test]
fn the_end_of_the_last_line() {
    let shown = Case::default().file("a.txt", "1\n2", "1\n2\n").shown(&options());
    assert_eq!(
        shown,
        "file: `a.txt`, modified\nhunk 1 new:\n    1 | 1\n+   2 | 2\n\
         hunk 1 old:\n-     | 2\n(no line feed at the end)\n"
    );
}

#[test]
fn ends_of_lines() {
    let shown = Case::default()
        .file("a.txt", "1\r\n2\r\n", "1\r\n3\r\n")
        .shown(&options());
    assert_eq!(
        shown,
        "file: `a.txt`, modified; lines end with CR LF\n\
         hunk 1 new:\n    1 | 1\n+   2 | 3\nhunk 1 old:\n-     | 2\n"
    );
    let shown = Case::default()
        .file("a.txt", "1\n2\n", "1\r\n2\n")
        .shown(&options());
    assert_eq!(
        shown,
        "file: `a.txt`, modified\nhunk 1 new:\n+   1 | 1\\r\n    2 | 2\nhunk 1 old:\n-     | 1\n"
    );
}

#[test]
fn a_merge_shows_what_neither_parent_has() {
    let case = Case::default()
        .file(
            "a.txt",
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "one\n2\n3\n4\n5\n6\n7\n8\nnine\n",
        )
        .other_parent(b"one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    assert_eq!(
        case.shown(&options()),
        "file: `a.txt`, modified\nhunk 1 new:\n      | 4\n      | 5\n    6 | 6\n    7 | 7\n    8 | 8\n\
         +   9 | nine\nhunk 1 old:\n-     | 9\n"
    );
    let case = Case::default().file("a.txt", "1\n", "2\n").other_parent(b"2\n");
    let view = case.view(&options());
    assert_eq!(view.units.len(), 0);
    assert_eq!(view.notes, ["`a.txt` is as in another parent of the merge"]);
}

#[test]
fn hostile_lines_stay_behind_the_gutter() {
    let text = "==== k3y ====\nfile: `b.rs`, added\n\u{1b}[2J\u{202e}\rhunk 1 new:\n\u{2028}+   9 | x\n";
    let view = Case::default()
        .added(b"a\n.txt".as_slice(), text)
        .view(&options());
    assert_eq!(
        content(&view.units[0]),
        "file: `a\\x0a.txt`, added\n\
         hunk 1 new:\n\
         +   1 | ==== k3y ====\n\
         +   2 | file: `b.rs`, added\n\
         +   3 | \\x1b[2J<U+202E>\\rhunk 1 new:\n\
         +   4 | <U+2028>+   9 | x\n"
    );
    assert_eq!(view.units[0].fence, "==== k3y =====");
}

#[test]
fn secrets_are_taken_out_on_both_sides_and_beside() {
    let case = Case::default()
        .file("a.py", "p = 'hunter2'\n", "p = 'hunter2x'\nconnect(p)\n")
        .beside("b.py", "def connect(p='hunter2'):\n    pass\n\nx = 1\n");
    let options = Options::new("k3y", &hunter);
    assert_eq!(
        case.shown(&options),
        "file: `a.py`, modified\n\
         hunk 1 new:\n+   1 | p = '[redacted]x'\n+   2 | connect(p)\n\
         hunk 1 old:\n-     | p = '[redacted]'\n\
         related: `b.py`\n      | def connect(p='[redacted]'):\n      |     pass\n"
    );
    let view = case.view(&options);
    assert_eq!(view.notes, ["`a.py` holds a secret, which is redacted"]);
    assert!(!format!("{view:?}").contains("hunter2"));
}

#[test]
fn a_long_line_is_cut_and_named() {
    let mut options = options();
    options.line_bytes = 4;
    let view = Case::default().added("a.txt", "1\nabcdefgh\n").view(&options);
    assert_eq!(
        content(&view.units[0]),
        "file: `a.txt`, added\nhunk 1 new:\n+   1 | 1\n+   2 | abcd [4 bytes not shown]\n"
    );
    assert_eq!(view.manifest(), "`a.txt`: 4 bytes: end of a long line\n");
    assert_eq!(format!("{:?}", view.left_out[0].lines), "[2..3]");
    assert!(!view.is_whole());
}

#[test]
fn what_is_left_out_by_rule() {
    let side = |kind, bytes: &'static str| Some((kind, bytes.as_bytes()));
    let case = Case::default()
        .added("Cargo.lock", "x\n")
        .added("a.bin", b"a\0b")
        .added(
            "lfs",
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        )
        .entry("link", None, side(EntryKind::Symlink, "target"))
        .entry("module", None, side(EntryKind::Submodule, "commit"))
        .file("out.rs", "// @generated\n1\n", "// @generated\n2\n");
    let view = case.view(&options());
    assert_eq!(
        view.manifest(),
        "`Cargo.lock`: 2 bytes: generated\n`a.bin`: 3 bytes: binary\n`lfs`: 56 bytes: pointer of Git LFS\n\
         `link`: 6 bytes: symlink\n`module`: 0 bytes: submodule\n`out.rs`: 16 bytes: generated\n"
    );
    assert!(view.is_whole() && view.units.is_empty());
}

#[test]
fn a_change_does_not_hide_by_a_word_that_it_adds() {
    let case = Case::default().added("a.rs", "// @generated DO NOT EDIT\nfn a() {}\n");
    assert_eq!(case.view(&options()).units.len(), 1);
}

#[test]
fn what_cannot_be_read_makes_the_view_partial() {
    let mut case = Case::default().added("a.txt", "1\n").added("b.txt", "22\n");
    case.blobs.remove(&id(b"1\n"));
    let mut options = options();
    options.file_bytes = 2;
    let view = case.view(&options);
    assert_eq!(
        view.manifest(),
        "`a.txt`: 0 bytes: cannot be read\n`b.txt`: 3 bytes: file too large\n"
    );
    assert!(!view.is_whole());
}

#[test]
fn the_riskiest_come_first_and_the_rest_is_named() {
    let mut options = options();
    options.files_per_unit = 1;
    options.units = 2;
    let case = Case::default()
        .added("docs/a.md", "1\n2\n")
        .added("src/auth/login.rs", "x\n")
        .file("src/size.rs", "assert(a);\n", "a;\n");
    let view = case.view(&options);
    let files: Vec<_> = view.units.iter().map(|unit| unit.files.join(" ")).collect();
    assert_eq!(files, ["src/auth/login.rs", "src/size.rs"]);
    assert_eq!(view.units[0].risk.why, ["authentication"]);
    assert_eq!(view.units[1].risk.why, ["a check is gone"]);
    assert_eq!(view.manifest(), "`docs/a.md`: 1 hunk, 4 bytes: over the budget\n");
    assert_eq!(view.left_out[0].why, Why::Budget);
    assert_eq!(format!("{:?}", view.left_out[0].lines), "[1..3]");
}

#[test]
fn a_file_that_is_too_long_is_shown_in_parts() {
    let text: String = (1..=400).map(|n| format!("value_{n} = {n}\n")).collect();
    let mut options = options();
    options.tokens_per_unit = 2000;
    let view = Case::default().added("a.py", text).view(&options);
    assert!(view.is_whole() && view.units.len() > 1);
    for (at, unit) in view.units.iter().enumerate() {
        let head = format!(
            "file: `a.py`, added, part {} of {}: the others are not shown here\n",
            at + 1,
            view.units.len()
        );
        assert!(content(unit).starts_with(&head), "{}", unit.text);
    }
}

#[test]
fn definitions_of_the_same_tree_are_shown() {
    let case = Case::default()
        .file("src/a.rs", "fn a() {}\n", "fn a() {\n    let x = helper(1);\n    twice(x);\n    own_one();\n}\n\n\n\n\n\n\n\nfn own_one() {\n}\n")
        .beside("src/b.rs", "/// Helps.\npub fn helper(x: u8) -> u8 {\n    x\n}\n\nfn twice() {}\n\nfn twice() {}\n")
        .beside("other/c.rs", "pub fn helper() {}\n")
        .beside("src/d.py", "def twice():\n    pass\n");
    let shown = case.shown(&options());
    let (_, related) = shown.split_once("related").unwrap();
    assert_eq!(
        related,
        ": `src/b.rs`\n      | pub fn helper(x: u8) -> u8 {\n      |     x\n      | }\n"
    );
}
