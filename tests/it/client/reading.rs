//! Answers that cannot be read as they are: asked again once, or taken for what they are worth.

use super::*;
use std::sync::Mutex;

/// A server that says one thing after another, and the last one for ever.
fn script(said: &'static [&'static str]) -> Server {
    let turn = Mutex::new(0);
    Server::new(move |_, conn| {
        let mut turn = turn.lock().unwrap();
        let text = said[(*turn).min(said.len() - 1)];
        *turn += 1;
        conn.json(200, &contract::answer(KIND, text))
    })
}

const BAD: &str = "MARKER-OF-THE-BAD-ANSWER is what I think";

#[test]
fn a_bad_answer_is_asked_for_once_more_without_it() {
    let server = script(&[BAD, GOOD]);
    let (_dir, store) = state();
    let book = paid(&one(&server));
    let reply = Ask::form().by(&book, Some(&store));
    let given = reply.answer.as_ref().unwrap();
    assert!(given.asked_again && given.is_whole());
    assert_eq!(failures(&reply), Vec::<String>::new());
    assert!(
        reply.notes[0].starts_with("first at one was asked again: the answer is not JSON: "),
        "{:?}",
        reply.notes
    );
    let asked: Vec<String> = server.asked().iter().map(body).collect();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].contains("Your answer could not be used: the answer is not JSON"));
    assert!(asked[1].contains("Is this well?"));
    assert!(!asked[1].contains("MARKER"));
    // Both were paid for, and the second is kept for the first question.
    assert_eq!(spent(&store).calls, 2);
    assert_eq!(reply.usage.input, 80);
    Ask::form().by(&book, Some(&store));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn the_second_bad_answer_is_the_last() {
    let server = script(&[BAD]);
    let reply = Ask::form().by(&book(&one(&server)), None);
    assert_eq!(failures(&reply), ["first at one: malformed"]);
    assert_eq!(server.asked().len(), 2);
    assert!(!format!("{reply:?}").contains("MARKER"), "{reply:?}");
}

fn ending(finish: &'static str, said: &'static str) -> Server {
    Server::new(move |_, conn| {
        conn.json(
            200,
            &answer(said, |value| value["choices"][0]["finish_reason"] = json!(finish)),
        )
    })
}

#[test]
fn a_truncated_answer_adds_what_it_has_and_is_not_whole() {
    let server = ending("length", r#"{"findings":[{"line":7,"title":"a"},{"line":8,"ti"#);
    let reply = Ask::form().by(&book(&one(&server)), None);
    let given = reply.answer.as_ref().unwrap();
    assert!(!given.is_whole());
    let findings = &given.reading.as_ref().unwrap().value["findings"];
    assert_eq!(findings, &json!([{"line": 7, "title": "a"}]));
    assert_eq!(
        reply.failure().unwrap().message,
        "the answer was cut off at the limit on tokens"
    );
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn who_declines_or_is_stopped_is_not_asked_again() {
    for (finish, said, message) in [
        (
            "content_filter",
            "",
            "a filter of the provider stopped the answer",
        ),
        ("length", "", "the answer was cut off at the limit on tokens"),
    ] {
        let server = ending(finish, said);
        let reply = Ask::form().by(&book(&one(&server)), None);
        let told = &reply.failure().unwrap().message;
        assert!(told.starts_with(message), "{told}");
        assert!(reply.answer.is_none());
        assert_eq!(server.asked().len(), 1, "{finish}");
    }
}

#[test]
fn a_whole_answer_of_the_next_model_takes_the_place_of_a_part() {
    let (part, whole) = (
        ending("length", r#"{"findings":[{"line":7,"title":"a"}"#),
        says(GOOD),
    );
    let text = provider("one", &part.http(), "")
        + &provider("two", &whole.http(), "")
        + &first("[\"one\", \"two\"]", "");
    let reply = Ask::form().by(&book(&text), None);
    let given = reply.answer.as_ref().unwrap();
    assert_eq!((given.endpoint.as_str(), given.is_whole()), ("two", true));
    assert_eq!(failures(&reply), ["first at one: malformed"]);
}

#[test]
fn a_server_that_cut_the_prompt_is_found_out() {
    let server = says("fine");
    let long = Ask {
        text: "a line of text that is counted\n".repeat(400),
        ..Ask::default()
    };
    let reply = long.by(&book(&one(&server)), None);
    assert_eq!(failures(&reply), ["first at one: context-too-long"]);
    let message = &reply.failure().unwrap().message;
    assert!(
        message.starts_with("the server cut the prompt: it counted 40 tokens of about "),
        "{message}"
    );
    assert!(reply.answer.is_none());
}

/// Asks twelve questions of a server that counts so many percent of what the estimator does.
fn counting(percent: u64) -> Vec<bool> {
    let told = long(0).by(&book(&one(&says("fine"))), None);
    let message = told.failure().unwrap().message.clone();
    let estimate: u64 = message.rsplit(' ').next().unwrap().parse().unwrap();
    let counted = estimate * percent / 100;
    let server = Server::new(move |_, conn| {
        conn.json(
            200,
            &answer("fine", |value| value["usage"]["prompt_tokens"] = json!(counted)),
        )
    });
    let book = book(&one(&server));
    let (_dir, store) = state();
    (0..12)
        .map(|n| long(n).by(&book, Some(&store)).answer.is_some())
        .collect()
}

#[test]
fn a_model_that_cuts_text_otherwise_is_believed_in_time() {
    let answered = counting(65);
    assert_eq!((answered[0], answered[11]), (false, true), "{answered:?}");
}

#[test]
fn a_server_that_goes_on_cutting_is_never_believed() {
    assert_eq!(counting(40), [false; 12]);
}

fn long(n: usize) -> Ask {
    Ask {
        text: format!("{n} {}", "a line of text that is counted\n".repeat(100)),
        ..Ask::default()
    }
}
