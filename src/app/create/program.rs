//! Finds an agent program, and what it needs to run in a jail.

use super::Wrong;
use crate::agent::program::{self, Places};
use crate::agent::runtime::Program;
use crate::sys::{dirs, env};

/// Finds a program by its path, or by its name on `PATH`.
///
/// # Errors
/// When there is none, or what interprets it is not there.
pub fn find(name: &str, args: Vec<String>) -> Result<Program, Wrong> {
    let path = env::path("PATH").unwrap_or_default();
    let home = dirs::home();
    let places = Places {
        path: path.as_os_str(),
        home: home.as_deref(),
    };
    program::find(name, args, places).map_err(|wrong| {
        Wrong::new(
            wrong.to_string(),
            "install it, or name its path with `program` in `[agents.<name>]`",
        )
    })
}
