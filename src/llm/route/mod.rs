//! Chooses which model is asked, where, and what comes next if that fails. Pure: whoever asks brings what
//! is known about endpoints and spending.
//!
//! Six levels, the first that names a model wins: override, spending limit, agent, task, context size,
//! default. Then the calls are balanced over the model's endpoints, and the fallback chain follows. Every
//! decision is a trace that a person can read.

mod balance;
mod table;
mod trace;

#[cfg(test)]
mod tests;

pub use table::{Ask, Balance, Endpoint, Health, Model, Named, Rule, Score, Spending, State, Table};
pub use trace::{Level, Step, Verdict, explain};

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whom to ask, in order; empty: nobody can be asked.
    pub targets: Vec<Target>,
    /// The level that chose the model.
    pub level: Option<Level>,
    /// How it came to that, step by step.
    pub trace: Vec<Step>,
}

/// A model at an endpoint, by their places in the [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The model.
    pub model: usize,
    /// The endpoint.
    pub endpoint: usize,
}

/// Decides whom to ask.
#[must_use]
pub fn decide(table: &Table, ask: &Ask<'_>, state: &State) -> Decision {
    let mut trace = Vec::with_capacity(12);
    let Some((level, model)) = choose(table, ask, state, &mut trace) else {
        return Decision {
            targets: Vec::new(),
            level: None,
            trace,
        };
    };
    let mut targets = Vec::new();
    for model in chain(table, model) {
        let order = balance::order(table, model, ask, state);
        for endpoint in order {
            if usable(table, ask, state, model, endpoint, &mut trace) {
                targets.push(Target { model, endpoint });
            }
        }
    }
    if let Some(first) = targets.first() {
        trace.push(Step::balanced(table, *first, targets.len()));
    }
    Decision {
        targets,
        level: Some(level),
        trace,
    }
}

/// A model with the reason for it, or why a level names none.
type Found = Result<(usize, String), String>;

/// Goes through the levels.
fn choose(table: &Table, ask: &Ask<'_>, state: &State, trace: &mut Vec<Step>) -> Option<(Level, usize)> {
    let levels: [(Level, Found); 6] = [
        (Level::Override, named(table, table.overriding.as_ref())),
        (Level::Spending, spending(table, state)),
        (Level::Agent, agent(table, ask)),
        (Level::Task, task(table, ask)),
        (Level::Size, size(table, ask)),
        (Level::Default, named(table, table.default.as_ref())),
    ];
    for (level, found) in levels {
        match found {
            Ok((model, why)) => {
                trace.push(Step::chosen(level, &table.models[model].name, &why));
                return Some((level, model));
            }
            Err(why) => trace.push(Step::passed(level, &why)),
        }
    }
    None
}

fn named(table: &Table, named: Option<&Named>) -> Found {
    let named = named.ok_or_else(|| "none is set".to_owned())?;
    in_table(table, named.model, &named.why)
}

fn in_table(table: &Table, model: usize, why: &str) -> Found {
    match table.models.get(model) {
        Some(_) => Ok((model, why.to_owned())),
        None => Err("the model is not in the table".to_owned()),
    }
}

fn spending(table: &Table, state: &State) -> Found {
    let (other, name, why) = match &state.spending {
        Spending::Cheaper(why) => (&table.cheaper, "cheaper", why),
        Spending::Offline(why) => (&table.offline, "offline", why),
        Spending::Free(why) => return Err(why.clone()),
        Spending::Stop(why) => return Err(why.clone()),
    };
    match other {
        Some(named) => in_table(table, named.model, &format!("{why}: `{name}`")),
        None => Err(format!("{why}, but `routing.{name}` names no model")),
    }
}

fn agent(table: &Table, ask: &Ask<'_>) -> Found {
    let found = table.agents.iter().find(|(name, _)| name == ask.agent);
    match found {
        Some((name, model)) => in_table(table, *model, &format!("the agent `{name}` asks for it")),
        None if ask.agent.is_empty() => Err("no agent asks".to_owned()),
        None => Err(format!("the agent `{}` names no model", ask.agent)),
    }
}

fn task(table: &Table, ask: &Ask<'_>) -> Found {
    let fits = |rule: &&Rule| rule.tasks.iter().any(|t| t == ask.task) && rule.fits(ask.tokens);
    match table.rules.iter().find(fits) {
        Some(rule) => in_table(table, rule.model, &format!("a route for the task `{}`", ask.task)),
        None if ask.task.is_empty() => Err("no task is named".to_owned()),
        None => Err(format!("no route for the task `{}`", ask.task)),
    }
}

fn size(table: &Table, ask: &Ask<'_>) -> Found {
    let fits = |rule: &&Rule| rule.tasks.is_empty() && rule.above.is_some() && rule.fits(ask.tokens);
    match table.rules.iter().find(fits) {
        Some(rule) => {
            let above = rule.above.unwrap_or_default();
            let why = format!("a route for {above} tokens or more, and there are {}", ask.tokens);
            in_table(table, rule.model, &why)
        }
        None => Err(format!("no route for {} tokens", ask.tokens)),
    }
}

/// Returns a model and those that follow it, each once, nearest first.
fn chain(table: &Table, first: usize) -> Vec<usize> {
    let mut chain = vec![first];
    let mut at = 0;
    while let Some(model) = chain.get(at).and_then(|&model| table.models.get(model)) {
        for &next in &model.fallback {
            if !chain.contains(&next) && next < table.models.len() {
                chain.push(next);
            }
        }
        at += 1;
    }
    chain
}

/// Says whether a model can be asked at an endpoint; if not, the trace says why.
fn usable(
    table: &Table,
    ask: &Ask<'_>,
    state: &State,
    model: usize,
    endpoint: usize,
    trace: &mut Vec<Step>,
) -> bool {
    let Some(why) = obstacle(table, ask, state, model, endpoint) else {
        return true;
    };
    trace.push(Step::rejected(table, Target { model, endpoint }, &why));
    false
}

/// Says what does not fit the window of a model.
fn too_small(model: &Model, ask: &Ask<'_>) -> Option<String> {
    let most = if model.most == 0 { u64::MAX } else { model.most };
    let (tokens, output) = (ask.tokens, ask.output.min(most));
    let window = model
        .window
        .filter(|window| tokens.saturating_add(output) > *window)?;
    Some(format!(
        "its window of {window} tokens is too small for {tokens} in and {output} out"
    ))
}

fn obstacle(table: &Table, ask: &Ask<'_>, state: &State, model: usize, endpoint: usize) -> Option<String> {
    let at = &table.endpoints[endpoint];
    let model = &table.models[model];
    if let Some(why) = &at.unusable {
        return Some(why.clone());
    }
    if !table.remote && !at.local {
        return Some("`routing.remote` is off, and it is not on this machine".to_owned());
    }
    if let Spending::Offline(why) = &state.spending
        && !at.local
    {
        return Some(format!("{why}, and it is not on this machine"));
    }
    if let Spending::Stop(why) = &state.spending
        && (!at.free || model.priced)
    {
        return Some(format!("{why}, and it costs something"));
    }
    if let Some(why) = too_small(model, ask) {
        return Some(why);
    }
    let open = state.health(endpoint).open_for;
    open.map(|time| format!("its breaker is open for {} s", time.as_secs().max(1)))
}
