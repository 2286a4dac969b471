//! Which proxy stands before which address.

use super::Error;
use crate::sys::env;
use reqwest::{NoProxy, Proxy, Url};

/// The proxies. This machine itself is always reached without one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http://` addresses.
    pub http: Option<String>,
    /// For `https://` addresses.
    pub https: Option<String>,
    /// The hosts and networks that are reached without one, separated by commas; `*`: all.
    pub none_for: String,
}

/// What every list of exceptions begins with.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

impl Proxies {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not.
    ///
    /// Within a CGI program `HTTP_PROXY` is a header of the request that it answers, and is passed over.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_variables(env::text)
    }

    /// One proxy for everything but what `NO_PROXY` names.
    #[must_use]
    pub fn explicit(url: &str) -> Self {
        Self {
            http: Some(url.to_owned()),
            https: Some(url.to_owned()),
            none_for: Self::from_env().none_for,
        }
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| get(name).or_else(|| get(&name.to_lowercase()));
        let all = either("ALL_PROXY");
        let http = if get("REQUEST_METHOD").is_some() {
            get("http_proxy")
        } else {
            either("HTTP_PROXY")
        };
        Self {
            http: http.or_else(|| all.clone()),
            https: either("HTTPS_PROXY").or(all),
            none_for: either("NO_PROXY").unwrap_or_default(),
        }
    }

    /// Whether the proxy for that address is itself spoken to through TLS.
    pub(super) fn need_tls(&self, url: &Url) -> bool {
        let proxy = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        let proxy = proxy.as_ref().and_then(|proxy| check(proxy).ok());
        proxy.is_some_and(|proxy| proxy.scheme() == "https")
    }

    pub(super) fn build(&self) -> Result<Vec<Proxy>, Error> {
        let mut built = Vec::new();
        if let Some(url) = &self.http {
            built.push(self.except(Proxy::http(check(url)?)));
        }
        if let Some(url) = &self.https {
            built.push(self.except(Proxy::https(check(url)?)));
        }
        let built: Result<Vec<Proxy>, reqwest::Error> = built.into_iter().collect();
        built.map_err(Error::of)
    }

    fn except(&self, proxy: reqwest::Result<Proxy>) -> reqwest::Result<Proxy> {
        Ok(proxy?.no_proxy(NoProxy::from_string(&self.exceptions())))
    }

    /// Returns what is reached without a proxy.
    pub(super) fn exceptions(&self) -> String {
        format!("{LOOPBACK},{}", self.none_for)
    }
}

/// Proxies may hold a password.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxies")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("none_for", &self.none_for)
            .finish()
    }
}

/// Returns the address of a proxy that can be spoken to. Without a scheme it is `http://`.
fn check(text: &str) -> Result<Url, Error> {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    // The text itself is not repeated: it may hold a password.
    let url =
        Url::parse(&whole).map_err(|e| Error::Request(format!("the address of the proxy is wrong: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::Request(format!(
            "a proxy begins with `http://` or `https://`, not with `{}://`",
            url.scheme()
        )));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Proxies {
        Proxies::from_variables(|name| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn proxies(http: Option<&str>, https: Option<&str>, none_for: &str) -> Proxies {
        Proxies {
            http: http.map(str::to_owned),
            https: https.map(str::to_owned),
            none_for: none_for.to_owned(),
        }
    }

    #[test]
    fn the_environment_is_read_as_other_programs_read_it() {
        assert_eq!(read(&[]), Proxies::default());
        let own = read(&[("HTTP_PROXY", "a"), ("https_proxy", "b"), ("NO_PROXY", "c")]);
        assert_eq!(own, proxies(Some("a"), Some("b"), "c"));
        let all = read(&[("all_proxy", "a"), ("HTTPS_PROXY", "b")]);
        assert_eq!(all, proxies(Some("a"), Some("b"), ""));
        let cgi = read(&[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")]);
        assert_eq!(cgi, Proxies::default());
    }

    #[test]
    fn a_proxy_that_cannot_be_spoken_to_is_refused_without_its_password() {
        let failed = |url| proxies(None, Some(url), "").build().unwrap_err().to_string();
        assert_eq!(
            failed("socks5://me:hunter2@a"),
            "a proxy begins with `http://` or `https://`, not with `socks5://`"
        );
        assert_eq!(
            failed("http://me:hunter2@a:b"),
            "the address of the proxy is wrong: invalid port number"
        );
        assert_eq!(
            proxies(Some("a:1"), Some("https://b"), "").build().unwrap().len(),
            2
        );
    }

    #[test]
    fn a_proxy_that_is_itself_behind_tls_needs_it() {
        let proxies = proxies(Some("HTTPS://a"), Some("b:1"), "");
        assert!(proxies.need_tls(&Url::parse("http://c").unwrap()));
        assert!(!proxies.need_tls(&Url::parse("https://c").unwrap()));
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?}", proxies(Some("http://me:hunter2@a"), None, "b"));
        assert_eq!(shown, r#"Proxies { http: true, https: false, none_for: "b" }"#);
    }
}
