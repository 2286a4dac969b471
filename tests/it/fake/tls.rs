//! Certificates of every kind, and the server's side of TLS.

use super::{Wire, is_pause};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An authority of our own, with the files that a client needs.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: tempfile::TempDir,
}

/// When a certificate ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Long after this test.
    Later,
    /// Long ago.
    Earlier,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let authority = Self { issuer, dir };
        authority.file("ca.pem", &authority.issuer.pem());
        authority
    }

    /// The file with its own certificate.
    pub fn bundle(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Files with a certificate for a client, and its key.
    pub fn client(&self) -> (PathBuf, PathBuf) {
        let (certificate, key) = self.sign("client.example", Ends::Later);
        let certificate = self.file("client.pem", &certificate.pem());
        (certificate, self.file("client.key", &key.serialize_pem()))
    }

    /// The side of a server on 127.0.0.1 with a certificate of this authority.
    pub fn server(&self, ends: Ends) -> Arc<ServerConfig> {
        self.config(ends, "127.0.0.1", None, b"http/1.1")
    }

    /// One for another host.
    pub fn server_for(&self, host: &str) -> Arc<ServerConfig> {
        self.config(Ends::Later, host, None, b"http/1.1")
    }

    /// One that asks who is asking.
    pub fn curious(&self) -> Arc<ServerConfig> {
        self.config(Ends::Later, "127.0.0.1", Some(self), b"http/1.1")
    }

    /// One that speaks HTTP/2.
    pub fn modern(&self) -> Arc<ServerConfig> {
        self.config(Ends::Later, "127.0.0.1", None, b"h2")
    }

    fn config(&self, ends: Ends, host: &str, clients: Option<&Self>, protocol: &[u8]) -> Arc<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        let (certificate, key) = self.sign(host, ends);
        let builder = ServerConfig::builder_with_provider(provider.clone());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.issuer.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain: Vec<CertificateDer> = vec![certificate.der().clone(), self.issuer.der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = builder.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![protocol.to_vec()];
        Arc::new(config)
    }

    fn sign(&self, host: &str, ends: Ends) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = match ends {
            Ends::Later => date_time_ymd(2099, 1, 1),
            Ends::Earlier => date_time_ymd(2021, 1, 1),
        };
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    #[expect(clippy::disallowed_methods, reason = "a test writes files on its own")]
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Wire for StreamOwned<ServerConnection, TcpStream> {
    fn socket(&self) -> &TcpStream {
        &self.sock
    }
}

/// Shakes hands.
pub fn accept(mut socket: TcpStream, config: Arc<ServerConfig>) -> io::Result<Box<dyn Wire>> {
    let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let end = Instant::now() + Duration::from_secs(10);
    while connection.is_handshaking() && Instant::now() < end {
        match connection.complete_io(&mut socket) {
            Err(e) if is_pause(&e) => {}
            other => drop(other?),
        }
    }
    Ok(Box::new(StreamOwned::new(connection, socket)))
}
