//! Answers that are kept, and those that are not.

use super::*;

#[test]
fn the_same_question_is_asked_once() {
    let server = says(GOOD);
    let (_dir, store) = state();
    let book = paid(&one(&server));
    let reply = Ask::form().by(&book, Some(&store));
    assert!(!reply.answer.unwrap().cached);
    let again = Ask::form().by(&book, Some(&store));
    let given = again.answer.as_ref().unwrap();
    assert!(given.cached && given.is_whole());
    assert_eq!(given.reading.as_ref().unwrap().value, json!({"findings": []}));
    assert_eq!((again.cost.0, again.attempts.len()), (0, 0));
    assert_eq!(server.connections(), 1);
}

#[test]
fn whose_turn_it_is_does_not_matter_to_what_is_kept() {
    let servers = [says("a"), says("b")];
    let text = provider("one", &servers[0].http(), "")
        + &provider("two", &servers[1].http(), "")
        + &first("[\"one\", \"two\"]", "").replace("balance = \"first\"", "");
    let (_dir, store) = state();
    let book = book(&text);
    for _ in 0..3 {
        let reply = Ask::default().by(&book, Some(&store));
        assert_eq!(super::text(&reply), "a");
    }
    assert_eq!(servers.map(|server| server.connections()), [1, 0]);
}

#[test]
fn another_question_is_asked() {
    let server = says(GOOD);
    let (_dir, store) = state();
    let text = one(&server);
    let base = Ask::form();
    base.by(&book(&text), Some(&store));
    let others = [
        Ask {
            text: "Is that well?".to_owned(),
            ..base.clone()
        },
        Ask {
            prompt: "digest-2",
            ..base.clone()
        },
        Ask {
            max_output: 51,
            ..base.clone()
        },
        Ask::default(),
    ];
    for (n, other) in others.iter().enumerate() {
        other.by(&book(&text), Some(&store));
        assert_eq!(server.asked().len(), n + 2);
    }
    let settings = [
        "temperature = 0.5",
        "seed = 7",
        "effort = \"high\"",
        "thinking-budget = 512",
    ];
    for (n, setting) in settings.iter().enumerate() {
        let text = text.replace("max-output = 256", &format!("max-output = 256\n{setting}"));
        base.by(&book(&text), Some(&store));
        assert_eq!(server.asked().len(), n + 6, "{setting}");
    }
    let model = text.replace("id = \"model-1\"", "id = \"model-2\"");
    base.by(&book(&model), Some(&store));
    assert_eq!(server.asked().len(), 10);
    // All of them are still there but the last, which another model answered.
    base.by(&book(&text), Some(&store));
    others[1].by(&book(&text), Some(&store));
    assert_eq!(server.asked().len(), 10);
}

#[test]
fn an_answer_that_is_not_whole_is_never_kept() {
    let cases: [(&str, &str, &str); 6] = [
        ("length", r#"{"findings":[{"line":1,"title":"a"}"#, "truncated"),
        ("content_filter", GOOD, "blocked"),
        (
            "stop",
            r#"{"findings":[{"line":1,"title":"a"},{"line":"x"}]}"#,
            "dropped",
        ),
        ("stop", r#"{"findings":[{"line":1,"title":"a"}"#, "cut"),
        ("stop", "no", "invalid"),
        ("weird", GOOD, "other"),
    ];
    for (finish, said, what) in cases {
        let server = Server::new(move |_, conn| {
            conn.json(
                200,
                &answer(said, |value| value["choices"][0]["finish_reason"] = json!(finish)),
            )
        });
        let (_dir, store) = state();
        let book = book(&one(&server));
        let reply = Ask::form().by(&book, Some(&store));
        let is_whole = reply.answer.is_some_and(|given| given.is_whole());
        assert!(!is_whole, "{what}");
        let asked = server.asked().len();
        Ask::form().by(&book, Some(&store));
        assert_eq!(server.asked().len(), 2 * asked, "{what}");
    }
}

#[test]
fn refused_and_empty_answers_are_not_kept() {
    let refused = Server::new(|_, conn| {
        let body = answer("", |value| {
            value["choices"][0]["message"] =
                json!({"role": "assistant", "content": null, "refusal": "I will not"});
        });
        conn.json(200, &body)
    });
    let empty = says("  ");
    for server in [refused, empty] {
        let (_dir, store) = state();
        let book = book(&one(&server));
        Ask::default().by(&book, Some(&store));
        Ask::default().by(&book, Some(&store));
        assert_eq!(server.asked().len(), 2);
    }
}

#[test]
fn without_a_state_nothing_is_kept() {
    let server = says("fine");
    let book = book(&one(&server));
    Ask::default().by(&book, None);
    Ask::default().by(&book, None);
    assert_eq!(server.asked().len(), 2);
}
