//! The gateway between an agent, which is a bare socket here, and providers that misbehave.

mod budget;
mod keys;
mod refused;
mod tunnels;
mod upstreams;

use crate::fake::{Asked, Conn, Server, Then, contract, scene};
use pantheon::agent::Wire;
use pantheon::agent::gateway::{Bounds, Gateway, Hide, Rules, Spent, Upstream};
use pantheon::agent::meter::Purse;
use pantheon::llm::book::Place;
use pantheon::llm::budget::Budget;
use pantheon::llm::price::{Model, Price, Rate, Rates, Table};
use pantheon::llm::provider;
use pantheon::llm::transport::Cancel;
use pantheon::store::Store;
use pantheon::store::audit::Entry;
use pantheon::store::ledger::Caps;
use pantheon::sys::clock::{self, Deadline};
use pantheon::sys::http::{Client, Options};
use pantheon::sys::secret::Secret;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The key. The agent must not see it.
const KEY: &str = "sk-Real/Key+0123456789abcdef";
/// What the agent has in its place.
const PLACEHOLDER: &str = "placeholder-0123456789abcdef";

/// A wire, the kind of the provider that speaks it, a path, and the header with the key.
const WIRES: [(Wire, &str, &str, &str); 4] = [
    (
        Wire::Anthropic,
        "anthropic",
        "/v1/messages?beta=true",
        "x-api-key: ",
    ),
    (
        Wire::Responses,
        "openai",
        "/v1/responses",
        "authorization: Bearer ",
    ),
    (
        Wire::Chat,
        "openai-compatible",
        "/v1/chat/completions",
        "Authorization: bearer ",
    ),
    (
        Wire::Gemini,
        "gemini",
        "/v1beta/models/model-1:generateContent",
        "x-goog-api-key: ",
    ),
];

/// A gateway with all that belongs to it.
struct World {
    gateway: Option<Gateway>,
    port: u16,
    log: Arc<Mutex<Vec<Entry>>>,
    cancel: Cancel,
    dir: TempDir,
}

/// How a gateway is made.
struct Plan {
    upstreams: Vec<Upstream>,
    hosts: Vec<String>,
    bounds: Bounds,
    caps: Caps,
}

fn place(kind: &str, url: &str) -> Place {
    let base = if kind == "openai-compatible" {
        format!("{url}/v1")
    } else {
        url.to_owned()
    };
    Place {
        provider: format!("my-{kind}"),
        codec: provider::find(kind).unwrap(),
        base_url: base,
        api_version: None,
        key: None,
        http: Arc::new(Client::new(Options::default())),
        connect: seconds(5),
        first_byte: seconds(20),
        idle: seconds(20),
        attempts: 1,
        requests_per_minute: None,
        tokens_per_minute: None,
        stream: true,
        free: false,
    }
}

fn upstream(wire: Wire, kind: &str, server: &Server) -> Upstream {
    Upstream::of(&place(kind, &server.http()), wire, Secret::new(KEY)).unwrap()
}

/// A plan with all four wires at one server.
fn plan(server: &Server) -> Plan {
    Plan {
        upstreams: WIRES
            .map(|(wire, kind, ..)| upstream(wire, kind, server))
            .to_vec(),
        hosts: Vec::new(),
        bounds: Bounds::default(),
        caps: Caps::default(),
    }
}

/// A thousand dollars for a million tokens, in and out, whoever serves it.
fn prices() -> Table {
    let rate = Rate::parse("1000").unwrap();
    let rates = Rates {
        input: rate,
        output: rate,
        cache_read: rate,
        cache_write: rate,
        cache_write_long: rate,
    };
    let mut table = Table::default();
    for (_, kind, ..) in WIRES {
        let mut model = Model::unknown(contract::MODEL, kind);
        model.prices.push(Price {
            from: None,
            until: None,
            rates,
            above: Vec::new(),
        });
        table.put(model);
    }
    table
}

impl Plan {
    fn open(self) -> World {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Deadline::after(seconds(10)), clock::now()).unwrap();
        let budget = Budget {
            caps: self.caps,
            ..Budget::default()
        };
        let purse = Purse::new(Some(store), prices(), budget, ["run-1", "fixer", "fix"]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rules = Rules {
            hide: Hide::default(),
            run: "run-1".to_owned(),
            agent: "fixer".to_owned(),
            placeholder: PLACEHOLDER.to_owned(),
            upstreams: self.upstreams,
            hosts: self.hosts.iter().map(|host| host.parse_host()).collect(),
            bounds: self.bounds,
        };
        let log = Arc::new(Mutex::new(Vec::new()));
        let hears = log.clone();
        let cancel = Cancel::default();
        let tell = Box::new(move |entry| hears.lock().unwrap().push(entry));
        let gateway = Gateway::open(listener, rules, Box::new(purse), tell, &cancel).unwrap();
        World {
            gateway: Some(gateway),
            port,
            log,
            cancel,
            dir,
        }
    }
}

trait ParseHost {
    fn parse_host(&self) -> pantheon::model::HostRule;
}

