//! Whom a connection believes, and how it shows who is asking.

use super::Error;
use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use rustls_platform_verifier::Verifier;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Whom to believe, and how to show who is asking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// A PEM file with certificate authorities that are believed beside those of the system.
    pub authorities: Option<PathBuf>,
    /// What is shown to a server that asks who is asking.
    pub identity: Option<Identity>,
}

/// A certificate with its key, for servers that ask for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// A PEM file with the certificate, and those between it and an authority.
    pub certificate: PathBuf,
    /// A PEM file with the key, not encrypted. It may be the same file.
    pub key: PathBuf,
}

/// What HTTPS speaks, the better first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Reads the certificates of the system and those of `trust`.
pub(super) fn config(trust: &Trust) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let more = match &trust.authorities {
        Some(path) => certificates(path)?,
        None => Vec::new(),
    };
    let verifier = verifier(more, provider.clone())?;
    let builder = versions(provider)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = show(builder, trust.identity.as_ref())?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// Believes nobody: for a client that never needs TLS, at no cost.
pub(super) fn none() -> Result<ClientConfig, Error> {
    let builder = versions(Arc::new(ring::default_provider()))?;
    Ok(builder
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn versions(
    provider: Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    let builder = ClientConfig::builder_with_provider(provider);
    builder.with_safe_default_protocol_versions().map_err(wrong)
}

fn verifier(more: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Result<Verifier, Error> {
    Verifier::new_with_extra_roots(more, provider).map_err(wrong)
}

fn show(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: Option<&Identity>,
) -> Result<ClientConfig, Error> {
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&identity.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&identity.key).map_err(|e| unreadable(&identity.key, &e))?;
    builder.with_client_auth_cert(chain, key).map_err(wrong)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = found.map_err(|e| unreadable(path, &e))?;
    if found.is_empty() {
        return Err(Error::Request(format!(
            "`{}` holds no certificate",
            path.display()
        )));
    }
    Ok(found)
}

fn unreadable(path: &Path, error: &rustls::pki_types::pem::Error) -> Error {
    Error::Request(format!("cannot read `{}`: {error}", path.display()))
}

fn wrong(error: rustls::Error) -> Error {
    Error::Request(format!("TLS cannot be set up: {error}"))
}
