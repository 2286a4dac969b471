//! The schema, the documentation and the example follow the table of keys.

use super::*;
use crate::sys;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Holds a file to what it is made from; `UPDATE=1` writes it.
fn holds(path: &str, made: &str) {
    let path = root().join(path);
    if sys::env::is_set("UPDATE") {
        sys::file::write_atomic(&path, made.as_bytes(), 0o644).unwrap();
    }
    let there = sys::file::read(&path, 1 << 20).unwrap_or_default();
    let same = there == made.as_bytes();
    assert!(
        same,
        "{} is not as made: run this test with UPDATE=1",
        path.display()
    );
}

#[test]
fn the_schema_is_as_made() {
    holds("docs/pantheon.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_documentation_is_as_made() {
    holds("docs/configuration.md", &docs());
}

pub(super) fn example() -> String {
    let bytes = sys::file::read(&root().join(".pantheon.toml.example"), 1 << 20).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn fits_schema(text: &str) -> bool {
    let table: toml::Table = toml::from_str(text).unwrap();
    let value = serde_json::to_value(table).unwrap();
    jsonschema::draft202012::is_valid(&schema(), &value)
}

#[test]
fn the_example_loads_and_fits_the_schema() {
    loaded(&example());
    assert!(fits_schema(&example()));
}

#[test]
fn every_key_stands_in_the_example() {
    let table: toml::Table = toml::from_str(&example()).unwrap();
    for section in SECTIONS {
        for key in section.keys {
            let there = match section.shape {
                Shape::Top => table.contains_key(key.name),
                Shape::Table => table[section.name].get(key.name).is_some(),
                Shape::List => {
                    let list = table[section.name].as_array().unwrap();
                    list.iter().any(|item| item.get(key.name).is_some())
                }
                Shape::ByStage | Shape::ByRule | Shape::ByName => {
                    let tables = table[section.name].as_table().unwrap();
                    tables.values().any(|inner| inner.get(key.name).is_some())
                }
            };
            assert!(
                there,
                "`{}` of `{}` is not in the example",
                key.name, section.name
            );
        }
    }
}

#[test]
fn examples_and_defaults_of_the_table_are_accepted() {
    for section in SECTIONS {
        for key in section
            .keys
            .iter()
            .filter(|key| !key.required && key.name != "extends")
        {
            for value in [key.example, key.default]
                .into_iter()
                .filter(|value| !value.is_empty())
            {
                let assignment = match section.shape {
                    Shape::Top => continue,
                    Shape::Table => format!("{}.{} = {value}\n", section.name, key.name),
                    Shape::ByStage => format!("{}.ci.{} = {value}\n", section.name, key.name),
                    Shape::ByName => format!("{}.mine.{} = {value}\n", section.name, key.name),
                    Shape::ByRule => format!("{}.\"message/fixup\".{} = {value}\n", section.name, key.name),
                    Shape::List => {
                        let must: Vec<&Key> = section.keys.iter().filter(|key| key.required).collect();
                        let must: Vec<String> = must
                            .iter()
                            .map(|k| format!("{} = {}\n", k.name, k.example))
                            .collect();
                        format!("[[{}]]\n{}{} = {value}\n", section.name, must.join(""), key.name)
                    }
                };
                // What runs an agent is for creators alone.
                let role = match (section.name, key.name) {
                    ("agents", "role" | "model" | "tools") => "",
                    ("agents", _) => "agents.mine.role = \"creator\"\n",
                    _ => "",
                };
                let text = format!("version = 1\n{role}{assignment}");
                loaded(&text);
                assert!(fits_schema(&text), "{text}");
            }
        }
    }
}

#[test]
fn what_is_wrong_is_refused_by_the_schema_too() {
    let wrong = [
        "",
        "version = 2",
        "version = 1\nblok = 1",
        "version = 1\nextends = \"recommended\"",
        "version = 1\n[gates.pre-comit]",
        "version = 1\n[gates.ci]\nblok = \"high\"",
        "version = 1\n[gates.ci]\nblock = \"hihg\"",
        "version = 1\n[gates.ci]\nblock = { confidence = \"low\" }",
        "version = 1\n[gates.ci]\nblock = { severity = \"low\", confidenc = \"low\" }",
        "version = 1\n[gates.ci]\ndeadline = 2",
        "version = 1\n[gates.ci]\ndeadline = \"2h\"",
        "version = 1\n[gates.ci]\nextends = \"push\"",
        "version = 1\n[gates.ci]\nchecks = \"rules\"",
        "version = 1\n[gates.ci.severity]\n\"message/fixup\" = \"awful\"",
        "version = 1\n[[paths]]\nexclude = true",
        "version = 1\n[[paths]]\nmatch = [\"/a\"]",
        "version = 1\n[paths]\nmatch = [\"a\"]",
        "version = 1\n[rules.\"message/fixup\"]\nenabled = 1",
        "version = 1\n[rules.\"message/subject-length\"]\nmax = 1.5",
        "version = 1\n[[pattern]]\nid = \"a/b\"\nsummary = \"s\"",
        "version = 1\n[[pattern]]\nid = \"ab\"\nsummary = \"s\"\nregex = 'x'",
        "version = 1\n[[waivers]]\nfingerprint = \"0123456789ab\"\nreason = \"\"\nby = \"b\"\nexpires = \"2030-01-01\"",
        "version = 1\n[[waivers]]\nfingerprint = \"0123456789AB\"\nreason = \"r\"\nby = \"b\"\nexpires = \"2030-01-01\"",
        "version = 1\n[suppressions]\ninline = \"no\"",
        "version = 1\n[hooks]\non-missing = \"pass\"",
        "version = 1\n[limits]\nmax-findings = 0",
        "version = 1\n[limits]\nmax-file-bytes = -1",
        "version = 1\n[gates.ci]\nblock = {}",
        "version = 1\n[gates.ci]\nblock = { rules = \"high\", severity = \"high\" }",
        "version = 1\n[gates.ci]\nblock = { rules = { confidence = \"high\" } }",
        "version = 1\n[gates.ci]\nblock = { rules = { severity = \"high\", agreement = 2 } }",
        "version = 1\n[gates.ci]\nblock = { validators = \"nevr\" }",
        "version = 1\n[gates.ci]\nblock = { validators = { agreement = 2 } }",
        "version = 1\n[gates.ci]\nblock = { validators = { severity = \"high\", agreement = 10 } }",
        "version = 1\n[gates.ci]\nblock = { validators = { severity = \"high\", agreement = 0 } }",
        "version = 1\n[gates.ci]\nblock = { validators = { severity = \"high\", falsified = 1 } }",
        "version = 1\n[validators.Security]\nenabled = true",
        "version = 1\n[validators.x]\nenabled = \"yes\"",
        "version = 1\n[validators.x]\nagents = \"a\"",
        "version = 1\n[validators.x]\nprompt = \"\"",
        "version = 1\n[validators.x]\nkinds = [\"bug\"]",
        "version = 1\n[validators.x]\nwhen = [\"src/**\"]",
        "version = 1\n[validators.x]\nwhen = { path = [\"src/**\"] }",
        "version = 1\n[validators.x]\nwhen = { languages = [\"klingon\"] }",
        "version = 1\n[commands.Lint]\nenabled = true",
        "version = 1\n[commands.x]\nrun = \"ruff check\"",
        "version = 1\n[commands.x]\noutput = \"xml\"",
        "version = 1\n[commands.x]\nfilter = \"changed\"",
        "version = 1\n[commands.x]\nok-exit = [256]",
        "version = 1\n[commands.x]\nok-exit = 1",
        "version = 1\n[commands.x]\nerror = \"bad\"",
        "version = 1\n[review]\nmodels = \"no\"",
        "version = 1\n[review]\nfalsifier = [\"a\"]",
        "version = 1\n[review]\nparallel = 33",
        "version = 1\n[review]\ntokens-per-unit = 999",
        "version = 1\n[review]\nmax-units = 0",
        "version = 1\n[review]\nrounds = -1",
    ];
    for text in wrong {
        problems(text);
        assert!(!fits_schema(text), "the schema accepts {text:?}");
    }
}
