//! Where a text defines a name, rather than mentions it.
//!
//! Stricter than what is shown as a head: whoever says that a name is defined speaks against a finding. A
//! definition that is not recognised is a mention.

use super::view::{Syntax, call, named};
use crate::check::Lines;
use bstr::ByteSlice;
use std::ops::Range;

/// How many bytes the parameters of a function may have.
const PARAMETERS: usize = 4_000;
/// Keywords that begin more of what is defined elsewhere.
const MORE_OF: [&str; 3] = ["impl", "extension", "template"];
/// Keywords of what may be a local variable.
const VARIABLES: [&str; 4] = ["const", "let", "var", "static"];
/// Keywords that also stand before the use of a type.
const TAGS: [&str; 4] = ["struct", "class", "union", "enum"];

/// How a line uses a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It defines it.
    Defines,
    /// It mentions it, or defines it in a way that is not known here.
    Mentions,
}

/// Returns the lines, from 0, on which a name stands as a word, in order, and how.
pub fn uses<'a>(
    text: &'a [u8],
    lines: &'a Lines,
    name: &'a str,
    syntax: &'a Syntax,
) -> impl Iterator<Item = (u32, Use)> + 'a {
    let mut last = None;
    words(text, name.as_bytes()).filter_map(move |at| {
        let line = lines.line_of(at);
        if last.replace(line) == Some(line) {
            return None;
        }
        let is_defined = defines(text, &lines.range(line), name, syntax);
        let used = if is_defined { Use::Defines } else { Use::Mentions };
        Some((line, used))
    })
}

/// Returns where a word stands in a text.
pub fn words<'a>(text: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let part = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..))
    };
    memchr::memmem::find_iter(text, word).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !part(before) && !part(text.get(at + word.len()))
    })
}

fn defines(text: &[u8], range: &Range<usize>, name: &str, syntax: &Syntax) -> bool {
    let line = text[range.clone()].to_str_lossy();
    let code = line.trim_start();
    let is_indented = code.len() < line.len();
    if let Some((keyword, after)) = syntax.keyword(code) {
        return named(after) == name && is_whole(keyword, behind(after, name), is_indented, syntax);
    }
    if syntax.has_calls() && call(code) == Some(name) {
        return has_body(&text[range.start..]);
    }
    is_macro(code, name) || (!is_indented && is_assigned(code, name))
}

fn behind<'a>(after: &'a str, name: &str) -> &'a str {
    after.split_once(name).map_or("", |(_, rest)| rest)
}

/// Whether what a keyword begins is a definition; `rest` stands behind the name.
fn is_whole(keyword: &str, rest: &str, is_indented: bool, syntax: &Syntax) -> bool {
    let next = rest.trim_start().chars().next();
    let is_prose = keyword_needs_mark(syntax) && !matches!(next, Some('(' | ':' | '['));
    let is_use = syntax.has_calls()
        && TAGS.contains(&keyword)
        && matches!(next, Some('*' | '&' | ';' | ')' | ',' | '='));
    let is_local = is_indented && VARIABLES.contains(&keyword);
    !(MORE_OF.contains(&keyword) || is_prose || is_use || is_local)
}

/// Whether a head ends with a colon: there a line of prose in a string may begin with its keyword.
fn keyword_needs_mark(syntax: &Syntax) -> bool {
    std::ptr::eq(syntax, Syntax::of(b"a.py"))
}

