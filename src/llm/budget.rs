//! The budget: what a call may come to, whether there is room for it, and what it came to.
//!
//! What is reserved is the most that a call can cost, not what it will likely cost: only so do calls that
//! run at the same time stay within a limit together. The difference is given back when the call is over.

use super::answer::FailureKind;
use super::price::{Call, Guess, Priced, Table};
use crate::model::{Money, Usage};
use crate::store::calibration::Calibration;
use crate::store::ledger::{self, Ask, Bill, Caps, Id, Reserved, Scope, Totals};
use crate::store::outcome::Record;
use crate::store::{self, Store};

/// How many tokens a validator's answer has, thoughts included, until calls have shown it: half of them.
const LIKELY_OUTPUT: u64 = 800;

/// As above: 95 in 100 of them.
const HIGH_OUTPUT: u64 = 3_000;

/// By how many hundredths more than the high estimate of the prompt is reserved.
const MARGIN_PERCENT: u64 = 10;

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The limits.
    pub caps: Caps,
    /// From which part of a limit on there is a warning, in percent.
    pub alert_percent: u8,
    /// What happens at a limit.
    pub at_limit: AtLimit,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            caps: Caps::default(),
            alert_percent: 80,
            at_limit: AtLimit::Stop,
        }
    }
}

/// What happens when a limit leaves no room for a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AtLimit {
    /// The check fails, and the gate says what that means.
    #[default]
    Stop,
    /// A cheaper model is asked, if one fits.
    Cheaper,
    /// Only models that cost nothing are asked.
    Offline,
}

impl AtLimit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stop, Self::Cheaper, Self::Offline];

    /// Returns the name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Cheaper => "cheaper",
            Self::Offline => "offline",
        }
    }
}

/// A call that is thought of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan<'a> {
    /// Which model, on which day.
    pub call: Call<'a>,
    /// The tokens of the prompt, by an estimator.
    pub input: u64,
    /// How far that estimator is off.
    pub calibration: Calibration,
    /// The most tokens that the model may write.
    pub max_output: u32,
    /// How calls of this model and agent went.
    pub record: Record,
}

/// What a call may come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The tokens that are likely.
    pub tokens: Tokens,
    /// What they cost.
    pub likely: Money,
    /// What 95 in 100 such calls do not pass.
    pub high: Money,
    /// What is reserved: the prompt with a margin, and all output that is allowed.
    pub most: Money,
    /// Why the price is a guess, if it is one.
    pub guess: Option<Guess>,
}

/// The tokens of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Of the prompt.
    pub input: u64,
    /// Of the answer, thoughts included.
    pub output: u64,
}

/// Estimates what a call may come to.
#[must_use]
pub fn estimate(table: &Table, plan: &Plan<'_>) -> Estimate {
    let allowed = u64::from(plan.max_output);
    let likely = Tokens {
        input: plan.calibration.likely(plan.input),
        output: plan.record.output_median.unwrap_or(LIKELY_OUTPUT).min(allowed),
    };
    let high = Tokens {
        input: plan.calibration.high(plan.input),
        output: plan.record.output_p95.unwrap_or(HIGH_OUTPUT).min(allowed),
    };
    let most = Tokens {
        input: high
            .input
            .saturating_add(high.input.saturating_mul(MARGIN_PERCENT) / 100),
        output: allowed,
    };
    let price = |tokens: Tokens| table.price(&plan.call, &tokens.usage());
    Estimate {
        tokens: likely,
        likely: price(likely).cost,
        high: price(high).cost,
        most: written_to_cache(table, plan, most),
        guess: price(likely).guess,
    }
}

impl Estimate {
    /// The same call where nothing is charged.
    #[must_use]
    pub fn free(self) -> Self {
        Self {
            tokens: self.tokens,
            ..Self::default()
        }
    }
}

impl Tokens {
    fn usage(self) -> Usage {
        Usage {
            input: self.input,
            output: self.output,
            ..Usage::default()
        }
    }
}

