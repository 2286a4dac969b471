//! The budget ends the calls, and exactly there.

use super::*;
use pantheon::model::Money;
use pantheon::store::audit::Kind;
use pantheon::store::ledger::totals;

/// What a call comes to, by the prices and the fake's count.
const ONE: i64 = 49_000_000;

fn capped(server: &Server, run: i64) -> Plan {
    let mut plan = plan(server);
    plan.caps.run = Some(Money(run));
    plan
}

#[test]
fn many_at_once_spend_up_to_the_limit_and_not_beyond() {
    let server = good();
    let cap = 1_150_000_000;
    let mut world = capped(&server, cap).open();
    let statuses = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                let reply = world.ask(0, &question());
                if reply.status == 402 {
                    let error = &reply.json()["error"];
                    assert_eq!(error["type"], "billing_error");
                    let message = error["message"].as_str().unwrap();
                    assert!(
                        message.starts_with("pantheon: the budget of $1.15 for this run has no room"),
                        "{message}"
                    );
                    assert!(reply.head.contains("x-should-retry: false"));
                }
                statuses.lock().unwrap().push(reply.status);
            });
        }
    });
    let statuses = statuses.into_inner().unwrap();
    let served = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 402).count();
    assert_eq!((served + refused, server.asked().len()), (40, served));
    let why = world.stopped().unwrap();
    let spent = world.spent();
    assert_eq!(spent.cost.0, ONE * served as i64);
    // The one that was refused had no room beside what was spent, with nothing under way.
    let counted = format!("{} are spent or reserved", spent.cost);
    assert!(why.ends_with(&counted), "{why} {counted}");
    assert_eq!(served, SERVED);
    // It stays so, for a call that there would be room for, and on every wire in its own words.
    let mut small = question();
    small["max_tokens"] = json!(1);
    assert_eq!(world.ask(0, &small).status, 402);
    assert_eq!(world.ask(1, &small).json()["error"]["code"], "insufficient_quota");
    assert_eq!(
        world.ask(3, &small).json()["error"]["status"],
        "RESOURCE_EXHAUSTED"
    );
    let (spent, log) = world.close();
    assert_eq!(spent.cost.0, ONE * served as i64);
    let budget = log.iter().filter(|entry| entry.kind == Kind::Budget).count();
    assert_eq!(budget, refused + 3);
    assert_eq!(in_ledger(&world), spent.cost);
}

/// How many calls there is room for: the last begins beside $0.98, which leave room for the most that it may come to,
/// and beside $1.029 there is none any more.
const SERVED: usize = 21;

fn in_ledger(world: &World) -> Money {
    let store = Store::open(world.dir.path(), Deadline::after(seconds(10)), clock::now()).unwrap();
    totals(&store, "run-1", &clock::today()).unwrap().run
}

#[test]
fn a_limit_without_room_for_one_call_lets_none_through() {
    let server = good();
    let world = capped(&server, 1_000_000).open();
    for wire in 0..4 {
        assert_eq!(world.ask(wire, &question()).status, 402);
    }
    assert_eq!(server.asked().len(), 0);
    assert_eq!(world.spent().cost.0, 0);
}

#[test]
fn an_agent_that_asks_for_long_answers_gets_shorter_ones() {
    let server = good();
    let mut plan = capped(&server, 400_000_000);
    plan.upstreams[0].max_output = 200;
    let world = plan.open();
    let mut long = question();
    long["max_tokens"] = json!(64_000);
    assert_eq!(world.ask(0, &long).status, 200);
    let sent: Value = serde_json::from_slice(&server.asked()[0].body).unwrap();
    assert_eq!(sent["max_tokens"], 200);
}
