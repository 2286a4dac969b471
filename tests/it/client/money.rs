//! The budget: what is reserved, what is settled, and what happens where there is no room.

use super::*;
use pantheon::model::Money;

/// What forty tokens in and nine out cost at a dollar for a thousand.
const COST: Money = Money(49_000_000);

fn limited(server: &Server, budget: &str, more: &str) -> String {
    format!("{}{more}[budget]\n{budget}\n", one(server))
}

#[test]
fn without_room_nothing_is_sent() {
    let server = says("fine");
    let book = paid(&limited(&server, "per-day = \"0.05 USD\"", ""));
    let (_dir, store) = state();
    let reply = Ask::default().by(&book, Some(&store));
    assert_eq!(failures(&reply), ["first at one: budget"]);
    let message = &reply.failures[0].1.message;
    assert!(
        message.starts_with("the budget of $0.050 for this day has no room for a call of up to $0."),
        "{message}"
    );
    assert_eq!(server.connections(), 0);
    assert_eq!(spent(&store), Sum::default());
}

#[test]
fn a_call_is_settled_by_what_it_took() {
    let server = says("fine");
    let book = paid(&limited(&server, "per-day = \"1 USD\"", ""));
    let (_dir, store) = state();
    let reply = Ask::default().by(&book, Some(&store));
    assert_eq!((text(&reply), reply.cost), ("fine", COST));
    let sum = spent(&store);
    assert_eq!((sum.calls, sum.spent, sum.counted()), (1, COST, COST));
    assert_eq!((sum.usage.input, sum.usage.output), (40, 9));
    assert_eq!(reply.usage, sum.usage);
}

#[test]
fn without_a_state_the_price_is_known_all_the_same() {
    let server = says("fine");
    let reply = Ask::default().by(&paid(&one(&server)), None);
    assert_eq!((reply.cost, reply.usage.input), (COST, 40));
}

#[test]
fn at_the_limit_the_cheaper_or_the_local_model_is_asked_or_nobody() {
    for (at_limit, answered) in [
        ("stop", None),
        ("cheaper", Some("small")),
        ("offline", Some("small")),
    ] {
        let (dear, small) = (says("dear"), says("small"));
        let more = format!(
            "cheaper = \"small\"\noffline = \"small\"\n{}[models.small]\nprovider = \"two\"\nid = \"model-1\"\n",
            provider("two", &small.http(), "")
        );
        let budget = format!("per-day = \"0.05 USD\"\nat-limit = \"{at_limit}\"");
        let mut book = paid(&limited(&dear, &budget, &more));
        for n in 0..book.places.len() {
            book.places[n].free = book.places[n].provider == "two";
            book.table.endpoints[n].free = book.places[n].free;
            book.table.endpoints[n].local = book.places[n].free;
        }
        let (_dir, store) = state();
        let reply = Ask::default().by(&book, Some(&store));
        let model = reply.answer.as_ref().map(|given| given.model.as_str());
        assert_eq!(model, answered, "{at_limit}: {reply:?}");
        assert_eq!(reply.failures[0].1.kind.name(), "budget");
        assert_eq!(dear.connections(), 0);
        assert_eq!(small.connections(), usize::from(answered.is_some()));
    }
}

#[test]
fn a_used_up_limit_is_named_as_the_reason() {
    let server = says("fine");
    let book = paid(&limited(&server, "per-run = \"0.40 USD\"", ""));
    let (_dir, store) = state();
    let mut asked = 0;
    let refused = loop {
        let ask = Ask {
            text: format!("question {asked}"),
            ..Ask::default()
        };
        let reply = ask.by(&book, Some(&store));
        if reply.answer.is_none() {
            break reply;
        }
        asked += 1;
        assert!(asked < 10, "a limit of 40 cents ends before ten calls of five");
    };
    assert!(asked >= 4, "{asked}");
    assert_eq!(refused.failure().unwrap().kind.name(), "budget");
    assert!(spent(&store).counted() <= Money(400_000_000));
    assert_eq!(server.asked().len(), asked);
    // Another run has a limit of its own.
    let other = Ask {
        run: "run-2",
        text: "another".to_owned(),
        ..Ask::default()
    };
    assert_eq!(text(&other.by(&book, Some(&store))), "fine");
}

#[test]
fn each_try_is_reserved_and_an_error_gives_it_back() {
    for status in [400, 500] {
        let server = fails(status);
        let text = one(&server).replace("attempts = 1", "attempts = 2") + "[budget]\nper-day = \"9 USD\"\n";
        let (_dir, store) = state();
        let reply = Ask::default().by(&paid(&text), Some(&store));
        assert_eq!(reply.attempts.len(), if status == 400 { 1 } else { 2 });
        assert_eq!((spent(&store), reply.cost), (Sum::default(), Money::ZERO));
        assert_eq!(reply.notes, Vec::<String>::new());
    }
}

#[test]
fn what_may_have_been_charged_counts_and_is_said() {
    let cut = Server::new(|_, conn| {
        conn.chunked(crate::fake::JSON);
        conn.chunk(b"{\"id\":");
        Then::Close
    });
    let stalls = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    });
    for (server, kind) in [(cut, "broken"), (stalls, "timed-out-first-byte")] {
        let text = one(&server).replace("attempts = 1", "attempts = 2\nfirst-byte-timeout = \"200ms\"");
        let (_dir, store) = state();
        let reply = Ask::default().by(&paid(&text), Some(&store));
        assert_eq!(failures(&reply), [format!("first at one: {kind}")]);
        let sum = spent(&store);
        assert_eq!((sum.lost, sum.calls), (2, 0));
        assert!(sum.unsettled > Money(100_000_000), "{sum:?}");
        let note = &reply.notes[0];
        assert!(
            note.starts_with("`one` may charge for a call without an answer: $0."),
            "{note}"
        );
    }
}

#[test]
fn an_answer_without_a_count_costs_all_that_was_reserved() {
    let server = Server::new(|_, conn| conn.json(200, &answer("fine", |value| value["usage"] = Value::Null)));
    let (_dir, store) = state();
    let reply = Ask::default().by(&paid(&one(&server)), Some(&store));
    assert_eq!(text(&reply), "fine");
    let sum = spent(&store);
    assert_eq!((sum.lost, sum.unsettled), (1, reply.cost));
    assert_eq!(
        reply.notes,
        ["the provider did not count the tokens: the reservation counts as spent"]
    );
}

#[test]
fn the_model_that_served_is_noted_and_priced() {
    let server =
        Server::new(|_, conn| conn.json(200, &answer("fine", |value| value["model"] = json!("other-2"))));
    let more = "[models.other]\nprovider = \"one\"\nid = \"other-2\"\ninput-price = \"1 USD\"\noutput-price = \"1 \
                USD\"\n";
    let (_dir, store) = state();
    let reply = Ask::default().by(&paid(&(one(&server) + more)), Some(&store));
    assert_eq!(
        reply.notes,
        ["asked `model-1`, and `other-2` answered: priced as that"]
    );
    assert_eq!(reply.cost, Money(49_000));
    let rows = ledger::report(&store, Group::Model, (DAY, DAY), i64::MAX).unwrap();
    assert_eq!(
        (rows.len(), rows[0].name.as_str(), rows[0].sum.spent),
        (1, "other-2", Money(49_000))
    );
    let given = reply.answer.unwrap();
    assert_eq!(given.served.as_deref(), Some("other-2"));
    // What another model said is not kept as this one's.
    Ask::default().by(&paid(&(one(&server) + more)), Some(&store));
    assert_eq!(server.asked().len(), 2);
}
