//! One try: a request out, an answer in.

use super::{Endpoint, Within, scrub};
use crate::llm::answer::{Answer, Failure, FailureKind, Wait};
use crate::llm::provider::{Call, Headers};
use crate::llm::sse::{Event, Reader};
use crate::sys::http::{self, Header, Limits, Response};
use std::time::{Duration, Instant};

/// The most bytes of an answer that is no success. What a person is told has 300 characters.
const MOST_OF_A_FAILURE: usize = 64 << 10;

/// The most time for such a body: its status says enough.
const TIME_OF_A_FAILURE: Duration = Duration::from_secs(2);

/// Who asks.
const USER_AGENT: &str = concat!("pantheon/", env!("CARGO_PKG_VERSION"));

/// Sends a call and reads its answer.
pub(super) async fn answer(
    endpoint: &Endpoint,
    call: &Call,
    stream: bool,
    within: &Within,
) -> Result<Answer, Failure> {
    let key = endpoint.key.as_ref();
    let mut answer = read(endpoint, call, stream, within)
        .await
        .map_err(|failure| scrub::failure(key, failure))?;
    scrub::answer(key, &mut answer);
    Ok(answer)
}

async fn read(endpoint: &Endpoint, call: &Call, stream: bool, within: &Within) -> Result<Answer, Failure> {
    let (headers, mut response) = send(endpoint, call, within).await?;
    match form(&headers, stream)? {
        Form::Events => events(endpoint, &headers, &mut response, within).await,
        Form::Json => {
            let body = whole(endpoint, &mut response, within).await?;
            endpoint.codec.answer(&headers, &body)
        }
    }
}

/// Sends a call and reads its body.
pub(super) async fn body(endpoint: &Endpoint, call: &Call, within: &Within) -> Result<Vec<u8>, Failure> {
    let (headers, mut response) = send(endpoint, call, within).await?;
    form(&headers, false)?;
    whole(endpoint, &mut response, within).await
}

/// Sends a call and waits for the head of its answer, which is one of success.
async fn send(endpoint: &Endpoint, call: &Call, within: &Within) -> Result<(Headers, Response), Failure> {
    let begun = Instant::now();
    let url = format!("{}{}", endpoint.base_url.trim_end_matches('/'), call.path);
    let request = http::Request {
        method: call.method,
        url: &url,
        headers: headers(endpoint, call),
        body: call.body.clone(),
    };
    let limits = Limits {
        connect: within.connect,
        first_byte: within.first_byte,
        idle: within.idle,
    };
    let sent = endpoint.http.send(request, limits).await;
    log(endpoint, call, &sent, begun);
    let mut response = sent.map_err(failure)?;
    let mut headers = Headers(std::mem::take(&mut response.headers));
    scrub::headers(endpoint.key.as_ref(), &mut headers);
    match response.status {
        200..=299 => Ok((headers, response)),
        300..=399 => Err(redirect(response.status)),
        // Only a proxy answers this.
        407 => {
            let message = "the proxy asks for a user and a password";
            Err(with_status(FailureKind::Connect, message, 407))
        }
        _ => Err(declined(endpoint, &headers, &mut response).await),
    }
}

/// Tells where a call went, and nothing that it said.
fn log(endpoint: &Endpoint, call: &Call, sent: &Result<Response, http::Error>, begun: Instant) {
    let host = endpoint.base_url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let path = call.path.split('?').next().unwrap_or_default();
    let ms = begun.elapsed().as_millis();
    match sent {
        Ok(response) => {
            tracing::debug!(
                method = call.method,
                host,
                path,
                status = response.status,
                ms,
                "answered"
            );
        }
        Err(error) => {
            tracing::debug!(
                method = call.method,
                host,
                path,
                error = failure(error.clone()).kind.name(),
                ms,
                "failed"
            );
        }
    }
}

/// Returns what is sent with every call. Of two with one name the later one counts: the key's is the last.
fn headers<'a>(endpoint: &'a Endpoint, call: &'a Call) -> Vec<Header<'a>> {
    let plain = |name, value: &str| Header {
        name,
        value: value.to_owned().into(),
        secret: false,
    };
    let mut headers = vec![
        plain("user-agent", USER_AGENT),
        plain("accept-encoding", "identity"),
    ];
    if !call.body.is_empty() {
        headers.push(plain("content-type", "application/json"));
    }
    headers.extend(call.headers.iter().map(|(name, value)| plain(name, value)));
    for (name, value) in &endpoint.headers {
        let header = plain(name, value);
        // A gateway's own key may stand here.
        headers.push(Header {
            secret: true,
            ..header
        });
    }
    if let Some(key) = &endpoint.key {
        let auth = endpoint.codec.auth();
        headers.push(Header {
            name: auth.header,
            value: format!("{}{}", auth.prefix, key.expose()).into(),
            secret: true,
        });
    }
    headers
}

