//! The head of a request, read strictly (RFC 9112): whatever two readers could understand in two ways is refused.

use super::denial::Denial;

/// The most bytes of a head.
pub(super) const LONGEST: usize = 64 << 10;
/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// The head of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub method: String,
    /// What is asked for, as it stands in the request line.
    pub target: String,
    /// Whether it is HTTP/1.1, where answers may come in chunks.
    pub is_modern: bool,
    /// Names in lowercase.
    pub headers: Vec<(String, String)>,
    pub length: Length,
}

/// How long the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Of(u64),
    Chunked,
}

impl Head {
    /// Reads a head, from its first byte to the blank line.
    pub fn parse(bytes: &[u8], port: u16) -> Result<Self, Denial> {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let text = text
            .strip_suffix("\r\n\r\n")
            .ok_or_else(|| malformed("it does not end"))?;
        let mut lines = text.split("\r\n");
        let (method, target, is_modern) = request_line(lines.next().unwrap_or_default())?;
        let headers = lines.map(header).collect::<Result<Vec<_>, _>>()?;
        if headers.len() > MOST_HEADERS {
            return Err(malformed("it has too many headers"));
        }
        let mut head = Self {
            method,
            target,
            is_modern,
            headers,
            length: Length::Of(0),
        };
        head.length = head.measured()?;
        head.check_host(port)?;
        Ok(head)
    }

    /// Returns the value of a header that must not stand there twice.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Denial> {
        let mut found = self.headers.iter().filter(|(n, _)| n == name);
        let first = found.next().map(|(_, value)| value.as_str());
        match found.next() {
            Some(_) => Err(malformed(&format!("`{name}` stands there twice"))),
            None => Ok(first),
        }
    }

    /// Returns the first value of a header.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    fn measured(&self) -> Result<Length, Denial> {
        let length = self.one("content-length")?;
        match (self.one("transfer-encoding")?, length) {
            (Some(_), Some(_)) => Err(malformed("it states its length twice")),
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") && self.is_modern => {
                Ok(Length::Chunked)
            }
            (Some(_), None) => Err(malformed("its transfer coding is not known")),
            (None, None) => Ok(Length::Of(0)),
            (None, Some(length)) => {
                let is_number = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
                let length = length.parse().ok().filter(|_| is_number);
                length
                    .map(Length::Of)
                    .ok_or_else(|| malformed("its length is no number"))
            }
        }
    }

    /// A request is for this gateway alone: by its host, which a page in a browser cannot choose, and by its target.
    fn check_host(&self, port: u16) -> Result<(), Denial> {
        let host = self.one("host")?;
        if self.method == "CONNECT" {
            let same = |host: &str| {
                let name = self.target.rsplit_once(':').map_or("", |(name, _)| name);
                host.eq_ignore_ascii_case(&self.target) || host.eq_ignore_ascii_case(name)
            };
            return match host.is_none_or(same) {
                true => Ok(()),
                false => Err(malformed("its host is another than its target")),
            };
        }
        if !self.target.starts_with('/') {
            return Err(Denial::host("the gateway is no proxy for `http://` addresses"));
        }
        let own = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
        let is_own = |host: &str| own.iter().any(|own| own.eq_ignore_ascii_case(host));
        match host {
            Some(host) if is_own(host) => Ok(()),
            None if !self.is_modern => Ok(()),
            _ => Err(Denial::host("only the gateway itself can be asked")),
        }
    }
}

fn malformed(why: &str) -> Denial {
    Denial::new(400, &format!("the request is not understood: {why}")).closing()
}

fn request_line(line: &str) -> Result<(String, String, bool), Denial> {
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(malformed("its first line has not three words"));
    };
    let is_modern = match version {
        "HTTP/1.1" => true,
        "HTTP/1.0" => false,
        _ => return Err(malformed("its version is not known")),
    };
    let is_method =
        !method.is_empty() && method.len() <= 16 && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_target =
        !target.is_empty() && target.len() <= 4096 && target.bytes().all(|b| b.is_ascii_graphic());
    match is_method && is_target {
        true => Ok((method.to_owned(), target.to_owned(), is_modern)),
        false => Err(malformed("its first line holds what must not stand there")),
    }
}

