//! Uses the local state as a call to a model does, for tests with many processes.

use crate::app::{Error, state};
use crate::model::{Money, Usage};
use crate::store::breaker::{self, Pass, Rule, Told};
use crate::store::bucket::{self, Limit, Take, Want};
use crate::store::ledger::{self, Ask, Bill, Caps, Reserved};
use crate::store::{self, Store};
use crate::sys::clock::{self, Deadline};
use std::time::Duration;

/// The longest that one of these takes.
const LIMIT: Duration = Duration::from_secs(60);

/// A call that is made many times.
#[derive(Debug, Clone)]
pub struct Spend {
    /// The run.
    pub run: String,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The model.
    pub model: String,
    /// The agent.
    pub agent: String,
    /// The stage.
    pub stage: String,
    /// What is reserved, in billionths of a dollar.
    pub amount: i64,
    /// What it then costs; `None`: it is never settled.
    pub cost: Option<i64>,
    /// Whether that price is a guess.
    pub guessed: bool,
    /// The limit of the day.
    pub cap: Option<i64>,
    /// How long the reservation lasts, in milliseconds.
    pub lasts: u64,
    /// How many times.
    pub times: u32,
}

/// How a worker meets the others.
pub trait Meet {
    /// Waits for all to have opened the state.
    fn start(&mut self);
    /// Waits between reserving and settling.
    fn hold(&mut self);
    /// Writes a line.
    fn say(&mut self, line: &str);
}

fn open(meet: &mut dyn Meet) -> Result<Store, Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    meet.start();
    Ok(store)
}

/// Tries again while the state is locked: on a slow machine two hundred processes may hold it for long.
fn patient<T>(mut work: impl FnMut() -> Result<T, store::Error>) -> Result<T, Error> {
    let limit = Deadline::after(LIMIT);
    loop {
        match work() {
            Err(store::Error::Locked(_)) if !limit.is_over() => {}
            done => return Ok(done?),
        }
    }
}

/// Reserves and settles. Says `granted`, or `refused` and the limit.
///
/// # Errors
/// When the state cannot be used.
pub fn spend(spend: &Spend, meet: &mut dyn Meet) -> Result<(), Error> {
    let store = open(meet)?;
    let caps = Caps {
        day: spend.cap.map(Money),
        ..Caps::default()
    };
    for _ in 0..spend.times {
        match patient(|| ledger::reserve(&store, &ask(spend), &caps, clock::now()))? {
            Reserved::Granted(id, _) => {
                meet.say("granted");
                meet.hold();
                if let Some(cost) = spend.cost {
                    patient(|| ledger::settle(&store, id, &bill(spend, cost)))?;
                }
            }
            Reserved::Refused { scope, .. } => meet.say(&format!("refused {}", scope.name())),
        }
    }
    Ok(())
}

fn ask(spend: &Spend) -> Ask<'_> {
    Ask {
        run: &spend.run,
        day: &spend.day,
        provider: "debug",
        model: &spend.model,
        agent: &spend.agent,
        stage: &spend.stage,
        amount: Money(spend.amount),
        lasts: Duration::from_millis(spend.lasts),
    }
}

fn bill(spend: &Spend, cost: i64) -> Bill<'_> {
    Bill {
        model: &spend.model,
        cost: Money(cost),
        guessed: spend.guessed,
        usage: Usage {
            input: 1_000,
            cache_read: 200,
            output: 100,
            thinking: 60,
            ..Usage::default()
        },
    }
}

/// Takes one request after another from a limit. Says `granted` or `wait`.
///
/// # Errors
/// When the state cannot be used.
pub fn take(limit: (u64, Duration), times: u32, meet: &mut dyn Meet) -> Result<(), Error> {
    let store = open(meet)?;
    let (most, per) = limit;
    let want = Want {
        bucket: "debug",
        amount: 1,
        limit: Some(Limit { most, per }),
    };
    for _ in 0..times {
        meet.say(match patient(|| bucket::take(&store, &[want], clock::now()))? {
            Take::Granted => "granted",
            Take::Wait(_) => "wait",
        });
    }
    Ok(())
}

/// Opens breakers whose time is over at once.
///
/// # Errors
/// When the state cannot be used.
pub fn trip(endpoints: u32) -> Result<(), Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    let rule = Rule {
        failures: 1,
        open: Duration::ZERO,
        ..Rule::default()
    };
    for endpoint in 0..endpoints {
        breaker::after(&store, &endpoint.to_string(), Told::Unwell, &rule, clock::now())?;
    }
    Ok(())
}

/// Asks these breakers. Says the number and `closed`, `probe` or `open`.
///
/// # Errors
/// When the state cannot be used.
pub fn probe(endpoints: u32, meet: &mut dyn Meet) -> Result<(), Error> {
    let store = open(meet)?;
    for endpoint in 0..endpoints {
        let (name, rule) = (endpoint.to_string(), Rule::default());
        let pass = patient(|| breaker::before(&store, &name, &rule, clock::now()))?;
        let word = match pass {
            Pass::Closed => "closed",
            Pass::Probe => "probe",
            Pass::Open(_) => "open",
        };
        meet.say(&format!("{endpoint} {word}"));
    }
    Ok(())
}
