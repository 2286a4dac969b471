//! Orders the endpoints of a model.

use super::{Ask, Balance, Score, State, Table};
use std::cmp::Ordering;

/// Returns the endpoints of a model in the order in which to ask them.
pub(super) fn order(table: &Table, model: usize, _ask: &Ask<'_>, state: &State) -> Vec<usize> {
    let known = |endpoint: &usize| *endpoint < table.endpoints.len();
    let mut order: Vec<usize> = table.models[model]
        .endpoints
        .iter()
        .copied()
        .filter(known)
        .collect();
    if order.len() < 2 {
        return order;
    }
    match table.balance {
        Balance::First => {}
        Balance::RoundRobin => rotate(&mut order, state.turn),
        Balance::Weighted => {
            let first = weighted(table, &order, state.turn);
            let place = order.iter().position(|e| *e == first).unwrap_or(0);
            order[..=place].rotate_right(1);
        }
        Balance::LeastConnections => {
            rotate(&mut order, state.turn);
            order.sort_by_key(|&endpoint| state.health(endpoint).in_flight);
        }
    }
    if table.outcomes {
        order.sort_by(|&a, &b| by_score(state.health(a).score, state.health(b).score));
    }
    order
}

fn rotate(order: &mut [usize], turn: u64) {
    let count = order.len() as u64;
    order.rotate_left((turn % count) as usize);
}

/// Returns the endpoint whose turn it is, in time that does not grow with the weights: the multiples of
/// the golden ratio fill a circle evenly (Weyl), and each endpoint has an arc as long as its weight.
fn weighted(table: &Table, order: &[usize], turn: u64) -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let weight = |endpoint: usize| u64::from(table.endpoints[endpoint].weight.max(1));
    let total: u64 = order.iter().map(|&e| weight(e)).sum();
    let mut point = ((turn.wrapping_mul(GOLDEN) >> 32) * total) >> 32;
    for &endpoint in order {
        let arc = weight(endpoint);
        if point < arc {
            return endpoint;
        }
        point -= arc;
    }
    order[0]
}

/// Compares what became of earlier calls; what is about the same is equal, and so is what is not known.
fn by_score(a: Option<Score>, b: Option<Score>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else {
        return Ordering::Equal;
    };
    let percent = |share: f64| (share.clamp(0.0, 1.0) * 20.0).round() as i64;
    // Steps of a quarter: a tenth of a second more or less is chance.
    let step = |score: Score| (score.latency.as_secs_f64().max(0.001).ln() / 0.25).round() as i64;
    percent(b.success)
        .cmp(&percent(a.success))
        .then(percent(b.upheld).cmp(&percent(a.upheld)))
        .then(step(a).cmp(&step(b)))
}
