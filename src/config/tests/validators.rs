//! What a configuration says about validators, and when what models say blocks.

use super::*;
use crate::model::ModelThreshold;

const HIGH: Threshold = Threshold {
    severity: Severity::High,
    confidence: Confidence::Medium,
};

const TWO: ModelThreshold = ModelThreshold {
    severity: Severity::High,
    confidence: Confidence::Low,
    agreement: 2,
    falsified: false,
};

fn with_block(block: &str) -> String {
    format!("version = 1\n[gates.ci]\nblock = {block}\n")
}

/// Returns what blocks at the gate `ci`.
fn blocks(block: &str) -> (Option<Threshold>, Option<ModelThreshold>) {
    let settings = loaded(&with_block(block));
    let gate = &settings.gates[&Stage::Ci];
    (gate.block, gate.block_models)
}

#[test]
fn one_line_counts_for_rules_and_for_validators() {
    assert_eq!(blocks("\"high\""), (Some(HIGH), Some(TWO)));
    assert_eq!(blocks("\"never\""), (None, None));
    let (rules, models) = blocks("{ severity = \"low\", confidence = \"high\" }");
    let line = Threshold {
        severity: Severity::Low,
        confidence: Confidence::High,
    };
    let two = ModelThreshold {
        severity: Severity::Low,
        ..TWO
    };
    assert_eq!((rules, models), (Some(line), Some(two)));
}

#[test]
fn each_half_can_have_a_line_of_its_own() {
    assert_eq!(
        blocks("{ rules = \"never\", validators = \"high\" }"),
        (None, Some(TWO))
    );
    let critical = Threshold {
        severity: Severity::Critical,
        confidence: Confidence::Low,
    };
    assert_eq!(
        blocks("{ rules = { severity = \"critical\", confidence = \"low\" }, validators = \"never\" }"),
        (Some(critical), None)
    );
    let all = "{ severity = \"medium\", confidence = \"high\", agreement = 0, falsified = true }";
    let stands = ModelThreshold {
        severity: Severity::Medium,
        confidence: Confidence::High,
        agreement: 0,
        falsified: true,
    };
    assert_eq!(
        blocks(&format!("{{ validators = {all} }}")),
        (Some(HIGH), Some(stands))
    );
    assert_eq!(blocks("{ validators = { severity = \"high\" } }").1, Some(TWO));
}

#[test]
fn a_half_that_is_left_out_is_as_by_default() {
    let case = Case {
        file: Some("version = 1\nextends = [\"strict\"]\n[gates.ci.block]\nvalidators = \"never\"\n"),
        ..Case::default()
    };
    let gate = &case.load().unwrap().gates[&Stage::Ci];
    assert_eq!((gate.block, gate.block_models), (Some(HIGH), None));
    assert_eq!(blocks("{ rules = \"never\" }"), (None, Some(TWO)));
}

#[test]
fn what_is_wrong_in_a_block_has_its_place() {
    for (block, told) in [
        (
            "2",
            "3:9: expected a severity, `never` or a table, found a whole number",
        ),
        ("{}", "3:9: `severity` is missing in `block`"),
        (
            "{ rule = \"high\" }",
            "3:11: unknown key `rule` in `block`; did you mean `rules`?",
        ),
        (
            "{ rules = \"high\", severity = \"high\" }",
            "3:27: unknown key `severity` in `block`; write `severity` within `rules` or `validators`",
        ),
        (
            "{ rules = [] }",
            "3:19: expected a severity, `never` or a table, found a list",
        ),
        (
            "{ rules = { severity = \"high\", agreement = 2 } }",
            "3:40: unknown key `agreement` in `block.rules`",
        ),
        (
            "{ rules = { confidence = \"high\" } }",
            "3:19: `severity` is missing in `block.rules`",
        ),
        (
            "{ validators = \"nevr\" }",
            "3:24: expected one of `info`, `low`, `medium`, `high`, `critical`, `never`, found `nevr`; \
             did you mean `never`?",
        ),
        (
            "{ validators = { agreement = 3 } }",
            "3:24: `severity` is missing in `block.validators`",
        ),
        (
            "{ validators = { severity = \"high\", agrement = 3 } }",
            "3:45: unknown key `agrement` in `block.validators`; did you mean `agreement`?",
        ),
        (
            "{ validators = { severity = \"high\", confidence = \"lo\" } }",
            "3:58: expected one of `low`, `medium`, `high`, found `lo`; did you mean `low`?",
        ),
        (
            "{ validators = { severity = \"high\", agreement = 10 } }",
            "3:57: expected a number from 0 to 9, found `10`",
        ),
        (
            "{ validators = { severity = \"high\", falsified = \"no\" } }",
            "3:57: expected `true` or `false`, found a text",
        ),
        (
            "{ validators = { severity = \"high\", agreement = 0 } }",
            "3:57: with `agreement = 0` and without `falsified = true` nothing could ever block; \
             write `validators = \"never\"` if that is meant",
        ),
    ] {
        assert_eq!(problems(&with_block(block)), format!(".pantheon.toml:{told}"));
    }
}

