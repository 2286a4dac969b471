//! Which lines are comments, in the languages that people use; a guess from the first characters.

/// Whether a line is nothing but a comment.
pub(super) fn is_comment(line: &str) -> bool {
    let line = line.trim();
    let starts = ["//", "/*", "<!--", "(*", "{-", "\"\"\"", "'''"];
    if starts.iter().any(|start| line.starts_with(start)) {
        return true;
    }
    // These also begin code: `#include`, `--i;`, `*p = 1;`.
    let marks = ["#", "--", "*", ";", "%", "*/", "rem", "REM"];
    marks.iter().any(|mark| {
        line.strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

/// Returns where in a line a comment begins behind code, as a guess that rather finds one too many.
pub(super) fn start(line: &str) -> Option<usize> {
    let marks = ["//", "/*", "<!--", " # ", " -- ", " ; "];
    let found = marks.iter().filter_map(|mark| line.find(mark));
    if is_comment(line) { Some(0) } else { found.min() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_code() {
        for line in [
            "// a",
            "  # b",
            "#",
            " * c",
            " */",
            "/** d */",
            "<!-- e -->",
            "-- f",
        ] {
            assert!(is_comment(line), "{line}");
        }
        for line in [
            "#include <a>",
            "#[test]",
            "--i;",
            "*p = 1;",
            "a // b",
            "",
            "remove();",
        ] {
            assert!(!is_comment(line), "{line}");
        }
        assert_eq!(start("a(); // b"), Some(5));
        assert_eq!(start("a = 1 # b"), Some(5));
        assert_eq!(start("  // b"), Some(0));
        assert_eq!(start("a();"), None);
    }
}
