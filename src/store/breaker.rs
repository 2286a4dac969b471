//! Circuit breakers shared by all processes: an endpoint that fails again and again is left alone for a
//! while, then exactly one call tries it.

use super::{Error, Store, later, until};
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// After how many failures in a row.
    pub failures: u32,
    /// Failures further apart than this are not in a row.
    pub window: Duration,
    /// For how long at first; each probe that fails doubles it.
    pub open: Duration,
    /// For how long at most.
    pub longest: Duration,
    /// How long a probe may take before another is let through.
    pub probe: Duration,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            failures: 3,
            window: Duration::from_secs(300),
            open: Duration::from_secs(20),
            longest: Duration::from_secs(600),
            probe: Duration::from_secs(60),
        }
    }
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The endpoint is well, as far as anybody knows.
    Closed,
    /// This call is the one that tries it: its end must be told.
    Probe,
    /// Not before this time is over.
    Open(Duration),
}

/// How a call ended, to a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The endpoint answered.
    Well,
    /// The endpoint is unwell.
    Unwell,
    /// Nothing was learnt, as when the user called it off.
    Nothing,
}

struct State {
    failures: u32,
    last: i64,
    opened: u32,
    open_until: i64,
    probe_until: i64,
}

/// Asks whether a call may be made.
///
/// # Errors
/// When the state cannot be used.
pub fn before(store: &Store, endpoint: &str, rule: &Rule, now: i64) -> Result<Pass, Error> {
    // Almost always it is closed, and nothing need be written.
    let state = store.read(|db| find(db, endpoint))?;
    match state {
        Some(state) if state.open_until > now => Ok(Pass::Open(until(now, state.open_until))),
        Some(state) if state.open_until > 0 => store.write(|db| probe(db, endpoint, rule, now)),
        _ => Ok(Pass::Closed),
    }
}

/// Returns how long a breaker stays open, without asking for leave.
///
/// # Errors
/// When the state cannot be used.
pub fn open_for(store: &Store, endpoint: &str, now: i64) -> Result<Option<Duration>, Error> {
    let state = store.read(|db| find(db, endpoint))?;
    let open = state.filter(|state| state.open_until > now);
    Ok(open.map(|state| until(now, state.open_until)))
}

/// Lets one call through a breaker that has been open for long enough.
fn probe(db: &Connection, endpoint: &str, rule: &Rule, now: i64) -> rusqlite::Result<Pass> {
    let Some(state) = find(db, endpoint)?.filter(|state| state.open_until > 0) else {
        return Ok(Pass::Closed);
    };
    let busy_until = state.open_until.max(state.probe_until);
    if busy_until > now {
        return Ok(Pass::Open(until(now, busy_until)));
    }
    let lend = "UPDATE breaker SET probe_until = ? WHERE endpoint = ?";
    db.execute(lend, params![later(now, rule.probe), endpoint])?;
    Ok(Pass::Probe)
}

/// Tells how a call ended.
///
/// While a breaker is open, calls that began before it opened tell nothing.
///
/// # Errors
/// When the state cannot be used.
pub fn after(store: &Store, endpoint: &str, told: Told, rule: &Rule, now: i64) -> Result<(), Error> {
    // Almost always all is well, and was.
    if told != Told::Unwell && store.read(|db| find(db, endpoint))?.is_none() {
        return Ok(());
    }
    store.write(|db| match (find(db, endpoint)?, told) {
        (Some(state), _) if state.open_until > now => Ok(()),
        (_, Told::Well) => remove(db, endpoint),
        (_, Told::Nothing) => {
            let give_back = "UPDATE breaker SET probe_until = 0 WHERE endpoint = ?";
            db.execute(give_back, [endpoint]).map(|_| ())
        }
        (state, Told::Unwell) => save(db, endpoint, &failed(state, rule, now)),
    })
}

/// Opens a breaker for a time that the provider names, such as the rest of the day of a quota.
///
/// # Errors
/// When the state cannot be used.
pub fn trip(store: &Store, endpoint: &str, wait: Duration, now: i64) -> Result<(), Error> {
    store.write(|db| {
        let mut state = find(db, endpoint)?.unwrap_or(UNHURT);
        state.open_until = state.open_until.max(later(now, wait));
        state.last = now;
        state.probe_until = 0;
        save(db, endpoint, &state)
    })
}

const UNHURT: State = State {
    failures: 0,
    last: 0,
    opened: 0,
    open_until: 0,
    probe_until: 0,
};

