//! Models that call for tools before they answer.

use super::*;
use pantheon::llm::answer::Finish;
use pantheon::llm::request::{Part, Role, Tool, ToolChoice, ToolResult, Turn};

/// A server that calls for a tool until it is given a result.
fn curious() -> Server {
    Server::new(|asked, conn| {
        let is_told = body(asked).contains("\"role\":\"tool\"");
        let body = match is_told {
            true => answer(GOOD, |_| ()),
            false => answer("", |value| {
                let choice = &mut value["choices"][0];
                choice["finish_reason"] = json!("tool_calls");
                choice["message"]["tool_calls"] = json!([{"id": "c1", "type": "function",
                    "function": {"name": "read", "arguments": "{\"path\": \"a.rs\"}"}}]);
            }),
        };
        conn.json(200, &body)
    })
}

fn request() -> Request {
    let mut request = Request::question("", "You judge.", "Is this well?", 50);
    request.schema = Some(Schema {
        name: "findings".to_owned(),
        value: schema(),
    });
    request.tools = vec![Tool {
        name: "read".to_owned(),
        description: "Reads.".to_owned(),
        parameters: json!({"type": "object", "properties": {}}),
    }];
    request
}

fn ask(book: &Book, store: Option<&Store>, request: &Request) -> Reply {
    let value = schema();
    let question = Question {
        agent: "agent",
        task: "",
        stage: "manual",
        run: "run",
        day: DAY,
        repository: "",
        request,
        expected: Some(Expected {
            schema: &value,
            verbatim: &[],
            synonyms: &[],
            limits: Limits::default(),
        }),
        prompt: "digest",
        deadline: Instant::now() + Duration::from_secs(20),
        cancel: Cancel::default(),
    };
    block_on(Client::new(book, store).ask(&question)).unwrap()
}

/// Goes on with what the tool says.
fn told(request: &Request, reply: &Reply, said: &str) -> Request {
    let given = reply.answer.as_ref().unwrap();
    let result = ToolResult {
        id: given.calls[0].id.clone(),
        name: given.calls[0].name.clone(),
        content: said.to_owned(),
        is_error: false,
    };
    let mut next = request.clone();
    next.turns.push(Turn {
        role: Role::Model,
        parts: given.turn.clone(),
    });
    next.turns.push(Turn {
        role: Role::User,
        parts: vec![Part::Result(result)],
    });
    next
}

#[test]
fn calls_come_through_and_the_conversation_is_kept() {
    let server = curious();
    let (_dir, store) = state();
    let book = paid(&one(&server));
    for (round, asked) in [(0, 2), (1, 2)] {
        let first = ask(&book, Some(&store), &request());
        let given = first.answer.as_ref().unwrap();
        assert_eq!((given.finish.clone(), given.cached), (Finish::Calls, round == 1));
        assert_eq!(given.calls.len(), 1);
        assert_eq!(
            (given.calls[0].id.as_str(), &given.calls[0].args),
            ("c1", &json!({"path": "a.rs"}))
        );
        assert!(!given.is_whole() && given.reading.is_none());
        assert_eq!(failures(&first), Vec::<String>::new());
        let last = ask(&book, Some(&store), &told(&request(), &first, "fn a() {}"));
        let given = last.answer.as_ref().unwrap();
        assert!(given.is_whole() && given.calls.is_empty());
        assert_eq!(given.cached, round == 1);
        assert_eq!(server.asked().len(), asked);
    }
    let sent = server.asked();
    let first: Value = serde_json::from_slice(&sent[0].body).unwrap();
    assert!(
        first.get("response_format").is_none(),
        "beside tools the schema stands in words"
    );
    assert!(
        first["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("JSON Schema")
    );
    let second: Value = serde_json::from_slice(&sent[1].body).unwrap();
    assert_eq!(second["messages"][2]["tool_calls"][0]["id"], "c1");
    assert_eq!(
        second["messages"][3],
        json!({"role": "tool", "tool_call_id": "c1", "content": "fn a() {}"})
    );
    let first = ask(&book, Some(&store), &request());
    let other = ask(&book, Some(&store), &told(&request(), &first, "fn b() {}"));
    assert!(
        !other.answer.unwrap().cached,
        "another result is another question"
    );
}

#[test]
fn who_may_not_call_has_not_answered_with_a_call() {
    let server = curious();
    let book = book(&one(&server));
    let mut never = request();
    never.tool_choice = ToolChoice::Never;
    let reply = ask(&book, None, &never);
    assert!(reply.answer.is_none());
    assert_eq!(failures(&reply), ["first at one: malformed"]);
}
