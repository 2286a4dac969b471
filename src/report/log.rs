//! Text for the log of a build server, which takes some lines for commands.
//!
//! GitHub's runner takes `::name::` at the start of a line and, in an older form, `##[name]` anywhere in one;
//! Azure takes `##vso[`, TeamCity `##teamcity[`. None of them may come from what was judged.

use memchr::memmem;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;

// What makes a command of two number signs.
const OPENERS: [&[u8]; 3] = [b"[", b"vso[", b"teamcity["];

/// Breaks every `##[`, `##vso[` and `##teamcity[` with a space behind the first number sign.
#[must_use]
pub fn defused(text: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let (mut done, mut last) = (0, 0);
    for at in memmem::find_iter(text, b"##") {
        if at < last {
            continue;
        }
        // Of three number signs in a row the last two count.
        let run = text[at..].iter().take_while(|b| **b == b'#').count();
        last = at + run - 1;
        if opens(&text[last + 1..]) {
            out.extend_from_slice(&text[done..last]);
            out.push(b' ');
            done = last;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.extend_from_slice(&text[done..]);
    Cow::Owned(out)
}

fn opens(rest: &[u8]) -> bool {
    let starts =
        |opener: &&[u8]| rest.len() >= opener.len() && rest[..opener.len()].eq_ignore_ascii_case(opener);
    OPENERS.iter().any(starts)
}

/// Encloses lines so that GitHub's runner takes none of them for a command.
///
/// The word that ends this must be one that the lines do not hold. It is a digest of the lines, and nobody can
/// write a text that holds its own digest.
#[must_use]
pub fn enclosed(lines: &[u8]) -> Vec<u8> {
    deaf(lines, &token(lines))
}

/// Writes lines for a log that is deaf to commands until the token comes again, which nobody who wrote the lines
/// can know.
#[must_use]
pub fn deaf(lines: &[u8], token: &str) -> Vec<u8> {
    let mut out = format!("::stop-commands::{token}\n").into_bytes();
    out.extend_from_slice(lines);
    if !lines.ends_with(b"\n") {
        out.push(b'\n');
    }
    out.extend_from_slice(format!("::{token}::\n").as_bytes());
    out
}

fn token(lines: &[u8]) -> String {
    let digest = Sha256::digest(lines);
    let mut token = "pantheon-".to_owned();
    for byte in digest.iter().take(16) {
        let _ = write!(token, "{byte:02x}");
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        String::from_utf8(defused(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn breaks_commands_and_nothing_else() {
        assert_eq!(shown("a ##[error]b ##vso[x]"), "a # #[error]b # #vso[x]");
        assert_eq!(shown("##TeamCity['"), "# #TeamCity['");
        assert_eq!(shown("###[x ####vso["), "## #[x ### #vso[");
        let heading = "## Heading\n### [a link](b) ##x[";
        assert!(matches!(defused(heading.as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_cannot_end_their_own_enclosure() {
        let lines = "::error::x\n::pantheon-0::\n";
        let text = String::from_utf8(enclosed(lines.as_bytes())).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        let token = first.strip_prefix("::stop-commands::").unwrap();
        assert_eq!(rest, format!("{lines}::{token}::\n"));
        assert!(!lines.contains(token));
        assert_ne!(enclosed(b"a"), enclosed(b"b"));
    }

    #[test]
    fn deafness_ends_on_a_line_of_its_own() {
        assert_eq!(deaf(b"a", "t"), b"::stop-commands::t\na\n::t::\n");
        assert_eq!(deaf(b"a\n", "t"), b"::stop-commands::t\na\n::t::\n");
    }

    proptest! {
        #[test]
        fn no_command_survives(text in "(#|##|\\[|vso\\[|TEAMCITY\\[|a| ){0,20}") {
            let shown = shown(&text).to_lowercase();
            for command in ["##[", "##vso[", "##teamcity["] {
                prop_assert!(!shown.contains(command), "{shown}");
            }
            prop_assert_eq!(shown.replace(' ', ""), text.to_lowercase().replace(' ', ""));
        }
    }
}
