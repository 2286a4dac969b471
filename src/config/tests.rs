//! Layers, errors and limits; the submodules hold what follows the table of keys, and random texts.

mod commands;
mod create;
mod models;
mod random;
mod site;
mod table;
mod validators;

use super::*;
use crate::model::{Choice, Confidence, OnInconclusive, OptionKind, OptionSpec, Selector, Stage, Threshold};
use std::time::Duration;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "max",
        doc: "The most.",
        kind: OptionKind::Int(72),
    },
    OptionSpec {
        name: "types",
        doc: "The types.",
        kind: OptionKind::Texts(&["feat"]),
    },
    OptionSpec {
        name: "loud",
        doc: "Whether it is loud.",
        kind: OptionKind::Bool(false),
    },
    OptionSpec {
        name: "word",
        doc: "A word.",
        kind: OptionKind::Text(""),
    },
];

fn rule(id: &'static str, options: &'static [OptionSpec]) -> KnownRule<'static> {
    KnownRule {
        id,
        severity: Severity::Medium,
        options,
    }
}

fn known() -> Vec<KnownRule<'static>> {
    vec![
        rule("text/merge-marker", &[]),
        rule("text/trailing-whitespace", &[]),
        rule("text/final-newline", &[]),
        rule("message/fixup", &[]),
        rule("message/subject-length", OPTIONS),
    ]
}

/// Loads with a repository's file, other files of its tree, a site file, a variable and flags.
#[derive(Default)]
struct Case<'a> {
    file: Option<&'a str>,
    files: &'a [(&'a str, &'a str)],
    site: Option<&'a str>,
    env: Option<&'a str>,
    flags: &'a [&'a str],
}

impl Case<'_> {
    fn load(&self) -> Result<Settings, Problems> {
        let flags: Vec<String> = self.flags.iter().map(|flag| (*flag).to_owned()).collect();
        load(&Request {
            file: self.file.map(|text| File {
                name: FILE,
                bytes: text.as_bytes(),
            }),
            site: self.site.map(|text| File {
                name: SITE_FILE,
                bytes: text.as_bytes(),
            }),
            env: self.env,
            flags: &flags,
            known: &known(),
            resolve: &|path| {
                let found = self.files.iter().find(|(name, _)| *name == path);
                Ok(found.map(|(_, text)| text.as_bytes().to_vec()))
            },
        })
    }
}

fn loaded(text: &str) -> Settings {
    let case = Case {
        file: Some(text),
        ..Case::default()
    };
    case.load().unwrap()
}

fn problems(text: &str) -> String {
    let case = Case {
        file: Some(text),
        ..Case::default()
    };
    case.load().unwrap_err().to_string()
}

fn line(settings: &Settings, key: &str) -> String {
    let text = show(settings);
    let line = text.lines().find(|line| line.split(" = ").next() == Some(key));
    line.unwrap_or("absent").to_owned()
}

#[test]
fn without_a_file_the_recommended_pack_counts() {
    let settings = Case::default().load().unwrap();
    let gate = &settings.gates[&Stage::PreCommit];
    assert_eq!(gate.deadline, Duration::from_secs(2));
    assert_eq!(gate.on_inconclusive, OnInconclusive::Warn);
    let high = Threshold {
        severity: Severity::High,
        confidence: Confidence::Medium,
    };
    assert_eq!(gate.block, Some(high));
    assert!(Selector::includes(&gate.checks, "secrets/anything"));
    assert!(!Selector::includes(&gate.checks, "message/fixup"));
    assert!(!settings.rules["message/conventional"].enabled);
    assert_eq!(settings.baseline_file, ".pantheon-baseline");
    assert_eq!(settings.limits.max_file_bytes, 16 << 20);
    assert_eq!(settings.limits.max_findings, 20);
    assert_eq!(settings.hooks.on_missing, OnMissing::Block);
}

