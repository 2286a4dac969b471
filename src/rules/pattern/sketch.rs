//! What every match of an expression must be like, so that most places are told from one without a
//! search, and without the expression: which bytes it can begin with, how long it can be, and how long a
//! run of bytes without a gap it must hold. Shared with the build script, so it knows nothing of the rest
//! of the crate.

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::borrow::Cow;

/// No match is sketched beyond this many bytes.
const MOST: usize = 80;

/// No keyword that many patterns share is as long.
const FAR: usize = 10;

/// A set of bytes, one bit for each.
pub type Bytes = [u32; 8];

/// Some bytes in a row that are of one set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The index of the set.
    pub set: u16,
    /// How many bytes.
    pub count: u8,
}

/// What every match of an expression must be like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Whether no letter, digit or underscore stands in front.
    pub boundary: bool,
    /// What it begins with.
    pub steps: Cow<'static, [Step]>,
    /// The sets of the steps.
    pub sets: Cow<'static, [Bytes]>,
    /// A place in it that tells much, to be looked at first, and the index of its set.
    pub probe: Option<(u8, u16)>,
    /// The most bytes it has; 0 if there is no bound.
    pub reach: u32,
    /// It holds a run of at least so many value bytes.
    pub run: u8,
    /// The run begins after so many bytes at most; 0 if there is no bound.
    pub before: u32,
    /// So many bytes follow the run at most.
    pub behind: u32,
    /// Whether the run has a digit, or is long.
    pub random: bool,
}

impl Sketch {
    /// Sketches the matches of an expression, of which what is captured must look drawn if it is to be
    /// `random`.
    #[must_use]
    pub fn of(expression: &str, random: bool) -> Self {
        let config = syntax::Config::new().unicode(false).utf8(false).multi_line(true);
        let Ok(hir) = syntax::parse_with(expression, &config) else {
            return Self::default();
        };
        let captured = captured(&hir).filter(|hir| random && run(hir).all);
        let most = |hir: &Hir| hir.properties().maximum_len().map_or(0, |n| n as u32);
        let mut sketch = Self {
            reach: most(&hir),
            run: run(captured.unwrap_or(&hir)).best.min(MOST) as u8,
            random: captured.is_some(),
            ..Self::default()
        };
        if let Some(part) = captured.filter(|_| sketch.reach > 0) {
            sketch.before = most_before(&hir, part).map_or(0, |n| n as u32);
            sketch.behind = sketch.reach - sketch.before - most(part);
        }
        let nfa = NFA::compiler().build_from_hir(&hir);
        if let Ok(nfa) = nfa {
            sketch.begin(&nfa);
        }
        sketch
    }

    /// Finds out which bytes can stand at each place of a match: those that lead from any state to
    /// another, as long as none of the states is the end.
    fn begin(&mut self, nfa: &NFA) {
        let (mut steps, mut sets) = (Vec::<Step>::new(), Vec::new());
        let mut states = closure(nfa, &[nfa.start_anchored()], true);
        self.boundary = closure(nfa, &[nfa.start_anchored()], false)
            .iter()
            .all(|id| !moves(nfa.state(*id)) && !matches!(nfa.state(*id), State::Match { .. }));
        for _ in 0..MOST {
            if states
                .iter()
                .any(|id| matches!(nfa.state(*id), State::Match { .. }))
            {
                break;
            }
            let (set, next) = step(nfa, &states);
            push(&mut steps, &mut sets, set);
            states = closure(nfa, &next, true);
        }
        let is_word_set = |set: &Bytes| (0..=u8::MAX).all(|b| !has(set, b) || is_word(b));
        self.boundary &= sets.first().is_some_and(is_word_set);
        self.probe = probe(&steps, &sets);
        (self.steps, self.sets) = (steps.into(), sets.into());
    }
}

