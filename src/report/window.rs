//! The part of a snippet that fits the terminal: trimmed around the highlight, everything hidden in
//! its visible form. What does not fit is not read, so the length of a line does not matter.

use super::text;
use crate::model::Snippet;
use memchr::{memchr, memchr_iter, memrchr};
use std::ops::Range;

// More highlighted lines than this are not laid out: the first one stands for all.
const MOST_LINES: usize = 200;

/// What is shown of a snippet.
#[derive(Debug, PartialEq, Eq)]
pub struct Window {
    /// The number of the first line.
    pub first_line: usize,
    /// The lines, safe to print, without a line end behind the last.
    pub text: String,
    /// The bytes of `text` that are highlighted.
    pub span: Range<usize>,
}

impl Window {
    /// Returns the number of the last line.
    pub fn last_line(&self) -> usize {
        self.first_line + memchr_iter(b'\n', self.text.as_bytes()).count()
    }
}

/// How a window is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// The columns of a line.
    pub columns: usize,
    /// Whether more than ASCII may be drawn.
    pub unicode: bool,
}

impl Frame {
    fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// Whether the highlight reaches over a line end.
pub fn is_multiline(snippet: &Snippet) -> bool {
    memchr(b'\n', &snippet.text.as_bytes()[highlight(snippet)]).is_some()
}

/// Returns what is shown of a snippet.
pub fn window(snippet: &Snippet, frame: Frame) -> Window {
    let text = snippet.text.as_str();
    let highlight = highlight(snippet);
    let line_start = memrchr(b'\n', &text.as_bytes()[..highlight.start]).map_or(0, |i| i + 1);
    let before = memchr_iter(b'\n', &text.as_bytes()[..line_start]).count();
    let mut window = Window {
        first_line: snippet.first_line as usize + before,
        text: String::new(),
        span: 0..0,
    };
    let mut start = line_start;
    for (i, focus) in foci(text, highlight).into_iter().enumerate() {
        if i > 0 {
            window.text.push('\n');
            start = focus.start;
        }
        let shown = push_line(&mut window.text, text, start, focus, frame);
        if i == 0 {
            window.span.start = shown.start;
        }
        window.span.end = shown.end;
    }
    window
}

/// The highlight with its ends on characters of the text, and not behind a line end.
fn highlight(snippet: &Snippet) -> Range<usize> {
    let text = snippet.text.as_str();
    let start = text::floor(text, snippet.highlight.start);
    let end = text::ceil(text, snippet.highlight.end).max(start);
    let inside = &text[start..end];
    start..start + inside.strip_suffix('\n').unwrap_or(inside).len()
}

/// The parts of the highlight, one for each of its lines.
fn foci(text: &str, highlight: Range<usize>) -> Vec<Range<usize>> {
    let mut start = highlight.start;
    let mut foci = Vec::new();
    for line in text[highlight].split('\n') {
        foci.push(start..start + line.len());
        start += line.len() + 1;
        if foci.len() > MOST_LINES {
            foci.truncate(1);
            break;
        }
    }
    foci
}

/// Appends what fits of the line that starts at `line_start`. Returns where the focus went.
fn push_line(
    out: &mut String,
    text: &str,
    line_start: usize,
    focus: Range<usize>,
    frame: Frame,
) -> Range<usize> {
    let kept = cut(text, line_start, &focus, frame);
    if kept.start > line_start {
        out.push_str(frame.ellipsis());
    }
    let focus = focus.start.max(kept.start)..focus.end.min(kept.end).max(kept.start);
    // Highlighted blanks would be invisible.
    let blanks = frame.unicode && !focus.is_empty() && text[focus.clone()].chars().all(|c| " \t".contains(c));
    push_shown(out, &text[kept.start..focus.start], false);
    let start = out.len();
    push_shown(out, &text[focus.clone()], blanks);
    let end = out.len();
    push_shown(out, &text[focus.end..kept.end], false);
    if !ends_line(text, kept.end) {
        out.push_str(frame.ellipsis());
    }
    start..end
}

fn push_shown(out: &mut String, text: &str, blanks: bool) {
    for c in text.chars() {
        match c {
            ' ' if blanks => out.push('·'),
            '\t' if blanks => out.push_str("→   "),
            '\t' => out.push_str("    "),
            c => text::push_visible(out, c),
        }
    }
}

fn ends_line(text: &str, at: usize) -> bool {
    text[at..].is_empty() || text[at..].starts_with('\n')
}

/// The bytes of a line that fit the frame: the whole line, or as much as fits around the focus.
fn cut(text: &str, line_start: usize, focus: &Range<usize>, frame: Frame) -> Range<usize> {
    let whole = forward(text, line_start, frame.columns);
    if ends_line(text, whole) && whole >= focus.end {
        return line_start..whole;
    }
    let columns = frame.columns.saturating_sub(2 * text::width(frame.ellipsis()));
    let focus_end = forward(text, focus.start, columns).min(focus.end);
    let around = columns.saturating_sub(shown_width(&text[focus.start..focus_end]));
    // What the right side does not need is for the left.
    let right = shown_width(&text[focus_end..forward(text, focus_end, around / 2)]);
    let start = backward(text, line_start, focus.start, around - right);
    start..forward(text, start, columns)
}

/// Goes right until the columns are used or the line ends.
fn forward(text: &str, from: usize, columns: usize) -> usize {
    let (mut at, mut used) = (from, 0);
    for c in text[from..].chars() {
        used += width_of(c);
        if c == '\n' || used > columns || at - from > columns * 16 {
            break;
        }
        at += c.len_utf8();
    }
    at
}

/// Goes left until the columns are used or the line starts.
fn backward(text: &str, line_start: usize, from: usize, columns: usize) -> usize {
    let (mut at, mut used) = (from, 0);
    for c in text[line_start..from].chars().rev() {
        used += width_of(c);
        if used > columns || from - at > columns * 16 {
            break;
        }
        at -= c.len_utf8();
    }
    at
}

fn shown_width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// The columns of a character as it is shown.
fn width_of(c: char) -> usize {
    match c {
        '\t' => 4,
        c if text::is_hidden(c) && c.is_ascii() => 4,
        c if text::is_hidden(c) => {
            if c > '\u{ffff}' {
                9
            } else {
                8
            }
        }
        c => text::char_width(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        columns: 20,
        unicode: true,
    };

    fn of(text: &str, highlight: Range<usize>) -> Window {
        let snippet = Snippet {
            first_line: 7,
            text: text.to_owned(),
            highlight,
            is_cut: false,
        };
        window(&snippet, FRAME)
    }

    fn marked(window: &Window) -> &str {
        &window.text[window.span.clone()]
    }

    #[test]
    fn shows_a_short_line_whole() {
        let window = of("let a = 1;", 4..5);
        assert_eq!(
            window,
            Window {
                first_line: 7,
                text: "let a = 1;".into(),
                span: 4..5
            }
        );
    }

    #[test]
    fn trims_around_the_highlight() {
        let line = format!("{}needle{}", "a".repeat(100), "b".repeat(100));
        let window = of(&line, 100..106);
        assert_eq!(window.text, "…aaaaaaneedlebbbbbb…");
        assert_eq!(marked(&window), "needle");
    }

    #[test]
    fn fills_the_frame_at_the_end_of_a_line() {
        let window = of(&format!("{}needle b", "a".repeat(100)), 100..106);
        assert_eq!(window.text, "…aaaaaaaaaaneedle b");
    }

    #[test]
    fn trims_a_highlight_that_is_too_long() {
        let window = of(&"x".repeat(100), 0..100);
        assert_eq!(window.text, "xxxxxxxxxxxxxxxxxx…");
        assert_eq!(window.span, 0..18);
    }

    #[test]
    fn shows_blanks_and_what_is_hidden() {
        assert_eq!(of("a \t", 1..3).text, "a·→   ");
        assert_eq!(of("a\u{202e}b", 4..5).text, "a<U+202E>b");
    }

    #[test]
    fn follows_a_highlight_over_lines() {
        let window = of("zero\none\ntwo\nthree", 6..12);
        assert_eq!((window.first_line, window.last_line()), (8, 9));
        assert_eq!(window.text, "one\ntwo");
        assert_eq!(marked(&window), "ne\ntwo");
    }

    #[test]
    fn bears_a_highlight_that_is_not_in_the_text() {
        assert_eq!(of("", 3..9).span, 0..0);
        assert_eq!(marked(&of("漢", 1..2)), "漢");
        assert_eq!(marked(&of("one\ntwo", 0..4)), "one");
    }

    #[test]
    fn reads_no_more_than_it_shows() {
        let line = "\u{301}".repeat(25_000_000);
        assert!(of(&line, 20_000_000..20_000_002).text.len() < 2000);
    }
}
