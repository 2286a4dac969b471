//! The parts of a commit message: subject, body, trailers.

use crate::model::Message;
use bstr::ByteSlice;
use std::ops::Range;

/// Returns the lines of a text without their ends.
pub fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.lines_with_terminator().map(move |line| {
        let from = start;
        start += line.len();
        from..from + line.trim_end_with(|c| matches!(c, '\n' | '\r')).len()
    })
}

/// Returns the first line that is not blank; `None` for an empty message.
pub fn subject(text: &[u8]) -> Option<Range<usize>> {
    lines(text).find(|line| !text[line.clone()].trim_ascii().is_empty())
}

/// Whether git wrote the subject: of a merge, or of a commit that takes another back.
pub fn is_by_git(message: &Message) -> bool {
    let text = message.text.trim_ascii_start();
    message.merge || text.starts_with(b"Merge ") || is_revert(text)
}

/// Whether the message is that of `git revert`.
pub fn is_revert(text: &[u8]) -> bool {
    text.starts_with(b"Revert \"") || text.starts_with(b"Reapply \"")
}

/// Returns the mark that `git commit --fixup` and `--squash` put in front of a subject.
pub fn autosquash(subject: &[u8]) -> Option<&'static str> {
    ["fixup!", "squash!", "amend!"]
        .into_iter()
        .find(|mark| subject.starts_with(mark.as_bytes()))
}

/// Whether the line is a trailer such as `Signed-off-by: A <a@b>`.
pub fn is_trailer(line: &[u8]) -> bool {
    let token = line
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    token > 0
        && (line[token..].starts_with(b": ") || line[token..].starts_with(b" #"))
        && !line.starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_place() {
        assert_eq!(lines(b"a\r\n\nbc").collect::<Vec<_>>(), [0..1, 3..3, 4..6]);
        assert_eq!(subject(b"\n  \na\nb"), Some(4..5));
        assert_eq!(subject(b" \n"), None);
    }

    #[test]
    fn trailers_are_known() {
        assert!(is_trailer(b"Signed-off-by: A <a@b>"));
        assert!(is_trailer(b"Fixes #1"));
        assert!(!is_trailer(b"see http://a"));
        assert!(!is_trailer(b"http://a"));
        assert!(!is_trailer(b": a"));
    }
}
