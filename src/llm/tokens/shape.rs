//! The shape of a text: how many words of which length stand after what, runs of digits, of punctuation,
//! of blanks. One pass over the bytes, no expression, no table of words.
//!
//! A byte-pair tokenizer first cuts a text at such borders and then joins what is frequent, so its count is
//! close to a weighted sum of these numbers. The weights are in [`super::weights`].

/// The longest word that has a column of its own; longer ones add what they are longer by.
const LONGEST_WORD: usize = 14;
/// The columns of one kind of word: each length, and the letters beyond the longest.
const WORD: usize = LONGEST_WORD + 1;
/// Words after a blank or at the start of a line.
const SPACED: usize = 0;
/// Words after punctuation.
const JOINED: usize = SPACED + WORD;
/// Words after a letter, a digit or a letter that is not of ASCII: `getWord`, `x86is`.
const INNER: usize = JOINED + WORD;
/// Words in capitals.
const CAPITALS: usize = INNER + WORD;
/// What stands before a word, one column for each [`Before`].
const BEFORE: usize = CAPITALS + WORD;
/// Words that start with one capital.
const CAPITALIZED: usize = BEFORE + Before::COUNT;
/// Runs of digits by length, up to six; then the digits, then the groups of three, then runs after a blank.
const DIGITS: usize = CAPITALIZED + 1;
const LONGEST_NUMBER: usize = 6;
const DIGIT: usize = DIGITS + LONGEST_NUMBER;
const DIGIT_GROUP: usize = DIGIT + 1;
const SPACED_DIGITS: usize = DIGIT_GROUP + 1;
/// Runs of punctuation by length, up to five, after a blank and after something else.
const MARKS: usize = SPACED_DIGITS + 1;
const LONGEST_MARKS: usize = 5;
const SPACED_MARKS: usize = MARKS + LONGEST_MARKS;
/// Marks beyond those.
const MORE_MARKS: usize = SPACED_MARKS + LONGEST_MARKS;
/// Places within a run where the mark changes.
const CHANGES: usize = MORE_MARKS + 1;
/// Runs of five or more of one mark, and their length.
const RULE: usize = CHANGES + 1;
const RULE_LENGTH: usize = RULE + 1;
/// Ends of lines after a word or number, after punctuation, after another end, after a blank.
const NEWLINE: usize = RULE_LENGTH + 1;
/// Runs of blanks by length: two to eight, up to 12, up to 16, more.
const BLANKS: usize = NEWLINE + 4;
/// Runs of tabs by length: one to four, more.
const TABS: usize = BLANKS + 10;
/// Letters outside ASCII by the length of their encoding and script; then the runs of them.
const WIDE: usize = TABS + 5;
const WIDE_KINDS: usize = 7;
const WIDE_RUN: usize = WIDE + WIDE_KINDS;
/// Control characters and carriage returns.
const CONTROL: usize = WIDE_RUN + WIDE_KINDS;
/// How many columns there are.
pub const COLUMNS: usize = CONTROL + 1;

/// What stands before a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Blank,
    Line,
    Indent,
    Dot,
    Underscore,
    Dash,
    Slash,
    Bracket,
    Quote,
    Mark,
    Marks,
    Letter,
    Digit,
    Wide,
}

impl Before {
    const COUNT: usize = 15;

    fn group(self) -> usize {
        match self {
            Self::Start | Self::Blank | Self::Line | Self::Indent => SPACED,
            Self::Letter | Self::Digit | Self::Wide => INNER,
            _ => JOINED,
        }
    }
}

/// A run of bytes of one class, still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    None,
    Word { upper: usize, lower: usize },
    Digits(usize),
    Marks { len: usize, last: u8, changes: usize },
    Blanks(usize),
    Tabs(usize),
    Newline,
    Wide(usize),
    Control,
}

/// Counts the shape of a text that comes in pieces.
#[derive(Debug, Clone)]
pub struct Shape {
    columns: [u32; COLUMNS],
    run: Run,
    before: Before,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            columns: [0; COLUMNS],
            run: Run::None,
            before: Before::Start,
        }
    }
}

