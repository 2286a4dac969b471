//! What will change soon: a model that goes away, a price that ends.

use super::table::{Model, Price};
use jiff::civil::Date;

/// How many days before the change there is a warning.
pub const SOON_DAYS: i64 = 60;

/// Returns what a person who uses this model should know today, one line each.
#[must_use]
pub fn warnings(model: &Model, today: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(day) = model.retires.as_deref().filter(|day| is_soon(today, day)) {
        lines.push(retirement(model, day, today));
    }
    for price in &model.prices {
        // The day itself is still at the old price.
        let end = price.until.as_deref().filter(|until| *until >= today);
        if let Some(until) = end.filter(|until| is_soon(today, until)) {
            lines.push(change(model, price, until));
        }
    }
    lines
}

/// Whether a day is past or near.
fn is_soon(today: &str, day: &str) -> bool {
    match (today.parse::<Date>(), day.parse::<Date>()) {
        (Ok(today), Ok(day)) => (day - today).get_days() as i64 <= SOON_DAYS,
        _ => false,
    }
}

fn retirement(model: &Model, day: &str, today: &str) -> String {
    let id = &model.id;
    let past = day <= today;
    let next = model.successor.as_deref();
    match (next, model.rerouted) {
        (Some(next), true) if past => {
            format!("`{id}` is gone since {day}: `{next}` answers under its name, at its own price")
        }
        (Some(next), true) => {
            format!("`{id}` goes away on {day}: `{next}` then answers under its name, at its own price")
        }
        (Some(next), false) if past => format!("`{id}` is gone since {day}: ask `{next}` instead"),
        (Some(next), false) => format!("`{id}` goes away on {day}: ask `{next}` instead"),
        (None, _) if past => format!("`{id}` is gone since {day}"),
        (None, _) => format!("`{id}` goes away on {day}"),
    }
}

fn change(model: &Model, price: &Price, until: &str) -> String {
    let id = &model.id;
    let next = model
        .prices
        .iter()
        .find(|next| next.from.as_deref().is_some_and(|from| from > until));
    let Some(next) = next else {
        return format!("the price of `{id}` is known until {until} only");
    };
    let (old, new) = (price.rates, next.rates);
    format!(
        "the price of `{id}` changes after {until}: {} to {} for a million tokens in, {} to {} out",
        old.input.money(),
        new.input.money(),
        old.output.money(),
        new.output.money(),
    )
}
