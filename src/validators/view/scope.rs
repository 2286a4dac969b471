//! Which lines are heads of what stands below them: of a function, a class, a block of settings.
//!
//! By keywords and indentation alone, as `git diff` finds what to write behind `@@`. A head that is not found
//! costs context, and one that is none costs a line.

use super::text::Text;
use bstr::ByteSlice;

/// How heads look in a family of languages.
#[derive(Debug)]
pub struct Syntax {
    /// The extensions of its files.
    extensions: &'static [&'static str],
    /// Words that may stand before a keyword.
    modifiers: &'static [&'static str],
    /// Keywords that begin a head; the next word is the name.
    keywords: &'static [&'static str],
    /// What else is a head.
    other: Other,
}

/// What is a head without a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Other {
    /// Nothing.
    Nothing,
    /// A name with parameters: `int main(void)`, `run() {`.
    Call,
    /// A key that opens a block: `jobs:`, `"paths": {`.
    Key,
    /// Whatever begins with a letter at the start of a line.
    Flush,
}

/// The families. The first that knows the extension counts.
const ALL: [Syntax; 10] = [
    Syntax {
        extensions: &["rs"],
        modifiers: &["pub", "async", "unsafe", "extern", "default"],
        keywords: &[
            "fn",
            "struct",
            "enum",
            "trait",
            "impl",
            "mod",
            "union",
            "type",
            "const",
            "static",
            "macro_rules!",
        ],
        other: Other::Nothing,
    },
    Syntax {
        extensions: &["py", "pyi", "pyx"],
        modifiers: &["async"],
        keywords: &["def", "class"],
        other: Other::Nothing,
    },
    Syntax {
        extensions: &[
            "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte",
        ],
        modifiers: &[
            "export",
            "default",
            "async",
            "static",
            "abstract",
            "declare",
            "public",
            "private",
            "protected",
            "readonly",
        ],
        keywords: &[
            "function",
            "function*",
            "class",
            "interface",
            "enum",
            "namespace",
            "type",
            "const",
            "let",
            "var",
        ],
        other: Other::Call,
    },
    Syntax {
        extensions: &["go"],
        modifiers: &[],
        keywords: &["func", "type", "const", "var"],
        other: Other::Nothing,
    },
    Syntax {
        extensions: &[
            "java", "kt", "kts", "scala", "cs", "swift", "dart", "groovy", "php",
        ],
        modifiers: &[
            "public",
            "private",
            "protected",
            "internal",
            "static",
            "final",
            "abstract",
            "sealed",
            "open",
            "override",
            "data",
            "partial",
            "async",
            "suspend",
            "inline",
            "readonly",
            "case",
            "implicit",
            "virtual",
        ],
        keywords: &[
            "class",
            "interface",
            "enum",
            "record",
            "object",
            "trait",
            "struct",
            "namespace",
            "fun",
            "func",
            "def",
            "function",
            "extension",
            "protocol",
        ],
        other: Other::Call,
    },
    Syntax {
        extensions: &[
            "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "hxx", "m", "mm", "ino", "cu",
        ],
        modifiers: &["typedef", "static", "inline", "extern", "constexpr", "const"],
        keywords: &["struct", "class", "union", "enum", "namespace", "template"],
        other: Other::Call,
    },
    Syntax {
        extensions: &["rb", "ex", "exs", "lua", "jl"],
        modifiers: &["local", "private"],
        keywords: &[
            "def",
            "defp",
            "class",
            "module",
            "defmodule",
            "function",
            "struct",
        ],
        other: Other::Nothing,
    },
    Syntax {
        extensions: &["sh", "bash", "zsh"],
        modifiers: &[],
        keywords: &["function"],
        other: Other::Call,
    },
    Syntax {
        extensions: &["yaml", "yml", "json", "json5", "toml", "hcl", "tf", "css", "scss"],
        modifiers: &[],
        keywords: &[],
        other: Other::Key,
    },
    Syntax {
        extensions: &[],
        modifiers: &[],
        keywords: &[],
        other: Other::Flush,
    },
];

/// Words that begin a line which looks like a head with parameters, and is none.
const STATEMENTS: &[&str] = &[
    "if",
    "for",
    "foreach",
    "while",
    "switch",
    "return",
    "else",
    "do",
    "catch",
    "try",
    "case",
    "throw",
    "new",
    "await",
    "yield",
    "delete",
    "goto",
    "sizeof",
    "using",
    "match",
    "assert",
    "synchronized",
    "with",
    "elif",
    "until",
    "when",
    "guard",
    "defer",
    "lock",
    "fixed",
    "super",
    "this",
    "co_return",
    "co_await",
    "typeof",
    "not",
    "and",
    "or",
    "in",
];

/// How many heads are shown, the innermost first.
const HEADS: usize = 3;
/// How many lines are looked at for one line.
const FAR: u32 = 1000;

