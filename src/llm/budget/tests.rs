//! Estimates hold, limits leave room or not, and every end of a call is accounted for.

use super::*;
use crate::llm::answer::Wait;
use crate::store::ledger::{Group, report};
use crate::sys::clock::Deadline;
use std::time::Duration;
use tempfile::TempDir;

const DAY: &str = "2026-11-21";

fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Deadline::after(Duration::from_secs(10)), 0).unwrap();
    (dir, store)
}

fn call(model: &str) -> Call<'_> {
    Call {
        provider: "gemini",
        asked: model,
        served: None,
        day: DAY,
        service_tier: None,
    }
}

fn ask(cents: i64) -> Ask<'static> {
    Ask {
        run: "r",
        day: DAY,
        provider: "gemini",
        model: "gemini-3.8-flash",
        agent: "security",
        stage: "pre-push",
        amount: Money(cents * 10_000_000),
        lasts: Duration::from_secs(60),
    }
}

fn cents(cents: i64) -> Money {
    Money(cents * 10_000_000)
}

fn day_budget(cap: i64) -> Budget {
    Budget {
        caps: Caps {
            day: Some(cents(cap)),
            ..Caps::default()
        },
        ..Budget::default()
    }
}

fn reserved(store: &Store, cents: i64) -> Id {
    match reserve(store, &Budget::default(), &ask(cents), 0).unwrap() {
        Room::Reserved(id, _) => id,
        Room::Full(full) => panic!("{full}"),
    }
}

#[test]
fn an_estimate_has_a_likely_a_high_and_a_greatest_price() {
    let plan = Plan {
        call: call("gemini-3.8-flash"),
        input: 2_000,
        calibration: Calibration {
            factor: 1.0,
            p95: 1.15,
            samples: 0,
        },
        max_output: 8_192,
        record: Record::default(),
    };
    let table = Table::shipped();
    let got = estimate(table, &plan);
    assert_eq!(
        got,
        Estimate {
            tokens: Tokens {
                input: 2_000,
                output: 800
            },
            likely: Money(1_500_000 + 3_000_000),
            high: Money(1_725_000 + 11_250_000),
            most: Money(1_897_500 + 30_720_000),
            guess: None,
        }
    );
    let shown = Plan {
        record: Record {
            output_median: Some(100),
            output_p95: Some(9_000),
            ..Record::default()
        },
        ..plan
    };
    let got = estimate(table, &shown);
    assert_eq!(
        (got.likely, got.high),
        (Money(1_500_000 + 375_000), Money(1_725_000 + 30_720_000))
    );
    assert_eq!(
        estimate(
            table,
            &Plan {
                call: call("gemini-9"),
                ..plan
            }
        )
        .guess,
        Some(Guess::UnknownModel)
    );
}

#[test]
fn what_a_provider_writes_to_its_cache_unasked_is_reserved_too() {
    let plan = Plan {
        call: Call {
            provider: "openai",
            ..call("gpt-6.1-terra")
        },
        input: 1_000,
        calibration: Calibration {
            factor: 1.0,
            p95: 1.0,
            samples: 9,
        },
        max_output: 100,
        record: Record::default(),
    };
    // 1,100 tokens at 2.50 and 100 at 5 for a million.
    assert_eq!(estimate(Table::shipped(), &plan).most, Money(2_750_000 + 500_000));
}

#[test]
fn a_limit_warns_once_and_then_refuses() {
    let (_dir, store) = store();
    let budget = day_budget(10);
    let alerts = |cents| match reserve(&store, &budget, &ask(cents), 0).unwrap() {
        Room::Reserved(_, alerts) => alerts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        Room::Full(full) => vec![full.to_string()],
    };
    assert_eq!(alerts(7), Vec::<String>::new());
    assert_eq!(
        alerts(1),
        ["$0.080 of the $0.10 for this day are spent or reserved"]
    );
    assert_eq!(alerts(1), Vec::<String>::new());
    assert_eq!(
        alerts(2),
        [
            "the budget of $0.10 for this day has no room for a call of up to $0.020: $0.090 are spent or \
             reserved"
        ]
    );
}

#[test]
fn a_call_is_settled_by_the_model_that_served_it() {
    let (_dir, store) = store();
    let id = reserved(&store, 50);
    let served = Call {
        served: Some("gemini-3.5-flash-lite"),
        ..call("gemini-2.5-flash")
    };
    let usage = Usage {
        input: 1_000_000,
        ..Usage::default()
    };
    let priced = settle(&store, Table::shipped(), id, &served, &usage, 0)
        .unwrap()
        .unwrap();
    assert_eq!(priced.cost, cents(30));
    let rows = report(&store, Group::Model, (DAY, DAY), 0).unwrap();
    assert_eq!(
        (rows[0].name.as_str(), rows[0].sum.counted()),
        ("gemini-3.5-flash-lite", cents(30))
    );
}

#[test]
fn an_answer_without_a_count_of_tokens_keeps_what_was_reserved() {
    let (_dir, store) = store();
    let id = reserved(&store, 5);
    let call = call("gemini-3.8-flash");
    assert_eq!(
        settle(&store, Table::shipped(), id, &call, &Usage::default(), 9).unwrap(),
        None
    );
    let sum = report(&store, Group::Day, (DAY, DAY), 9).unwrap()[0].sum;
    assert_eq!((sum.calls, sum.unsettled), (0, cents(5)));
}

#[test]
fn a_failure_gives_back_what_was_surely_not_charged() {
    let (_dir, store) = store();
    for (kind, counted) in [
        (FailureKind::Connect, 0),
        (FailureKind::RateLimited(None), 0),
        (FailureKind::Server, 0),
        (FailureKind::TimedOut(Wait::Connect), 0),
        (FailureKind::TimedOut(Wait::Idle), 5),
        (FailureKind::Broken, 10),
        (FailureKind::Cancelled, 15),
    ] {
        let id = reserved(&store, 5);
        failed(&store, id, &kind, 0).unwrap();
        let totals = ledger::totals(&store, "r", DAY).unwrap();
        assert_eq!(totals.day, cents(counted), "{kind:?}");
    }
}
