//! How calls went: success, latency, cost, length of the answer, findings that were upheld. What is recent
//! counts more.

use super::{Error, Store, sample};
use crate::model::Money;
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How much one more call counts against all before it.
const WEIGHT: f64 = 0.1;

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gave an answer that could be used.
    Well {
        /// How long it took.
        latency: Duration,
        /// What it cost.
        cost: Money,
        /// How many tokens the model wrote.
        output: u64,
    },
    /// It gave none.
    Badly,
}

/// How the calls of one kind went.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Record {
    /// How many there were.
    pub calls: u64,
    /// The share that went well, from 0 to 1.
    pub success: f64,
    /// How long those took that went well.
    pub latency: Duration,
    /// What they cost.
    pub cost: Money,
    /// How many tokens half of them wrote at most; `None`: not known.
    pub output_median: Option<u64>,
    /// How many tokens 95 in 100 of them wrote at most.
    pub output_p95: Option<u64>,
    /// The share of their findings that people upheld, from 0 to 1; `None`: none was judged.
    pub upheld: Option<f64>,
}

struct Row {
    calls: i64,
    success: f64,
    latency: f64,
    cost: f64,
    found: f64,
    upheld: f64,
}

/// Records how a call of a kind went. The kind is any text, such as a model and an agent.
///
/// # Errors
/// When the state cannot be used.
pub fn record(store: &Store, kind: &str, outcome: Outcome, now: i64) -> Result<(), Error> {
    store.write(|db| {
        let old = find(db, kind)?;
        let first = old.as_ref().is_none_or(|row| row.calls == 0);
        let mut row = old.unwrap_or(EMPTY);
        row.calls = row.calls.saturating_add(1);
        let well = f64::from(u8::from(outcome != Outcome::Badly));
        row.success = if first { well } else { moved(row.success, well) };
        if let Outcome::Well {
            latency,
            cost,
            output,
        } = outcome
        {
            let known = row.latency > 0.0;
            let join = |old, new| if known { moved(old, new) } else { new };
            row.latency = join(row.latency, latency.as_secs_f64().max(1e-6));
            row.cost = join(row.cost, cost.0 as f64);
            sample::add(db, &series(kind), i64::try_from(output).unwrap_or(i64::MAX))?;
        }
        save(db, kind, &row, now)
    })
}

/// Records what people said about findings: how many of them, and how many they upheld.
///
/// # Errors
/// When the state cannot be used.
pub fn judged(store: &Store, kind: &str, found: u32, upheld: u32, now: i64) -> Result<(), Error> {
    store.write(|db| {
        let mut row = find(db, kind)?.unwrap_or(EMPTY);
        // The last hundred or so count.
        let keep = 1.0 - f64::from(found.min(100)) / 100.0;
        row.found = row.found * keep + f64::from(found);
        row.upheld = row.upheld * keep + f64::from(upheld.min(found));
        save(db, kind, &row, now)
    })
}

/// Returns how the calls of a kind went.
///
/// # Errors
/// When the state cannot be used.
pub fn read(store: &Store, kind: &str) -> Result<Record, Error> {
    store.read(|db| {
        let row = find(db, kind)?.unwrap_or(EMPTY);
        let outputs = sample::sorted(db, &series(kind))?;
        let output = |percent| sample::quantile(&outputs, percent).map(i64::unsigned_abs);
        Ok(Record {
            calls: row.calls.unsigned_abs(),
            success: row.success,
            latency: Duration::try_from_secs_f64(row.latency).unwrap_or_default(),
            cost: Money(row.cost as i64),
            output_median: output(50),
            output_p95: output(95),
            upheld: (row.found > 0.0).then(|| row.upheld / row.found),
        })
    })
}

const EMPTY: Row = Row {
    calls: 0,
    success: 0.0,
    latency: 0.0,
    cost: 0.0,
    found: 0.0,
    upheld: 0.0,
};

fn moved(old: f64, new: f64) -> f64 {
    old + WEIGHT * (new - old)
}

fn series(kind: &str) -> String {
    format!("output {kind}")
}

fn find(db: &Connection, kind: &str) -> rusqlite::Result<Option<Row>> {
    let select = "SELECT calls, success, latency, cost, found, upheld FROM outcome WHERE key = ?";
    let row = db.query_row(select, [kind], |row| {
        Ok(Row {
            calls: row.get(0)?,
            success: row.get(1)?,
            latency: row.get(2)?,
            cost: row.get(3)?,
            found: row.get(4)?,
            upheld: row.get(5)?,
        })
    });
    row.optional()
}

fn save(db: &Connection, kind: &str, row: &Row, now: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO outcome (key, calls, success, latency, cost, found, upheld, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            kind,
            row.calls,
            row.success,
            row.latency,
            row.cost,
            row.found,
            row.upheld,
            now
        ],
    )
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    fn well(seconds: u64, cents: i64, output: u64) -> Outcome {
        Outcome::Well {
            latency: Duration::from_secs(seconds),
            cost: Money(cents * 10_000_000),
            output,
        }
    }

    #[test]
    fn what_is_recent_counts_more() {
        let (_dir, store) = fixture::store();
        assert_eq!(read(&store, "k").unwrap(), Record::default());
        record(&store, "k", Outcome::Badly, 0).unwrap();
        record(&store, "k", well(2, 10, 100), 0).unwrap();
        record(&store, "k", well(12, 20, 300), 0).unwrap();
        let got = read(&store, "k").unwrap();
        assert!((got.success - 0.19).abs() < 1e-9, "{got:?}");
        assert_eq!(
            (got.calls, got.latency, got.cost),
            (3, Duration::from_secs(3), Money(110_000_000))
        );
        assert_eq!((got.output_median, got.output_p95), (Some(100), Some(300)));
        assert_eq!(got.upheld, None);
    }

    #[test]
    fn the_share_of_upheld_findings_follows_what_people_say() {
        let (_dir, store) = fixture::store();
        judged(&store, "k", 4, 3, 0).unwrap();
        assert_eq!(read(&store, "k").unwrap().upheld, Some(0.75));
        judged(&store, "k", 100, 0, 0).unwrap();
        assert_eq!(read(&store, "k").unwrap().upheld, Some(0.0));
        assert_eq!(read(&store, "k").unwrap().calls, 0);
    }
}
