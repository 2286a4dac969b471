//! Our client beside routers that run on this machine, all asking the same server, in turns.

use super::{CHANGE, SAID, cpu, endpoint, show, timed, within};
use pantheon::app::models::{self, Now};
use pantheon::config;
use pantheon::llm::book::Book;
use pantheon::llm::client::{Client, Question};
use pantheon::llm::provider;
use pantheon::llm::request::Request;
use pantheon::llm::transport::{self, Cancel, Endpoint, Open};
use pantheon::store::Store;
use pantheon::sys::clock::{self, Deadline};
use pantheon::sys::http::block_on;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// What the command line says.
#[derive(Default)]
pub struct Asked {
    pub rounds: Option<usize>,
    /// The port of the server, for routers that are told where it is before it runs.
    pub port: u16,
    /// The name of each router, its address, and its process.
    routers: Vec<(String, SocketAddr, u32)>,
    /// Headers that routers need.
    headers: Vec<String>,
}

/// The ticks of a second in `/proc`.
const TICKS: f64 = 100.0;

impl Asked {
    pub fn read() -> Self {
        let mut asked = Self::default();
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--port" => asked.port = args.next().unwrap().parse().unwrap(),
                "--header" => asked.headers.push(args.next().unwrap()),
                "--router" => asked.routers.push(router(&args.next().unwrap())),
                rounds => asked.rounds = rounds.parse().ok(),
            }
        }
        asked
    }

    /// Measures, if there are routers.
    pub fn compare(&self, server: SocketAddr, rounds: usize) {
        if !self.routers.is_empty() {
            println!("\nbeside routers, by Chat Completions at one go:");
            block_on(self.measure(server, rounds)).unwrap();
        }
    }

    async fn measure(&self, server: SocketAddr, rounds: usize) {
        let mut to = endpoint(server);
        to.codec = provider::find("openai-compatible").unwrap();
        to.base_url += "/v1";
        let request = Request::question("model-1", "Judge.", &"+ line\n".repeat(CHANGE / 7), 2048);
        let mut direct = Exchange::new(server, &to, &request, &self.headers);
        let mut routed: Vec<Exchange> = self
            .routers
            .iter()
            .map(|(_, address, _)| Exchange::new(*address, &to, &request, &self.headers))
            .collect();
        // The first calls make connections and caches.
        for exchange in &mut routed {
            (0..20).for_each(|_| exchange.run());
        }
        let dir = tempfile::tempdir().unwrap();
        let limit = Deadline::after(Duration::from_secs(600));
        let store = Store::open(dir.path(), limit, clock::now()).unwrap();
        let book = book(&to.base_url);
        let client = Client::new(&book, Some(&store));
        let mut times = vec![Vec::new(); 3 + routed.len()];
        let mut busy = [Duration::ZERO; 2];
        let spent: Vec<f64> = self.routers.iter().map(|router| cpu_of(router.2)).collect();
        for round in 0..rounds {
            times[0].push(timed(|| direct.run()));
            let (begun, before) = (Instant::now(), cpu());
            let asked = transport::ask(&to, &request, false, &within(), &Open).await;
            assert_eq!(asked.0.unwrap().text.len(), SAID);
            times[1].push(begun.elapsed());
            busy[0] += cpu() - before;
            let (begun, before) = (Instant::now(), cpu());
            whole_way(&client, &request, round).await;
            times[2].push(begun.elapsed());
            busy[1] += cpu() - before;
            for (n, exchange) in routed.iter_mut().enumerate() {
                times[3 + n].push(timed(|| exchange.run()));
            }
        }
        let bare = show("a bare socket", &mut times[0]);
        let row = |name: &str, times: &mut Vec<Duration>, cpu: f64| {
            let added = show(name, times) - bare;
            println!(
                "    adds {added:.3} ms at the median; CPU of a call: {:.3} ms",
                cpu * 1000.0
            );
        };
        let each = |cpu: Duration| cpu.as_secs_f64() / rounds as f64;
        row("our transport", &mut times[1], each(busy[0]));
        row(
            "our client, with route, ledger and limits",
            &mut times[2],
            each(busy[1]),
        );
        for (n, (name, _, process)) in self.routers.iter().enumerate() {
            let cpu = (cpu_of(*process) - spent[n]) / rounds as f64;
            row(name, &mut times[3 + n], cpu);
        }
    }
}

