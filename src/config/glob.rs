//! Which path patterns are accepted: those that mean something, and never cost much.

/// A pattern is not longer than this, in bytes.
const LONGEST: usize = 512;
/// Braces stand for at most this many patterns: a match tries each of them.
const MOST_ALTERNATIVES: usize = 128;

/// Says what is wrong with a path pattern, and what to do about it.
pub(super) fn fault(glob: &str) -> Option<(String, Option<&'static str>)> {
    let say = |text: &str, hint| Some((text.to_owned(), hint));
    if glob.is_empty() {
        return say("an empty pattern matches nothing", None);
    }
    if glob.len() > LONGEST {
        return Some((
            format!("a pattern of {} bytes is longer than {LONGEST}", glob.len()),
            None,
        ));
    }
    if glob.chars().any(char::is_control) {
        return say("a pattern cannot hold control characters", None);
    }
    if glob.starts_with('!') {
        return say(
            "a pattern cannot start with `!`",
            Some("an earlier entry can take paths out"),
        );
    }
    if glob.starts_with('/') || glob.starts_with("./") {
        return say(
            "patterns start at the root of the repository",
            Some("leave out what stands before the first name"),
        );
    }
    if glob.ends_with('/') {
        return say(
            "a pattern that ends in `/` matches nothing",
            Some("write `/**` for all that is below"),
        );
    }
    if fast_glob::validate(glob).is_err() {
        return say(
            "the brackets or braces of the pattern do not match",
            Some("put `\\` before one that is meant as such"),
        );
    }
    if all_alternatives(glob.as_bytes()) > MOST_ALTERNATIVES {
        return Some((
            format!("the braces of the pattern stand for more than {MOST_ALTERNATIVES} patterns"),
            None,
        ));
    }
    None
}

/// Counts the patterns that a whole pattern stands for. Outside braces `,` and `}` are letters.
fn all_alternatives(glob: &[u8]) -> usize {
    let (mut product, mut at) = (1_usize, 0);
    while at < glob.len() {
        product = product.saturating_mul(alternatives(glob, &mut at));
        at += 1;
    }
    product
}

/// Counts the patterns that the braces from `at` on stand for, up to the `,` or `}` that ends them.
///
/// The depth of recursion is bounded: the pattern has been validated.
fn alternatives(glob: &[u8], at: &mut usize) -> usize {
    let mut product: usize = 1;
    while let Some(byte) = glob.get(*at) {
        match byte {
            b'\\' => *at += 1,
            b'[' => *at = class_end(glob, *at),
            b'{' => product = product.saturating_mul(group(glob, at)),
            b',' | b'}' => return product,
            _ => {}
        }
        *at += 1;
    }
    product
}

/// Counts the patterns of the group that opens at `at`, and stops on its `}`.
fn group(glob: &[u8], at: &mut usize) -> usize {
    let mut sum: usize = 0;
    loop {
        *at += 1;
        sum = sum.saturating_add(alternatives(glob, at));
        if glob.get(*at) != Some(&b',') {
            return sum;
        }
    }
}

/// Returns the index of the `]` that ends the class at `at`.
fn class_end(glob: &[u8], at: usize) -> usize {
    let mut index = at + 1;
    if matches!(glob.get(index), Some(b'!' | b'^')) {
        index += 1;
    }
    let first = index;
    while let Some(byte) = glob.get(index) {
        match byte {
            b']' if index > first => return index,
            b'\\' => index += 2,
            _ => index += 1,
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    #[test]
    fn usual_patterns_pass() {
        let usual = [
            "*.rs",
            "**/*.{js,ts}",
            "tests/**",
            "a[!b]c",
            "a\\{b",
            ".github/workflows/*.y{a,}ml",
            "a,b}{c,d}",
        ];
        for glob in usual {
            assert_eq!(fault(glob), None, "{glob}");
        }
    }

    #[test]
    fn broken_patterns_do_not() {
        let broken = ["", "a{b", "a[b", "a\\", "!a", "/a", "./a", "a/", "a\nb"];
        for glob in broken {
            assert!(fault(glob).is_some(), "{glob}");
        }
        assert!(fault(&"a".repeat(513)).is_some());
        assert!(fault(&"{a,".repeat(11)).is_some());
    }

    #[test]
    fn braces_are_counted() {
        let count = |glob: &str| all_alternatives(glob.as_bytes());
        assert_eq!(count("a"), 1);
        assert_eq!(count("{a,b}{c,d,e}"), 6);
        assert_eq!(count("{a,{b,c}{d,e}}x"), 5);
        assert_eq!(count("{[,],a\\,b}"), 2);
        assert_eq!(count("x,y}{a,b}"), 2);
    }

    #[test]
    fn bombs_are_refused() {
        assert!(fault(&"{a,b}".repeat(7)).is_none());
        assert!(fault(&"{a,b}".repeat(8)).is_some());
        assert!(fault("{a,{a,{a,{a,{a,b}}}}}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}").is_some());
    }

    proptest! {
        #[test]
        fn what_passes_matches_quickly(glob in "[{},*?/ab!\\[\\]\\\\]{0,200}", path in "[ab/]{0,200}") {
            if fault(&glob).is_none() {
                let start = Instant::now();
                let _ = fast_glob::glob_match(&glob, &path);
                prop_assert!(start.elapsed() < Duration::from_millis(200));
            }
        }
    }
}
