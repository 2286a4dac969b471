//! The parent's side.

use super::wire::{self, Hello, Job, Order, Outcome};
use super::{Proof, WORD, Worker};
use crate::llm::answer::{Failure, FailureKind, Wait, one_line};
use crate::llm::provider::MOST_TOKENS;
use crate::llm::reading::{self, Expected};
use crate::llm::transport::{self, Carried, Exchange};
use crate::sandbox::Layers;
use crate::sys::held::{self, Held, Start};
use crate::sys::http::{self, Opened};
use std::fmt::Display;
use std::io;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::net::UnixStream;

/// The most time for a child to lock itself in, on a machine that is busy.
const START: Duration = Duration::from_secs(10);

/// The most time to try what is denied.
const PROOF: Duration = Duration::from_secs(20);

/// What a child needs of the environment: where the system's authorities are, if not in the usual place.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// A child, and the channel to it. It ends with this value.
struct Child {
    channel: UnixStream,
    _process: Held,
}

/// Carries a try through a child of its own.
pub async fn exchange(worker: &Worker, exchange: Exchange<'_>) -> Result<Carried, Failure> {
    let begun = Instant::now();
    let Exchange { endpoint, within, .. } = exchange;
    let opened = endpoint.http.open(&endpoint.base_url, within.connect).await;
    let Opened { stream, way, tls } = opened.map_err(transport::failure)?;
    let gone = begun.elapsed();
    let mut child = start(worker, stream)?;
    let trust = tls.then(|| endpoint.http.trust().clone());
    let layers = child.greet(&Order::Exchange(trust)).await?;
    worker.hear(&layers)?;
    let started = begun.elapsed().saturating_sub(gone);
    let job = Job::of(&exchange, way, tls, gone);
    child.say(&job).await?;
    drop(job);
    let outcome: Outcome = child.hear(wire::most(within.max_body)).await?;
    tracing::debug!(
        level = layers.level().name(),
        connect_us = gone.as_micros(),
        start_us = started.as_micros(),
        ms = begun.elapsed().as_millis(),
        "the worker is done"
    );
    match outcome {
        Ok(carried) => plain(carried, exchange.expected.as_ref()),
        Err(failure) => Err(distrusted(failure)),
    }
}

/// Has a child try what it must not be able to do.
pub fn prove(worker: &Worker) -> Result<Proof, Failure> {
    let dir = tempfile::tempdir().map_err(refused)?;
    std::fs::File::create(dir.path().join("old")).map_err(refused)?;
    let order = Order::Prove(dir.path().to_owned());
    let proving = async {
        let mut child = start(worker, Stdio::null())?;
        let layers = child.greet(&order).await?;
        worker.hear(&layers)?;
        let attempts = tokio::time::timeout(PROOF, child.hear(wire::SHORT)).await;
        let attempts = attempts.map_err(|_| silent())??;
        Ok(Proof { layers, attempts })
    };
    http::block_on(proving).map_err(refused)?
}

fn start(worker: &Worker, connection: impl Into<Connection>) -> Result<Child, Failure> {
    let mut args = worker.args.clone();
    args.push(WORD.into());
    let start = Start {
        program: worker.program.clone(),
        args,
        env: held::variables(&VARIABLES),
    };
    let begin = || {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let process = start.hold(OwnedFd::from(theirs), connection.into().0)?;
        Ok(Child {
            channel: UnixStream::from_std(ours)?,
            _process: process,
        })
    };
    begin().map_err(|error: io::Error| {
        let message = format!("the worker cannot be started: {error}");
        Failure::new(FailureKind::Refused, &message)
    })
}

/// What a child gets for its connection.
struct Connection(Stdio);

impl From<TcpStream> for Connection {
    fn from(stream: TcpStream) -> Self {
        Self(OwnedFd::from(stream).into())
    }
}

impl From<Stdio> for Connection {
    fn from(none: Stdio) -> Self {
        Self(none)
    }
}

impl Child {
    /// Gives the order, and waits until the child is locked in.
    async fn greet(&mut self, order: &Order) -> Result<Layers, Failure> {
        let greeting = async {
            self.say(order).await?;
            self.hear::<Hello>(wire::SHORT).await
        };
        let hello = tokio::time::timeout(START, greeting).await;
        hello.map_err(|_| silent())??.map_err(distrusted)
    }

    async fn say(&mut self, message: &impl serde::Serialize) -> Result<(), Failure> {
        wire::send(&mut self.channel, message).await.map_err(|e| died(&e))
    }

    async fn hear<T: serde::de::DeserializeOwned>(&mut self, most: usize) -> Result<T, Failure> {
        wire::receive(&mut self.channel, most).await.map_err(|e| died(&e))
    }
}

/// Takes what a child says about an answer for what it is: words of a stranger.
fn plain(mut carried: Carried, expected: Option<&Expected<'_>>) -> Result<Carried, Failure> {
    let usage = &mut carried.answer.usage;
    for count in [
        &mut usage.input,
        &mut usage.cache_read,
        &mut usage.cache_write,
        &mut usage.cache_write_long,
        &mut usage.output,
        &mut usage.thinking,
    ] {
        *count = (*count).min(MOST_TOKENS);
    }
    if let Some(notice) = &mut carried.answer.notice {
        *notice = one_line(notice);
    }
    let finish = &carried.answer.finish;
    carried.reading = match (carried.reading, expected) {
        (None, None) => None,
        (Some(Ok(reading)), Some(expected)) => Some(reading::confirm(reading, finish, expected)),
        (Some(Err(unreadable)), Some(_)) => Some(Err(unreadable.one_line())),
        _ => {
            let message = "the worker said nothing about the form of the answer";
            return Err(Failure::new(FailureKind::Malformed, message));
        }
    };
    Ok(carried)
}