/// Reads `NAME=ADDRESS=PROCESS`.
fn router(text: &str) -> (String, SocketAddr, u32) {
    let mut parts = text.split('=');
    let mut next = || parts.next().unwrap();
    (
        next().to_owned(),
        next().parse().unwrap(),
        next().parse().unwrap(),
    )
}

/// A book with one model, which costs something, so that the ledger is written.
fn book(base_url: &str) -> Book {
    let text = format!(
        "version = 1\n[providers.there]\nkind = \"openai-compatible\"\nbase-url = \"{base_url}\"\nstream = \
         false\nrequests-per-minute = 1000000\n[models.model-1]\nprovider = \"there\"\ninput-price = \"1 USD\"\n\
         output-price = \"2 USD\"\n[routing]\ndefault = \"model-1\"\n[budget]\nper-day = \"1000000 USD\"\n"
    );
    let settings = config::load(&config::Request {
        file: Some(config::File {
            name: config::FILE,
            bytes: text.as_bytes(),
        }),
        site: None,
        env: None,
        flags: &[],
        known: &[],
        resolve: &|_| Ok(None),
    });
    let now = Now {
        today: clock::today(),
        trusted: true,
    };
    let mut book = models::book(&settings.unwrap(), &now).unwrap();
    book.places.iter_mut().for_each(|place| place.free = false);
    book
}

/// Asks with all that stands around a call; each time something else, or the answer would be kept.
async fn whole_way(client: &Client<'_>, request: &Request, round: usize) {
    let mut request = request.clone();
    request.seed = Some(round as u64);
    let reply = client
        .ask(&Question {
            agent: "",
            task: "",
            stage: "manual",
            run: "overhead",
            day: &clock::today(),
            repository: "here",
            request: &request,
            expected: None,
            prompt: "",
            deadline: Instant::now() + Duration::from_secs(60),
            cancel: Cancel::default(),
        })
        .await;
    let given = reply.answer.as_ref();
    let fresh = given.is_some_and(|given| given.text.len() == SAID && !given.cached);
    assert!(fresh, "{:?}", reply.failures);
}

/// One call after another on one connection, with nothing around them.
struct Exchange {
    socket: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Exchange {
    fn new(address: SocketAddr, to: &Endpoint, request: &Request, more: &[String]) -> Self {
        let call = to.codec.ask("", request, false);
        let more: String = more.iter().map(|header| format!("{header}\r\n")).collect();
        let head = format!(
            "POST /v1{} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: */*\r\n\
             {more}content-length: {}\r\n\r\n",
            call.path,
            call.body.len()
        );
        let socket = TcpStream::connect(address).unwrap();
        socket.set_nodelay(true).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self {
            socket,
            request: [head.as_bytes(), &call.body].concat(),
            answer: Vec::new(),
        }
    }

    fn run(&mut self) {
        self.socket.write_all(&self.request).unwrap();
        self.answer.clear();
        let mut buffer = [0; 16 << 10];
        while !self.is_whole() {
            let read = self.socket.read(&mut buffer).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&self.answer));
            self.answer.extend_from_slice(&buffer[..read]);
        }
        assert!(
            self.answer.starts_with(b"HTTP/1.1 200"),
            "{}",
            String::from_utf8_lossy(&self.answer)
        );
    }

    /// Whether the answer is there, by its length or its last chunk.
    fn is_whole(&self) -> bool {
        let Some(end) = memchr::memmem::find(&self.answer, b"\r\n\r\n") else {
            return false;
        };
        let head = String::from_utf8_lossy(&self.answer[..end]).to_lowercase();
        match head.split("content-length: ").nth(1) {
            Some(rest) => {
                let length: usize = rest.lines().next().unwrap().parse().unwrap();
                self.answer.len() >= end + 4 + length
            }
            None => self.answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

/// Returns the seconds that a process was on a CPU so far; zero where the system does not say.
fn cpu_of(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(12) + ticks(13)) / TICKS
}

/// The server's answer.
pub fn chat() -> Vec<u8> {
    let message = json!({"role": "assistant", "content": "x".repeat(SAID)});
    let body = json!({
        "id": "call-1", "object": "chat.completion", "created": 1_790_000_000, "model": "model-1",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 4000, "completion_tokens": 300, "total_tokens": 4300},
    });
    let body = body.to_string();
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}
