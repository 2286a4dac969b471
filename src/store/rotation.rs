//! Turns: a number that grows by one with each asking, over all processes.

use super::{Error, Store};
use rusqlite::OptionalExtension;

/// Takes the next turn of a ring, from 0 on.
///
/// # Errors
/// When the state cannot be used.
pub fn next(store: &Store, ring: &str) -> Result<u64, Error> {
    let turn: i64 = store.write(|db| {
        db.query_row(
            "INSERT INTO rotation (ring, turn) VALUES (?, 0)
             ON CONFLICT (ring) DO UPDATE SET turn = (turn + 1) & 0x7fffffffffff RETURNING turn",
            [ring],
            |row| row.get(0),
        )
    })?;
    Ok(turn.unsigned_abs())
}

/// Returns the turn that [`next`] would take, and takes none.
///
/// # Errors
/// When the state cannot be used.
pub fn peek(store: &Store, ring: &str) -> Result<u64, Error> {
    let select = "SELECT (turn + 1) & 0x7fffffffffff FROM rotation WHERE ring = ?";
    let turn = store.read(|db| db.query_row(select, [ring], |row| row.get(0)).optional())?;
    Ok(turn.map_or(0, i64::unsigned_abs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn each_ring_has_its_own_turns() {
        let (_dir, store) = fixture::store();
        let turns = ["a", "a", "b", "a"].map(|ring| next(&store, ring).unwrap());
        assert_eq!(turns, [0, 1, 0, 2]);
    }
}
