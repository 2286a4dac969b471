//! What each kind of lock file holds, and that any bytes are read.

use super::*;
use proptest::prelude::*;

fn read_as(file: &str, text: &str) -> Option<Versions> {
    let kinds = || ALL.iter().chain([&GO_SUM]);
    let kind = kinds().find(|kind| kind.files.contains(&file)).unwrap();
    let mut versions = Versions::new(kind.spelling);
    (kind.read)(text, &mut versions).map(|()| versions)
}

#[track_caller]
fn check(file: &str, text: &str, expected: &[(&str, &[&str])]) {
    let versions = read_as(file, text).unwrap();
    let found: Vec<(&str, Vec<&str>)> = versions
        .all
        .iter()
        .map(|(name, versions)| (name.as_str(), versions.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(name, all)| (*name, all.to_vec())).collect();
    assert_eq!(found, expected);
}

#[test]
fn packages_in_sections() {
    let cargo = "version = 4\n\n[[package]]\nname = \"my_lib\"\nversion = \"1.0.2\"\ndependencies = [\n \"b 2.0.0\",\n]\n\n\
                 [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"3.0.0\"\n\n\
                 [metadata]\nname = \"c\"\nversion = \"9\"\n";
    check(
        "Cargo.lock",
        cargo,
        &[("b", &["2.0.0", "3.0.0"]), ("my-lib", &["1.0.2"])],
    );
    let poetry = "[[package]]\nname = \"Zope.Interface\"\nversion = \"5.4\"\n\n[package.dependencies]\nname = \"x\"\nversion = \"1\"\n";
    check("poetry.lock", poetry, &[("zope-interface", &["5.4"])]);
    let uv = "[[package]]\r\nname = \"a\"\r\nversion = \"1\"\r\nwheels = [\r\n    { name = \"b\", version = \"2\" },\r\n]\r\n";
    check("uv.lock", uv, &[("a", &["1"])]);
}

#[test]
fn gems() {
    let text = "GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.15.0-x86_64-linux)\n      racc (~> 1.4)\n    \
                nokogiri (1.15.0)\n    rack (3.0.8)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rack (~> 3)\n";
    check(
        "Gemfile.lock",
        text,
        &[("nokogiri", &["1.15.0"]), ("rack", &["3.0.8"])],
    );
}

#[test]
fn npm_in_its_versions() {
    let first = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}, "b": {"version": "3.0.0"}}}"#;
    check(
        "package-lock.json",
        first,
        &[("a", &["1.0.0"]), ("b", &["2.0.0", "3.0.0"])],
    );
    let third = r#"{"lockfileVersion": 3, "packages": {"": {"name": "x", "version": "9"}, "node_modules/@s/a": {"version": "1.0.0"},
        "node_modules/b": {"resolved": "w/b", "link": true}, "node_modules/@s/a/node_modules/c": {"version": "2"}}}"#;
    check("package-lock.json", third, &[("@s/a", &["1.0.0"]), ("c", &["2"])]);
    assert_eq!(read_as("package-lock.json", "[1]"), None);
    assert_eq!(read_as("package-lock.json", "{"), None);
}

#[test]
fn yarn_of_both_kinds() {
    let classic = "# yarn lockfile v1\n\n\n\"@s/a@^7.0.0\", \"@s/a@^7.1\":\n  version \"7.10.4\"\n  resolved \"x\"\n  dependencies:\n    \
                   version \"1\"\n\nb@~2.0:\n  version \"2.0.1\"\n";
    check("yarn.lock", classic, &[("@s/a", &["7.10.4"]), ("b", &["2.0.1"])]);
    let berry = "__metadata:\n  version: 6\n\n\"@s/a@npm:^7.0.0, @s/a@npm:^7.1\":\n  version: 7.10.4\n  resolution: \"@s/a@npm:7.10.4\"\n\n\
                 \"t@patch:t@^4#builtin\":\n  version: 4.9.5\n";
    check("yarn.lock", berry, &[("@s/a", &["7.10.4"]), ("t", &["4.9.5"])]);
}

