//! Commands in jails, for the rooms above: the process that locks itself in, and the battery that tries to get
//! out.

#[cfg(target_os = "linux")]
pub use crate::sandbox::battery::{Attempt, Options, Outcome, Report};
pub use crate::sandbox::jail::{Purpose, WORD, serve};

use std::io;

/// Tries what a command in a jail must not be able to do; or is what it is tried on.
///
/// # Errors
/// When nobody says on what, or this system has no jail.
pub fn probe(is_victim: bool) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    return crate::sandbox::battery::serve(is_victim);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = is_victim;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Tries everything, in a jail for each purpose.
///
/// # Errors
/// When a jail cannot be set up, with what to do next.
#[cfg(target_os = "linux")]
pub fn battery() -> Result<Vec<Report>, (String, Option<&'static str>)> {
    let purposes = [Purpose::Creator, Purpose::Validator];
    let reports = purposes.map(|purpose| {
        let options = Options {
            purpose,
            ..Options::default()
        };
        crate::sandbox::battery::run(&options).map_err(|e| (e.to_string(), e.hint()))
    });
    reports.into_iter().collect()
}
