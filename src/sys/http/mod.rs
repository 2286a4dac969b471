//! The HTTP client: pooled connections, HTTP/2, TLS, proxies.
//!
//! What it leaves out on purpose: it follows no redirect, repeats no request, keeps no cookie and inflates no
//! body, so that a key goes to one host once and a body is as long as the bytes that were read.

mod error;
mod handed;
mod proxy;
mod tls;
mod way;

pub use error::Error;
pub use proxy::Proxies;
pub use tls::{Identity, Trust};
pub use way::{Certificates, Opened, Way};

use handed::Handed;

use std::future::Future;
use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What a client is made of.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where requests go first.
    pub proxies: Proxies,
    /// Whom to believe, and how to show who is asking.
    pub trust: Trust,
}

/// A client. Nothing is loaded or opened before the first request, and no certificate before the first one
/// that needs TLS.
#[derive(Debug)]
pub struct Client {
    options: Options,
    /// The clients that were needed so far: seldom more than one.
    made: Mutex<Vec<(Need, reqwest::Client)>>,
    /// The connection for the one request of a client that opens none.
    handed: Option<Mutex<Option<Handed>>>,
}

/// By how much the limit for the first byte is longer than that for connecting, at the least.
const A_MOMENT: Duration = Duration::from_millis(50);

/// What tells one inner client from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    tls: bool,
    connect: Duration,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The whole address.
    pub url: &'a str,
    /// The headers.
    pub headers: Vec<Header<'a>>,
    /// The body; empty: none.
    pub body: Vec<u8>,
}

/// A header of a request.
#[derive(Clone)]
pub struct Header<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says.
    pub value: zeroize::Zeroizing<String>,
    /// Whether the value is never to be shown.
    pub secret: bool,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, name look-up, proxy and TLS included.
    pub connect: Duration,
    /// For the head of the answer and for the first piece of its body, connecting included. Some servers send
    /// a head at once, and think then.
    pub first_byte: Duration,
    /// For each further piece of the body; the first one has this much as well.
    pub idle: Duration,
}

/// The head of an answer, with the way to its body.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, names in lowercase; values that are not UTF-8 are left out.
    pub headers: Vec<(String, String)>,
    inner: reqwest::Response,
    /// When the first piece must be there, until it is.
    first: Option<Instant>,
    idle: Duration,
}

impl Client {
    /// A client that has done nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            made: Mutex::default(),
            handed: None,
        }
    }

    /// A client for one request, over a connection that somebody else opened. It opens nothing and reads no
    /// file.
    #[must_use]
    pub fn over(opened: Opened, certificates: Certificates) -> Self {
        Self {
            handed: Some(Mutex::new(Some(Handed::new(opened, certificates)))),
            ..Self::new(Options::default())
        }
    }

    /// A client like this one with connections of its own: those of one belong to the thread that opened them.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::new(self.options.clone())
    }

    /// Sends a request and waits for the head of the answer. To drop the future, or the response, ends the
    /// request.
    ///
    /// # Errors
    /// An [`Error`]; a status is none.
    pub async fn send(&self, request: Request<'_>, limits: Limits) -> Result<Response, Error> {
        let url = address(request.url)?;
        let need = Need {
            tls: url.scheme() == "https" || self.options.proxies.need_tls(&url),
            connect: limits.connect,
        };
        let request = build(url, request)?;
        // Connecting has its own limit inside of the client, which must be able to come first.
        let limit = limits.first_byte.max(limits.connect.saturating_add(A_MOMENT));
        let begun = Instant::now();
        let sent = tokio::time::timeout(limit, self.execute(need, request, limits)).await;
        let inner = sent.map_err(|_| Error::FirstByte)??;
        Ok(Response {
            status: inner.status().as_u16(),
            headers: headers(inner.headers()),
            inner,
            first: begun.checked_add(limits.first_byte),
            idle: limits.idle,
        })
    }

    async fn execute(
        &self,
        need: Need,
        request: reqwest::Request,
        limits: Limits,
    ) -> Result<reqwest::Response, Error> {
        let Some(handed) = &self.handed else {
            return self.client(need)?.execute(request).await.map_err(Error::of);
        };
        let handed = handed.lock().unwrap_or_else(|poison| poison.into_inner()).take();
        match handed {
            Some(handed) => handed.send(request, limits).await,
            None => Err(Error::Request("the connection was for one request".to_owned())),
        }
    }

    fn client(&self, need: Need) -> Result<reqwest::Client, Error> {
        // A panic elsewhere leaves the list as good as it was.
        let mut made = self.made.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some((_, client)) = made.iter().find(|(n, _)| *n == need) {
            return Ok(client.clone());
        }
        let client = self.make(need)?;
        made.push((need, client.clone()));
        Ok(client)
    }

    fn make(&self, need: Need) -> Result<reqwest::Client, Error> {
        let tls = if need.tls {
            tls::config(&self.options.trust)?
        } else {
            tls::none()?
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(need.connect)
            .no_proxy();
        for proxy in self.options.proxies.build()? {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(Error::of)
    }
}

impl Response {
    /// Returns the next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// [`Error::Idle`] when nothing came for too long, and others when the connection broke.
    pub async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        let left = self
            .first
            .map(|end| end.saturating_duration_since(Instant::now()));
        let limit = left.map_or(self.idle, |left| left.max(self.idle));
        let chunk = tokio::time::timeout(limit, self.inner.chunk()).await;
        chunk.map_err(|_| Error::Idle)?.map_err(Error::of)
    }

    /// Says that the answer has begun: from now on each piece has the time of a further one. Who reads it knows;
    /// some servers send signs of life before.
    pub fn has_begun(&mut self) {
        self.first = None;
    }

    /// Returns the first value of that lowercase name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.secret { "***" } else { self.value.as_str() };
        write!(f, "{}: {value}", self.name)
    }
}

