//! Reports that are read as they were written, and whatever else somebody may hand over instead.

use super::*;
use crate::report::{Format, Options, fixture, render};
use proptest::prelude::*;
use serde_json::{Value, json};

fn written(report: &Report) -> Vec<u8> {
    render(Format::Json, report, &Options::default())
}

/// Reports that say all that a report can say.
fn reports() -> Vec<Report> {
    let mut all = vec![
        fixture::report(Vec::new(), Decision::Pass),
        fixture::whole(),
        fixture::share(),
        fixture::reviews::well(),
        fixture::reviews::skipped(),
        fixture::reviews::troubled(),
    ];
    // The pictures of the tests show decisions that no gate has made.
    for report in &mut all {
        let blocks = report.verdict.counts.block > 0;
        let decision = report.verdict.decision;
        report.verdict.decision = match (blocks, decision) {
            (true, _) => Decision::Block,
            (false, Decision::Block) => Decision::Warn,
            (false, decision) => decision,
        };
        report
            .verdict
            .reasons
            .retain(|reason| blocks || reason.decision != Decision::Block);
        let decision = report.verdict.decision;
        if report
            .verdict
            .reasons
            .iter()
            .all(|reason| reason.decision < decision)
        {
            let text = "one more".to_owned();
            report.verdict.reasons.insert(0, Reason { decision, text });
        }
        report
            .verdict
            .reasons
            .retain(|reason| reason.decision <= decision);
    }
    all
}

#[test]
fn what_is_written_is_read() {
    for report in reports() {
        let bytes = written(&report);
        let read = read(&bytes).unwrap();
        assert_eq!(read.version, env!("CARGO_PKG_VERSION"));
        let formats = crate::report::ALL.iter().map(|row| row.format);
        for format in formats {
            let shown =
                |report: &Report| String::from_utf8(render(format, report, &Options::default())).unwrap();
            assert_eq!(shown(&read.report), shown(&report), "{}", format.name());
        }
    }
}

/// Reads a report after something was done to it.
fn after(change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_slice(&written(&reports()[1])).unwrap();
    change(&mut value);
    match read(value.to_string().as_bytes()) {
        Ok(_) => "read".to_owned(),
        Err(e) => e.to_string(),
    }
}

#[test]
fn what_is_not_ours_is_named() {
    assert_eq!(after(|_| {}), "read");
    assert_eq!(
        after(|v| v["schema"] = json!("pantheon-report/2")),
        "its schema is `pantheon-report/2`, not `pantheon-report/1`"
    );
    assert_eq!(after(|v| v["tool"]["name"] = json!("other")), "`other` wrote it");
    assert!(after(|v| v["more"] = json!(1)).starts_with("it is no report: unknown field `more`"));
    assert!(after(|v| v["findings"][0]["more"] = json!(1)).starts_with("it is no report: unknown field"));
    assert_eq!(
        after(|v| v["subject"] = json!("HEAD")),
        "`subject`: `HEAD` is no full object id"
    );
    assert_eq!(
        after(|v| v["findings"][0]["severity"] = json!("bad\u{1b}")),
        "`findings[0]`: `bad\\x1b` is no severity"
    );
    let file = |v: &Value| {
        let all = v["findings"].as_array().unwrap();
        all.iter().position(|f| f["location"]["kind"] == "file").unwrap()
    };
    for path in ["/etc/passwd", "../../x", "a/../../x", ""] {
        let said = after(|v| {
            let n = file(v);
            v["findings"][n]["location"]["path"] = json!(path);
        });
        assert!(said.ends_with("is no path within a repository"), "{said}");
    }
    assert_eq!(
        after(|v| v["counts"]["block"] = json!(0)),
        "its counts are not those of its findings"
    );
    assert_eq!(
        after(|v| v["exit_code"] = json!(0)),
        "`exit_code`: 0 is not that of `block`"
    );
    let passed = after(|v| {
        v["exit_code"] = json!(0);
        v["decision"] = json!("pass");
    });
    assert_eq!(
        passed,
        "its decision `pass` is not what its findings and reasons come to"
    );
    assert_eq!(
        after(|v| v["files"] = json!(u64::MAX)),
        format!("`files`: {} is more than there can be", u64::MAX)
    );
    assert!(after(|v| v["files"] = json!(-1)).starts_with("it is no report: invalid value"));
    let snippet = after(|v| {
        let all = v["findings"].as_array_mut().unwrap();
        let found = all.iter_mut().find(|f| f.get("snippet").is_some()).unwrap();
        found["snippet"]["highlight"] = json!([0, 1_000_000]);
    });
    assert!(
        snippet.ends_with("0 to 1000000 is no part of the snippet"),
        "{snippet}"
    );
}

