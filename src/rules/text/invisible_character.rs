//! Characters that nobody can see.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds characters without a shape: zero-width ones, fillers, tags, and runs of variation selectors.
///
/// What text needs is let be: a byte order mark at the start, one variation selector behind a
/// character, joiners inside emoji and inside Arabic and Indic words, and the tags of flags.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/invisible-character"),
        summary: Borrowed("characters that cannot be seen"),
        why: Borrowed(
            "Two names that look the same can differ by an invisible character, and a whole program or instruction \
             can be hidden in a line that looks empty.",
        ),
        fix: Borrowed("Remove the character, or write it as an escape sequence if the program needs it."),
        bad: Borrowed("let is_admin<U+200B> = true;"),
        good: Borrowed("let is_admin = true;"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().non_ascii) else {
        return;
    };
    let mut reported = 0;
    for at in candidates(text).filter(|at| *at < text.len()) {
        if at < reported {
            continue;
        }
        let Some(found) = invisible(text, at).filter(|f| matters(f, view)) else {
            continue;
        };
        reported = at + memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
        if view.is_added_at(at) {
            report(view, sink, at, &found);
        }
    }
}

fn report(view: &FileView<'_>, sink: &mut Sink<'_>, at: usize, found: &Invisible) {
    let message = format!("U+{:04X} ({}) cannot be seen", found.code as u32, found.name);
    let severity = if place::is_code(view) && !found.is_mild && !view.is_test() {
        Severity::High
    } else {
        Severity::Medium
    };
    let bytes = at..at + found.code.len_utf8();
    let draft = sink
        .at(view, bytes.clone(), message)
        .severity(severity)
        .help("remove it, or write it as an escape sequence");
    // A mark at the start of a line came with a file that was put behind another one.
    if found.code == '\u{feff}' && view.bytes()[..at].ends_with(b"\n") {
        draft.fix("remove the byte order mark", vec![(bytes, "")]);
    }
}

/// A character that cannot be seen.
struct Invisible {
    code: char,
    name: &'static str,
    /// Whether writers use it on purpose now and then.
    is_mild: bool,
}

/// In text for people, hyphenation points and direction marks are honest work.
fn matters(found: &Invisible, view: &FileView<'_>) -> bool {
    !found.is_mild || place::is_code(view)
}

/// Returns the offsets of bytes with which the looked-for characters start in UTF-8.
fn candidates(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    const FIRST: [bool; 256] = first_bytes();
    let ascii = |from: usize| text[from..].find_non_ascii_byte().map(|n| from + n);
    let mut next = ascii(0);
    std::iter::from_fn(move || {
        while let Some(at) = next {
            next = ascii(at + 1);
            if FIRST[text[at] as usize] {
                return Some(at);
            }
        }
        None
    })
}

const fn first_bytes() -> [bool; 256] {
    let mut table = [false; 256];
    let first = [0xC2, 0xCD, 0xD8, 0xE1, 0xE2, 0xE3, 0xEF, 0xF3];
    let mut n = 0;
    while n < first.len() {
        table[first[n]] = true;
        n += 1;
    }
    table
}

fn invisible(text: &[u8], at: usize) -> Option<Invisible> {
    let code = first_char(&text[at..])?;
    let name = name(code)?;
    let (before, after) = (last_char(&text[..at]), first_char(&text[at + code.len_utf8()..]));
    let allowed = match code {
        '\u{feff}' => at == 0,
        '\u{200c}' | '\u{200d}' => joins_letters(before) || joins_emoji(before, after),
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => !before.is_some_and(is_selector),
        '\u{e0020}'..='\u{e007f}' => is_flag(&text[..at]),
        _ => false,
    };
    let is_mild = matches!(
        code,
        '\u{ad}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{200c}' | '\u{200d}' | '\u{2060}'
    );
    (!allowed).then_some(Invisible { code, name, is_mild })
}

