//! `pnpm-lock.yaml`: the keys of `packages` hold name and version.

use super::Versions;

/// Reads the keys of `packages`: `/a/1.0.0_peer@2` up to version 5, `/a@1.0.0(peer@2)` in 6, `a@1.0.0` since 7.
pub fn read(text: &str, versions: &mut Versions) -> Option<()> {
    let (mut is_packages, mut has_slashes) = (false, false);
    for line in text.lines() {
        if let Some(version) = line.strip_prefix("lockfileVersion:") {
            has_slashes = version.trim().trim_matches(['\'', '"']).starts_with('5');
        } else if !line.starts_with(' ') && !line.is_empty() {
            is_packages = line.trim_end() == "packages:";
        } else if is_packages && let Some((name, version)) = key(line, has_slashes) {
            versions.add(name, version);
        }
    }
    Some(())
}

fn key(line: &str, has_slashes: bool) -> Option<(&str, &str)> {
    let key = line.strip_prefix("  ").filter(|key| !key.starts_with(' '))?;
    let key = key.trim_end();
    let key = key.strip_suffix(':').or_else(|| key.strip_suffix(": {}"))?;
    let key = key.trim_matches(['\'', '"']).trim_start_matches('/');
    if has_slashes {
        let key = key
            .split('_')
            .next()
            .filter(|_| !key.starts_with('_'))
            .unwrap_or(key);
        return key.rsplit_once('/');
    }
    let key = key.split('(').next().unwrap_or(key);
    let at = key.get(1..)?.find('@')? + 1;
    Some((key.get(..at)?, key.get(at + 1..)?))
}