#[test]
fn a_file_that_extends_nothing_by_name_extends_the_recommended_pack() {
    let settings = loaded("version = 1\n");
    assert_eq!(settings.digest, Case::default().load().unwrap().digest);
    let bare = loaded("version = 1\nextends = []\n");
    assert_eq!(
        line(&bare, "gates.ci.deadline"),
        "gates.ci.deadline = \"10s\"   # default"
    );
    assert_ne!(bare.digest, settings.digest);
}

#[test]
fn every_value_knows_where_it_is_written() {
    let settings = loaded("version = 1\n[gates.pre-commit]\nwarn = \"medium\"\n");
    assert_eq!(
        line(&settings, "gates.pre-commit.warn"),
        "gates.pre-commit.warn = \"medium\"   # .pantheon.toml:3"
    );
    assert_eq!(
        line(&settings, "gates.pre-commit.block"),
        "gates.pre-commit.block = \"high\"   # policies/recommended.toml:7"
    );
    assert_eq!(
        line(&settings, "gates.pre-push.severity.\"message/fixup\""),
        "gates.pre-push.severity.\"message/fixup\" = \"high\"   # policies/recommended.toml:29"
    );
    assert_eq!(
        line(&settings, "hooks.on-missing"),
        "hooks.on-missing = \"block\"   # default"
    );
}

#[test]
fn a_gate_takes_what_it_lacks_from_the_gate_it_extends() {
    let settings = loaded("version = 1\n[gates.pre-push]\nblock = \"never\"\n");
    assert_eq!(settings.gates[&Stage::Ci].block, None);
    assert_eq!(settings.gates[&Stage::Ci].on_inconclusive, OnInconclusive::Block);
    assert_eq!(settings.severities(Stage::Ci)["message/fixup"], Severity::High);
    assert!(
        !settings
            .severities(Stage::PreCommit)
            .contains_key("message/fixup")
    );
}

#[test]
fn the_severity_of_a_stage_wins_over_that_of_the_rule() {
    let settings = loaded("version = 1\nrules.\"message/fixup\".severity = \"info\"\n");
    assert_eq!(
        settings.severities(Stage::PrePush)["message/fixup"],
        Severity::High
    );
    assert_eq!(
        settings.severities(Stage::CommitMsg)["message/fixup"],
        Severity::Info
    );
}

