//! The reader of unified diffs that `examples/measure_sift.rs` measures with.

#[path = "../../examples/measure_sift/diff.rs"]
mod diff;

use pantheon::model::Hunk;
use pantheon::validators::ground::GroundFile;
use proptest::prelude::*;
use std::ops::Range;

fn hunks(hunks: &[(Range<u32>, Range<u32>)]) -> Vec<Hunk> {
    let hunk = |(old, new): &(Range<u32>, Range<u32>)| Hunk {
        old: old.clone(),
        new: new.clone(),
    };
    hunks.iter().map(hunk).collect()
}

fn lines(lines: &[(u32, &str)]) -> std::collections::BTreeMap<u32, String> {
    lines
        .iter()
        .map(|(number, line)| (*number, (*line).to_owned()))
        .collect()
}

#[test]
fn runs_of_changes_are_told_apart() {
    let ground = diff::parse(
        "diff --git a/x.rs b/x.rs\nindex 1..2 100644\n--- a/x.rs\n+++ b/x.rs\n\
         @@ -4,5 +4,6 @@ fn x() {\n one\n-two\n+zwei\n three\n+more\n four\n\n",
    );
    let expected = GroundFile {
        path: "x.rs".to_owned(),
        old_path: None,
        new: lines(&[
            (4, "one"),
            (5, "zwei"),
            (6, "three"),
            (7, "more"),
            (8, "four"),
            (9, ""),
        ]),
        old: lines(&[(4, "one"), (5, "two"), (6, "three"), (7, "four"), (8, "")]),
        hunks: hunks(&[(4..5, 4..5), (6..6, 6..7)]),
        shown: std::iter::once(4..10).collect(),
    };
    assert_eq!(format!("{:?}", ground.files), format!("{:?}", [expected]));
}

#[test]
fn content_that_looks_like_a_diff_is_content() {
    let ground = diff::parse(
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n--- a/y\n+++ b/y\n+@@ -1 +1 @@\n diff --git\n\
         \\ No newline at end of file\ndiff --git a/z b/z\n--- a/z\n+++ b/z\n@@ -2,0 +3 @@\n+c\r\n",
    );
    let paths: Vec<&str> = ground.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["x", "z"]);
    let x = &ground.files[0];
    assert_eq!(
        x.new,
        lines(&[(1, "++ b/y"), (2, "@@ -1 +1 @@"), (3, "diff --git")])
    );
    assert_eq!(x.old, lines(&[(1, "-- a/y"), (2, "diff --git")]));
    let z = &ground.files[1];
    assert_eq!((&z.new, &z.hunks), (&lines(&[(3, "c")]), &hunks(&[(2..2, 2..3)])));
}

#[test]
fn new_gone_and_renamed_files_have_their_paths() {
    let ground = diff::parse(
        "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+a\n\
         diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
         diff --git a/from me b/to me\nsimilarity index 100%\nrename from from me\nrename to to me\n\
         diff --git \"a/q \\\"x\\\"\" \"b/q \\\"x\\\"\"\n--- \"a/q \\\"x\\\"\"\n+++ \"b/q \\\"x\\\"\"\n",
    );
    let paths: Vec<_> = ground
        .files
        .iter()
        .map(|f| (f.path.as_str(), f.old_path.as_deref()))
        .collect();
    let expected = [
        ("gone", None),
        ("new", None),
        ("q \"x\"", None),
        ("to me", Some("from me")),
    ];
    assert_eq!(paths, expected);
    assert_eq!(ground.files[0].hunks, hunks(&[(0..1, 0..0)]));
    assert_eq!(ground.files[1].shown.first(), Some(&(1..2)));
}

proptest! {
    #[test]
    fn any_text_is_read(text: String, numbers in "[0-9,]{0,12}", body in "[-+ a\n\\\\]{0,20}") {
        let _ = diff::parse(&text);
        let _ = diff::parse(&format!("diff --git a/x b/x\n@@ -{numbers} +{numbers} @@\n{body}"));
    }
}
