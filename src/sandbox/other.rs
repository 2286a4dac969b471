//! Other systems. macOS has a profile of the same shape; elsewhere there is nothing.

#[cfg(not(target_os = "macos"))]
pub mod jail;
#[cfg(target_os = "macos")]
pub mod macos;

use super::{Layers, Probe, Profile, proof};
use std::ffi::OsString;
use std::path::Path;

/// Where macOS has the program that runs another one under a profile.
const SANDBOX_EXEC: &str = "/usr/bin/sandbox-exec";

/// Denies by default. To read is allowed, for the system's libraries and its list of authorities; writing,
/// connecting and running anything but the worker is not. The descriptors that it has stay open.
const PROFILE: &str = r#"(version 1)
(deny default)
(allow process-exec (literal (param "PROGRAM")))
(allow file-read* file-map-executable)
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.trustd") (global-name "com.apple.trustd.agent"))
"#;

/// Nothing beside what every system can be asked for.
pub const TRIES: &[proof::Try] = &[];

/// Locks nothing: where there is a profile, the process was started under it. Says whether it holds, by
/// trying.
#[must_use]
pub fn lock_down(_: &Profile<'_>) -> Layers {
    let mut layers = Layers::default();
    if !cfg!(target_os = "macos") {
        layers
            .missing
            .push("this system has no means that is used here".to_owned());
        return layers;
    }
    let attempts = proof::prove(&std::env::temp_dir());
    // What may be read is the profile's own affair.
    let worked = attempts
        .iter()
        .filter(|attempt| attempt.worked() && !attempt.reads);
    layers
        .missing
        .extend(worked.map(|attempt| format!("the profile does not deny to {}", attempt.name)));
    layers.profile = layers.missing.is_empty();
    layers
}

/// Returns what to run so that a program is locked in from outside.
#[must_use]
pub fn wrapped(program: &Path) -> (OsString, Vec<OsString>) {
    if !cfg!(target_os = "macos") || !Path::new(SANDBOX_EXEC).exists() {
        return (program.into(), Vec::new());
    }
    // A profile knows a file by its real path alone.
    let program = &program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let mut parameter = OsString::from("PROGRAM=");
    parameter.push(program);
    let words = [
        "-p".into(),
        PROFILE.into(),
        "-D".into(),
        parameter,
        program.into(),
    ];
    (SANDBOX_EXEC.into(), words.to_vec())
}

/// Looks at what there is.
#[must_use]
pub fn probe() -> Probe {
    let mut hints = Vec::new();
    if !Path::new(SANDBOX_EXEC).exists() {
        hints.push("this system has no means that is used here; Linux has".to_owned());
    }
    Probe {
        kernel: std::env::consts::OS.to_owned(),
        landlock: 0,
        seccomp: false,
        namespaces: false,
        hints,
    }
}