impl ParseHost for String {
    fn parse_host(&self) -> pantheon::model::HostRule {
        pantheon::model::HostRule::parse(self).unwrap()
    }
}

impl World {
    fn spent(&self) -> Spent {
        self.gateway.as_ref().unwrap().spent()
    }

    fn stopped(&self) -> Option<String> {
        self.gateway.as_ref().unwrap().stopped()
    }

    /// Closes the gateway; what went through, and what the log was told.
    fn close(&mut self) -> (Spent, Vec<Entry>) {
        let spent = self.gateway.take().unwrap().close();
        (spent, self.log.lock().unwrap().clone())
    }

    /// Sends bytes, and reads the answer to its end.
    fn say(&self, bytes: &[u8]) -> Reply {
        let mut socket = self.connect();
        // A gateway that refuses may close before all is sent.
        drop(socket.write_all(bytes));
        Reply::read(socket)
    }

    fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(seconds(30))).unwrap();
        socket
    }

    fn post(&self, path: &str, auth: &str, body: &Value) -> Reply {
        self.say(&post(self.port, path, auth, body.to_string().as_bytes()))
    }

    /// Asks the model in the words of a wire.
    fn ask(&self, wire: usize, body: &Value) -> Reply {
        let (_, _, path, auth) = WIRES[wire];
        self.post(path, &format!("{auth}{PLACEHOLDER}"), body)
    }
}

fn post(port: u16, path: &str, auth: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{auth}\r\nContent-Type: application/json\r\n\
         User-Agent: an-agent/1\r\nX-Stainless-Os: Linux\r\nAccept-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A question that may be asked on each wire.
fn question() -> Value {
    json!({"model": contract::MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]})
}

/// An answer as the agent sees it.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// Whether it came to its end.
    is_whole: bool,
    raw: Vec<u8>,
}

impl Reply {
    fn read(mut socket: TcpStream) -> Self {
        let mut raw = Vec::new();
        drop(socket.read_to_end(&mut raw));
        let end = raw
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .map_or(raw.len(), |at| at + 4);
        let head = String::from_utf8_lossy(&raw[..end]).to_lowercase();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .unwrap_or_default();
        let (body, is_whole) = match head.contains("transfer-encoding: chunked") {
            true => unchunk(&raw[end..]),
            false => (raw[end..].to_vec(), end > 0),
        };
        Self {
            status,
            head,
            body,
            is_whole,
            raw,
        }
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

fn unchunk(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end])
            .ok()
            .and_then(|s| usize::from_str_radix(s, 16).ok());
        let Some(size) = size.filter(|size| bytes.len() >= end + 4 + size) else {
            return (body, false);
        };
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    (body, false)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Waits for something that another thread does.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + seconds(20);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(ms(5));
    }
}

fn good() -> Server {
    Server::new(scene::play)
}

#[expect(clippy::too_many_lines, reason = "most of it is a table of cases")]
#[test]
fn four_wires_pass_whole_and_in_pieces() {
    let server = good();
    let mut world = plan(&server).open();
    let mut expected = 0;
    for (at, (wire, kind, path, auth)) in WIRES.into_iter().enumerate() {
        for streams in [false, true] {
            let mut body = question();
            body["stream"] = json!(streams);
            let path = match (wire, streams) {
                (Wire::Gemini, true) => "/v1beta/models/model-1:streamGenerateContent?alt=sse",
                _ => path,
            };
            let reply = world.post(path, &format!("{auth}{PLACEHOLDER}"), &body);
            let good = match streams {
                true => contract::events(kind, scene::SAID).concat(),
                false => contract::answer(kind, scene::SAID),
            };
            assert_eq!(
                (reply.status, reply.is_whole),
                (200, true),
                "{kind} {}",
                reply.head
            );
            assert_eq!(
                String::from_utf8_lossy(&reply.body),
                String::from_utf8_lossy(&good)
            );
            expected += 1;
            let asked = server.asked().last().unwrap().clone();
            let shown = asked.header(if kind == "gemini" {
                "x-goog-api-key"
            } else {
                "authorization"
            });
            assert!(shown.ends_with(KEY), "{kind} {asked:?}");
            assert!(!format!("{asked:?}").contains(PLACEHOLDER), "{asked:?}");
            for gone in ["x-stainless-os", "accept-encoding", "host-x"] {
                assert_eq!(asked.header(gone), "", "{gone}");
            }
            assert!(asked.header("user-agent").starts_with("pantheon/"));
            let spent = world.spent();
            assert_eq!(
                (spent.input, spent.output),
                (40 * expected, 9 * expected),
                "{at} {streams}"
            );
        }
    }
    let (spent, log) = world.close();
    assert_eq!(
        (spent.requests, spent.refused, spent.models.join(" ")),
        (8, 0, "model-1".to_owned())
    );
    assert_eq!(spent.cost.to_string(), "$0.39");
    let first = &log[0];
    assert_eq!(
        (first.status, first.input, first.output, first.cost),
        (200, 40, 9, 49_000_000)
    );
    assert_eq!(
        (first.path.as_str(), first.model.as_str()),
        ("/v1/messages", "model-1")
    );
    assert_eq!(first.host, server.address.to_string());
    let told = format!("{log:?}");
    for never in [KEY, PLACEHOLDER, "hello", "beta=true"] {
        assert!(!told.contains(never), "{never}: {told}");
    }
}

