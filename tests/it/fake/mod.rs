//! A server that can do what real ones do on a bad day: cut, stall, drip, reset, lie about lengths, show a
//! wrong certificate.
//!
//! It stands on plain sockets and threads, so that it shares no code with the client. Each connection has a
//! thread; each request on it goes to the script of the server.

pub mod contract;
pub mod http2;
pub mod plain;
pub mod scene;
pub mod tls;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The first line.
    pub line: String,
    /// The headers, names in lowercase.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// The first value of that lowercase name.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A connection, plain or not.
pub trait Wire: Read + Write + Send {
    /// The socket below.
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

/// What a script has in hand: the connection.
pub struct Conn<'a> {
    wire: &'a mut dyn Wire,
    stop: &'a AtomicBool,
    /// The bytes that were sent on all connections.
    sent: &'a AtomicUsize,
}

/// What follows a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The next request on the same connection.
    Keep,
    /// The end of the connection.
    Close,
}

impl Conn<'_> {
    /// Sends bytes at one go; whether the other side still took them.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = self.wire.write_all(bytes).and_then(|()| self.wire.flush());
        if sent.is_ok() {
            self.sent.fetch_add(bytes.len(), Ordering::Relaxed);
        }
        sent.is_ok()
    }

    /// Answers with a status, headers (each with its line end), and a body of the right length.
    pub fn answer(&mut self, status: u16, headers: &str, body: &[u8]) -> Then {
        let head = format!(
            "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        if self.send(&[head.as_bytes(), body].concat()) {
            Then::Keep
        } else {
            Then::Close
        }
    }

    /// Answers with JSON.
    pub fn json(&mut self, status: u16, body: &[u8]) -> Then {
        self.answer(status, JSON, body)
    }

    /// Starts an answer in chunks.
    pub fn chunked(&mut self, headers: &str) -> bool {
        let head = format!("HTTP/1.1 200 X\r\n{headers}transfer-encoding: chunked\r\n\r\n");
        self.send(head.as_bytes())
    }

    /// Sends a chunk; an empty one ends the answer.
    pub fn chunk(&mut self, bytes: &[u8]) -> bool {
        let framed = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        self.send(&framed)
    }

    /// Waits until the other side closes, at most so long; whether it did.
    pub fn closed_within(&mut self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        let mut byte = [0];
        while Instant::now() < end && !self.stop.load(Ordering::Relaxed) {
            match self.wire.read(&mut byte) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(e) if is_pause(&e) => {}
                Err(_) => return true,
            }
        }
        false
    }

    /// Breaks the connection off, so that the other side gets an error rather than an end.
    pub fn reset(&mut self) -> Then {
        let socket = socket2::SockRef::from(self.wire.socket());
        socket.set_linger(Some(Duration::ZERO)).unwrap();
        Then::Close
    }
}

/// The head of an answer in JSON.
pub const JSON: &str = "content-type: application/json; charset=utf-8\r\n";

/// The head of a stream.
pub const EVENTS: &str = "content-type: text/event-stream\r\n";

/// A server on a port of its own, gone with this value.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    connections: AtomicUsize,
    sent: AtomicUsize,
    asked: Mutex<Vec<Asked>>,
}

/// What a server does with each request.
pub type Script = Arc<dyn Fn(&Asked, &mut Conn) -> Then + Send + Sync>;

impl Server {
    /// A server without TLS.
    pub fn new(script: impl Fn(&Asked, &mut Conn) -> Then + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(script))
    }

    /// A server with TLS.
    pub fn with_tls(
        config: Arc<rustls::ServerConfig>,
        script: impl Fn(&Asked, &mut Conn) -> Then + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(config), Arc::new(script))
    }

    fn start(tls: Option<Arc<rustls::ServerConfig>>, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let server = Self {
            address,
            shared: shared.clone(),
        };
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                if shared.stop.load(Ordering::Relaxed) {
                    return;
                }
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (shared, script, tls) = (shared.clone(), script.clone(), tls.clone());
                std::thread::spawn(move || serve(socket.unwrap(), tls, &shared, &script));
            }
        });
        server
    }

    /// Its address without TLS.
    pub fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its address with TLS.
    pub fn https(&self) -> String {
        format!("https://{}", self.address)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// How many bytes it sent.
    pub fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

/// How long a read waits before it looks whether the server is to stop.
const TICK: Duration = Duration::from_millis(10);

fn serve(socket: TcpStream, tls: Option<Arc<rustls::ServerConfig>>, shared: &Shared, script: &Script) {
    socket.set_nodelay(true).unwrap();
    socket.set_read_timeout(Some(TICK)).unwrap();
    socket.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    let closer = socket.try_clone().unwrap();
    let mut wire: Box<dyn Wire> = match tls {
        None => Box::new(socket),
        Some(config) => match tls::accept(socket, config) {
            Ok(wire) => wire,
            Err(_) => return,
        },
    };
    while let Some(asked) = read(wire.as_mut(), &shared.stop) {
        shared.asked.lock().unwrap().push(asked.clone());
        let mut conn = Conn {
            wire: wire.as_mut(),
            stop: &shared.stop,
            sent: &shared.sent,
        };
        if script(&asked, &mut conn) == Then::Close {
            break;
        }
    }
    let linger = socket2::SockRef::from(&closer).linger();
    if linger.is_ok_and(|linger| linger.is_none()) {
        drop(closer.shutdown(Shutdown::Write));
    }
}

/// Reads a request; `None` at the end of the connection.
fn read(wire: &mut dyn Wire, stop: &AtomicBool) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        more(wire, stop, &mut bytes)?;
    };
    let mut asked = parse(&String::from_utf8_lossy(&bytes[..head]));
    let length: usize = asked.header("content-length").parse().unwrap_or(0);
    while bytes.len() < head + length {
        more(wire, stop, &mut bytes)?;
    }
    asked.body = bytes[head..].to_vec();
    Some(asked)
}

fn more(wire: &mut dyn Wire, stop: &AtomicBool, bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 16 << 10];
    loop {
        match wire.read(&mut buffer) {
            Ok(0) => return None,
            Ok(n) => {
                bytes.extend_from_slice(&buffer[..n]);
                return Some(());
            }
            Err(e) if is_pause(&e) && !stop.load(Ordering::Relaxed) => {}
            Err(_) => return None,
        }
    }
}

fn parse(head: &str) -> Asked {
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Asked {
        line,
        headers: headers.collect(),
        body: Vec::new(),
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
