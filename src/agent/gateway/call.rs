//! One call to a model: the key is swapped, the call is paid for, and its answer passes by.

use super::ask::{self, Call};
use super::conn::Conn;
use super::denial::Denial;
use super::head::Head;
use super::route::{Route, What};
use super::rules::Upstream;
use super::scrub::Needles;
use super::shared::{Held, Shared};
use super::usage::Counting;
use crate::agent::meter::{Came, Planned};
use crate::agent::order::Wire;
use crate::llm::provider::Headers;
use crate::llm::tokens::{self, Family};
use crate::store::audit::{Entry, Kind};
use crate::sys::http::{self, Header, Limits, Response};

/// The headers of a request that go on. Whatever says more about who asks stays here.
const FROM_AGENT: [&str; 4] = ["accept", "anthropic-version", "anthropic-beta", "openai-beta"];
/// The headers of an answer that go on, by the beginning of their names.
const FROM_ENDPOINT: [&str; 7] = [
    "content-type",
    "retry-after",
    "request-id",
    "x-request-id",
    "x-should-retry",
    "anthropic-ratelimit-",
    "x-ratelimit-",
];
/// The features that an agent may not switch on, by a word in their names: the provider would reach out.
const FEATURES: [&str; 5] = [
    "mcp-client",
    "code-execution",
    "web-fetch",
    "web-search",
    "files-api",
];
/// Who asks.
const USER_AGENT: &str = concat!("pantheon/", env!("CARGO_PKG_VERSION"));

/// What has become of a request, for the log.
#[derive(Default)]
pub(super) struct Told {
    pub entry: Entry,
    pub wire: Option<Wire>,
}

/// Serves a request that is no tunnel.
pub(super) async fn serve(
    shared: &Shared,
    conn: &mut Conn,
    head: &Head,
    told: &mut Told,
) -> Result<(), Denial> {
    let route = Route::of(head)?;
    told.wire = route.wire;
    authorized(head, &shared.rules.placeholder)?;
    let upstream = upstream(shared, &route)?;
    told.wire = Some(upstream.wire);
    told.entry.host = host(&upstream.base_url);
    if let (What::Ask, Some(why)) = (&route.what, shared.stopped()) {
        return Err(Denial::budget(&why));
    }
    let bounds = &shared.rules.bounds;
    let arriving = tokio::time::timeout(bounds.arrive, conn.body(head, bounds.body)).await;
    let body = arriving.map_err(|_| Denial::new(408, "the body did not arrive in time").closing())??;
    told.entry.sent = body.len() as u64;
    let call = match route.what {
        What::Ask | What::Count => Some(ask::read(&route, upstream, &shared.rules.hide, &body)?),
        What::List => None,
    };
    if let Some(call) = &call {
        told.entry.model.clone_from(&call.model);
        told.entry.note = match call.changed.is_empty() {
            true => String::new(),
            false => format!("taken out: {}", call.changed.join(", ")),
        };
    }
    let held = match (&route.what, &call) {
        (What::Ask, Some(call)) => Some(pay(shared, conn, upstream, call).await?),
        _ => None,
    };
    let sent = Sent {
        shared,
        upstream,
        head,
        needles: Needles::new(shared.rules.upstreams.iter().filter_map(|u| u.key.as_ref())),
    };
    sent.exchange(conn, &route, call, held, told).await
}

/// Refuses a request that does not show the placeholder, or shows anything else.
fn authorized(head: &Head, placeholder: &str) -> Result<(), Denial> {
    let bearer = head.one("authorization")?;
    let bearer = bearer.map(|value| match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim_start(),
        _ => "",
    });
    let query = head.target.split_once('?').map_or("", |(_, query)| query);
    let of_query = query.split('&').filter_map(|pair| pair.strip_prefix("key="));
    let headers = [head.one("x-api-key")?, head.one("x-goog-api-key")?, bearer];
    let mut shown = headers.into_iter().flatten().chain(of_query).peekable();
    let is_shown = shown.peek().is_some();
    match is_shown && shown.all(|key| same(key, placeholder)) {
        true => Ok(()),
        false => Err(Denial::new(401, "the key is not the one of this session").closing()),
    }
}

/// Compares in a time that does not tell where the difference is.
pub(super) fn same(a: &str, b: &str) -> bool {
    let differ = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    a.len() == b.len() && !b.is_empty() && differ == 0
}

fn upstream<'a>(shared: &'a Shared, route: &Route) -> Result<&'a Upstream, Denial> {
    let fits = |upstream: &&Upstream| match route.wire {
        Some(wire) => upstream.wire == wire,
        None => upstream.wire != Wire::Gemini,
    };
    let found = shared.rules.upstreams.iter().find(fits);
    found.ok_or_else(|| Denial::new(403, "no provider of this session speaks this contract"))
}

