//! Calls under way, counted over all processes: for limits on how many there may be, and for choosing the
//! endpoint with the fewest. A place lapses with its call's deadline, should its process die.

use super::{Error, Store};
use rusqlite::params;

/// A place that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id(i64);

/// Takes a place until a moment; `None` when `most` are taken.
///
/// # Errors
/// When the state cannot be used.
pub fn enter(
    store: &Store,
    slot: &str,
    most: Option<u32>,
    lapses: i64,
    now: i64,
) -> Result<Option<Id>, Error> {
    store.write(|db| {
        db.execute("DELETE FROM flight WHERE lapses <= ?", [now])?;
        let count = "SELECT count(*) FROM flight WHERE slot = ?";
        let taken: u32 = db.query_row(count, [slot], |row| row.get(0))?;
        if most.is_some_and(|most| taken >= most) {
            return Ok(None);
        }
        let insert = "INSERT INTO flight (slot, lapses) VALUES (?, ?)";
        db.execute(insert, params![slot, lapses])?;
        Ok(Some(Id(db.last_insert_rowid())))
    })
}

/// Gives a place back.
///
/// # Errors
/// When the state cannot be used.
pub fn leave(store: &Store, id: Id) -> Result<(), Error> {
    store.write(|db| db.execute("DELETE FROM flight WHERE id = ?", [id.0]).map(|_| ()))
}

/// Returns how many places of each are taken.
///
/// # Errors
/// When the state cannot be used.
pub fn taken(store: &Store, slots: &[&str], now: i64) -> Result<Vec<u32>, Error> {
    store.read(|db| {
        let mut count = db.prepare("SELECT count(*) FROM flight WHERE slot = ? AND lapses > ?")?;
        let counts = slots.iter();
        counts
            .map(|slot| count.query_row(params![slot, now], |row| row.get(0)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn places_are_limited_given_back_and_lapse() {
        let (_dir, store) = fixture::store();
        let first = enter(&store, "a", Some(2), 100, 0).unwrap().unwrap();
        enter(&store, "a", Some(2), 50, 0).unwrap().unwrap();
        assert_eq!(enter(&store, "a", Some(2), 100, 0).unwrap(), None);
        enter(&store, "b", None, 100, 0).unwrap().unwrap();
        assert_eq!(taken(&store, &["a", "b", "c"], 49).unwrap(), [2, 1, 0]);
        leave(&store, first).unwrap();
        assert_eq!(taken(&store, &["a", "b"], 50).unwrap(), [0, 1]);
    }
}
