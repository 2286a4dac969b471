//! Sends the requests of a run: before a deadline, called off at once, repeated only where that cannot do a thing
//! twice. No text that leaves here holds the token.

use super::call::Call;
use super::codec::auth_value;
use super::pause::{self, Limit};
use super::{Target, is_safe};
use crate::sys::clock;
use crate::sys::http::{self, Header, Limits, Proxies, Request, Response};
use crate::sys::signal::Interrupt;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The most bytes of an answer: a page of the longest comments.
const MOST: usize = 16 << 20;
/// The most of what a refusal says, in characters.
const MOST_OF_A_REASON: usize = 200;
/// How often a request is sent.
const TRIES: u32 = 4;
/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(25);

/// Sends requests to one target.
pub struct Client<'a> {
    target: &'a Target,
    http: http::Client,
    deadline: Instant,
    interrupt: &'a Interrupt,
}

/// An answer of success.
pub struct Answer {
    /// What it holds; null where it is empty.
    pub value: Value,
    /// Whether a further page is announced; `None`: the forge does not say.
    pub has_next: Option<bool>,
}

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong: one lowercase line.
    pub text: String,
    /// Whether to look again at what is there: it may have been done, or may be done next time.
    pub is_open: bool,
}

impl Fault {
    /// Something that went wrong.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            status: None,
            text: text.into(),
            is_open: false,
        }
    }

    /// Whether the forge lets us not do it.
    pub fn is_refusal(&self) -> bool {
        matches!(self.status, Some(401 | 403 | 404 | 405 | 410))
    }

    /// Whether the forge dislikes what the request holds.
    pub fn is_dislike(&self) -> bool {
        matches!(self.status, Some(400 | 422))
    }
}

/// What became of one try.
enum Tried {
    Done(Answer),
    Wait(Duration, Fault),
    Failed(Fault),
}

impl<'a> Client<'a> {
    /// A client for a run.
    pub fn new(target: &'a Target, interrupt: &'a Interrupt) -> Self {
        let options = http::Options {
            proxies: Proxies::from_env(),
            ..http::Options::default()
        };
        Self {
            target,
            http: http::Client::new(options),
            deadline: Instant::now() + target.within,
            interrupt,
        }
    }

