//! What a server does when it does wrong.

use super::Case;
use crate::fake::contract;
use crate::fake::{Asked, Conn, EVENTS, JSON, Then};
use std::time::Duration;

/// What a server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers well.
    Good,
    /// Answers well, and repeats what it was sent.
    Echo,
    /// Answers with an error of its contract, which repeats what it was sent.
    Status(u16),
    /// The same, and says when to come back.
    Hint(u16),
    /// Answers with an error of no contract.
    Html(u16),
    CloseAtOnce,
    Reset,
    ShortBody,
    NotHttp,
    BadChunk,
    Silent,
    Stall,
    Drip,
    CutJson,
    CutEvent,
    NoFinish,
    NotUtf8,
    NotJson,
    OtherJson,
    OtherSchema,
    Empty,
    Huge,
    Page,
    Compressed,
    Redirect,
}

/// What a model says that keeps to its schema.
const FINDINGS: &str = r#"{"findings":[]}"#;

/// How long a server goes on when nobody stops it.
const LONG: Duration = Duration::from_secs(20);

impl Act {
    /// Returns the deadline of a call that meets it.
    pub fn deadline(self) -> Duration {
        match self {
            Self::Drip => Duration::from_millis(1200),
            _ => Duration::from_secs(10),
        }
    }

    /// Does it.
    pub fn run(self, case: &Case, asked: &Asked, conn: &mut Conn) -> Then {
        let kind = case.codec.kind();
        let said: Vec<&str> = asked.headers.iter().map(|(_, value)| value.as_str()).collect();
        let said = said.join(" ");
        match self {
            Self::Good => case.say(conn, &case.good(FINDINGS)),
            Self::Echo => case.say(conn, &case.good(&said)),
            Self::OtherSchema => case.say(conn, &case.good(r#"{"verdict":7}"#)),
            Self::Status(status) => conn.json(status, &contract::error(kind, status, &said, false)),
            Self::Hint(status) => {
                let headers = format!("{JSON}retry-after: 2\r\n");
                conn.answer(status, &headers, &contract::error(kind, status, &said, true))
            }
            Self::Html(status) => {
                let page = format!("<html><h1>{status}</h1><p>{said}</p></html>");
                conn.answer(status, "content-type: text/html\r\n", page.as_bytes())
            }
            Self::Redirect => {
                let to = format!("location: {}{}\r\n", case.other.http(), "/v1/else");
                conn.answer(307, &to, b"")
            }
            Self::CloseAtOnce => Then::Close,
            Self::Silent => wait(conn),
            Self::NotHttp => {
                conn.send(b"220 mail.example ready\r\n\r\n");
                wait(conn)
            }
            Self::Page => conn.answer(200, "content-type: text/html\r\n", &case.good(FINDINGS)),
            Self::Compressed => {
                let headers = format!("{}content-encoding: gzip\r\n", case.head());
                conn.answer(200, &headers, &case.good(FINDINGS))
            }
            Self::Empty => case.say(conn, b""),
            Self::Huge => huge(case, conn),
            Self::Reset | Self::ShortBody | Self::BadChunk | Self::Stall | Self::Drip => {
                self.part(case, conn)
            }
            Self::CutJson | Self::CutEvent | Self::NoFinish => case.say(conn, &self.cut(case)),
            Self::NotUtf8 | Self::NotJson | Self::OtherJson => case.say(conn, &self.other(case)),
        }
    }

    /// Sends a part of a good answer, and then none or not all of the rest.
    fn part(self, case: &Case, conn: &mut Conn) -> Then {
        let good = case.good(FINDINGS);
        let half = &good[..good.len() / 2];
        conn.chunked(case.head());
        match self {
            Self::Reset => {
                conn.chunk(half);
                // What is on its way when a connection is reset may be lost.
                conn.closed_within(Duration::from_millis(50));
                conn.reset()
            }
            Self::ShortBody => {
                conn.chunk(half);
                Then::Close
            }
            Self::BadChunk => {
                conn.send(b"many\r\n");
                wait(conn)
            }
            Self::Stall => {
                conn.chunk(half);
                wait(conn)
            }
            _ => {
                // The same byte for ever is a stream's long line, or blanks before JSON.
                while conn.chunk(b" ") && !conn.closed_within(Duration::from_millis(20)) {}
                Then::Close
            }
        }
    }

    /// Returns a good answer without its end, as if that were all.
    fn cut(self, case: &Case) -> Vec<u8> {
        let kind = case.codec.kind();
        let events = contract::events(kind, FINDINGS);
        match self {
            Self::CutEvent => {
                let whole = &events[0];
                [whole, &events[1][..events[1].len() / 2]].concat()
            }
            // All that comes before the first event that knows of a finish.
            Self::NoFinish => {
                let words = ["STOP", "end_turn", "response.completed", "\"stop\""];
                let is_end = |event: &[u8]| {
                    let text = String::from_utf8_lossy(event).into_owned();
                    words.iter().any(|word| text.contains(word))
                };
                let before = events.iter().take_while(|event| !is_end(event));
                before.cloned().collect::<Vec<_>>().concat()
            }
            _ => {
                let mut good = case.good(FINDINGS);
                good.truncate(good.len() / 2);
                good
            }
        }
    }

    /// Returns something that is no answer.
    fn other(self, case: &Case) -> Vec<u8> {
        let line: &[u8] = match self {
            Self::NotUtf8 => b"{\"candidates\": \"\xff\xfe\"}",
            Self::NotJson => b"{\"candidates\": oops}",
            _ => b"[1, 2, 3]",
        };
        if case.stream {
            [b"data: ", line, b"\n\n"].concat()
        } else {
            line.to_vec()
        }
    }
}

impl Case {
    /// The head of an answer in this mode.
    fn head(&self) -> &'static str {
        if self.stream { EVENTS } else { JSON }
    }

    /// A good answer in this mode.
    fn good(&self, text: &str) -> Vec<u8> {
        let kind = self.codec.kind();
        if self.stream {
            contract::events(kind, text).concat()
        } else {
            contract::answer(kind, text)
        }
    }

    /// Sends a body as an answer in this mode.
    fn say(&self, conn: &mut Conn, body: &[u8]) -> Then {
        conn.answer(200, self.head(), body)
    }
}

/// Sends nothing more until the other side gives up.
fn wait(conn: &mut Conn) -> Then {
    conn.closed_within(LONG);
    Then::Close
}

/// Sends 200 MB: a string that goes on, in one event or as one body.
fn huge(case: &Case, conn: &mut Conn) -> Then {
    let piece = vec![b'x'; 64 << 10];
    conn.chunked(case.head());
    conn.chunk(if case.stream {
        b"data: {\"a\":\""
    } else {
        b"{\"a\":\""
    });
    for _ in 0..(200 << 20) / piece.len() {
        if !conn.chunk(&piece) {
            return Then::Close;
        }
    }
    conn.chunk(b"");
    Then::Keep
}
