//! Holds the places of a text against a sketch, a guard and a sieve, which costs far less than a search.

use super::guard::{Guard, MATCH, START};
use super::sieve::{self, Front, Sieve};
use super::sketch::{Sketch, has, is_value, is_word};

/// From this length on, drawn text can do without a digit.
const LONG: usize = 16;

impl Sketch {
    /// Whether a match can begin at a place.
    #[must_use]
    pub fn fits(&self, text: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|n| text.get(n));
        if self.boundary && before.is_some_and(|b| is_word(*b)) {
            return false;
        }
        let probed = self.probe.is_none_or(|(behind, set)| {
            let byte = text.get(at + usize::from(behind));
            byte.is_some_and(|b| has(&self.sets[usize::from(set)], *b))
        });
        if !probed {
            return false;
        }
        let mut rest = text.get(at..).unwrap_or_default();
        for step in &*self.steps {
            let Some((bytes, behind)) = rest.split_at_checked(usize::from(step.count)) else {
                return false;
            };
            let set = &self.sets[usize::from(step.set)];
            if !bytes.iter().all(|b| has(set, *b)) {
                return false;
            }
            rest = behind;
        }
        true
    }

    /// Returns how far a match reaches that begins where the text does, if there can be one.
    #[must_use]
    pub fn reach(&self, text: &[u8]) -> Option<usize> {
        let reach = match self.reach as usize {
            0 => text.len(),
            reach => text.len().min(reach),
        };
        let text = &text[..reach];
        if self.before == 0 {
            return self.has_run(text).then_some(reach);
        }
        // The run that begins last decides about the end.
        let last = text.len().min(self.before as usize);
        let rest = text[last..].iter().take_while(|b| is_value(**b)).count();
        let until = last + rest;
        self.has_run(&text[..until])
            .then_some(reach.min(until + self.behind as usize))
    }

    /// Whether a text has the run that a match in it must hold.
    #[must_use]
    pub fn has_run(&self, text: &[u8]) -> bool {
        let least = usize::from(self.run);
        // A run covers one byte of every so many.
        let mut at = least.saturating_sub(1);
        let mut done = 0;
        while least > 0 && at < text.len() {
            if !is_value(text[at]) {
                (done, at) = (at + 1, at + least);
                continue;
            }
            let before = text[done..at].iter().rev().take_while(|b| is_value(**b)).count();
            let behind = text[at..].iter().take_while(|b| is_value(**b)).count();
            let run = &text[at - before..at + behind];
            let enough = !self.random || run.len() >= LONG || run.iter().any(u8::is_ascii_digit);
            if run.len() >= least && enough {
                return true;
            }
            (done, at) = (at + behind, at + behind + least);
        }
        least == 0
    }
}

impl Guard {
    /// Whether a match can begin where the text does.
    #[must_use]
    pub fn lets_through(&self, text: &[u8]) -> bool {
        let mut state = START;
        for byte in text {
            let kind = usize::from(self.kinds[usize::from(*byte)]);
            state = self.moves[usize::from(state) * self.width + kind];
            if state <= MATCH {
                break;
            }
        }
        state == MATCH
    }
}

impl Sieve {
    /// Whether there may be a match at or behind a place of a text.
    #[must_use]
    pub fn lets_through(&self, text: &[u8], from: usize) -> bool {
        let (front, rest) = text.split_at_checked(from).unwrap_or((text, &[]));
        let mut state = self.starts[Front::of(front.last().copied()) as usize];
        for byte in rest {
            state = self.next(state, usize::from(self.kinds[usize::from(*byte)]));
            if state <= sieve::MATCH {
                return state == sieve::MATCH;
            }
        }
        self.next(state, self.width - 1) == sieve::MATCH
    }

    fn next(&self, state: u16, kind: usize) -> u16 {
        let at = 2 * (usize::from(state) * self.width + kind);
        u16::from_le_bytes([self.moves[at], self.moves[at + 1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_begins_with_the_bytes_of_the_expression() {
        for (expression, text, fits) in [
            ("\\bre_[a-f0-9]{4}_x", "re_0af9_x", true),
            ("\\bre_[a-f0-9]{4}_x", "re_0ag9_x", false),
            ("\\bre_[a-f0-9]{4}_x", "re_0af9", false),
            ("test_(?:pub_)?[0-9]{4}", "test_1234", true),
            ("test_(?:pub_)?[0-9]{4}", "test_pub_1234", true),
            ("test_(?:pub_)?[0-9]{4}", "test_case", false),
            ("ab|xyz", "xb", true),
            ("(?i)key=", "KEY=", true),
            ("a*", "", true),
            ("(", "", true),
        ] {
            assert_eq!(
                Sketch::of(expression, false).fits(text.as_bytes(), 0),
                fits,
                "{expression} {text}"
            );
        }
    }

    #[test]
    fn a_place_far_behind_the_keyword_has_a_say() {
        let sketch = Sketch::of("pat[a-z]{14}\\.[0-9a-f]{4}", false);
        assert!(sketch.probe.is_some());
        for (text, fits) in [
            ("pathabcdefghijklm.0af9", true),
            ("pathabcdefghijklm,0af9", false),
            ("pathabcdefghijklm.0ag9", false),
            ("path", false),
        ] {
            assert_eq!(sketch.fits(text.as_bytes(), 0), fits, "{text}");
        }
    }

    #[test]
    fn no_word_byte_stands_before_a_boundary() {
        let sketch = Sketch::of("\\bpat[0-9]", false);
        assert!(sketch.fits(b".pat1", 1));
        assert!(!sketch.fits(b"_pat1", 1));
        assert!(Sketch::of("\\bpat[0-9]|pat", false).fits(b"_pat1", 1));
        assert!(Sketch::of("\\b-x", false).fits(b"a-x", 1));
    }

    #[test]
    fn text_has_the_run_or_not() {
        let sketch = Sketch::of("[a-z0-9]{6,}", false);
        assert!(sketch.has_run(b"ab abcdef"));
        assert!(sketch.has_run(b"abcdef ab"));
        assert!(sketch.has_run(b"a b c abcdefg h i"));
        assert!(!sketch.has_run(b"abcde abcde abcde"));
        assert!(!sketch.has_run(b""));
        assert!(Sketch::default().has_run(b""));
    }

    #[test]
    fn drawn_text_has_a_digit_or_is_long() {
        let sketch = Sketch::of("key=(?P<secret>[a-z0-9]{8,})", true);
        assert!(sketch.has_run(b"abcdefg1"));
        assert!(!sketch.has_run(b"abcdefgh"));
        assert!(sketch.has_run(b"abcdefghabcdefgh"));
        assert!(!Sketch::of("key=([a-z ]{8,})", true).random);
        assert!(!Sketch::of("(?:key=([a-z]{8,}))?", true).random);
    }

    #[test]
    fn reach_ends_behind_the_run_that_begins_last() {
        let sketch = Sketch::of("key {1,4}(?P<secret>[a-z0-9]{8,99});?", true);
        assert_eq!((sketch.before, sketch.behind, sketch.reach), (7, 1, 107));
        assert_eq!(sketch.reach(b"key    abcdefg1; and more"), Some(16));
        assert_eq!(sketch.reach(b"key abcdefg1"), Some(12));
        assert_eq!(sketch.reach(b"key and then abcdefg1"), None);
        assert_eq!(Sketch::of("key.*", false).reach(b"key 1"), Some(5));
    }
}
