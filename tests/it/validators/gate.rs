//! When what models say blocks.

use super::*;

const TWO: &str = "{ severity = \"high\", agreement = 2 }";
const EITHER: &str = "{ severity = \"high\", agreement = 2, falsified = true }";

fn one(disposition: &str) -> Vec<(String, u64, String)> {
    vec![("validators/correctness".to_owned(), 3, disposition.to_owned())]
}

#[test]
fn one_model_annotates_and_two_that_agree_block() {
    let server = says(|_| json!([defect()]));
    let alone = repo(&policy(&server.http(), &gate("[\"one\"]", TWO)));
    let (code, said) = report(&alone);
    assert_eq!((code, found(&said)), (0, one("warn")), "{said}");
    let both = repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    let (code, said) = report(&both);
    assert_eq!((code, found(&said)), (1, one("block")), "{said}");
}

#[test]
fn other_words_on_one_place_agree_and_the_same_words_on_two_places_do_not() {
    let long = "def mean(items):\n    total = sum(items)\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    e = 5\n    f = 6\n    return total / len(items)\n";
    let elsewhere = move |question: &Question| {
        let quote = if question.model == "m-one" {
            "    a = 1"
        } else {
            "    return total / len(items)"
        };
        json!([finding(quote, json!({}))])
    };
    let other_words = |question: &Question| {
        let title = format!("{} sees it its own way", question.model);
        json!([finding(
            "    return total / len(items)",
            json!({"title": title, "message": title})
        )])
    };
    let apart = says(elsewhere);
    let repo_apart = repo(&policy(&apart.http(), &gate("[\"one\", \"two\"]", TWO)));
    repo_apart.write("src/pay.py", long);
    repo_apart.commit("Grow");
    assert_eq!(report(&repo_apart).0, 0);
    let together = says(other_words);
    let repo_together = repo(&policy(&together.http(), &gate("[\"one\", \"two\"]", TWO)));
    assert_eq!(report(&repo_together).0, 1);
}

#[test]
fn two_names_of_one_model_are_one_opinion() {
    let server = says(|_| json!([defect()]));
    let more = format!(
        "{}[models.alias]\nprovider = \"fake\"\nid = \"m-one\"\n[agents.alias]\nrole = \"validator\"\nmodel = \"alias\"\n",
        gate("[\"one\", \"alias\"]", TWO)
    );
    let (code, said) = report(&repo(&policy(&server.http(), &more)));
    assert_eq!((code, found(&said)), (0, one("warn")), "{said}");
}

#[test]
fn what_a_second_model_cannot_refute_blocks() {
    let decided = |verdict: Value| {
        let server = says(move |question| match question.doubts() {
            true => verdict.clone(),
            false => json!([defect()]),
        });
        let more = gate("[\"one\"]", EITHER) + "falsifier = \"two\"\n";
        report(&repo(&policy(&server.http(), &more)))
    };
    let (code, said) = decided(verdict(false, ""));
    assert_eq!((code, found(&said)), (1, one("block")), "{said}");
    let (code, _) = decided(verdict(true, "    total = sum(items)"));
    assert_eq!(code, 0, "refuted, with evidence");
    let (code, _) = decided(verdict(true, "    if not items: return 0"));
    assert_eq!(code, 1, "evidence that stands nowhere refutes nothing");
    let (code, _) = decided(json!("rubbish"));
    assert_eq!(code, 0, "a falsifier that failed confirms nothing");
}

#[test]
fn who_said_it_cannot_confirm_it() {
    let server = says(|question| match question.doubts() {
        true => verdict(false, ""),
        false => json!([defect()]),
    });
    let more = gate("[\"one\"]", EITHER) + "falsifier = \"one\"\n";
    let (code, said) = report(&repo(&policy(&server.http(), &more)));
    assert_eq!((code, found(&said)), (0, one("warn")), "{said}");
}

