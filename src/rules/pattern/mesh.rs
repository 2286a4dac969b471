//! Makes sieves. What they let through is what the expression matches, with what stands around it; where
//! its counts would make a table large they are left out, so all that matches passes, and hardly anything
//! else. Only the build script does that, so nothing here knows of the rest of the crate.

use super::sieve::{Front, MATCH, Sieve};
use super::sketch::{is_word, moved};
use regex_automata::nfa::thompson::{Config, NFA, State, WhichCaptures};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Hir, HirKind, Repetition};
use std::collections::{BTreeMap, VecDeque};

/// The state from which nothing matches.
const DEAD: u16 = 0;
/// The number of the first other state.
const FIRST: u16 = 2;
/// A table with more states than this is not made.
const MOST: usize = 600;
/// Nor is one made of an expression with more states than this: that would take long.
const LARGEST: usize = 1500;

/// How much of its counts is left of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    All,
    Least,
    None,
}

impl Sieve {
    /// Makes tables of which one lets through what a parsed expression matches: from the place on where
    /// the search begins if it is `anchored`, else anywhere behind that. `None` if they would be large.
    #[must_use]
    pub fn all_of(hir: &Hir, anchored: bool) -> Option<Vec<Self>> {
        let whole = |counts| Some(vec![Self::of(&loosened(hir, counts), anchored)?]);
        whole(Counts::All)
            .or_else(|| whole(Counts::Least))
            .or_else(|| grouped(&branches(&loosened(hir, Counts::Least)), anchored))
            .or_else(|| whole(Counts::None))
    }

    /// Makes one table; `None` if it would be large, or would let through everything.
    fn of(hir: &Hir, anchored: bool) -> Option<Self> {
        let config = Config::new().which_captures(WhichCaptures::None);
        let nfa = NFA::compiler().configure(config).build_from_hir(hir).ok()?;
        if nfa.states().len() > LARGEST || hir.properties().minimum_len().is_none_or(|n| n == 0) {
            return None;
        }
        let classes = nfa.byte_classes();
        let kinds: Vec<u8> = (0..=u8::MAX).map(|byte| classes.get(byte)).collect();
        let count = kinds.iter().max().map_or(0, |last| usize::from(*last) + 1);
        let sample = |kind: usize| kinds.iter().position(|k| usize::from(*k) == kind);
        let samples: Vec<Option<u8>> = (0..count).map(|kind| Some(sample(kind)? as u8)).collect();
        let mut maker = Maker::new(&nfa);
        let starts = maker.starts(anchored);
        let moves = maker.moves(&[samples, vec![None]].concat())?;
        Some(Self {
            kinds: kinds.into(),
            moves: moves.into_iter().flat_map(u16::to_le_bytes).collect(),
            width: count + 1,
            starts,
        })
    }
}

/// The states of an expression between two bytes, and what stands in front as far as that matters.
type Between = (Vec<StateID>, Option<Front>);

/// Finds the states of a table, each a set of those of the expression.
struct Maker<'a> {
    nfa: &'a NFA,
    numbers: BTreeMap<Between, u16>,
    open: VecDeque<Between>,
    /// The round in which a state was seen last.
    seen: Vec<u32>,
    round: u32,
}

impl<'a> Maker<'a> {
    fn new(nfa: &'a NFA) -> Self {
        Self {
            nfa,
            numbers: BTreeMap::new(),
            open: VecDeque::new(),
            seen: vec![0; nfa.states().len()],
            round: 0,
        }
    }

    fn starts(&mut self, anchored: bool) -> [u16; 4] {
        let start = if anchored {
            self.nfa.start_anchored()
        } else {
            self.nfa.start_unanchored()
        };
        [Front::Nothing, Front::Line, Front::Word, Front::Other].map(|front| self.number(&[start], front))
    }

    /// Finds where each byte leads from each state, and the end.
    fn moves(&mut self, samples: &[Option<u8>]) -> Option<Vec<u16>> {
        let mut moves = vec![DEAD; samples.len()];
        moves.resize(usize::from(FIRST) * samples.len(), MATCH);
        while let Some((states, front)) = self.open.pop_front() {
            for next in samples {
                let states = match front {
                    Some(front) => self.closure(&states, &|look| holds(look, front, *next)),
                    None => states.clone(),
                };
                moves.push(self.step(&states, *next));
            }
            if self.numbers.len() > MOST {
                return None;
            }
        }
        Some(moves)
    }

