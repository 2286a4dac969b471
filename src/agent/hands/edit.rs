//! Tools that write.

use super::look;
use crate::sys::file;
use serde_json::{Map, Value};
use std::path::Path;

/// Puts a text in the place of another that stands in a file exactly once, or of all of them if asked to; or in
/// the place of whole lines, which need not be quoted.
pub fn edit(path: &Path, args: &Map<String, Value>) -> Result<String, String> {
    if let (None, Some(first)) = (args.get("old"), args.get("first").and_then(Value::as_u64)) {
        let last = args.get("last").and_then(Value::as_u64).unwrap_or(first);
        return lines(path, first, last, super::text_of(args, "new")?);
    }
    let (old, new) = (super::text_of(args, "old")?, super::text_of(args, "new")?);
    if old.is_empty() {
        return Err("`old` is empty: say what stands there now, or use `write`".to_owned());
    }
    let text = look::text_at(path)?;
    let all = args.get("all").and_then(Value::as_bool).unwrap_or(false);
    let count = text.matches(old).count();
    match (count, all) {
        (0, _) => return Err("`old` does not stand in the file: read it again, and copy exactly".to_owned()),
        (2.., false) => {
            return Err(format!(
                "`old` stands in the file {count} times: give more lines around it, or set `all`"
            ));
        }
        _ => {}
    }
    put(path, text.replace(old, new).as_bytes())?;
    Ok(match count {
        1 => "replaced".to_owned(),
        count => format!("replaced {count} times"),
    })
}

/// Puts a text in the place of lines, which count from 1.
fn lines(path: &Path, first: u64, last: u64, new: &str) -> Result<String, String> {
    let text = look::text_at(path)?;
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let (from, to) = (first as usize, last as usize);
    if from == 0 || from > to || to > old.len() {
        return Err(format!(
            "there are no lines {first} to {last}: the file has {}",
            old.len()
        ));
    }
    let mut new = new.to_owned();
    if !new.is_empty() && !new.ends_with('\n') && old[to - 1].ends_with('\n') {
        new.push('\n');
    }
    let text = format!("{}{new}{}", old[..from - 1].concat(), old[to..].concat());
    put(path, text.as_bytes())?;
    Ok(format!("replaced the lines {first} to {last}"))
}

/// Writes a whole file.
pub fn write(path: &Path, content: &str) -> Result<String, String> {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(|e| e.to_string())?;
    }
    put(path, content.as_bytes())?;
    Ok(format!("written: {} bytes", content.len()))
}

/// Writes a file that keeps its mode.
fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return Err("it is a directory".to_owned());
    }
    file::write_atomic(path, bytes, mode_of(path)).map_err(|e| e.to_string())
}

#[cfg(unix)]
fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode_of(_: &Path) -> u32 {
    0o644
}
