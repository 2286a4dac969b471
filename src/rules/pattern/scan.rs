//! One pass over a text: keywords first, then the expression of each pattern whose keyword stands
//! there, on the bytes around it.
//!
//! The work is linear in the text whatever stands in it: windows of one pattern overlap by a bounded
//! share, and each pattern has a budget of attempts and of findings for one text.

use super::Entry;
use super::filter;
use super::gram::Index;
use super::scope::Scope;
use crate::check::Marks;
use crate::model::{Category, Confidence, Severity};
use regex_automata::Input;
use regex_automata::util::captures::Captures;
use std::ops::Range;

/// The most findings of one pattern in one text.
pub const MOST_FINDINGS: usize = 100;
/// The most searches of one pattern in a text: so many, and one more for so many bytes.
const MOST_ATTEMPTS: usize = 20_000;
const BYTES_PER_ATTEMPT: usize = 64;
/// From here on the engines for long input are worth their making.
const LONG: usize = 256 << 10;
/// How far a window reaches in front of a keyword and behind it.
const BEFORE: usize = 512;
const BEHIND: usize = 2 << 10;
/// The same for patterns over many lines.
const FAR_BEFORE: usize = 1 << 10;
const FAR_BEHIND: usize = 16 << 10;
/// A pattern asks for the time once in so many attempts.
const PATIENCE: usize = 32;
/// How much of a window behind a later keyword makes another search needless.
const ENOUGH: usize = 1 << 10;

/// A match that passed every filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The index of the pattern.
    pub pattern: usize,
    /// What was captured.
    pub captured: Range<usize>,
    /// The whole match.
    pub whole: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// How likely it is.
    pub confidence: Confidence,
    /// What a structural check has to say.
    pub note: Option<&'static str>,
}

/// Why a pattern was stopped before the end of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It found as much as is shown.
    Findings,
    /// Its keywords stand there too often.
    Keywords,
}

/// What one pass found.
#[derive(Debug, Default)]
pub struct Hits {
    /// The matches, in no order.
    pub hits: Vec<Hit>,
    /// The patterns that were stopped, each with the reason.
    pub cut: Vec<(usize, Cut)>,
    /// The marks in the text, if they were searched for.
    pub marks: Option<Marks>,
}

/// One pass over one text.
pub struct Pass<'a> {
    entries: &'a [Entry],
    text: &'a [u8],
    scope: &'a Scope<'a>,
    states: States,
    /// Whether the time is up.
    late: bool,
    out: Hits,
}

/// What a pass knows about the patterns whose keywords it met: few of them all.
struct States {
    /// For each pattern, how many are in the list up to it; 0 if it is not there.
    places: Vec<u16>,
    list: Vec<State>,
}

/// What a pass knows about one pattern.
#[derive(Default)]
struct State {
    /// Whether the pattern is about this text, once asked.
    takes: Option<bool>,
    /// A keyword in front of this offset has been dealt with.
    done: usize,
    /// Where the last match was searched for, and where it ends: if a line of that is added, a keyword in
    /// front of the end has been dealt with too.
    last: Option<(Range<usize>, usize)>,
    attempts: usize,
    found: usize,
}

impl States {
    fn of(&mut self, pattern: usize) -> &mut State {
        if self.places[pattern] == 0 {
            self.list.push(State::default());
            self.places[pattern] = self.list.len() as u16;
        }
        &mut self.list[usize::from(self.places[pattern]) - 1]
    }
}

impl<'a> Pass<'a> {
    /// Prepares a pass.
    #[must_use]
    pub fn new(entries: &'a [Entry], text: &'a [u8], scope: &'a Scope<'a>) -> Self {
        Self {
            entries,
            text,
            scope,
            states: States {
                places: vec![0; entries.len()],
                list: Vec::new(),
            },
            late: false,
            out: Hits::default(),
        }
    }

