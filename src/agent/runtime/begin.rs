//! What all programs have in common when they are started.

use super::{Launch, Program, Wrong, line};
use crate::agent::order::Order;
use std::ffi::OsString;

/// The variable that holds the placeholder of the key, for programs that take any.
pub(super) const KEY: &str = "PANTHEON_KEY";

/// The name of the provider and of the model in the settings that are written for programs.
pub(super) const NAME: &str = "pantheon";

/// Begins a launch: the program, by its interpreter if it is a script, the prompt on its standard input.
pub(super) fn begin(order: &Order, program: &Program) -> Launch {
    let mut launch = Launch {
        program: program.path.clone().into_os_string(),
        input: order.prompt.clone().into_bytes(),
        reads: program.reads.clone(),
        ..Launch::default()
    };
    if let Some(interpreter) = &program.interpreter {
        launch.args.push(std::mem::take(&mut launch.program));
        launch.program = interpreter.clone().into_os_string();
    }
    launch
}

impl Launch {
    /// Adds arguments.
    pub(super) fn say<S: Into<OsString>>(&mut self, args: impl IntoIterator<Item = S>) {
        self.args.extend(args.into_iter().map(Into::into));
    }

    /// Adds variables.
    pub(super) fn set<S: Into<OsString>>(&mut self, variables: impl IntoIterator<Item = (&'static str, S)>) {
        let variables = variables.into_iter();
        self.env
            .extend(variables.map(|(name, value)| (name.into(), value.into())));
    }

    /// Adds a file below the home.
    pub(super) fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.push((path.into(), bytes.into()));
    }
}

/// Returns the model that the order names, for a program that has none of its own.
pub(super) fn model<'a>(order: &'a Order, program: &str) -> Result<&'a str, Wrong> {
    if order.model.is_empty() {
        return Err(Wrong(format!("`{program}` needs the name of a model")));
    }
    Ok(&order.model)
}

/// Returns the session to go on with, once it is one that can stand among arguments.
pub(super) fn resumed(order: &Order) -> Result<Option<&str>, Wrong> {
    match order.resume.as_deref() {
        None => Ok(None),
        Some(id) if line::is_id(id) => Ok(Some(id)),
        Some(_) => Err(Wrong("the id of the session to go on with is none".to_owned())),
    }
}

/// Returns the address of the gateway with the version that OpenAI's paths begin with.
pub(super) fn versioned(order: &Order) -> String {
    format!("{}/v1", order.gateway)
}