#[test]
fn later_layers_win() {
    let case = Case {
        file: Some("version = 1\nextends = [\"./a.toml\"]\nlimits.max-findings = 3\n"),
        files: &[("a.toml", "limits = { max-findings = 2, max-file-bytes = 2000 }\n")],
        env: Some("limits.max-findings = 4; gates.ci.block = \"low\"\n"),
        flags: &["limits.max-findings = 5"],
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert_eq!(
        line(&settings, "limits.max-findings"),
        "limits.max-findings = 5   # --set"
    );
    assert_eq!(
        line(&settings, "limits.max-file-bytes"),
        "limits.max-file-bytes = 2000   # a.toml:1"
    );
    assert_eq!(
        line(&settings, "gates.ci.block"),
        "gates.ci.block = \"low\"   # PANTHEON_SET"
    );
    // A named pack that extends nothing replaces the usual one.
    assert_eq!(settings.rules.len(), 0);
}

#[test]
fn packs_may_extend_packs_and_count_once() {
    let case = Case {
        file: Some("version = 1\nextends = [\"./p/b.toml\", \"./p/c.toml\"]\n"),
        files: &[
            ("p/a.toml", "[limits]\nmax-findings = 1\n"),
            (
                "p/b.toml",
                "extends = [\"./a.toml\"]\n[limits]\nmax-findings = 2\n",
            ),
            ("p/c.toml", "extends = [\"./a.toml\"]\n"),
        ],
        ..Case::default()
    };
    assert_eq!(case.load().unwrap().limits.max_findings, 2);
}

#[test]
fn circles_and_missing_packs_are_told() {
    let case = Case {
        file: Some("version = 1\nextends = [\"./a.toml\"]\n"),
        files: &[
            ("a.toml", "extends = [\"./b.toml\"]\n"),
            ("b.toml", "extends = [\"./a.toml\"]\n"),
        ],
        ..Case::default()
    };
    assert_eq!(
        case.load().unwrap_err().to_string(),
        "b.toml:1:11: `extends` goes in a circle: a.toml -> b.toml -> a.toml"
    );
    assert_eq!(
        problems("version = 1\nextends = [\"recomended\"]\n"),
        ".pantheon.toml:2:11: there is no pack `recomended`; did you mean `recommended`?"
    );
    assert_eq!(
        problems("version = 1\nextends = [\"./x.toml\"]\n"),
        ".pantheon.toml:2:11: `x.toml` is not there"
    );
    assert_eq!(
        problems("version = 1\nextends = [\"./../x.toml\"]\n"),
        ".pantheon.toml:2:11: `./../x.toml` does not stay in the repository; the packs are `minimal`, \
         `recommended`, `strict`, `reviewed`; a file is named as `./file.toml`"
    );
    assert_eq!(
        problems("version = 1\nextends = [\"./.pantheon.toml\"]\n"),
        ".pantheon.toml:2:11: `extends` goes in a circle: .pantheon.toml -> .pantheon.toml"
    );
    assert_eq!(
        problems("version = 1\ngates.ci.extends = \"ci\"\n"),
        ".pantheon.toml:2:20: `extends` of the gate `ci` goes in a circle"
    );
}

#[test]
fn several_problems_are_told_each_with_its_place() {
    let text = "\
version = 1
extend = []
[gates.pre-commit]
blok = \"high\"
warn = \"hihg\"
deadline = 2
checks = [\"rules\",
  \"text/merge-markr\", \"txt/*\"]
[gates.pre-comit]
[rules.\"text/trailing-whitespaces\"]
[[waivers]]
fingerprint = \"12\"
";
    assert_eq!(
        problems(text),
        "\
.pantheon.toml:2:1: unknown key `extend`; did you mean `extends`?
.pantheon.toml:4:1: unknown key `blok` in `gates.pre-commit`; did you mean `block`?
.pantheon.toml:5:8: expected one of `info`, `low`, `medium`, `high`, `critical`, found `hihg`; did you mean `high`?
.pantheon.toml:6:12: expected a text, found a whole number
.pantheon.toml:8:3: unknown check `text/merge-markr`; did you mean `text/merge-marker`?
.pantheon.toml:8:23: unknown check `txt/*`
.pantheon.toml:9:8: unknown key `pre-comit` in `gates`; did you mean `pre-commit`?
.pantheon.toml:10:8: unknown rule `text/trailing-whitespaces`; did you mean `text/trailing-whitespace`?
.pantheon.toml:11:1: `by` is missing in `waivers`
.pantheon.toml:11:1: `expires` is missing in `waivers`
.pantheon.toml:11:1: `reason` is missing in `waivers`
.pantheon.toml:12:15: expected 12 to 32 lowercase hexadecimal digits"
    );
}

#[test]
fn options_are_checked_against_what_the_rule_says() {
    let good = loaded(
        "version = 1\n[rules.\"message/subject-length\"]\nmax = 50\ntypes = [\"a\"]\nloud = true\nword = \"w\"\n",
    );
    let options = &good.rules["message/subject-length"].options;
    assert_eq!(options["max"], Choice::Int(50));
    assert_eq!(options["types"], Choice::Texts(vec!["a".to_owned()]));
    assert_eq!(options["loud"], Choice::Bool(true));
    assert_eq!(options["word"], Choice::Text("w".to_owned()));
    assert_eq!(
        problems("version = 1\n[rules.\"message/subject-length\"]\nmaxx = 50\ntypes = 1\nloud = 1.5\n"),
        "\
.pantheon.toml:3:1: the rule `message/subject-length` has no option `maxx`; did you mean `max`?
.pantheon.toml:4:9: expected a list of texts for `types`
.pantheon.toml:5:8: expected a whole number, a switch, a text or a list of texts, found a fraction"
    );
}

#[test]
fn broken_toml_is_one_line_with_a_place() {
    assert_eq!(
        problems("version = 1\n[gates\n"),
        ".pantheon.toml:2:7: broken TOML: unclosed table, expected `]`"
    );
    assert_eq!(problems("a = 1\na = 2\n").lines().count(), 1);
    let deep = format!(
        "version = 1\nextends = {}{}\n",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert!(problems(&deep).starts_with(".pantheon.toml:2:"));
    let dotted = format!("{} = 1\n", vec!["a"; 5000].join("."));
    assert!(problems(&dotted).starts_with(".pantheon.toml:1:"));
}

#[test]
fn the_version_must_be_there_and_known() {
    assert_eq!(
        problems(""),
        ".pantheon.toml:1:1: `version` is missing; write `version = 1`"
    );
    assert_eq!(
        problems("version = 2\n"),
        ".pantheon.toml:1:11: expected `1`, the only version there is, found `2`"
    );
}

#[test]
fn key_material_is_refused_and_not_repeated() {
    let token = format!("sk-{}", "a1B2".repeat(6));
    let text = format!(
        "version = 1\napi-key = \"{token}\"\n[providers.x]\ntoken = \"{token}\"\n\
         [baseline]\nfile = \"{token}\"\n[gates.ci]\nwarn = \"{token}\"\n"
    );
    let told = problems(&text);
    assert!(!told.contains(&token));
    let lines: Vec<&str> = told
        .lines()
        .map(|line| line.split("; ").next().unwrap())
        .collect();
    assert_eq!(
        lines,
        [
            ".pantheon.toml:2:1: `api-key` looks like key material, which has no place here",
            ".pantheon.toml:4:1: `token` looks like key material, which has no place here",
            ".pantheon.toml:6:8: this value looks like a key or a token",
            ".pantheon.toml:8:8: this value looks like a key or a token",
        ]
    );
}

#[test]
fn path_entries_keep_their_order_and_own_ones_come_first() {
    let case = Case {
        file: Some(
            "version = 1\nextends = [\"./a.toml\"]\n[[paths]]\nmatch = [\"a/**\"]\nseverity-cap = \"low\"\n\
             [[paths]]\nmatch = [\"b/**\"]\nexclude = true\nchecks = [\"!text/*\"]\n",
        ),
        files: &[("a.toml", "[[paths]]\nmatch = [\"c\"]\n")],
        ..Case::default()
    };
    let settings = case.load().unwrap();
    let origins: Vec<&str> = settings.paths.iter().map(|entry| entry.origin.as_str()).collect();
    assert_eq!(origins, [".pantheon.toml:3", ".pantheon.toml:6", "a.toml:1"]);
    assert_eq!(settings.paths[0].severity_cap, Some(Severity::Low));
    assert!(settings.paths[1].exclude);
    assert_eq!(
        problems("version = 1\n[[paths]]\nmatch = [\"a\", \"{b\"]\n"),
        ".pantheon.toml:3:15: the brackets or braces of the pattern do not match; put `\\` before one that \
         is meant as such"
    );
}

#[test]
fn patterns_keep_the_place_of_each_key() {
    let settings = loaded(
        "version = 1\n[[pattern]]\nid = \"acme/host\"\nsummary = \"host\"\nregex = 'x'\nkeywords = [\"xyz\"]\nentropy = 3\n\
         [rules.\"acme/host\"]\nenabled = false\n[gates.ci]\nchecks = [\"acme\", \"acme/host\"]\n",
    );
    let pattern = &settings.patterns[0];
    assert_eq!(pattern.place("regex").to_string(), ".pantheon.toml:5");
    assert_eq!(pattern.place("allow").to_string(), ".pantheon.toml:2");
    assert_eq!((pattern.entropy, pattern.severity), (3.0, Severity::Medium));
    assert!(!pattern.placeholder);
    assert_eq!(
        problems(
            "version = 1\n[[pattern]]\nid = \"message/fixup\"\nsummary = \"s\"\nregex = 'x'\nkeywords = [\"xyz\"]\n"
        ),
        ".pantheon.toml:3:6: there is a rule `message/fixup` already; give the pattern another id"
    );
    let twice = "[[pattern]]\nid = \"a/b\"\nsummary = \"s\"\nregex = 'x'\nkeywords = [\"xyz\"]\n".repeat(2);
    assert_eq!(
        problems(&format!("version = 1\n{twice}")),
        ".pantheon.toml:8:6: the pattern `a/b` stands here twice"
    );
}

#[test]
fn a_day_may_be_written_as_text_or_as_date() {
    let waiver = |expires: &str| {
        format!(
            "version = 1\n[[waivers]]\nfingerprint = \"0123456789ab\"\nreason = \"r\"\nby = \"b\"\nexpires = {expires}\n"
        )
    };
    assert_eq!(loaded(&waiver("2030-01-31")).waivers[0].expires, "2030-01-31");
    let text = loaded(&waiver("\"2030-01-31\""));
    assert_eq!(text.waivers[0].origin, ".pantheon.toml:2");
    for bad in ["\"2030-02-30\"", "\"tomorrow\"", "2030-01-31T00:00:00Z", "1"] {
        assert!(
            problems(&waiver(bad)).starts_with(".pantheon.toml:6:11: expected "),
            "{bad}"
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_problem() {
    loaded("\u{feff}version = 1\n");
}

#[test]
fn depth_is_bounded() {
    let dotted = vec!["a"; 79].join(".");
    let nested = |deep: usize, open: &str, close: &str| {
        let open = format!("{dotted} = {open}").repeat(deep);
        format!("version = 1\n{open}b = 1{}\n", close.repeat(deep))
    };
    assert!(problems(&nested(8, "{", "}")).starts_with(".pantheon.toml:2:1: unknown key `a`"));
    for (open, close) in [
        ("{", "}"),
        ("{x=[}", "]}"),
        ("{x=[{", "}]}"),
        ("{x=[}],", "}"),
        ("{", ""),
        ("[{", ""),
    ] {
        let told = problems(&nested(79, open, close));
        assert!(
            told.contains(": brackets stand more than 8 deep in one another"),
            "{told}"
        );
    }
}

#[test]
fn assignments_name_their_source() {
    let told = |env, flags| {
        let case = Case {
            env,
            flags,
            ..Case::default()
        };
        case.load().unwrap_err().to_string()
    };
    assert_eq!(
        told(None, &["gates.ci.blok = 1"]),
        "--set: unknown key `blok` in `gates.ci`; did you mean `block`?"
    );
    assert!(told(Some("gates.ci.block = low"), &[]).starts_with("PANTHEON_SET: broken TOML: "));
    assert_eq!(
        told(None, &["extends = []"]),
        "--set: `extends` can only stand in a file"
    );
}

#[test]
fn the_digest_depends_on_what_counts_alone() {
    let one = loaded("version = 1\n[limits]\nmax-findings = 3\n");
    let other = loaded("# a comment\nversion = 1\nlimits = { max-findings = 3 }\n");
    assert_eq!(one.digest, other.digest);
    assert_eq!(one.digest.len(), 64);
    assert_ne!(
        one.digest,
        loaded("version = 1\n[limits]\nmax-findings = 4\n").digest
    );
}

#[test]
fn shipped_packs_load_and_differ() {
    let digest = |name: &str| {
        loaded(&format!("version = 1\nextends = [\"{name}\"]\n"))
            .digest
            .to_string()
    };
    let mut digests: Vec<String> = PACKS.iter().map(|pack| digest(pack.name)).collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), PACKS.len());
    let strict = loaded("version = 1\nextends = [\"strict\"]\n");
    assert!(strict.rules.values().all(|rule| rule.enabled));
    assert_eq!(
        strict.gates[&Stage::Manual].on_inconclusive,
        OnInconclusive::Block
    );
    let told = check_packs(&known()).unwrap_err().to_string();
    assert_eq!(
        told.lines().next(),
        Some("policies/minimal.toml:5:43: unknown check `text/bidi-control`")
    );
}
