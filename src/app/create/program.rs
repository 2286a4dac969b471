//! Finds an agent program, and what it needs to run in a jail.

use super::Wrong;
use crate::agent::runtime::Program;
use crate::sys::{env, file};
use std::path::{Path, PathBuf};

/// How much of a script is read to find what reads it, in bytes.
const HEAD: u64 = 256;

/// Finds a program by its path, or by its name on `PATH`.
///
/// # Errors
/// When there is none.
pub fn find(name: &str, args: Vec<String>) -> Result<Program, Wrong> {
    let missing = || {
        Wrong::new(
            format!("the program `{}` is not found", crate::model::visible(name)),
            "install it, or name its path with `program` in `[agents.<name>]`",
        )
    };
    let path = located(name).ok_or_else(missing)?;
    let interpreter = interpreter(&path);
    let mut reads = vec![home_of(&path)];
    reads.extend(interpreter.as_deref().map(home_of));
    reads.retain(|dir| !is_systems(dir));
    Ok(Program {
        path,
        args,
        interpreter,
        reads,
    })
}

/// Returns where a program is, with links resolved.
fn located(name: &str) -> Option<PathBuf> {
    let found = match name.contains(['/', '\\']) {
        true => PathBuf::from(name),
        false => env::on_path(name)?,
    };
    let path = std::fs::canonicalize(found).ok()?;
    path.is_file().then_some(path)
}

/// Returns what reads a script, by its first line.
fn interpreter(path: &Path) -> Option<PathBuf> {
    let head = file::read_start(path, HEAD).ok()?;
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split_whitespace();
    let first = words.next()?;
    if !first.ends_with("/env") {
        return located(first);
    }
    located(words.find(|word| !word.starts_with('-') && !word.contains('='))?)
}

/// Returns the directory that a program needs: that of its packages, of its environment, or its own.
fn home_of(path: &Path) -> PathBuf {
    for dir in path.ancestors().skip(1) {
        if dir.file_name().is_some_and(|name| name == "node_modules") || dir.join("pyvenv.cfg").is_file() {
            return dir.to_owned();
        }
    }
    let own = path.parent().unwrap_or(path);
    match (own.file_name(), own.parent()) {
        (Some(name), Some(above)) if name == "bin" => above.to_owned(),
        _ => own.to_owned(),
    }
}

/// Whether every jail can read a directory already.
fn is_systems(dir: &Path) -> bool {
    ["/usr", "/bin", "/lib", "/sbin", "/"].iter().any(|system| {
        let system = Path::new(system);
        dir == system || (system.parent().is_some() && dir.starts_with(system))
    })
}
