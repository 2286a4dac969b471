//! Every format on the same report. `INSTA_UPDATE=always cargo test report` writes the snapshots anew.

mod machines;
mod reviews;

use super::fixture;
use super::{ALL, Format, Options, render, text};
use crate::model::{Decision, Disposition, Finding, LeftOut, Location, Report, RuleInfo, Snippet};
use bstr::ByteSlice;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Instant;

fn show(format: Format, report: &Report, options: &Options<'_>) -> String {
    String::from_utf8(render(format, report, options)).unwrap()
}

fn human(report: &Report, options: &Options<'_>) -> String {
    show(Format::Human, report, options)
}

fn with_rules<T>(run: impl FnOnce(&[&RuleInfo]) -> T) -> T {
    let rules = fixture::rules();
    run(&rules.iter().collect::<Vec<_>>())
}

/// Compares with a snapshot beside this file, whose name says the version of the program nowhere.
fn compare(name: &str, text: &str) {
    let text = text.replace(env!("CARGO_PKG_VERSION"), "[version]");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn table_is_in_order() {
    for (i, row) in ALL.iter().enumerate() {
        assert_eq!(row.format as usize, i);
        assert_eq!(Format::from_name(row.name), Some(row.format));
        assert_eq!(row.format.name(), row.name);
        assert_eq!(row.format.extension(), row.extension);
    }
    assert_eq!(Format::from_name("xml"), None);
}

#[test]
fn human_in_three_widths() {
    for width in [40, 80, 200] {
        let options = Options {
            width,
            ..Options::default()
        };
        compare(&format!("human-{width}"), &human(&fixture::whole(), &options));
    }
}

#[test]
fn human_never_wider_than_the_terminal() {
    for width in [40, 60, 80, 200] {
        for unicode in [false, true] {
            let options = Options {
                width,
                unicode,
                verbose: true,
                ..Options::default()
            };
            // A place stays whole, so that a terminal finds it and a person can copy it.
            let no_place = |line: &&str| !["-->", "╭▸", "─▸"].iter().any(|arrow| line.contains(arrow));
            for line in human(&fixture::whole(), &options).lines().filter(no_place) {
                assert!(text::width(line) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn human_in_ascii() {
    let options = Options {
        width: 80,
        unicode: false,
        verbose: true,
        ..Options::default()
    };
    let mut report = fixture::whole();
    report.findings.retain(|f| f.check != "text/one-letter");
    let text = human(&report, &options);
    assert!(text.is_ascii());
    compare("human-ascii-verbose", &text);
}

#[test]
fn human_in_colour() {
    let options = Options {
        width: 80,
        color: true,
        links: Some("/home/me/a repo"),
        ..Options::default()
    };
    compare(
        "human-colour",
        &human(&fixture::whole(), &options).replace('\x1b', "␛"),
    );
}

#[test]
fn colour_changes_no_text() {
    let plain = Options {
        width: 80,
        ..Options::default()
    };
    let color = Options {
        color: true,
        ..plain.clone()
    };
    let painted = human(&fixture::whole(), &color);
    let mut text = String::new();
    for (i, part) in painted.split("\x1b[").enumerate() {
        text.push_str(if i == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(text, human(&fixture::whole(), &plain));
}

#[test]
fn formats_for_machines() {
    with_rules(|rules| {
        let options = Options {
            rules,
            ..Options::default()
        };
        compare("json", &show(Format::Json, &shorter(), &options));
        compare("jsonl", &show(Format::Jsonl, &shorter(), &options));
        compare("sarif", &show(Format::Sarif, &shorter(), &options));
    });
}

/// The whole report without the line of 70,000 bytes, which has a test of its own.
fn shorter() -> Report {
    let mut report = fixture::whole();
    report.findings.retain(|f| f.check != "hazard/debugger");
    report
}

#[test]
fn closing_lines() {
    let quiet = Options {
        quiet: true,
        ..Options::default()
    };
    let pass = fixture::report(Vec::new(), Decision::Pass);
    assert_eq!(human(&pass, &quiet), "");
    assert_eq!(
        human(&pass, &Options::default()),
        "pantheon: passed — 3 files, 12 ms (the staged changes)\n"
    );

    let mut noted = pass.clone();
    noted.notes = vec!["`.pantheon.toml` names a rule that is gone".into()];
    let expected = "note: `.pantheon.toml` names a rule that is gone\npantheon: passed — 3 files, 12 ms\n";
    assert_eq!(human(&noted, &quiet), expected);

    let warn = fixture::report(vec![fixture::wide()], Decision::Warn);
    let mut warn = Report {
        findings: Vec::new(),
        ..warn
    };
    warn.verdict.counts.warn = 2;
    warn.verdict.counts.note = 0;
    assert_eq!(
        human(&warn, &quiet),
        "pantheon: passed with 2 warnings; 3 files, 12 ms\n"
    );

    let mut open = fixture::report(Vec::new(), Decision::Inconclusive);
    open.left_out = vec![LeftOut {
        what: "a".into(),
        why: "the deadline came first".into(),
        inconclusive: true,
    }];
    let expected = "not looked at: a: the deadline came first\npantheon: inconclusive — 3 files, 12 ms\n";
    assert_eq!(human(&open, &quiet), expected);
}

#[test]
fn what_is_hidden_is_counted() {
    let mut findings = fixture::findings();
    findings.extend((0..5).map(|i| {
        let location = fixture::file(format!("{i}.py"), Some(fixture::on_line(1, 1..2)));
        Finding {
            location,
            ..fixture::secret()
        }
    }));
    findings.sort_by_key(|f| f.disposition != Disposition::Block);
    let report = fixture::report(findings, Decision::Block);
    let text = human(
        &report,
        &Options {
            max_findings: 1,
            ..Options::default()
        },
    );
    assert!(
        text.contains("… and 14 more (6 block); `--format json` shows all\n"),
        "{text}"
    );
    assert_eq!(text.matches("error[").count(), 1);
    let text = human(
        &report,
        &Options {
            max_findings: 0,
            ..Options::default()
        },
    );
    assert_eq!(text.matches("error[").count(), 7);
    assert!(!text.contains(" more ("));
}

/// Every character that may move a cursor, hide or reorder text.
fn hostile() -> String {
    let controls = (0..=0x9f).filter_map(char::from_u32).filter(|c| c.is_control());
    let others = "\u{61c}\u{200b}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                  \u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{e0041}";
    controls.chain(others.chars()).collect()
}

fn poisoned() -> Report {
    let bad = hostile();
    let mut report = fixture::whole();
    for finding in &mut report.findings {
        finding.message.push_str(&bad);
        finding.check = format!("{}{bad}", finding.check).into();
        finding.help = Some(bad.clone());
        if let Location::File { path, .. } = &mut finding.location {
            path.extend_from_slice(bad.as_bytes());
        }
        if let Disposition::Suppressed(reason) | Disposition::Waived(reason) = &mut finding.disposition {
            reason.push_str(&bad);
        }
        let first_line = 3;
        finding.snippet = Some(Snippet {
            first_line,
            text: format!("{bad}x{bad}"),
            highlight: 2..bad.len(),
            is_cut: false,
        });
    }
    report.left_out.iter_mut().for_each(|item| {
        item.what.extend_from_slice(bad.as_bytes());
        item.why.push_str(&bad);
    });
    report.notes.push(bad.clone());
    report
        .verdict
        .reasons
        .iter_mut()
        .for_each(|reason| reason.text.push_str(&bad));
    report.chosen = Some(bad.clone());
    report.policy = crate::model::PolicySource::File(bad);
    report
}

#[test]
fn nothing_hidden_gets_out() {
    let rules: &[&RuleInfo] = &[&RuleInfo {
        why: hostile().into(),
        ..fixture::rule("hazard/eval")
    }];
    for row in ALL {
        for unicode in [false, true] {
            let options = Options {
                unicode,
                rules,
                verbose: true,
                ..Options::default()
            };
            let text = show(row.format, &poisoned(), &options);
            let hidden = text.chars().find(|c| text::is_hidden(*c) && *c != '\n');
            assert_eq!(hidden, None, "{}", row.name);
        }
    }
}

#[test]
fn colour_and_links_bring_no_escape_of_the_content() {
    let options = Options {
        color: true,
        links: Some("/r\x1b]0;x\x07"),
        verbose: true,
        ..Options::default()
    };
    let text = human(&poisoned(), &options);
    for part in text.split('\x1b').skip(1) {
        assert!(
            part.starts_with('[') || part.starts_with("]8;;") || part.starts_with('\\'),
            "{part}"
        );
    }
    let others = text
        .chars()
        .find(|c| text::is_hidden(*c) && !"\n\x1b".contains(*c));
    assert_eq!(others, None);
}

proptest! {
    #[test]
    fn human_bears_any_snippet(
        text in "\\PC{0,40}|[\\x00-\\x7f]{0,60}|.{0,30}(\n.{0,30}){0,4}",
        start in 0usize..120,
        len in 0usize..120,
        first_line in any::<u32>(),
        width in 0usize..160,
        unicode: bool,
    ) {
        let mut finding = fixture::wide();
        finding.disposition = Disposition::Warn;
        finding.message.clone_from(&text);
        finding.snippet = Some(Snippet { first_line, text, highlight: start..start + len, is_cut: false });
        let report = fixture::report(vec![finding], Decision::Warn);
        let options = Options { width, unicode, ..Options::default() };
        let out = render(Format::Human, &report, &options);
        prop_assert!(out.to_str().unwrap().chars().all(|c| c == '\n' || !text::is_hidden(c)));
        for row in ALL {
            prop_assert!(!(row.render)(&report, &options).is_empty());
        }
    }
}

#[test]
fn time_grows_with_the_number_of_findings() {
    let finding = |i: usize| {
        let path = format!("src/{}.rs", i % 500);
        let line = u32::try_from(i).unwrap() + 1;
        Finding {
            location: fixture::file(path, Some(fixture::on_line(line, 9..49))),
            ..fixture::secret()
        }
    };
    let time = |count: usize, format| {
        let report = fixture::report((0..count).map(finding).collect(), Decision::Block);
        let options = Options {
            max_findings: 0,
            ..Options::default()
        };
        let start = Instant::now();
        let out = render(format, &report, &options);
        assert!(!out.is_empty());
        start.elapsed()
    };
    for row in ALL {
        // Ten times as much may take ten times as long; what is quadratic takes a hundred times. A busy
        // machine may spoil some measurements, not all.
        let grows = |_| time(2_000, row.format).as_secs_f64() / time(200, row.format).as_secs_f64();
        let all: Vec<f64> = (0..3).map(grows).collect();
        let is_linear = all.iter().any(|times| *times < 40.0) || (0..9).map(grows).any(|times| times < 40.0);
        assert!(is_linear, "{}: {all:?}", row.name);
    }
}

/// Makes a schema refuse members that it does not describe: the published one lets them pass, so that
/// an old schema bears a new report.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(close);
            if map.get("type") == Some(&json!("object")) {
                map.insert("additionalProperties".into(), json!(false));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn json_keeps_to_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    close(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let pass = fixture::report(Vec::new(), Decision::Pass);
    for report in [fixture::whole(), fixture::share(), pass, poisoned()] {
        let value: Value = serde_json::from_str(&show(Format::Json, &report, &Options::default())).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    assert!(!validator.is_valid(&json!({ "schema": "pantheon-report/1" })));
}

#[test]
fn a_share_says_so_in_every_format() {
    for format in ALL.iter().map(|row| row.format) {
        // As `ci` writes it.
        let mut report = fixture::share();
        let note = report.part.as_ref().unwrap().note(report.files);
        report.notes.push(note);
        let text = show(format, &report, &Options::default());
        assert!(text.contains("shard 2 of 4"), "{}", format.name());
        report.part = None;
        report.notes.clear();
        let text = show(format, &report, &Options::default());
        assert!(!text.contains("shard"), "{}", format.name());
    }
}

#[test]
fn jsonl_has_the_members_of_json() {
    let json: Value =
        serde_json::from_str(&show(Format::Json, &fixture::whole(), &Options::default())).unwrap();
    let lines = show(Format::Jsonl, &fixture::whole(), &Options::default());
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| -> Vec<Value> {
        let mut found: Vec<Value> = lines.iter().filter(|l| l["type"] == kind).cloned().collect();
        found
            .iter_mut()
            .for_each(|line| drop(line.as_object_mut().unwrap().shift_remove("type")));
        found
    };
    assert_eq!(lines[0]["type"], "run");
    assert_eq!(lines[lines.len() - 1]["type"], "verdict");
    assert_eq!(Value::Array(of("finding")), json["findings"]);
    assert_eq!(Value::Array(of("left_out")), json["left_out"]);
    for line in [of("run"), of("verdict")].concat() {
        for (key, value) in line.as_object().unwrap() {
            assert_eq!(*value, json[key]);
        }
    }
}

#[test]
fn a_long_line_costs_json_little() {
    let json: Value =
        serde_json::from_str(&show(Format::Json, &fixture::whole(), &Options::default())).unwrap();
    let snippet = &json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["check"] == "hazard/debugger")
        .unwrap()["snippet"];
    let text = snippet["text"].as_str().unwrap();
    assert_eq!(text.len(), 6144);
    assert_eq!(&text[2048..2057], "debugger;");
    assert_eq!(snippet["highlight"], json!([2048, 2057]));
    assert_eq!(snippet["truncated"], true);
}

#[test]
fn sarif_holds_together() {
    let rules = fixture::rules();
    let rules: Vec<_> = rules.iter().collect();
    let options = Options {
        rules: &rules,
        ..Options::default()
    };
    let log: Value = serde_json::from_str(&show(Format::Sarif, &fixture::whole(), &options)).unwrap();
    let run = &log["runs"][0];
    let descriptors = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((descriptors.len(), results.len()), (9, 14));
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(descriptors[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        assert!(
            !result["partialFingerprints"]["pantheon/v1"]
                .as_str()
                .unwrap()
                .is_empty()
        );
    }
    let of = |id: &str| results.iter().find(|r| r["ruleId"] == id).unwrap();
    let place = |id: &str| &of(id)["locations"][0]["physicalLocation"];
    assert_eq!(
        place("repository/odd-name")["artifactLocation"]["uri"],
        "docs/a%FF%0Ab%1B%5B31m.txt"
    );
    assert_eq!(
        place("text/one-letter")["artifactLocation"]["uri"],
        "src/%E6%BC%A2%E5%AD%97.rs"
    );
    assert_eq!(place("text/one-letter")["region"]["startColumn"], 6);
    assert_eq!(*place("message/subject-full-stop"), Value::Null);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(run["invocations"][0]["exitCode"], 1);
}

#[test]
fn a_fix_stands_where_the_format_has_a_place_for_it() {
    let report = fixture::report(vec![fixture::blanks(7), fixture::empty_lines()], Decision::Warn);
    let parse =
        |format| -> Value { serde_json::from_str(&show(format, &report, &Options::default())).unwrap() };
    let results = &parse(Format::Sarif)["runs"][0]["results"];
    let location = json!({ "uri": "src/main.rs", "uriBaseId": "%SRCROOT%" });
    let region = json!({ "startLine": 7, "startColumn": 18, "endLine": 7, "endColumn": 20 });
    assert_eq!(
        results[0]["fixes"],
        json!([{
            "description": { "text": "remove the white space" },
            "artifactChanges": [{ "artifactLocation": location, "replacements": [{ "deletedRegion": region }] }],
        }])
    );
    let github = &parse(Format::SarifGithub)["runs"][0]["results"];
    assert_eq!(
        (&github[0]["ruleId"], &github[0]["fixes"]),
        (&results[0]["ruleId"], &Value::Null)
    );
    let range = |from: (u32, u32), to: (u32, u32)| {
        let at = |place: (u32, u32)| json!({ "line": place.0, "column": place.1 });
        json!({ "start": at(from), "end": at(to) })
    };
    let diagnostics = &parse(Format::Rdjson)["diagnostics"];
    let expected = [range((7, 18), (7, 20)), range((30, 1), (32, 1))];
    for (diagnostic, range) in diagnostics.as_array().unwrap().iter().zip(expected) {
        assert_eq!(diagnostic["suggestions"], json!([{ "range": range, "text": "" }]));
    }
    let human = human(&report, &Options::default());
    assert!(human.contains("fix: remove the white space"), "{human}");
    let page = show(Format::Html, &report, &Options::default());
    assert!(page.contains("<dt>fix</dt><dd>remove the empty lines</dd>"));
}
