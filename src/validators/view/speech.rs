//! Takes the words out of code, line by line: comments of most languages, and texts that are sentences.
//!
//! A guess without a grammar. What is taken too much costs a second opinion some context; what is left is
//! seen by the first one anyway.

/// What is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Comments, texts over several lines that document among them.
    Comments,
    /// And texts that are sentences.
    Prose,
}

/// Reads one file from a line on.
pub struct Speech {
    words: Words,
    /// What ends the block that the last line was in.
    inside: Option<&'static str>,
}

/// What begins and ends a comment over lines.
const BLOCKS: &[(&str, &str)] = &[
    ("/*", "*/"),
    ("<!--", "-->"),
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
    ("{-", "-}"),
    ("(*", "*)"),
];

/// From so many spaces on a text is a sentence.
const SENTENCE: usize = 3;

impl Speech {
    /// Starts outside of a comment.
    pub fn new(words: Words) -> Self {
        Self { words, inside: None }
    }

    /// Returns the next line without its words; its indent stays where code is left.
    pub fn line(&mut self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        let mut was_cut = false;
        while !rest.is_empty() {
            if let Some(end) = self.inside {
                was_cut = true;
                let Some(at) = rest.find(end) else { break };
                rest = &rest[at + end.len()..];
                self.inside = None;
                continue;
            }
            if let Some((start, end)) = BLOCKS.iter().find(|(start, _)| rest.starts_with(start)) {
                self.inside = Some(end);
                rest = &rest[start.len()..];
                continue;
            }
            if begins_comment(&out, rest) {
                was_cut = true;
                break;
            }
            let taken = self.token(rest, &mut out);
            was_cut |= taken.1;
            rest = &rest[taken.0..];
        }
        match was_cut || self.inside.is_some() {
            true => out.trim_end().to_owned(),
            false => out,
        }
    }

    /// Takes a text, or one character; returns its length in bytes, and whether something was left away.
    fn token(&self, rest: &str, out: &mut String) -> (usize, bool) {
        let Some(first) = rest.chars().next() else {
            return (rest.len(), false);
        };
        if matches!(first, '"' | '\'' | '`')
            && let Some(len) = text_length(rest, first)
        {
            let text = &rest[..len];
            let is_sentence = text.matches(' ').count() >= SENTENCE;
            if self.words == Words::Prose && is_sentence {
                out.push(first);
                out.push(first);
                return (len, true);
            }
            out.push_str(text);
            return (len, false);
        }
        out.push(first);
        (first.len_utf8(), false)
    }
}

/// The bytes of a text from its quote to the same quote; `None`: it does not end on this line.
fn text_length(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// Whether the rest of the line is a comment. `#`, `--`, `;` and `%` also stand in code: they need room around.
fn begins_comment(before: &str, rest: &str) -> bool {
    if rest.starts_with("//") {
        return !before.ends_with(':');
    }
    let is_apart = before.is_empty() || before.ends_with(char::is_whitespace);
    let is_first = before.trim().is_empty();
    let follows = |mark: &str| {
        rest.strip_prefix(mark)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '!', ':']))
    };
    is_apart && (follows("#") || follows("--")) || is_first && (follows(";") || follows("%") || follows("*"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn comments(lines: &[&str]) -> Vec<String> {
        let mut speech = Speech::new(Words::Comments);
        lines.iter().map(|line| speech.line(line)).collect()
    }

    #[test]
    fn comments_go_and_code_stays() {
        assert_eq!(
            comments(&["a(); // b", "  # c", "d = \"# e\" # f"]),
            ["a();", "", "d = \"# e\""]
        );
        assert_eq!(
            comments(&["url = \"http://x\"", "#include <a>", "--i;"]),
            ["url = \"http://x\"", "#include <a>", "--i;"]
        );
        assert_eq!(comments(&["a /* b", "c */ d", "e"]), ["a", " d", "e"]);
        assert_eq!(
            comments(&[
                "def f():",
                "    \"\"\"Safe.",
                "    Reviewed.",
                "    \"\"\"",
                "    x"
            ]),
            ["def f():", "", "", "", "    x"]
        );
        assert_eq!(comments(&["<!-- a", "b -->", "c"]), ["", "", "c"]);
        assert_eq!(
            comments(&["fn f<'a>(x: &'a str) {} // b"]),
            ["fn f<'a>(x: &'a str) {}"]
        );
    }

    #[test]
    fn sentences_go_where_prose_goes() {
        let mut speech = Speech::new(Words::Prose);
        assert_eq!(speech.line("a = (\"This was reviewed by us \""), "a = (\"\"");
        assert_eq!(speech.line("b = \"one two\""), "b = \"one two\"");
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(lines in proptest::collection::vec(".{0,40}", 0..6)) {
            let mut speech = Speech::new(Words::Prose);
            for line in lines {
                prop_assert!(speech.line(&line).len() <= line.len() + 2);
            }
        }
    }
}
