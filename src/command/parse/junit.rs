//! JUnit's XML: the tests that failed.

use super::xml::{self, Element, Part};
use super::{Error, Level, Parsed, Parser, Reported, Spot, Text, bounded};

/// Reads JUnit's XML.
pub const PARSER: Parser = Parser {
    name: "junit",
    about_change: true,
    parse,
};

/// How much of a failure is told, in characters.
const SHOWN: usize = 300;

/// A test that is being read.
struct Case {
    name: String,
    path: Option<String>,
    line: Option<u32>,
    /// What it fails with, if it fails.
    failure: Option<String>,
    /// Whether what is read is the text of the failure.
    within: bool,
}

fn parse(text: &Text<'_>) -> Result<Parsed, Error> {
    let mut parsed = Parsed::default();
    let (mut case, mut count): (Option<Case>, usize) = (None, 0);
    let mut take = |part: Part| {
        match (part, &mut case) {
            (Part::Open(element), _) if element.name == "testcase" => {
                count += 1;
                case = Some(begin(&element));
            }
            (Part::Open(element), Some(case)) if is_failure(&element.name) => {
                case.within = true;
                let said = element.get("message").or(element.get("type")).unwrap_or_default();
                case.failure.get_or_insert_with(|| said.to_owned());
            }
            // A suite that broke down outside of a test.
            (Part::Open(element), None) if element.name == "error" => parsed.reports.push(Reported {
                message: format!(
                    "the tests broke down: {}",
                    element.get("message").unwrap_or_default()
                ),
                level: Level::Error,
                ..Reported::default()
            }),
            (
                Part::Text(text),
                Some(Case {
                    within: true,
                    failure: Some(failure),
                    ..
                }),
            ) if failure.trim().is_empty() => {
                failure.push_str(&text);
            }
            (Part::Close(name), Some(case)) if is_failure(&name) => case.within = false,
            (Part::Close(name), Some(_)) if name == "testcase" => {
                parsed.reports.extend(case.take().and_then(end));
            }
            _ => {}
        }
        bounded(PARSER.name, parsed.reports.len())
    };
    xml::read(PARSER.name, text.out, &["testsuites", "testsuite"], &mut take)?;
    if count == 0 && parsed.reports.is_empty() {
        parsed.incomplete = Some("its report names no test".to_owned());
    }
    Ok(parsed)
}

fn is_failure(name: &str) -> bool {
    matches!(name, "failure" | "error")
}

fn begin(element: &Element) -> Case {
    let name = element.get("name").unwrap_or("without a name");
    let name = match element.get("classname") {
        Some(class) => format!("{class}::{name}"),
        None => name.to_owned(),
    };
    Case {
        name,
        path: element.get("file").map(str::to_owned),
        line: element.number("line"),
        failure: None,
        within: false,
    }
}

fn end(case: Case) -> Option<Reported> {
    let failure = case.failure?;
    let first = failure
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let first: String = first.chars().take(SHOWN).collect();
    let said = if first.is_empty() {
        String::new()
    } else {
        format!(": {first}")
    };
    Some(Reported {
        path: case.path,
        start: Spot::new(case.line, None),
        end: None,
        message: format!("the test `{}` fails{said}", case.name),
        level: Level::Error,
        code: Some(case.name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(out: &str) -> Parsed {
        let text = Text {
            out: out.as_bytes(),
            err: b"",
            regex: None,
            code: 1,
        };
        parse(&text).unwrap()
    }

    #[test]
    fn tests_that_fail_are_read() {
        let parsed = read(
            r#"<testsuites><testsuite name="s"><testcase classname="t.A" name="one"/>
            <testcase classname="t.A" name="two" file="t/a.py" line="7"><failure message="assert 1 == 2">trace
            </failure></testcase>
            <testcase name="three"><error type="">
              Boom: no
            at x</error><system-out>noise</system-out></testcase>
            <testcase name="four"><skipped/></testcase></testsuite></testsuites>"#,
        );
        let said: Vec<&str> = parsed.reports.iter().map(|r| r.message.as_str()).collect();
        assert_eq!(
            said,
            [
                "the test `t.A::two` fails: assert 1 == 2",
                "the test `three` fails: Boom: no"
            ]
        );
        assert_eq!(parsed.reports[0].path.as_deref(), Some("t/a.py"));
        assert_eq!(
            parsed.reports[0].start,
            Some(Spot {
                line: 7,
                column: None
            })
        );
        assert_eq!(parsed.incomplete, None);
    }

    #[test]
    fn no_test_is_no_success() {
        assert!(read("<testsuites/>").incomplete.is_some());
    }
}