impl Syntax {
    /// Returns the family of a path.
    #[must_use]
    pub fn of(path: &[u8]) -> &'static Self {
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let extension = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
        let extension = extension.to_ascii_lowercase();
        let knows = |syntax: &&Self| syntax.extensions.iter().any(|e| e.as_bytes() == extension);
        ALL.iter().find(knows).unwrap_or(&ALL[ALL.len() - 1])
    }

    /// Whether definitions can be told from their use.
    #[must_use]
    pub fn has_definitions(&self) -> bool {
        !self.keywords.is_empty()
    }

    /// Returns the name that a line defines, if it is a head; empty for a head without one.
    #[must_use]
    pub fn head<'a>(&self, line: &'a str) -> Option<&'a str> {
        let rest = line.trim_start();
        if let Some((_, after)) = self.keyword(rest) {
            return Some(named(after));
        }
        match self.other {
            Other::Nothing => None,
            Other::Call => call(rest),
            Other::Key => key(rest),
            Other::Flush => line.starts_with(is_letter).then(|| word(line)),
        }
    }

    /// Whether a name with parameters and a body is a head.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.other == Other::Call
    }

    /// Returns the last keyword of those that a line begins with (`const fn`, `enum class`), and what stands
    /// behind it.
    #[must_use]
    pub fn keyword<'a>(&self, line: &'a str) -> Option<(&'a str, &'a str)> {
        let (mut rest, mut found) = (line, None);
        for _ in 0..8 {
            let first = rest.split([' ', '\t', '(', '<']).next().unwrap_or_default();
            let after = rest[first.len()..].trim_start();
            if self.keywords.contains(&first) {
                found = Some((first, after));
                rest = after;
            } else if self.modifiers.contains(&first) {
                rest = behind_modifier(after)?;
            } else {
                break;
            }
        }
        found
    }
}

/// Returns what stands behind `(crate)` or `"C"`, where a modifier has that.
fn behind_modifier(after: &str) -> Option<&str> {
    let behind = match after.chars().next() {
        Some('(') => after.split_once(')')?.1,
        Some('"') => after[1..].split_once('"')?.1,
        _ => after,
    };
    Some(behind.trim_start())
}

/// Returns the word behind a keyword, without a receiver or parameters of a type: `func (s *Set) Add`.
#[must_use]
pub fn named(after: &str) -> &str {
    let skipped = match after.chars().next() {
        Some('(') => after.split_once(')').map(|(_, rest)| rest.trim_start()),
        Some('<') => after.split_once('>').map(|(_, rest)| rest.trim_start()),
        _ => None,
    };
    word(skipped.unwrap_or(after))
}

/// Returns the name in front of parameters, if the line looks like the head of a function.
#[must_use]
pub fn call(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let first = word(before);
    let strange = |c: char| !(c.is_alphanumeric() || " \t_*&:<>,~[]@$#?-".contains(c));
    if first.is_empty() || STATEMENTS.contains(&first) || before.contains(strange) {
        return None;
    }
    let end = line.trim_end();
    let opens = end.ends_with('{');
    let typed = before.split_whitespace().count() > 1 || before.contains("::");
    if (!opens && !typed) || end.ends_with(';') {
        return None;
    }
    let name = before.trim_end();
    let start = name.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    name.get(start..)
}

fn key(line: &str) -> Option<&str> {
    let end = line.trim_end();
    let opens = end.ends_with([':', '{', '[']) || (end.starts_with('[') && end.ends_with(']'));
    let key = line.trim_start_matches(['-', ' ', '"', '\'', '[']);
    (opens && !key.is_empty()).then(|| word(key))
}

/// Returns the word that a text begins with.
#[must_use]
pub fn word(text: &str) -> &str {
    text.split(|c| !is_part(c)).next().unwrap_or_default()
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// Whether a character may stand in a name.
#[must_use]
pub fn is_part(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit()
}

/// Returns the heads of what a line, counted from 0, stands in, the outermost first.
#[must_use]
pub fn heads(text: &Text, line: u32, syntax: &Syntax) -> Vec<u32> {
    let Some(mut limit) = depth_near(text, line) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for above in (line.saturating_sub(FAR)..line.min(text.count())).rev() {
        if limit == 0 || found.len() == HEADS {
            break;
        }
        let raw = text.raw(above);
        let Some(depth) = depth(raw).filter(|depth| *depth < limit) else {
            continue;
        };
        let shown = raw.to_str_lossy();
        let head = syntax.head(&shown);
        if head.is_none() && is_between(shown.trim()) {
            continue;
        }
        limit = depth;
        if head.is_some() {
            found.push(above);
        }
    }
    found.reverse();
    found
}

/// Returns the depth of a line, or of the next that is not blank. A brace stands one deeper than the head that it
/// belongs to.
fn depth_near(text: &Text, line: u32) -> Option<usize> {
    let below = line..text.count().min(line.saturating_add(20));
    let mut depths = below.filter_map(|line| Some((line, depth(text.raw(line))?)));
    let (line, depth) = depths.next()?;
    let is_brace = matches!(text.raw(line).trim_start(), [b'}' | b')' | b']' | b'{', ..]);
    Some(depth + usize::from(is_brace))
}

/// Returns how far a line is indented, with eight columns for a tab; `None`: it is blank.
fn depth(line: &[u8]) -> Option<usize> {
    let mut columns = 0;
    for byte in line {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 8 - columns % 8,
            b'\r' => {}
            _ => return Some(columns),
        }
    }
    None
}

