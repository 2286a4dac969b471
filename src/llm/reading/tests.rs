use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::fmt::Write;

const SYNONYMS: &[(&str, &str)] = &[("critical", "high"), ("error", "high"), ("warning", "medium")];

fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["summary", "findings"],
        "properties": {
            "summary": {"type": "string"},
            "findings": {"type": "array", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["file", "line", "severity", "message", "quote"],
                "properties": {
                    "file": {"type": "string"},
                    "line": {"type": "integer"},
                    "severity": {"type": "string", "enum": ["high", "medium", "low"]},
                    "message": {"type": "string"},
                    "quote": {"anyOf": [{"type": "string"}, {"type": "null"}]}
                }
            }}
        }
    })
}

fn read_with(text: &str, finish: &Finish, limits: Limits) -> Result<Reading, Unreadable> {
    let expected = Expected {
        schema: &schema(),
        verbatim: &["file", "quote"],
        synonyms: SYNONYMS,
        limits,
    };
    read(text, finish, &expected)
}

fn read_whole(text: &str) -> Result<Reading, Unreadable> {
    read_with(text, &Finish::Complete, Limits::default())
}

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../fixtures/llm/answers/cases.json")).unwrap()
}

fn finish(case: &Value) -> Finish {
    match case["finish"].as_str() {
        Some("truncated") => Finish::Truncated,
        Some("refused") => Finish::Refused("policy".into()),
        Some("missing") => Finish::Missing,
        _ => Finish::Complete,
    }
}

/// Returns what is wrong with the reading of a case; `None`: nothing.
fn wrong(case: &Value) -> Option<String> {
    let read = read_with(case["answer"].as_str().unwrap(), &finish(case), Limits::default());
    let reading = match (read, case["error"].as_str()) {
        (Err(error), Some(part)) if error.to_string().contains(part) => return None,
        (Err(error), _) => return Some(error.to_string()),
        (Ok(reading), Some(_)) => return Some(format!("read as {}", reading.value)),
        (Ok(reading), None) => reading,
    };
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    let got = json!({
        "value": reading.value,
        "repairs": reading.repairs,
        "partial": reading.is_partial,
        "dropped": reading.dropped,
        "unknown": reading.unknown,
    });
    let or = |key: &str, other: Value| case.get(key).cloned().unwrap_or(other);
    let wanted = json!({
        "value": case["value"],
        "repairs": case["repairs"],
        "partial": or("partial", json!(false)),
        "dropped": or("dropped", json!(0)),
        "unknown": or("unknown", json!(0)),
    });
    let problems_differ = case
        .get("problems")
        .is_some_and(|wanted| *wanted != json!(problems));
    (got != wanted || problems_differ).then(|| format!("{got} {problems:?}, not {wanted}"))
}