/// The price if the provider writes the whole prompt to its cache for long: some write unasked, and charge.
fn written_to_cache(table: &Table, plan: &Plan<'_>, tokens: Tokens) -> Money {
    let written = Usage {
        cache_write_long: tokens.input,
        output: tokens.output,
        ..Usage::default()
    };
    let usual = table.price(&plan.call, &tokens.usage()).cost;
    table.price(&plan.call, &written).cost.max(usual)
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// It may; the amount is reserved. The limits whose warning this call sets off come along.
    Reserved(Id, Vec<Alert>),
    /// It may not.
    Full(Full),
}

/// Most of a limit is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{counted} of the {cap} for this {} are spent or reserved", .scope.name())]
pub struct Alert {
    /// The limit.
    pub scope: Scope,
    /// How high it is.
    pub cap: Money,
    /// What counts against it.
    pub counted: Money,
}

/// A limit leaves no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the budget of {cap} for this {} has no room for a call of up to {asked}: {counted} are spent or reserved",
    .scope.name()
)]
pub struct Full {
    /// The limit.
    pub scope: Scope,
    /// How high it is.
    pub cap: Money,
    /// What counts against it.
    pub counted: Money,
    /// What the call may come to.
    pub asked: Money,
}

/// Reserves what a call may come to. Each attempt that reaches a provider needs a reservation of its own.
///
/// # Errors
/// When the state cannot be used: then the call must not be made if there is any limit.
pub fn reserve(store: &Store, budget: &Budget, ask: &Ask<'_>, now: i64) -> Result<Room, store::Error> {
    Ok(match ledger::reserve(store, ask, &budget.caps, now)? {
        Reserved::Granted(id, totals) => Room::Reserved(id, alerts(budget, &totals, ask.amount)),
        Reserved::Refused { scope, cap, counted } => Room::Full(Full {
            scope,
            cap,
            counted,
            asked: ask.amount,
        }),
    })
}

/// The limits whose threshold lies between what counted before a call and what counts with it.
fn alerts(budget: &Budget, after: &Totals, amount: Money) -> Vec<Alert> {
    let caps = &budget.caps;
    let limits = [
        (Scope::Run, caps.run, after.run),
        (Scope::Day, caps.day, after.day),
        (Scope::Month, caps.month, after.month),
    ];
    let mut alerts = Vec::new();
    for (scope, cap, counted) in limits {
        let Some(cap) = cap else { continue };
        let threshold = i128::from(cap.0) * i128::from(budget.alert_percent) / 100;
        let before = i128::from(counted.minus(amount).0);
        if before < threshold && threshold <= i128::from(counted.0) {
            alerts.push(Alert { scope, cap, counted });
        }
    }
    alerts
}

/// Settles a call that was answered, by the model that served it. Without a count of tokens by the provider
/// the reservation stays and counts: `None`.
///
/// # Errors
/// When the state cannot be used: then the reservation stays and counts.
pub fn settle(
    store: &Store,
    table: &Table,
    id: Id,
    call: &Call<'_>,
    usage: &Usage,
    now: i64,
) -> Result<Option<Priced>, store::Error> {
    if usage.is_empty() {
        ledger::abandon(store, id, now)?;
        return Ok(None);
    }
    let priced = table.price(call, usage);
    let bill = Bill {
        model: &priced.model,
        cost: priced.cost,
        guessed: priced.guess.is_some(),
        usage: *usage,
    };
    ledger::settle(store, id, &bill)?;
    Ok(Some(priced))
}

/// Ends the reservation of a call that failed: gives it back, or leaves it to count if the provider may have
/// charged the call.
///
/// # Errors
/// When the state cannot be used: then the reservation stays and counts.
pub fn failed(store: &Store, id: Id, kind: &FailureKind, now: i64) -> Result<(), store::Error> {
    match may_be_charged(kind) {
        true => ledger::abandon(store, id, now),
        false => ledger::release(store, id).map(|_| ()),
    }
}

/// Whether the model may have worked before the call failed. Providers charge nothing for what they answer
/// with an error.
pub(super) fn may_be_charged(kind: &FailureKind) -> bool {
    use super::answer::Wait;
    match kind {
        FailureKind::TimedOut(wait) => *wait != Wait::Connect,
        FailureKind::Broken | FailureKind::TooMuch | FailureKind::Malformed | FailureKind::Cancelled => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
