//! What the ledger holds, summed up for people.

use super::{Totals, scopes, total};
use crate::model::{Money, Usage};
use crate::store::{Error, Store};
use rusqlite::{Connection, Row as SqlRow, params};
use std::ops::AddAssign;

/// A sum over calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// The calls that were settled.
    pub calls: u64,
    /// What they cost.
    pub spent: Money,
    /// Their tokens.
    pub usage: Usage,
    /// The part of `spent` whose price is a guess.
    pub guessed: Money,
    /// The calls under way.
    pub open: u64,
    /// What is reserved for them.
    pub reserved: Money,
    /// The calls that ended without a bill.
    pub lost: u64,
    /// What was reserved for them, and counts.
    pub unsettled: Money,
}

impl Sum {
    /// Returns what counts against a limit.
    #[must_use]
    pub fn counted(&self) -> Money {
        self.spent + self.reserved + self.unsettled
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.spent += other.spent;
        self.usage += other.usage;
        self.guessed += other.guessed;
        self.open += other.open;
        self.reserved += other.reserved;
        self.lost += other.lost;
        self.unsettled += other.unsettled;
    }
}

/// A sum over the calls that have one thing in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What they have in common.
    pub name: String,
    /// The sum.
    pub sum: Sum,
}

/// What calls are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The day.
    Day,
    /// The model.
    Model,
    /// The agent.
    Agent,
    /// The stage.
    Stage,
}

/// The spending of some days, by one thing.
pub type Report = Vec<Row>;

/// Sums up the calls from a day to another, both included: by the day in its order, by anything else the
/// dearest first.
///
/// # Errors
/// When the state cannot be used.
pub fn report(store: &Store, group: Group, days: (&str, &str), now: i64) -> Result<Report, Error> {
    let (column, order) = match group {
        Group::Day => ("day", "day"),
        Group::Model => ("model", "total(amount) DESC, model"),
        Group::Agent => ("agent", "total(amount) DESC, agent"),
        Group::Stage => ("stage", "total(amount) DESC, stage"),
    };
    store.read(|db| rows(db, column, order, days, now))
}

fn rows(
    db: &Connection,
    column: &str,
    order: &str,
    days: (&str, &str),
    now: i64,
) -> rusqlite::Result<Report> {
    // `total` does not fail where `sum` overflows, and is exact up to nine million dollars.
    let sql = format!(
        "SELECT {column},
            count(*) FILTER (WHERE state = 1),
            CAST(total(amount) FILTER (WHERE state = 1) AS INTEGER),
            CAST(total(amount) FILTER (WHERE state = 1 AND guessed) AS INTEGER),
            count(*) FILTER (WHERE state = 0 AND lapses > ?3),
            CAST(total(amount) FILTER (WHERE state = 0 AND lapses > ?3) AS INTEGER),
            count(*) FILTER (WHERE state = 0 AND lapses <= ?3),
            CAST(total(amount) FILTER (WHERE state = 0 AND lapses <= ?3) AS INTEGER),
            CAST(total(input) AS INTEGER), CAST(total(cache_read) AS INTEGER),
            CAST(total(cache_write) AS INTEGER), CAST(total(cache_write_long) AS INTEGER),
            CAST(total(output) AS INTEGER), CAST(total(thinking) AS INTEGER)
         FROM spend WHERE day BETWEEN ?1 AND ?2 GROUP BY {column} ORDER BY {order}"
    );
    let mut statement = db.prepare(&sql)?;
    let found = statement.query_map(params![days.0, days.1, now], row)?;
    found.collect()
}

fn row(row: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let number = |at: usize| {
        row.get::<_, i64>(at)
            .map(|n| u64::try_from(n).unwrap_or_default())
    };
    let money = |at: usize| row.get(at).map(Money);
    let usage = Usage {
        input: number(8)?,
        cache_read: number(9)?,
        cache_write: number(10)?,
        cache_write_long: number(11)?,
        output: number(12)?,
        thinking: number(13)?,
    };
    let sum = Sum {
        calls: number(1)?,
        spent: money(2)?,
        guessed: money(3)?,
        open: number(4)?,
        reserved: money(5)?,
        lost: number(6)?,
        unsettled: money(7)?,
        usage,
    };
    Ok(Row {
        name: row.get(0)?,
        sum,
    })
}

/// Returns what counts against the limits of a run and a day.
///
/// # Errors
/// When the state cannot be used.
pub fn totals(store: &Store, run: &str, day: &str) -> Result<Totals, Error> {
    store.read(|db| {
        let [run, day, month] = scopes(run, day);
        Ok(Totals {
            run: total(db, &run.1)?,
            day: total(db, &day.1)?,
            month: total(db, &month.1)?,
        })
    })
}
