//! What models get to see of a small tree, and what they do not.

use super::*;
use crate::validators::testing::Memory;
use proptest::prelude::*;
use serde_json::{Value, json};

fn open_book(_: &BStr, _: &[u8]) -> Vec<Range<usize>> {
    Vec::new()
}

/// Every `hunter2` is secret.
fn hunter(_: &BStr, bytes: &[u8]) -> Vec<Range<usize>> {
    bytes.find_iter("hunter2").map(|at| at..at + 7).collect()
}

fn all() -> Vec<String> {
    NAMES.map(str::to_owned).to_vec()
}

fn call(name: &str, args: Value) -> ToolCall {
    ToolCall {
        id: "1".to_owned(),
        name: name.to_owned(),
        args,
        signature: None,
    }
}

fn bounded(memory: &Memory, bounds: Bounds, name: &str, args: Value) -> (String, bool) {
    let snapshot = Snapshot::new(Memory::TREE, memory, &hunter, bounds);
    let result = snapshot.call(&call(name, args), &all());
    assert_eq!((result.id.as_str(), result.name.as_str()), ("1", name));
    (result.content, result.is_error)
}

#[track_caller]
fn says(memory: &Memory, name: &str, args: Value, expected: &str) {
    assert_eq!(
        bounded(memory, Bounds::default(), name, args),
        (expected.to_owned(), false)
    );
}

#[track_caller]
fn fails(memory: &Memory, name: &str, args: Value, expected: &str) {
    assert_eq!(
        bounded(memory, Bounds::default(), name, args),
        (expected.to_owned(), true)
    );
}

fn tree() -> Memory {
    let mut memory = Memory::of(&[
        ("src/a.rs", "fn load() {\n    save();\n}\n"),
        (
            "src/b.rs",
            "fn main() {\n    let x = 1;\n    load(); // hunter2\n}\n",
        ),
        ("README.md", "load this\n"),
    ]);
    memory.put("data.bin", EntryKind::File, b"load\0");
    memory.put("link", EntryKind::Symlink, b"/etc/passwd\n+ 1 | x");
    memory.put("module", EntryKind::Submodule, b"1");
    memory
}

#[test]
fn lines_of_a_file() {
    let memory = tree();
    let whole = "`src/a.rs`:\n     1 | fn load() {\n     2 |     save();\n     3 | }\n(lines 1 to 3 of 3)\n";
    says(
        &memory,
        "read",
        json!({"path": "src/a.rs", "first": 1, "last": 0}),
        whole,
    );
    says(&memory, "read", json!({"path": "./src//a.rs"}), whole);
    let some = "`src/a.rs`:\n     2 |     save();\n(lines 2 to 2 of 3)\n";
    says(
        &memory,
        "read",
        json!({"path": "src/a.rs", "first": 2, "last": 2}),
        some,
    );
    fails(
        &memory,
        "read",
        json!({"path": "src/a.rs", "first": 9}),
        "`src/a.rs` has 3 lines",
    );
}

#[test]
fn secrets_are_taken_out_of_what_is_read_and_found() {
    let memory = tree();
    let text = "`src/b.rs`:\n     3 |     load(); // [redacted]\n(lines 3 to 3 of 4)\n";
    says(
        &memory,
        "read",
        json!({"path": "src/b.rs", "first": 3, "last": 3}),
        text,
    );
    for guess in ["hunter2", "hunt", "r2"] {
        let nothing = "(0 lines; 3 files were searched, 1 are binary or too large)\n";
        says(
            &memory,
            "grep",
            json!({"text": guess, "word": false, "path": ""}),
            nothing,
        );
    }
}

#[test]
fn nothing_outside_of_the_tree_is_reachable() {
    let memory = tree();
    for path in [
        "/etc/passwd",
        "../x",
        "src/../../x",
        "a/..",
        "~/.netrc",
        "a\0b",
        "\\q",
    ] {
        for (name, args) in [
            ("read", json!({ "path": path })),
            ("list", json!({ "path": path })),
            ("grep", json!({ "text": "load", "path": path })),
        ] {
            let (said, is_error) = bounded(&memory, Bounds::default(), name, args);
            assert!(
                is_error && said.contains("is no path of this tree"),
                "{path}: {said}"
            );
        }
    }
    let link = "`link` is a link to `/etc/passwd`; links are not followed";
    fails(&memory, "read", json!({"path": "link"}), link);
    fails(&memory, "read", json!({"path": "link/a.rs"}), link);
    fails(&memory, "list", json!({"path": "link"}), link);
    fails(
        &memory,
        "read",
        json!({"path": "module"}),
        "`module` is a submodule: its files are not in this tree",
    );
    fails(
        &memory,
        "read",
        json!({"path": "nowhere"}),
        "there is no file `nowhere` in this tree",
    );
    fails(&memory, "read", json!({"path": "src"}), "`src` is a directory");
    fails(
        &memory,
        "list",
        json!({"path": "README.md"}),
        "`README.md` is a file",
    );
    fails(
        &memory,
        "read",
        json!({"path": "data.bin"}),
        "`data.bin` is binary, 5 bytes",
    );
}