#[test]
fn each_case_is_read_as_it_should_be() {
    let mut report = String::new();
    for case in cases() {
        if let Some(wrong) = wrong(&case) {
            writeln!(report, "{}: {wrong}", case["name"]).unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn only_an_answer_that_lost_nothing_is_whole() {
    for case in cases() {
        let Ok(reading) = read_with(
            case["answer"].as_str().unwrap(),
            &finish(&case),
            Limits::default(),
        ) else {
            continue;
        };
        let lost = case["partial"] == json!(true) || case.get("dropped").is_some();
        assert_eq!(reading.is_whole(), !lost, "{}", case["name"]);
    }
}

#[test]
fn caps_hold() {
    let limits = Limits {
        bytes: 400,
        depth: 3,
        items: 1,
        text: 5,
    };
    let long = format!("{{\"summary\": \"{}\"}}", "x".repeat(400));
    let error = read_with(&long, &Finish::Complete, limits).unwrap_err();
    assert_eq!(
        error,
        Unreadable::TooLong {
            bytes: 415,
            limit: 400
        }
    );
    let finding = r#"{"file":"a","line":1,"severity":"low","message":"überlang","quote":null}"#;
    let text = format!(r#"{{"summary":"","findings":[{finding},{finding},{finding}]}}"#);
    let reading = read_with(&text, &Finish::Complete, limits).unwrap();
    assert_eq!(reading.value["findings"].as_array().unwrap().len(), 1);
    assert_eq!(reading.value["findings"][0]["message"], "überl");
    assert_eq!(reading.dropped, 2);
    assert_eq!(
        reading.problems[0].to_string(),
        "findings has more than 1 elements"
    );
    assert_eq!(reading.repairs, [Repair::Cut]);
    assert!(!reading.is_whole());
}

#[test]
fn the_second_question_quotes_the_error_alone() {
    let error = read_whole("{\"summary\": secret_word}").unwrap_err();
    assert_eq!(
        ask_again(&error),
        "Your answer could not be used: the answer is not JSON: a word is no value, at line 1, column 13. Answer \
         again with one JSON object that fits the schema, and with nothing before or after it."
    );
}

#[test]
fn an_error_never_holds_a_word_of_the_models() {
    for case in cases() {
        if let Err(error) = read_with(
            case["answer"].as_str().unwrap(),
            &finish(&case),
            Limits::default(),
        ) {
            let text = error.to_string();
            assert!(!text.contains("cart") && !text.contains('\u{1b}'), "{text}");
        }
    }
}

#[test]
fn hostile_shapes_end_soon() {
    for part in [
        "[",
        "{",
        "{\"a\":",
        "[{",
        "\"",
        "\\",
        "](",
        "<a",
        "<!--",
        "://",
        "\u{1b}[",
        "'",
        "//",
        "{\"findings\":[",
        "\"x\",",
        "[x](y://z",
        "www.",
    ] {
        let many = part.repeat(200_000 / part.len());
        let start = std::time::Instant::now();
        let _ = read_whole(&many);
        let _ = read_whole(&format!("{{\"summary\": \"{many}"));
        let _ = read_whole(&format!("{{\"summary\": {}, \"findings\": []}}", json!(many)));
        assert!(start.elapsed().as_secs() < 20, "{part}");
    }
}

/// Any JSON, with keys of the schema now and then.
fn json_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![".{0,12}", "[a-z\"'\\\\,:{}\\[\\]/# \n]{0,16}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let key = prop_oneof![
            Just("findings".to_owned()),
            Just("summary".to_owned()),
            "[a-z]{1,4}"
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    json_value().prop_map(|value| json!({"summary": value, "findings": []}))
}

/// An answer of the schema, with texts that hold marks of JSON.
fn answer() -> impl Strategy<Value = Value> {
    let text = || "([a-z]{1,5}|, |: |\"|\\{|\\}|\\]|\\\\ |/|#|\\.| ){0,8}";
    let finding = (text(), text(), 0_u32..99, proptest::option::of(text())).prop_map(|(file, message, line, quote)| {
        json!({"file": file, "line": line, "severity": "low", "message": message, "quote": quote})
    });
    (text(), proptest::collection::vec(finding, 0..3))
        .prop_map(|(summary, findings)| json!({"summary": summary, "findings": findings}))
}

/// The letters and digits of a value with its structure: what a repair must not change.
fn plainly(value: &Value) -> Value {
    match value {
        Value::String(text) => text
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
            .into(),
        Value::Array(items) => items.iter().map(plainly).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), plainly(value)))
            .collect(),
        value => value.clone(),
    }
}

proptest! {
    #[test]
    fn the_tolerant_reader_agrees_with_the_strict_one(value in object()) {
        for text in [value.to_string(), format!("{value:#}")] {
            let parsed = tolerant::parse(&text, 0, 64).unwrap();
            prop_assert_eq!(&parsed.value, &value);
            prop_assert_eq!(parsed.repairs, Repairs::default());
            prop_assert_eq!(parsed.end, text.len());
        }
    }

    #[test]
    fn what_is_cut_off_is_never_read_as_something_else(value in object(), cut in 1_usize..400) {
        let text = value.to_string();
        let end = (0..cut.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap();
        if let Ok(parsed) = tolerant::parse(&text[..end], 0, 64) {
            prop_assert!(parsed.repairs.0.contains(&Repair::Truncated));
            prop_assert!(is_part(&parsed.value, &value), "{} of {}", parsed.value, value);
        }
    }

    #[test]
    fn one_mark_too_few_or_too_many_never_gives_another_answer(
        answer in answer(),
        at in 0_usize..2000,
        put in proptest::option::of(prop_oneof![Just('"'), Just(','), Just('}'), Just(']'), Just('{'), Just('\\')]),
        pretty: bool,
    ) {
        let mut text = if pretty { format!("{answer:#}") } else { answer.to_string() };
        let at = at % text.len();
        let is_mark = text.as_bytes()[at].is_ascii_punctuation();
        if put.is_none() && !is_mark {
            return Ok(());
        }
        match put {
            Some(mark) => text.insert(at, mark),
            None => drop(text.remove(at)),
        }
        if strict::parse(&text).is_some() {
            return Ok(());
        }
        if let Ok(reading) = read_whole(&text) {
            let same = plainly(&reading.value) == plainly(&answer);
            prop_assert!(same || !reading.is_whole(), "{text}\n{}\n{:?}", reading.value, reading.repairs);
        }
    }

    #[test]
    fn nothing_panics_and_what_is_read_is_of_the_schema(text: String, marks in "[{}\\[\\]\"':,a-z0-9\\\\ \n/#-]{0,60}") {
        for text in [&text, &marks, &format!("{{\"summary\":{marks}"), &format!("{{\"findings\":[{marks}]}}")] {
            if let Ok(reading) = read_whole(text) {
                let (summary, findings) = (&reading.value["summary"], &reading.value["findings"]);
                prop_assert!(summary.is_string() || reading.is_partial);
                prop_assert!(findings.is_array() || reading.is_partial);
            }
        }
    }

    #[test]
    fn plain_text_is_plain(parts in proptest::collection::vec(prop_oneof![
        Just("<"), Just(">"), Just("a"), Just("["), Just("]("), Just(")"), Just("!"), Just("http"), Just("://"), Just("x.y"),
        Just("\u{1b}["), Just("\u{1b}]"), Just("\u{7}"), Just("\u{202e}"), Just("script"), Just(" "), Just("="), Just("`"),
        Just("<img "), Just("www."), Just("-->"), Just("<!--"), Just("é"), Just("\n"), Just("javascript:"),
    ], 0..40)) {
        let text = parts.concat();
        let plain = plain::text(&text);
        prop_assert!(!plain.contains("]("), "{plain:?}");
        prop_assert!(!plain.contains("<a>") && !plain.contains("<script>") && !plain.contains("<img "), "{plain:?}");
        prop_assert!(!plain.contains("://x") && !plain.contains("www.x"), "{plain:?}");
        prop_assert!(!plain.chars().any(|c| c != '\n' && c != '\t' && crate::model::is_hidden(c)), "{plain:?}");
        prop_assert_eq!(plain::text(&plain), plain);
    }
}

/// Whether everything in `part` stands at the same place in `whole`.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|other| is_part(value, other))),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(value, other)| is_part(value, other))
        }
        _ => part == whole,
    }
}