#[test]
fn rubbish_is_an_error() {
    let deep = ["[", "{\"a\":"].map(|open| open.repeat(1_000_000).into_bytes());
    let whole = written(&reports()[2]);
    let twice =
        String::from_utf8(whole.clone())
            .unwrap()
            .replacen("\"stage\"", "\"stage\":\"ci\",\"stage\"", 1);
    let cut = (0..whole.len()).step_by(97).map(|at| whole[..at].to_vec());
    for bytes in deep
        .into_iter()
        .chain([
            Vec::new(),
            b"null".to_vec(),
            b"\xff".to_vec(),
            vec![b' '; 1 << 20],
            twice.into_bytes(),
        ])
        .chain(cut)
    {
        let said = read(&bytes).unwrap_err().to_string();
        assert!(said.len() < 600 && !said.contains(char::is_control), "{said}");
    }
}

/// Puts something odd in the place of one value.
fn bend(value: &mut Value, at: &mut usize, odd: &Value) {
    if *at == 0 {
        *value = odd.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| bend(item, at, odd)),
        Value::Object(map) => map.values_mut().for_each(|item| bend(item, at, odd)),
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0_u64..70_000).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([1, 2])),
        prop_oneof![
            Just("file"),
            Just("change"),
            Just("block"),
            Just("pass"),
            Just("ci"),
            Just("a/b")
        ]
        .prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "\\PC*") {
        drop(read(&bytes));
        drop(read(text.as_bytes()));
    }

    /// Whatever is read can be shown in every form.
    #[test]
    fn no_value_makes_it_panic(which in 0..6_usize, places in proptest::collection::vec((1..700_usize, odd()), 1..3)) {
        let mut value: Value = serde_json::from_slice(&written(&reports()[which])).unwrap();
        for (mut at, odd) in places {
            bend(&mut value, &mut at, &odd);
        }
        if let Ok(read) = read(value.to_string().as_bytes()) {
            for row in crate::report::ALL {
                let options = Options { verbose: true, ..Options::default() };
                prop_assert!(!render(row.format, &read.report, &options).contains(&0x1b));
            }
            let again = super::read(&written(&read.report)).unwrap();
            prop_assert_eq!(written(&again.report), written(&read.report));
        }
    }
}

#[test]
fn a_fix_hides_nothing_and_keeps_its_order() {
    let fixed = |v: &Value| {
        let all = v["findings"].as_array().unwrap();
        all.iter().position(|f| f["fix"].is_object()).unwrap()
    };
    let with = |change: fn(&mut Value)| {
        let said = after(|v| {
            let n = fixed(v);
            change(&mut v["findings"][n]["fix"]);
        });
        said.split_once(": ")
            .map_or(said.clone(), |(_, why)| why.to_owned())
    };
    assert_eq!(with(|_| {}), "read");
    let control = "a fix holds control characters";
    assert_eq!(
        with(|fix| fix["replacements"][0]["text"] = json!("\u{1b}[m")),
        control
    );
    assert_eq!(with(|fix| fix["lines"]["text"] = json!("a\u{202e}")), control);
    assert_eq!(with(|fix| fix["lines"]["text"] = json!("a \r\n\tb")), "read");
    assert_eq!(
        with(|fix| fix["replacements"] = json!([])),
        "a fix has no 0 replacements"
    );
    let twice = "the replacements of a fix are not one behind the other";
    assert_eq!(
        with(|fix| {
            let one = fix["replacements"][0].clone();
            fix["replacements"] = json!([one, one]);
        }),
        twice
    );
    assert!(with(|fix| fix["more"] = json!(1)).contains("unknown field"));
    // A region beyond the lines is read, and comes to nothing.
    let far = |fix: &mut Value| {
        let region = json!({ "start_line": 9, "start_column": 1, "end_line": 999_999, "end_column": 9 });
        fix["replacements"][0]["region"] = region;
    };
    assert_eq!(with(far), "read");
}
