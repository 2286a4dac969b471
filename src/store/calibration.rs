//! How far estimates of tokens are off, by what providers report: a factor and its spread for each family
//! of models and each repository.

use super::{Error, Store, sample};
use rusqlite::{Connection, OptionalExtension, params};

/// How much one more report counts against all before it.
const WEIGHT: f64 = 0.1;

/// A factor never leaves these, whatever is reported.
const BOUNDS: (f64, f64) = (0.5, 2.0);

/// A report this far below the estimate means that the server has cut the prompt.
const CUT: f64 = 0.7;

/// So many reports are believed before one is called cut: the family may just be unlike its estimator.
const TRIAL: usize = 5;

/// So many reports of a repository are needed before they count more than those of all.
const ENOUGH: usize = 8;

/// The spread until reports tell a better one.
const FIRST_P95: f64 = 1.15;

/// How to correct an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The estimate times this is the likely number.
    pub factor: f64,
    /// The likely number times this is not passed by 95 in 100.
    pub p95: f64,
    /// How many reports this rests on, as far as they are kept.
    pub samples: usize,
}

impl Calibration {
    /// Nothing was learnt: what the estimator says, with its usual error.
    pub const NONE: Self = Self {
        factor: 1.0,
        p95: FIRST_P95,
        samples: 0,
    };

    /// Returns the likely number of tokens.
    #[must_use]
    pub fn likely(&self, estimated: u64) -> u64 {
        (estimated as f64 * self.factor).ceil() as u64
    }

    /// Returns the number of tokens that 95 in 100 do not pass.
    #[must_use]
    pub fn high(&self, estimated: u64) -> u64 {
        (estimated as f64 * self.factor * self.p95.max(1.0)).ceil() as u64
    }
}

/// What a report told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// It is taken into account.
    Taken,
    /// It is far too low: the server must have cut the prompt, and its answer rests on a part of it.
    Cut,
}

/// Takes a report into account: the estimate without correction, and the number that the provider counted.
///
/// A report of another model than the one asked must not be given.
///
/// # Errors
/// When the state cannot be used.
pub fn learn(
    store: &Store,
    family: &str,
    repository: &str,
    estimated: u64,
    counted: u64,
) -> Result<Learnt, Error> {
    if estimated == 0 || counted == 0 {
        return Ok(Learnt::Taken);
    }
    let ratio = counted as f64 / estimated as f64;
    store.write(|db| {
        let known = best(db, family, repository)?;
        if known.samples >= TRIAL && ratio < CUT * known.factor {
            return Ok(Learnt::Cut);
        }
        add(db, family, repository, ratio)?;
        if !repository.is_empty() {
            add(db, family, "", ratio)?;
        }
        Ok(if ratio < CUT { Learnt::Cut } else { Learnt::Taken })
    })
}

/// Returns how to correct an estimate: by the reports of the repository if there are enough, else by all of
/// the family.
///
/// # Errors
/// When the state cannot be used.
pub fn read(store: &Store, family: &str, repository: &str) -> Result<Calibration, Error> {
    store.read(|db| best(db, family, repository))
}

fn best(db: &Connection, family: &str, repository: &str) -> rusqlite::Result<Calibration> {
    let own = find(db, family, repository)?;
    match own {
        Some(own) if own.samples >= ENOUGH => Ok(own),
        _ => Ok(find(db, family, "")?.or(own).unwrap_or(Calibration {
            factor: 1.0,
            p95: FIRST_P95,
            samples: 0,
        })),
    }
}

fn find(db: &Connection, family: &str, repository: &str) -> rusqlite::Result<Option<Calibration>> {
    let Some(factor) = factor(db, family, repository)? else {
        return Ok(None);
    };
    let residuals = sample::sorted(db, &series(family, repository))?;
    let p95 = sample::quantile(&residuals, 95).map(|ppm| ppm as f64 / 1e6);
    let samples = residuals.len();
    Ok(Some(Calibration {
        factor,
        p95: p95.filter(|_| samples >= ENOUGH).unwrap_or(FIRST_P95),
        samples,
    }))
}

fn factor(db: &Connection, family: &str, repository: &str) -> rusqlite::Result<Option<f64>> {
    let select = "SELECT factor FROM calibration WHERE family = ? AND repository = ?";
    db.query_row(select, [family, repository], |row| row.get(0))
        .optional()
}

fn add(db: &Connection, family: &str, repository: &str, ratio: f64) -> rusqlite::Result<()> {
    let old = factor(db, family, repository)?.unwrap_or(1.0);
    let residual = (ratio / old * 1e6) as i64;
    sample::add(db, &series(family, repository), residual)?;
    let new = (old + WEIGHT * (ratio - old)).clamp(BOUNDS.0, BOUNDS.1);
    db.execute(
        "INSERT OR REPLACE INTO calibration (family, repository, factor) VALUES (?, ?, ?)",
        params![family, repository, new],
    )
    .map(|_| ())
}

fn series(family: &str, repository: &str) -> String {
    format!("residual {family} {repository}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn nothing_is_corrected_before_there_are_reports() {
        let (_dir, store) = fixture::store();
        let first = read(&store, "gemini", "r").unwrap();
        assert_eq!((first.factor, first.samples), (1.0, 0));
        assert_eq!((first.likely(1_000), first.high(1_000)), (1_000, 1_150));
    }

    #[test]
    fn the_factor_follows_what_is_counted_for_each_repository() {
        let (_dir, store) = fixture::store();
        for _ in 0..60 {
            learn(&store, "gemini", "r", 1_000, 1_200).unwrap();
        }
        let own = read(&store, "gemini", "r").unwrap();
        assert!((own.factor - 1.2).abs() < 0.001, "{own:?}");
        assert!((1.0..1.2).contains(&own.p95), "{own:?}");
        // Another repository begins with what the family has shown, and goes its own way.
        assert_eq!(read(&store, "gemini", "s").unwrap().factor, own.factor);
        for _ in 0..60 {
            learn(&store, "gemini", "s", 1_000, 1_000).unwrap();
        }
        assert!((read(&store, "gemini", "s").unwrap().factor - 1.0).abs() < 0.001);
        assert!((read(&store, "gemini", "r").unwrap().factor - 1.2).abs() < 0.001);
        assert_eq!(read(&store, "claude", "r").unwrap().samples, 0);
    }

    #[test]
    fn a_prompt_that_was_cut_is_told_and_not_learnt() {
        let (_dir, store) = fixture::store();
        for _ in 0..10 {
            assert_eq!(learn(&store, "qwen", "r", 1_000, 1_000).unwrap(), Learnt::Taken);
        }
        assert_eq!(learn(&store, "qwen", "r", 8_000, 4_096).unwrap(), Learnt::Cut);
        assert_eq!(read(&store, "qwen", "r").unwrap().factor, 1.0);
        // The very first one is told too.
        assert_eq!(learn(&store, "new", "r", 8_000, 4_096).unwrap(), Learnt::Cut);
    }

    #[test]
    fn the_factor_stays_within_bounds() {
        let (_dir, store) = fixture::store();
        for _ in 0..60 {
            learn(&store, "odd", "r", 1, u64::MAX).unwrap();
        }
        assert_eq!(read(&store, "odd", "r").unwrap().factor, 2.0);
        assert_eq!(learn(&store, "odd", "r", 0, 5).unwrap(), Learnt::Taken);
    }
}
