//! Systems that have no jail: nothing is started.

use crate::sandbox::jail::{Ended, Jail, JailError, Jailed, Streams};
use crate::sandbox::{Layers, Level};
use crate::sys::signal::Interrupt;
use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::TcpListener;

/// A command that runs: there is none.
#[derive(Debug)]
pub struct Inner(Infallible);

pub fn start(jail: &Jail, _: &OsStr, _: &[OsString], _: Streams) -> Result<Jailed, JailError> {
    Err(JailError::TooWeak {
        got: Level::None,
        least: jail.least,
        why: "this system has no means that is used here; Linux and macOS have".to_owned(),
    })
}

pub fn sweep(_: &str) -> usize {
    0
}

pub fn serve() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Inner {
    pub fn run(&self) -> &str {
        match self.0 {}
    }

    pub fn listener(&self) -> Option<&TcpListener> {
        match self.0 {}
    }

    pub fn layers(&self) -> &Layers {
        match self.0 {}
    }

    pub fn wait(&mut self, _: &Interrupt) -> io::Result<Ended> {
        match self.0 {}
    }

    pub fn has_written_too_much(&self) -> bool {
        match self.0 {}
    }

    pub fn kill(&mut self) {
        match self.0 {}
    }
}