#[test]
fn models_are_listed_and_tokens_counted_at_no_cost() {
    let server = good();
    let mut world = plan(&server).open();
    for path in ["/v1/models", "/v1beta/models", "/v1/models?limit=10&x=y"] {
        let text = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nAuthorization: Bearer {PLACEHOLDER}\r\n\r\n",
            world.port
        );
        let reply = world.say(text.as_bytes());
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert!(String::from_utf8_lossy(&reply.body).contains("model-1"));
    }
    let reply = world.post(
        "/v1/messages/count_tokens",
        &format!("x-api-key: {PLACEHOLDER}"),
        &question(),
    );
    assert_eq!(reply.json(), json!({"input_tokens": 40}));
    let (spent, _) = world.close();
    assert_eq!((spent.requests, spent.cost.0, spent.input), (4, 0, 0));
}

#[test]
fn an_event_passes_at_once() {
    let server = Server::new(|_: &Asked, conn: &mut Conn| {
        conn.chunked(crate::fake::EVENTS);
        for event in contract::events("anthropic", "a b") {
            conn.chunk(&event);
            std::thread::sleep(ms(40));
        }
        conn.chunk(b"");
        Then::Close
    });
    let world = plan(&server).open();
    let mut socket = world.connect();
    let auth = format!("x-api-key: {PLACEHOLDER}");
    let body = question().to_string();
    socket
        .write_all(&post(world.port, "/v1/messages", &auth, body.as_bytes()))
        .unwrap();
    let mut times = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(1..) = socket.read(&mut buffer) {
        times.push(Instant::now());
    }
    // As many pieces as events and more, about 40 ms apart: nothing was gathered.
    let gaps = times.windows(2).filter(|pair| pair[1] - pair[0] > ms(20)).count();
    assert!(gaps >= contract::events("anthropic", "a b").len() - 2, "{gaps}");
}

#[test]
fn fifty_gateways_work_at_once() {
    let server = good();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let mut world = plan(&server).open();
                for at in 0..8 {
                    let reply = world.ask(at % 4, &question());
                    assert_eq!((reply.status, reply.is_whole), (200, true), "{reply:?}");
                }
                let (spent, log) = world.close();
                assert_eq!((spent.input, spent.output, log.len()), (320, 72, 8));
            });
        }
    });
    println!("50 gateways, 400 calls: {:?}", began.elapsed());
}

#[test]
fn calls_under_way_at_the_end_are_counted() {
    let server = Server::new(|_: &Asked, conn: &mut Conn| {
        std::thread::sleep(ms(400));
        conn.chunked(crate::fake::EVENTS);
        for event in contract::events("anthropic", "a b") {
            conn.chunk(&event);
        }
        conn.chunk(b"");
        Then::Close
    });
    let mut world = plan(&server).open();
    let auth = format!("x-api-key: {PLACEHOLDER}");
    let body = question().to_string();
    let sockets: Vec<_> = (0..5)
        .map(|_| {
            let mut socket = world.connect();
            let asked = post(world.port, "/v1/messages", &auth, body.as_bytes());
            socket.write_all(&asked).unwrap();
            socket
        })
        .collect();
    until("all have reached the server", || server.asked().len() == 5);
    let began = Instant::now();
    let spent = world.gateway.take().unwrap().settle(seconds(10));
    assert_eq!((spent.input, spent.output), (5 * 40, 5 * 9));
    assert!(began.elapsed() < seconds(5), "{:?}", began.elapsed());
    drop(sockets);
}

#[test]
fn what_is_called_off_ends_at_once() {
    let server = Server::new(|_: &Asked, conn: &mut Conn| {
        conn.closed_within(seconds(20));
        Then::Close
    });
    let mut world = plan(&server).open();
    let mut sockets = Vec::new();
    for _ in 0..5 {
        let mut socket = world.connect();
        let auth = format!("x-api-key: {PLACEHOLDER}");
        let body = question().to_string();
        socket
            .write_all(&post(world.port, "/v1/messages", &auth, body.as_bytes()))
            .unwrap();
        sockets.push(socket);
    }
    until("all have reached the server", || server.asked().len() == 5);
    let began = Instant::now();
    world.cancel.cancel();
    for mut socket in sockets {
        let mut rest = Vec::new();
        drop(socket.read_to_end(&mut rest));
        assert_eq!(rest, b"");
    }
    let (spent, log) = world.close();
    assert!(began.elapsed() < seconds(3), "{:?}", began.elapsed());
    assert_eq!(log.len(), 5);
    // What it may have been charged counts.
    assert!(
        spent.cost > pantheon::model::Money(5 * 100_000_000),
        "{}",
        spent.cost
    );
    assert!(TcpStream::connect(("127.0.0.1", world.port)).is_err());
    assert!(world.dir.path().exists());
}
