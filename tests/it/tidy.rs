//! What the compiler does not hold: tables and files agree, pages name only what there is, and files
//! are in order.

use crate::catalogue::FAMILIES;
use crate::source;
use clap::CommandFactory;
use pantheon::app::settings;
use pantheon::cli::Cli;
use pantheon::command::{Filter, parse};
use pantheon::config;
use pantheon::rules;
use pantheon::validators::sift::Family;
use pantheon::validators::{claim, shipped, spec};
use std::collections::BTreeSet;
use std::path::Path;

/// The longest a file should be.
const MOST_LINES: usize = 600;

/// Files that are longer, because they are one table.
const LONG: [&str; 0] = [];

/// Files of `src/cli/` that are no subcommand.
const NO_SUBCOMMAND: [&str; 4] = ["failure", "mod", "output", "post"];

/// Each file of `policies/rules/`, with the family of its rules.
const PATTERNS: [(&str, &str); 4] = [
    ("hazards.toml", "hazard/"),
    ("injection.toml", "injection/"),
    ("secrets.toml", "secrets/"),
    ("vendors.toml", "secrets/"),
];

#[test]
fn each_structural_rule_is_a_file_and_a_row() {
    let rows: Vec<String> = rules::ALL.iter().map(|rule| rule.info.id.to_string()).collect();
    let mut files = Vec::new();
    for file in source::program() {
        if file.path.starts_with("src/rules/") && file.text.contains("\npub const RULE: Rule") {
            let name = file
                .path
                .strip_prefix("src/rules/")
                .and_then(|name| name.strip_suffix(".rs"));
            files.push(name.unwrap().replace('_', "-"));
        }
    }
    assert_eq!(
        rows, files,
        "the rows of `rules::ALL` are sorted, one for each file"
    );
}

#[test]
fn each_file_is_declared() {
    for path in source::below("src", "rs") {
        let (dir, name) = path.rsplit_once('/').unwrap();
        let name = name.strip_suffix(".rs").unwrap();
        let (dir, name) = match (name, dir.rsplit_once('/')) {
            ("mod", Some((above, name))) => (above, name),
            _ => (dir, name),
        };
        if dir == "src" && ["lib", "main"].contains(&name) {
            continue;
        }
        let parents = [
            format!("{dir}/mod.rs"),
            format!("{dir}/lib.rs"),
            format!("{dir}.rs"),
        ];
        let parents = parents.iter().filter(|path| source::root().join(path).is_file());
        let declared = parents.map(|path| source::read(path)).any(|text| {
            let line = format!("mod {name};");
            text.lines().any(|l| l.ends_with(&line))
        });
        assert!(declared, "no file declares `{path}`");
    }
}

#[test]
fn the_configuration_and_the_validators_use_the_same_words() {
    let claims = claim::Kind::ALL.map(claim::Kind::name);
    assert_eq!(config::CLAIMS, claims);
    assert_eq!(config::FAMILIES, Family::ALL.map(Family::name));
    let sorted = |list: Vec<&'static str>| list.into_iter().collect::<BTreeSet<_>>();
    let languages = spec::LANGUAGES.iter().map(|language| language.name).collect();
    assert_eq!(sorted(config::LANGUAGES.to_vec()), sorted(languages));
    let validators = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    assert_eq!(sorted(config::VALIDATORS.to_vec()), sorted(validators));
}

#[test]
fn each_format_that_commands_write_is_a_file_and_a_word() {
    let rows: Vec<&str> = parse::ALL.iter().map(|row| row.name).collect();
    assert_eq!(config::OUTPUTS, rows);
    for name in rows {
        let path = format!("src/command/parse/{name}.rs");
        assert!(source::root().join(&path).is_file(), "{path}");
    }
    assert_eq!(config::FILTERS, Filter::ALL.map(Filter::name));
}

#[test]
fn each_report_format_is_a_file_and_a_row() {
    let rows = pantheon::report::ALL.iter();
    let rows: BTreeSet<String> = rows.map(|row| row.name.replace('-', "_")).collect();
    let written = |file: &source::Source| file.text.contains("\npub fn render(report: &Report, ");
    let files = source::program().into_iter().filter(written);
    let names = files.filter_map(|file| {
        let name = file.path.strip_prefix("src/report/")?.strip_suffix(".rs")?;
        (name != "gitlab" && name != "mod").then(|| name.to_owned())
    });
    assert_eq!(rows, names.collect::<BTreeSet<_>>());
    let page = source::read("docs/formats.md");
    let command = Cli::command();
    let review = command.find_subcommand("review").unwrap();
    let format = review
        .get_arguments()
        .find(|arg| arg.get_id() == "format")
        .unwrap();
    let help = format
        .get_long_help()
        .or_else(|| format.get_help())
        .unwrap()
        .to_string();
    let words: Vec<&str> = help.split([' ', ',', '.', '\n']).collect();
    for row in pantheon::report::ALL {
        assert!(
            words.contains(&row.name),
            "the help of `--format` lacks `{}`",
            row.name
        );
        assert!(
            page.contains(&format!("`{}`", row.name)),
            "`docs/formats.md` lacks `{}`",
            row.name
        );
    }
}

#[test]
fn each_subcommand_is_a_file() {
    let entries = std::fs::read_dir(source::root().join("src/cli")).unwrap();
    let files: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !NO_SUBCOMMAND.contains(&name.as_str()))
        .collect();
    let command = Cli::command();
    let rows = command.get_subcommands().map(|c| c.get_name().replace('-', "_"));
    assert_eq!(rows.collect::<BTreeSet<_>>(), files);
}

