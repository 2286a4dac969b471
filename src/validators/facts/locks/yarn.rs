//! `yarn.lock`, of the classic kind and of later ones.

use super::Versions;

/// Reads the version below each head: `"a@^1.0", a@^1.1:` or `"a@npm:^1.0, a@npm:^1.1":`.
pub fn read(text: &str, versions: &mut Versions) -> Option<()> {
    let mut names: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            names = line.strip_suffix(':').map(packages).unwrap_or_default();
        } else if let Some(version) = version(line) {
            names.iter().for_each(|name| versions.add(name, version));
            names.clear();
        }
    }
    Some(())
}

/// Returns the packages of a head, each once.
fn packages(head: &str) -> Vec<&str> {
    let entries = head.split(',').map(|entry| entry.trim().trim_matches('"'));
    let mut names: Vec<&str> = entries.filter_map(package).collect();
    names.dedup();
    names
}

/// Returns the name in front of `@`; the name of a scope begins with one itself.
fn package(entry: &str) -> Option<&str> {
    let at = entry.get(1..)?.find('@')?;
    entry.get(..=at)
}

fn version(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("  ")?.strip_prefix("version")?;
    let rest = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(' ')?;
    Some(rest.trim().trim_matches('"'))
}
