//! The site file tightens, and nothing more.

use super::*;

#[test]
fn a_site_file_tightens() {
    let site = "\
extends = [\"minimal\"]
[gates.pre-commit]
block = \"medium\"
warn = \"high\"
checks = [\"message/fixup\", \"!text/*\"]
deadline = \"5s\"
[gates.pre-commit.severity]
\"message/fixup\" = \"low\"
[gates.ci]
on-inconclusive = \"warn\"
[rules.\"text/final-newline\"]
enabled = true
[suppressions]
inline = false
[[paths]]
match = [\"x\"]
[limits]
max-findings = 1
";
    let case = Case {
        file: Some("version = 1\n"),
        site: Some(site),
        flags: &["gates.pre-commit.block = \"critical\""],
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert_eq!(
        line(&settings, "gates.pre-commit.block"),
        "gates.pre-commit.block = \"medium\"   # /etc/pantheon/site.toml:3"
    );
    let checks = &settings.gates[&Stage::PreCommit].checks;
    assert!(Selector::includes(checks, "message/fixup") && Selector::includes(checks, "text/x"));
    assert_eq!(settings.gates[&Stage::PreCommit].deadline, Duration::from_secs(5));
    assert!(settings.rules["text/final-newline"].enabled);
    assert!(!settings.suppressions.inline);
    let ignored: Vec<&str> = settings
        .notes
        .iter()
        .map(|note| note.split(" is ignored").next().unwrap())
        .collect();
    assert_eq!(
        ignored,
        [
            "`gates.ci.on-inconclusive = \"warn\"` at /etc/pantheon/site.toml:10",
            "`gates.pre-commit.checks = [\"message/fixup\", \"!text/*\"]` at /etc/pantheon/site.toml:5",
            "`gates.pre-commit.severity.\"message/fixup\" = \"low\"` at /etc/pantheon/site.toml:8",
            "`gates.pre-commit.warn = \"high\"` at /etc/pantheon/site.toml:4",
            "`limits.max-findings = 1` at /etc/pantheon/site.toml:18",
            "`[[paths]]` at /etc/pantheon/site.toml:15",
        ]
    );
}

#[test]
fn a_site_file_blocks_what_either_line_blocks() {
    let case = Case {
        site: Some("[gates.ci]\nblock = { severity = \"low\", confidence = \"high\" }\n"),
        ..Case::default()
    };
    let settings = case.load().unwrap();
    let block = Threshold {
        severity: Severity::Low,
        confidence: Confidence::Medium,
    };
    assert_eq!(settings.gates[&Stage::Ci].block, Some(block));
    assert_eq!(
        settings.notes,
        [
            "`gates.ci.block = { severity = \"low\", confidence = \"high\" }` at /etc/pantheon/site.toml:2 is \
          ignored where it loosens: a site file can only tighten"
        ]
    );
    let never = Case {
        file: Some("version = 1\n[gates.ci]\nblock = \"never\"\n"),
        ..case
    };
    let block = Threshold {
        severity: Severity::Low,
        confidence: Confidence::High,
    };
    assert_eq!(never.load().unwrap().gates[&Stage::Ci].block, Some(block));
}

#[test]
fn a_site_file_cannot_loosen_a_switch() {
    let case = Case {
        file: Some(
            "version = 1\n[suppressions]\ninline = false\n[rules.\"message/fixup\"]\nenabled = true\n",
        ),
        site: Some(
            "[suppressions]\ninline = true\nrequire-reason = false\n[rules.\"message/fixup\"]\nenabled = false\n\
             [hooks]\non-missing = \"warn\"\n[limits]\nmax-file-bytes = 2000\n",
        ),
        ..Case::default()
    };
    let settings = case.load().unwrap();
    assert!(!settings.suppressions.inline && settings.suppressions.require_reason);
    assert!(settings.rules["message/fixup"].enabled);
    assert_eq!(settings.hooks.on_missing, OnMissing::Block);
    assert_eq!(settings.limits.max_file_bytes, 16 << 20);
    assert_eq!(settings.notes.len(), 5);
}
