//! Where a symbolic link leads.

use bstr::{BStr, BString, ByteSlice};

/// Where the target of a symbolic link leads, as far as its text tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Lead {
    /// To a path of the repository; empty: its root.
    Inside(BString),
    /// To a path from the root of the machine.
    Absolute,
    /// Out of the repository.
    Outside,
    /// Into git's own directory.
    GitDirectory,
}

/// Says where a link at `path` leads that holds `target`.
pub fn lead(path: &BStr, target: &[u8]) -> Lead {
    if is_absolute(target) {
        return Lead::Absolute;
    }
    let mut parts: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    parts.pop();
    for part in target.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if parts.pop().is_none() {
                    return Lead::Outside;
                }
            }
            _ => parts.push(part),
        }
    }
    if parts.first().is_some_and(|p| p.eq_ignore_ascii_case(b".git")) {
        return Lead::GitDirectory;
    }
    Lead::Inside(parts.join(&b"/"[..]).into())
}

fn is_absolute(target: &[u8]) -> bool {
    let drive = matches!(target, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    target.starts_with(b"/") || target.starts_with(b"\\") || drive
}

/// Returns the directories on the way to `path`, outermost first.
pub fn ancestors(path: &BStr) -> impl Iterator<Item = &BStr> {
    memchr::memchr_iter(b'/', path).map(|at| path[..at].as_bstr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_are_told_apart() {
        let lead = |path: &str, target: &str| lead(path.into(), target.as_bytes());
        assert_eq!(lead("a/b", "../c"), Lead::Inside("c".into()));
        assert_eq!(lead("a/b", "./c//d/."), Lead::Inside("a/c/d".into()));
        assert_eq!(lead("a/b", ".."), Lead::Inside("".into()));
        assert_eq!(lead("a/b", "../.."), Lead::Outside);
        assert_eq!(lead("b", "../repo/c"), Lead::Outside);
        assert_eq!(lead("b", "/etc/passwd"), Lead::Absolute);
        assert_eq!(lead("b", "C:\\x"), Lead::Absolute);
        assert_eq!(lead("a/b", "../.GIT/config"), Lead::GitDirectory);
        assert_eq!(lead("a/b", "a/.git"), Lead::Inside("a/a/.git".into()));
    }
}
