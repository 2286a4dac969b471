//! Server-sent events, as in the HTML standard, section 9.2: fed with bytes as they come.
//!
//! Two things are stricter than there: a line that is not UTF-8 is a fault rather than mended, because what
//! follows is judged; and an event has a largest size. `id` and `retry` are passed over: nothing is resumed.

use super::answer::{Failure, FailureKind};
use memchr::memchr2;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its data, lines joined by a line feed.
    pub data: String,
}

/// Why a stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line is not UTF-8.
    #[error("the stream is not UTF-8")]
    NotUtf8,
    /// An event is longer than is taken.
    #[error("an event of the stream is longer than {0} bytes")]
    TooLong(usize),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let kind = match fault {
            Fault::NotUtf8 => FailureKind::Malformed,
            Fault::TooLong(_) => FailureKind::TooMuch,
        };
        Self::new(kind, &fault.to_string())
    }
}

/// Reads events out of bytes that come in pieces, cut anywhere.
#[derive(Debug)]
pub struct Reader {
    /// The most bytes of an event, its unfinished line included.
    longest: usize,
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The event that has not ended yet. Each line of data has a line feed after it.
    event: Event,
    /// Whether the last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether no line has ended yet, so that a byte order mark may stand.
    at_start: bool,
}

impl Reader {
    /// A reader that takes events of at most `longest` bytes.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self {
            longest,
            line: Vec::new(),
            event: Event::default(),
            after_return: false,
            at_start: true,
        }
    }

    /// Takes the next bytes, and appends the events that end in them to `events`.
    ///
    /// # Errors
    /// The first [`Fault`]. Events before it have been appended; nothing more is to be pushed.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Event>) -> Result<(), Fault> {
        while !bytes.is_empty() {
            if self.after_return && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                self.after_return = false;
                continue;
            }
            self.after_return = false;
            let Some(end) = memchr2(b'\n', b'\r', bytes) else {
                return self.keep(bytes);
            };
            self.keep(&bytes[..end])?;
            self.after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            self.end_line(events)?;
        }
        Ok(())
    }

    /// Whether an event has begun that no blank line has ended: the stream was cut.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        !(self.line.is_empty() && self.event == Event::default())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let held = self.line.len() + self.event.data.len() + self.event.name.len();
        if held.saturating_add(bytes.len()) > self.longest {
            return Err(Fault::TooLong(self.longest));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        let line = std::mem::take(&mut self.line);
        let mut line = std::str::from_utf8(&line).map_err(|_| Fault::NotUtf8)?;
        if std::mem::take(&mut self.at_start) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            self.end_event(events);
        } else {
            self.field(line);
        }
        Ok(())
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        let mut event = std::mem::take(&mut self.event);
        if event.data.pop().is_some() {
            events.push(event);
        }
    }

    /// Takes a line. One that begins with `:` is a comment: its field has no name, and is none of these.
    fn field(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.event.data.push_str(value);
                self.event.data.push('\n');
            }
            "event" => value.clone_into(&mut self.event.name),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> (Vec<(String, String)>, Result<bool, Fault>) {
        let mut reader = Reader::new(64);
        let mut events = Vec::new();
        let mut outcome = Ok(());
        for piece in pieces {
            outcome = outcome.and_then(|()| reader.push(piece, &mut events));
        }
        let events = events.into_iter().map(|e| (e.name, e.data)).collect();
        (events, outcome.map(|()| reader.is_inside()))
    }

    fn events(text: &str) -> Vec<(String, String)> {
        read(&[text.as_bytes()]).0
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter()
            .map(|(n, d)| ((*n).to_owned(), (*d).to_owned()))
            .collect()
    }

    #[test]
    fn an_event_has_a_name_and_lines_of_data() {
        assert_eq!(
            events("event: add\ndata: 1\ndata: 2\n\ndata:x\n\n"),
            pairs(&[("add", "1\n2"), ("", "x")])
        );
    }

    #[test]
    fn only_one_blank_after_the_colon_goes() {
        assert_eq!(events("data:  a \n\n"), pairs(&[("", " a ")]));
        assert_eq!(events("data:a:b\n\n"), pairs(&[("", "a:b")]));
    }

    #[test]
    fn a_field_without_a_colon_is_empty() {
        assert_eq!(events("data\n\n"), pairs(&[("", "")]));
        assert_eq!(events("data\ndata\n\n"), pairs(&[("", "\n")]));
    }

    #[test]
    fn comments_and_other_fields_are_passed_over() {
        let text = ": ping\n\nid: 7\nretry: 10\nDATA: no\n data: no\ndata: yes\n:\n\n";
        assert_eq!(events(text), pairs(&[("", "yes")]));
    }

    #[test]
    fn an_event_without_data_is_none_and_its_name_is_forgotten() {
        assert_eq!(events("event: ping\n\ndata: 1\n\n"), pairs(&[("", "1")]));
    }

    #[test]
    fn lines_end_in_three_ways() {
        let expected = pairs(&[("a", "1\n2"), ("", "3")]);
        for end in ["\n", "\r", "\r\n"] {
            let text = ["event: a", "data: 1", "data: 2", "", "data: 3", "", ""].join(end);
            assert_eq!(events(&text), expected, "{end:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_counts_only_at_the_start() {
        assert_eq!(events("\u{feff}data: 1\n\n"), pairs(&[("", "1")]));
        assert_eq!(events("data: 1\n\n\u{feff}data: 2\n\n"), pairs(&[("", "1")]));
    }

    #[test]
    fn what_no_blank_line_ends_is_no_event() {
        assert_eq!(read(&[b"data: 1\n\n"]), (pairs(&[("", "1")]), Ok(false)));
        assert_eq!(read(&[b"data: 1\n\ndata: 2\n"]), (pairs(&[("", "1")]), Ok(true)));
        assert_eq!(read(&[b"data: 1"]), (Vec::new(), Ok(true)));
        assert_eq!(read(&[b": half a comment"]), (Vec::new(), Ok(true)));
    }

    #[test]
    fn bytes_that_are_no_text_are_a_fault_after_the_events_before() {
        assert_eq!(
            read(&[b"data: 1\n\ndata: \xff\n\n"]),
            (pairs(&[("", "1")]), Err(Fault::NotUtf8))
        );
        let failure = Failure::from(Fault::NotUtf8);
        assert_eq!(failure.kind, FailureKind::Malformed);
    }

    #[test]
    fn a_character_may_be_cut() {
        assert_eq!(
            read(&[b"data: \xc3", b"\xa4\n\n"]),
            (pairs(&[("", "\u{e4}")]), Ok(false))
        );
    }

    #[test]
    fn an_event_has_a_largest_size() {
        let line = [b"data: ".as_slice(), &[b'x'; 58]].concat();
        assert_eq!(read(&[&line, b"\n\n"]).1, Ok(false));
        assert_eq!(read(&[&line, b"y"]).1, Err(Fault::TooLong(64)));
        let short = b"data: 1234567890\n".repeat(6);
        assert_eq!(read(&[&short]).1, Err(Fault::TooLong(64)));
        let many = b"data: 1234567890\n\n".repeat(6);
        assert_eq!(read(&[&many]).0.len(), 6);
        let failure = Failure::from(Fault::TooLong(64));
        assert_eq!(failure.kind, FailureKind::TooMuch);
        assert_eq!(failure.message, "an event of the stream is longer than 64 bytes");
    }

    proptest! {
        #[test]
        fn how_a_stream_is_cut_changes_nothing(
            text in "(data|event|id|:| |\r|\n|\r\n|\u{e4}|x|\u{feff}){0,40}",
            cuts in proptest::collection::vec(0_usize..120, 0..6),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
            let (whole, cut) = (read(&[bytes]), read(&pieces));
            if whole.1.is_ok() {
                prop_assert_eq!(whole, cut);
            } else {
                prop_assert_eq!(whole.1, cut.1);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&[&bytes]);
        }
    }
}