    fn step(&mut self, states: &[StateID], next: Option<u8>) -> u16 {
        match next {
            _ if self.is_match(states) => MATCH,
            Some(byte) => self.number(&moved(self.nfa, states, byte), Front::of(next)),
            None => DEAD,
        }
    }

    /// Returns the number of a state, a new one if it has none.
    fn number(&mut self, states: &[StateID], front: Front) -> u16 {
        let states = self.closure(states, &|_| None);
        let nfa = self.nfa;
        let looks = |id: &StateID| matches!(nfa.state(*id), State::Look { .. });
        let key = (states.clone(), states.iter().any(looks).then_some(front));
        let fresh = self.numbers.len() as u16 + FIRST;
        match self.numbers.get(&key) {
            _ if states.is_empty() => DEAD,
            _ if self.is_match(&states) => MATCH,
            Some(number) => *number,
            None => {
                self.numbers.insert(key.clone(), fresh);
                self.open.push_back(key);
                fresh
            }
        }
    }

    fn is_match(&self, states: &[StateID]) -> bool {
        let is_match = |id: &StateID| matches!(self.nfa.state(*id), State::Match { .. });
        states.iter().any(is_match)
    }

    /// Returns the states that can be reached without a byte, in order, past the looks that hold; those of
    /// which that is not known are among them.
    fn closure(&mut self, from: &[StateID], holds: &dyn Fn(Look) -> Option<bool>) -> Vec<StateID> {
        self.round += 1;
        let (mut out, mut open) = (Vec::new(), from.to_vec());
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut self.seen[id.as_usize()], self.round) == self.round {
                continue;
            }
            match self.nfa.state(id) {
                State::Look { look, next } => match holds(*look) {
                    Some(true) => open.push(*next),
                    Some(false) => {}
                    None => out.push(id),
                },
                State::Capture { next, .. } => open.push(*next),
                State::Union { alternates } => open.extend(alternates),
                State::BinaryUnion { alt1, alt2 } => open.extend([alt1, alt2]),
                State::Fail => {}
                _ => out.push(id),
            }
        }
        out.sort_unstable();
        out
    }
}

/// Whether a look holds between two bytes; of the rare ones that is always said.
fn holds(look: Look, front: Front, next: Option<u8>) -> Option<bool> {
    let is_inside = (front == Front::Word) == next.is_some_and(is_word);
    Some(match look {
        Look::Start => front == Front::Nothing,
        Look::StartLF => matches!(front, Front::Nothing | Front::Line),
        Look::End => next.is_none(),
        Look::EndLF => next.is_none_or(|byte| byte == b'\n'),
        Look::WordAscii => !is_inside,
        Look::WordAsciiNegate => is_inside,
        _ => true,
    })
}

/// Makes a table of as many branches as one can hold, and then the next.
fn grouped(branches: &[Hir], anchored: bool) -> Option<Vec<Sieve>> {
    let mut done = Vec::new();
    let mut rest = branches;
    while !rest.is_empty() {
        let table = |count: &usize| Sieve::of(&Hir::alternation(rest[..*count].to_vec()), anchored);
        let counts = (1..=rest.len()).map_while(|count| Some((table(&count)?, count)));
        let (sieve, count) = counts.last()?;
        done.push(sieve);
        rest = &rest[count..];
    }
    Some(done)
}

/// Splits an expression at the alternation in it that has the most branches.
fn branches(hir: &Hir) -> Vec<Hir> {
    match hir.kind() {
        HirKind::Alternation(parts) => parts.clone(),
        HirKind::Concat(parts) => {
            let split: Vec<Vec<Hir>> = parts.iter().map(branches).collect();
            let Some(at) = (0..split.len()).max_by_key(|n| split[*n].len()) else {
                return vec![hir.clone()];
            };
            let with = |branch: &Hir| {
                let mut parts = parts.clone();
                parts[at] = branch.clone();
                Hir::concat(parts)
            };
            split[at].iter().map(with).collect()
        }
        _ => vec![hir.clone()],
    }
}

