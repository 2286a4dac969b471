//! Reads lists to their end, and who we are.

use super::Target;
use super::call::Call;
use super::client::{Client, Fault};
use super::codec::{At, Author, Pull, Talk};
use serde_json::Value;

/// The most pages of a list.
const PAGES: usize = 30;

/// Reads a list.
///
/// # Errors
/// A fault, or that the list is too long: what is not read may hold what is wanted.
pub async fn list(client: &Client<'_>, codec: &dyn Talk, call: &Call) -> Result<Vec<Value>, Fault> {
    let (name, size) = codec.pages();
    let mut all = Vec::new();
    for page in 1..=PAGES {
        let answer = client.call(&call.page(name, size, page)).await?;
        let Some(items) = answer.value.as_array() else {
            return Err(Fault::new("the answer is not the list that it should be"));
        };
        let is_last = items.is_empty() || !answer.has_next.unwrap_or(items.len() >= size);
        all.extend(items.iter().cloned());
        if is_last {
            return Ok(all);
        }
    }
    Err(Fault::new(format!("a list has more than {PAGES} pages")))
}

/// Asks who we are.
///
/// # Errors
/// When no request says it and no name stands in.
pub async fn me(client: &Client<'_>, codec: &dyn Talk) -> Result<Author, Fault> {
    let mut last = Fault::new("the forge does not say whose token it is");
    for call in codec.who() {
        match client.call(&call).await {
            Ok(answer) => {
                if let Some(me) = codec.me(&answer.value) {
                    return Ok(me);
                }
            }
            Err(fault) if fault.is_refusal() && fault.status != Some(401) => last = fault,
            Err(fault) => return Err(fault),
        }
    }
    let bot = codec.bot().map(|name| Author {
        id: None,
        name: name.to_owned(),
    });
    bot.ok_or(last)
}

/// Finds the pull request.
///
/// # Errors
/// When the forge does not show it.
pub async fn pull(client: &Client<'_>, codec: &dyn Talk, target: &Target) -> Result<Option<Pull>, Fault> {
    if let Some(number) = target.pull {
        let answer = client.call(&codec.pull(At { target, pull: number })).await?;
        let wrong = || Fault::new("the answer is no pull request");
        return codec.pulled(&answer.value).map(Some).ok_or_else(wrong);
    }
    let found = list(client, codec, &codec.find(target)).await?;
    let head = target.head.to_string();
    let mut pulls = found
        .iter()
        .filter_map(|value| codec.pulled(value))
        .filter(|pull| pull.head == head);
    // Of two with the same head nobody knows which is meant.
    match (pulls.next(), pulls.next()) {
        (Some(pull), None) => Ok(Some(pull)),
        _ => Ok(None),
    }
}
