//! Facts of small trees.

use super::*;
use crate::model::EntryKind;
use crate::validators::testing::Memory;

fn nothing(_: &str, _: u32) -> bool {
    false
}

/// Asks about a change of these files, each with what it held before.
fn with<T>(
    files: &[(&str, &str)],
    before: &[(&str, Option<&str>)],
    ask: impl FnOnce(&TreeFacts<'_>, &Memory) -> T,
) -> T {
    bounded(files, before, Bounds::default(), ask)
}

fn bounded<T>(
    files: &[(&str, &str)],
    before: &[(&str, Option<&str>)],
    bounds: Bounds,
    ask: impl FnOnce(&TreeFacts<'_>, &Memory) -> T,
) -> T {
    let mut memory = Memory::of(files);
    let change = memory.change(before);
    ask(&TreeFacts::new(&change, &memory, &nothing, bounds), &memory)
}

const FILES: &[(&str, &str)] = &[
    ("src/a.rs", "fn a() {\n    missing();\n    helper();\n}\n"),
    (
        "src/b.rs",
        "pub fn helper() {}\nimpl Config {\n    fn load() {\n        outside();\n    }\n}\n",
    ),
    ("src/store/mod.rs", "pub struct Config;\npub fn open() {}\n"),
    ("web/c.py", "def elsewhere(): pass\n"),
];
const BEFORE: &[(&str, Option<&str>)] = &[("src/a.rs", Some("fn a() {\n}\n"))];

#[test]
fn symbols_of_the_tree() {
    let rows = [
        ("helper", Some(true)),
        ("helper()", Some(true)),
        ("Config", Some(true)),
        ("Config::load", Some(true)),
        ("store::open", Some(true)),
        ("Other::load", None),
        ("missing", Some(false)),
        ("nowhere", Some(false)),
        ("outside", None),
        ("elsewhere", Some(false)),
        ("not a name", None),
    ];
    with(FILES, BEFORE, |facts, _| {
        for (symbol, expected) in rows {
            assert_eq!(facts.symbol_exists(symbol), expected, "{symbol}");
        }
    });
}

#[test]
fn what_is_imported_from_outside_is_not_known() {
    let text = "use std::fmt::Display;\nuse crate::x::Gone;\nuse a::{\n    Listed,\n};\nfn a(x: Display, y: Gone, z: Listed) {}\n";
    with(&[("a.rs", text)], &[("a.rs", None)], |facts, _| {
        assert_eq!(facts.symbol_exists("Display"), None);
        assert_eq!(facts.symbol_exists("Listed"), None);
        assert_eq!(facts.symbol_exists("Gone"), Some(false));
    });
}

#[test]
fn no_symbol_is_away_unless_all_was_searched() {
    let all = Bounds::default();
    let gone = |bounds| bounded(FILES, BEFORE, bounds, |facts, _| facts.symbol_exists("nowhere"));
    assert_eq!(gone(all), Some(false));
    assert_eq!(gone(Bounds { files: 2, ..all }), None);
    assert_eq!(gone(Bounds { bytes: 60, ..all }), None);
    assert_eq!(
        gone(Bounds {
            file_bytes: 50,
            ..all
        }),
        None
    );
    assert_eq!(
        gone(Bounds {
            time: Duration::ZERO,
            ..all
        }),
        None
    );
    let tree = tree::Bounds {
        directories: 2,
        ..all.tree
    };
    assert_eq!(gone(Bounds { tree, ..all }), None);
    let near = Bounds { files: 2, ..all };
    let found = bounded(FILES, BEFORE, near, |facts, _| facts.symbol_exists("helper"));
    assert_eq!(found, Some(true), "the nearest files come first");
}

#[test]
fn a_tree_with_submodules_may_define_anything() {
    let files = [FILES, &[(".gitmodules", "")]].concat();
    with(&files, BEFORE, |facts, _| {
        assert_eq!(facts.symbol_exists("nowhere"), None);
        assert_eq!(facts.symbol_exists("helper"), Some(true));
    });
}

#[test]
fn without_a_known_language_no_symbol_is_known() {
    with(&[("a.txt", "x")], &[("a.txt", None)], |facts, _| {
        assert_eq!(facts.symbol_exists("nowhere"), None);
    });
}

#[test]
fn nothing_is_read_unless_asked_and_then_once() {
    with(FILES, BEFORE, |facts, memory| {
        assert_eq!((memory.reads.get(), memory.lists.get()), (0, 0));
        facts.file_exists("src/a.rs");
        assert_eq!((memory.reads.get(), memory.lists.get()), (0, 0));
        assert!(!facts.secret_found_at("src/a.rs", 1));
        assert_eq!(facts.compiles(), None);
        assert_eq!((memory.reads.get(), memory.lists.get()), (0, 0));
        facts.symbol_exists("nowhere");
        let reads = memory.reads.get();
        assert_eq!(reads, 3, "the files of the language");
        facts.symbol_exists("nowhere_else");
        facts.symbol_exists("nowhere");
        assert_eq!(memory.reads.get(), reads);
    });
}

#[test]
fn files_of_the_tree() {
    let mut memory = Memory::of(&[
        ("src/a.rs", ""),
        ("src/lib/b.ts", ""),
        ("README.md", ""),
        ("odd\n.md", ""),
    ]);
    memory.put("link", EntryKind::Symlink, b"src");
    memory.put("module", EntryKind::Submodule, b"1");
    let change = memory.change(&[("src/a.rs", None)]);
    let facts = TreeFacts::new(&change, &memory, &nothing, Bounds::default());
    let rows = [
        ("src/a.rs", Some(true)),
        ("./src//a.rs", Some(true)),
        ("/src/a.rs", Some(true)),
        ("src/lib/../a.rs", Some(true)),
        ("src\\a.rs", Some(true)),
        ("odd\\x0a.md", Some(true)),
        ("link", Some(true)),
        ("src/b.rs", Some(false)),
        ("a/b/c", Some(false)),
        ("link/a.rs", None),
        ("module/x", None),
        ("src", None),
        ("src/lib/b", None),
        ("lib/b.ts", None),
        ("a.rs", None),
        ("../../etc/passwd", Some(false)),
    ];
    for (path, expected) in rows {
        assert_eq!(facts.file_exists(path), expected, "{path}");
    }
    assert_eq!(facts.file_exists(&"a/".repeat(1_000)), None);
}

const CARGO: &str = "[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n";

#[test]
fn versions_that_are_locked() {
    let files = [
        ("Cargo.lock", CARGO),
        ("web/app/yarn.lock", "react@^18:\n  version \"18.2.0\"\n"),
        ("web/app/src/a.js", ""),
        ("other/yarn.lock", "react@^17:\n  version \"17.0.0\"\n"),
        ("go.mod", "require a.b/c v1.0.0\n"),
        ("go.sum", "a.b/c v0.9.0 h1:x\n"),
    ];
    with(&files, &[("web/app/src/a.js", None)], |facts, memory| {
        let version = |package| facts.locked_version(package);
        assert_eq!(version("serde").as_deref(), Some("1.0.0"));
        assert_eq!(
            version("react").as_deref(),
            Some("18.2.0"),
            "not of a directory elsewhere"
        );
        assert_eq!(version("a.b/c").as_deref(), Some("1.0.0"));
        assert_eq!(version("vue"), None);
        assert_eq!(memory.reads.get(), 3);
    });
}

#[test]
fn what_is_locked_twice_or_could_not_be_read_is_not_known() {
    let two = CARGO.replace("1.0.0", "2.0.0");
    let serde = |files: &[(&str, &str)], bounds| {
        bounded(files, &[("a/b.rs", None)], bounds, |facts, _| {
            facts.locked_version("serde")
        })
    };
    let all = Bounds::default();
    let beside = |text| [("a/b.rs", ""), ("Cargo.lock", CARGO), ("a/Cargo.lock", text)];
    assert_eq!(serde(&beside(CARGO), all).as_deref(), Some("1.0.0"));
    assert_eq!(serde(&beside(&two), all), None);
    assert_eq!(
        serde(
            &beside(CARGO),
            Bounds {
                lock_bytes: 10,
                ..all
            }
        ),
        None
    );
    assert_eq!(
        serde(
            &beside(CARGO),
            Bounds {
                directories: 1,
                ..all
            }
        ),
        None
    );
    let broken = [("a/b.rs", ""), ("Cargo.lock", CARGO), ("package-lock.json", "{")];
    assert_eq!(serde(&broken, all), None);
}

#[test]
fn tests_that_are_written() {
    let touched = |path: &str, old: Option<&str>, new: &str| {
        with(&[(path, new)], &[(path, old)], |facts, _| facts.tests_changed())
    };
    for path in [
        "tests/a.py",
        "src/a_test.go",
        "test_a.py",
        "a.test.ts",
        "src/__tests__/a.js",
        "spec/a_spec.rb",
        "src/test/java/ATest.java",
        "src/ParserTests.cs",
        "src/x/tests.rs",
        "conftest.py",
    ] {
        assert!(touched(path, None, "x\n"), "{path}");
    }
    for path in [
        "src/a.rs",
        "src/latest.py",
        "src/Contest.java",
        "examples/a.py",
        "src/protest.rs",
    ] {
        assert!(!touched(path, None, "x\n"), "{path}");
    }
    assert!(
        !touched("tests/a.py", Some("x\ny\n"), "x\n"),
        "lines are taken out alone"
    );
    assert!(touched(
        "src/a.rs",
        Some("fn a() {}\n"),
        "fn a() {}\n#[test]\nfn b() {}\n"
    ));
    assert!(!touched(
        "src/a.rs",
        Some("#[test]\nfn b() {}\n"),
        "#[test]\nfn b() {}\nfn c() {}\n"
    ));
    assert!(touched("src/a.rs", None, "#[tokio::test]\nasync fn b() {}\n"));
    let module = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\nfn c() {}\n";
    assert!(touched("src/a.rs", Some(&module.replace("    }\n", "")), module));
    assert!(!touched(
        "src/a.rs",
        Some(&module.replace("fn c() {}\n", "")),
        module
    ));
}

#[test]
fn a_deleted_test_is_no_test() {
    with(&[("a.rs", "")], &[("tests/a.py", Some("x\n"))], |facts, _| {
        assert!(!facts.tests_changed())
    });
}

#[test]
fn what_others_know_is_passed_on() {
    let mut memory = Memory::of(&[("a.rs", "")]);
    let change = memory.change(&[]);
    let secrets = |path: &str, line: u32| (path, line) == ("a.rs", 3);
    let facts = TreeFacts::new(&change, &memory, &secrets, Bounds::default()).built(Some(true));
    assert_eq!(facts.compiles(), Some(true));
    assert!(facts.secret_found_at("a.rs", 3) && !facts.secret_found_at("a.rs", 4));
}
