//! A table that tells from few bytes whether an expression can match at a place: what it accepts is the
//! expression with its looks and its counts left out, so it lets through all that matches, and little
//! else. Shared with the build script, so it knows nothing of the rest of the crate.

use super::sketch::{closure, moved};
use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

/// The state from which nothing matches.
pub const DEAD: u16 = 0;
/// The state in which something has matched.
pub const MATCH: u16 = 1;
/// The state at the start.
pub const START: u16 = 2;
/// A table with more states than this is not made.
const MOST: usize = 250;

/// Nor is one made of an expression with more states than this: that would take long.
const LARGEST: usize = 1000;

/// A table over the bytes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The kind of each byte.
    pub kinds: Cow<'static, [u8]>,
    /// For each state, and in it for each kind of byte, the next state.
    pub moves: Cow<'static, [u16]>,
    /// How many kinds of bytes there are.
    pub width: usize,
}

impl Guard {
    /// Makes the table of an expression whose matches begin at a keyword; `None` if it would be large, or
    /// would let through everything.
    #[must_use]
    pub fn of(expression: &str) -> Option<Self> {
        Self::of_hir(&parsed(expression)?)
    }

    /// Makes the table of a parsed expression.
    #[must_use]
    pub fn of_hir(hir: &Hir) -> Option<Self> {
        let nfa = NFA::compiler().build_from_hir(&loosened(hir)).ok()?;
        let start = reached(&nfa, &[nfa.start_anchored()]);
        if is_match(&nfa, &start) || nfa.states().len() > LARGEST {
            return None;
        }
        let classes = nfa.byte_classes();
        let kinds: Vec<u8> = (0..=u8::MAX).map(|byte| classes.get(byte)).collect();
        let width = kinds.iter().max().map_or(0, |last| usize::from(*last) + 1);
        let sample = |kind: usize| kinds.iter().position(|k| usize::from(*k) == kind);
        let samples: Vec<u8> = (0..width).filter_map(|kind| Some(sample(kind)? as u8)).collect();
        let moves = moves(&nfa, start, &samples)?;
        Some(Self {
            kinds: kinds.into(),
            moves: moves.into(),
            width,
        })
    }
}

/// Finds the states, each a set of those of the expression, and where each byte leads from them.
fn moves(nfa: &NFA, start: Vec<StateID>, samples: &[u8]) -> Option<Vec<u16>> {
    let mut moves = vec![DEAD; usize::from(START) * samples.len()];
    let mut numbers = BTreeMap::from([(start.clone(), START)]);
    let mut open = VecDeque::from([start]);
    while let Some(states) = open.pop_front() {
        for byte in samples {
            let next = reached(nfa, &moved(nfa, &states, *byte));
            let fresh = numbers.len() as u16 + START;
            let number = match () {
                () if next.is_empty() => DEAD,
                () if is_match(nfa, &next) => MATCH,
                () => *numbers.entry(next.clone()).or_insert(fresh),
            };
            if number == fresh {
                open.push_back(next);
            }
            moves.push(number);
        }
        if numbers.len() > MOST {
            return None;
        }
    }
    Some(moves)
}

/// Parses an expression as it is compiled.
#[must_use]
pub fn parsed(expression: &str) -> Option<Hir> {
    let config = syntax::Config::new().unicode(false).utf8(false).multi_line(true);
    syntax::parse_with(expression, &config).ok()
}

/// Returns the states that matter of those that can be reached without a byte, in order.
fn reached(nfa: &NFA, from: &[StateID]) -> Vec<StateID> {
    let mut states = closure(nfa, from, true);
    states.retain(|id| !nfa.state(*id).is_epsilon());
    states.sort_unstable();
    states
}

fn is_match(nfa: &NFA, states: &[StateID]) -> bool {
    let is_match = |id: &StateID| matches!(nfa.state(*id), State::Match { .. });
    states.iter().any(is_match)
}

/// Leaves out what stands around a match, and how often something is repeated beyond once.
fn loosened(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) | HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Capture(Capture { sub, .. }) => loosened(sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(loosened).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(loosened).collect()),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: repetition.min.min(1),
            max: repetition.max.filter(|max| *max <= 1),
            greedy: true,
            sub: Box::new(loosened(&repetition.sub)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_match_is_stopped() {
        let guard =
            Guard::of("(?i:token|key)[a-z_]{0,9}[ ]{0,3}=[ ]?(?P<secret>[a-z0-9]{12,})(?:;|$)").unwrap();
        for (text, passes) in [
            ("token = abcdefgh1234;", true),
            ("TOKEN_of_mine = a", true),
            ("key=a", true),
            ("key = ", false),
            ("token_of_mine(a)", false),
            ("tok", false),
            ("", false),
        ] {
            assert_eq!(guard.lets_through(text.as_bytes()), passes, "{text}");
        }
    }

    #[test]
    fn no_table_is_made_of_what_matches_nothing_at_all() {
        assert_eq!(Guard::of("a?"), None);
        assert_eq!(Guard::of("("), None);
    }

    #[test]
    fn no_table_is_made_of_what_would_take_long() {
        let words: Vec<String> = (0..500).map(|n| format!("{n:03}{:03}", n * 7 % 1000)).collect();
        assert_eq!(Guard::of(&words.join("|")), None);
    }

    proptest! {
        #[test]
        fn what_matches_is_let_through(
            n in 0_usize..200,
            text in "[ -~\\n]{0,40}",
            parts in proptest::collection::vec(0_usize..200, 0..4),
        ) {
            let patterns = &super::super::shipped::PATTERNS;
            let pattern = &patterns[n % patterns.len()];
            let Some(guard) = &pattern.guard else { return Ok(()) };
            let bads = parts.iter().map(|n| &*patterns[n % patterns.len()].info.bad);
            let text = [&*pattern.info.bad, &text].into_iter().chain(bads).collect::<String>();
            let regex = super::super::source::compile(&pattern.regex, true).unwrap();
            for found in regex.find_iter(&text) {
                let matched = &text.as_bytes()[found.range()];
                // In front of the keyword of a pattern that is not anchored stands a byte, or none.
                let front = if pattern.anchored { 0 } else { 1 };
                let passes = (0..=front).any(|n| guard.lets_through(&matched[n..]));
                prop_assert!(passes, "{}", pattern.info.id);
            }
        }
    }
}
