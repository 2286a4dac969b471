//! What is reserved, settled, lost and summed up.

use super::*;
use crate::store::fixture;

const DAY: &str = "2026-11-21";

fn ask<'a>(run: &'a str, day: &'a str, cents: i64) -> Ask<'a> {
    Ask {
        run,
        day,
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

fn bill(cost: Money) -> Bill<'static> {
    Bill {
        model: "gemini-3.5-flash-lite",
        cost,
        guessed: false,
        usage: Usage {
            input: 40,
            cache_read: 8,
            output: 39,
            thinking: 30,
            ..Usage::default()
        },
    }
}

fn granted(reserved: Reserved) -> Id {
    match reserved {
        Reserved::Granted(id, _) => id,
        Reserved::Refused { .. } => panic!("{reserved:?}"),
    }
}

#[test]
fn a_reservation_counts_until_it_is_settled_for_what_it_cost() {
    let (_dir, store) = fixture::store();
    let caps = Caps {
        day: Some(cents(10)),
        ..Caps::default()
    };
    let first = reserve(&store, &ask("r1", DAY, 7), &caps, 0).unwrap();
    let refused = reserve(&store, &ask("r2", DAY, 4), &caps, 0).unwrap();
    assert_eq!(
        refused,
        Reserved::Refused {
            scope: Scope::Day,
            cap: cents(10),
            counted: cents(7)
        }
    );
    assert!(settle(&store, granted(first), &bill(cents(2))).unwrap());
    let second = reserve(&store, &ask("r2", DAY, 8), &caps, 0).unwrap();
    let Reserved::Granted(_, totals) = second else {
        panic!("{second:?}")
    };
    assert_eq!(
        totals,
        Totals {
            run: cents(8),
            day: cents(10),
            month: cents(10)
        }
    );
}

#[test]
fn each_limit_holds_for_itself() {
    let (_dir, store) = fixture::store();
    let caps = Caps {
        run: Some(cents(3)),
        day: Some(cents(5)),
        month: Some(cents(6)),
    };
    let scope = |run, day, amount| match reserve(&store, &ask(run, day, amount), &caps, 0).unwrap() {
        Reserved::Granted(..) => None,
        Reserved::Refused { scope, .. } => Some(scope),
    };
    assert_eq!(scope("a", DAY, 3), None);
    assert_eq!(scope("a", DAY, 1), Some(Scope::Run));
    assert_eq!(scope("b", DAY, 3), Some(Scope::Day));
    assert_eq!(scope("b", DAY, 2), None);
    assert_eq!(scope("c", "2026-11-22", 2), Some(Scope::Month));
    assert_eq!(scope("c", "2026-12-01", 2), None);
}

#[test]
fn what_is_settled_or_released_is_so_once() {
    let (_dir, store) = fixture::store();
    let id = granted(reserve(&store, &ask("r", DAY, 5), &Caps::default(), 0).unwrap());
    assert!(settle(&store, id, &bill(cents(1))).unwrap());
    assert!(!settle(&store, id, &bill(cents(1))).unwrap());
    assert!(!release(&store, id).unwrap());
    let id = granted(reserve(&store, &ask("r", DAY, 5), &Caps::default(), 0).unwrap());
    assert!(release(&store, id).unwrap());
    assert!(!settle(&store, id, &bill(cents(1))).unwrap());
    assert_eq!(totals(&store, "r", DAY).unwrap().day, cents(1));
}

#[test]
fn a_reservation_that_lapsed_stays_counted_and_is_shown_apart() {
    let (_dir, store) = fixture::store();
    let caps = Caps {
        day: Some(cents(5)),
        ..Caps::default()
    };
    let id = granted(reserve(&store, &ask("r", DAY, 5), &caps, 0).unwrap());
    let sum = |now| report(&store, Group::Model, (DAY, DAY), now).unwrap()[0].sum;
    assert_eq!((sum(59_999).open, sum(59_999).reserved), (1, cents(5)));
    assert_eq!((sum(60_000).lost, sum(60_000).unsettled), (1, cents(5)));
    let more = reserve(&store, &ask("r", DAY, 1), &caps, 1 << 40).unwrap();
    assert!(matches!(more, Reserved::Refused { .. }));
    // It may yet come to its end.
    assert!(settle(&store, id, &bill(cents(1))).unwrap());
    assert_eq!(sum(60_000).counted(), cents(1));
}

#[test]
fn an_abandoned_reservation_is_unsettled_at_once() {
    let (_dir, store) = fixture::store();
    let id = granted(reserve(&store, &ask("r", DAY, 5), &Caps::default(), 0).unwrap());
    abandon(&store, id, 10).unwrap();
    let sum = report(&store, Group::Day, (DAY, DAY), 10).unwrap()[0].sum;
    assert_eq!((sum.open, sum.lost, sum.unsettled), (0, 1, cents(5)));
}

#[test]
fn the_report_sums_up_by_what_is_asked() {
    let (_dir, store) = fixture::store();
    for (day, cost) in [(DAY, 2), ("2026-11-20", 3), ("2026-10-01", 9)] {
        let id = granted(reserve(&store, &ask("r", day, 20), &Caps::default(), 0).unwrap());
        settle(&store, id, &bill(cents(cost))).unwrap();
    }
    let days = report(&store, Group::Day, ("2026-11-01", "2026-11-30"), 0).unwrap();
    let shown: Vec<_> = days
        .iter()
        .map(|row| (row.name.as_str(), row.sum.spent))
        .collect();
    assert_eq!(shown, [("2026-11-20", cents(3)), (DAY, cents(2))]);
    let models = report(&store, Group::Model, ("2026-11-01", "2026-11-30"), 0).unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models[0].name, "gemini-3.5-flash-lite");
    let mut usage = bill(Money::ZERO).usage;
    usage += usage;
    assert_eq!(
        models[0].sum,
        Sum {
            calls: 2,
            spent: cents(5),
            usage,
            ..Sum::default()
        }
    );
}

#[test]
fn amounts_beyond_all_bounds_do_not_wrap_around() {
    let (_dir, store) = fixture::store();
    let mut huge = ask("r", DAY, 0);
    huge.amount = Money(i64::MAX);
    for _ in 0..2 {
        granted(reserve(&store, &huge, &Caps::default(), 0).unwrap());
    }
    assert_eq!(totals(&store, "r", DAY).unwrap().month, Money(i64::MAX));
    huge.amount = Money(-5);
    let caps = Caps {
        run: Some(Money(i64::MAX)),
        ..Caps::default()
    };
    granted(reserve(&store, &huge, &caps, 0).unwrap());
    assert_eq!(totals(&store, "r", DAY).unwrap().run, Money(i64::MAX));
    let sum = report(&store, Group::Day, (DAY, DAY), 0).unwrap()[0].sum;
    assert_eq!((sum.open, sum.reserved), (3, Money(i64::MAX)));
}

#[test]
fn what_is_long_past_is_forgotten() {
    let (_dir, store) = fixture::store();
    reserve(&store, &ask("r", "2025-01-01", 5), &Caps::default(), 0).unwrap();
    reserve(&store, &ask("r", DAY, 5), &Caps::default(), 0).unwrap();
    let all = report(&store, Group::Day, ("0000-00-00", "9999-99-99"), 0).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(totals(&store, "x", "2025-01-01").unwrap().day, Money::ZERO);
}