#[test]
fn what_is_shown_of_a_block_says_the_same_again() {
    for block in [
        "\"high\"",
        "\"never\"",
        "{ severity = \"high\", confidence = \"low\" }",
        "{ rules = \"never\", validators = \"high\" }",
        "{ rules = \"high\", validators = \"never\" }",
        "{ rules = { severity = \"low\", confidence = \"high\" }, validators = \"medium\" }",
        "{ rules = \"high\", validators = { severity = \"high\", confidence = \"medium\", agreement = 0, falsified = true } }",
    ] {
        let shown = line(&loaded(&with_block(block)), "gates.ci.block");
        assert_eq!(shown, format!("gates.ci.block = {block}   # .pantheon.toml:3"));
    }
    for (written, shown) in [
        ("{ rules = \"high\" }", "\"high\""),
        (
            "{ validators = { severity = \"high\", agreement = 2 } }",
            "\"high\"",
        ),
        (
            "{ validators = \"never\" }",
            "{ rules = \"high\", validators = \"never\" }",
        ),
        (
            "{ rules = \"low\", validators = { severity = \"low\" } }",
            "\"low\"",
        ),
    ] {
        let line = line(&loaded(&with_block(written)), "gates.ci.block");
        assert_eq!(line, format!("gates.ci.block = {shown}   # .pantheon.toml:3"));
        assert_eq!(blocks(written), blocks(shown));
    }
}

#[test]
fn one_model_that_blocks_alone_gets_one_note() {
    let alone = "block = { validators = { severity = \"high\", agreement = 1 } }";
    let settings = loaded(&format!("version = 1\n[gates.pre-push]\n{alone}\n"));
    // The gate `ci` extends it.
    assert_eq!(settings.gates[&Stage::Ci].block_models.unwrap().agreement, 1);
    assert_eq!(
        settings.notes,
        ["`agreement = 1` at .pantheon.toml:3: one model alone is wrong about every second time"]
    );
    assert_eq!(loaded(&with_block("\"high\"")).notes, Vec::<String>::new());
}

#[test]
fn a_site_file_tightens_each_half() {
    let tightened = |file: &str, site: &str| {
        let (file, site) = (with_block(file), with_block(site).replace("version = 1\n", ""));
        let case = Case {
            file: Some(&file),
            site: Some(&site),
            ..Case::default()
        };
        let settings = case.load().unwrap();
        let shown = line(&settings, "gates.ci.block");
        let shown = shown.trim_start_matches("gates.ci.block = ").to_owned();
        (shown, settings.notes)
    };
    let (shown, notes) = tightened(
        "{ rules = \"high\", validators = { severity = \"high\", agreement = 3 } }",
        "{ validators = { severity = \"medium\", agreement = 0, falsified = true } }",
    );
    assert_eq!(
        shown,
        "{ rules = \"high\", validators = { severity = \"medium\", confidence = \"low\", agreement = 3, \
         falsified = true } }   # /etc/pantheon/site.toml:2"
    );
    assert_eq!(
        notes,
        [
            "`gates.ci.block = { validators = { severity = \"medium\", confidence = \"low\", agreement = 0, falsified \
          = true } }` at /etc/pantheon/site.toml:2 is ignored where it loosens: a site file can only tighten"
        ]
    );
    let (shown, notes) = tightened("\"never\"", "{ validators = \"high\" }");
    assert_eq!(
        shown,
        "{ rules = \"never\", validators = \"high\" }   # /etc/pantheon/site.toml:2"
    );
    assert_eq!(notes, Vec::<String>::new());
    let (shown, notes) = tightened("\"high\"", "{ validators = \"never\" }");
    assert_eq!(shown, "\"high\"   # .pantheon.toml:3");
    assert_eq!(notes.len(), 1);
    let (shown, _) = tightened("{ rules = \"critical\" }", "{ rules = \"low\" }");
    assert_eq!(
        shown,
        "{ rules = \"low\", validators = \"high\" }   # /etc/pantheon/site.toml:2"
    );
}

