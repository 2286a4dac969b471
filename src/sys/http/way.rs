//! A connection that one process opens and another one speaks over, which may open none.
//!
//! Who opens it looks up names, goes to the proxy if there is one, and reads nothing. Who speaks over it does
//! all the rest: the proxy's tunnel, TLS, HTTP.

use super::{Client, Error, Trust, address, tls};
use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Matcher;
use serde::{Deserialize, Serialize};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tower_service::Service;

/// What lies on the way from a connection to the endpoint.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The proxy that the connection leads to; `None`: it leads to the endpoint.
    pub(super) proxy: Option<Hop>,
}

/// A proxy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hop {
    /// Its address, without a password.
    pub address: String,
    /// What it is shown.
    pub authorization: Option<String>,
}

/// A connection, and what lies on the way.
#[derive(Debug)]
pub struct Opened {
    /// The connection.
    pub stream: TcpStream,
    /// What lies on the way.
    pub way: Way,
    /// Whether anything on the way needs certificates.
    pub tls: bool,
}

/// Certificates that were read, for a client that may read no file any more.
#[derive(Clone)]
pub struct Certificates(pub(super) Arc<rustls::ClientConfig>);

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificates")
    }
}

impl Certificates {
    /// Reads the certificates of the system and those of `trust`.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read(trust: &Trust) -> Result<Self, Error> {
        tls::config(trust).map(|config| Self(Arc::new(config)))
    }

    /// None, for a way without TLS.
    ///
    /// # Errors
    /// When TLS cannot be set up at all.
    pub fn none() -> Result<Self, Error> {
        tls::none().map(|config| Self(Arc::new(config)))
    }
}

impl Client {
    /// Opens a connection for a request to that address, and says nothing over it.
    ///
    /// # Errors
    /// When the address is wrong, or there is no connection in time.
    pub async fn open(&self, url: &str, limit: Duration) -> Result<Opened, Error> {
        let url = address(url)?;
        let uri: Uri = url.as_str().parse().map_err(|_| no_uri())?;
        let way = self.way(&uri)?;
        let first: Uri = match &way.proxy {
            Some(hop) => hop.address.parse().map_err(|_| no_uri())?,
            None => uri,
        };
        let tls = url.scheme() == "https" || first.scheme_str() == Some("https");
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let connected = tokio::time::timeout(limit, connector.call(first)).await;
        let connected = connected.map_err(|_| Error::ConnectTime)?;
        let stream = connected.map_err(|error| Error::of_connecting(&error))?;
        let stream = stream.into_inner().into_std();
        let stream = stream.map_err(|error| Error::Connect(error.to_string()))?;
        Ok(Opened { stream, way, tls })
    }

    /// Returns whom this client believes, and how it shows who is asking.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.options.trust
    }

    fn way(&self, uri: &Uri) -> Result<Way, Error> {
        // What a proxy of the configuration is wrong about is told in the same words everywhere.
        self.options.proxies.build()?;
        let Some(proxy) = self.options.proxies.matcher().intercept(uri) else {
            return Ok(Way::default());
        };
        let authorization = proxy.basic_auth().and_then(|auth| auth.to_str().ok());
        Ok(Way {
            proxy: Some(Hop {
                address: proxy.uri().to_string(),
                authorization: authorization.map(str::to_owned),
            }),
        })
    }
}

fn no_uri() -> Error {
    Error::Request("the address is wrong".to_owned())
}

/// A proxy may have been given a password.
impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Way")
            .field("proxy", &self.proxy.is_some())
            .finish()
    }
}

impl super::Proxies {
    /// Returns who decides which proxy stands before an address.
    fn matcher(&self) -> Matcher {
        let mut matcher = Matcher::builder().no(self.exceptions());
        if let Some(http) = &self.http {
            matcher = matcher.http(http.clone());
        }
        if let Some(https) = &self.https {
            matcher = matcher.https(https.clone());
        }
        matcher.build()
    }
}
