//! Measures what the transport adds to a call on this machine.
//!
//! ```text
//! cargo run --release --example overhead [ROUNDS] [--port PORT] [--router NAME=ADDRESS=PROCESS]...
//! ```
//!
//! A server on a thread answers at once, with an answer of the length that a model gives. In turns, one round
//! each, a bare socket sends the very bytes of a call and reads the very bytes of its answer, and the
//! transport makes the call: encoding, headers, sending, reading, decoding, on a connection that stands. What
//! it adds is the difference of the medians. Its CPU time is that of its one thread, as the kernel counts it
//! (Linux), beside a call that takes as long as one to a model does: the server writes a stream for a second.
//!
//! With routers, whose upstream is `http://127.0.0.1:PORT/v1`, it measures itself beside them in the same
//! way: `tests/peers/models/compare.py` starts them.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it prints what it measured, and stops where it cannot measure"
)]

#[path = "overhead/routers.rs"]
mod routers;

use pantheon::llm::provider;
use pantheon::llm::request::Request;
use pantheon::llm::transport::{self, Cancel, Endpoint, Open, Within};
use pantheon::sys::http::{Client, Options, block_on};
use pantheon::sys::secret::Secret;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The bytes of the change that is asked about: about 2,500 tokens.
const CHANGE: usize = 8 << 10;

/// The bytes that the model says.
const SAID: usize = 1200;

/// The events of the slow stream, and the pause between them.
const EVENTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(20);

fn main() {
    let asked = routers::Asked::read();
    let rounds = asked.rounds.unwrap_or(1000);
    let server = serve(asked.port);
    let to = endpoint(server);
    let request = Request::question(
        "model-1",
        "Judge this change.",
        &"+ line\n".repeat(CHANGE / 7),
        2048,
    );
    block_on(measure(&to, &request, server, rounds)).unwrap();
    first_calls(&request, server);
    asked.compare(server, rounds);
}

async fn measure(to: &Endpoint, request: &Request, server: SocketAddr, rounds: usize) {
    let mut bare = Bare::new(server, to, request);
    let (mut apart, mut whole, mut streamed) = (Vec::new(), Vec::new(), Vec::new());
    let mut busy = Duration::ZERO;
    for _ in 0..rounds {
        apart.push(timed(|| bare.exchange()));
        let (begun, cpu) = (Instant::now(), cpu());
        call(to, request, false).await;
        whole.push(begun.elapsed());
        busy += self::cpu() - cpu;
        let begun = Instant::now();
        call(to, request, true).await;
        streamed.push(begun.elapsed());
    }
    let apart = show("a bare socket", &mut apart);
    let whole = show("the transport, at one go", &mut whole);
    let streamed = show("the transport, as a stream", &mut streamed);
    println!(
        "added at the median: {:.3} ms at one go, {:.3} ms as a stream",
        whole - apart,
        streamed - apart
    );
    println!(
        "CPU of a call at one go: {:?}",
        busy / u32::try_from(rounds).unwrap()
    );
    let mut slow = to.clone();
    slow.base_url += "/slow";
    let mut shares = Vec::new();
    for _ in 0..5 {
        let (begun, cpu) = (Instant::now(), cpu());
        call(&slow, request, true).await;
        shares.push((self::cpu() - cpu).as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0);
    }
    // In the middle: what else runs on the machine makes one or the other dearer.
    shares.sort_by(f64::total_cmp);
    println!(
        "CPU of a stream of {EVENTS} events in a second: {:.2} %",
        shares[2]
    );
}

/// Shows what a process pays once, with a client and a connection of its own.
fn first_calls(request: &Request, server: SocketAddr) {
    let mut plain: Vec<Duration> = (0..20)
        .map(|_| timed(|| block_on(call(&endpoint(server), request, false)).unwrap()))
        .collect();
    show("a first call, without TLS", &mut plain);
    let mut secure: Vec<Duration> = (0..20)
        .map(|_| {
            let mut to = endpoint(server);
            // Nobody listens: what is left is the client, with the certificates of the system.
            to.base_url = "https://127.0.0.1:9".to_owned();
            let within = within();
            timed(|| {
                let asked = block_on(transport::ask(&to, request, false, &within, &Open)).unwrap();
                assert_eq!(asked.1[0].outcome, "connect");
            })
        })
        .collect();
    show("the same for an https address, refused", &mut secure);
}