#[test]
fn pattern_rules_stand_in_the_file_of_their_family() {
    let files: Vec<String> = source::below("policies/rules", "toml");
    let names: Vec<&str> = files
        .iter()
        .map(|path| path.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, PATTERNS.map(|(name, _)| name));
    for (name, family) in PATTERNS {
        let text = source::read(&format!("policies/rules/{name}"));
        for id in text.lines().filter_map(|line| line.strip_prefix("id = \"")) {
            assert!(id.starts_with(family), "{name}: {id}");
        }
    }
}

#[test]
fn rules_say_what_they_are_in_order() {
    let mut ids = BTreeSet::new();
    for info in settings::rules(None) {
        let id = info.id.as_ref();
        assert!(ids.insert(id.to_owned()), "two rules are `{id}`");
        assert!(is_id(id), "`{id}` is no id");
        let texts = [&info.summary, &info.why, &info.fix, &info.bad, &info.good];
        assert!(
            texts.iter().all(|text| !text.trim().is_empty()),
            "{id}: a text is missing"
        );
        assert!(is_summary(id, &info.summary), "{id}: {}", info.summary);
        for text in [&info.why, &info.fix] {
            assert!(
                text.ends_with('.') && text.starts_with(|c: char| !c.is_lowercase()),
                "{id}: {text}"
            );
        }
    }
}

/// `family/name`, in lowercase words with dashes.
fn is_id(id: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part.split('-').all(|word| {
                !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            })
    };
    matches!(id.split_once('/'), Some((family, name)) if word(family) && word(name))
}

/// A few words on one line, in lowercase but for an abbreviation or the name of a vendor, which only
/// secrets have.
fn is_summary(id: &str, text: &str) -> bool {
    let first = text.split([' ', '-', ',']).next().unwrap_or_default();
    let abbreviated = first.len() > 1 && first.chars().all(char::is_uppercase);
    let lowercase = id.starts_with("secrets/") || abbreviated || !first.starts_with(char::is_uppercase);
    lowercase && !text.ends_with('.') && !text.contains('\n') && text.len() <= 80
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let dirs = ["src", "tests", "fuzz/fuzz_targets"];
    for path in dirs.iter().flat_map(|dir| source::below(dir, "rs")) {
        let text = source::read(&path);
        assert!(text.starts_with("//! "), "{path} does not begin with its charter");
        let long = text.lines().count() > MOST_LINES;
        assert_eq!(
            long,
            LONG.contains(&path.as_str()),
            "{path}: {} lines",
            text.lines().count()
        );
    }
}

#[test]
fn nothing_is_left_undone() {
    for file in source::program() {
        let code = source::without_words(&source::without_tests(&file.text));
        for word in ["todo!", "unimplemented!", "unreachable!", "panic!", "dbg!"] {
            assert!(!code.contains(word), "{}: {word}", file.path);
        }
    }
}

#[test]
fn tracked_files_are_in_order() {
    // Put together, so that this file does not name them itself.
    let places = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    for path in source::tracked() {
        let Ok(text) = std::fs::read_to_string(source::root().join(&path)) else {
            // Not text, or taken away and not yet committed.
            continue;
        };
        let name = path.display();
        for place in &places {
            assert!(
                !text.contains(place.as_str()),
                "{name} names a place of some machine"
            );
        }
        if is_material(&path) {
            continue;
        }
        assert!(
            text.is_empty() || text.ends_with('\n'),
            "{name} does not end with a line end"
        );
        let blank = text.lines().position(|line| line.ends_with([' ', '\t', '\r']));
        assert_eq!(blank, None, "{name}: blanks at the end of a line, counted from 0");
    }
}

/// Files whose bytes are what they are about.
fn is_material(path: &Path) -> bool {
    path.starts_with("fixtures") || path.extension().is_some_and(|e| e == "snap")
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    let log = source::read("CHANGELOG.md");
    assert!(
        log.lines().any(|line| line.starts_with(&heading)),
        "CHANGELOG.md has no `{heading}`"
    );
}

#[test]
fn pages_name_only_rules_that_there_are() {
    let all = settings::rules(None);
    let ids: BTreeSet<&str> = all.iter().map(|info| info.id.as_ref()).collect();
    let pages = [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        ".pantheon.toml",
        "policies/template.toml",
    ];
    let pages = pages
        .iter()
        .map(|page| (*page).to_owned())
        .chain(source::below("docs", "md"));
    for page in pages {
        let text = source::read(&page);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "/-_.".contains(c)));
        for word in words
            .map(|word| word.trim_end_matches('.'))
            .filter(|word| names_rule(word))
        {
            assert!(ids.contains(word), "{page} names `{word}`");
        }
    }
}

/// Whether a word has the form of a shipped rule's id.
fn names_rule(word: &str) -> bool {
    let family = word.split('/').next().unwrap_or_default();
    is_id(word) && FAMILIES.iter().any(|(_, name, _)| *name == family)
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = ["README.md", "CONTRIBUTING.md"].map(str::to_owned).into_iter();
    for page in pages.chain(source::below("docs", "md")) {
        let text = source::read(&page);
        let dir = Path::new(&page).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || target.contains("://") {
                continue;
            }
            assert!(
                source::root().join(&dir).join(file).exists(),
                "{page} links to `{target}`"
            );
        }
    }
}

#[test]
fn the_tools_of_a_validator_are_those_that_there_are() {
    let named = pantheon::config::READING_TOOLS;
    assert_eq!(named, pantheon::validators::snapshot::NAMES);
}