    /// Looks for the keywords of an index, and at what they lead to.
    ///
    /// Returns the marks, whose numbers are those behind the keywords that have rules.
    pub fn run<R: AsRef<[u16]>>(&mut self, index: &Index, rules_of: &[R]) -> Marks {
        let mut marks = Marks::NONE;
        for found in index.search(self.text) {
            let Some(rules) = rules_of.get(found.word as usize) else {
                marks = marks.and(Marks::of_word(found.word as usize - rules_of.len()));
                continue;
            };
            for rule in rules.as_ref() {
                self.visit(usize::from(*rule), found.range.clone());
            }
        }
        marks
    }

    /// Returns what was found.
    #[must_use]
    pub fn finish(self) -> Hits {
        self.out
    }

    fn visit(&mut self, at: usize, keyword: Range<usize>) {
        let entry = &self.entries[at];
        let state = self.states.of(at);
        if self.late || keyword.start < state.done {
            return;
        }
        let anchored = entry.pattern().anchored;
        // Most keywords end here, before anything is asked about the text.
        if anchored && !entry.sketch().fits(self.text, keyword.start) {
            state.done = keyword.start + 1;
            return;
        }
        let takes = entry.enabled
            && *state
                .takes
                .get_or_insert_with(|| self.scope.takes(entry.pattern()));
        match (takes, anchored) {
            (false, _) => state.done = usize::MAX,
            (true, true) => self.try_at(at, keyword),
            (true, false) => self.search_around(at, keyword),
        }
    }

    fn try_at(&mut self, at: usize, keyword: Range<usize>) {
        let window = self.window(at, &keyword);
        self.states.of(at).done = keyword.start + 1;
        let text = &self.text[keyword.start..window.end];
        if !self.entries[at].may_match(text) {
            return;
        }
        let Some(reach) = self.entries[at].sketch().reach(text) else {
            return;
        };
        let end = keyword.start + reach;
        // What stands behind the longest match may have a say in whether it ends there.
        let seen = window.end.min(end + 1);
        if !self.entries[at].may_match(&self.text[keyword.start..seen]) {
            return;
        }
        let range = keyword.start..end;
        if self.is_in_last(at, keyword.start)
            || self.is_spent(at)
            || !self.entries[at].may_match_from(&self.text[..seen], keyword.start)
            || self.is_old(at, &range)
        {
            return;
        }
        let input = Input::new(&self.text[..seen])
            .range(keyword.start..)
            .anchored(regex_automata::Anchored::Yes);
        if let Some(end) = self.take(at, &input, &window) {
            self.states.of(at).last = Some((range, end));
        }
    }

    /// Whether a place lies in the last match. Where no line is added the match does not count, whether it
    /// was searched for or not: what is found may not depend on what was known at that time.
    fn is_in_last(&mut self, at: usize, place: usize) -> bool {
        let last = self.states.of(at).last.as_ref();
        last.is_some_and(|(range, end)| place < *end && self.scope.adds(range))
    }

    fn search_around(&mut self, at: usize, keyword: Range<usize>) {
        let window = self.window(at, &keyword);
        if !self.entries[at].may_match(&self.text[keyword.start..window.end]) {
            return;
        }
        let open = window.end < self.text.len() && self.text[window.end - 1] != b'\n';
        let rest = if open { ENOUGH } else { 0 };
        let state = self.states.of(at);
        state.done = state
            .done
            .max(window.end.saturating_sub(rest))
            .max(keyword.start + 1);
        let may_match = self.entries[at].sketch().has_run(&self.text[window.clone()]);
        if !may_match
            || self.is_spent(at)
            || !self.entries[at].may_match_from(&self.text[..window.end], window.start)
            || self.is_old(at, &window)
        {
            return;
        }
        let mut from = window.start;
        while from < window.end && self.states.of(at).found < MOST_FINDINGS {
            let input = Input::new(&self.text[..window.end]).range(from..);
            match self.take(at, &input, &window) {
                Some(end) => from = end.max(from + 1),
                None => break,
            }
        }
    }

