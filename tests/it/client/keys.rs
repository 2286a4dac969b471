//! Keys: from a command, missing, and in no output.
#![expect(
    clippy::disallowed_methods,
    reason = "a test writes the programs that print keys"
)]

use super::*;

const KEY: &str = "sk-canary-0123456789abcdef";

fn with_key(server: &Server, script: &str) -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.sh");
    std::fs::write(&path, script).unwrap();
    let more = format!("api-key-command = [\"sh\", \"{}\"]", path.display());
    let text = provider("one", &server.http(), &more) + &first("\"one\"", "");
    (dir, text)
}

/// A server that says all that it was sent, with a status.
fn echo(status: u16) -> Server {
    Server::new(move |asked, conn| {
        let said = format!("{:?}", asked.headers);
        match status {
            200 => conn.json(200, &contract::answer(KIND, &said)),
            status => conn.json(status, &contract::error(KIND, status, &said, false)),
        }
    })
}

#[cfg(unix)]
#[test]
fn a_command_prints_the_key_and_nothing_shows_it() {
    for status in [200, 401, 500] {
        let server = echo(status);
        let script = format!("echo ran >> \"$0.log\"\nprintf '%s\\n' {KEY}\n");
        let (dir, text) = with_key(&server, &script);
        let (_state, store) = state();
        let book = book(&text);
        let reply = Ask::default().by(&book, Some(&store));
        assert_eq!(reply.answer.is_some(), status == 200, "{reply:?}");
        let asked = &server.asked()[0];
        assert_eq!(asked.header("authorization"), format!("Bearer {KEY}"));
        let shown = format!("{reply:?}");
        assert!(!shown.contains(KEY), "{shown}");
        assert!(shown.contains("***"), "the server said it: {shown}");
        let log = std::fs::read_to_string(dir.path().join("key.sh.log")).unwrap();
        assert_eq!(log, "ran\n");
        let kept = std::fs::read(store.path()).unwrap();
        assert!(!kept.windows(KEY.len()).any(|w| w == KEY.as_bytes()));
    }
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_told_without_its_words_and_nothing_is_sent() {
    for (script, told) in [
        (
            format!("echo {KEY}; echo {KEY} >&2; exit 3\n"),
            "`sh` gave no key: ",
        ),
        (
            format!("printf '{KEY}\\n\\t{KEY}'\n"),
            "what `sh` gave is no key: ",
        ),
        ("true\n".to_owned(), "what `sh` gave is no key: "),
    ] {
        let server = echo(200);
        let (_dir, text) = with_key(&server, &script);
        let reply = Ask::default().by(&book(&text), None);
        assert_eq!(failures(&reply), ["first at one: refused"], "{script}");
        let message = &reply.failure().unwrap().message;
        assert!(message.starts_with(told), "{message}");
        assert!(!format!("{reply:?}").contains(KEY));
        assert_eq!(server.connections(), 0);
    }
}

#[test]
fn a_command_that_is_not_there_leads_to_the_next_endpoint() {
    let (server, good) = (says("x"), says("fine"));
    let more = "api-key-command = [\"/no/such/program\"]";
    let text = provider("one", &server.http(), more)
        + &provider("two", &good.http(), "")
        + &first("[\"one\", \"two\"]", "");
    let reply = Ask::default().by(&book(&text), None);
    assert_eq!(failures(&reply), ["first at one: refused"]);
    let message = &reply.failures[0].1.message;
    assert!(
        message.starts_with("cannot run `/no/such/program` for the key: "),
        "{message}"
    );
    assert_eq!(super::text(&reply), "fine");
    assert_eq!(server.connections(), 0);
}

#[cfg(unix)]
#[test]
fn a_key_is_fetched_by_no_preview() {
    let server = echo(200);
    let script = format!("echo ran >> \"$0.log\"\nprintf '%s\\n' {KEY}\n");
    let (dir, text) = with_key(&server, &script);
    let book = book(&text);
    let request = Request::question("", "", "hello", 10);
    let question = Question {
        agent: "",
        task: "",
        stage: "manual",
        run: "run",
        day: DAY,
        repository: "",
        request: &request,
        expected: None,
        prompt: "",
        deadline: Instant::now(),
        cancel: Cancel::default(),
    };
    let preview = Client::new(&book, None).preview(&question);
    assert_eq!(preview.key_header, Some("authorization"));
    assert_eq!(preview.url, format!("{}/v1/chat/completions", server.http()));
    assert!(!dir.path().join("key.sh.log").exists());
    assert_eq!(server.connections(), 0);
}
