//! Calls that the worker carries: the parent does with them what it does with its own.

use super::*;
use crate::support::PANTHEON;
use pantheon::app::worker::{Level, Worker};
use std::sync::atomic::{AtomicUsize, Ordering};

fn worker() -> Worker {
    Worker::of(PANTHEON, Vec::new())
}

#[test]
fn a_bad_answer_is_asked_for_once_more_and_a_good_one_is_kept() {
    let turn = AtomicUsize::new(0);
    let server = Server::new(move |_, conn| {
        let first = turn.fetch_add(1, Ordering::Relaxed) == 0;
        conn.json(200, &contract::answer(KIND, if first { "no JSON" } else { GOOD }))
    });
    let (_dir, store) = state();
    let (book, worker) = (paid(&one(&server)), worker());
    let ask = || Ask::form().through(&book, Some(&store), &worker);
    let reply = ask();
    let given = reply.answer.as_ref().unwrap();
    assert!(given.asked_again && given.is_whole());
    assert_eq!(given.reading.as_ref().unwrap().value, json!({"findings": []}));
    assert_eq!((spent(&store).calls, reply.usage.input), (2, 80));
    assert!(ask().answer.unwrap().cached);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_worker_that_cannot_be_had_costs_nothing_and_is_not_tried_again() {
    let server = says(GOOD);
    let (_dir, store) = state();
    let nowhere = Worker::of("/nowhere/pantheon", Vec::new()).at_least(Level::Strict);
    let reply = Ask::form().through(&paid(&one(&server)), Some(&store), &nowhere);
    assert_eq!(failures(&reply), ["first at one: refused"]);
    assert!(
        reply.failures[0]
            .1
            .message
            .starts_with("the worker cannot be started: ")
    );
    assert_eq!((spent(&store), server.asked().len()), (Sum::default(), 0));
}
