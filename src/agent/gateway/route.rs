//! Which endpoint a request is for. What is not in this table is not there.

use super::denial::Denial;
use super::head::Head;
use crate::agent::order::Wire;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The wire; `None`: either of those that speak alike, so the first endpoint that there is.
    pub wire: Option<Wire>,
    pub what: What,
    /// The path without the version, or with it for Gemini.
    pub path: String,
    /// The query that goes on.
    pub query: String,
}

/// What an endpoint does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Asks a model. For Gemini: the version of the interface, the model, the method.
    Ask,
    /// Counts tokens.
    Count,
    /// Says which models there are.
    List,
}

/// The keys of a query that go on. A key of a provider is not among them.
const QUERY: [&str; 7] = [
    "alt",
    "beta",
    "limit",
    "after_id",
    "before_id",
    "pageSize",
    "pageToken",
];

impl Route {
    /// Finds the endpoint of a request.
    pub fn of(head: &Head) -> Result<Self, Denial> {
        let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
        if head.get("upgrade").is_some() {
            return Err(Denial::new(426, "the gateway speaks HTTP/1.1 alone"));
        }
        let nothing = || Denial::new(403, "the gateway lets nothing through but calls to models");
        let (method, wire, what) = endpoint(path, head).ok_or_else(nothing)?;
        if head.method != method {
            return Err(Denial::new(405, "this endpoint takes another method"));
        }
        let is_gemini = wire == Some(Wire::Gemini);
        let path = if is_gemini {
            path
        } else {
            path.strip_prefix("/v1").unwrap_or(path)
        };
        Ok(Self {
            wire,
            what,
            path: path.to_owned(),
            query: kept(query),
        })
    }

    /// Splits a path of Gemini: `/v1beta/models/`, the model, the method.
    pub fn gemini(&self) -> Option<(&str, &str, &str)> {
        let (model, method) = self.path.split_once(':')?;
        let at = model.rfind('/')? + 1;
        Some((&model[..at], &model[at..], method))
    }
}

fn endpoint(path: &str, head: &Head) -> Option<(&'static str, Option<Wire>, What)> {
    let ask = |wire| Some(("POST", Some(wire), What::Ask));
    match path {
        "/v1/messages" => return ask(Wire::Anthropic),
        "/v1/messages/count_tokens" => return Some(("POST", Some(Wire::Anthropic), What::Count)),
        "/v1/responses" => return ask(Wire::Responses),
        "/v1/chat/completions" => return ask(Wire::Chat),
        _ => {}
    }
    let (version, rest) = path.strip_prefix('/')?.split_once("/models")?;
    let is_google = head.get("x-goog-api-key").is_some() || version != "v1";
    let (model, method) = match rest.strip_prefix('/') {
        Some(rest) => rest
            .split_once(':')
            .map_or((rest, None), |(model, method)| (model, Some(method))),
        None if rest.is_empty() => return Some(("GET", lister(head, version)?, What::List)),
        None => return None,
    };
    if !["v1", "v1beta", "v1alpha"].contains(&version) || !is_plain(model) {
        return None;
    }
    match method {
        Some("generateContent" | "streamGenerateContent") => ask(Wire::Gemini),
        Some("countTokens") => Some(("POST", Some(Wire::Gemini), What::Count)),
        Some(_) => None,
        None if is_google => Some(("GET", Some(Wire::Gemini), What::List)),
        None => Some(("GET", lister(head, version)?, What::List)),
    }
}

/// Returns the wire of whoever asks for models.
fn lister(head: &Head, version: &str) -> Option<Option<Wire>> {
    match version {
        "v1beta" | "v1alpha" => Some(Some(Wire::Gemini)),
        "v1" if head.get("x-goog-api-key").is_some() => Some(Some(Wire::Gemini)),
        "v1" if head.get("anthropic-version").is_some() => Some(Some(Wire::Anthropic)),
        "v1" => Some(None),
        _ => None,
    }
}

/// Whether a name can stand in a path as it is.
pub(super) fn is_plain(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !name.is_empty() && name.len() <= 200 && name.bytes().all(fits) && !name.starts_with('.')
}

fn kept(query: &str) -> String {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-=".contains(&b);
    let pairs = query.split('&').filter(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        QUERY.contains(&name) && value.bytes().all(fits)
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, target: &str, header: &str) -> Result<Route, u16> {
        let text = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n{header}\r\n");
        Route::of(&Head::parse(text.as_bytes(), 1).unwrap()).map_err(|denial| denial.status)
    }

    #[test]
    fn the_endpoints_of_the_four_wires_are_there() {
        for (method, target, wire, what, goes) in [
            (
                "POST",
                "/v1/messages?beta=true&key=x",
                Some(Wire::Anthropic),
                What::Ask,
                "/messages?beta=true",
            ),
            (
                "POST",
                "/v1/messages/count_tokens",
                Some(Wire::Anthropic),
                What::Count,
                "/messages/count_tokens?",
            ),
            (
                "POST",
                "/v1/responses",
                Some(Wire::Responses),
                What::Ask,
                "/responses?",
            ),
            (
                "POST",
                "/v1/chat/completions",
                Some(Wire::Chat),
                What::Ask,
                "/chat/completions?",
            ),
            (
                "POST",
                "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse&key=k",
                Some(Wire::Gemini),
                What::Ask,
                "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
            ),
            (
                "POST",
                "/v1/models/g:countTokens",
                Some(Wire::Gemini),
                What::Count,
                "/v1/models/g:countTokens?",
            ),
            ("GET", "/v1/models?limit=5", None, What::List, "/models?limit=5"),
            ("GET", "/v1/models/gpt-5", None, What::List, "/models/gpt-5?"),
            (
                "GET",
                "/v1beta/models",
                Some(Wire::Gemini),
                What::List,
                "/v1beta/models?",
            ),
        ] {
            let route = route(method, target, "").unwrap();
            assert_eq!((route.wire, route.what), (wire, what), "{target}");
            assert_eq!(format!("{}?{}", route.path, route.query), goes);
        }
        let listed = route("GET", "/v1/models", "anthropic-version: 1\r\n").unwrap();
        assert_eq!(listed.wire, Some(Wire::Anthropic));
    }

    #[test]
    fn nothing_else_is_there() {
        for target in [
            "/",
            "/v1",
            "/v1/messages/",
            "/v1//messages",
            "/v1/messages/batches",
            "/v1/files",
            "/v1/responses/r_1",
            "/v1/embeddings",
            "/v1/chat/completions/x",
            "/v1/../v1/messages",
            "/v1/%6dessages",
            "//evil.example/v1/messages",
            "/v1beta/models/a/b:generateContent",
            "/v1beta/models/..:generateContent",
            "/v1beta/models/a:batchEmbed",
            "/v1beta/models/a%2f:generateContent",
            "/v1beta/cachedContents",
            "/v2/models",
            "/v1beta/models/:generateContent",
            "/upload/v1beta/files",
            "/v1/modelsx",
            "/v1/messages;x",
        ] {
            assert_eq!(route("POST", target, ""), Err(403), "{target}");
        }
        assert_eq!(route("GET", "/v1/messages", ""), Err(405));
        assert_eq!(route("DELETE", "/v1/models/a", ""), Err(405));
        assert_eq!(route("GET", "/v1/responses", "Upgrade: websocket\r\n"), Err(426));
    }
}
