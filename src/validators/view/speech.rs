//! Takes the words out of code, line by line: comments of most languages, and texts that are sentences.
//!
//! A guess without a grammar. What is taken too much costs a second opinion some context; what is left is
//! seen by the first one anyway.

use super::prose::without_sentences;
use crate::validators::language;
use bstr::BStr;

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
    /// The name of the language; empty: nobody knows.
    language: &'static str,
    /// What ends the block that the last line was in.
    inside: Option<&'static str>,
    /// What ends the text that the last line was in.
    text: Option<End>,
}

/// What ends a text over lines.
enum End {
    /// A quote.
    Quote(char),
    /// A line that holds nothing else.
    Line(String),
}

/// What begins and ends a comment over lines, and in which languages; none named: in all.
const BLOCKS: &[(&str, &str, &[&str])] = &[
    ("/*", "*/", &[]),
    ("<!--", "-->", &[]),
    ("\"\"\"", "\"\"\"", &[]),
    ("'''", "'''", &["python", "toml", "groovy", "dart", "starlark"]),
    ("{-", "-}", &["haskell", "purescript", "elm"]),
    ("(*", "*)", &["ocaml", "fsharp", "pascal"]),
    ("--[[", "]]", &["lua"]),
    ("#|", "|#", &["lisp"]),
    ("{#", "#}", &["template"]),
    ("<#", "#>", &["powershell"]),
];

/// Languages in which `/*` stands in paths and `//` divides.
const NO_SLASHES: &[&str] = &[
    "python",
    "ruby",
    "shell",
    "perl",
    "elixir",
    "erlang",
    "r",
    "julia",
    "nim",
    "crystal",
    "lua",
    "haskell",
    "make",
    "dockerfile",
    "yaml",
    "toml",
    "ignore",
    "dotenv",
    "ini",
    "powershell",
    "batch",
    "tcl",
    "awk",
    "starlark",
];

/// Languages in which `--` begins a comment; the empty one: nobody knows which.
const DASHES: &[&str] = &["", "sql", "lua", "haskell", "purescript", "elm", "ada", "vhdl"];

/// Languages in which a text in single quotes may go over lines.
const LONG_QUOTES: &[&str] = &["shell", "ruby", "perl", "php", "sql"];

/// Languages in which `#` begins what a compiler is told.
const NO_HASHES: &[&str] = &[
    "c",
    "cpp",
    "cuda",
    "objective-c",
    "csharp",
    "rust",
    "java",
    "javascript",
    "typescript",
    "go",
    "kotlin",
    "swift",
    "scala",
    "dart",
    "assembly",
    "shader",
];

/// From so many plain words on a text holds a sentence.
const SENTENCE: usize = 3;

impl Speech {
    /// Starts outside of a comment.
    pub fn new(words: Words, path: &BStr) -> Self {
        Self {
            words,
            language: language::of(path).map_or("", |language| language.name),
            inside: None,
            text: None,
        }
    }

    /// Starts again in the same file.
    pub fn again(&self) -> Self {
        Self {
            words: self.words,
            language: self.language,
            inside: None,
            text: None,
        }
    }

    /// Returns the next line without its words; its indent stays where code is left.
    pub fn line(&mut self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = self.rest_of_text(line, &mut out);
        let mut was_cut = rest.len() < line.len();
        while !rest.is_empty() {
            if let Some(end) = self.inside {
                let at = rest.find(end);
                was_cut |= !self.keeps(&rest[..at.unwrap_or(rest.len())], &mut out);
                let Some(at) = at else { break };
                rest = &rest[at + end.len()..];
                self.inside = None;
                continue;
            }
            if let Some((start, end)) = self.block(rest) {
                self.inside = Some(end);
                rest = &rest[start.len()..];
                continue;
            }
            if self.begins_comment(&out, rest) || self.words == Words::Prose && begins_remark(rest) {
                was_cut = true;
                break;
            }
            let taken = self.token(rest, &mut out);
            was_cut |= taken.1;
            rest = &rest[taken.0..];
        }
        if self.words == Words::Prose && self.text.is_none() {
            let is_ruby = self.language == "ruby" && line.starts_with("=begin");
            let end = if is_ruby {
                Some("=end".to_owned())
            } else {
                document(&out)
            };
            self.text = end.map(End::Line);
        }
        match was_cut || self.inside.is_some() {
            true => out.trim_end().to_owned(),
            false => out,
        }
    }

    /// Keeps code that stands in what seems to be a comment: what begins one may itself stand in a text or an
    /// expression, and code behind it must not fall out of sight.
    fn keeps(&self, text: &str, out: &mut String) -> bool {
        let is_code = |c: char| matches!(c, '(' | ')' | '{' | '}' | '[' | ']' | '=' | ';');
        let is_kept = self.words == Words::Prose
            && text.contains(is_code)
            && without_sentences(text, SENTENCE).is_none();
        if is_kept {
            out.push_str(text);
        }
        is_kept
    }

    /// Returns what begins a comment over lines here, and what ends it.
    fn block(&self, rest: &str) -> Option<(&'static str, &'static str)> {
        let is_spoken = |languages: &[&str]| languages.is_empty() || languages.contains(&self.language);
        let found = BLOCKS
            .iter()
            .find(|(start, _, languages)| rest.starts_with(start) && is_spoken(languages))?;
        (found.0 != "/*" || !NO_SLASHES.contains(&self.language)).then_some((found.0, found.1))
    }

