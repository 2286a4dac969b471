//! What was reviewed on the way from one base, round by round: so that a second round asks for nothing that the
//! first one could have asked for.

use super::{Error, Store, later};
use rusqlite::params;
use std::collections::BTreeSet;
use std::time::Duration;

/// A round is remembered so long.
const AGE: Duration = Duration::from_secs(60 * 24 * 3600);

/// The most rounds that are remembered of one way.
const MOST: i64 = 200;

/// One round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// The tree that was reviewed, in hexadecimal digits.
    pub tree: String,
    /// Digests of the changed lines that were shown.
    pub lines: BTreeSet<u64>,
    /// The fingerprints of what models said.
    pub findings: BTreeSet<[u8; 16]>,
}

/// Returns the rounds of a way, in order.
///
/// # Errors
/// When the state cannot be used.
pub fn rounds(store: &Store, way: &str) -> Result<Vec<Round>, Error> {
    store.read(|db| {
        let mut select =
            db.prepare("SELECT tree, lines, findings FROM round WHERE way = ? ORDER BY number")?;
        let rows = select.query_map([way], |row| {
            let (lines, findings): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
            Ok(Round {
                tree: row.get(0)?,
                lines: lines
                    .as_chunks()
                    .0
                    .iter()
                    .map(|chunk| u64::from_le_bytes(*chunk))
                    .collect(),
                findings: findings.as_chunks().0.iter().copied().collect(),
            })
        })?;
        rows.collect()
    })
}

/// Adds a round to a way; one whose tree was reviewed before is none.
///
/// # Errors
/// When the state cannot be used.
pub fn add(store: &Store, way: &str, round: &Round, now: i64) -> Result<(), Error> {
    let lines: Vec<u8> = round.lines.iter().flat_map(|line| line.to_le_bytes()).collect();
    let findings: Vec<u8> = round.findings.iter().flatten().copied().collect();
    store.write(|db| {
        db.execute(
            "DELETE FROM round WHERE at <= ?",
            [now.saturating_sub(later(0, AGE))],
        )?;
        db.execute(
            "INSERT INTO round (way, number, tree, at, lines, findings)
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM round WHERE way = ?1
             HAVING count(*) < ?6 AND coalesce(sum(tree = ?2), 0) = 0",
            params![way, round.tree, now, lines, findings, MOST],
        )?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    fn round(tree: &str, line: u64) -> Round {
        Round {
            tree: tree.to_owned(),
            lines: [line, 7].into(),
            findings: [[line as u8; 16]].into(),
        }
    }

    #[test]
    fn rounds_come_back_in_order_and_one_tree_is_one_round() {
        let (_dir, store) = fixture::store();
        for round in [round("a", 1), round("b", 2), round("a", 3)] {
            add(&store, "way", &round, 0).unwrap();
        }
        add(&store, "other", &round("a", 9), 0).unwrap();
        assert_eq!(rounds(&store, "way").unwrap(), [round("a", 1), round("b", 2)]);
        assert_eq!(rounds(&store, "none").unwrap(), []);
    }

    #[test]
    fn a_round_grows_old() {
        let (_dir, store) = fixture::store();
        add(&store, "way", &round("a", 1), 0).unwrap();
        add(&store, "other", &round("a", 1), later(0, AGE)).unwrap();
        assert_eq!(rounds(&store, "way").unwrap(), []);
        assert_eq!(rounds(&store, "other").unwrap().len(), 1);
    }
}
