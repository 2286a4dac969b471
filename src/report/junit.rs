//! JUnit's XML, in the form that both the schema of Ant and that of Jenkins accept.
//!
//! What blocks is a failed test, what was not looked at is an error where it keeps the verdict open, what is
//! allowed is a skipped test. Warnings pass, as the gate lets them, and stand in the output. The gate itself is
//! the first test, so that a report without findings holds one that passed.

use super::brief::{self, Level};
use super::{Options, xml};
use crate::model::{Decision, Disposition, Finding, Report};
use std::fmt::Write as _;

/// Writes a report as one suite.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    let tests = tests(report);
    let of = |outcome| tests.iter().filter(|test| test.outcome == outcome).count();
    let seconds = format!(
        "{}.{:03}",
        report.elapsed.as_secs(),
        report.elapsed.subsec_millis()
    );
    let stage = report.verdict.stage.name();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let _ = writeln!(
        out,
        "  <testsuite name=\"{stage}\" package=\"pantheon\" id=\"0\" timestamp=\"{}\" hostname=\"localhost\" \
         tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{seconds}\">\n    <properties>",
        options.started(report),
        tests.len(),
        of(Outcome::Failure),
        of(Outcome::Error),
        of(Outcome::Skipped),
    );
    let properties = [
        ("decision", report.verdict.decision.name().to_owned()),
        ("subject", report.verdict.subject.to_string()),
        ("policy", report.verdict.policy_digest.to_string()),
    ];
    let shard = report.part.as_ref().map(|part| ("shard", part.shard.to_string()));
    for (name, value) in properties.into_iter().chain(shard) {
        let _ = writeln!(
            out,
            "      <property name=\"{name}\" value=\"{}\"/>",
            xml::text(&value)
        );
    }
    out.push_str("    </properties>\n");
    tests.iter().for_each(|test| write(&mut out, test));
    let _ = writeln!(out, "    <system-out>{}</system-out>", said(report));
    out.push_str("    <system-err></system-err>\n  </testsuite>\n</testsuites>\n");
    out.into_bytes()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

struct Test {
    name: String,
    class: String,
    outcome: Outcome,
    message: String,
}

fn tests(report: &Report) -> Vec<Test> {
    let mut tests = vec![gate(report)];
    tests.extend(report.findings.iter().map(test));
    let gaps = report.left_out.iter().filter(|item| item.inconclusive);
    tests.extend(gaps.map(|item| Test {
        name: brief::gap(item),
        class: "coverage".to_owned(),
        outcome: Outcome::Error,
        message: item.why.clone(),
    }));
    tests
}

fn gate(report: &Report) -> Test {
    let outcome = match report.verdict.decision {
        Decision::Pass | Decision::Warn => Outcome::Passed,
        Decision::Block => Outcome::Failure,
        Decision::Inconclusive => Outcome::Error,
    };
    let reasons: Vec<&str> = report.verdict.reasons.iter().map(|r| r.text.as_str()).collect();
    Test {
        name: brief::of_share(report, &format!("the gate {}", report.verdict.stage.name())),
        class: "gate".to_owned(),
        outcome,
        message: reasons.join("; "),
    }
}

fn test(finding: &Finding) -> Test {
    let (outcome, message) = match &finding.disposition {
        Disposition::Block => (Outcome::Failure, brief::sentence(finding)),
        Disposition::Warn | Disposition::Note => (Outcome::Passed, String::new()),
        Disposition::Suppressed(why) => (Outcome::Skipped, format!("suppressed: {why}")),
        Disposition::Waived(why) => (Outcome::Skipped, format!("waived: {why}")),
        Disposition::Baseline => (Outcome::Skipped, "held by the baseline".to_owned()),
    };
    Test {
        name: format!("{}: {}", brief::place(finding), finding.message),
        class: finding.check.replace('/', "."),
        outcome,
        message,
    }
}

fn write(out: &mut String, test: &Test) {
    let (name, class) = (xml::text(&test.name), xml::text(&test.class));
    let message = xml::text(&test.message);
    let _ = write!(
        out,
        "    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\""
    );
    let _ = match test.outcome {
        Outcome::Passed => writeln!(out, "/>"),
        Outcome::Skipped => writeln!(out, "><skipped message=\"{message}\"></skipped></testcase>"),
        Outcome::Failure => {
            writeln!(
                out,
                "><failure type=\"{class}\" message=\"{message}\">{name}</failure></testcase>"
            )
        }
        Outcome::Error => writeln!(
            out,
            "><error type=\"{class}\" message=\"{message}\">{name}</error></testcase>"
        ),
    };
}

/// The warnings and notes, and what else a reader must know.
fn said(report: &Report) -> String {
    let quiet = brief::open(report).filter(|(level, _)| *level != Level::Error);
    let line = |(level, finding): (Level, &Finding)| {
        let said = brief::sentence(finding);
        format!(
            "{}: {}: {said} [{}]",
            brief::place(finding),
            level.name(),
            finding.check
        )
    };
    let lines = quiet.map(line).chain(brief::remarks(report));
    lines.map(|line| xml::text(&line) + "\n").collect()
}
