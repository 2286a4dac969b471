//! The same content gets the same verdict, and a second round asks for nothing the first could have asked for.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const TWO: &str = "{ severity = \"high\", agreement = 2 }";

#[test]
fn the_same_content_is_asked_about_once() {
    let calls = AtomicUsize::new(0);
    // What a model says changes from call to call: what it said first counts.
    let server = says(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => json!([defect()]),
        _ => json!([]),
    });
    let repo = repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    let first = report(&repo);
    let again = report(&repo);
    assert_eq!((first.0, found(&first.1)), (again.0, found(&again.1)));
    assert_eq!(first.0, 1);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn an_answer_that_had_to_be_asked_for_twice_is_kept_too() {
    let calls = AtomicUsize::new(0);
    let server = Server::new(move |asked, conn| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => {
            let body = whole(&Question::of(asked), "no json");
            conn.json(200, body.to_string().as_bytes())
        }
        1 => answer(conn, &Question::of(asked), &json!([defect()])),
        _ => answer(conn, &Question::of(asked), &json!([])),
    });
    let repo = repo(&policy(&server.http(), &gate("[\"one\"]", TWO)));
    let first = found(&report(&repo).1);
    assert_eq!((first.len(), found(&report(&repo).1)), (1, first));
    assert_eq!(server.asked().len(), 2);
}

/// A branch of one base that is reviewed after each of its commits.
fn branch(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write("src/pay.py", BEFORE);
    repo.write("src/other.py", "a = 1\n");
    repo.commit("Begin");
    repo.git(&["checkout", "-q", "-b", "work"]);
    repo
}

fn review_branch(repo: &Repo) -> (i32, Value) {
    let ran = repo.run(&["review", "main...HEAD", "--format", "json"]);
    (
        ran.code,
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}")),
    )
}

#[test]
fn a_new_finding_in_lines_that_were_reviewed_does_not_block_a_second_round() {
    // In the first round nobody says anything about the division; in the second both do.
    let server = says(|question| match question.text.contains("b = 2") {
        true => json!([defect()]),
        false => json!([]),
    });
    let repo = branch(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    let rest: String = (0..30).map(|n| format!("x{n} = {n}\n")).collect();
    repo.write("src/pay.py", format!("{AFTER}{rest}"));
    repo.commit("Divide");
    assert_eq!(review_branch(&repo).0, 0);
    repo.write("src/pay.py", format!("{AFTER}{rest}b = 2\n"));
    repo.commit("Add b");
    let (code, said) = review_branch(&repo);
    assert_eq!((code, found(&said)[0].2.as_str()), (0, "warn"), "{said}");
    assert!(said.to_string().contains("seen-before"), "{said}");
    // Nor does a third one, though the second has said it.
    repo.write("src/pay.py", format!("{AFTER}{rest}b = 2\nc = 3\n"));
    repo.commit("Add c");
    assert_eq!(review_branch(&repo).0, 0);
}

#[test]
fn a_finding_that_stays_blocks_in_each_round() {
    let server = says(|_| json!([defect()]));
    let repo = branch(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    repo.write("src/pay.py", AFTER);
    repo.commit("Divide");
    assert_eq!(review_branch(&repo).0, 1);
    repo.write("src/other.py", "a = 1\nb = 2\n");
    repo.commit("Add b");
    assert_eq!(review_branch(&repo).0, 1);
}

#[test]
fn rounds_come_to_an_end() {
    let server = says(|question| match question.text.contains("total / len") {
        true => json!([defect()]),
        false => json!([]),
    });
    let repo = branch(&policy(
        &server.http(),
        &(gate("[\"one\", \"two\"]", TWO) + "rounds = 1\n"),
    ));
    repo.write("src/other.py", "a = 1\nb = 2\n");
    repo.commit("Add b");
    assert_eq!(review_branch(&repo).0, 0);
    repo.write("src/pay.py", AFTER);
    repo.commit("Divide");
    let (code, said) = review_branch(&repo);
    assert_eq!(code, 0, "{said}");
    assert!(said.to_string().contains("rounds-over"), "{said}");
}