/// Reserves what a call may come to.
async fn pay<'a>(
    shared: &'a Shared,
    conn: &Conn,
    upstream: &Upstream,
    call: &Call,
) -> Result<Held<'a>, Denial> {
    let text = String::from_utf8_lossy(&call.body);
    let planned = Planned {
        provider: upstream.provider.clone(),
        kind: upstream.kind,
        model: call.model.clone(),
        input: tokens::count(&text, family(upstream)),
        output: call.output,
        service_tier: call.service_tier.clone(),
        free: upstream.free,
    };
    let reserved = tokio::select! {
        reserved = shared.reserve(&planned, shared.rules.bounds.total) => reserved,
        () = conn.gone() => return Err(Denial::new(400, "the agent went away").closing()),
    };
    reserved.map_err(|refused| Denial::budget(&refused.0))
}

fn family(upstream: &Upstream) -> Family {
    match upstream.kind {
        "anthropic" => Family::Claude,
        "gemini" => Family::Gemini,
        "openai" => Family::O200k,
        _ => Family::Qwen,
    }
}

fn host(base_url: &str) -> String {
    let host = base_url.split("://").nth(1).unwrap_or_default();
    host.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

/// A call that is sent on.
struct Sent<'a> {
    shared: &'a Shared,
    upstream: &'a Upstream,
    head: &'a Head,
    needles: Needles,
}

/// How an answer came to its end.
enum End {
    Whole,
    /// It broke, or there was too much of it.
    Broken(String),
    /// The agent went away.
    Gone,
}

