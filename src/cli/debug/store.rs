//! `pantheon debug store`: many processes at one state, for tests.

use crate::app::debug::store;
use crate::cli::{Context, Exit, Failure};
use std::time::Duration;

/// What is done to the state.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum What {
    /// Reserve and settle spending.
    Spend(Spend),
    /// Take requests from a limit.
    Take {
        #[arg(long)]
        most: u64,
        #[arg(long)]
        per_ms: u64,
        #[arg(long, default_value_t = 1)]
        times: u32,
        #[command(flatten)]
        start: Start,
    },
    /// Open breakers that let a probe through at once.
    Trip {
        #[arg(long)]
        endpoints: u32,
    },
    /// Ask those breakers.
    Probe {
        #[arg(long)]
        endpoints: u32,
        #[command(flatten)]
        start: Start,
    },
}

/// When the work begins.
#[derive(Debug, Clone, clap::Args)]
pub struct Start {
    /// Open the state, and begin when standard input ends.
    #[arg(long)]
    wait: bool,
}

/// Spending, in billionths of a dollar.
#[derive(Debug, Clone, clap::Args)]
pub struct Spend {
    #[arg(long, default_value = "run")]
    run: String,
    #[arg(long)]
    day: String,
    #[arg(long, default_value = "model")]
    model: String,
    #[arg(long, default_value = "agent")]
    agent: String,
    #[arg(long, default_value = "manual")]
    stage: String,
    #[arg(long)]
    amount: i64,
    /// What it costs in the end; without it the reservation is never settled.
    #[arg(long)]
    cost: Option<i64>,
    #[arg(long)]
    guessed: bool,
    #[arg(long)]
    cap: Option<i64>,
    #[arg(long, default_value_t = 60_000)]
    lasts_ms: u64,
    #[arg(long, default_value_t = 1)]
    times: u32,
    /// Settle when standard input ends.
    #[arg(long)]
    hold: bool,
    #[command(flatten)]
    start: Start,
}

/// Runs the command.
///
/// # Errors
/// When the state cannot be used.
pub fn run(what: &What, cx: &Context) -> Result<Exit, Failure> {
    let worker = |wait, hold| Worker { cx, wait, hold };
    match what {
        What::Spend(spend) => {
            store::spend(&spend.job(), &mut worker(spend.start.wait, spend.hold))?;
        }
        What::Take {
            most,
            per_ms,
            times,
            start,
        } => {
            let limit = (*most, Duration::from_millis(*per_ms));
            store::take(limit, *times, &mut worker(start.wait, false))?;
        }
        What::Trip { endpoints } => store::trip(*endpoints)?,
        What::Probe { endpoints, start } => store::probe(*endpoints, &mut worker(start.wait, false))?,
    }
    Ok(0)
}

struct Worker<'a> {
    cx: &'a Context,
    wait: bool,
    hold: bool,
}

impl store::Meet for Worker<'_> {
    fn start(&mut self) {
        if self.wait {
            read_to_end();
        }
    }

    fn hold(&mut self) {
        if self.hold {
            read_to_end();
        }
    }

    fn say(&mut self, line: &str) {
        self.cx.out(&format!("{line}\n"));
    }
}

/// Whatever ends it, it has ended.
fn read_to_end() {
    drop(crate::sys::file::read_from(std::io::stdin(), 1 << 10));
}

impl Spend {
    fn job(&self) -> store::Spend {
        store::Spend {
            run: self.run.clone(),
            day: self.day.clone(),
            model: self.model.clone(),
            agent: self.agent.clone(),
            stage: self.stage.clone(),
            amount: self.amount,
            cost: self.cost,
            guessed: self.guessed,
            cap: self.cap,
            lasts: self.lasts_ms,
            times: self.times,
        }
    }
}
