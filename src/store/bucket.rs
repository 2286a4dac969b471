//! Limits on requests and tokens in a time, shared by all processes.
//!
//! What was taken is kept in buckets of time, so that **no** stretch of the limit's length holds more than the
//! limit. A bucket that fills again while it is emptied would let almost twice the limit through in one
//! stretch, and providers that count by the minute refuse that.

use super::{Error, Store, later, until};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// Into how many buckets a limit's length is divided. A request counts up to one of them longer than needed.
const SLOTS: i64 = 60;

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How much may be taken.
    pub most: u64,
    /// In which time.
    pub per: Duration,
}

impl Limit {
    /// A limit on what may be taken in a minute.
    #[must_use]
    pub fn per_minute(most: u64) -> Self {
        let per = Duration::from_secs(60);
        Self { most, per }
    }

    /// The length of one bucket in milliseconds.
    fn slot(&self) -> i64 {
        let per = i64::try_from(self.per.as_millis()).unwrap_or(i64::MAX);
        (per / SLOTS).max(1)
    }
}

/// Something to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want<'a> {
    /// What the limit holds for, such as `requests gemini`.
    pub bucket: &'a str,
    /// How much.
    pub amount: u64,
    /// The limit; `None`: only a drain can be in the way.
    pub limit: Option<Limit>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// All of it is taken.
    Granted,
    /// Nothing is taken; there is room after this time at the earliest.
    Wait(Duration),
}