/// Leaves out captures, and counts beyond those that are kept.
fn loosened(hir: &Hir, counts: Counts) -> Hir {
    let list = |parts: &[Hir]| parts.iter().map(|part| loosened(part, counts)).collect();
    match hir.kind() {
        HirKind::Capture(capture) => loosened(&capture.sub, counts),
        HirKind::Concat(parts) => Hir::concat(list(parts)),
        HirKind::Alternation(parts) => Hir::alternation(list(parts)),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            min: match counts {
                Counts::None => repetition.min.min(1),
                Counts::All | Counts::Least => repetition.min,
            },
            max: repetition.max.filter(|max| *max <= 1 || counts == Counts::All),
            greedy: true,
            sub: Box::new(loosened(&repetition.sub, counts)),
        }),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::pattern::{guard, source};
    use proptest::prelude::*;
    use regex_automata::{Anchored, Input};

    fn sieves(expression: &str, anchored: bool) -> Option<Vec<Sieve>> {
        Sieve::all_of(&guard::parsed(expression).unwrap(), anchored)
    }

    #[test]
    fn what_does_not_match_is_stopped() {
        for (expression, anchored, text, from, passes) in [
            ("key=[a-z]{3,5};", false, "a key=abcd;", 0, true),
            ("key=[a-z]{3,5};", false, "a key=abcd;", 3, false),
            ("key=[a-z]{3,5};", false, "a key=abcdef;", 0, false),
            ("key=[a-z]{3,5};", false, "a key=abcd", 0, false),
            ("key=[a-z]{3,5};", true, "a key=abcd;", 0, false),
            ("key=[a-z]{3,5};", true, "a key=abcd;", 2, true),
            ("\\bkey\\b", false, "a key", 2, true),
            ("\\bkey\\b", false, "akey", 1, false),
            ("\\bkey\\b", false, "a keys", 0, false),
            ("^key$", false, "a\nkey\nb", 0, true),
            ("^key$", false, "a\nkey\nb", 2, true),
            ("^key$", false, " key", 1, false),
            ("key\\z", false, "key\n", 0, false),
        ] {
            let sieves = sieves(expression, anchored).unwrap();
            let found = sieves.iter().any(|s| s.lets_through(text.as_bytes(), from));
            assert_eq!(found, passes, "{expression} {text}");
        }
    }

    #[test]
    fn a_large_expression_has_a_table_for_some_of_its_branches_each() {
        let branches: Vec<String> = ('a'..='z')
            .map(|c| format!("{c}x(?:\\w+ ){{0,5}}{c}{{3}}y"))
            .collect();
        let sieves = sieves(&format!("\\b(?:{})!", branches.join("|")), false).unwrap();
        assert!(sieves.len() > 1, "{}", sieves.len());
        for letter in 'a'..='z' {
            let passes = |text: &str| sieves.iter().any(|s| s.lets_through(text.as_bytes(), 0));
            assert!(passes(&format!("{letter}xone two {letter}{letter}{letter}y!")));
            assert!(!passes(&format!("{letter}xone two {letter}{letter}{letter}y")));
        }
    }

    #[test]
    fn no_table_is_made_of_what_matches_nothing_at_all() {
        assert_eq!(sieves("a?", false), None);
    }

    proptest! {
        #[test]
        fn small_expressions_pass_exactly_where_they_match(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "a", "b", " ", "\\n", "\\b", "\\B", "^", "$", "\\A", "\\z", "[ab]", "a{2,3}", "b*", "a+?", "[^a]", "|",
                "(?:a| b)", "(?:b\\b|\\n)?", "(?:a|b$){2}",
            ]), 1..8),
            text in "[ab \\n]{0,12}",
            from in 0_usize..13,
            anchored: bool,
        ) {
            let expression = parts.concat();
            let Some(sieves) = sieves(&expression, anchored) else { return Ok(()) };
            let from = from.min(text.len());
            let mode = if anchored { Anchored::Yes } else { Anchored::No };
            let regex = source::compile(&expression, true).unwrap();
            let matches = regex.is_match(Input::new(&text).range(from..).anchored(mode));
            let passes = sieves.iter().any(|sieve| sieve.lets_through(text.as_bytes(), from));
            prop_assert_eq!(passes, matches, "{} {:?} {}", expression, text, from);
        }
    }
}