impl Sent<'_> {
    async fn exchange(
        &self,
        conn: &mut Conn,
        route: &Route,
        call: Option<Call>,
        held: Option<Held<'_>>,
        told: &mut Told,
    ) -> Result<(), Denial> {
        told.entry.kind = Kind::Request;
        let answer = tokio::select! {
            answer = self.send(route, call) => answer,
            () = conn.gone() => return Err(Denial::new(400, "the agent went away").closing()),
        };
        let mut response = match answer {
            Ok(response) => response,
            Err(error) => {
                if let Some(held) = held {
                    told.entry.cost = nano(held.settle(&if is_early(&error) {
                        Came::Nothing
                    } else {
                        Came::Unknown
                    }));
                }
                return Err(self.failed(&error));
            }
        };
        told.entry.status = u64::from(response.status);
        if (300..400).contains(&response.status) || response.header("content-encoding").is_some() {
            if let Some(held) = held {
                // The model may have worked for it.
                held.settle(&Came::Unknown);
            }
            return Err(unusable());
        }
        self.pass(conn, &mut response, held, told).await;
        Ok(())
    }

    /// Sends the call, and waits for the head of its answer.
    async fn send(&self, route: &Route, call: Option<Call>) -> Result<Response, http::Error> {
        let Upstream {
            base_url,
            connect,
            first_byte,
            idle,
            ..
        } = self.upstream;
        let path = call.as_ref().map_or(&route.path, |call| &call.path);
        let mark = if route.query.is_empty() { "" } else { "?" };
        let url = format!("{base_url}{path}{mark}{}", route.query);
        let mut body = call.map(|call| call.body).unwrap_or_default();
        // What an agent read in a file of its tree may be a key, and belongs to nobody else.
        for key in self
            .shared
            .rules
            .upstreams
            .iter()
            .filter_map(|upstream| upstream.key.as_ref())
        {
            key.scrub_bytes(&mut body);
        }
        let request = http::Request {
            method: if body.is_empty() { "GET" } else { "POST" },
            url: &url,
            headers: self.headers(!body.is_empty()),
            body,
        };
        let limits = Limits {
            connect: *connect,
            first_byte: *first_byte,
            idle: *idle,
        };
        self.upstream.http.send(request, limits).await
    }

    fn headers(&self, has_body: bool) -> Vec<Header<'static>> {
        let plain = |name, value: String| Header {
            name,
            value: value.into(),
            secret: false,
        };
        let mut headers = vec![plain("user-agent", USER_AGENT.to_owned())];
        if has_body {
            headers.push(plain("content-type", "application/json".to_owned()));
        }
        for name in FROM_AGENT {
            let value = self.head.get(name).map(|value| features(name, value));
            headers.extend(
                value
                    .filter(|value| !value.is_empty())
                    .map(|value| plain(name, value)),
            );
        }
        if self.upstream.wire == Wire::Anthropic && self.head.get("anthropic-version").is_none() {
            headers.push(plain("anthropic-version", self.upstream.api_version.clone()));
        }
        if let Some(key) = &self.upstream.key {
            let auth = &self.upstream.auth;
            headers.push(Header {
                name: auth.header,
                value: format!("{}{}", auth.prefix, key.expose()).into(),
                secret: true,
            });
        }
        headers
    }

    /// Passes an answer on while its tokens are counted.
    async fn pass(&self, conn: &mut Conn, response: &mut Response, held: Option<Held<'_>>, told: &mut Told) {
        let headers = Headers(std::mem::take(&mut response.headers));
        let most = self.shared.rules.bounds.answer;
        let longest = usize::try_from(most).unwrap_or(usize::MAX);
        let mut counting = Counting::new(self.upstream.wire, headers.clone(), longest);
        let end = match conn.begin(self.head, response.status, &self.kept(&headers)).await {
            Ok(()) => self.pieces(conn, response, &mut counting).await,
            Err(_) => End::Gone,
        };
        let is_ok = (200..300).contains(&response.status);
        let came = match is_ok {
            // Providers charge nothing for what they answer with an error.
            false => Came::Nothing,
            true => counting.end(matches!(end, End::Whole)),
        };
        if let Some(held) = held {
            told.entry.cost = nano(held.settle(&came));
        }
        if let Came::Answer(served, usage) = came {
            told.entry.input = usage.prompt();
            told.entry.output = usage.output;
            told.entry.model = served.map_or(std::mem::take(&mut told.entry.model), |name| {
                self.needles.clean(&name)
            });
        }
        match end {
            // The last words come after the bill: whoever hears them may ask what was spent.
            End::Whole => drop(conn.end().await),
            End::Broken(why) => note(told, &why),
            End::Gone => note(told, "the agent went away"),
        }
    }

    async fn pieces(&self, conn: &mut Conn, response: &mut Response, counting: &mut Counting) -> End {
        let mut scrubber = self.needles.scrubber();
        let mut left = self.shared.rules.bounds.answer;
        let mut has_begun = false;
        loop {
            let piece = tokio::select! {
                piece = response.chunk() => piece,
                () = conn.gone() => return End::Gone,
            };
            let clean = match &piece {
                Ok(Some(piece)) => {
                    let piece = piece.as_ref();
                    let Some(rest) = left.checked_sub(piece.len() as u64) else {
                        return End::Broken("the answer is too long".to_owned());
                    };
                    left = rest;
                    has_begun = true;
                    scrubber.push(piece)
                }
                Ok(None) => scrubber.end(),
                Err(error) => return End::Broken(error.to_string()),
            };
            if std::mem::take(&mut has_begun) {
                response.has_begun();
            }
            counting.push(&clean);
            if conn.piece(&clean).await.is_err() {
                return End::Gone;
            }
            if let Ok(None) = piece {
                return End::Whole;
            }
        }
    }

    fn kept(&self, headers: &Headers) -> Vec<(String, String)> {
        let goes_on = |name: &str| {
            let fits = |begin: &&str| name == *begin || (begin.ends_with('-') && name.starts_with(*begin));
            FROM_ENDPOINT.iter().any(fits)
        };
        let kept = headers
            .0
            .iter()
            .filter(|(name, value)| goes_on(name) && is_line(value));
        kept.map(|(name, value)| (name.clone(), self.needles.clean(value)))
            .collect()
    }

    fn failed(&self, error: &http::Error) -> Denial {
        let status = match error {
            http::Error::FirstByte | http::Error::Idle | http::Error::ConnectTime => 504,
            _ => 502,
        };
        let message = format!("`{}` gave no answer: {error}", self.upstream.provider);
        Denial {
            kind: Kind::Request,
            ..Denial::new(status, &self.needles.clean(&message))
        }
    }
}

/// Whether the endpoint cannot have seen the call.
fn is_early(error: &http::Error) -> bool {
    use http::Error as E;
    matches!(error, E::Request(_) | E::Connect(_) | E::Tls(_) | E::ConnectTime)
}

fn unusable() -> Denial {
    Denial {
        kind: Kind::Request,
        ..Denial::new(
            502,
            "the endpoint redirects or compresses its answer, which is not passed on",
        )
    }
}

fn is_line(value: &str) -> bool {
    !value.chars().any(char::is_control)
}

/// Takes features out of a header that switches them on.
fn features(name: &str, value: &str) -> String {
    if name != "anthropic-beta" {
        return value.to_owned();
    }
    let names = value.split(',').map(str::trim);
    let kept = names.filter(|name| !FEATURES.iter().any(|feature| name.contains(feature)));
    kept.collect::<Vec<_>>().join(",")
}

fn nano(cost: crate::model::Money) -> u64 {
    cost.0.unsigned_abs()
}

pub(super) fn note(told: &mut Told, why: &str) {
    let note = &mut told.entry.note;
    if !note.is_empty() {
        note.push_str("; ");
    }
    note.push_str(why);
}