/// Runs a future to its end on this thread, with what the client needs around it.
///
/// A look-up of a name cannot be called off, so it is left behind rather than waited for.
///
/// # Errors
/// When the system gives no event queue.
pub fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

/// Reads an address that a request may go to.
fn address(text: &str) -> Result<reqwest::Url, Error> {
    // What was written is not repeated where it may hold a password.
    let url = reqwest::Url::parse(text).map_err(|e| Error::Request(format!("the address is wrong: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::Request(format!(
            "an address begins with `https://` or `http://`, not with `{}:`",
            url.scheme()
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::Request("an address holds no user and no password".into()));
    }
    Ok(url)
}

fn build(url: reqwest::Url, request: Request<'_>) -> Result<reqwest::Request, Error> {
    use reqwest::header::{HeaderName, HeaderValue};
    let method = reqwest::Method::from_bytes(request.method.as_bytes());
    let method = method.map_err(|_| Error::Request(format!("`{}` is no method", request.method)))?;
    let mut built = reqwest::Request::new(method, url);
    for header in request.headers {
        // The value is named by its name alone: it may be a key.
        let wrong = || Error::Request(format!("the header `{}` cannot be sent", header.name));
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(&header.value).map_err(|_| wrong())?;
        value.set_sensitive(header.secret);
        built.headers_mut().insert(name, value);
    }
    if !request.body.is_empty() {
        *built.body_mut() = Some(request.body.into());
    }
    Ok(built)
}

fn headers(map: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let readable = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    };
    map.iter().filter_map(readable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        address(text).unwrap_err().to_string()
    }

    #[test]
    fn an_address_is_of_the_web_and_holds_no_password() {
        assert_eq!(address("https://a.example/v1?b=c").unwrap().path(), "/v1");
        assert_eq!(refused("v1"), "the address is wrong: relative URL without a base");
        assert_eq!(
            refused("file:///etc/passwd"),
            "an address begins with `https://` or `http://`, not with `file:`"
        );
        let text = refused("https://me:hunter2@a.example");
        assert_eq!(text, "an address holds no user and no password");
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_named_without_its_value() {
        let request = Request {
            method: "GET",
            url: "",
            headers: vec![Header {
                name: "x-key",
                value: "a\nb".to_owned().into(),
                secret: true,
            }],
            body: Vec::new(),
        };
        assert_eq!(format!("{:?}", request.headers), "[x-key: ***]");
        let url = address("http://127.0.0.1/").unwrap();
        let failed = build(url, request).unwrap_err();
        assert_eq!(failed.to_string(), "the header `x-key` cannot be sent");
    }

    #[test]
    fn a_client_is_made_once_for_each_need() {
        let client = Client::new(Options::default());
        let need = |connect| Need {
            tls: false,
            connect: Duration::from_secs(connect),
        };
        for connect in [1, 1, 2] {
            client.client(need(connect)).unwrap();
        }
        assert_eq!(client.made.lock().unwrap().len(), 2);
    }
}