/// Takes a failure over, if it is one that a child can know of.
fn distrusted(failure: Failure) -> Failure {
    let ours = matches!(
        failure.kind,
        FailureKind::BreakerOpen(_)
            | FailureKind::Limited
            | FailureKind::Budget
            | FailureKind::Cancelled
            | FailureKind::TimedOut(Wait::Total)
    );
    if ours {
        return Failure::new(FailureKind::Malformed, "the worker said what it cannot know");
    }
    Failure {
        message: one_line(&failure.message),
        code: failure.code.as_deref().map(one_line),
        request_id: failure.request_id.as_deref().map(one_line),
        ..failure
    }
}

fn died(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Failure::new(FailureKind::Malformed, "the worker said what makes no sense")
        }
        _ => Failure::new(FailureKind::Broken, "the worker died"),
    }
}

fn silent() -> Failure {
    Failure::new(FailureKind::Broken, "the worker did not start in time")
}

fn refused(error: impl Display) -> Failure {
    Failure::new(
        FailureKind::Refused,
        &format!("the worker cannot be started: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::answer::{Answer, Finish};
    use crate::llm::reading::{Limits, Reading, Unreadable};
    use crate::model::Usage;
    use serde_json::{Value, json};

    fn carried(reading: Option<Result<Reading, Unreadable>>) -> Carried {
        let answer = Answer {
            finish: Finish::Complete,
            text: "text".to_owned(),
            calls: Vec::new(),
            turn: Vec::new(),
            served: None,
            usage: Usage {
                input: u64::MAX,
                output: u64::MAX,
                ..Usage::default()
            },
            id: None,
            notice: Some("a\u{1b}[31m\nb".to_owned()),
        };
        Carried { answer, reading }
    }

    fn read(value: Value) -> Reading {
        Reading {
            value,
            repairs: Vec::new(),
            is_partial: false,
            dropped: usize::MAX,
            problems: Vec::new(),
            unknown: usize::MAX,
        }
    }

    fn schema() -> Value {
        json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"],
            "additionalProperties": false})
    }

    fn taken(reading: Option<Result<Reading, Unreadable>>) -> Result<Carried, Failure> {
        let schema = schema();
        let expected = Expected {
            schema: &schema,
            verbatim: &[],
            synonyms: &[],
            limits: Limits::default(),
        };
        plain(carried(reading), Some(&expected))
    }

    #[test]
    fn what_a_worker_says_is_held_against_schema_and_caps_again() {
        let title = format!("\u{1b}[2J{}", "x".repeat(9000));
        let reading = read(json!({"title": title, "more": 1}));
        let reading = taken(Some(Ok(reading))).unwrap().reading.unwrap().unwrap();
        let shown = reading.value["title"].as_str().unwrap();
        assert!(shown.len() <= 8000 && !shown.contains('\u{1b}'), "{shown}");
        assert_eq!(reading.value.get("more"), None);
        assert!(!reading.is_whole());
        let reading = taken(Some(Ok(read(json!([]))))).unwrap().reading.unwrap();
        assert!(matches!(reading, Err(Unreadable::Schema(_))), "{reading:?}");
    }

    #[test]
    fn numbers_and_lines_of_a_worker_are_bounded() {
        let answer = taken(Some(Err(Unreadable::Empty))).unwrap().answer;
        assert_eq!(answer.usage.prompt(), MOST_TOKENS);
        assert_eq!(answer.notice.unwrap(), one_line("a\u{1b}[31m\nb"));
        let what = "x\u{1b}\n".repeat(1000).into();
        let unreadable = Unreadable::NotJson {
            what,
            line: 1,
            column: 1,
        };
        let reading = taken(Some(Err(unreadable))).unwrap().reading.unwrap();
        let told = reading.unwrap_err().to_string();
        assert!(told.len() < 4000 && !told.contains(['\u{1b}', '\n']), "{told}");
    }

    #[test]
    fn a_worker_that_leaves_the_reading_out_is_not_believed() {
        assert_eq!(taken(None).unwrap_err().kind, FailureKind::Malformed);
        let asked_for_none = plain(carried(Some(Err(Unreadable::Empty))), None);
        assert_eq!(asked_for_none.unwrap_err().kind, FailureKind::Malformed);
    }

    #[test]
    fn a_failure_that_only_the_parent_can_know_is_not_taken_over() {
        let told = |kind| distrusted(Failure::new(kind, "no")).kind;
        for kind in [
            FailureKind::Budget,
            FailureKind::Cancelled,
            FailureKind::TimedOut(Wait::Total),
        ] {
            assert_eq!(told(kind), FailureKind::Malformed);
        }
        assert_eq!(told(FailureKind::Auth), FailureKind::Auth);
        let failure = Failure {
            message: "a\u{1b}".repeat(1000),
            ..Failure::new(FailureKind::Auth, "")
        };
        assert!(!distrusted(failure).message.contains('\u{1b}'));
    }
}
