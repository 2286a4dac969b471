//! How a provider is reached.

use super::Error;
use crate::config::{self, Problem, ProviderSettings};
use crate::llm::book::Place;
use crate::llm::provider::{self, Codec};
use crate::llm::route::Endpoint;
use crate::sys::env;
use crate::sys::http::{Client, Identity, Options, Proxies, Trust};
use crate::sys::secret::KeySource;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The service under which the system keyring holds keys.
const SERVICE: &str = "pantheon";

/// An endpoint as the router sees it, and how to reach it.
pub(super) struct Reached {
    pub endpoint: Endpoint,
    pub place: Place,
}

/// One client for all that are reached the same way.
#[derive(Default)]
pub(super) struct Clients(Vec<(Way, Arc<Client>)>);

/// The proxy, and whom to believe.
type Way = (Option<String>, Trust);

impl Clients {
    fn get(&mut self, proxy: Option<String>, trust: Trust) -> Arc<Client> {
        let key = (proxy, trust);
        if let Some((_, client)) = self.0.iter().find(|(old, _)| *old == key) {
            return client.clone();
        }
        let (proxy, trust) = key.clone();
        let proxies = proxy.map_or_else(Proxies::from_env, |url| Proxies::explicit(&url));
        let client = Arc::new(Client::new(Options { proxies, trust }));
        self.0.push((key, client.clone()));
        client
    }
}

/// Returns the endpoints of a provider, one for each key.
pub(super) fn of(
    name: &str,
    settings: Option<&ProviderSettings>,
    trusted: bool,
    clients: &mut Clients,
) -> Result<Vec<Reached>, Error> {
    let codec = codec(name, settings)?;
    let base_url = base_url(name, settings, codec)?;
    let local = config::is_loopback(&base_url);
    let distrusted = (!trusted && settings.is_some_and(|s| s.to_trust)).then(|| {
        format!("the repository chose where `{name}` sends its key, and `pantheon trust` has not been run")
    });
    let place = Place {
        provider: name.to_owned(),
        codec,
        api_version: settings.and_then(|s| s.api_version.clone()),
        key: None,
        http: clients.get(settings.and_then(|s| s.proxy.clone()), believed(settings)),
        connect: settings.map_or(Duration::from_secs(5), |s| s.connect_timeout),
        first_byte: settings.map_or(Duration::from_secs(60), |s| s.first_byte_timeout),
        idle: settings.map_or(Duration::from_secs(30), |s| s.idle_timeout),
        attempts: settings.map_or(3, |s| s.attempts),
        requests_per_minute: settings.and_then(|s| s.requests_per_minute),
        tokens_per_minute: settings.and_then(|s| s.tokens_per_minute),
        stream: settings.is_none_or(|s| s.stream),
        free: settings.is_some_and(|s| s.free) || local,
        base_url,
    };
    let keys = keys(settings, codec, &place.base_url);
    let several = keys.len() > 1;
    let reached = |(n, key): (usize, Option<KeySource>)| Reached {
        endpoint: Endpoint {
            name: if several {
                format!("{name}#{}", n + 1)
            } else {
                name.to_owned()
            },
            weight: settings.map_or(1, |s| s.weight),
            local,
            free: place.free,
            unusable: distrusted.clone().or_else(|| missing(key.as_ref())),
        },
        place: Place { key, ..place.clone() },
    };
    Ok(keys.into_iter().enumerate().map(reached).collect())
}

fn codec(name: &str, settings: Option<&ProviderSettings>) -> Result<&'static dyn Codec, Error> {
    let kind = settings.and_then(|s| s.kind.as_deref()).unwrap_or(name);
    if let Some(codec) = provider::find(kind) {
        return Ok(codec);
    }
    let origin = settings.map_or_else(|| config::Origin::of("default"), |s| s.origin.clone());
    let kinds: Vec<String> = provider::ALL.iter().map(|c| format!("`{}`", c.kind())).collect();
    let hint = match config::nearest(kind, provider::ALL.iter().map(|c| c.kind())) {
        Some(hint) => hint,
        None => format!("write `kind`, one of {}", kinds.join(", ")),
    };
    let problem = Problem::at(
        &origin,
        format!("the provider `{name}` has no known kind: `{kind}`"),
    );
    Err(problem.hint(hint).into())
}

fn base_url(name: &str, settings: Option<&ProviderSettings>, codec: &dyn Codec) -> Result<String, Error> {
    let own = settings.and_then(|s| s.base_url.as_deref());
    match own.unwrap_or(codec.defaults().base_url) {
        "" => {
            let origin = settings.map_or_else(|| config::Origin::of("default"), |s| s.origin.clone());
            let problem = Problem::at(&origin, format!("the provider `{name}` has no `base-url`"));
            Err(problem
                .hint("write where it is reached, such as \"http://127.0.0.1:11434/v1\"")
                .into())
        }
        url => versioned(name, url, settings, codec).map_or_else(|| Ok(url.to_owned()), |p| Err(p.into())),
    }
}

/// Tells of an address that ends in a version which the contract adds itself.
fn versioned(
    name: &str,
    url: &str,
    settings: Option<&ProviderSettings>,
    codec: &dyn Codec,
) -> Option<Problem> {
    let hosted = !codec.defaults().base_url.is_empty();
    let version = ["/v1", "/v1beta"].into_iter().find(|end| url.ends_with(end))?;
    let settings = settings.filter(|_| hosted)?;
    let message = format!(
        "the `base-url` of `{name}` ends in `{version}`, which `{}` adds itself",
        codec.kind()
    );
    let hint =
        format!("leave `{version}` away, or write `kind = \"openai-compatible\"` if that is what it speaks");
    Some(Problem::at(&settings.origin, message).hint(hint))
}

/// Returns where keys come from: at least one row, which may hold none.
///
/// The usual variable counts only for the usual address: to send a hosted provider's key anywhere else takes
/// the word of whoever configures it.
fn keys(settings: Option<&ProviderSettings>, codec: &dyn Codec, base_url: &str) -> Vec<Option<KeySource>> {
    let mut keys = Vec::new();
    if let Some(settings) = settings {
        keys.extend(settings.key_env.iter().cloned().map(KeySource::Env));
        if !settings.key_command.is_empty() {
            keys.push(KeySource::Command(settings.key_command.clone()));
        }
        keys.extend(settings.key_keyring.iter().map(|account| KeySource::Keyring {
            service: SERVICE.to_owned(),
            account: account.clone(),
        }));
    }
    let usual = codec.defaults();
    if keys.is_empty() && !usual.key_env.is_empty() && base_url == usual.base_url {
        keys.push(KeySource::Env(usual.key_env.to_owned()));
    }
    match keys.is_empty() {
        true => vec![None],
        false => keys.into_iter().map(Some).collect(),
    }
}

/// Says why a key cannot be had, as far as that is known without running anything.
fn missing(key: Option<&KeySource>) -> Option<String> {
    match key {
        Some(KeySource::Env(name)) if !env::is_set(name) => Some(format!("`{name}` is not set")),
        _ => None,
    }
}

fn believed(settings: Option<&ProviderSettings>) -> Trust {
    let file = |path: &Option<String>| path.as_ref().map(PathBuf::from);
    Trust {
        authorities: settings.and_then(|s| file(&s.ca_file)),
        identity: settings
            .and_then(|s| file(&s.client_certificate_file))
            .map(|path| Identity {
                certificate: path.clone(),
                key: path,
            }),
    }
}
