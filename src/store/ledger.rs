//! The ledger of spending: an amount is reserved before a call and settled after it.
//!
//! A reservation counts against the limits like money spent, in one transaction over all of them, so that
//! calls which together would pass a limit cannot all be let through. One that is never settled, because its
//! process died, counts for good: the provider may well have charged it. It is shown as unsettled.

mod report;

pub use report::{Group, Report, Row, Sum, report, totals};

use super::{Error, Store, later};
use crate::model::{Money, Usage};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How long rows are kept, in days; totals of runs likewise.
const KEPT_DAYS: i64 = 400;

/// The limits on spending; `None`: no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Of one run of the program.
    pub run: Option<Money>,
    /// Of one day.
    pub day: Option<Money>,
    /// Of one month of the calendar.
    pub month: Option<Money>,
}

/// What a limit holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One run of the program.
    Run,
    /// One day.
    Day,
    /// One month of the calendar.
    Month,
}

impl Scope {
    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask<'a> {
    /// The run that makes it: any text that no other run has.
    pub run: &'a str,
    /// The day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// The provider.
    pub provider: &'a str,
    /// The model that is asked.
    pub model: &'a str,
    /// The agent that asks.
    pub agent: &'a str,
    /// The stage of the gate that it asks for.
    pub stage: &'a str,
    /// The most that it may come to.
    pub amount: Money,
    /// After which time it must be over; a reservation that is older is shown as unsettled.
    pub lasts: Duration,
}

/// What counts against each limit, after or without a reservation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Of the run.
    pub run: Money,
    /// Of the day.
    pub day: Money,
    /// Of the month.
    pub month: Money,
}

/// The answer to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// It is made; its id, and what counts now.
    Granted(Id, Totals),
    /// A limit leaves no room: which, how high it is, and what counts against it already.
    Refused {
        /// The limit.
        scope: Scope,
        /// How high it is.
        cap: Money,
        /// What counts against it.
        counted: Money,
    },
}

/// A reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(i64);

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill<'a> {
    /// The model that answered, by which it is priced.
    pub model: &'a str,
    /// The price.
    pub cost: Money,
    /// Whether the price is a guess, because the table does not know the model.
    pub guessed: bool,
    /// The tokens.
    pub usage: Usage,
}

/// Reserves an amount, if every limit leaves room for it.
///
/// # Errors
/// When the state cannot be used.
pub fn reserve(store: &Store, ask: &Ask<'_>, caps: &Caps, now: i64) -> Result<Reserved, Error> {
    let amount = ask.amount.max(Money::ZERO);
    store.write(|db| {
        let scopes = scopes(ask.run, ask.day);
        let mut counted = [Money::ZERO; 3];
        for ((scope, key), (cap, sum)) in scopes
            .iter()
            .zip([caps.run, caps.day, caps.month].into_iter().zip(&mut counted))
        {
            *sum = total(db, key)?;
            if let Some(cap) = cap
                && *sum + amount > cap
            {
                return Ok(Reserved::Refused {
                    scope: *scope,
                    cap,
                    counted: *sum,
                });
            }
        }
        if counted[1] == Money::ZERO {
            forget(db, ask.day)?;
        }
        for (_, key) in &scopes {
            add(db, key, ask.day, amount)?;
        }
        let id = insert(db, ask, amount, now)?;
        let [run, day, month] = counted.map(|sum| sum + amount);
        Ok(Reserved::Granted(id, Totals { run, day, month }))
    })
}

fn insert(db: &Connection, ask: &Ask<'_>, amount: Money, now: i64) -> rusqlite::Result<Id> {
    db.prepare(
        "INSERT INTO spend (at, day, run, provider, model, agent, stage, state, amount, lapses)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
    )?
    .execute(params![
        now,
        ask.day,
        ask.run,
        ask.provider,
        ask.model,
        ask.agent,
        ask.stage,
        amount.0,
        later(now, ask.lasts),
    ])?;
    Ok(Id(db.last_insert_rowid()))
}

