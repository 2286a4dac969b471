//! The loop against a scripted model.

use super::*;
use crate::llm::answer::Failure;
use crate::llm::request::{Part, Role};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::time::Duration;

/// A model that says what it was told to say, turn by turn; the last thing for ever.
struct Scripted {
    says: RefCell<Vec<Reply>>,
    asked: RefCell<Vec<Request>>,
}

impl Mind for Scripted {
    fn ask(&self, request: &Request) -> Reply {
        self.asked.borrow_mut().push(request.clone());
        let mut says = self.says.borrow_mut();
        match says.len() {
            0 => Reply::default(),
            _ => says.remove(0),
        }
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Hands that answer everything with one text.
struct Still(Vec<String>);

impl Hands for Still {
    fn does(&mut self, call: &Call) -> Result<Answer, String> {
        self.0.push(call.tool.clone());
        match call.args["path"].as_str() {
            Some("break") => Err("the hands are gone".to_owned()),
            _ => Ok(Answer {
                ok: true,
                text: "same".to_owned(),
            }),
        }
    }
}

fn given(text: &str, finish: Finish, calls: Vec<ToolCall>) -> Reply {
    let turn = calls.iter().cloned().map(Part::Call).collect();
    let given = Given {
        model: "m".to_owned(),
        endpoint: "e".to_owned(),
        served: Some("m-1".to_owned()),
        finish,
        text: text.to_owned(),
        reading: None,
        cached: false,
        asked_again: false,
        calls,
        turn,
    };
    let usage = Usage {
        input: 10,
        output: 2,
        ..Usage::default()
    };
    Reply {
        answer: Some(given),
        usage,
        cost: Money(5),
        ..Reply::default()
    }
}

fn call(name: &str, args: Value) -> ToolCall {
    ToolCall {
        id: "1".to_owned(),
        name: name.to_owned(),
        args,
        signature: None,
    }
}

fn calls(name: &str, path: &str) -> Reply {
    given("", Finish::Calls, vec![call(name, json!({ "path": path }))])
}

fn run(says: Vec<Reply>) -> (Worked, Vec<String>, Vec<Request>) {
    let mind = Scripted {
        says: RefCell::new(says),
        asked: RefCell::default(),
    };
    let mut hands = Still(Vec::new());
    let limits = Limits {
        time: Duration::from_secs(60),
        turns: 9,
        dollars: None,
    };
    let told = |_: Told<'_>| {};
    let work_ = Work {
        system: "be",
        prompt: "do",
        tools: &[],
        limits,
        mind: &mind,
        tell: &told,
    };
    let worked = work(&work_, &mut hands);
    (worked, hands.0, mind.asked.into_inner())
}

#[test]
fn it_goes_on_until_the_model_calls_for_nothing() {
    let (worked, done, asked) = run(vec![
        calls("read", "a"),
        calls("edit", "a"),
        given("fixed it", Finish::Complete, Vec::new()),
    ]);
    assert_eq!(worked.end, End::Done);
    assert_eq!(
        (worked.said.as_str(), worked.models),
        ("fixed it", vec!["m-1".to_owned()])
    );
    assert_eq!(done, ["read", "edit"]);
    assert_eq!((worked.usage.input, worked.cost), (30, Money(15)));
    let roles: Vec<Role> = asked[2].turns.iter().map(|turn| turn.role).collect();
    assert_eq!(
        roles,
        [Role::User, Role::Model, Role::User, Role::Model, Role::User]
    );
    assert_eq!(asked[0].tools.len(), 7);
}

#[test]
fn the_same_call_with_the_same_answer_ends_it() {
    let says = (0..8).map(|_| calls("grep", "a")).collect();
    let (worked, done, _) = run(says);
    let why = "the agent repeats itself: `grep` on `a`, with the same answer";
    assert_eq!(worked.end, End::Limit(why.to_owned()));
    assert_eq!(done.len(), 4);
}

#[test]
fn turns_are_counted() {
    let says = (0..20).map(|n| calls("read", &n.to_string())).collect();
    let (worked, done, _) = run(says);
    assert_eq!(worked.end, End::Limit("the session took 9 turns".to_owned()));
    assert_eq!(done.len(), 9);
}

#[test]
fn an_answer_that_is_cut_off_goes_on_a_few_times() {
    let says = (0..9)
        .map(|_| given("half", Finish::Truncated, Vec::new()))
        .collect();
    let (worked, _, asked) = run(says);
    assert_eq!(
        worked.end,
        End::Limit("the model's answers are cut off by their length".to_owned())
    );
    assert_eq!(asked.len(), 4);
}

#[test]
fn no_answer_is_told_with_its_reason() {
    let fail = |kind, why: &str| {
        let failure = Failure::new(kind, why);
        Reply {
            failures: vec![("m at e".to_owned(), failure)],
            ..Reply::default()
        }
    };
    let (worked, ..) = run(vec![fail(FailureKind::Auth, "no key")]);
    assert_eq!(worked.end, End::Failed("m at e: no key".to_owned()));
    let (worked, ..) = run(vec![fail(FailureKind::Budget, "spent")]);
    assert_eq!(worked.end, End::Limit("m at e: spent".to_owned()));
    let (worked, ..) = run(vec![given("", Finish::Refused("cyber".to_owned()), Vec::new())]);
    assert_eq!(worked.end, End::Failed("the model declined: cyber".to_owned()));
    let (worked, ..) = run(vec![calls("write", "break")]);
    assert_eq!(worked.end, End::Failed("the hands are gone".to_owned()));
}

#[test]
fn arguments_that_are_no_object_are_the_models_fault() {
    let bad = given("", Finish::Calls, vec![call("read", json!([1]))]);
    let (worked, done, asked) = run(vec![bad, given("ok", Finish::Complete, Vec::new())]);
    assert_eq!((worked.end, done.len()), (End::Done, 0));
    let Part::Result(result) = &asked[1].turns[2].parts[0] else {
        panic!("no result")
    };
    assert!(result.is_error && result.content == "the arguments are no object");
}

#[test]
fn old_results_give_way() {
    let mut talk = Talk::new("be", "do", Vec::new());
    let result = |text: String| ToolResult {
        id: String::new(),
        name: "read".into(),
        content: text,
        is_error: false,
    };
    for _ in 0..3 {
        talk.go_on(Vec::new(), vec![result("x".repeat(180_000))]);
    }
    let lengths: Vec<usize> = talk
        .request()
        .turns
        .iter()
        .flat_map(|turn| &turn.parts)
        .filter_map(|part| match part {
            Part::Result(result) => Some(result.content.len()),
            _ => None,
        })
        .collect();
    assert_eq!(lengths, [50, 180_000, 180_000]);
}

#[test]
fn a_tool_that_was_not_granted_does_nothing() {
    let (worked, done, asked) = run(vec![calls("fly", "a"), given("ok", Finish::Complete, Vec::new())]);
    assert_eq!((worked.end, done.len()), (End::Done, 0));
    let Part::Result(result) = &asked[1].turns[2].parts[0] else {
        panic!("no result")
    };
    assert_eq!(result.content, "there is no tool `fly`");
}
