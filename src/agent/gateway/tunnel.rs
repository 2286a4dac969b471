//! A tunnel to a host of the allow-list: bytes are passed on unread, and counted.

use super::call::{Told, note, same};
use super::conn::Conn;
use super::denial::Denial;
use super::head::Head;
use super::scrub::base64;
use super::shared::Shared;
use super::{Bounds, PROXY_USER};
use crate::model::HostRule;
use crate::store::audit::Kind;
use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a look-up and each try to connect may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How many addresses of a name are tried.
const MOST_TRIES: usize = 4;

/// Serves a request for a tunnel.
pub(super) async fn serve(
    shared: &Shared,
    conn: &mut Conn,
    head: &Head,
    told: &mut Told,
) -> Result<(), Denial> {
    told.entry.host.clone_from(&head.target);
    told.entry.path.clear();
    authorized(head, &shared.rules.placeholder)?;
    let rule = allowed(&shared.rules.hosts, &head.target)?;
    let there = connect(rule).await?;
    told.entry.kind = Kind::Host;
    told.entry.status = 200;
    conn.has_begun = true;
    if conn
        .write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .is_err()
    {
        return Ok(());
    }
    let (sent, received, why) = pass(conn, there, &shared.rules.bounds).await;
    told.entry.sent = sent;
    conn.written = received;
    if let Some(why) = why {
        note(told, why);
    }
    Ok(())
}

/// A proxy is shown the placeholder as a password.
fn authorized(head: &Head, placeholder: &str) -> Result<(), Denial> {
    let word = base64(format!("{PROXY_USER}:{placeholder}").as_bytes());
    let shown = head
        .one("proxy-authorization")?
        .and_then(|value| value.split_once(' '));
    match shown {
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("basic") && same(value, &word) => Ok(()),
        _ => Err(Denial::new(407, "the password of the proxy is not the one of this session").closing()),
    }
}

fn allowed<'a>(hosts: &'a [HostRule], target: &str) -> Result<&'a HostRule, Denial> {
    // A rule may be written with less, or with more, than a target.
    let is_target = target.contains(':') && !target.starts_with("private:");
    let rule = HostRule::parse(target).ok().filter(|_| is_target);
    let found = rule.and_then(|rule| hosts.iter().find(|h| h.host == rule.host && h.port == rule.port));
    found.ok_or_else(|| Denial::host("this host is not among the `hosts` of the agent"))
}

/// Looks the host up out here, and connects.
async fn connect(rule: &HostRule) -> Result<TcpStream, Denial> {
    let looking = tokio::net::lookup_host((rule.host.as_str(), rule.port));
    let unknown = || Denial::new(502, "the name of the host cannot be looked up").closing();
    let found = tokio::time::timeout(CONNECT, looking).await;
    let found = found.map_err(|_| unknown())?.map_err(|_| unknown())?;
    // A public name that leads into a private network is how one gets there through a proxy.
    let usable: Vec<SocketAddr> = found.filter(|at| rule.private || is_public(at.ip())).collect();
    if usable.is_empty() {
        return Err(Denial::host("the name of the host leads into a private network"));
    }
    for address in usable.into_iter().take(MOST_TRIES) {
        if let Ok(Ok(stream)) = tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            drop(stream.set_nodelay(true));
            return Ok(stream);
        }
    }
    Err(Denial::new(502, "there is no connection to the host").closing())
}

/// Whether an address is one of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 240.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special && !address.is_multicast()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Addresses of the older kind in new clothes.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x2002, high, low, ..] => inner(high, low),
        [0x2001, 0 | 0xdb8, ..] => false,
        // Only 2000::/3 is given out.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// What has gone through a tunnel.
struct Flow {
    left: Cell<u64>,
    last: Cell<Instant>,
    idle: Duration,
}

/// Passes bytes both ways; returns how many, and why it did not end by itself.
async fn pass(conn: &mut Conn, there: TcpStream, bounds: &Bounds) -> (u64, u64, Option<&'static str>) {
    let flow = Flow {
        left: Cell::new(bounds.tunnel),
        last: Cell::new(Instant::now()),
        idle: bounds.idle,
    };
    let first = std::mem::take(&mut conn.rest);
    let (sent, received) = (Cell::new(0), Cell::new(0));
    let (mut here_reads, mut here_writes) = conn.stream.split();
    let (mut there_reads, mut there_writes) = there.into_split();
    let out = async {
        flow.put(&mut there_writes, &first, &sent).await?;
        flow.pump(&mut here_reads, &mut there_writes, &sent).await
    };
    let back = flow.pump(&mut there_reads, &mut here_writes, &received);
    let both = async { tokio::try_join!(out, back).map(drop) };
    let ended = tokio::time::timeout(bounds.total, both).await;
    let why = match ended {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(why),
        Err(_) => Some("the time was up"),
    };
    (sent.get(), received.get(), why)
}

impl Flow {
    async fn pump(
        &self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        count: &Cell<u64>,
    ) -> Result<(), &'static str> {
        let mut buffer = vec![0; 16 << 10];
        loop {
            let read = match tokio::time::timeout(self.idle, from.read(&mut buffer)).await {
                Ok(read) => read.map_err(|_| "the connection broke")?,
                // The other way may be busy all the while.
                Err(_) if self.last.get().elapsed() < self.idle => continue,
                Err(_) => return Err("nothing moved for too long"),
            };
            if read == 0 {
                // Whoever went away need not hear that.
                drop(to.shutdown().await);
                return Ok(());
            }
            self.put(to, &buffer[..read], count).await?;
        }
    }

    async fn put(
        &self,
        to: &mut (impl AsyncWrite + Unpin),
        bytes: &[u8],
        count: &Cell<u64>,
    ) -> Result<(), &'static str> {
        let left = self.left.get().checked_sub(bytes.len() as u64);
        self.left.set(left.ok_or("too many bytes went through")?);
        self.last.set(Instant::now());
        let written = tokio::time::timeout(self.idle, to.write_all(bytes)).await;
        written
            .map_err(|_| "nothing moved for too long")?
            .map_err(|_| "the connection broke")?;
        count.set(count.get() + bytes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
            "fec0::1",
            "2001:0:1::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn only_listed_hosts_are_reached() {
        let hosts = ["index.crates.io", "[::1]:80"].map(|host| HostRule::parse(host).unwrap());
        let is_allowed = |target| allowed(&hosts, target).is_ok();
        assert!(is_allowed("INDEX.crates.io:443") && is_allowed("[::1]:80"));
        for target in [
            "index.crates.io",
            "index.crates.io:80",
            "index.crates.io.:443",
            "x.index.crates.io:443",
            "index.crates.io@evil.example:443",
            "evil.example:443",
            "index.crates.io:443:443",
            "private:index.crates.io:443",
        ] {
            assert!(!is_allowed(target), "{target}");
        }
    }
}
