//! Each format, through a gate.
#![expect(clippy::disallowed_methods, reason = "a test asks where the compiler lives")]

use super::*;

/// What is found where a command writes this text, on a change of line 2 of `src/a.txt`.
fn reads(output: &str, text: &str, more: &str) -> (i32, Value) {
    let repo = trusted(&policy(&format!(
        "run = [\"cat\", \"said\"]\noutput = \"{output}\"\n{more}"
    )));
    repo.write("said", text);
    repo.write("src/a.txt", "one\nBAD new\nthree\nfour\nfive\nsix\nseven\n");
    staged(&repo)
}

#[test]
fn every_format_is_read() {
    let cases = [
        (
            "sarif",
            r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},"results":[{"ruleId":"X1","level":"error","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.txt"},"region":{"startLine":2,"startColumn":1,"endColumn":4}}}]}]}]}"#,
        ),
        (
            "rdjson",
            r#"{"diagnostics":[{"message":"m","location":{"path":"src/a.txt","range":{"start":{"line":2,"column":1}}},"severity":"ERROR","code":{"value":"X1"}}]}"#,
        ),
        (
            "rdjsonl",
            r#"{"message":"m","location":{"path":"src/a.txt","range":{"start":{"line":2}}},"severity":"ERROR","code":{"value":"X1"}}"#,
        ),
        ("github", "::error file=src/a.txt,line=2,title=X1::m\n"),
        (
            "junit",
            r#"<testsuite><testcase name="X1" file="src/a.txt" line="2"><failure message="m"/></testcase></testsuite>"#,
        ),
        (
            "checkstyle",
            r#"<checkstyle><file name="src/a.txt"><error line="2" severity="error" message="m" source="X1"/></file></checkstyle>"#,
        ),
        (
            "cargo",
            "{\"reason\":\"compiler-message\",\"message\":{\"message\":\"m\",\"level\":\"error\",\"code\":{\"code\":\"X1\"},\"spans\":[{\"file_name\":\"src/a.txt\",\"line_start\":2,\"line_end\":2,\"column_start\":1,\"column_end\":4,\"is_primary\":true}]}}\n{\"reason\":\"build-finished\",\"success\":false}",
        ),
    ];
    for (output, text) in cases {
        let (code, said) = reads(output, text, "");
        assert_eq!(code, 1, "{output}: {said}");
        let message = if output == "junit" {
            "the test `X1` fails: m"
        } else {
            "m (X1)"
        };
        assert_eq!(found(&said), one("src/a.txt", 2, message), "{output}");
        assert_eq!(said["findings"][0]["severity"], "high", "{output}");
    }
}

#[test]
fn severities_are_the_policys() {
    let lines = "::warning file=src/a.txt,line=2::m\n";
    let (code, said) = reads("github", lines, "warning = \"high\"");
    assert_eq!(
        (code, &said["findings"][0]["severity"]),
        (1, &Value::from("high"))
    );
    let (code, said) = reads("github", lines, "");
    assert_eq!(
        (code, &said["findings"][0]["severity"]),
        (0, &Value::from("medium"))
    );
}

#[test]
fn filters_say_what_counts() {
    let lines = "::error file=src/a.txt,line=2::on it\n::error file=src/a.txt,line=5::near it\n\
                 ::error file=src/a.txt,line=7::in the file\n::error file=.pantheon.toml,line=1::elsewhere\n";
    let count = |filter: &str| {
        let (_, said) = reads("github", lines, &format!("filter = \"{filter}\""));
        let mut found: Vec<String> = found(&said).into_iter().map(|(_, _, message)| message).collect();
        found.sort();
        found.join(", ")
    };
    assert_eq!(count("added"), "on it");
    assert_eq!(count("hunk"), "near it, on it");
    assert_eq!(count("file"), "in the file, near it, on it");
    assert_eq!(count("all"), "elsewhere, in the file, near it, on it");
}

#[test]
fn a_test_that_fails_elsewhere_counts() {
    let text =
        r#"<testsuite><testcase name="t" file="tests/gone.py"><failure message="m"/></testcase></testsuite>"#;
    let (code, said) = reads("junit", text, "");
    assert_eq!(code, 1, "{said}");
    assert_eq!(found(&said), one("", 0, "`tests/gone.py`: the test `t` fails: m"));
}

#[test]
fn the_compiler_itself_is_understood() {
    let Some(cargo) = crate::support::find("cargo") else {
        return eprintln!("not tried: there is no cargo");
    };
    let env = "env = [\"CARGO_HOME\", \"RUSTUP_HOME\", \"RUSTUP_TOOLCHAIN\"]";
    let lint = format!(
        "run = [\"{}\", \"check\", \"--quiet\", \"--offline\", \"--message-format=json\"]\noutput = \"cargo\"\nok-exit = [101]\n{env}",
        cargo.display()
    );
    let mut repo = Repo::new();
    for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        repo.env
            .extend(std::env::var_os(name).map(|value| (name.into(), value)));
    }
    let home = std::env::var_os("HOME").unwrap_or_default();
    for (name, dir) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        if !repo.env.iter().any(|(known, _)| known == name) {
            repo.env
                .push((name.into(), std::path::Path::new(&home).join(dir).into()));
        }
    }
    repo.write(".pantheon.toml", policy(&lint));
    repo.write(
        "Cargo.toml",
        "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    repo.write("src/lib.rs", "pub fn one() -> u8 {\n    let old = 1;\n    1\n}\n");
    repo.commit("Begin");
    trust(&repo);
    repo.write(
        "src/lib.rs",
        "pub fn one() -> u8 {\n    let old = 1;\n    let \u{e4} = 2; let new = 3;\n    1\n}\n",
    );
    let (code, said) = staged(&repo);
    assert_eq!(code, 0, "{said}");
    let lines: Vec<u64> = found(&said).into_iter().map(|(_, line, _)| line).collect();
    assert_eq!(lines, [3, 3], "{said}");
    let second = &said["findings"][1];
    assert_eq!(second["message"], "unused variable: `new` (unused_variables)");
    assert_eq!(
        second["snippet"]["highlight"],
        serde_json::json!([20, 23]),
        "{second}"
    );
    repo.write("src/lib.rs", "pub fn one() -> u8 {\n    \"\"\n}\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 1, "{said}");
    assert_eq!(found(&said), one("src/lib.rs", 2, "mismatched types (E0308)"));
}
