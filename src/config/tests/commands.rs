//! What a configuration says about commands.

use super::*;
use crate::model::Selector;

const FILE: &str = "version = 1\n[commands.lint]\nrun = [\"ruff\", \"check\"]\noutput = \"sarif\"\nok-exit = [0, 3]\n\
                    env = [\"A\"]\nwhen = { paths = [\"**/*.py\"] }\n[commands.tests]\nrun = [\"make\", \"test\"]\n\
                    [gates.ci]\nchecks = [\"commands\", \"!commands/tests\"]\n";

#[test]
fn everything_about_commands_is_read() {
    let settings = loaded(FILE);
    let lint = &settings.commands["lint"];
    assert_eq!(
        (lint.run.join(" ").as_str(), lint.output.as_str()),
        ("ruff check", "sarif")
    );
    assert_eq!(lint.ok_exit.as_deref(), Some(&[0, 3][..]));
    assert_eq!(
        (lint.paths.join(""), lint.env.join("")),
        ("**/*.py".to_owned(), "A".to_owned())
    );
    assert_eq!(
        (lint.error, lint.severity, lint.files),
        (Severity::High, Severity::Medium, false)
    );
    let tests = &settings.commands["tests"];
    assert_eq!(
        (tests.output.as_str(), &tests.ok_exit, &tests.filter),
        ("none", &None, &None)
    );
    assert_eq!(tests.place("run").to_string(), ".pantheon.toml:9");
}

#[test]
fn rules_do_not_name_commands() {
    let checks = &loaded(FILE).gates[&Stage::Ci].checks;
    assert!(Selector::includes(checks, "commands/lint"));
    assert!(!Selector::includes(checks, "commands/tests"));
    let rules = &loaded("version = 1\n").gates[&Stage::Ci].checks;
    assert!(Selector::includes(rules, "text/x") && !Selector::includes(rules, "commands/lint"));
    assert_eq!(
        problems(&FILE.replace("!commands/tests", "commands/tets")),
        ".pantheon.toml:11:23: unknown check `commands/tets`; did you mean `commands/tests`?"
    );
}

#[test]
fn what_runs_must_be_trusted_unless_the_user_wrote_it() {
    let wanted = [
        "commands.lint.env = [\"A\"]",
        "commands.lint.run = [\"ruff\", \"check\"]",
        "commands.tests.run = [\"make\", \"test\"]",
    ];
    assert_eq!(loaded(FILE).models.to_trust, wanted);
    let flag = Case {
        file: Some("version = 1\n"),
        flags: &["commands.lint.run = [\"ruff\"]"],
        ..Case::default()
    };
    assert_eq!(flag.load().unwrap().models.to_trust, Vec::<String>::new());
}
