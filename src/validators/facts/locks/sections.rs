//! Lock files in lines: TOML with a `[[package]]` for each (Cargo, Poetry, uv), and `Gemfile.lock`.

use super::Versions;

/// Reads the name and the version of each `[[package]]`.
pub fn packages(text: &str, versions: &mut Versions) -> Option<()> {
    let (mut name, mut version, mut is_package) = (None, None, false);
    for line in text.lines() {
        if line.starts_with('[') {
            is_package = line.trim_end() == "[[package]]";
            (name, version) = (None, None);
        }
        if !is_package {
            continue;
        }
        if let Some(value) = value(line, "name") {
            name = Some(value);
        } else if let Some(value) = value(line, "version") {
            version = Some(value);
        }
        if let (Some(package), Some(locked)) = (name, version) {
            versions.add(package, locked);
            is_package = false;
        }
    }
    Some(())
}

/// Returns the value of `key = "value"`.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
    let (value, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(value)
}

/// Reads the `specs` of a `Gemfile.lock`: four spaces stand before each, and more before what it needs.
pub fn gems(text: &str, versions: &mut Versions) -> Option<()> {
    for line in text.lines() {
        let spec = line.strip_prefix("    ").filter(|spec| !spec.starts_with(' '));
        let spec = spec.and_then(|spec| spec.trim_end().strip_suffix(')')?.split_once(" ("));
        if let Some((name, version)) = spec {
            // Behind `-` stands the platform.
            let version = version.split('-').next().unwrap_or_default();
            versions.add(name, version);
        }
    }
    Some(())
}
