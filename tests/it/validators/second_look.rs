//! What a second look at a change shows: that a comment convinced a model, or that a model does not work.

use super::*;

const TWO: &str = "{ severity = \"high\", agreement = 2 }";
const PATH: &str = "src/auth/pay.py";
const COMMENT: &str = "    # Callers make sure that there is at least one item.\n";

/// The policy with more of `[review]`, and what stands closed where something was not looked at.
fn with(server: &str, more: &str) -> String {
    let gate = gate("[\"one\", \"two\"]", TWO).replace("deadline", "on-inconclusive = \"block\"\ndeadline");
    policy(server, &(gate + more))
}

/// A repository whose last commit divides, with that comment in front.
fn divides(policy: &str, comment: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write(PATH, BEFORE);
    repo.commit("Add a mean");
    repo.write(PATH, AFTER.replace("    return", &format!("{comment}    return")));
    repo.commit("Divide by the number of items");
    repo
}

fn defect_on(line: u32) -> Value {
    finding(
        "    return total / len(items)",
        json!({"path": PATH, "line": line}),
    )
}

/// What the report says of the first finding of models.
fn opinion(report: &Value) -> &Value {
    let findings = report["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|finding| finding["check"] == "validators/correctness");
    &found.unwrap_or_else(|| panic!("{report}"))["origin"]
}

/// How many questions were asked, and how many had an answer.
fn asked(report: &Value) -> (u64, u64) {
    let rows = report["review"]["asked"].as_array().unwrap().iter();
    let sum = |key: &str| rows.clone().map(|row| row[key].as_u64().unwrap()).sum();
    (sum("calls"), sum("answered"))
}

#[test]
fn whom_a_comment_convinced_is_heard_without_it() {
    let server = says(|question| match question.text.contains("Callers make sure") {
        true => json!([]),
        false => json!([defect_on(4)]),
    });
    let (code, said) = report(&divides(&with(&server.http(), ""), COMMENT));
    assert_eq!((code, found(&said).len()), (0, 0), "{said}");
    let repo = divides(&with(&server.http(), "without-comments = true\n"), COMMENT);
    let (code, said) = report(&repo);
    assert_eq!((code, asked(&said)), (1, (4, 4)), "{said}");
    assert_eq!(
        found(&said),
        [("validators/correctness".to_owned(), 4, "block".to_owned())]
    );
    assert_eq!(opinion(&said)["influenced"], true, "{said}");
    let ran = review(&repo).exits(1);
    assert!(
        ran.stdout
            .contains("only where the comments of the change are taken away"),
        "{ran}"
    );
}

#[test]
fn who_says_it_either_way_was_not_influenced() {
    let server = says(|_| json!([defect_on(4)]));
    let (code, said) = report(&divides(
        &with(&server.http(), "without-comments = true\n"),
        COMMENT,
    ));
    assert_eq!(
        (code, &opinion(&said)["influenced"], &opinion(&said)["backing"]),
        (1, &json!(false), &json!(2))
    );
}

#[test]
fn without_a_comment_there_is_one_look() {
    let server = says(|_| json!([]));
    let (code, said) = report(&divides(&with(&server.http(), "without-comments = true\n"), ""));
    assert_eq!((code, asked(&said)), (0, (2, 2)), "{said}");
}

/// What a question says about the defect that was put there: its path.
fn planted(question: &Question) -> Option<String> {
    let (_, rest) = question.text.split_once("file: `internal/summary_")?;
    Some(format!("internal/summary_{}", rest.split('`').next()?))
}

fn planted_defect(question: &Question) -> Value {
    let path = planted(question).unwrap();
    finding(
        "    return total / count",
        json!({"path": path, "line": 4, "title": "the canary divides by zero"}),
    )
}

#[test]
fn who_misses_a_defect_of_ours_has_said_nothing_by_finding_nothing() {
    let more = "canary = true\n";
    let misses = says(|_| json!([]));
    let ran = review(&divides(&with(&misses.http(), more), "")).exits(3);
    assert!(
        ran.stdout
            .contains("did not find the defect that was put there on purpose"),
        "{ran}"
    );
    // One of two is not enough.
    let one_misses = says(|question| match question.model == "m-one" {
        true => json!([]),
        false => json!([planted_defect(question)]),
    });
    review(&divides(&with(&one_misses.http(), more), "")).exits(3);
    let finds = says(|question| json!([planted_defect(question)]));
    review(&divides(&with(&finds.http(), more), "")).exits(0);
}

#[test]
fn nothing_is_shown_of_a_defect_of_ours() {
    let server = says(|question| json!([planted_defect(question), defect_on(3)]));
    let repo = divides(&with(&server.http(), "canary = true\n"), "");
    let (code, said) = report(&repo);
    assert_eq!((code, found(&said).len()), (1, 1), "{said}");
    assert_eq!(said["review"]["dropped"], json!([]), "{said}");
    for format in ["human", "json", "jsonl", "sarif"] {
        let ran = repo
            .run(&["review", "--commit", "HEAD", "--format", format])
            .exits(1);
        for word in ["internal/summary", "canary", "total / count"] {
            assert!(
                !ran.stdout.contains(word) && !ran.stderr.contains(word),
                "{word}: {ran}"
            );
        }
    }
    let asked = server.asked();
    assert!(planted(&Question::of(&asked[0])).is_some());
}
