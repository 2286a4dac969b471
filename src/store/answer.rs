//! Answers that were paid for once. What an answer depends on is in its key; what is worth keeping is for
//! the caller to decide.

use super::{Error, Store, later};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The longest answer in bytes; a longer one is not kept.
    pub largest: u64,
    /// All of them together in bytes; those go first that were not used for the longest time.
    pub total: u64,
    /// How long one is good for.
    pub age: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            largest: 1 << 20,
            total: 64 << 20,
            age: Duration::from_secs(30 * 24 * 3600),
        }
    }
}

/// The use of an answer is written down no more often than this, in milliseconds.
const USE_AGAIN: i64 = 3_600_000;

/// Returns a kept answer.
///
/// # Errors
/// When the state cannot be used.
pub fn get(store: &Store, key: &str, bounds: &Bounds, now: i64) -> Result<Option<Vec<u8>>, Error> {
    let found = store.read(|db| {
        let select = "SELECT at, used, value FROM answer WHERE key = ?";
        let row = db.query_row(select, [key], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?))
        });
        row.optional()
    })?;
    let Some((at, used, value)) = found.filter(|(at, ..)| now < later(*at, bounds.age)) else {
        return Ok(None);
    };
    if now.max(at) - used > USE_AGAIN {
        let touch = "UPDATE answer SET used = ? WHERE key = ?";
        store.write(|db| db.execute(touch, params![now, key]))?;
    }
    Ok(Some(value))
}

/// Keeps an answer; returns whether it is not too long for that.
///
/// # Errors
/// When the state cannot be used.
pub fn put(store: &Store, key: &str, value: &[u8], bounds: &Bounds, now: i64) -> Result<bool, Error> {
    let size = value.len() as u64;
    if size > bounds.largest || size > bounds.total {
        return Ok(false);
    }
    store.write(|db| {
        db.execute(
            "INSERT OR REPLACE INTO answer (key, at, used, size, value) VALUES (?1, ?2, ?2, ?3, ?4)",
            params![key, now, size as i64, value],
        )?;
        db.execute(
            "DELETE FROM answer WHERE at <= ?",
            [now.saturating_sub(later(0, bounds.age))],
        )?;
        shrink(db, key, bounds.total)?;
        Ok(true)
    })
}

/// Takes out what was not used for the longest time until the rest is small enough.
fn shrink(db: &Connection, newest: &str, total: u64) -> rusqlite::Result<()> {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let sum = "SELECT coalesce(sum(size), 0) FROM answer";
    let mut over = db.query_row(sum, [], |row| row.get::<_, i64>(0))? - total;
    while over > 0 {
        let oldest = "DELETE FROM answer WHERE rowid =
            (SELECT rowid FROM answer WHERE key <> ? ORDER BY used LIMIT 1) RETURNING size";
        let gone = db.query_row(oldest, [newest], |row| row.get::<_, i64>(0));
        match gone.optional()? {
            Some(size) => over -= size,
            None => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    const BOUNDS: Bounds = Bounds {
        largest: 10,
        total: 20,
        age: Duration::from_secs(100_000),
    };

    fn has(store: &Store, key: &str, now: i64) -> bool {
        get(store, key, &BOUNDS, now).unwrap().is_some()
    }

    #[test]
    fn an_answer_is_kept_replaced_and_grows_old() {
        let (_dir, store) = fixture::store();
        assert!(put(&store, "a", b"one", &BOUNDS, 0).unwrap());
        assert!(put(&store, "a", b"two", &BOUNDS, 10).unwrap());
        assert_eq!(get(&store, "a", &BOUNDS, 20).unwrap(), Some(b"two".to_vec()));
        assert!(has(&store, "a", 100_000_009));
        assert!(!has(&store, "a", 100_000_010));
        assert!(!put(&store, "b", b"eleven byte", &BOUNDS, 0).unwrap());
        assert!(!has(&store, "b", 0));
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_makes_room() {
        let (_dir, store) = fixture::store();
        for (key, at) in [("a", 0), ("b", 1), ("c", 2)] {
            put(&store, key, b"1234567", &BOUNDS, at).unwrap();
        }
        assert_eq!(
            ["a", "b", "c"].map(|key| has(&store, key, 3)),
            [false, true, true]
        );
        assert!(has(&store, "b", 4_000_000));
        put(&store, "d", b"1234567", &BOUNDS, 4_000_001).unwrap();
        assert_eq!(
            ["b", "c", "d"].map(|key| has(&store, key, 4_000_002)),
            [true, false, true]
        );
    }
}