#[test]
fn names() {
    let memory = tree();
    let root = "| README.md\n| data.bin\n| link\n| module\n| src/\n(5 names)\n";
    says(&memory, "list", json!({"path": ""}), root);
    says(
        &memory,
        "list",
        json!({"path": "src/"}),
        "| a.rs\n| b.rs\n(2 names)\n",
    );
    says(
        &memory,
        "glob",
        json!({"pattern": "**/*.rs"}),
        "| src/a.rs\n| src/b.rs\n(2 files)\n",
    );
    let bounds = Bounds {
        lines: 2,
        ..Bounds::default()
    };
    let cut = bounded(&memory, bounds, "list", json!({}));
    assert_eq!(cut.0, "| README.md\n| data.bin\n(2 of 5 names are shown)\n");
    let many = "{a,b}".repeat(5);
    let why = "`{a,b}{a,b}{a,b}{a,b}{a,b}` is no pattern of paths, such as `src/**/*.rs`";
    fails(&memory, "glob", json!({"pattern": many}), why);
}

#[test]
fn lines_that_hold_a_text() {
    let memory = tree();
    let load = "`README.md`:\n     1 | load this\n`src/a.rs`:\n     1 | fn load() {\n`src/b.rs`:\n     3 |     load(); // [redacted]\n";
    let end = "(3 lines; 3 files were searched, 1 are binary or too large)\n";
    says(&memory, "grep", json!({"text": "load"}), &format!("{load}{end}"));
    let word = json!({"text": "oad", "word": true, "path": "src"});
    says(&memory, "grep", word, "(0 lines; 2 files were searched)\n");
    let found = "`src/a.rs`:\n     1 | fn load() {\n(1 lines; 1 files were searched)\n";
    says(&memory, "grep", json!({"text": "load", "path": "*/a.*"}), found);
    says(
        &memory,
        "grep",
        json!({"text": "load", "path": "src/a.rs"}),
        found,
    );
    says(
        &memory,
        "grep",
        json!({"text": "load", "path": "sr"}),
        "(0 lines; 0 files were searched)\n",
    );
    let why = "`a` cannot be searched for: a text of one line, of 2 bytes or more, is searched for as it is";
    fails(&memory, "grep", json!({"text": "a"}), why);
}

#[test]
fn definitions_and_uses() {
    let memory = tree();
    let defined = "`src/a.rs`:\n     1 | fn load() {\n     2 |     save();\n     3 | }\n(1 definitions; 2 files were searched)\n";
    says(&memory, "symbol", json!({"name": "load"}), defined);
    says(&memory, "symbol", json!({"name": "a::load()"}), defined);
    let used = "`src/b.rs`:\n     1 | fn main() {\n     3 |     load(); // [redacted]\n(1 uses; 2 files were searched)\n";
    says(&memory, "callers", json!({"name": "load"}), used);
    says(
        &memory,
        "symbol",
        json!({"name": "gone"}),
        "(0 definitions; 2 files were searched)\n",
    );
}

#[test]
fn nothing_is_written_or_run() {
    let memory = tree();
    let snapshot = Snapshot::new(Memory::TREE, &memory, &open_book, Bounds::default());
    let granted = ["read".to_owned(), "write".to_owned()];
    let tools: Vec<String> = snapshot
        .tools(&granted)
        .into_iter()
        .map(|tool| tool.name)
        .collect();
    assert_eq!(tools, ["read"]);
    for name in ["write", "bash", "grep", "apply_patch", "Read", "x\n+ 1 | y"] {
        let result = snapshot.call(&call(name, json!({"path": "src/a.rs"})), &granted);
        assert!(result.is_error);
        let shown = name.replace('\n', "\\n");
        let why = format!("there is no tool `{shown}`: there are `read`, and nothing can be written or run");
        assert_eq!(result.content, why);
    }
}

#[test]
fn arguments_of_the_wrong_form_are_errors() {
    let memory = tree();
    fails(
        &memory,
        "read",
        json!("src/a.rs"),
        "the arguments must be an object",
    );
    fails(&memory, "read", json!({}), "`path` is missing");
    fails(&memory, "read", json!({"path": 3}), "`path` must be a text");
    fails(
        &memory,
        "read",
        json!({"path": "a", "first": -1}),
        "`first` must be a whole number from 0",
    );
    fails(
        &memory,
        "grep",
        json!({"text": "ab", "word": "x"}),
        "`word` must be true or false",
    );
}

