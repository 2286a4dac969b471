//! How long a run of token characters every match of an expression begins with: a keyword that is only a
//! part of a word in prose is told from a token without a search. Shared with the build script.

use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};

/// No run is looked at beyond this many bytes.
const MOST: usize = 24;

/// Whether a byte may stand in a token.
#[must_use]
pub fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=')
}

/// Returns how many token bytes every match begins with at least; 0 if that cannot be told.
#[must_use]
pub fn of(expression: &str) -> u8 {
    let config = syntax::Config::new().unicode(false).utf8(false).multi_line(true);
    let hir = syntax::parse_with(expression, &config);
    hir.map_or(0, |hir| u8::try_from(leading(&hir).0.min(MOST)).unwrap_or(0))
}

/// Returns the length of the run, and whether the run is all that the part matches, always of this
/// length, so that what follows may lengthen it.
fn leading(hir: &Hir) -> (usize, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let run = literal.0.iter().take_while(|b| is_token(**b)).count();
            (run, run == literal.0.len())
        }
        HirKind::Class(class) => {
            let token = is_token_class(class);
            (usize::from(token), token)
        }
        HirKind::Capture(capture) => leading(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (run, whole) = leading(&repetition.sub);
            let min = repetition.min as usize;
            match (whole, min) {
                (_, 0) => (0, false),
                (true, _) => (run.saturating_mul(min), repetition.max == Some(repetition.min)),
                (false, _) => (run, false),
            }
        }
        HirKind::Concat(parts) => {
            let mut all = 0;
            for part in parts {
                let (run, whole) = leading(part);
                all += run;
                if !whole {
                    return (all, false);
                }
            }
            (all, true)
        }
        HirKind::Alternation(parts) => {
            let runs: Vec<_> = parts.iter().map(leading).collect();
            let least = runs.iter().map(|r| r.0).min().unwrap_or(0);
            (least, runs.iter().all(|r| *r == (least, true)))
        }
    }
}

fn is_token_class(class: &Class) -> bool {
    let within = |start: u8, end: u8| (start..=end).all(is_token);
    match class {
        Class::Bytes(class) => class.ranges().iter().all(|r| within(r.start(), r.end())),
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .all(|r| r.end().is_ascii() && within(r.start() as u8, r.end() as u8)),
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn run_is_what_every_match_begins_with() {
        for (expression, run) in [
            ("test_[a-f0-9]{35}", 24),
            ("pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}", 24),
            ("\\bre_([A-Za-z0-9]{8}_[a-z]+)", 13),
            ("ab|abc", 2),
            ("(?:ab|xy)cd", 4),
            ("(?i)key[0-9]{2}", 5),
            ("key\\s*=", 3),
            ("key ?x", 3),
            ("a*bcd", 0),
            ("[^ ]{20}", 0),
            ("", 0),
            ("(", 0),
        ] {
            assert_eq!(of(expression), run, "{expression}");
        }
    }
}
