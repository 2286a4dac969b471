//! Server-sent events, as in the HTML standard, section 9.2: fed with bytes as they come.

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its data, lines joined by a line feed.
    pub data: String,
}
