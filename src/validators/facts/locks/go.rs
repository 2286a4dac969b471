//! `go.mod` and `go.sum`.

use super::Versions;

/// Reads what a `go.mod` requires: the versions that are built, since all are listed there. What is replaced
/// counts with both versions.
pub fn module(text: &str, versions: &mut Versions) -> Option<()> {
    let mut block = "";
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if line == ")" {
            block = "";
        } else if let Some(opened) = line.strip_suffix('(') {
            block = opened.trim();
        } else {
            let (verb, rest) = match block {
                "" => line.split_once([' ', '\t']).unwrap_or((line, "")),
                block => (block, line),
            };
            add(verb, rest.trim(), versions);
        }
    }
    Some(())
}

fn add(verb: &str, rest: &str, versions: &mut Versions) {
    let mut words = rest.split_whitespace().map(|word| word.trim_matches('"'));
    let Some(package) = words.next() else {
        return;
    };
    match verb {
        "require" => versions.add(package, words.next().unwrap_or_default()),
        "replace" => {
            let other = rest.split_once("=>").map_or("", |(_, other)| other.trim());
            versions.add(package, other);
        }
        _ => {}
    }
}

/// Reads the modules of a `go.sum` whose content was checked, not those whose `go.mod` alone was.
pub fn sums(text: &str, versions: &mut Versions) -> Option<()> {
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if let (Some(package), Some(version)) = (words.next(), words.next())
            && !version.ends_with("/go.mod")
        {
            versions.add(package, version);
        }
    }
    Some(())
}
