//! Line ends as the working tree has them: git records one form, a file may stand there in another or in both.

use crate::git::diff::hunks;

/// Returns what a file becomes whose recorded form goes from `old` to `new`: each line that stays keeps its bytes,
/// each new one ends as most do. `None`: `raw` is not `old` with other line ends.
pub(super) fn carry(raw: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    if !is_same(raw, old) {
        return None;
    }
    let (raw_lines, new_lines) = (split(raw), split(new));
    let crlf = raw_lines.iter().filter(|line| line.ends_with(b"\r\n")).count() * 2 > raw_lines.len();
    let mut out = Vec::with_capacity(raw.len() + new.len() / 8);
    let mut at = 0;
    for hunk in hunks(old, new) {
        let (from, to) = (hunk.old.start as usize, hunk.old.end as usize);
        raw_lines
            .get(at..from)?
            .iter()
            .for_each(|line| out.extend_from_slice(line));
        for line in new_lines.get(hunk.new.start as usize..hunk.new.end as usize)? {
            push(&mut out, line, crlf);
        }
        at = to;
    }
    raw_lines
        .get(at..)?
        .iter()
        .for_each(|line| out.extend_from_slice(line));
    Some(out)
}

/// Whether two texts are the same but for carriage returns at the ends of lines of the first.
pub(super) fn is_same(raw: &[u8], recorded: &[u8]) -> bool {
    let (raw, recorded) = (split(raw), split(recorded));
    let same = |(raw, recorded): (&&[u8], &&[u8])| raw == recorded || without_return(raw) == **recorded;
    raw.len() == recorded.len() && raw.iter().zip(&recorded).all(same)
}

fn push(out: &mut Vec<u8>, line: &[u8], crlf: bool) {
    match line.strip_suffix(b"\n") {
        Some(text) if crlf && !text.ends_with(b"\r") => out.extend([text, b"\r\n"].concat()),
        _ => out.extend_from_slice(line),
    }
}

fn without_return(line: &[u8]) -> Vec<u8> {
    match line.strip_suffix(b"\r\n") {
        Some(text) => [text, b"\n"].concat(),
        None => line.to_owned(),
    }
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(raw: &str, old: &str, new: &str) -> Option<String> {
        let out = carry(raw.as_bytes(), old.as_bytes(), new.as_bytes());
        out.map(|out| String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_line_keeps_its_end() {
        let mixed = "a\r\nb\nc\r\nd\r\n";
        assert_eq!(
            carried(mixed, "a\nb\nc\nd\n", "a\nb\nX\nd\nnew\n"),
            Some("a\r\nb\nX\r\nd\r\nnew\r\n".to_owned())
        );
        assert_eq!(carried("a\nb\n", "a\nb\n", "b\nc\n"), Some("b\nc\n".to_owned()));
        assert_eq!(carried("a\r\nb", "a\nb", "a\nb\nc"), Some("a\r\nb\nc".to_owned()));
        assert_eq!(carried("", "", "x\n"), Some("x\n".to_owned()));
    }

    #[test]
    fn another_text_is_not_carried() {
        assert_eq!(carried("a\r\nb\r\n", "a\nc\n", "x\n"), None);
        assert_eq!(carried("a\n", "a\nb\n", "x\n"), None);
    }
}
