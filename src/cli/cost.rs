//! `pantheon cost`: what models have cost, and what the month will come to.

mod table;

use super::{Context, Exit, Failure};
use crate::app::cost::{self, Caps, Cost, Row, Sum};
use crate::model::Money;
use crate::report::{encode, visible};
use clap::ValueEnum;
use serde_json::{Value, json};

/// Arguments of `pantheon cost`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables
    Human,
    /// A JSON object
    Json,
}

/// Runs the command.
///
/// # Errors
/// When the ledger cannot be used.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let cost = cost::read(Caps::default())?;
    for note in &cost.notes {
        cx.err(&format!("note: {}\n", visible(note)));
    }
    cx.out(&match args.format {
        Format::Human => human(&cost),
        Format::Json => json(&cost),
    });
    Ok(0)
}

fn human(cost: &Cost) -> String {
    let ledger = format!("`{}`", visible(&cost.ledger.to_string_lossy()));
    if cost.is_empty() {
        return format!("nothing was spent; the ledger is {ledger}\n");
    }
    let mut out = format!("{}\n{}\n", today(cost), month(cost));
    let month = cost.today.get(..7).unwrap_or_default();
    for (title, rows) in [
        ("day", &cost.days),
        (&format!("model, {month}"), &cost.models),
        (&format!("agent, {month}"), &cost.agents),
        (&format!("stage, {month}"), &cost.stages),
    ] {
        if !rows.is_empty() {
            out.push('\n');
            table::write(&mut out, title, rows);
        }
    }
    let apart = apart(&cost.month);
    if !apart.is_empty() {
        out.push('\n');
    }
    out.extend(apart.iter().map(|line| format!("{line}\n")));
    out.push_str(&format!("\nthe ledger is {ledger}\n"));
    out
}

fn today(cost: &Cost) -> String {
    format!("today: {}", against(cost.day.counted(), cost.caps.day))
}

fn month(cost: &Cost) -> String {
    format!(
        "this month: {}; {} by {} if it goes on as on its days so far",
        against(cost.month.counted(), cost.caps.month),
        cost.projection,
        cost.month_end,
    )
}

/// An amount beside its limit: `$3.00 of $10.00 (30 %)`.
fn against(counted: Money, cap: Option<Money>) -> String {
    match cap {
        None => counted.to_string(),
        Some(cap) if cap.0 <= 0 => format!("{counted} of {cap}"),
        Some(cap) => {
            let percent = i128::from(counted.0) * 100 / i128::from(cap.0);
            format!("{counted} of {cap} ({percent} %)")
        }
    }
}

/// What counts and is no settled spending, or is settled by a price that nobody knows.
fn apart(sum: &Sum) -> Vec<String> {
    let mut lines = Vec::new();
    if sum.lost > 0 {
        lines.push(format!(
            "unsettled: {} for {} that ended without a bill; it counts against the limits",
            sum.unsettled,
            calls(sum.lost)
        ));
    }
    if sum.open > 0 {
        lines.push(format!(
            "reserved: {} for {} under way",
            sum.reserved,
            calls(sum.open)
        ));
    }
    if sum.guessed > Money::ZERO {
        lines.push(format!(
            "guessed: {} of it, because prices are not known",
            sum.guessed
        ));
    }
    lines
}

fn calls(n: u64) -> String {
    format!("{n} call{}", if n == 1 { "" } else { "s" })
}

fn json(cost: &Cost) -> String {
    let rows = |rows: &[Row]| rows.iter().map(row).collect::<Vec<_>>();
    let value = json!({
        "unit": "a billionth of a US dollar",
        "ledger": cost.ledger.to_string_lossy(),
        "notes": cost.notes,
        "today": { "date": cost.today, "sum": sum(&cost.day), "limit": cost.caps.day },
        "month": {
            "last_day": cost.month_end,
            "sum": sum(&cost.month),
            "limit": cost.caps.month,
            "projection": cost.projection,
        },
        "days": rows(&cost.days),
        "models": rows(&cost.models),
        "agents": rows(&cost.agents),
        "stages": rows(&cost.stages),
    });
    String::from_utf8_lossy(&encode::pretty(&value)).into_owned()
}

fn row(row: &Row) -> Value {
    json!({ "name": row.name, "sum": sum(&row.sum) })
}

fn sum(sum: &Sum) -> Value {
    json!({
        "counted": sum.counted(),
        "calls": sum.calls,
        "spent": sum.spent,
        "guessed": sum.guessed,
        "usage": sum.usage,
        "reserved_calls": sum.open,
        "reserved": sum.reserved,
        "unsettled_calls": sum.lost,
        "unsettled": sum.unsettled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_stands_beside_its_limit() {
        let cents = |n: i64| Money(n * 10_000_000);
        assert_eq!(against(cents(300), None), "$3.00");
        assert_eq!(against(cents(300), Some(cents(1_000))), "$3.00 of $10.00 (30 %)");
        assert_eq!(against(cents(300), Some(cents(100))), "$3.00 of $1.00 (300 %)");
        assert_eq!(against(cents(0), Some(Money::ZERO)), "$0.00 of $0.00");
    }
}