const TABLES: &str = "\
version = 1
[validators.security]
enabled = false
agents = [\"a\", \"b\"]
when = { paths = [\"src/**\"], exclude = [\"**/x\"], languages = [\"rust\"] }
[validators.our-licences]
prompt = \"prompts/licences.md\"
kinds = [\"defect\", \"missing-test\"]
[review]
agents = [\"a\"]
falsifier = \"c\"
models = false
parallel = 32
tokens-per-unit = 1000
max-units = 500
rounds = 0
background = true
without-comments = true
canary = true
";

#[test]
fn everything_about_validators_is_read() {
    let review = loaded(TABLES).review;
    let security = &review.validators["security"];
    assert!(!security.enabled);
    assert_eq!(security.agents, ["a", "b"]);
    assert_eq!((&security.prompt, security.kinds.len()), (&None, 0));
    assert_eq!(security.paths, ["src/**"]);
    assert_eq!(security.exclude, ["**/x"]);
    assert_eq!(security.languages, ["rust"]);
    assert_eq!(security.place("agents").to_string(), ".pantheon.toml:4");
    let own = &review.validators["our-licences"];
    assert!(own.enabled && own.agents.is_empty() && own.paths.is_empty());
    assert_eq!(own.prompt.as_deref(), Some("prompts/licences.md"));
    assert_eq!(own.kinds, ["defect", "missing-test"]);
    let places = ["prompt", "agents"].map(|key| own.place(key).line);
    assert_eq!(places[0], 7);
    assert_eq!(places[1], own.origin.line);
    assert_eq!(
        (review.agents.as_slice(), review.falsifier.as_deref()),
        (&["a".to_owned()][..], Some("c"))
    );
    assert_eq!(
        review.place("falsifier").unwrap().to_string(),
        ".pantheon.toml:11"
    );
    assert_eq!((review.parallel, review.tokens_per_unit), (32, 1000));
    assert_eq!((review.units, review.rounds), (500, 0));
    assert!(!review.allowed && review.background && review.without_comments && review.canary);
}

#[test]
fn a_review_has_defaults() {
    let review = loaded("version = 1\n").review;
    assert!(review.validators.is_empty() && review.agents.is_empty() && review.falsifier.is_none());
    assert!(review.allowed && !review.background && !review.without_comments && !review.canary);
    assert_eq!((review.parallel, review.tokens_per_unit), (4, 8000));
    assert_eq!((review.units, review.rounds), (40, 5));
    assert_eq!(review.place("falsifier"), None);
}

#[test]
fn what_is_shown_of_validators_says_the_same_again() {
    let settings = loaded(TABLES);
    let text = show(&settings);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("validators.") || line.starts_with("review."))
        .collect();
    assert_eq!(
        lines[..5],
        [
            "validators.our-licences.kinds = [\"defect\", \"missing-test\"]   # .pantheon.toml:8",
            "validators.our-licences.prompt = \"prompts/licences.md\"   # .pantheon.toml:7",
            "validators.security.agents = [\"a\", \"b\"]   # .pantheon.toml:4",
            "validators.security.enabled = false   # .pantheon.toml:3",
            "validators.security.when = { paths = [\"src/**\"], exclude = [\"**/x\"], languages = [\"rust\"] }   \
             # .pantheon.toml:5",
        ]
    );
    assert_eq!(lines.len(), 5 + 10);
    let again = loaded(&format!("version = 1\n{}\n", lines.join("\n")));
    assert_eq!(again.digest, settings.digest);
    assert_ne!(again.digest, loaded("version = 1\n").digest);
}

#[test]
fn what_is_wrong_about_validators_has_its_place() {
    for (text, told) in [
        (
            "[validators.Security]\nenabled = true",
            "2:13: `Security` cannot name an entry of `validators`; write lowercase words with dashes, at most 40 letters",
        ),
        (
            "[validators.x]\nenabeld = true",
            "3:1: unknown key `enabeld` in `validators.x`; did you mean `enabled`?",
        ),
        (
            "[validators]\nx = 1",
            "3:5: expected a table, found a whole number",
        ),
        (
            "[validators.x]\nenabled = 1",
            "3:11: expected `true` or `false`, found a whole number",
        ),
        (
            "[validators.x]\nagents = \"a\"",
            "3:10: expected a list of names, found a text",
        ),
        (
            "[validators.x]\nagents = [\"a\", \"b c\"]",
            "3:16: `b c` is not a name; write letters, digits, `.`, `_`, `-`, `:` and `/`, at most 120",
        ),
        (
            "[validators.x]\nprompt = \"../x.md\"",
            "3:10: expected a path from the root of the repository that stays in it",
        ),
        (
            "[validators.x]\nkinds = \"defect\"",
            "3:9: expected a list of words, found a text",
        ),
        (
            "[validators.x]\nwhen = [\"src/**\"]",
            "3:8: expected a table of `paths`, `exclude` and `languages`, found a list",
        ),
        (
            "[validators.x]\nwhen = { path = [\"src/**\"] }",
            "3:10: unknown key `path` in `when`; did you mean `paths`?",
        ),
        (
            "[validators.x]\nwhen = { exclude = [\"/src\"] }",
            "3:21: patterns start at the root of the repository; leave out what stands before the first name",
        ),
        (
            "[review]\nfalsifier = 1",
            "3:13: expected a text, found a whole number",
        ),
        (
            "[review]\nagents = [1]",
            "3:11: expected a text, found a whole number",
        ),
        (
            "[review]\nmodels = \"no\"",
            "3:10: expected `true` or `false`, found a text",
        ),
        (
            "[review]\nparallel = 0",
            "3:12: expected a number from 1 to 32, found `0`",
        ),
        (
            "[review]\ntokens-per-unit = 200001",
            "3:19: expected a number from 1000 to 200000, found `200001`",
        ),
        (
            "[review]\nmax-units = 501",
            "3:13: expected a number from 1 to 500, found `501`",
        ),
        (
            "[review]\nrounds = 1001",
            "3:10: expected a number from 0 to 1000, found `1001`",
        ),
        (
            "[review]\nbackground = 1",
            "3:14: expected `true` or `false`, found a whole number",
        ),
        (
            "[review]\nwithout-comments = 1",
            "3:20: expected `true` or `false`, found a whole number",
        ),
        (
            "[review]\ncanary = 1",
            "3:10: expected `true` or `false`, found a whole number",
        ),
    ] {
        let found = problems(&format!("version = 1\n{text}\n"));
        assert_eq!(found, format!(".pantheon.toml:{told}"));
    }
    let kinds = problems("version = 1\n[validators.x]\nkinds = [\"defects\"]\n");
    assert!(kinds.starts_with(".pantheon.toml:3:10: expected one of `defect`, `security`, "));
    assert!(
        kinds.ends_with(", found `defects`; did you mean `defect`?"),
        "{kinds}"
    );
    let languages = problems("version = 1\n[validators.x]\nwhen = { languages = [\"rus\"] }\n");
    assert!(languages.starts_with(".pantheon.toml:3:23: expected one of `rust`, "));
    assert!(
        languages.ends_with(", found `rus`; did you mean `rust`?"),
        "{languages}"
    );
}

#[test]
fn a_site_file_can_forbid_models_and_nothing_else() {
    let case = Case {
        file: Some("version = 1\n"),
        site: Some(
            "[review]\nmodels = false\nparallel = 1\ncanary = true\n[validators.security]\nenabled = true\n\
             prompt = \"x.md\"\n",
        ),
        flags: &["review.models = true"],
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert!(!settings.review.allowed && !settings.review.canary);
    assert_eq!(settings.review.parallel, 4);
    assert!(settings.review.validators.is_empty());
    let ignored: Vec<&str> = settings
        .notes
        .iter()
        .map(|note| note.split(" is ignored").next().unwrap())
        .collect();
    assert_eq!(
        ignored,
        [
            "`review.canary = true` at /etc/pantheon/site.toml:4",
            "`review.parallel = 1` at /etc/pantheon/site.toml:3",
            "`validators.security.prompt = \"x.md\"` at /etc/pantheon/site.toml:7",
        ]
    );
    let loosened = Case {
        file: Some("version = 1\n[review]\nmodels = false\n"),
        site: Some("[review]\nmodels = true\n"),
        ..Case::default()
    };
    let settings = loosened.load().unwrap();
    assert!(!settings.review.allowed);
    assert_eq!(settings.notes.len(), 1);
}

#[test]
fn checks_can_name_validators() {
    let with = |names: &str| {
        format!("version = 1\n[validators.our-api]\nprompt = \"p.md\"\n[gates.ci]\nchecks = [{names}]\n")
    };
    let families = FAMILIES.iter().chain(VALIDATORS);
    let families: Vec<String> = families.map(|name| format!("\"validators/{name}\"")).collect();
    loaded(&with(&families.join(", ")));
    let settings = loaded(&with(
        "\"rules\", \"validators\", \"!validators/world\", \"validators/our-api\"",
    ));
    let checks = &settings.gates[&Stage::Ci].checks;
    for (id, included) in [
        ("text/x", true),
        ("validators/security", true),
        ("validators/world", false),
    ] {
        assert_eq!(Selector::includes(checks, id), included, "{id}");
    }
    loaded(&with("\"validators/*\", \"!validators/our-api\""));
    assert_eq!(
        problems(&with(
            "\"validator\", \"validators/secrity\", \"validators/our-apo\", \"nobody\""
        )),
        "\
.pantheon.toml:5:11: unknown check `validator`; did you mean `validators`?
.pantheon.toml:5:24: unknown check `validators/secrity`; did you mean `validators/security`?
.pantheon.toml:5:46: unknown check `validators/our-apo`; did you mean `validators/our-api`?
.pantheon.toml:5:68: unknown check `nobody`"
    );
}

#[test]
fn the_pack_lets_models_review_where_somebody_waits_anyway() {
    let settings = loaded("version = 1\nextends = [\"recommended\", \"reviewed\"]\n");
    let usual = loaded("version = 1\n");
    for (stage, seconds) in [(Stage::PrePush, 60), (Stage::Ci, 600), (Stage::Manual, 300)] {
        let (gate, before) = (&settings.gates[&stage], &usual.gates[&stage]);
        assert!(Selector::includes(&gate.checks, "validators/security"));
        assert_eq!(gate.deadline, Duration::from_secs(seconds));
        assert_eq!((gate.block, gate.block_models), (Some(HIGH), Some(TWO)));
        assert_eq!(gate.on_inconclusive, before.on_inconclusive);
        for id in ["text/x", "message/fixup"] {
            let asked = [gate, before].map(|gate| Selector::includes(&gate.checks, id));
            assert_eq!(asked[0], asked[1], "{id}");
        }
    }
    for stage in [Stage::PreCommit, Stage::CommitMsg] {
        assert_eq!(settings.gates[&stage], usual.gates[&stage]);
        assert!(!Selector::includes(
            &settings.gates[&stage].checks,
            "validators/security"
        ));
    }
    assert_eq!(settings.severities(Stage::Ci), usual.severities(Stage::Ci));
}

#[test]
fn the_template_loads_with_all_that_it_could_say() {
    let template = include_str!("../../../policies/template.toml");
    let said = |line: &str| {
        line.starts_with('[')
            || line
                .split(" = ")
                .next()
                .is_some_and(|key| line.contains(" = ") && !key.contains(' '))
    };
    let lines: Vec<&str> = template
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| said(rest)).unwrap_or(line))
        .collect();
    loaded(template);
    let settings = loaded(&lines.join("\n"));
    assert_eq!(settings.review.agents, ["first", "second"]);
    assert_eq!(settings.waivers.len(), 1);
}
