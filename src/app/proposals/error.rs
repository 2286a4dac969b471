//! Why something cannot be done with a proposal.

use crate::app;
use crate::git::apply;
use crate::model::ProposalState;

/// Why something cannot be done with a proposal.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository or the state directory does not give what is needed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The change cannot be tried or carried out.
    #[error(transparent)]
    Apply(#[from] apply::Error),
    /// There is none.
    #[error("there is no proposal for this repository")]
    None,
    /// None has this name.
    #[error("no proposal is called `{0}`")]
    Unknown(String),
    /// Several begin with this.
    #[error("`{0}` could be {1}")]
    Ambiguous(String, String),
    /// One cannot be understood.
    #[error("the proposal `{0}` cannot be used: {1}")]
    Broken(String, String),
    /// It is in a state in which that cannot be done.
    #[error("the proposal `{0}` is {word} already", word = word(*.1))]
    State(String, ProposalState),
    /// Another process applies or takes back.
    #[error("another process works on this working tree")]
    Busy,
    /// Nothing is applied that could be taken back.
    #[error("nothing is applied in this working tree that could be taken back")]
    NothingApplied,
}

/// Returns the word for a state.
pub(super) fn word(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "open",
        ProposalState::Applied => "applied",
        ProposalState::Undone => "undone",
        ProposalState::Dropped => "dropped",
    }
}