/// Whether a line may stand less deep than what it stands in: braces, labels, comments, the end of parameters.
fn is_between(line: &str) -> bool {
    const STARTS: [&str; 11] = ["{", "}", ")", "]", ">", "#", "@", "//", "/*", "*", "where"];
    let code = line.split("//").next().unwrap_or_default().trim_end();
    let label = code.strip_suffix(':');
    let label = label.is_some_and(|label| label.chars().all(is_part));
    label || STARTS.iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn heads_of(path: &str, text: &str, line: u32) -> Vec<String> {
        let text = Text::new(text.as_bytes().to_vec(), Vec::new(), 1000);
        let heads = heads(&text, line, Syntax::of(path.as_bytes()));
        heads.into_iter().map(|line| text.line(line).text).collect()
    }

    #[test]
    fn names_of_what_is_defined() {
        let rows = [
            ("a.rs", "pub(crate) const fn new<T>() -> Self {", Some("new")),
            ("a.rs", "    pub unsafe extern \"C\" fn call(", Some("call")),
            ("a.rs", "impl<T> Set<T> {", Some("Set")),
            ("a.rs", "let x = fn_of(3);", None),
            ("a.py", "    async def run(self):", Some("run")),
            ("a.py", "define(x)", None),
            ("a.ts", "export default async function load(a) {", Some("load")),
            ("a.ts", "  private render(a: string): void {", Some("render")),
            ("a.ts", "  if (a) {", None),
            ("a.ts", "  call(a);", None),
            ("a.go", "func (s *Set) Add(a int) {", Some("Add")),
            ("a.java", "    public static <T> List<T> of(T a) {", Some("of")),
            ("a.java", "    return list.of(a);", None),
            ("a.c", "static int parse(const char *s)", Some("parse")),
            ("a.c", "int x = parse(s);", None),
            ("a.cpp", "Set::Set(int n)", Some("Set")),
            ("a.cpp", "enum class Colour {", Some("Colour")),
            ("a.sh", "deploy() {", Some("deploy")),
            ("a.yml", "jobs:", Some("jobs")),
            ("a.yml", "name: x", None),
            ("a.txt", "Chapter one", Some("Chapter")),
        ];
        for (path, line, name) in rows {
            assert_eq!(Syntax::of(path.as_bytes()).head(line), name, "{path}: {line}");
        }
    }

    #[test]
    fn the_heads_around_a_line() {
        let rust = "impl A {\n    fn a() {}\n\n    fn b(\n        x: u8,\n    ) {\n        if x {\n            y();\n";
        assert_eq!(heads_of("a.rs", rust, 7), ["impl A {", "    fn b("]);
        assert_eq!(heads_of("a.rs", rust, 0), [""; 0]);
        let c = "int a(void)\n{\n\tx();\nout: // done\n#if 1\n\ty();\n}\n";
        assert_eq!(heads_of("a.c", c, 5), ["int a(void)"]);
        let python = "class A:\n    def b(self):\n        x = 1\n\n        y = 2\n";
        assert_eq!(heads_of("a.py", python, 4), ["class A:", "    def b(self):"]);
        let yaml = "on: push\njobs:\n  build:\n    steps:\n      - run: x\n";
        assert_eq!(heads_of("a.yml", yaml, 4), ["jobs:", "  build:", "    steps:"]);
    }

    #[test]
    fn a_brace_belongs_to_its_head() {
        let rust = "impl A {\n    fn a() {\n        x();\n    }\n}\n";
        assert_eq!(heads_of("a.rs", rust, 3), ["impl A {", "    fn a() {"]);
        assert_eq!(heads_of("a.rs", rust, 4), ["impl A {"]);
        assert_eq!(heads_of("a.c", "int a(void)\n{\n", 1), ["int a(void)"]);
    }

    #[test]
    fn only_what_is_less_deep_is_a_head() {
        let rust = "fn a() {\n    x();\n}\n\nfn b() {\n    y();\n}\n";
        assert_eq!(heads_of("a.rs", rust, 5), ["fn b() {"]);
        assert_eq!(heads_of("a.rs", rust, 4), [""; 0]);
    }
}