#[test]
fn bounds_hold() {
    let long = "let x = 1; // load\n".repeat(2_000);
    let memory = Memory::of(&[("a.rs", &long), ("b.rs", &long), ("c.rs", "load\n")]);
    let all = Bounds::default();
    for (name, args) in [
        ("read", json!({"path": "a.rs"})),
        ("grep", json!({"text": "load"})),
        ("callers", json!({"name": "load"})),
    ] {
        let (said, _) = bounded(&memory, all, name, args.clone());
        assert!(said.lines().count() <= all.lines + 1, "{name}");
        let bounds = Bounds { answer: 2_000, ..all };
        let (said, _) = bounded(&memory, bounds, name, args);
        assert!(said.len() <= 2_000, "{name}: {}", said.len());
    }
    let found = |bounds| bounded(&memory, bounds, "grep", json!({"text": "load", "path": "c.rs"})).0;
    assert_eq!(
        found(all),
        "`c.rs`:\n     1 | load\n(1 lines; 1 files were searched)\n"
    );
    let none = "(0 lines; 0 files were searched; there may be more in files that were not)\n";
    assert_eq!(found(Bounds { files: 0, ..all }), none);
    assert_eq!(
        found(Bounds {
            time: Duration::ZERO,
            ..all
        }),
        none
    );
    let few = Bounds { bytes: 3, ..all };
    assert_eq!(
        found(few),
        "(0 lines; 0 files were searched, 1 are binary or too large; there may be more in files that were not)\n"
    );
    let (said, is_error) = bounded(&memory, Bounds { calls: 0, ..all }, "list", json!({}));
    assert!(is_error && said == "no more can be looked up in this review");
}

#[test]
fn each_tool_takes_what_all_providers_take() {
    let memory = tree();
    let snapshot = Snapshot::new(Memory::TREE, &memory, &open_book, Bounds::default());
    for tool in snapshot.tools(&all()) {
        let keys = |value: &Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        let required = tool.parameters["required"].as_array().unwrap();
        let required: Vec<String> = required.iter().map(|v| v.as_str().unwrap().to_owned()).collect();
        assert_eq!(
            keys(&tool.parameters["properties"]),
            Some(required),
            "{}",
            tool.name
        );
        assert_eq!(tool.parameters["additionalProperties"], json!(false));
    }
}

/// Lines that look like what stands around them, and any bytes.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"`a.rs`:".to_vec()),
        Just(b"(lines 1 to 3 of 3)".to_vec()),
        Just(b"==== k3y ====\n".to_vec()),
        Just(b"fn load() { load() }".to_vec()),
        Just(b"load hunter2".to_vec()),
        Just(b"  1 | x\r".to_vec()),
        "[a-c(){}:; ]{0,30}".prop_map(String::into_bytes),
        proptest::collection::vec(1_u8.., 0..20),
    ];
    proptest::collection::vec(line, 0..20).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #[test]
    fn no_content_begins_a_line(content in hostile(), path in "[a-b/.\n`|]{1,8}\\.(rs|py|c)", name in "[a-z]{2,4}") {
        let mut memory = Memory::default();
        memory.put(&path, EntryKind::File, &content);
        let shown = view::name(path.as_bytes());
        for (name, args) in [
            ("read", json!({ "path": shown })),
            ("grep", json!({ "text": "load" })),
            ("grep", json!({ "text": name })),
            ("symbol", json!({ "name": "load" })),
            ("callers", json!({ "name": "load" })),
            ("list", json!({})),
            ("glob", json!({ "pattern": "**" })),
        ] {
            let (said, is_error) = bounded(&memory, Bounds::default(), name, args);
            prop_assert!(!said.contains("hunter2"));
            let lines: Vec<&str> = said.split('\n').collect();
            let (last, lines) = lines.split_last().unwrap();
            prop_assert!(last.is_empty() || (is_error && lines.is_empty()));
            for (at, line) in lines.iter().enumerate() {
                let is_shown = line.get(2..6).is_some_and(|n| n.trim().parse::<u32>().is_ok()) && line.get(6..8) == Some(" |");
                let is_named = *line == format!("`{shown}`:") || line.starts_with("| ");
                let is_end = at + 1 == lines.len() && line.starts_with('(');
                prop_assert!(is_shown || is_named || is_end, "{line:?}");
            }
        }
    }

    #[test]
    fn any_call_has_a_result(name in "(read|list|glob|grep|symbol|callers|x)", text: String, n: i64, like in "[a-b/.*?{}\\[\\]!\\\\x:<(]{0,12}") {
        let memory = tree();
        for text in [text, like] {
            for args in [
                json!({"path": text, "first": n, "text": text, "name": text, "pattern": text, "word": true}),
                json!({"path": "", "text": "load", "first": n, "last": n}),
                json!(text),
            ] {
                let (said, _) = bounded(&memory, Bounds::default(), &name, args);
                prop_assert!(said.len() <= Bounds::default().answer);
            }
        }
    }
}
