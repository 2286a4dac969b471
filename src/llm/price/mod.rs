//! What models cost, hold and can do, and when they go away: the table of `policies/models.toml`.
//!
//! A call is priced by the model that served it, on the day it was made. A model that the table does not know
//! is never free: it costs as much as the dearest that could be meant, and the price is told to be a guess.

mod cost;
mod parse;
mod rate;
mod table;
mod warn;

pub use cost::{Call, Guess, Priced, cost};
pub use parse::Error;
pub use rate::{Rate, Rates};
pub use table::{Ability, Above, Model, Price, Table, base_name, same_model};
pub use warn::{SOON_DAYS, warnings};

#[cfg(test)]
mod tests;
