//! Paths that nobody may write: those that lead out of the tree or into a git directory, on any system.

use bstr::{BStr, ByteSlice};
use std::path::Path;

/// The longest name of a file, in bytes.
const LONGEST: usize = 255;

/// Characters that HFS+ leaves out when it compares names.
const IGNORED: [char; 16] = [
    '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{206a}', '\u{206b}', '\u{206c}', '\u{206d}', '\u{206e}', '\u{206f}', '\u{feff}',
];

/// Returns a path of a tree as the system has it; `None`: nobody may write it.
pub(super) fn writable(path: &BStr) -> Option<&Path> {
    let is_wrong = |part: &[u8]| {
        matches!(part, b"" | b"." | b"..")
            || part.len() > LONGEST
            || part.contains(&0)
            || is_git(part)
            || (cfg!(windows) && part.iter().any(|byte| b"\\:*?\"<>|".contains(byte)))
    };
    match path.split_str("/").any(is_wrong) {
        true => None,
        false => path.to_path().ok(),
    }
}

/// Whether some system takes this name for `.git`.
fn is_git(name: &[u8]) -> bool {
    let name: String = name
        .to_str_lossy()
        .chars()
        .filter(|c| !IGNORED.contains(c))
        .collect();
    // NTFS: a stream behind a colon, dots and blanks at the end, a short name.
    let name = name.split(':').next().unwrap_or_default();
    let name = name.trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_or_into_git() {
        let bad = [
            "",
            "/etc/x",
            "a//b",
            "../x",
            "a/../b",
            "./a",
            ".git/hooks/x",
            "a/.GIT/x",
            ".git",
            "x/git~1",
            ".g\u{200c}it/config",
            ".git. /x",
            ".git::$INDEX_ALLOCATION/x",
            "a\0b",
            "a/",
        ];
        for path in bad {
            assert_eq!(writable(BStr::new(path)), None, "{path:?}");
        }
        assert_eq!(writable(BStr::new(&"a".repeat(256))), None);
        for path in [
            "a",
            ".gitignore",
            "a/.github/x",
            "a b\nc",
            "git",
            "..a/b..",
            "...git",
        ] {
            assert_eq!(writable(BStr::new(path)), Some(Path::new(path)));
        }
    }
}
