//! Why no answer came, told apart by the errors of the layers below, not by their words.

use std::error::Error as StdError;
use std::io;

/// Why no answer came. No text holds an address with its query, a header or a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request, or what the client is made of, is wrong.
    #[error("{0}")]
    Request(String),
    /// There is no connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// The handshake failed, or a certificate is not believed.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// The connection broke after it stood.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// What came is not HTTP.
    #[error("the answer is not HTTP: {0}")]
    Malformed(String),
    /// The connection took too long.
    #[error("no connection in time")]
    ConnectTime,
    /// The head of the answer took too long.
    #[error("no answer in time")]
    FirstByte,
    /// A piece of the body took too long.
    #[error("the answer stalled")]
    Idle,
}

impl Error {
    pub(super) fn of(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::Request(innermost(&error));
        }
        if let Some(tls) = find::<rustls::Error>(&error) {
            return Self::Tls(tls.to_string());
        }
        if error.is_connect() {
            return if error.is_timeout() {
                Self::ConnectTime
            } else {
                Self::Connect(innermost(&error))
            };
        }
        Self::of_speaking(&error)
    }

    /// An error of the way to the endpoint.
    pub(super) fn of_connecting(error: &(dyn StdError + 'static)) -> Self {
        if let Some(tls) = find::<rustls::Error>(error) {
            return Self::Tls(tls.to_string());
        }
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::TimedOut) => Self::ConnectTime,
            _ => Self::Connect(innermost(error)),
        }
    }

    /// An error after the connection stood.
    pub(super) fn of_speaking(error: &(dyn StdError + 'static)) -> Self {
        if let Some(tls) = find::<rustls::Error>(error) {
            return Self::Tls(tls.to_string());
        }
        if is_no_http(error) {
            return Self::Malformed(innermost(error));
        }
        Self::Broken(innermost(error))
    }
}

/// Whether the bytes of the other side are to blame rather than the way that they took.
fn is_no_http(error: &(dyn StdError + 'static)) -> bool {
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return true;
    }
    // This is how a chunk without a size is reported.
    find::<io::Error>(error)
        .is_some_and(|e| matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
}

/// Returns the first cause of that type.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = cause(error);
    }
    None
}

/// Returns what the innermost cause says.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(next) = cause(last) {
        last = next;
    }
    last.to_string()
}

/// Returns the cause of an error. What an I/O error is made of, its own `source` leaps over.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match inside {
        Some(inside) => Some(inside),
        None => error.source(),
    }
}
