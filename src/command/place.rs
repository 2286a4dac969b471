//! The paths of reports, back to paths of the repository.

use bstr::BString;
use std::path::Path;

/// Returns the paths from the root of the tree that a report may mean, the likeliest first: whoever asks
/// knows which of them there are. Nothing outside of the checkout is among them.
///
/// A path may be absolute, a `file:` address, from the directory of the command or from the root, and may
/// have the separators of Windows.
#[must_use]
pub fn candidates(path: &str, root: &Path, dir: &str) -> Vec<BString> {
    let mut spellings = vec![path.to_owned()];
    if let Some(decoded) = decoded(path) {
        spellings.push(decoded);
    }
    if let Some(rest) = path.strip_prefix("file:") {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        // A host may stand there; a drive is none.
        let rest = &rest[rest.find('/').unwrap_or(0)..];
        let rest = decoded(rest).unwrap_or_else(|| rest.to_owned());
        spellings = vec![rest.clone()];
        spellings.extend(
            rest.strip_prefix('/')
                .filter(|rest| has_drive(rest))
                .map(str::to_owned),
        );
    }
    let swapped: Vec<String> = spellings
        .iter()
        .filter(|s| s.contains('\\'))
        .map(|s| s.replace('\\', "/"))
        .collect();
    spellings.extend(swapped);
    let mut found = Vec::new();
    for spelling in &spellings {
        for path in within(spelling, root, dir) {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn has_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':')
}

/// Returns the paths from the root that one spelling may mean.
fn within(path: &str, root: &Path, dir: &str) -> Vec<BString> {
    if path.starts_with('/') || has_drive(path) {
        let roots = [Some(root.to_owned()), std::fs::canonicalize(root).ok()];
        let roots = roots.into_iter().flatten();
        let mut rests = roots.filter_map(|root| {
            let root = root.to_str()?.trim_start_matches(r"\\?\").replace('\\', "/");
            path.strip_prefix(root.trim_end_matches('/'))?
                .strip_prefix('/')
                .map(str::to_owned)
        });
        return rests.next().and_then(|rest| plain(&rest)).into_iter().collect();
    }
    let from_dir = plain(&format!("{dir}/{path}"));
    from_dir.into_iter().chain(plain(path)).collect()
}

/// Returns a path without `.` and `..`; `None`: it leads out, or nowhere.
fn plain(path: &str) -> Option<BString> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/").into())
}

/// Decodes `%20` and the like; `None`: there is none, or what comes out is no text.
fn decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = |n: usize| bytes.get(at + n).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(path: &str, dir: &str) -> Vec<String> {
        let found = candidates(path, Path::new("/tmp/checkout"), dir);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_spelling_leads_back() {
        assert_eq!(at("src/a.rs", ""), ["src/a.rs"]);
        assert_eq!(at("./src/../src/a.rs", ""), ["src/a.rs"]);
        assert_eq!(at("a.rs", "src"), ["src/a.rs", "a.rs"]);
        assert_eq!(at("../b.rs", "src"), ["b.rs"]);
        assert_eq!(at("/tmp/checkout/src/a.rs", "src"), ["src/a.rs"]);
        assert_eq!(at("file:///tmp/checkout/a%20b.rs", ""), ["a b.rs"]);
        assert_eq!(at("file://host/tmp/checkout/a.rs", ""), ["a.rs"]);
        assert_eq!(at("src\\a.rs", ""), ["src\\a.rs", "src/a.rs"]);
        assert_eq!(at("a%20b.rs", ""), ["a%20b.rs", "a b.rs"]);
    }

    #[test]
    fn nothing_leads_out() {
        for path in [
            "/etc/passwd",
            "../a",
            "a/../../b",
            "/tmp/checkout-2/a",
            "/tmp/checkout/../a",
            "",
            ".",
            "C:/a",
            "file:///etc/passwd",
        ] {
            assert_eq!(at(path, ""), Vec::<String>::new(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_makes_it_panic(path in ".{0,60}", dir in "[a-z/.]{0,10}") {
            for found in candidates(&path, Path::new("/tmp/checkout"), &dir) {
                prop_assert!(found.split(|b| *b == b'/').all(|part| !matches!(part, b"" | b"." | b"..")));
            }
        }

        #[test]
        fn no_address_makes_it_panic(path in "(file:)?/{0,4}[%a-f0-9:/\\\\.]{0,30}") {
            drop(candidates(&path, Path::new("/tmp/checkout"), "a/b"));
        }
    }
}
