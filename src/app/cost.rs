//! What models have cost, from the ledger.

use super::{Error, state};
use crate::model::Money;
use crate::store::ledger::{self, Group};
use crate::store::{FILE, Store};
use crate::sys::clock::{self, Deadline};
use jiff::ToSpan;
use jiff::civil::Date;
use std::path::PathBuf;
use std::time::Duration;

pub use crate::store::ledger::{Caps, Row, Sum};

/// How many days are listed, today included.
pub const DAYS: i64 = 14;

/// The longest that reading takes.
const LIMIT: Duration = Duration::from_secs(5);

/// What models have cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The file of the ledger.
    pub ledger: PathBuf,
    /// What a person should know about the ledger, one line each.
    pub notes: Vec<String>,
    /// Today, `YYYY-MM-DD`.
    pub today: String,
    /// The last day of the month.
    pub month_end: String,
    /// The limits.
    pub caps: Caps,
    /// Today's sum.
    pub day: Sum,
    /// The sum of the month so far.
    pub month: Sum,
    /// What the month comes to if it goes on as so far.
    pub projection: Money,
    /// The last days on which something was spent, in their order.
    pub days: Vec<Row>,
    /// The month by model, the dearest first.
    pub models: Vec<Row>,
    /// The month by agent.
    pub agents: Vec<Row>,
    /// The month by stage.
    pub stages: Vec<Row>,
}

/// Reads the ledger, which is not made if it is not there.
///
/// # Errors
/// When it is there and cannot be used.
pub fn read(caps: Caps) -> Result<Cost, Error> {
    let today = clock::today();
    let ledger = state::dir()?.join(FILE);
    let mut cost = Cost::empty(ledger, &today, caps);
    if cost.ledger.exists() {
        let store = state::open(Deadline::after(LIMIT))?;
        cost.notes.clone_from(&store.notes);
        cost.fill(&store, clock::now())?;
    }
    Ok(cost)
}

impl Cost {
    fn empty(ledger: PathBuf, today: &str, caps: Caps) -> Self {
        let date = date(today);
        Self {
            ledger,
            notes: Vec::new(),
            today: today.to_owned(),
            month_end: date.last_of_month().to_string(),
            caps,
            day: Sum::default(),
            month: Sum::default(),
            projection: Money::ZERO,
            days: Vec::new(),
            models: Vec::new(),
            agents: Vec::new(),
            stages: Vec::new(),
        }
    }

    fn fill(&mut self, store: &Store, now: i64) -> Result<(), Error> {
        let date = date(&self.today);
        let first = date.checked_sub((DAYS - 1).days()).unwrap_or(date).to_string();
        let month = (date.first_of_month().to_string(), self.month_end.clone());
        let by = |group| ledger::report(store, group, (&month.0, &month.1), now);
        self.days = ledger::report(store, Group::Day, (&first, &self.today), now)?;
        self.models = by(Group::Model)?;
        self.agents = by(Group::Agent)?;
        self.stages = by(Group::Stage)?;
        self.models.iter().for_each(|row| self.month += row.sum);
        if let Some(row) = self.days.iter().find(|row| row.name == self.today) {
            self.day = row.sum;
        }
        self.projection = project(self.month.counted(), date);
        Ok(())
    }

    /// Whether the ledger holds nothing of these days.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.is_empty() && self.models.is_empty()
    }
}

/// Today is written by the program itself.
fn date(today: &str) -> Date {
    today.parse().unwrap_or_default()
}

/// Goes on as on the days so far, today counted as a whole one.
fn project(counted: Money, today: Date) -> Money {
    let (days, so_far) = (i128::from(today.days_in_month()), i128::from(today.day()));
    let projected = i128::from(counted.0) * days / so_far;
    Money(i64::try_from(projected).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_goes_on_as_on_its_days_so_far() {
        let on = |day: &str| project(Money::DOLLAR, day.parse().unwrap());
        assert_eq!(on("2026-11-01"), Money(30_000_000_000));
        assert_eq!(on("2026-11-20"), Money(1_500_000_000));
        assert_eq!(on("2026-02-28"), Money::DOLLAR);
        assert_eq!(
            project(Money(i64::MAX), "2026-11-01".parse().unwrap()),
            Money(i64::MAX)
        );
    }
}
