//! Local state that outlives a process: spending, limits, breakers, cached answers, recorded outcomes.
//!
//! One SQLite file in the user's state directory, opened only when a model is to be asked, safe for many
//! processes at once. Losing it loses history and no more.
