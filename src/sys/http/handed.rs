//! A request over a connection that was handed over: the tunnel, TLS and HTTP, without a pool and without a
//! right to connect.

use super::way::{Certificates, Hop, Opened, Way};
use super::{Error, Limits};
use hyper::client::conn::{http1, http2};
use hyper::header::{ACCEPT, HOST, HeaderValue, PROXY_AUTHORIZATION};
use hyper::http::uri::Scheme;
use hyper::{Request, Uri};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::error::Error as StdError;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower_service::Service;

/// A connection for one request.
#[derive(Debug)]
pub(super) struct Handed {
    opened: Opened,
    certificates: Certificates,
}

/// A connection on which the endpoint itself answers, or a proxy that forwards.
struct Line {
    stream: Boxed,
    /// Whether HTTP/2 was agreed on.
    modern: bool,
}

/// A stream, through TLS or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
type Boxed = Box<dyn Stream>;

/// What went wrong on the way.
type Cause = Box<dyn StdError + Send + Sync>;

impl Handed {
    pub(super) fn new(opened: Opened, certificates: Certificates) -> Self {
        Self { opened, certificates }
    }

    /// Sends the one request, and waits for the head of its answer.
    pub(super) async fn send(
        self,
        request: reqwest::Request,
        limits: Limits,
    ) -> Result<reqwest::Response, Error> {
        let way = self.opened.way.clone();
        let mut request = Request::<reqwest::Body>::try_from(request).map_err(Error::of)?;
        request
            .headers_mut()
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        let connecting = tokio::time::timeout(limits.connect, self.line(request.uri()));
        let line = connecting.await.map_err(|_| Error::ConnectTime)?;
        let line = line.map_err(|cause| Error::of_connecting(&*cause))?;
        let sent = match line.modern {
            true => modern(line.stream, request).await,
            false => classic(line.stream, request, &way).await,
        };
        let response = sent.map_err(|error| Error::of_speaking(&error))?;
        Ok(response.map(reqwest::Body::wrap).into())
    }

    /// Goes the way up to where the request itself can be sent.
    async fn line(self, to: &Uri) -> Result<Line, Cause> {
        let stream: Boxed = Box::new(tokio::net::TcpStream::from_std(self.opened.stream)?);
        let secure = to.scheme() == Some(&Scheme::HTTPS);
        let config = &self.certificates.0;
        let stream = match &self.opened.way.proxy {
            None => stream,
            Some(hop) => {
                let stream = to_proxy(hop, stream, config).await?;
                if !secure {
                    return Ok(Line {
                        stream,
                        modern: false,
                    });
                }
                through(hop, stream, to).await?
            }
        };
        if !secure {
            return Ok(Line {
                stream,
                modern: false,
            });
        }
        let stream = TlsConnector::from(config.clone())
            .connect(name(to)?, stream)
            .await?;
        let modern = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Line {
            stream: Box::new(stream),
            modern,
        })
    }
}

/// Speaks TLS with the proxy itself, if it asks for that.
async fn to_proxy(hop: &Hop, stream: Boxed, config: &Arc<ClientConfig>) -> Result<Boxed, Cause> {
    let address: Uri = hop.address.parse()?;
    if address.scheme() != Some(&Scheme::HTTPS) {
        return Ok(stream);
    }
    let mut config = ClientConfig::clone(config);
    config.alpn_protocols.clear();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name(&address)?, stream)
        .await?;
    Ok(Box::new(stream))
}

/// Has the proxy connect to the endpoint.
async fn through(hop: &Hop, stream: Boxed, to: &Uri) -> Result<Boxed, Cause> {
    let mut tunnel = Tunnel::new(hop.address.parse()?, Once(Some(stream)));
    if let Some(authorization) = &hop.authorization {
        tunnel = tunnel.with_auth(authorization.parse()?);
    }
    let stream = tunnel.call(to.clone()).await?;
    Ok(stream.into_inner())
}

fn name(of: &Uri) -> Result<ServerName<'static>, Cause> {
    let host = of.host().ok_or("no host in the address")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok(ServerName::try_from(host.to_owned())?)
}

/// Gives one connection, once.
struct Once(Option<Boxed>);

impl Service<Uri> for Once {
    type Response = TokioIo<Boxed>;
    type Error = std::io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let stream = self.0.take().map(TokioIo::new);
        ready(stream.ok_or_else(|| std::io::ErrorKind::NotConnected.into()))
    }
}

type Answered = hyper::Result<hyper::Response<hyper::body::Incoming>>;

async fn modern(stream: Boxed, request: Request<reqwest::Body>) -> Answered {
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    sender.send_request(request).await
}

async fn classic(stream: Boxed, mut request: Request<reqwest::Body>, way: &Way) -> Answered {
    let to = request.uri().clone();
    if let Some(host) = to.authority().and_then(|host| host.as_str().parse().ok()) {
        request.headers_mut().insert(HOST, host);
    }
    let forwarded = to.scheme() == Some(&Scheme::HTTP);
    match way.proxy.as_ref().filter(|_| forwarded) {
        Some(hop) => {
            if let Some(word) = hop.authorization.as_ref().and_then(|word| word.parse().ok()) {
                request.headers_mut().insert(PROXY_AUTHORIZATION, word);
            }
        }
        // The endpoint itself is told the path alone.
        None => {
            let path = to.path_and_query().map_or("/", |path| path.as_str());
            *request.uri_mut() = path.parse().unwrap_or_default();
        }
    }
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    sender.send_request(request).await
}
