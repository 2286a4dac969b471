//! Series of which the last values are kept, for quantiles that follow what changes.

use rusqlite::{Connection, params};

/// How many values of a series are kept.
pub const KEPT: usize = 64;

/// Adds a value to a series.
pub fn add(db: &Connection, series: &str, value: i64) -> rusqlite::Result<()> {
    let insert = "INSERT INTO sample (series, value) VALUES (?, ?)";
    db.execute(insert, params![series, value])?;
    let drop = "DELETE FROM sample WHERE series = ?1 AND id <=
        (SELECT id FROM sample WHERE series = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.execute(drop, params![series, KEPT as i64]).map(|_| ())
}

/// Returns the values of a series, the smallest first.
pub fn sorted(db: &Connection, series: &str) -> rusqlite::Result<Vec<i64>> {
    let mut select = db.prepare("SELECT value FROM sample WHERE series = ? ORDER BY value")?;
    select.query_map([series], |row| row.get(0))?.collect()
}

/// Returns the smallest of sorted values that at least `percent` of them do not pass.
pub fn quantile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_last_values_are_kept_and_ranked() {
        let (_dir, store) = fixture::store();
        let values = store.write(|db| {
            add(db, "other", 7)?;
            (0..100).try_for_each(|n| add(db, "a", 100 - n))?;
            sorted(db, "a")
        });
        let values = values.unwrap();
        assert_eq!(values, (1..=64).collect::<Vec<i64>>());
        assert_eq!(quantile(&values, 50), Some(32));
        assert_eq!(quantile(&values, 95), Some(61));
        assert_eq!(
            (quantile(&[], 95), quantile(&[5], 1), quantile(&[5], 100)),
            (None, Some(5), Some(5))
        );
    }
}
