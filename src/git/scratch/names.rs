//! Names that may not come out of a scratch tree: those that git, on one system or another, takes for its own.
//!
//! Case does not count on macOS and Windows, some characters do not count on HFS+, and NTFS leaves trailing spaces
//! and dots away, knows short names, and has streams behind a colon.

use bstr::{BStr, ByteSlice};

/// Whether some system takes a name for `.git`.
pub(super) fn is_git(name: &BStr) -> bool {
    // On Windows a backslash separates names.
    name.split(|byte| *byte == b'\\').any(|part| {
        let part = folded(part);
        part == ".git" || part == "git~1"
    })
}

/// Says why a link may not have a name: git would follow it for settings.
pub(super) fn is_setting(name: &BStr) -> bool {
    let name = folded(name);
    let is_short = name.starts_with("gi") && name.contains('~');
    is_short
        || matches!(
            name.as_str(),
            ".gitmodules" | ".gitattributes" | ".gitignore" | ".mailmap"
        )
}

/// A name as the most forgiving of all systems sees it.
fn folded(name: &[u8]) -> String {
    let stream = name.find_byte(b':').unwrap_or(name.len());
    let text = name[..stream].to_str_lossy();
    let plain: String = text.chars().filter(|c| !is_ignored(*c)).collect();
    plain.trim_end_matches([' ', '.']).to_lowercase()
}

/// Whether HFS+ leaves a character out of account.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Whether a link leads out of the tree, or into git's own directory, from a directory of this depth.
pub(super) fn leads_out(target: &BStr, depth: usize) -> bool {
    !crate::git::checkout::stays_inside(target, depth)
        || target
            .split(|byte| *byte == b'/')
            .any(|part| is_git(part.as_bstr()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_gits_own_directory_is_known() {
        for name in [
            ".git",
            ".GIT",
            ".Git",
            "git~1",
            "GIT~1",
            ".git ",
            ".git. .",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git",
            ".gi\u{206a}T",
            "a\\.git",
            ".git\\config",
        ] {
            assert!(is_git(name.into()), "{name:?}");
        }
        for name in [
            ".gitignore",
            "git",
            ".github",
            "git~2",
            ".gitx",
            "x.git",
            "git~10",
            "",
        ] {
            assert!(!is_git(name.into()), "{name:?}");
        }
    }

    #[test]
    fn links_in_the_place_of_settings_are_known() {
        for name in [
            ".gitmodules",
            ".GitModules",
            "gitmod~1",
            "GI7EBA~1",
            ".gitattributes ",
        ] {
            assert!(is_setting(name.into()), "{name:?}");
        }
        assert!(!is_setting("gitmodules".into()));
    }

    #[test]
    fn links_that_lead_out_or_into_git() {
        for (target, depth) in [
            ("/etc/passwd", 0),
            ("../x", 0),
            (".git/hooks", 0),
            ("../.GIT", 1),
            ("a/.git/x", 3),
        ] {
            assert!(leads_out(target.into(), depth), "{target}");
        }
        assert!(!leads_out("../a".into(), 1) && !leads_out(".github/x".into(), 0));
    }
}