fn name(code: char) -> Option<&'static str> {
    Some(match code {
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "combining grapheme joiner",
        '\u{61c}' => "arabic letter mark",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "hangul filler",
        '\u{180e}' => "mongolian vowel separator",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{206a}'..='\u{206f}' => "deprecated format character",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        _ => return None,
    })
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether joiners are part of spelling behind this letter: Arabic, Indic and their neighbours.
fn joins_letters(before: Option<char>) -> bool {
    before.is_some_and(|c| {
        matches!(c, '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
    })
}

fn joins_emoji(before: Option<char>, after: Option<char>) -> bool {
    let emoji = |c: char| matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}');
    before.is_some_and(emoji) && after.is_some_and(emoji)
}

/// Whether what stands in front is a black flag and its tags: the flags of England and its peers.
fn is_flag(before: &[u8]) -> bool {
    let tag = |c: &char| matches!(c, '\u{e0020}'..='\u{e007f}');
    before.chars().rev().take(8).find(|c| !tag(c)) == Some('\u{1f3f4}')
}

/// Returns the character that the text starts with; `None` where it is not UTF-8.
fn first_char(text: &[u8]) -> Option<char> {
    bstr::decode_utf8(text).0
}

fn last_char(text: &[u8]) -> Option<char> {
    bstr::decode_last_utf8(text).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, fixed, modified};

    #[test]
    fn hidden_characters_in_code_are_found() {
        let expected = ["high 1..4: U+200B (zero width space) cannot be seen"];
        assert_eq!(added(&RULE, "a.rs", "a\u{200b}b\u{200b}\n"), expected);
        assert_eq!(
            added(&RULE, "a.rs", "a\u{e0041}"),
            ["high 1..5: U+E0041 (tag character) cannot be seen"]
        );
        assert_eq!(
            added(&RULE, "a.js", "\u{3164}=1"),
            ["high 0..3: U+3164 (hangul filler) cannot be seen"]
        );
        assert_eq!(
            added(&RULE, "a.js", "a\u{feff}"),
            ["high 1..4: U+FEFF (byte order mark) cannot be seen"]
        );
    }

    #[test]
    fn a_run_of_variation_selectors_is_a_payload() {
        let expected = ["high 4..7: U+FE01 (variation selector) cannot be seen"];
        assert_eq!(added(&RULE, "a.js", "a\u{fe00}\u{fe01}\u{fe02}"), expected);
        let expected = ["high 5..9: U+E0101 (variation selector) cannot be seen"];
        assert_eq!(added(&RULE, "a.js", "a\u{e0100}\u{e0101}"), expected);
    }

    #[test]
    fn what_text_needs_is_let_be() {
        for text in [
            "\u{feff}bom",
            "\u{2764}\u{fe0f}",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
            "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "\u{645}\u{6cc}\u{200c}\u{62e}",
            "\u{915}\u{94d}\u{200d}\u{937}",
            "caf\u{e9} \u{2014} na\u{ef}ve \u{4e16}\u{754c}",
        ] {
            assert!(added(&RULE, "a.rs", text).is_empty(), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn outside_code_it_does_not_block() {
        assert_eq!(
            added(&RULE, "a.md", "a\u{200b}"),
            ["medium 1..4: U+200B (zero width space) cannot be seen"]
        );
        assert_eq!(
            added(&RULE, "a.rs", "a\u{ad}b"),
            ["medium 1..3: U+00AD (soft hyphen) cannot be seen"]
        );
        assert_eq!(
            added(&RULE, "tests/a.rs", "\u{200b}"),
            ["medium 0..3: U+200B (zero width space) cannot be seen"]
        );
        assert!(added(&RULE, "a.md", "a\u{ad}b\u{200f}").is_empty());
    }

    #[test]
    fn only_added_lines_count() {
        assert!(modified(&RULE, "a.rs", "\u{200b}\n", "\u{200b}\nnew\n").is_empty());
        assert!(deleted(&RULE, "a.rs", "\u{200b}\n").is_empty());
        assert!(added(&RULE, "a.rs", b"\xE2\x80\n\xF3\xA0 \xFF").is_empty());
    }

    #[test]
    fn a_mark_between_two_files_is_removed() {
        assert_eq!(fixed(&RULE, "a.rs", None, "a\n\u{feff}b\n"), "a\nb\n");
        assert_eq!(fixed(&RULE, "a.rs", None, "a\u{feff}b\n"), "a\u{feff}b\n");
    }
}
