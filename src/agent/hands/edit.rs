//! Tools that write.

use super::look;
use crate::sys::file;
use serde_json::{Map, Value};
use std::path::Path;

/// Puts a text in the place of another that stands in a file exactly once, or of all of them if asked to.
pub fn edit(path: &Path, args: &Map<String, Value>) -> Result<String, String> {
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
