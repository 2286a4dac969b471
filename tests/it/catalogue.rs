//! `docs/rules.md`, the catalogue of rules, and the table of families in the README.

use crate::generated;
use pantheon::app::settings;
use pantheon::model::{Category, OptionKind, OptionSpec, RuleInfo};
use std::fmt::Write;

/// The families in the order of the pages, each with what it looks for.
pub const FAMILIES: [(Category, &str, &str); 7] = [
    (
        Category::Secrets,
        "secrets",
        "credentials: keys, tokens, passwords in addresses and assignments",
    ),
    (
        Category::Hazard,
        "hazard",
        "code that is dangerous, or left over from work",
    ),
    (
        Category::Injection,
        "injection",
        "text that speaks to whoever reviews the change: claims of a review, orders to look away",
    ),
    (
        Category::Text,
        "text",
        "the text of a file: merge markers, hidden characters, syntax, white space",
    ),
    (
        Category::Repository,
        "repository",
        "names, modes, sizes, links and submodules",
    ),
    (Category::Message, "message", "the commit message"),
    (
        Category::Policy,
        "policy",
        "changes to the gate itself, and comments that silence a scanner",
    ),
];

const HEAD: &str = "\
# Rules

Every shipped rule: what it finds, why that matters, what to do. `pantheon rules explain <id>` prints the
same, with the severity that your policy gives it; `pantheon rules list` lists them all. This page is made from
the rules themselves.

Severity and confidence are those of a rule that nobody configured; `[rules.\"<id>\"]` in `.pantheon.toml`
changes the first, and switches a rule off. A rule marked *history* is searched for in each pushed commit,
for what it finds does harm even if a later commit takes it away.
";

const NO_EXAMPLES: &str = "
All of them are searched for in each pushed commit, and what they find is never printed. No examples stand
here, for they would alarm every scanner that reads this page: `pantheon rules explain` shows one.

";

#[test]
fn the_catalogue_is_that_of_the_program() {
    let all = settings::rules(None);
    let mut page = HEAD.to_owned();
    for (category, name, about) in FAMILIES {
        write!(page, "\n## {name}\n\nLooks at {about}.\n").unwrap();
        let rules: Vec<&RuleInfo> = all.iter().filter(|info| info.category() == category).collect();
        match category {
            Category::Secrets => write_secrets(&mut page, &rules),
            _ => rules.iter().for_each(|info| write_rule(&mut page, info)),
        }
    }
    generated::holds("docs/rules.md", &page);
}

#[test]
fn the_readme_counts_the_rules() {
    let all = settings::rules(None);
    let mut table = format!(
        "{} rules:\n\n| family | rules | looks at |\n|---|---:|---|\n",
        all.len()
    );
    for (category, name, about) in FAMILIES {
        let count = all.iter().filter(|info| info.category() == category).count();
        writeln!(table, "| [`{name}`](docs/rules.md#{name}) | {count} | {about} |").unwrap();
    }
    generated::holds_part("README.md", "rules", &table);
}

#[test]
fn no_rule_is_in_no_family() {
    for info in settings::rules(None) {
        assert!(
            FAMILIES.iter().any(|(category, ..)| *category == info.category()),
            "{}",
            info.id
        );
    }
}

/// Writes the rules for secrets as a table. Text in the form of a key would alarm whatever scanner reads
/// the page, so there are no examples.
fn write_secrets(page: &mut String, rules: &[&RuleInfo]) {
    page.push_str(NO_EXAMPLES);
    page.push_str("| rule | finds | severity | confidence | why | what to do |\n|---|---|---|---|---|---|\n");
    for info in rules {
        let RuleInfo {
            id,
            summary,
            why,
            fix,
            ..
        } = info;
        let (severity, confidence) = (info.severity.name(), info.confidence.name());
        writeln!(
            page,
            "| `{id}` | {summary} | {severity} | {confidence} | {why} | {fix} |"
        )
        .unwrap();
    }
}

fn write_rule(page: &mut String, info: &RuleInfo) {
    let (severity, confidence) = (info.severity.name(), info.confidence.name());
    let history = if info.history { " · history" } else { "" };
    write!(
        page,
        "\n### `{}`\n\n{}: {severity} severity, {confidence} confidence{history}\n\n",
        info.id, info.summary
    )
    .unwrap();
    writeln!(page, "{} {}", info.why, info.fix).unwrap();
    write_example(page, "found", &info.bad);
    write_example(page, "not found", &info.good);
    if !info.options.is_empty() {
        page.push_str("\n| option | default | meaning |\n|---|---|---|\n");
        info.options.iter().for_each(|option| write_option(page, option));
    }
}

/// Fences an example; characters that no reader would see are spelled out.
fn write_example(page: &mut String, what: &str, example: &str) {
    if example.is_empty() {
        return;
    }
    let fence = if example.contains("```") { "````" } else { "```" };
    write!(page, "\n{what}:\n\n{fence}text\n").unwrap();
    for line in example.trim_end_matches('\n').split('\n') {
        let end = line.trim_end_matches(' ').len();
        let shown: String = line[..end].chars().map(spelled).collect();
        writeln!(page, "{shown}{}", "\\x20".repeat(line.len() - end)).unwrap();
    }
    writeln!(page, "{fence}").unwrap();
}

fn spelled(c: char) -> String {
    match c {
        c if c.is_ascii_graphic() || c == ' ' => c.to_string(),
        c if c.is_alphanumeric() || "…—–’“”→§✔".contains(c) => c.to_string(),
        c => c.escape_default().to_string(),
    }
}

fn write_option(page: &mut String, option: &OptionSpec) {
    let default = match option.kind {
        OptionKind::Int(n) => n.to_string(),
        OptionKind::Bool(on) => on.to_string(),
        OptionKind::Texts(list) => format!("{list:?}"),
        OptionKind::Text(text) => format!("{text:?}"),
    };
    let doc = option.doc.replace('|', "\\|");
    writeln!(
        page,
        "| `{}` | `{}` | {doc} |",
        option.name,
        default.replace('|', "\\|")
    )
    .unwrap();
}