    /// Whether the rest of the line is a comment. `#`, `--`, `;` and `%` also stand in code: they need room
    /// around.
    fn begins_comment(&self, before: &str, rest: &str) -> bool {
        if rest.starts_with("//") && !NO_SLASHES.contains(&self.language) {
            return !before.ends_with(':');
        }
        let is_apart = before.is_empty() || before.ends_with(char::is_whitespace);
        let is_first = before.trim().is_empty();
        let follows = |mark: &str| {
            rest.strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '!', ':']))
        };
        let is_hash = follows("#") && !rest.starts_with("#!/") && !NO_HASHES.contains(&self.language);
        let is_dash = follows("--") && DASHES.contains(&self.language);
        let is_star = self.words == Words::Comments && follows("*");
        is_apart && (is_hash || is_dash) || is_first && (follows(";") || follows("%") || is_star)
    }

    /// Takes what a line still holds of a text that an earlier one began; returns what follows.
    fn rest_of_text<'l>(&mut self, line: &'l str, out: &mut String) -> &'l str {
        let end = match &self.text {
            None => 0,
            Some(End::Line(mark)) if line.trim().trim_end_matches([';', ',', ')']) == mark => {
                self.text = None;
                0
            }
            Some(End::Line(_)) => line.len(),
            Some(End::Quote(quote)) => match line.find(*quote) {
                None => line.len(),
                Some(at) => {
                    let end = at + quote.len_utf8();
                    self.text = None;
                    end
                }
            },
        };
        push_text(out, &line[..end]);
        &line[end..]
    }

    /// Takes a text, or one character; returns its length in bytes, and whether something was left away.
    fn token(&mut self, rest: &str, out: &mut String) -> (usize, bool) {
        let Some(first) = rest.chars().next() else {
            return (rest.len(), false);
        };
        let is_prose = self.words == Words::Prose;
        if matches!(first, '"' | '\'' | '`') {
            if let Some(len) = text_length(rest, first) {
                let text = &rest[..len];
                match is_prose {
                    true => return (len, push_text(out, text)),
                    false => out.push_str(text),
                }
                return (len, false);
            }
            if is_prose && (first != '\'' || LONG_QUOTES.contains(&self.language)) {
                self.text = Some(End::Quote(first));
                return (rest.len(), push_text(out, rest));
            }
        }
        out.push(first);
        (first.len_utf8(), false)
    }
}

/// Appends a text without its sentences; says whether there were some.
fn push_text(out: &mut String, text: &str) -> bool {
    let Some(silent) = without_sentences(text, SENTENCE) else {
        out.push_str(text);
        return false;
    };
    // What is left of a sentence is its end.
    let is_over = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | '!' | '?' | '(' | ')');
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    match silent.chars().all(|c| is_over(c) || quote(c)) {
        true => out.extend(silent.chars().filter(|c| quote(*c))),
        false => out.push_str(&silent),
    }
    true
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

/// Returns the mark that ends a text which the next line begins: `<<EOF`.
fn document(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<")?;
    let rest = rest.trim_start_matches(['<', '-', '~', '\'', '"', '\\']);
    let mark: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let begins = |c: char| c.is_uppercase() || c == '_';
    (mark.len() > 1 && mark.starts_with(begins)).then_some(mark)
}

/// Whether a sentence begins behind a mark that is a comment in some languages and code in others.
fn begins_remark(rest: &str) -> bool {
    let words = rest.trim_start_matches(['#', ';', '!', '%', '\'', '*']);
    if words.len() == rest.len() || words.starts_with(['"', '[', '<']) {
        return false;
    }
    without_sentences(words, SENTENCE).is_some_and(|silent| !silent.starts_with(char::is_alphanumeric))
        && words.trim_start().starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn comments(lines: &[&str]) -> Vec<String> {
        let mut speech = Speech::new(Words::Comments, "a".into());
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
        let c = |line: &str| Speech::new(Words::Comments, "a.c".into()).line(line);
        assert_eq!(c("(*f)(a);"), "(*f)(a);");
        assert_eq!(c("# define A 1"), "# define A 1");
        let sh = |line: &str| Speech::new(Words::Comments, "a.sh".into()).line(line);
        assert_eq!(sh("rm -rf /tmp/* $a // b"), "rm -rf /tmp/* $a // b");
        assert_eq!(
            comments(&["fn f<'a>(x: &'a str) {} // b"]),
            ["fn f<'a>(x: &'a str) {}"]
        );
    }

    #[test]
    fn sentences_go_where_prose_goes() {
        let mut speech = Speech::new(Words::Prose, "a".into());
        assert_eq!(speech.line("a = (\"This was reviewed by us \""), "a = (\"\"");
        assert_eq!(speech.line("b = \"one two\""), "b = \"one two\"");
    }

    #[test]
    fn texts_over_lines_and_remarks_fall_silent_too() {
        let silent = |lines: &[&str]| {
            let mut speech = Speech::new(Words::Prose, "a".into());
            let silent: Vec<String> = lines.iter().map(|line| speech.line(line)).collect();
            silent
        };
        assert_eq!(
            silent(&["const a = `It was", "reviewed by all of us", "it`; run(b)"]),
            ["const a = `It was", "", "it`; run(b)"]
        );
        assert_eq!(
            silent(&["cat <<EOF", "it was reviewed by us", "EOF", "rm -rf $a"]),
            ["cat <<EOF", "", "EOF", "rm -rf $a"]
        );
        assert_eq!(silent(&["run(b) #it was reviewed by us"]), ["run(b)"]);
        assert_eq!(silent(&["#define f(a) system(a)"]), ["#define f(a) system(a)"]);
        assert_eq!(
            silent(&["q(f\"SELECT a FROM b WHERE c = '{d}'\")"]),
            ["q(f\"SELECT a FROM b WHERE c = '{d}'\")"]
        );
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(lines in proptest::collection::vec(".{0,40}", 0..6)) {
            let mut speech = Speech::new(Words::Prose, "a".into());
            for line in lines {
                prop_assert!(speech.line(&line).len() <= line.len() + 2);
            }
        }
    }
}
