//! Whom the gateway asks for an agent program: an endpoint that speaks what the program speaks.

use super::Wrong;
use crate::agent::gateway::Upstream;
use crate::agent::order::Wire;
use crate::agent::runtime::Row;
use crate::app::Error;
use crate::llm::book::Book;
use crate::sys::secret::Secret;
use std::time::Duration;

/// The longest that a program may take for a key.
const LONGEST: Duration = Duration::from_secs(20);

/// Who wants to ask.
pub struct Wants<'a> {
    pub row: &'a Row,
    /// The model, by its table or its id; `None`: the program's own choice.
    pub model: Option<&'a str>,
    pub agent: &'a str,
}

/// Whom to ask.
pub struct Chosen {
    /// The model, by the provider's own name; empty: the program's own choice.
    pub model: String,
    pub upstreams: Vec<Upstream>,
}

/// Finds an endpoint.
///
/// # Errors
/// When there is none that can be asked, or it has no key.
pub fn of(book: &Book, wants: &Wants<'_>) -> Result<Chosen, Error> {
    let (model, places) = match wants.model {
        Some(name) => named(book, wants, name)?,
        None => (String::new(), (0..book.places.len()).collect()),
    };
    let mut upstreams = Vec::new();
    let mut why = None;
    for wire in wires(wants.row) {
        for &at in &places {
            match upstream(book, at, wire, &model) {
                Ok(Some(upstream)) => {
                    upstreams.push(upstream);
                    break;
                }
                Ok(None) => {}
                Err(reason) => why = why.or(Some(reason)),
            }
        }
    }
    if upstreams.is_empty() {
        return Err(nobody(wants, why));
    }
    Ok(Chosen { model, upstreams })
}

/// The wires that a program may speak: its own, and for those that may be anything, all.
fn wires(row: &Row) -> Vec<Wire> {
    let all = [Wire::Anthropic, Wire::Responses, Wire::Chat, Wire::Gemini];
    match row.program.is_empty() {
        true => all.to_vec(),
        false => vec![row.wire],
    }
}

fn named(book: &Book, wants: &Wants<'_>, name: &str) -> Result<(String, Vec<usize>), Error> {
    let of_agent = book.table.agents.iter().find(|(agent, _)| agent == wants.agent);
    let by_name = || book.table.models.iter().position(|model| model.name == name);
    let at = of_agent.map(|(_, model)| *model).or_else(by_name);
    let Some(at) = at else {
        return Err(Wrong::new(
            format!("there is no model `{}`", crate::model::visible(name)),
            "`pantheon models list` shows those that there are",
        )
        .into());
    };
    Ok((
        book.models[at].id.clone(),
        book.table.models[at].endpoints.clone(),
    ))
}

fn upstream(book: &Book, at: usize, wire: Wire, model: &str) -> Result<Option<Upstream>, String> {
    let place = &book.places[at];
    if Upstream::of(place, wire, None).is_none() {
        return Ok(None);
    }
    if let Some(why) = &book.table.endpoints[at].unusable {
        return Err(format!("{}: {why}", book.table.endpoints[at].name));
    }
    if !book.table.remote && !book.table.endpoints[at].local {
        return Err("`routing.remote` is off, and it is not on this machine".to_owned());
    }
    let key: Option<Secret> = match &place.key {
        Some(source) => Some(source.read(LONGEST).map_err(|e| e.to_string())?),
        None => None,
    };
    let mut upstream = Upstream::of(place, wire, key);
    if let Some(upstream) = upstream.as_mut()
        && !model.is_empty()
    {
        // Small questions that programs ask other models are answered by the one that was chosen.
        upstream.models = vec![model.to_owned()];
        upstream.instead = Some(model.to_owned());
        if let Some(known) = book.models.iter().find(|known| known.id == model) {
            upstream.free &= !known.priced;
            upstream.max_output = upstream.max_output.min(known.max_output);
        }
    }
    Ok(upstream)
}

fn nobody(wants: &Wants<'_>, why: Option<String>) -> Error {
    let message = format!(
        "no model can be asked for `{}` in the words that it speaks",
        wants.row.name
    );
    let message = why.map_or(message.clone(), |why| format!("{message}: {why}"));
    Wrong::new(
        message,
        "`pantheon models list` says which providers are configured, and what they lack",
    )
    .into()
}
