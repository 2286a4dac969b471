//! One connection with an agent: one request in, one answer out, and no second request.
//!
//! That each connection serves one request is slower by the opening of the next one, within one machine, and leaves
//! nothing behind a request that could be taken for another.

use super::denial::{Denial, reason};
use super::head::{self, Head, Length};
use crate::agent::order::Wire;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How much is read at once.
const PIECE: usize = 16 << 10;
/// How long, and how much, is read of what nobody wants, so that the answer is not lost.
const LINGER: (Duration, usize) = (Duration::from_millis(500), 1 << 20);
/// The most bytes of the line before a chunk, or after the last one.
const CHUNK_LINE: usize = 256;

/// One connection.
pub(super) struct Conn {
    pub stream: TcpStream,
    /// What was read and not yet used.
    pub rest: Vec<u8>,
    /// How long nobody may take what is written.
    pub idle: Duration,
    /// Whether the answer comes in chunks.
    is_chunked: bool,
    /// Whether an answer has begun.
    pub has_begun: bool,
    /// Bytes of the answer, without its head.
    pub written: u64,
}

impl Conn {
    pub fn new(stream: TcpStream, idle: Duration) -> Self {
        // Pieces of an answer are small, and each is waited for.
        drop(stream.set_nodelay(true));
        Self {
            stream,
            rest: Vec::new(),
            idle,
            is_chunked: false,
            has_begun: false,
            written: 0,
        }
    }

    async fn more(&mut self) -> io::Result<usize> {
        self.rest.reserve(PIECE);
        self.stream.read_buf(&mut self.rest).await
    }

    /// Reads the head of a request; `None`: nothing came at all.
    pub async fn head(&mut self, port: u16) -> Result<Option<Head>, Denial> {
        loop {
            if let Some(end) = find(&self.rest, b"\r\n\r\n") {
                let rest = self.rest.split_off(end + 4);
                let bytes = std::mem::replace(&mut self.rest, rest);
                return Head::parse(&bytes, port).map(Some);
            }
            if self.rest.len() > head::LONGEST {
                return Err(Denial::new(400, "the head of the request is too long").closing());
            }
            match self.more().await {
                Ok(0) | Err(_) if self.rest.is_empty() => return Ok(None),
                Ok(0) | Err(_) => return Err(cut()),
                Ok(_) => {}
            }
        }
    }

    /// Reads the body of a request.
    pub async fn body(&mut self, head: &Head, most: usize) -> Result<Vec<u8>, Denial> {
        if head
            .get("content-encoding")
            .is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
        {
            return Err(Denial::new(415, "the body must not be compressed").closing());
        }
        if let Length::Of(length) = head.length
            && length > most as u64
        {
            return Err(too_long(most));
        }
        if head
            .get("expect")
            .is_some_and(|word| word.eq_ignore_ascii_case("100-continue"))
        {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await
                .map_err(|_| cut())?;
        }
        match head.length {
            Length::Of(length) => self.take(usize::try_from(length).unwrap_or(most)).await,
            Length::Chunked => self.chunks(most).await,
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Denial> {
        while self.rest.len() < length {
            if !matches!(self.more().await, Ok(1..)) {
                return Err(cut());
            }
        }
        let rest = self.rest.split_off(length);
        Ok(std::mem::replace(&mut self.rest, rest))
    }

    async fn line(&mut self) -> Result<String, Denial> {
        loop {
            if let Some(end) = find(&self.rest, b"\r\n") {
                let line = self.take(end + 2).await?;
                let text = std::str::from_utf8(&line[..end]).map_err(|_| bad_chunk())?;
                return Ok(text.to_owned());
            }
            if self.rest.len() > CHUNK_LINE {
                return Err(bad_chunk());
            }
            if !matches!(self.more().await, Ok(1..)) {
                return Err(cut());
            }
        }
    }

    async fn chunks(&mut self, most: usize) -> Result<Vec<u8>, Denial> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let is_size = (1..=8).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_hexdigit());
            let size = usize::from_str_radix(&line, 16)
                .ok()
                .filter(|_| is_size)
                .ok_or_else(bad_chunk)?;
            if size == 0 {
                break;
            }
            if body.len() + size > most {
                return Err(too_long(most));
            }
            body.extend(self.take(size).await?);
            if self.take(2).await? != b"\r\n" {
                return Err(bad_chunk());
            }
        }
        match self.line().await?.is_empty() {
            true => Ok(body),
            // Nobody sends trailers, and they would be headers behind the body.
            false => Err(bad_chunk()),
        }
    }

    /// Writes, and ends if nobody takes it.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = tokio::time::timeout(self.idle, self.stream.write_all(bytes)).await;
        written.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    /// Writes the head of an answer whose body comes in pieces.
    pub async fn begin(&mut self, head: &Head, status: u16, headers: &[(String, String)]) -> io::Result<()> {
        self.is_chunked = head.is_modern;
        self.has_begun = true;
        let mut text = format!("HTTP/1.1 {status} {}\r\nconnection: close\r\n", reason(status));
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.is_chunked {
            text.push_str("transfer-encoding: chunked\r\n");
        }
        text.push_str("\r\n");
        self.write(text.as_bytes()).await
    }

    /// Writes a piece of the body.
    pub async fn piece(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.written += bytes.len() as u64;
        if !self.is_chunked {
            return self.write(bytes).await;
        }
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.write(&chunk).await
    }

    /// Ends a body that came whole. One that did not is just cut off, so that whoever reads it knows.
    pub async fn end(&mut self) -> io::Result<()> {
        if self.is_chunked {
            self.write(b"0\r\n\r\n").await?;
        }
        self.linger().await;
        Ok(())
    }

    /// Refuses the request.
    pub async fn deny(&mut self, denial: &Denial, wire: Option<Wire>) {
        let body = denial.body(wire);
        let status = denial.status;
        let ask = if status == 407 {
            "proxy-authenticate: Basic realm=\"pantheon\"\r\n"
        } else {
            ""
        };
        let head = format!(
            "HTTP/1.1 {status} {}\r\ncontent-type: application/json\r\nx-should-retry: false\r\n{ask}connection: close\r\n\
             content-length: {}\r\n\r\n",
            reason(status),
            body.len()
        );
        self.written = body.len() as u64;
        // Whoever went away is told nothing.
        if self.write(&[head.as_bytes(), &body].concat()).await.is_ok() {
            self.linger().await;
        }
    }

    /// Reads what still comes, for a moment: a connection that is closed with bytes unread loses the answer.
    async fn linger(&mut self) {
        let (time, most) = LINGER;
        let reading = async {
            drop(self.stream.shutdown().await);
            let mut seen = 0;
            while seen < most {
                self.rest.clear();
                match self.more().await {
                    Ok(count @ 1..) => seen += count,
                    _ => break,
                }
            }
        };
        drop(tokio::time::timeout(time, reading).await);
    }

    /// Ends when the other side has gone away.
    pub async fn gone(&self) {
        let mut buffer = [0; 1];
        // A byte more is a second request, which gets no answer.
        while let Ok(1..) = self.stream.peek(&mut buffer).await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

fn cut() -> Denial {
    Denial::new(400, "the request was cut off").closing()
}

fn bad_chunk() -> Denial {
    Denial::new(400, "the chunks of the request are not understood").closing()
}

fn too_long(most: usize) -> Denial {
    Denial::new(413, &format!("the body is longer than {most} bytes")).closing()
}