async fn call(to: &Endpoint, request: &Request, stream: bool) {
    let (answer, _) = transport::ask(to, request, stream, &within(), &Open).await;
    assert_eq!(answer.unwrap().text.len(), SAID);
}

fn endpoint(server: SocketAddr) -> Endpoint {
    Endpoint {
        name: "here".to_owned(),
        codec: provider::find("gemini").unwrap(),
        base_url: format!("http://{server}"),
        api_version: "v1".to_owned(),
        headers: Vec::new(),
        key: Secret::new("sk-0123456789abcdef"),
        http: Arc::new(Client::new(Options::default())),
    }
}

fn within() -> Within {
    Within {
        deadline: Instant::now() + Duration::from_secs(60),
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(30),
        idle: Duration::from_secs(30),
        max_body: 8 << 20,
        attempts: 1,
        tokens: 0,
        cancel: Cancel::default(),
    }
}

/// The same exchange with nothing around it.
struct Bare {
    socket: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
    answer: usize,
}

impl Bare {
    fn new(server: SocketAddr, to: &Endpoint, request: &Request) -> Self {
        let call = to.codec.ask(&to.api_version, request, false);
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: {server}\r\nuser-agent: pantheon\r\naccept-encoding: identity\r\n\
             content-type: application/json\r\nx-goog-api-key: sk-0123456789abcdef\r\naccept: */*\r\n\
             content-length: {}\r\n\r\n",
            call.path,
            call.body.len()
        );
        let socket = TcpStream::connect(server).unwrap();
        socket.set_nodelay(true).unwrap();
        Self {
            socket,
            request: [head.as_bytes(), &call.body].concat(),
            buffer: vec![0; 64 << 10],
            answer: whole().len(),
        }
    }

    fn exchange(&mut self) {
        self.socket.write_all(&self.request).unwrap();
        let mut read = 0;
        while read < self.answer {
            read += self.socket.read(&mut self.buffer).unwrap();
        }
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

/// Shows times, and returns their median in milliseconds.
fn show(name: &str, times: &mut [Duration]) -> f64 {
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!("{name:<40} median {:>9.1?}  95 % {:>9.1?}", at(50), at(95));
    at(50).as_secs_f64() * 1000.0
}

/// Returns the time that this thread was on a CPU; zero where the system does not say.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

fn serve(port: u16) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            std::thread::spawn(move || answer(socket.unwrap()));
        }
    });
    address
}

fn answer(mut socket: TcpStream) {
    socket.set_nodelay(true).unwrap();
    let (whole, events) = (whole(), events());
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") else {
            match socket.read(&mut buffer) {
                Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
                _ => return,
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: usize = length.lines().next().unwrap().parse().unwrap();
        while bytes.len() < end + 4 + length {
            let n = socket.read(&mut buffer).unwrap();
            bytes.extend_from_slice(&buffer[..n]);
        }
        bytes.drain(..end + 4 + length);
        if head.starts_with("post /slow") {
            for event in &events {
                std::thread::sleep(PAUSE);
                drop(socket.write_all(event));
            }
        } else if head.contains("alt=sse") {
            drop(socket.write_all(&events.concat()));
        } else if head.contains("/chat/completions") {
            drop(socket.write_all(&routers::chat()));
        } else {
            drop(socket.write_all(&whole));
        }
    }
}

fn part(text: &str, is_last: bool) -> serde_json::Value {
    let mut candidate = json!({"content": {"role": "model", "parts": [{"text": text}]}, "index": 0});
    if is_last {
        candidate["finishReason"] = json!("STOP");
    }
    json!({
        "candidates": [candidate], "modelVersion": "model-1",
        "usageMetadata": {"promptTokenCount": 2500, "candidatesTokenCount": 300, "totalTokenCount": 2800},
    })
}

fn whole() -> Vec<u8> {
    let body = part(&"x".repeat(SAID), true).to_string();
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The pieces of a stream, with the head in the first one.
fn events() -> Vec<Vec<u8>> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let text = "x".repeat(SAID / EVENTS);
    let mut pieces: Vec<Vec<u8>> = (1..=EVENTS)
        .map(|n| {
            let event = format!("data: {}\r\n\r\n", part(&text, n == EVENTS));
            format!("{:x}\r\n{event}\r\n", event.len()).into_bytes()
        })
        .collect();
    pieces[0].splice(0..0, head.bytes());
    if let Some(last) = pieces.last_mut() {
        last.extend_from_slice(b"0\r\n\r\n");
    }
    pieces
}