/// Returns the place behind a keyword at which the fewest bytes can stand.
fn probe(steps: &[Step], sets: &[Bytes]) -> Option<(u8, u16)> {
    let places = steps
        .iter()
        .flat_map(|step| std::iter::repeat_n(step.set, usize::from(step.count)));
    let choices = |set: &u16| {
        sets[usize::from(*set)]
            .iter()
            .map(|bits| bits.count_ones())
            .sum::<u32>()
    };
    (0_u8..).zip(places).skip(FAR).min_by_key(|(_, set)| choices(set))
}

fn push(steps: &mut Vec<Step>, sets: &mut Vec<Bytes>, set: Bytes) {
    let at = sets.iter().position(|known| *known == set).unwrap_or_else(|| {
        sets.push(set);
        sets.len() - 1
    });
    match steps.last_mut().filter(|step| usize::from(step.set) == at) {
        Some(step) => step.count += 1,
        None => steps.push(Step {
            set: at as u16,
            count: 1,
        }),
    }
}

/// Returns the states that can be reached without a byte; `words`: past boundaries of words too.
#[must_use]
pub fn closure(nfa: &NFA, from: &[StateID], words: bool) -> Vec<StateID> {
    let mut seen = vec![false; nfa.states().len()];
    let (mut out, mut open) = (Vec::new(), from.to_vec());
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.as_usize()], true) {
            continue;
        }
        out.push(id);
        match nfa.state(id) {
            State::Look { look, .. } if *look == Look::WordAscii && !words => {}
            State::Look { next, .. } | State::Capture { next, .. } => open.push(*next),
            State::Union { alternates } => open.extend(alternates),
            State::BinaryUnion { alt1, alt2 } => open.extend([alt1, alt2]),
            _ => {}
        }
    }
    out
}

fn moves(state: &State) -> bool {
    matches!(
        state,
        State::ByteRange { .. } | State::Sparse(_) | State::Dense(_)
    )
}

/// Returns the bytes that lead on from any of the states, and where they lead.
fn step(nfa: &NFA, states: &[StateID]) -> (Bytes, Vec<StateID>) {
    let (mut set, mut next) = (Bytes::default(), Vec::new());
    for byte in 0..=u8::MAX {
        let to = moved(nfa, states, byte);
        if !to.is_empty() {
            set[usize::from(byte >> 5)] |= 1 << (byte & 31);
            next.extend(to);
        }
    }
    (set, next)
}

/// Returns where a byte leads from any of the states.
#[must_use]
pub fn moved(nfa: &NFA, states: &[StateID], byte: u8) -> Vec<StateID> {
    let to = |id: &StateID| match nfa.state(*id) {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(byte),
        State::Dense(dense) => dense.matches_byte(byte),
        _ => None,
    };
    states.iter().filter_map(to).collect()
}

/// Returns the part that is captured by every match; the whole if no part is.
fn captured(hir: &Hir) -> Option<&Hir> {
    if hir.properties().explicit_captures_len() == 0 {
        return Some(hir);
    }
    match hir.kind() {
        HirKind::Capture(capture) if hir.properties().explicit_captures_len() == 1 => Some(&capture.sub),
        HirKind::Concat(parts) if hir.properties().explicit_captures_len() == 1 => {
            let holds = |part: &&Hir| part.properties().explicit_captures_len() == 1;
            parts.iter().find(holds).and_then(captured)
        }
        _ => None,
    }
}

/// Returns how many bytes stand in front of a part at most.
fn most_before(hir: &Hir, part: &Hir) -> Option<usize> {
    if std::ptr::eq(hir, part) {
        return Some(0);
    }
    match hir.kind() {
        HirKind::Capture(capture) => most_before(&capture.sub, part),
        HirKind::Concat(parts) => {
            let mut sum = 0;
            for other in parts {
                if let Some(most) = most_before(other, part) {
                    return Some(sum + most);
                }
                sum += other.properties().maximum_len()?;
            }
            None
        }
        _ => None,
    }
}