    /// Sends a request until there is an answer, or no sense in it.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn call(&self, call: &Call) -> Result<Answer, Fault> {
        if !is_safe(&self.target.api) {
            return Err(Fault::new(
                "the address of the api is neither `https://` nor this machine",
            ));
        }
        let mut made = 0;
        loop {
            made += 1;
            let (pause, fault) = match self.bounded(self.once(call, made)).await? {
                Tried::Done(answer) => return Ok(answer),
                Tried::Failed(fault) => return Err(fault),
                Tried::Wait(pause, fault) => (pause, fault),
            };
            if made >= TRIES {
                return Err(fault);
            }
            self.rest(pause, &fault).await?;
        }
    }

    /// Waits, if the time that is left allows it.
    ///
    /// # Errors
    /// The fault, where it does not.
    pub async fn rest(&self, pause: Duration, fault: &Fault) -> Result<(), Fault> {
        if pause >= self.left() {
            let text = format!(
                "{}; to wait {} s more is too long",
                fault.text,
                pause.as_secs().max(1)
            );
            return Err(Fault {
                text,
                ..fault.clone()
            });
        }
        self.bounded(async {
            tokio::time::sleep(pause).await;
            Ok(())
        })
        .await
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Lets something run until the time is over or somebody calls it off.
    async fn bounded<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        tokio::select! {
            biased;
            () = self.called_off() => Err(Fault::new("the program was told to end")),
            done = tokio::time::timeout_at(self.deadline.into(), work) => {
                done.unwrap_or_else(|_| {
                    Err(Fault::new(format!("there was no answer within {} s", self.target.within.as_secs().max(1))))
                })
            }
        }
    }

    async fn called_off(&self) {
        while self.interrupt.check().is_ok() {
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn once(&self, call: &Call, made: u32) -> Result<Tried, Fault> {
        let again = |fault: Fault| match call.method {
            // It may have been done: whoever calls looks first.
            "POST" => Tried::Failed(Fault {
                is_open: true,
                ..fault
            }),
            _ => Tried::Wait(
                pause::backoff(made),
                Fault {
                    is_open: true,
                    ..fault
                },
            ),
        };
        let mut response = match self.send(call).await {
            Ok(response) => response,
            Err(e @ (http::Error::Request(_) | http::Error::Tls(_))) => {
                return Ok(Tried::Failed(self.fault(None, &e.to_string())));
            }
            Err(e @ (http::Error::Connect(_) | http::Error::ConnectTime)) => {
                return Ok(Tried::Wait(
                    pause::backoff(made),
                    self.fault(None, &e.to_string()),
                ));
            }
            Err(e) => return Ok(again(self.fault(None, &e.to_string()))),
        };
        let status = response.status;
        let body = match body(&mut response).await {
            Ok(body) => body,
            Err(why) => return Ok(again(self.fault(None, &why))),
        };
        if (200..300).contains(&status) {
            return Ok(self.done(&response, &body));
        }
        let reason = reason(&body);
        let fault = self.fault(Some(status), &reason);
        if let Some(pause) = Limit::of(&response).pause(status, &reason, clock::now()) {
            // The forge has not looked at the request, so that it can be sent again as it is.
            return Ok(Tried::Wait(
                pause,
                Fault {
                    status: Some(429),
                    ..fault
                },
            ));
        }
        Ok(if status >= 500 {
            again(fault)
        } else {
            Tried::Failed(fault)
        })
    }

    async fn send(&self, call: &Call) -> Result<Response, http::Error> {
        let codec = self.target.forge.codec();
        let (name, prefix) = codec.auth(self.target);
        let plain = |name, value: &str| Header {
            name,
            value: value.to_owned().into(),
            secret: false,
        };
        let mut headers: Vec<Header<'_>> = codec.headers().iter().map(|(n, v)| plain(n, v)).collect();
        headers.push(plain(
            "user-agent",
            concat!("pantheon/", env!("CARGO_PKG_VERSION")),
        ));
        if call.body.is_some() {
            headers.push(plain("content-type", "application/json"));
        }
        headers.push(Header {
            name,
            value: auth_value(prefix, &self.target.token),
            secret: true,
        });
        let url = format!("{}{}", self.target.api.trim_end_matches('/'), call.path);
        let request = Request {
            method: call.method,
            url: &url,
            headers,
            body: call
                .body
                .as_ref()
                .map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
        };
        let part = (self.target.within / 2).max(Duration::from_millis(200));
        let limits = Limits {
            connect: part.min(Duration::from_secs(10)),
            first_byte: part.min(Duration::from_secs(20)),
            idle: part.min(Duration::from_secs(10)),
        };
        let sent = self.http.send(request, limits).await;
        tracing::debug!(
            method = call.method,
            path = call.path,
            status = sent.as_ref().map_or(0, |r| r.status),
            "forge"
        );
        sent
    }

    fn done(&self, response: &Response, body: &[u8]) -> Tried {
        let has_next = response.header("link").map(|link| link.contains("rel=\"next\""));
        if body.is_empty() {
            return Tried::Done(Answer {
                value: Value::Null,
                has_next,
            });
        }
        match serde_json::from_slice(body) {
            Ok(value) => Tried::Done(Answer { value, has_next }),
            Err(_) => Tried::Failed(self.fault(None, "the answer is not JSON")),
        }
    }

    fn fault(&self, status: Option<u16>, reason: &str) -> Fault {
        let title = self.target.forge.title();
        let mut text = match (status, reason) {
            (Some(status @ 300..400), _) => {
                format!("{title} answers {status}: it leads elsewhere, which is not followed")
            }
            (Some(status), "") => format!("{title} answers {status}"),
            (Some(status), reason) => format!("{title} answers {status}: {reason}"),
            (None, reason) => format!("{title}: {reason}"),
        };
        self.target.token.scrub(&mut text);
        Fault {
            status,
            ..Fault::new(text)
        }
    }
}

/// Reads a body to its end, or to where it is too long.
async fn body(response: &mut Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(chunk.as_ref()),
            Ok(None) => return Ok(body),
            Err(e) => return Err(e.to_string()),
        }
        if body.len() > MOST {
            return Err(format!("the answer is longer than {MOST} bytes"));
        }
    }
}

/// Returns what a forge says about why not, in a form that can be printed.
fn reason(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = ["/message", "/error/message", "/error", "/errors/0/message"];
    let said = said.into_iter().find_map(|at| match value.pointer(at)? {
        Value::String(text) => Some(text.clone()),
        other @ (Value::Object(_) | Value::Array(_)) => Some(other.to_string()),
        _ => None,
    });
    super::wanted::cut(&said.unwrap_or_default(), MOST_OF_A_REASON)
}
