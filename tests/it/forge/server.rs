//! An HTTP server for one forge: 127.0.0.1, a thread for each connection, gone when it is dropped.
#![expect(
    clippy::disallowed_methods,
    reason = "a test reads what it is told on its own"
)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    /// Returns a parameter of the query.
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// Returns a header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or("", |(_, value)| value)
    }
}

/// What goes back.
#[derive(Debug, Clone)]
pub struct Said {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub delay: Duration,
    /// Whether the connection is closed without an answer.
    pub hangs_up: bool,
}

impl Said {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            delay: Duration::ZERO,
            hangs_up: false,
        }
    }

    /// An answer with a message, as forges refuse.
    pub fn no(status: u16, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "message": message }))
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// Trouble: what is said instead of an answer to requests that fit.
pub struct Trouble {
    pub method: &'static str,
    /// What the path holds.
    pub path: &'static str,
    pub said: Said,
    /// How often.
    pub times: usize,
    /// Whether what is asked is done all the same.
    pub is_done: bool,
}

/// A forge that answers.
pub trait Fake: Send + 'static {
    /// Its word, for the record.
    fn name(&self) -> &'static str;

    fn answer(&mut self, asked: &Asked) -> Said;
}

/// A running server.
pub struct Server<F> {
    pub fake: Arc<Mutex<F>>,
    pub log: Arc<Mutex<Vec<Asked>>>,
    trouble: Arc<Mutex<Vec<Trouble>>>,
    at: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl<F: Fake> Server<F> {
    pub fn start(fake: F) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            fake: Arc::new(Mutex::new(fake)),
            log: Arc::default(),
            trouble: Arc::default(),
            at: listener.local_addr().unwrap(),
            is_over: Arc::default(),
        };
        let (fake, log) = (server.fake.clone(), server.log.clone());
        let (trouble, is_over) = (server.trouble.clone(), server.is_over.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let (fake, log, trouble) = (fake.clone(), log.clone(), trouble.clone());
                let Ok(stream) = stream else { continue };
                std::thread::spawn(move || {
                    let answer = |asked: Asked| {
                        record(fake.lock().unwrap().name(), &asked);
                        let said = answered(&asked, &fake, &trouble);
                        log.lock().unwrap().push(asked);
                        said
                    };
                    drop(serve(&stream, answer));
                });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    pub fn trouble(&self, method: &'static str, path: &'static str, said: Said, times: usize) {
        self.trouble.lock().unwrap().push(Trouble {
            method,
            path,
            said,
            times,
            is_done: false,
        });
    }

    /// As [`Server::trouble`], but what is asked is done.
    pub fn lost(&self, method: &'static str, path: &'static str, said: Said) {
        self.trouble.lock().unwrap().push(Trouble {
            method,
            path,
            said,
            times: 1,
            is_done: true,
        });
    }

    /// Returns what came since the last call, as `METHOD /path`.
    pub fn asked(&self) -> Vec<String> {
        let log = std::mem::take(&mut *self.log.lock().unwrap());
        log.iter()
            .map(|asked| format!("{} {}", asked.method, asked.path))
            .collect()
    }

    /// Returns what came since the last call and changes something.
    pub fn written(&self) -> Vec<String> {
        self.asked()
            .into_iter()
            .filter(|line| !line.starts_with("GET "))
            .collect()
    }
}

impl<F> Drop for Server<F> {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.at));
    }
}

/// Adds a request to the file that a variable names, for checks with tools that others wrote.
fn record(forge: &str, asked: &Asked) {
    let Some(path) = std::env::var_os("PANTHEON_FORGE_LOG") else {
        return;
    };
    let line = serde_json::json!({
        "forge": forge, "method": asked.method, "path": asked.path, "query": asked.query, "body": asked.body,
    });
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    // One write, so that lines of several tests do not mix.
    file.unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn answered<F: Fake>(asked: &Asked, fake: &Mutex<F>, trouble: &Mutex<Vec<Trouble>>) -> Said {
    let mut trouble = trouble.lock().unwrap();
    let fits = |t: &&mut Trouble| t.times > 0 && t.method == asked.method && asked.path.contains(t.path);
    let found = trouble.iter_mut().find(fits).map(|t| {
        t.times -= 1;
        (t.said.clone(), t.is_done)
    });
    drop(trouble);
    match found {
        Some((said, false)) => said,
        Some((said, true)) => {
            fake.lock().unwrap().answer(asked);
            said
        }
        None => fake.lock().unwrap().answer(asked),
    }
}

fn serve(stream: &TcpStream, answer: impl Fn(Asked) -> Said) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(90)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    while let Some(asked) = read(&mut reader)? {
        let said = answer(asked);
        std::thread::sleep(said.delay);
        if said.hangs_up {
            return stream.shutdown(std::net::Shutdown::Both);
        }
        let mut head = format!("HTTP/1.1 {} x\r\n", said.status);
        for (name, value) in &said.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if said.status != 204 {
            head.push_str(&format!("content-length: {}\r\n", said.body.len()));
        }
        head.push_str("\r\n");
        writer.write_all(head.as_bytes())?;
        if said.status != 204 {
            writer.write_all(&said.body)?;
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Asked {
        method,
        path,
        query,
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }))
}