fn header(line: &str) -> Result<(String, String), Denial> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| malformed("a header has no name"))?;
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(malformed("the name of a header holds what must not stand there"));
    }
    let value = value.trim_matches([' ', '\t']);
    // A bare carriage return or line feed is a control character, too.
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(malformed("a header holds what must not stand there"));
    }
    Ok((name.to_ascii_lowercase(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Head, u16> {
        Head::parse(text.as_bytes(), 80).map_err(|denial| denial.status)
    }

    fn with(headers: &str) -> Result<Head, u16> {
        parse(&format!(
            "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:80\r\n{headers}\r\n"
        ))
    }

    #[test]
    fn a_plain_request_is_read() {
        let head = with("X-Api-Key:  k\t\r\nContent-Length: 12\r\n").unwrap();
        assert_eq!(
            (head.method.as_str(), head.target.as_str()),
            ("POST", "/v1/messages")
        );
        assert_eq!((head.get("x-api-key"), head.length), (Some("k"), Length::Of(12)));
        assert_eq!(
            with("Transfer-Encoding: Chunked\r\n").unwrap().length,
            Length::Chunked
        );
        assert!(parse("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n").is_ok());
    }

    #[test]
    fn what_can_be_understood_in_two_ways_is_refused() {
        for headers in [
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding:\u{b}chunked\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: 1,1\r\n",
            "Content-Length: 0x1\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            " folded: 1\r\n",
            "A: b\r\n c\r\n",
            "A: b\nContent-Length: 5\r\n",
            "A: b\rc\r\n",
            "A: \u{0}\r\n",
            "nocolon\r\n",
            ": empty\r\n",
            "Host: 127.0.0.1:80\r\n",
            "Host: other.example\r\n",
        ] {
            assert_eq!(with(headers), Err(400), "{headers:?}");
        }
        let line = |line: &str| parse(&format!("{line}\r\nHost: 127.0.0.1:80\r\n\r\n"));
        for wrong in [
            "",
            "GET",
            "GET /",
            "GET  / HTTP/1.1",
            "GET / HTTP/1.1 x",
            "GET / HTTP/2.0",
            "GET / HTTP/0.9",
            "get / HTTP/1.1",
            "GET /\t HTTP/1.1",
            "GET /\u{e9} HTTP/1.1",
            "\r\nGET / HTTP/1.1",
        ] {
            assert_eq!(line(wrong), Err(400), "{wrong:?}");
        }
    }

    #[test]
    fn other_hosts_are_refused() {
        let host = |line: &str, host: &str| parse(&format!("{line} HTTP/1.1\r\n{host}\r\n"));
        assert!(host("GET /", "Host: LOCALHOST:80\r\n").is_ok());
        for (line, named) in [
            ("GET /", "Host: evil.example\r\n"),
            ("GET /", "Host: 127.0.0.1\r\n"),
            ("GET /", "Host: 127.0.0.1:81\r\n"),
            ("GET /", "Host: 127.0.0.1:80@evil.example\r\n"),
            ("GET /", ""),
            ("GET http://127.0.0.1:80/v1/models", "Host: 127.0.0.1:80\r\n"),
            ("GET http://evil.example/", "Host: 127.0.0.1:80\r\n"),
            ("GET *", "Host: 127.0.0.1:80\r\n"),
            ("GET evil.example:443", "Host: 127.0.0.1:80\r\n"),
        ] {
            assert_eq!(host(line, named), Err(403), "{line} {named}");
        }
        assert_eq!(host("CONNECT a.example:443", "Host: b.example:443\r\n"), Err(400));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut text = b"GET / HTTP/1.1\r\n".to_vec();
            text.extend(bytes);
            text.extend(b"\r\n\r\n");
            drop(Head::parse(&text, 80));
        }
    }
}
