//! As much of HTTP/2 (RFC 9113) as it takes to answer: every stream gets status 200 and the same body.
//!
//! What the client's headers say is packed (RFC 7541) and passed over.

use super::tls::accept;
use super::{Wire, is_pause};
use rustls::ServerConfig;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server on a port of its own. Its threads end with the connections.
pub struct Http2 {
    /// Where it listens.
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    streams: Arc<AtomicUsize>,
}

/// What begins a connection.
const PREFACE: usize = 24;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:status: 200`, the eighth entry of the static table.
const STATUS_200: u8 = 0x88;

/// `content-type`, the 31st entry, with a value that is written out.
const CONTENT_TYPE: [u8; 2] = [0x0f, 31 - 15];

impl Http2 {
    /// Answers every request with this JSON.
    pub fn new(config: Arc<ServerConfig>, body: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            streams: Arc::default(),
        };
        let (connections, streams) = (server.connections.clone(), server.streams.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                connections.fetch_add(1, Ordering::Relaxed);
                let (config, streams) = (config.clone(), streams.clone());
                std::thread::spawn(move || {
                    if let Ok(mut wire) = accept(socket.unwrap(), config) {
                        // It ends with the connection.
                        let _ = serve(wire.as_mut(), &streams, body);
                    }
                });
            }
        });
        server
    }

    /// How many connections and streams there were.
    pub fn seen(&self) -> (usize, usize) {
        let seen = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (seen(&self.connections), seen(&self.streams))
    }
}

fn serve(wire: &mut dyn Wire, streams: &AtomicUsize, body: &[u8]) -> Option<()> {
    take(wire, PREFACE)?;
    put(wire, SETTINGS, 0, 0, &[])?;
    loop {
        let head = take(wire, 9)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        take(wire, length as usize)?;
        let (kind, flags) = (head[3], head[4]);
        if kind == SETTINGS && flags & ACK == 0 {
            put(wire, SETTINGS, ACK, 0, &[])?;
        }
        if matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0 {
            streams.fetch_add(1, Ordering::Relaxed);
            let json = b"application/json";
            let length = [u8::try_from(json.len()).unwrap()];
            let block = [&[STATUS_200][..], &CONTENT_TYPE, &length, json].concat();
            put(wire, HEADERS, END_HEADERS, stream, &block)?;
            put(wire, DATA, END_STREAM, stream, body)?;
        }
    }
}

fn put(wire: &mut dyn Wire, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Option<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    wire.write_all(&[&head, payload].concat()).ok()?;
    wire.flush().ok()
}

fn take(wire: &mut dyn Wire, count: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; count];
    let mut at = 0;
    while at < count {
        match wire.read(&mut bytes[at..]) {
            Ok(0) => return None,
            Ok(n) => at += n,
            Err(e) if is_pause(&e) => {}
            Err(_) => return None,
        }
    }
    Some(bytes)
}
