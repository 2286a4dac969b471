//! Uses the local state as a call to a model does, for tests with many processes.

use crate::app::{Error, state};
use crate::model::{Money, Usage};
use crate::store::breaker::{self, Pass, Rule, Told};
use crate::store::bucket::{self, Limit, Take, Want};
use crate::store::ledger::{self, Ask, Bill, Caps, Reserved};
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

/// Reserves and settles; `pause` is called between the two. Writes `granted`, or `refused` and the limit, a
/// line each.
///
/// # Errors
/// When the state cannot be used.
pub fn spend(spend: &Spend, out: &mut dyn FnMut(&str), pause: &mut dyn FnMut()) -> Result<(), Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    let caps = Caps {
        day: spend.cap.map(Money),
        ..Caps::default()
    };
    for _ in 0..spend.times {
        let reserved = ledger::reserve(&store, &ask(spend), &caps, clock::now())?;
        match reserved {
            Reserved::Granted(id, _) => {
                out("granted\n");
                pause();
                if let Some(cost) = spend.cost {
                    ledger::settle(&store, id, &bill(spend, cost))?;
                }
            }
            Reserved::Refused { scope, .. } => out(&format!("refused {}\n", scope.name())),
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

/// Takes one request after another from a limit; writes `granted` or `wait`, a line each.
///
/// # Errors
/// When the state cannot be used.
pub fn take(most: u64, per: Duration, times: u32, out: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    let want = Want {
        bucket: "debug",
        amount: 1,
        limit: Some(Limit { most, per }),
    };
    for _ in 0..times {
        out(match bucket::take(&store, &[want], clock::now())? {
            Take::Granted => "granted\n",
            Take::Wait(_) => "wait\n",
        });
    }
    Ok(())
}

/// Opens a breaker whose time is over at once.
///
/// # Errors
/// When the state cannot be used.
pub fn trip() -> Result<(), Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    let rule = Rule {
        failures: 1,
        open: Duration::ZERO,
        ..Rule::default()
    };
    breaker::after(&store, "debug", Told::Unwell, &rule, clock::now())?;
    Ok(())
}

/// Asks a breaker; writes `closed`, `probe` or `open`.
///
/// # Errors
/// When the state cannot be used.
pub fn probe(out: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let store = state::open(Deadline::after(LIMIT))?;
    let pass = breaker::before(&store, "debug", &Rule::default(), clock::now())?;
    out(match pass {
        Pass::Closed => "closed\n",
        Pass::Probe => "probe\n",
        Pass::Open(_) => "open\n",
    });
    Ok(())
}
