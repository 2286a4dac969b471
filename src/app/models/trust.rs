//! Remembers that a person has looked at what a repository asks for: where keys go, and which programs run.
//!
//! What is trusted is the text itself, by its digest, so a change of it must be trusted again; the repository
//! that it stands in does not matter. Where nobody can be asked, [`VARIABLE`] says the same.

use crate::app::Error;
use crate::config::Settings;
use crate::sys::{clock, dirs, env, file};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io;
use std::path::PathBuf;

/// The file in the state directory: a digest and a day on each line.
const FILE: &str = "trusted";
/// The most bytes of it that are read.
const LARGEST: u64 = 1 << 20;

/// Names what is trusted, in words that a blank or a comma parts: digests, as [`digest`] writes them, and [`BASE`].
pub const VARIABLE: &str = "PANTHEON_TRUST";
/// The word of [`VARIABLE`] by which the commands count that a CI run finds in the base of a change.
pub const BASE: &str = "base";
/// What stands before a digest.
const SHA256: &str = "sha256:";

/// Whether everything that the settings ask for was trusted. Settings that ask for nothing are.
#[must_use]
pub fn is_trusted(settings: &Settings) -> bool {
    if settings.models.to_trust.is_empty() {
        return true;
    }
    let digest = hex(settings);
    if is_named(|word| word.strip_prefix(SHA256) == Some(&digest)) {
        return true;
    }
    let text = path().and_then(|path| read(&path)).unwrap_or_default();
    text.lines().any(|line| line.split(' ').next() == Some(&digest))
}

/// Whether the environment says that commands of the base of a change may run.
#[must_use]
pub fn is_base_trusted() -> bool {
    is_named(|word| word == BASE)
}

fn is_named(is_it: impl Fn(&str) -> bool) -> bool {
    let named = env::text(VARIABLE).unwrap_or_default();
    named.split([' ', ',', '\n']).any(is_it)
}

/// Returns the digest of what the settings ask for, as [`VARIABLE`] takes it.
#[must_use]
pub fn digest(settings: &Settings) -> String {
    format!("{SHA256}{}", hex(settings))
}

/// Remembers that what the settings ask for is trusted.
///
/// # Errors
/// When the state directory cannot be written.
pub fn trust(settings: &Settings) -> Result<(), Error> {
    if is_trusted(settings) {
        return Ok(());
    }
    let line = format!("{} {}\n", hex(settings), clock::today());
    change(|text| text.push_str(&line))
}

/// Forgets it.
///
/// # Errors
/// When the state directory cannot be written.
pub fn forget(settings: &Settings) -> Result<(), Error> {
    let digest = hex(settings);
    change(|text| {
        let kept = text
            .lines()
            .filter(|line| line.split(' ').next() != Some(&digest));
        *text = kept.map(|line| format!("{line}\n")).collect();
    })
}

fn change(edit: impl FnOnce(&mut String)) -> Result<(), Error> {
    let nowhere = || io::Error::new(io::ErrorKind::NotFound, "the environment names no home");
    let path = path().ok_or_else(|| Error::Write(PathBuf::from(FILE), nowhere()))?;
    let failed = |e: io::Error| Error::Write(path.clone(), e);
    if let Some(dir) = path.parent() {
        dirs::private_dir(dir).map_err(failed)?;
    }
    let mut text = read(&path).unwrap_or_default();
    edit(&mut text);
    file::write_atomic(&path, text.as_bytes(), 0o600).map_err(failed)
}

fn path() -> Option<PathBuf> {
    dirs::state().map(|dir| dir.join(FILE))
}

fn read(path: &std::path::Path) -> Option<String> {
    String::from_utf8(file::read(path, LARGEST).ok()?).ok()
}

fn hex(settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for line in &settings.models.to_trust {
        hash.update((line.len() as u64).to_le_bytes());
        hash.update(line.as_bytes());
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
