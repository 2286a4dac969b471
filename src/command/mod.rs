//! External linters, formatters and tests: runs one in a directory, and reads what it writes.
//!
//! ```text
//! spec    what runs, and what is expected of it
//! run     one command in a checkout: its files, its end, its output
//! parse   one format a file: from output to what was reported
//! place   the paths of reports, back to paths of the repository
//! ```
//!
//! Where the checkout comes from, who may run what, and which findings count is not this room's concern.

mod columns;
pub mod parse;
mod place;
mod run;
mod spec;

pub use columns::{Columns, range};
pub use parse::{Level, Parsed, Reported, Spot};
pub use place::candidates;
pub use run::{Place, Ran, run};
pub use spec::{Error, Filter, Severities, Spec};
