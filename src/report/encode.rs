//! JSON that is safe to print: what a terminal would obey or hide is escaped.

use super::text;
use bstr::{BStr, ByteSlice};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Returns a value as JSON on one line.
pub fn line(value: &impl Serialize) -> Vec<u8> {
    write(value, CompactFormatter)
}

/// Returns a value as indented JSON.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    write(value, Indented::default())
}

fn write(value: &impl Serialize, formatter: impl Formatter) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Safe(formatter));
    // What is written here holds string keys only and the writer is memory: it cannot fail.
    let done = value.serialize(&mut serializer);
    debug_assert!(done.is_ok());
    out.push(b'\n');
    out
}

/// Two blanks for a level: what `serde_json` writes, each line's indent at once, for a report has a million lines.
#[derive(Default)]
struct Indented {
    level: usize,
    has_value: bool,
}

// A line end and the indent behind it.
const LINE: &[u8] = b"\n                                                                ";

impl Indented {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_value {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        let wide = 1 + 2 * self.level;
        writer.write_all(&LINE[..wide.min(LINE.len())])?;
        for _ in LINE.len()..wide {
            writer.write_all(b" ")?;
        }
        Ok(())
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

/// Escapes in strings what JSON itself would let through.
struct Safe<F>(F);

/// Hands calls on to the formatter inside.
macro_rules! forward {
    ($($name:ident($($arg:ident: $kind:ty),*);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $arg: $kind)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Safe<F> {
    forward! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    /// Two number signs in a row start a command in the logs of some build servers: the first is escaped.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        // Most of what is written is plain, and two quick looks tell so.
        if text.is_ascii() && memchr::memchr2(b'#', 0x7f, text.as_bytes()).is_none() {
            return writer.write_all(text.as_bytes());
        }
        let mut rest = text;
        while let Some(at) = rest.find("##") {
            write_shown(writer, &rest[..at])?;
            write_escape(writer, '#')?;
            rest = &rest[at + 1..];
        }
        write_shown(writer, rest)
    }
}

fn write_shown(writer: &mut (impl ?Sized + Write), text: &str) -> io::Result<()> {
    // The serializer has escaped what is below a blank, so plain text is told by two quick looks.
    if text.is_ascii() && memchr::memchr(0x7f, text.as_bytes()).is_none() {
        return writer.write_all(text.as_bytes());
    }
    let mut rest = text;
    while let Some(at) = rest.find(text::is_hidden) {
        writer.write_all(&rest.as_bytes()[..at])?;
        let mut tail = rest[at..].chars();
        if let Some(c) = tail.next() {
            write_escape(writer, c)?;
        }
        rest = tail.as_str();
    }
    writer.write_all(rest.as_bytes())
}

fn write_escape(writer: &mut (impl ?Sized + Write), c: char) -> io::Result<()> {
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(writer, "\\u{unit:04x}")?;
    }
    Ok(())
}

/// Returns bytes percent-encoded (RFC 3986), `/` kept: a path as a relative URI reference.
pub fn percent(bytes: &BStr) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_without_loss() {
        let text = "a\u{202e}\x1b\x7f\u{85}\"\\\u{e0041}漢";
        let json = line(&text);
        assert_eq!(
            json.as_bstr(),
            "\"a\\u202e\\u001b\\u007f\\u0085\\\"\\\\\\udb40\\udc41漢\"\n"
        );
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        let text = "a###[x ##vso[";
        let json = line(&text);
        assert_eq!(json.as_bstr(), "\"a\\u0023\\u0023#[x \\u0023#vso[\"\n");
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
    }

    #[test]
    fn indents_as_others_do() {
        let mut value = serde_json::json!({ "a": [], "b": {}, "c": [1, { "d": [[], "x"] }], "e": null });
        for _ in 0..40 {
            value = serde_json::json!({ "in": [value, 2] });
        }
        for value in [value, serde_json::json!([]), serde_json::json!(1)] {
            let expected = serde_json::to_string_pretty(&value).unwrap() + "\n";
            assert_eq!(pretty(&value).as_bstr(), expected.as_str());
        }
    }

    #[test]
    fn encodes_paths() {
        assert_eq!(percent(b"a b/%\xff:c".as_bstr()), "a%20b/%25%FF%3Ac");
    }
}