/// The runs of value bytes in every match of a part.
#[derive(Clone, Copy)]
struct Runs {
    /// It begins with as many.
    first: usize,
    /// It ends with as many.
    last: usize,
    /// The longest has as many.
    best: usize,
    /// Whether there is no other byte.
    all: bool,
}

const NOTHING: Runs = Runs {
    first: 0,
    last: 0,
    best: 0,
    all: true,
};

impl Runs {
    fn all(count: usize) -> Self {
        Self {
            first: count,
            last: count,
            best: count,
            all: true,
        }
    }

    fn then(self, next: Self) -> Self {
        let meet = self.last + next.first;
        Self {
            first: if self.all { meet } else { self.first },
            last: if next.all { meet } else { next.last },
            best: self.best.max(next.best).max(meet),
            all: self.all && next.all,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.min(other.last),
            best: self.best.min(other.best),
            all: self.all && other.all,
        }
    }
}

fn run(hir: &Hir) -> Runs {
    let other = Runs {
        all: false,
        ..NOTHING
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => NOTHING,
        HirKind::Literal(literal) => literal.0.iter().fold(NOTHING, |runs, b| {
            runs.then(if is_value(*b) { Runs::all(1) } else { other })
        }),
        HirKind::Class(class) if is_value_class(class) => Runs::all(1),
        HirKind::Class(_) => other,
        HirKind::Capture(capture) => run(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = run(&repetition.sub);
            let times = (repetition.min as usize).min(MOST);
            let least = (0..times).fold(NOTHING, |runs, _| runs.then(sub));
            Runs {
                all: sub.all,
                ..least
            }
        }
        HirKind::Concat(parts) => parts.iter().fold(NOTHING, |runs, part| runs.then(run(part))),
        HirKind::Alternation(parts) => {
            let runs = parts.iter().map(run);
            runs.reduce(Runs::or).unwrap_or(NOTHING)
        }
    }
}

fn is_value_class(class: &Class) -> bool {
    let within = |start: u8, end: u8| (start..=end).all(is_value);
    match class {
        Class::Bytes(class) => class.ranges().iter().all(|r| within(r.start(), r.end())),
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .all(|r| r.end().is_ascii() && within(r.start() as u8, r.end() as u8)),
    }
}

/// Whether a byte is in a set.
#[must_use]
pub fn has(set: &Bytes, byte: u8) -> bool {
    set[usize::from(byte >> 5)] >> (byte & 31) & 1 != 0
}

/// Whether a byte may stand in a word.
#[must_use]
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a byte may stand in a value, such as a token or a password.
#[must_use]
pub fn is_value(byte: u8) -> bool {
    VALUES[usize::from(byte)]
}

const VALUES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let sign = matches!(
            byte as u8,
            b'_' | b'-'
                | b'.'
                | b'/'
                | b'+'
                | b'='
                | b'~'
                | b'!'
                | b'@'
                | b'#'
                | b'$'
                | b'%'
                | b'^'
                | b'&'
                | b'*'
                | b'?'
        );
        table[byte] = sign || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::Sketch;

    #[test]
    fn the_probe_is_the_place_that_tells_most() {
        let probe = |expression| Sketch::of(expression, false).probe.map(|(at, _)| at);
        assert_eq!(probe("pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}"), Some(17));
        assert_eq!(probe("test_[0-9a-f]{35}"), Some(10));
        assert_eq!(probe("test_[0-9a-f]{5}"), None);
        assert_eq!(probe("test_[0-9a-f]*"), None);
    }

    #[test]
    fn run_is_the_longest_that_every_match_holds() {
        for (expression, run) in [
            ("key\\s*=\\s*[a-z]{12,}", 12),
            ("ab(?:cd|efg)h", 5),
            ("ab[a-z]*cd", 4),
            ("ab[ ]*cd", 2),
            ("(?:ab ){3}c", 2),
            ("[^ ]{20}", 0),
            ("x{99}", 80),
        ] {
            assert_eq!(Sketch::of(expression, false).run, run, "{expression}");
        }
    }
}