    /// Whether the pattern may search no more.
    fn is_spent(&mut self, at: usize) -> bool {
        let state = self.states.of(at);
        state.attempts += 1;
        let most = MOST_ATTEMPTS + self.text.len() / BYTES_PER_ATTEMPT;
        let cut = match (state.found >= MOST_FINDINGS, state.attempts > most) {
            (true, _) => Some(Cut::Findings),
            (false, true) => Some(Cut::Keywords),
            (false, false) => None,
        };
        if state.attempts.is_multiple_of(PATIENCE) && self.scope.is_late() {
            self.late = true;
            return true;
        }
        if let Some(why) = cut {
            state.done = usize::MAX;
            self.out.cut.push((at, why));
        }
        cut.is_some()
    }

    /// Whether the change is known to add nothing there.
    ///
    /// To compare a file with what it was costs less than to make an expression, but more than to use one:
    /// where there are many places to search, the search comes first.
    fn is_old(&self, at: usize, range: &Range<usize>) -> bool {
        let ask = self.scope.knows_added() || !self.entries[at].has_many_places();
        ask && !self.scope.adds(range)
    }

    /// Takes the next match, if there is one, and returns its end.
    fn take(&mut self, at: usize, input: &Input<'_>, window: &Range<usize>) -> Option<usize> {
        let compiled = self.entries[at].compiled(self.text.len() > LONG)?;
        let mut captures = compiled.regex.create_captures();
        compiled.regex.search_captures(input, &mut captures);
        let whole = captures.get_match()?.range();
        let captured = captured(&captures, compiled.group).unwrap_or_else(|| whole.clone());
        let end = if captured.is_empty() {
            whole.end
        } else {
            captured.end
        };
        let known_old = self.scope.knows_added() && !self.scope.adds(&captured);
        if !known_old
            && let Some(hit) = self.judge(at, whole, captured, window)
            && self.scope.adds(&hit.captured)
        {
            self.states.of(at).found += 1;
            self.out.hits.push(hit);
        }
        Some(end)
    }

    fn judge(
        &self,
        at: usize,
        whole: Range<usize>,
        captured: Range<usize>,
        window: &Range<usize>,
    ) -> Option<Hit> {
        let entry = &self.entries[at];
        let pattern = entry.pattern();
        let line = filter::line_around(self.text, &captured, window);
        let opinion = filter::judge(entry, self.text, &captured, &self.text[line])?;
        let in_test = pattern.test_severity.filter(|_| self.scope.is_test());
        Some(Hit {
            pattern: at,
            captured,
            whole,
            severity: match (in_test, opinion.severity) {
                (Some(test), Some(rated)) => test.min(rated),
                (test, rated) => test.or(rated).unwrap_or(pattern.info.severity),
            },
            confidence: pattern.info.confidence,
            note: opinion.note,
        })
    }

    /// Returns the bytes in which a pattern is looked for around a keyword.
    fn window(&self, at: usize, keyword: &Range<usize>) -> Range<usize> {
        let pattern = self.entries[at].pattern();
        let far = pattern.multi_line;
        // A sentence is shorter than a key, however it is wrapped.
        let (before, behind) = match pattern.info.category() {
            _ if !far => (BEFORE, BEHIND),
            Category::Injection => (FAR_BEFORE, BEHIND),
            _ => (FAR_BEFORE, FAR_BEHIND),
        };
        let low = keyword.start.saturating_sub(before);
        let high = keyword.end.saturating_add(behind).min(self.text.len());
        if far {
            return low..high;
        }
        let start = memchr::memrchr(b'\n', &self.text[low..keyword.start]).map_or(low, |n| low + n + 1);
        let end = memchr::memchr(b'\n', &self.text[keyword.end..high]).map_or(high, |n| keyword.end + n + 1);
        start..end
    }
}

fn captured(captures: &Captures, group: usize) -> Option<Range<usize>> {
    captures.get_group(group).map(|span| span.start..span.end)
}
