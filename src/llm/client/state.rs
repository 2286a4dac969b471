//! What is known at the moment: how spending stands, and how endpoints are.

use super::Question;
use crate::llm::book::Book;
use crate::llm::budget::{AtLimit, Budget};
use crate::llm::route::{Health, Score, Spending, State};
use crate::model::Money;
use crate::store::ledger::{self, Totals};
use crate::store::{Store, breaker, outcome, rotation, slot};
use crate::sys::clock;

/// With fewer calls than this an endpoint has no score.
const ENOUGH: u64 = 10;

/// The name of the turns.
const RING: &str = "endpoints";

/// What becomes of the turn by which calls are spread over endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is taken: a call follows.
    Take,
    /// It is only looked at.
    Look,
}

/// Returns what is known. What cannot be read is taken for well: the gates ask again before each call.
pub fn now(book: &Book, store: Option<&Store>, question: &Question<'_>, turn: Turn) -> State {
    let Some(store) = store else {
        return State {
            spending: without_store(&book.budget),
            ..State::default()
        };
    };
    let now = clock::now();
    let names: Vec<&str> = book.table.endpoints.iter().map(|e| e.name.as_str()).collect();
    let taken = slot::taken(store, &names, now).unwrap_or_default();
    let health = |(n, name): (usize, &&str)| Health {
        open_for: breaker::open_for(store, name, now).ok().flatten(),
        in_flight: taken.get(n).copied().unwrap_or(0),
        score: book.table.outcomes.then(|| score(store, name)).flatten(),
    };
    State {
        endpoints: names.iter().enumerate().map(health).collect(),
        turn: match (names.len(), turn) {
            (0 | 1, _) => 0,
            (_, Turn::Take) => rotation::next(store, RING).unwrap_or(0),
            (_, Turn::Look) => rotation::peek(store, RING).unwrap_or(0),
        },
        spending: match ledger::totals(store, question.run, question.day) {
            Ok(totals) => spending(&book.budget, &totals),
            Err(_) => without_store(&book.budget),
        },
    }
}

fn score(store: &Store, endpoint: &str) -> Option<Score> {
    let record = outcome::read(store, endpoint).ok()?;
    (record.calls >= ENOUGH).then(|| Score {
        success: record.success,
        upheld: record.upheld.unwrap_or(1.0),
        latency: record.latency,
    })
}

/// A limit that cannot be held is not passed either.
fn without_store(budget: &Budget) -> Spending {
    let caps = &budget.caps;
    match caps.run.or(caps.day).or(caps.month) {
        Some(_) => Spending::Stop("the ledger cannot be read, so no limit can be held".to_owned()),
        None => Spending::default(),
    }
}

fn spending(budget: &Budget, totals: &Totals) -> Spending {
    let caps = &budget.caps;
    let limits = [
        ("run", caps.run, totals.run),
        ("day", caps.day, totals.day),
        ("month", caps.month, totals.month),
    ];
    let set = limits
        .iter()
        .filter_map(|(name, cap, spent)| Some((*name, (*cap)?, *spent)));
    // The limit that is nearest.
    let share = |cap: Money, spent: Money| spent.0 as f64 / (cap.0.max(1)) as f64;
    let nearest = set.max_by(|a, b| share(a.1, a.2).total_cmp(&share(b.1, b.2)));
    let Some((name, cap, spent)) = nearest else {
        return Spending::default();
    };
    let why = format!("{spent} of the {cap} for this {name} are spent or reserved");
    let alert = share(cap, spent) * 100.0 >= f64::from(budget.alert_percent);
    match (budget.at_limit, spent >= cap, alert) {
        (AtLimit::Offline, true, _) => Spending::Offline(why),
        // At the limit too: what is cheaper may cost nothing, and the ledger stops what does not fit.
        (AtLimit::Cheaper, true, _) | (AtLimit::Cheaper, _, true) => Spending::Cheaper(why),
        (_, true, _) => Spending::Stop(why),
        (_, false, _) => Spending::Free(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ledger::Caps;

    #[test]
    fn spending_follows_the_nearest_limit() {
        let budget = |at_limit| Budget {
            caps: Caps {
                run: None,
                day: Some(Money(100)),
                month: Some(Money(1000)),
            },
            alert_percent: 80,
            at_limit,
        };
        let totals = |day| Totals {
            run: Money(day),
            day: Money(day),
            month: Money(day),
        };
        let of = |at_limit, day| spending(&budget(at_limit), &totals(day));
        assert!(matches!(of(AtLimit::Stop, 99), Spending::Free(_)));
        assert!(matches!(of(AtLimit::Stop, 100), Spending::Stop(_)));
        assert!(matches!(of(AtLimit::Cheaper, 79), Spending::Free(_)));
        assert!(matches!(of(AtLimit::Cheaper, 80), Spending::Cheaper(_)));
        assert!(matches!(of(AtLimit::Cheaper, 100), Spending::Cheaper(_)));
        assert!(matches!(of(AtLimit::Offline, 99), Spending::Free(_)));
        assert!(matches!(of(AtLimit::Offline, 100), Spending::Offline(_)));
    }
}
