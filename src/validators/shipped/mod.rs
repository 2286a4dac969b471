//! The validators that are shipped: one file and one row each, and a prompt in `policies/prompts`.

mod correctness;

use super::claim::Kind;
use bstr::BStr;

/// A validator that is shipped.
pub struct Shipped {
    /// Its name: the prompt of the same name says what it looks for.
    pub name: &'static str,
    /// What it looks for, in a few lowercase words.
    pub summary: &'static str,
    /// What it may claim.
    pub kinds: &'static [Kind],
    /// Whether what it says can ever block.
    pub gates: bool,
    /// Whether it is shown the message of the commit.
    pub sees_message: bool,
    /// Whether a path is worth its while; `None`: every path is.
    pub wants: Option<fn(&BStr) -> bool>,
}

/// All of them, in the order in which they are asked.
pub const ALL: &[&Shipped] = &[&correctness::CORRECTNESS];

/// Reads a user's own prompt: what to look for, and the digest of it.
///
/// # Errors
/// When it has a head that is wrong.
pub fn focus(text: &str) -> Result<(String, String), crate::llm::prompt::Error> {
    let prompt = crate::llm::prompt::Prompt::parse(text, crate::llm::prompt::Origin::Policy)?;
    Ok((prompt.render(&[])?, prompt.digest))
}

/// Returns the validator of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shipped> {
    ALL.iter().copied().find(|shipped| shipped.name == name)
}
