//! Hosts by name and port, as an allow-list has them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A host that a tunnel may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    /// The host: a name, or an address as it is written without brackets. Lowercase.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether its name may lead to an address of a private network.
    pub private: bool,
}

/// A text is no host of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no host; write a name with a port, such as `index.crates.io:443`")]
pub struct NoHost(pub String);

/// The port where none is written.
const HTTPS: u16 = 443;
/// What stands before a host of a private network.
const PRIVATE: &str = "private:";

impl HostRule {
    /// Reads `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`, with `private:` before it where the name may
    /// lead into a private network.
    ///
    /// # Errors
    /// When it is nothing of that: there are no patterns.
    pub fn parse(text: &str) -> Result<Self, NoHost> {
        Self::read(text).ok_or_else(|| NoHost(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let (private, text) = match text.strip_prefix(PRIVATE) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => port.parse().ok()?,
            None if port.is_empty() => HTTPS,
            _ => return None,
        };
        let is_address = text.starts_with('[') && host.parse::<Ipv6Addr>().is_ok();
        let is_name = !text.starts_with('[') && is_name(host);
        (port > 0 && (is_address || is_name)).then(|| Self {
            host: host.to_ascii_lowercase(),
            port,
            private: private || host.parse::<IpAddr>().is_ok(),
        })
    }
}

fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let inner = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        !label.is_empty() && label.len() <= 63 && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_address = self.host.parse::<IpAddr>().is_ok();
        if self.private && !is_address {
            f.write_str(PRIVATE)?;
        }
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port() {
        let read = |text| {
            HostRule::parse(text)
                .map(|rule| rule.to_string())
                .map_err(|e| e.0)
        };
        assert_eq!(read("Index.Crates.io"), Ok("index.crates.io:443".into()));
        assert_eq!(read("127.0.0.1:80"), Ok("127.0.0.1:80".into()));
        assert_eq!(read("[::1]:8080"), Ok("[::1]:8080".into()));
        assert_eq!(read("private:a.corp:81"), Ok("private:a.corp:81".into()));
        for wrong in [
            "",
            "*",
            "*.crates.io",
            "a:0",
            "a:",
            "a:99999",
            "a:+1",
            "http://a",
            "a/b",
            "[::1",
            "::1",
            "a b",
            "-a",
            "a..b",
            "u@a:1",
            "[a]:1",
        ] {
            assert_eq!(read(wrong), Err(wrong.to_owned()), "{wrong}");
        }
    }
}