impl Shape {
    /// Takes the next piece. Where the pieces are cut does not matter.
    pub fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.byte(byte);
        }
    }

    /// Returns the columns of all that came.
    #[must_use]
    pub fn columns(&self) -> [u32; COLUMNS] {
        let mut end = self.clone();
        end.close();
        end.columns
    }

    fn byte(&mut self, byte: u8) {
        match byte {
            b'a'..=b'z' => self.lower(),
            b'A'..=b'Z' => self.upper(),
            b'0'..=b'9' => self.digit(),
            b' ' => self.blank(),
            b'\t' => self.tab(),
            b'\n' => self.newline(),
            0x21..=0x7e => self.mark(byte),
            0xc0.. => self.wide(kind_of(byte)),
            0x80..=0xbf => {}
            _ => self.control(),
        }
    }

    fn lower(&mut self) {
        self.run = match self.run {
            Run::Word { upper, lower: 0 } if upper > 1 => {
                self.word(upper - 1, 0);
                self.before = Before::Letter;
                Run::Word { upper: 1, lower: 1 }
            }
            Run::Word { upper, lower } => Run::Word {
                upper,
                lower: lower + 1,
            },
            _ => {
                self.close();
                Run::Word { upper: 0, lower: 1 }
            }
        };
    }

    fn upper(&mut self) {
        self.run = match self.run {
            Run::Word { upper, lower: 0 } => Run::Word {
                upper: upper + 1,
                lower: 0,
            },
            _ => {
                self.close();
                Run::Word { upper: 1, lower: 0 }
            }
        };
    }

    fn digit(&mut self) {
        if let Run::Digits(len) = &mut self.run {
            *len += 1;
            return;
        }
        self.close();
        self.run = Run::Digits(1);
    }

    fn blank(&mut self) {
        if let Run::Blanks(len) = &mut self.run {
            *len += 1;
            return;
        }
        self.close();
        self.run = Run::Blanks(1);
    }

    fn tab(&mut self) {
        if let Run::Tabs(len) = &mut self.run {
            *len += 1;
            return;
        }
        self.close();
        self.run = Run::Tabs(1);
    }

    fn newline(&mut self) {
        let after = match self.run {
            Run::Marks { .. } => 1,
            Run::Newline => 2,
            Run::Blanks(_) | Run::Tabs(_) => 3,
            _ => 0,
        };
        self.close();
        self.columns[NEWLINE + after] += 1;
        self.run = Run::Newline;
    }

    fn mark(&mut self, byte: u8) {
        if let Run::Marks { len, last, changes } = &mut self.run {
            *len += 1;
            *changes += usize::from(*last != byte);
            *last = byte;
            return;
        }
        self.close();
        self.run = Run::Marks {
            len: 1,
            last: byte,
            changes: 0,
        };
    }

    fn wide(&mut self, kind: usize) {
        self.columns[WIDE + kind] += 1;
        if self.run != Run::Wide(kind) {
            self.close();
            self.columns[WIDE_RUN + kind] += 1;
            self.run = Run::Wide(kind);
        }
    }

    fn control(&mut self) {
        self.close();
        self.columns[CONTROL] += 1;
        self.run = Run::Control;
    }

    /// Counts the open run and notes what it is for the next.
    fn close(&mut self) {
        let run = std::mem::replace(&mut self.run, Run::None);
        self.before = match run {
            Run::None => self.before,
            Run::Word { upper, lower } => {
                self.word(upper, lower);
                Before::Letter
            }
            Run::Digits(len) => {
                self.digits(len);
                Before::Digit
            }
            Run::Marks { len, last, changes } => {
                self.marks(len, changes);
                if len == 1 {
                    mark_before(last)
                } else {
                    Before::Marks
                }
            }
            Run::Blanks(len) => self.blanks(len),
            Run::Tabs(len) => {
                self.columns[TABS + len.min(5) - 1] += 1;
                Before::Indent
            }
            Run::Newline | Run::Control => Before::Line,
            Run::Wide(_) => Before::Wide,
        };
    }

    fn word(&mut self, upper: usize, lower: usize) {
        let len = upper + lower;
        let capitals = lower == 0 && upper > 1;
        let group = if capitals { CAPITALS } else { self.before.group() };
        self.columns[group + len.min(LONGEST_WORD) - 1] += 1;
        self.columns[group + LONGEST_WORD] += number(len.saturating_sub(LONGEST_WORD));
        self.columns[BEFORE + self.before as usize] += 1;
        if upper == 1 && lower > 0 {
            self.columns[CAPITALIZED] += 1;
        }
    }

    fn digits(&mut self, len: usize) {
        self.columns[DIGITS + len.min(LONGEST_NUMBER) - 1] += 1;
        self.columns[DIGIT] += number(len);
        self.columns[DIGIT_GROUP] += number(len.div_ceil(3));
        if self.before == Before::Blank {
            self.columns[SPACED_DIGITS] += 1;
        }
    }

    fn marks(&mut self, len: usize, changes: usize) {
        let spaced = matches!(self.before, Before::Blank | Before::Indent);
        let row = if spaced { SPACED_MARKS } else { MARKS };
        if changes == 0 && len >= LONGEST_MARKS {
            self.columns[RULE] += 1;
            self.columns[RULE_LENGTH] += number(len);
            return;
        }
        self.columns[row + len.min(LONGEST_MARKS) - 1] += 1;
        self.columns[MORE_MARKS] += number(len.saturating_sub(LONGEST_MARKS));
        self.columns[CHANGES] += number(changes);
    }

    fn blanks(&mut self, len: usize) -> Before {
        if len == 1 {
            return Before::Blank;
        }
        let column = match len {
            2..=8 => len - 2,
            9..=12 => 7,
            13..=16 => 8,
            _ => 9,
        };
        self.columns[BLANKS + column] += 1;
        Before::Indent
    }
}

fn mark_before(mark: u8) -> Before {
    match mark {
        b'.' => Before::Dot,
        b'_' => Before::Underscore,
        b'-' => Before::Dash,
        b'/' => Before::Slash,
        b'(' | b'[' | b'{' | b'<' => Before::Bracket,
        b'"' | b'\'' | b'`' => Before::Quote,
        _ => Before::Mark,
    }
}

/// Returns the kind of a character by the first byte of its encoding: Latin letters, Greek and Cyrillic,
/// the rest of two bytes, dashes and arrows and boxes, Han and kana, Hangul and the rest of three bytes,
/// four bytes.
fn kind_of(lead: u8) -> usize {
    match lead {
        0xc0..=0xc9 => 0,
        0xca..=0xd3 => 1,
        0xd4..=0xdf => 2,
        0xe2 => 3,
        0xe3..=0xe9 => 4,
        0xe0..=0xef => 5,
        _ => 6,
    }
}

fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