#[test]
fn what_cannot_be_found_or_is_plainly_wrong_is_dropped_and_counted() {
    let quote = "    return total / len(items)";
    let server = says(move |_| {
        json!([
            finding("return items.pop()", json!({})),
            finding(quote, json!({"path": "src/other.py"})),
            finding(quote, json!({"kind": "missing-file", "subject": "src/pay.py"})),
            finding(quote, json!({"kind": "missing-symbol", "subject": "mean"})),
        ])
    });
    let (code, said) = report(&repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO))));
    assert_eq!((code, found(&said).len()), (0, 0), "{said}");
    let dropped = said["review"]["dropped"].as_array().unwrap().iter();
    let dropped: Vec<(&str, u64)> = dropped
        .map(|row| (row["what"].as_str().unwrap(), row["count"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("path/unknown-path", 2),
        ("quote/quote-not-found", 2),
        ("facts/file-exists", 2),
        ("facts/symbol-exists", 2),
    ];
    assert_eq!(dropped, expected);
}

#[test]
fn a_comment_a_waiver_and_the_baseline_count_for_what_models_say() {
    let server = says(|_| json!([finding("return total / len(items)", json!({}))]));
    let policy = policy(&server.http(), &gate("[\"one\", \"two\"]", TWO));
    let allowed = repo(&policy);
    let line =
        "    return total / len(items)  # pantheon: allow validators/correctness -- callers pass one\n";
    allowed.write(
        "src/pay.py",
        AFTER.replace("    return total / len(items)\n", line),
    );
    allowed.commit("Allow it");
    let (code, said) = report(&allowed);
    assert_eq!((code, found(&said)[0].2.as_str()), (0, "suppressed"), "{said}");
    let waived = repo(&policy);
    let (_, said) = report(&waived);
    let print = said["findings"][0]["fingerprint"].as_str().unwrap();
    let waiver = format!(
        "[[waivers]]\nfingerprint = \"{print}\"\nreason = \"known\"\nby = \"the team\"\nexpires = \"2030-01-31\"\n"
    );
    let file = waived.path("policy.toml");
    waived.write("policy.toml", policy + &waiver);
    let ran = waived.run(&["review", "--commit", "HEAD", "--policy", file.to_str().unwrap()]);
    ran.exits(0);
}

#[test]
fn what_is_said_about_the_message_never_blocks_whatever_it_is_called() {
    let server = says(|_| json!([defect()]));
    let gate = gate("[\"one\", \"two\"]", TWO).replace("validators/correctness", "validators/intent");
    let (code, said) = report(&repo(&policy(&server.http(), &gate)));
    let intent = vec![("validators/intent".to_owned(), 3, "warn".to_owned())];
    assert_eq!((code, found(&said)), (0, intent), "{said}");
    let text = Question::of(&server.asked()[0]).text;
    assert!(text.contains("| Divide by the number of items"), "{text}");
}

#[test]
fn a_kind_of_another_validator_is_read_all_the_same() {
    let quote = "    return total / len(items)";
    let server = says(move |_| json!([finding(quote, json!({"kind": "security"}))]));
    let (code, said) = report(&repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO))));
    let security = vec![("validators/security".to_owned(), 3, "block".to_owned())];
    assert_eq!((code, found(&said)), (1, security), "{said}");
}

#[test]
fn a_file_that_is_gone_can_be_a_defect() {
    let guard = "    raise PermissionError(user)";
    let server = says(move |_| json!([finding(guard, json!({"path": "src/guard.py", "line": 0}))]));
    let repo = repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    repo.write("src/guard.py", format!("def allow(user):\n{guard}\n"));
    repo.commit("Guard");
    repo.git(&["rm", "-q", "src/guard.py"]);
    repo.commit("Drop the guard");
    let (code, said) = report(&repo);
    let gone = vec![("validators/correctness".to_owned(), 0, "block".to_owned())];
    assert_eq!((code, found(&said)), (1, gone), "{said}");
}