/// Takes from several limits at once: all of it, or nothing.
///
/// More than a limit allows at all is granted when nothing else was taken, so that it can ever be.
///
/// # Errors
/// When the state cannot be used.
pub fn take(store: &Store, wants: &[Want<'_>], now: i64) -> Result<Take, Error> {
    store.write(|db| {
        let mut open_at = now;
        for want in wants {
            open_at = open_at.max(free_at(db, want, now)?);
        }
        if open_at > now {
            return Ok(Take::Wait(until(now, open_at)));
        }
        for want in wants {
            if let Some(limit) = want.limit {
                add(db, want.bucket, now / limit.slot(), signed(want.amount))?;
            }
        }
        Ok(Take::Granted)
    })
}

/// Returns from when on there is room.
fn free_at(db: &Connection, want: &Want<'_>, now: i64) -> rusqlite::Result<i64> {
    let drained = "SELECT until FROM drained WHERE bucket = ?";
    let drained = db.query_row(drained, [want.bucket], |row| row.get(0));
    let drained = drained.optional()?.unwrap_or(now);
    let Some(limit) = want.limit else {
        return Ok(drained);
    };
    let slots = fresh(db, want.bucket, now / limit.slot())?;
    let mut sum: i64 = slots.iter().map(|(_, amount)| amount).sum();
    let room = signed(limit.most).saturating_sub(signed(want.amount)).max(0);
    let mut free = now;
    for (slot, amount) in slots {
        if sum <= room {
            break;
        }
        sum -= amount;
        free = (slot + SLOTS + 1).saturating_mul(limit.slot());
    }
    Ok(free.max(drained))
}

/// Returns the buckets that still count, the oldest first, and takes out the others: those that are past, and
/// those that a clock which was set back has left far ahead.
fn fresh(db: &Connection, bucket: &str, slot: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
    let past = "DELETE FROM taken WHERE bucket = ? AND slot NOT BETWEEN ? AND ?";
    db.prepare(past)?
        .execute(params![bucket, slot - SLOTS, slot + SLOTS])?;
    let mut select = db.prepare("SELECT slot, amount FROM taken WHERE bucket = ? ORDER BY slot")?;
    let rows = select.query_map([bucket], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn add(db: &Connection, bucket: &str, slot: i64, amount: i64) -> rusqlite::Result<()> {
    db.prepare(
        "INSERT INTO taken (bucket, slot, amount) VALUES (?1, ?2, max(0, ?3))
         ON CONFLICT (bucket, slot) DO UPDATE SET amount = max(0, amount + ?3)",
    )?
    .execute(params![bucket, slot, amount])
    .map(|_| ())
}

/// Sums of these stay far from overflow.
fn signed(amount: u64) -> i64 {
    const MOST: i64 = 1 << 50;
    i64::try_from(amount).unwrap_or(MOST).min(MOST)
}

/// Corrects what was taken at a moment by what it turned out to be.
///
/// # Errors
/// When the state cannot be used.
pub fn correct(
    store: &Store,
    bucket: &str,
    limit: Limit,
    taken: (u64, i64),
    actual: u64,
) -> Result<(), Error> {
    let (amount, at) = taken;
    let difference = signed(actual) - signed(amount);
    if difference == 0 {
        return Ok(());
    }
    store.write(|db| add(db, bucket, at / limit.slot(), difference))
}

/// Lets nothing be taken for a time, because the provider says so.
///
/// # Errors
/// When the state cannot be used.
pub fn drain(store: &Store, bucket: &str, wait: Duration, now: i64) -> Result<(), Error> {
    store.write(|db| {
        db.execute("DELETE FROM drained WHERE until <= ?", [now])?;
        db.execute(
            "INSERT INTO drained (bucket, until) VALUES (?1, ?2)
             ON CONFLICT (bucket) DO UPDATE SET until = max(until, ?2)",
            params![bucket, later(now, wait)],
        )
        .map(|_| ())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    const LIMIT: Limit = Limit {
        most: 3,
        per: Duration::from_secs(60),
    };

    fn ask(store: &Store, amount: u64, now: i64) -> Take {
        let want = Want {
            bucket: "b",
            amount,
            limit: Some(LIMIT),
        };
        take(store, &[want], now).unwrap()
    }

    fn wait(ms: u64) -> Take {
        Take::Wait(Duration::from_millis(ms))
    }

    #[test]
    fn no_stretch_of_the_length_holds_more_than_the_limit() {
        let (_dir, store) = fixture::store();
        assert_eq!(ask(&store, 1, 500), Take::Granted);
        assert_eq!(ask(&store, 1, 30_500), Take::Granted);
        assert_eq!(ask(&store, 1, 30_900), Take::Granted);
        assert_eq!(ask(&store, 1, 40_000), wait(21_000));
        assert_eq!(ask(&store, 2, 40_000), wait(51_000));
        assert_eq!(ask(&store, 1, 60_999), wait(1));
        assert_eq!(ask(&store, 1, 61_000), Take::Granted);
        assert_eq!(ask(&store, 1, 61_000), wait(30_000));
    }

    #[test]
    fn more_than_the_limit_goes_alone() {
        let (_dir, store) = fixture::store();
        assert_eq!(ask(&store, 1, 0), Take::Granted);
        assert_eq!(ask(&store, 10, 0), wait(61_000));
        assert_eq!(ask(&store, 10, 61_000), Take::Granted);
        assert_eq!(ask(&store, 1, 61_000), wait(61_000));
    }

    #[test]
    fn several_limits_are_taken_from_together_or_not_at_all() {
        let (_dir, store) = fixture::store();
        let want = |bucket, amount| Want {
            bucket,
            amount,
            limit: Some(LIMIT),
        };
        let both = [want("a", 1), want("b", 2)];
        assert_eq!(take(&store, &both, 0).unwrap(), Take::Granted);
        assert_eq!(take(&store, &both, 0).unwrap(), wait(61_000));
        assert_eq!(take(&store, &[want("a", 2)], 0).unwrap(), Take::Granted);
    }

    #[test]
    fn what_was_taken_is_corrected() {
        let (_dir, store) = fixture::store();
        assert_eq!(ask(&store, 3, 0), Take::Granted);
        correct(&store, "b", LIMIT, (3, 0), 1).unwrap();
        assert_eq!(ask(&store, 2, 10), Take::Granted);
        correct(&store, "b", LIMIT, (2, 10), 20).unwrap();
        assert_eq!(ask(&store, 1, 20), wait(60_980));
    }

    #[test]
    fn a_drain_holds_everybody_up_even_without_a_limit() {
        let (_dir, store) = fixture::store();
        let free = Want {
            bucket: "b",
            amount: 1,
            limit: None,
        };
        drain(&store, "b", Duration::from_secs(7), 1_000).unwrap();
        drain(&store, "b", Duration::from_secs(2), 1_000).unwrap();
        assert_eq!(take(&store, &[free], 2_000).unwrap(), wait(6_000));
        assert_eq!(ask(&store, 1, 2_000), wait(6_000));
        assert_eq!(ask(&store, 1, 8_000), Take::Granted);
    }

    #[test]
    fn a_clock_that_is_set_back_closes_nothing_for_long() {
        let (_dir, store) = fixture::store();
        assert_eq!(ask(&store, 3, 10_000_000), Take::Granted);
        assert_eq!(ask(&store, 3, 0), Take::Granted);
    }
}