/// The state after one more failure.
fn failed(state: Option<State>, rule: &Rule, now: i64) -> State {
    let state = state.unwrap_or(UNHURT);
    let in_a_row = now <= later(state.last, rule.window);
    let failures = if in_a_row { state.failures + 1 } else { 1 };
    let half_open = state.open_until > 0;
    if !half_open && failures < rule.failures {
        return State {
            failures,
            last: now,
            ..UNHURT
        };
    }
    let wait = rule
        .open
        .saturating_mul(1 << state.opened.min(20))
        .min(rule.longest);
    State {
        failures,
        last: now,
        opened: state.opened + 1,
        open_until: later(now, wait),
        probe_until: 0,
    }
}

fn find(db: &Connection, endpoint: &str) -> rusqlite::Result<Option<State>> {
    db.prepare("SELECT failures, last, opened, open_until, probe_until FROM breaker WHERE endpoint = ?")?
        .query_row([endpoint], |row| {
            Ok(State {
                failures: row.get(0)?,
                last: row.get(1)?,
                opened: row.get(2)?,
                open_until: row.get(3)?,
                probe_until: row.get(4)?,
            })
        })
        .optional()
}

fn save(db: &Connection, endpoint: &str, state: &State) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO breaker (endpoint, failures, last, opened, open_until, probe_until)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            endpoint,
            state.failures,
            state.last,
            state.opened,
            state.open_until,
            state.probe_until
        ],
    )
    .map(|_| ())
}

fn remove(db: &Connection, endpoint: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM breaker WHERE endpoint = ?", [endpoint])
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    const RULE: Rule = Rule {
        failures: 2,
        window: Duration::from_secs(100),
        open: Duration::from_secs(10),
        longest: Duration::from_secs(30),
        probe: Duration::from_secs(5),
    };

    fn may(store: &Store, now: i64) -> Pass {
        before(store, "e", &RULE, now).unwrap()
    }

    fn tell(store: &Store, told: Told, now: i64) {
        after(store, "e", told, &RULE, now).unwrap();
    }

    fn open(ms: u64) -> Pass {
        Pass::Open(Duration::from_millis(ms))
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_probe_closes_it() {
        let (_dir, store) = fixture::store();
        tell(&store, Told::Unwell, 1_000);
        assert_eq!(may(&store, 1_000), Pass::Closed);
        tell(&store, Told::Unwell, 2_000);
        assert_eq!(may(&store, 2_000), open(10_000));
        assert_eq!(may(&store, 12_000), Pass::Probe);
        assert_eq!(may(&store, 12_000), open(5_000));
        tell(&store, Told::Well, 13_000);
        assert_eq!(may(&store, 13_000), Pass::Closed);
    }

    #[test]
    fn a_success_or_time_between_breaks_the_row() {
        let (_dir, store) = fixture::store();
        tell(&store, Told::Unwell, 1_000);
        tell(&store, Told::Well, 1_500);
        tell(&store, Told::Unwell, 2_000);
        tell(&store, Told::Unwell, 200_000);
        assert_eq!(may(&store, 200_000), Pass::Closed);
    }

    #[test]
    fn each_failed_probe_doubles_the_time_up_to_the_longest() {
        let (_dir, store) = fixture::store();
        tell(&store, Told::Unwell, 0);
        tell(&store, Told::Unwell, 0);
        let mut now = 0;
        for seconds in [10, 20, 30, 30] {
            assert_eq!(may(&store, now), open(seconds * 1000));
            now = later(now, Duration::from_secs(seconds));
            assert_eq!(may(&store, now), Pass::Probe);
            tell(&store, Told::Unwell, now);
        }
    }

    #[test]
    fn late_words_about_an_open_one_change_nothing() {
        let (_dir, store) = fixture::store();
        tell(&store, Told::Unwell, 0);
        tell(&store, Told::Unwell, 0);
        tell(&store, Told::Unwell, 5_000);
        tell(&store, Told::Well, 6_000);
        assert_eq!(may(&store, 6_000), open(4_000));
    }

    #[test]
    fn a_probe_that_learns_nothing_or_dies_makes_room_for_another() {
        let (_dir, store) = fixture::store();
        tell(&store, Told::Unwell, 0);
        tell(&store, Told::Unwell, 0);
        assert_eq!(may(&store, 10_000), Pass::Probe);
        tell(&store, Told::Nothing, 11_000);
        assert_eq!(may(&store, 11_000), Pass::Probe);
        assert_eq!(may(&store, 16_000), Pass::Probe);
    }

    #[test]
    fn a_quota_that_is_used_up_opens_it_at_once() {
        let (_dir, store) = fixture::store();
        trip(&store, "e", Duration::from_secs(3600), 1_000).unwrap();
        assert_eq!(may(&store, 1_000), open(3_600_000));
        assert_eq!(may(&store, 3_601_000), Pass::Probe);
    }
}