/// The form of an answer.
enum Form {
    Json,
    Events,
}

/// Returns the form by the content type. Some servers answer the wish for a stream at one go, which is as
/// good. Without a type the form is what was asked for.
fn form(headers: &Headers, stream: bool) -> Result<Form, Failure> {
    let encoding = headers.get("content-encoding").unwrap_or("identity");
    if !encoding.eq_ignore_ascii_case("identity") {
        return Err(malformed("the answer is compressed, which was not asked for"));
    }
    let kind = headers.get("content-type").unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        "" if stream => Ok(Form::Events),
        "text/event-stream" if stream => Ok(Form::Events),
        "" | "application/json" => Ok(Form::Json),
        kind if kind.ends_with("+json") => Ok(Form::Json),
        kind => Err(malformed(&format!("the answer is `{kind}`, not JSON"))),
    }
}

/// Reads a whole body, up to the most that is taken.
async fn whole(endpoint: &Endpoint, response: &mut Response, within: &Within) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        response.has_begun();
        let chunk = chunk.as_ref();
        if body.len() + chunk.len() > within.max_body {
            return Err(too_much(within));
        }
        body.extend_from_slice(chunk);
    }
    if let Some(key) = &endpoint.key {
        key.scrub_bytes(&mut body);
    }
    Ok(body)
}

/// Reads a stream until its codec has all that it needs.
async fn events(
    endpoint: &Endpoint,
    headers: &Headers,
    response: &mut Response,
    within: &Within,
) -> Result<Answer, Failure> {
    let mut stream = endpoint.codec.stream(headers);
    let mut reader = Reader::new(within.max_body);
    let mut taken = 0;
    let mut events = Vec::new();
    let mut is_over = false;
    while !is_over {
        match response.chunk().await.map_err(failure)? {
            Some(chunk) => {
                taken += chunk.as_ref().len();
                if taken > within.max_body {
                    return Err(too_much(within));
                }
                reader.push(chunk.as_ref(), &mut events)?;
            }
            None => {
                is_over = true;
                flush(&mut reader, &mut events)?;
            }
        }
        if !events.is_empty() {
            response.has_begun();
        }
        for mut event in events.drain(..) {
            if let Some(key) = &endpoint.key {
                key.scrub(&mut event.data);
            }
            if stream.event(&event)? {
                is_over = true;
                break;
            }
        }
    }
    stream.end()
}

/// Ends the event that has begun: some servers leave out the blank line after the last one. If it was cut
/// instead, its codec will not be able to read it.
fn flush(reader: &mut Reader, events: &mut Vec<Event>) -> Result<(), Failure> {
    if !reader.is_inside() {
        return Ok(());
    }
    reader.push(b"\n\n", events)?;
    if events.is_empty() {
        return Err(malformed("the stream ends within an event"));
    }
    Ok(())
}

/// Reads what can be had of an answer that is no success, and has it explained.
async fn declined(endpoint: &Endpoint, headers: &Headers, response: &mut Response) -> Failure {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(chunk.as_ref());
            if body.len() >= MOST_OF_A_FAILURE {
                break;
            }
        }
    };
    // Whatever ended it: the status stands.
    drop(tokio::time::timeout(TIME_OF_A_FAILURE, read).await);
    body.truncate(MOST_OF_A_FAILURE);
    if let Some(key) = &endpoint.key {
        key.scrub_bytes(&mut body);
    }
    let failure = endpoint.codec.failure(response.status, headers, &body);
    scrub::failure(endpoint.key.as_ref(), failure)
}

/// Says what an error of the way means for the next try.
#[must_use]
pub fn failure(error: http::Error) -> Failure {
    let kind = match &error {
        http::Error::Request(_) => FailureKind::Refused,
        http::Error::Connect(_) => FailureKind::Connect,
        http::Error::Tls(_) => FailureKind::Tls,
        http::Error::Broken(_) => FailureKind::Broken,
        http::Error::Malformed(_) => FailureKind::Malformed,
        http::Error::ConnectTime => FailureKind::TimedOut(Wait::Connect),
        http::Error::FirstByte => FailureKind::TimedOut(Wait::FirstByte),
        http::Error::Idle => FailureKind::TimedOut(Wait::Idle),
    };
    Failure::new(kind, &error.to_string())
}

fn redirect(status: u16) -> Failure {
    let message = format!("status {status} leads to another address, which is not followed");
    with_status(FailureKind::Redirect, &message, status)
}

fn with_status(kind: FailureKind, message: &str, status: u16) -> Failure {
    let mut failure = Failure::new(kind, message);
    failure.status = Some(status);
    failure
}

fn malformed(message: &str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}

fn too_much(within: &Within) -> Failure {
    let message = format!("the answer is longer than {} bytes", within.max_body);
    Failure::new(FailureKind::TooMuch, &message)
}
