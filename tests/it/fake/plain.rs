//! A contract of one line, for tests of the transport itself: the body is the answer, and a stream is one
//! event for each word with `end` as the last.

use pantheon::llm::answer::{Answer, Failure, FailureKind, Finish};
use pantheon::llm::provider::{Auth, Call, Codec, Defaults, Headers, Stream};
use pantheon::llm::request::Request;
use pantheon::llm::sse;
use pantheon::model::Usage;
use std::time::Duration;

/// The contract.
pub struct Plain;

impl Codec for Plain {
    fn kind(&self) -> &'static str {
        "plain"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            base_url: "",
            api_version: "",
            key_env: "",
        }
    }

    fn auth(&self) -> Auth {
        Auth {
            header: "authorization",
            prefix: "Bearer ",
        }
    }

    fn ask(&self, _: &str, request: &Request, _: bool) -> Call {
        call("POST", "/ask?secret=no", request.model.as_bytes())
    }

    fn count(&self, _: &str, _: &Request) -> Option<Call> {
        Some(call("POST", "/count", b"{}"))
    }

    fn models(&self, _: &str) -> Call {
        call("GET", "/models", b"")
    }

    fn answer(&self, _: &Headers, body: &[u8]) -> Result<Answer, Failure> {
        let text = std::str::from_utf8(body).map_err(|_| malformed())?;
        match text.strip_suffix("end") {
            Some(text) => Ok(answer(text, Finish::Complete)),
            None => Err(malformed()),
        }
    }

    fn stream(&self, _: &Headers) -> Box<dyn Stream + Send> {
        Box::new(Words::default())
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        u64::try_from(body.len()).map_err(|_| malformed())
    }

    fn listed(&self, body: &[u8]) -> Result<Vec<String>, Failure> {
        Ok(vec![String::from_utf8_lossy(body).into_owned()])
    }

    fn failure(&self, status: u16, headers: &Headers, body: &[u8]) -> Failure {
        let wait = headers.get("retry-after").and_then(|text| text.parse().ok());
        let kind = match status {
            401 => FailureKind::Auth,
            429 => FailureKind::RateLimited(wait.map(Duration::from_millis)),
            _ => FailureKind::Server,
        };
        let mut failure = Failure::new(kind, &String::from_utf8_lossy(body));
        failure.status = Some(status);
        failure
    }
}

#[derive(Default)]
struct Words(Vec<String>);

impl Stream for Words {
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure> {
        if event.data == "bad" {
            return Err(malformed());
        }
        self.0.push(event.data.clone());
        Ok(event.data == "end")
    }

    fn end(self: Box<Self>) -> Result<Answer, Failure> {
        match self.0.split_last() {
            None => Err(malformed()),
            Some((last, text)) if last == "end" => Ok(answer(&text.join(" "), Finish::Complete)),
            Some(_) => Ok(answer(&self.0.join(" "), Finish::Missing)),
        }
    }
}

fn call(method: &'static str, path: &str, body: &[u8]) -> Call {
    Call {
        method,
        path: path.to_owned(),
        headers: vec![("x-contract", "plain".to_owned())],
        body: body.to_vec(),
    }
}

fn answer(text: &str, finish: Finish) -> Answer {
    Answer {
        finish,
        text: text.to_owned(),
        calls: Vec::new(),
        turn: Vec::new(),
        served: None,
        usage: Usage::default(),
        id: None,
        notice: None,
    }
}

fn malformed() -> Failure {
    Failure::new(FailureKind::Malformed, "not of this contract")
}