/// Settles a reservation by what the call came to; returns whether it was still to be settled.
///
/// A call that outlived its reservation is settled all the same.
///
/// # Errors
/// When the state cannot be used.
pub fn settle(store: &Store, id: Id, bill: &Bill<'_>) -> Result<bool, Error> {
    let cost = bill.cost.max(Money::ZERO);
    let usage = &bill.usage;
    store.write(|db| {
        if !correct(db, id, cost)? {
            return Ok(false);
        }
        db.prepare(
            "UPDATE spend SET state = 1, model = ?, amount = ?, guessed = ?, input = ?, cache_read = ?,
             cache_write = ?, cache_write_long = ?, output = ?, thinking = ? WHERE id = ?",
        )?
        .execute(params![
            bill.model,
            cost.0,
            bill.guessed,
            count(usage.input),
            count(usage.cache_read),
            count(usage.cache_write),
            count(usage.cache_write_long),
            count(usage.output),
            count(usage.thinking),
            id.0,
        ])?;
        Ok(true)
    })
}

/// SQLite counts up to `i64::MAX`; no provider does.
fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

/// Takes a reservation back, of a call that was never made or never charged; returns whether it was there.
///
/// # Errors
/// When the state cannot be used.
pub fn release(store: &Store, id: Id) -> Result<bool, Error> {
    store.write(|db| {
        if !correct(db, id, Money::ZERO)? {
            return Ok(false);
        }
        db.execute("DELETE FROM spend WHERE id = ?", [id.0])?;
        Ok(true)
    })
}

/// Leaves a reservation unsettled, of a call that may have been charged though no answer came.
///
/// # Errors
/// When the state cannot be used.
pub fn abandon(store: &Store, id: Id, now: i64) -> Result<(), Error> {
    store.write(|db| {
        let lapse = "UPDATE spend SET lapses = min(lapses, ?) WHERE id = ? AND state = 0";
        db.execute(lapse, params![now, id.0]).map(|_| ())
    })
}

/// Puts an amount in the place of the reserved one in the totals; returns whether it was reserved.
fn correct(db: &Connection, id: Id, amount: Money) -> rusqlite::Result<bool> {
    let find = "SELECT run, day, amount FROM spend WHERE id = ? AND state = 0";
    let row = db.query_row(find, [id.0], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?))
    });
    let Some((run, day, reserved)) = row.optional()? else {
        return Ok(false);
    };
    for (_, key) in scopes(&run, &day) {
        add(db, &key, &day, amount.minus(Money(reserved)))?;
    }
    Ok(true)
}

/// The keys of the totals, in the order of [`Totals`].
fn scopes(run: &str, day: &str) -> [(Scope, String); 3] {
    let month = day.get(..7).unwrap_or(day);
    [
        (Scope::Run, format!("run {run}")),
        (Scope::Day, format!("day {day}")),
        (Scope::Month, format!("month {month}")),
    ]
}

fn total(db: &Connection, key: &str) -> rusqlite::Result<Money> {
    let found = db
        .prepare("SELECT amount FROM total WHERE scope = ?")?
        .query_row([key], |row| row.get(0));
    Ok(found.optional()?.map_or(Money::ZERO, Money))
}

/// Adds to a total. The sum is made here, because SQLite turns to floating point where it overflows.
fn add(db: &Connection, key: &str, day: &str, amount: Money) -> rusqlite::Result<()> {
    let sum = total(db, key)? + amount;
    db.prepare(
        "INSERT INTO total (scope, day, amount) VALUES (?1, ?2, ?3)
         ON CONFLICT (scope) DO UPDATE SET amount = ?3",
    )?
    .execute(params![key, day, sum.0])
    .map(|_| ())
}

/// Takes out what is long past. Called on the first spending of a day.
fn forget(db: &Connection, day: &str) -> rusqlite::Result<()> {
    let Ok(day) = day.parse::<jiff::civil::Date>() else {
        return Ok(());
    };
    let Ok(first) = day.checked_sub(jiff::Span::new().days(KEPT_DAYS)) else {
        return Ok(());
    };
    let first = first.to_string();
    db.execute("DELETE FROM spend WHERE day < ?", [&first])?;
    db.execute("DELETE FROM total WHERE day < ?", [&first])
        .map(|_| ())
}

#[cfg(test)]
mod tests;
