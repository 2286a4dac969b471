//! Reads workflow files line by line: which key a line belongs to.

use crate::check::FileView;
use bstr::ByteSlice;
use std::ops::Range;

/// Whether the file is a workflow of GitHub or Forgejo, by its path.
pub fn is_workflow(view: &FileView<'_>) -> bool {
    let path = view.path();
    is_yaml(path)
        && [".github/", ".forgejo/", ".gitea/"]
            .iter()
            .any(|d| path.starts_with_str(format!("{d}workflows/")))
}

/// Whether the file is a workflow or describes an action.
pub fn is_workflow_or_action(view: &FileView<'_>) -> bool {
    matches!(view.name().as_bytes(), b"action.yml" | b"action.yaml") || is_workflow(view)
}

fn is_yaml(path: &[u8]) -> bool {
    path.ends_with(b".yml") || path.ends_with(b".yaml")
}

/// A line of YAML with the key whose value it is or continues.
pub struct KeyLine<'a> {
    /// The last key in front of the content; empty in front of the first key.
    pub key: &'a [u8],
    /// The bytes of the content: the value on the line of the key, or the whole line in a block.
    pub content: Range<usize>,
}

/// Returns the lines of a YAML text with their keys, without comments.
///
/// This is no parser: it knows indents, `key: value`, `- key: value` and block scalars, which is how
/// workflows are written.
pub fn key_lines(text: &[u8]) -> impl Iterator<Item = KeyLine<'_>> {
    let mut reader = Reader {
        key: b"",
        column: 0,
        block: false,
    };
    let mut start = 0;
    text.lines_with_terminator().filter_map(move |line| {
        let line_start = start;
        start += line.len();
        let (key, content) = reader.read(line)?;
        Some(KeyLine {
            key,
            content: line_start + content.start..line_start + content.end,
        })
    })
}

/// What the lines so far say about the next one.
struct Reader<'a> {
    key: &'a [u8],
    column: usize,
    block: bool,
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: &'a [u8]) -> Option<(&'a [u8], Range<usize>)> {
        let body = line.trim_ascii();
        let indent = line.len() - line.trim_ascii_start().len();
        if body.is_empty() {
            return None;
        }
        if self.block && indent > self.column {
            return Some((self.key, indent..indent + body.len()));
        }
        self.block = false;
        if body.starts_with(b"#") {
            return None;
        }
        let Some((key, column, value)) = key_value(line) else {
            let key = if indent > self.column { self.key } else { b"" };
            return Some((key, indent..indent + body.len()));
        };
        (self.key, self.column) = (key, column);
        self.block = is_block(&line[value.clone()]);
        Some((key, value))
    }
}

/// Splits `- key: value` into the key, the column of the key, and the place of the value.
fn key_value(line: &[u8]) -> Option<(&[u8], usize, Range<usize>)> {
    let mut start = 0;
    while line.get(start).is_some_and(|b| *b == b' ') || line[start..].starts_with(b"- ") {
        start += 1;
    }
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"' | b'\'');
    let len = line[start..].iter().take_while(|b| word(b)).count();
    let key = &line[start..start + len];
    let rest = line[start + len..].strip_prefix(b":")?;
    if key.is_empty() || !rest.first().is_none_or(u8::is_ascii_whitespace) {
        return None;
    }
    let value = line.len() - rest.trim_ascii_start().len();
    let end = value + rest.trim_ascii().len();
    Some((key.trim_with(|c| matches!(c, '"' | '\'')), start, value..end))
}

/// Whether the value opens a block scalar: `|` or `>`, with its indicators.
fn is_block(value: &[u8]) -> bool {
    let Some((b'|' | b'>', rest)) = value.split_first() else {
        return false;
    };
    let rest = rest.trim_start_with(|c| matches!(c, '-' | '+' | '1'..='9'));
    rest.is_empty() || rest.trim_ascii_start().starts_with(b"#")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let show = |l: KeyLine<'_>| format!("{}={}", l.key.as_bstr(), text[l.content].as_bstr());
        key_lines(text.as_bytes()).map(show).collect()
    }

    trait AsBStr {
        fn as_bstr(&self) -> &bstr::BStr;
    }

    impl AsBStr for str {
        fn as_bstr(&self) -> &bstr::BStr {
            self.into()
        }
    }

    #[test]
    fn keys_and_blocks_are_told_apart() {
        let text = "on: push\n# c: d\nsteps:\n  - run: |-\n      a: b\n      # c\n\n        d\n    env:\n      E: f\n";
        let expected = [
            "on=push", "steps=", "run=|-", "run=a: b", "run=# c", "run=d", "env=", "E=f",
        ];
        assert_eq!(lines(text), expected);
    }

    #[test]
    fn a_plain_value_goes_on_below_its_key() {
        assert_eq!(
            lines("run: a\n  b | c\n\"run\": > # x\n  d\ne"),
            ["run=a", "run=b | c", "run=> # x", "run=d", "=e"]
        );
        assert_eq!(lines("- - a:\r\n     b\r\nhttp://x"), ["a=", "a=b", "=http://x"]);
        assert_eq!(lines(""), [""; 0]);
    }
}