#[test]
fn pnpm_in_its_versions() {
    let fifth = "lockfileVersion: 5.4\n\ndependencies:\n  a: 1.0.0\n\npackages:\n\n  /a/1.0.0:\n    resolution: {}\n\n  \
                 /@s/b/2.0.0_react@17.0.2:\n    dev: true\n";
    check(
        "pnpm-lock.yaml",
        fifth,
        &[("@s/b", &["2.0.0"]), ("a", &["1.0.0"])],
    );
    let sixth = "lockfileVersion: '6.0'\n\npackages:\n\n  /a@1.0.0(react@17.0.2):\n    dev: true\n";
    check("pnpm-lock.yaml", sixth, &[("a", &["1.0.0"])]);
    let ninth = "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/b@2.0.0':\n    x: 1\n\n  a@1.0.0: {}\n\nsnapshots:\n\n  c@3.0.0: {}\n";
    check(
        "pnpm-lock.yaml",
        ninth,
        &[("@s/b", &["2.0.0"]), ("a", &["1.0.0"])],
    );
}

#[test]
fn modules_of_go() {
    let module = "module example.com/x\n\ngo 1.22\n\nrequire a.b/c v1.2.3\nrequire (\n\ta.b/d v0.1.0 // indirect\n\ta.b/e v1.0.0\n)\n\n\
                  replace a.b/e => ../e\nexclude a.b/d v0.2.0\n";
    let expected: [(&str, &[&str]); 3] = [
        ("a.b/c", &["1.2.3"]),
        ("a.b/d", &["0.1.0"]),
        ("a.b/e", &["../e", "1.0.0"]),
    ];
    check("go.mod", module, &expected);
    let sum = "a.b/c v1.2.3 h1:x=\na.b/c v1.2.3/go.mod h1:y=\na.b/c v1.0.0/go.mod h1:z=\n";
    check("go.sum", sum, &[("a.b/c", &["1.2.3"])]);
}

#[test]
fn the_others_in_json() {
    let composer = r#"{"packages": [{"name": "Vendor/a", "version": "v1.0"}, {"name": 3}], "packages-dev": [{"name": "vendor/b", "version": "2"}]}"#;
    check(
        "composer.lock",
        composer,
        &[("vendor/a", &["1.0"]), ("vendor/b", &["2"])],
    );
    let pipfile = r#"{"_meta": {"a": {"version": "==9"}}, "default": {"My_Lib": {"version": "==1.0"}}, "develop": {"b": {}}}"#;
    check("Pipfile.lock", pipfile, &[("my-lib", &["1.0"])]);
    let nuget = r#"{"version": 1, "dependencies": {"net8.0": {"Json.Net": {"type": "Direct", "resolved": "13.0.1"}}}}"#;
    check("packages.lock.json", nuget, &[("json.net", &["13.0.1"])]);
}

/// Words of which lock files are made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[[package]]\n"),
        Just("name = \""),
        Just("version"),
        Just(" = \""),
        Just("\"\n"),
        Just("\n"),
        Just("  "),
        Just("packages:\n"),
        Just("/a"),
        Just("@"),
        Just(":"),
        Just("("),
        Just(")"),
        Just("require ("),
        Just("=>"),
        Just("{"),
        Just("}"),
        Just("\"packages\":"),
        Just("\"dependencies\":"),
        Just("lockfileVersion: 5"),
        Just("\u{e4}"),
        Just("'"),
        Just("\""),
        Just("_"),
        Just(","),
        Just(" "),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(bytes: Vec<u8>, text: String, pieces in pieces()) {
        for kind in ALL.iter().chain([&GO_SUM]) {
            for text in [&*String::from_utf8_lossy(&bytes), &text, &pieces] {
                let mut versions = Versions::new(kind.spelling);
                let _ = (kind.read)(text, &mut versions);
                let fits = |text: &String| text.len() <= 3 * LONGEST;
                prop_assert!(versions.all.iter().all(|(name, all)| fits(name) && all.iter().all(fits)));
            }
        }
    }
}

#[test]
fn what_nests_deep_is_refused() {
    let deep = "{\"dependencies\":".repeat(100_000);
    assert_eq!(read_as("package-lock.json", &deep), None);
}