/// Whether parameters are followed by a body: what ends with `;` is called, or declared.
fn has_body(text: &[u8]) -> bool {
    let text = &text[..text.len().min(PARAMETERS)];
    let mut depth = 0_u32;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return opens(&text[at + 1..]),
            b')' => depth = depth.saturating_sub(1),
            b'{' | b'}' | b';' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Whether a body opens before anything else ends.
fn opens(text: &[u8]) -> bool {
    let end = text.iter().take(300).find(|byte| b"{;}=,)(".contains(byte));
    end == Some(&b'{')
}

fn is_macro(code: &str, name: &str) -> bool {
    let define = code.strip_prefix('#').map(str::trim_start);
    let after = define.and_then(|rest| rest.strip_prefix("define"));
    after.is_some_and(|after| after.starts_with([' ', '\t']) && named(after.trim_start()) == name)
}

/// Whether a line gives a name its value: `LIMIT = 3`, `LIMIT: int = 3`.
fn is_assigned(code: &str, name: &str) -> bool {
    let Some(rest) = code.strip_prefix(name).map(str::trim_start) else {
        return false;
    };
    let value = match rest.strip_prefix(':') {
        Some(typed) => typed.split_once('=').map(|(_, value)| value),
        None => rest.strip_prefix('='),
    };
    value.is_some_and(|value| !value.starts_with(['=', '~', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn used(path: &str, text: &str, name: &str) -> Vec<(u32, bool)> {
        let lines = Lines::new(text.as_bytes());
        uses(text.as_bytes(), &lines, name, Syntax::of(path.as_bytes()))
            .map(|(line, used)| (line, used == Use::Defines))
            .collect()
    }

    #[track_caller]
    fn check(path: &str, rows: &[(&str, bool)]) {
        for (text, expected) in rows {
            assert_eq!(used(path, text, "name"), [(0, *expected)], "{path}: {text}");
        }
    }

    #[test]
    fn definitions_and_mentions_of_rust_and_go() {
        check(
            "a.rs",
            &[
                ("pub(crate) const fn name<T>() {}", true),
                ("    fn name(&self) {", true),
                ("struct name;", true),
                ("mod name;", true),
                ("impl name {", false),
                ("    let name = 1;", false),
                ("    const name: u8 = 1;", false),
                ("const name: u8 = 1;", true),
                ("// fn name() {", false),
                ("    name();", false),
                ("use a::name;", false),
            ],
        );
        check(
            "a.go",
            &[
                ("func (s *Set) name(a int) {", true),
                ("type name struct {", true),
                ("\tname()", false),
            ],
        );
    }

    #[test]
    fn definitions_and_mentions_of_python() {
        check(
            "a.py",
            &[
                ("    def name(self):", true),
                ("class name:", true),
                ("    class name of things", false),
                ("name = 3", true),
                ("name: int = 3", true),
                ("    name = 3", false),
                ("name == 3", false),
                ("name(3)", false),
                ("from a import name", false),
            ],
        );
    }

    #[test]
    fn definitions_and_mentions_of_what_has_bodies() {
        check(
            "a.ts",
            &[
                ("  name(a: string): void {", true),
                ("  name(() => {\n    x();\n  }, 5);", false),
                ("name(\"works\", function () {\n  x();\n});", false),
                ("export const name = (a) => a;", true),
                ("  const name = 1;", false),
                ("interface name extends A {", true),
                ("import { name } from 'a';", false),
            ],
        );
        check(
            "a.c",
            &[
                ("static int name(const char *s,\n\tint n)\n{", true),
                ("int name(void);", false),
                ("#define name(x) x", true),
                ("struct name {", true),
                ("struct name *next(void);", false),
                ("  int x = name(3);", false),
            ],
        );
    }

    #[test]
    fn a_name_is_a_word() {
        assert_eq!(
            used(
                "a.rs",
                "fn names() {}\nfn my_name() {}\nfn \u{e4}name() {}",
                "name"
            ),
            []
        );
        let twice = used("a.rs", "fn a() {}\nfn name() { name() }\n", "name");
        assert_eq!(twice, [(1, true)], "a line once");
    }

    proptest! {
        #[test]
        fn any_bytes_are_searched(
            mut text: Vec<u8>,
            at in 0_usize..40,
            path in "a\\.(rs|py|ts|c|go|sh|rb)",
            name in "[a-c$\u{e4}]{1,3}",
            head in "(fn|def|class|struct|const| |#define|type|template<)? ?[a-c$\u{e4}]{1,3} ?[({:=;]{0,3}",
        ) {
            let at = at.min(text.len());
            text.splice(at..at, head.bytes());
            let lines = Lines::new(&text);
            for (line, _) in uses(&text, &lines, &name, Syntax::of(path.as_bytes())) {
                prop_assert!(line < lines.count());
            }
        }
    }
}
