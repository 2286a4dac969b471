//! `pantheon models` and `pantheon trust`, through the program.

use crate::fake::{Server, Then, contract};
use crate::support::{PANTHEON, Ran, Repo};
use serde_json::Value;
use std::process::Stdio;
use std::time::{Duration, Instant};

const KIND: &str = "openai-compatible";
const KEY: &str = "sk-canary-0123456789abcdef";

/// A repository with that policy, uncommitted.
fn with(policy: &str) -> Repo {
    let mut repo = Repo::new();
    repo.write(".pantheon.toml", format!("version = 1\n{policy}"));
    repo.commit("Begin");
    repo.env
        .push(("PANTHEON_STATE_DIR".into(), repo.home().join("state").into()));
    repo.env.push(("NO_PROXY".into(), "127.0.0.1".into()));
    repo.env.push(("LOCAL_KEY".into(), KEY.into()));
    repo
}

/// A server that names its models, and says `fine`.
fn good() -> Server {
    Server::new(|asked, conn| {
        let body = match asked.line.starts_with("GET ") {
            true => br#"{"object":"list","data":[{"id":"model-1","object":"model"}]}"#.to_vec(),
            false => contract::answer(KIND, "fine"),
        };
        conn.json(200, &body)
    })
}

/// Two models at a server, with and without a key.
fn two(server: &Server) -> String {
    let url = server.http();
    format!(
        "[providers.local]\nkind = \"{KIND}\"\nbase-url = \"{url}/v1\"\napi-key-env = \"LOCAL_KEY\"\nstream = false\n\
         attempts = 1\n[models.big]\nprovider = \"local\"\nid = \"model-1\"\nwindow = 10000\nfallback = [\"small\"]\n\
         [models.small]\nprovider = \"local\"\nid = \"model-2\"\n[routing]\ndefault = \"big\"\n[[routes]]\ntask = \
         \"security\"\nmodel = \"small\"\n"
    )
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"))
}

#[test]
fn lists_what_is_configured() {
    let server = good();
    let repo = with(&two(&server));
    let ran = repo.run(&["models", "list"]).exits(0);
    let at = format!("  at      local ({KIND}, {}/v1): ready\n", server.http());
    let expected = format!(
        "big\n  id      model-1\n{at}  price   free\n  window  10000 tokens in, 2500 out\n  then    small\nsmall\n  id      \
         model-2\n{at}  price   free\n"
    );
    assert_eq!(ran.stdout, expected);
    let ran = repo.run(&["models", "list", "--json"]).exits(0);
    let models = json(&ran);
    let big = &models["models"][0];
    assert_eq!(big["name"], "big");
    assert_eq!(big["endpoints"][0]["kind"], KIND);
    assert_eq!(big["endpoints"][0]["unusable"], Value::Null);
    assert_eq!(
        (&big["window"], &big["fallback"][0]),
        (&10000.into(), &"small".into())
    );
    let all = json(&repo.run(&["models", "list", "--all", "--json"]).exits(0));
    assert!(all["models"].as_array().unwrap().len() > 10);
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_a_model_it_says_how_to_get_one() {
    let repo = Repo::new();
    let ran = repo.run(&["models", "list"]).exits(0);
    assert!(
        ran.stdout
            .starts_with("no model can be asked: set `GEMINI_API_KEY`"),
        "{ran}"
    );
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(1);
    assert_eq!(
        ran.stderr,
        "everybody: there is no model that can be asked; `pantheon models list` says how to get one (refused)\n"
    );
    let outside = Repo::outside("nowhere");
    outside.run(&["models", "prices"]).exits(0);
}

#[test]
fn prices_are_shown_with_what_a_review_costs() {
    let repo = Repo::new();
    let ran = repo.run(&["models", "prices"]).exits(0);
    let flash = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("gemini-3.8-flash "));
    assert_eq!(
        flash.map(|line| line.split_whitespace().skip(1).take(2).collect::<Vec<_>>()),
        Some(vec!["$0.75", "$3.75"]),
        "{ran}"
    );
    let rows = json(&repo.run(&["models", "prices", "--json"]).exits(0));
    let all = rows["models"].as_array().unwrap();
    assert!(
        all.iter()
            .all(|row| row["thousand_lines"].is_number() || row["thousand_lines"].is_string())
    );
    let configured = with("[routing]\ndefault = \"gemini-3.8-flash\"\n");
    let rows = json(
        &configured
            .run(&["models", "prices", "--configured", "--json"])
            .exits(0),
    );
    assert_eq!(rows["models"].as_array().unwrap().len(), 1);
}

#[test]
fn tests_whether_each_can_be_reached() {
    let server = good();
    let repo = with(&two(&server));
    let ran = repo.run(&["models", "test"]).exits(1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("big at local: ready in "), "{ran}");
    assert!(
        lines[1].starts_with("small at local: reached, but it does not name this model in "),
        "{ran}"
    );
    repo.run(&["models", "test", "big"]).exits(0);
    let ran = repo.run(&["models", "test", "bg"]).exits(2);
    assert_eq!(
        ran.stderr,
        "error: no model `bg` is configured\n hint: `pantheon models list` shows those that are\n"
    );
    drop(server);
    let ran = repo.run(&["models", "test", "big"]).exits(1);
    assert!(ran.stdout.contains("(connect) in "), "{ran}");
}

#[test]
fn asks_and_says_what_it_took() {
    let server = good();
    let repo = with(&two(&server));
    let ran = repo
        .run(&["models", "test", "--ask", "hello", "--explain-route"])
        .exits(0);
    assert_eq!(ran.stdout, "fine\n");
    assert!(
        ran.stderr.contains("-> 6 default   big: `routing.default`\n"),
        "{ran}"
    );
    assert!(
        ran.stderr.ends_with("big at local: 40 tokens in, 9 out, $0.00\n"),
        "{ran}"
    );
    assert!(!format!("{ran}").contains(KEY));
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(0);
    assert!(
        ran.stderr.contains("big at local, kept from an earlier call: "),
        "{ran}"
    );
    assert_eq!(server.asked().len(), 1);
    assert_eq!(server.asked()[0].header("authorization"), format!("Bearer {KEY}"));
}

#[test]
fn a_dry_run_shows_what_would_leave_and_sends_nothing() {
    let server = good();
    let repo = with(&two(&server));
    let ran = repo
        .run(&["models", "test", "--ask", "is this well?", "--dry-run"])
        .exits(0);
    assert!(ran.stdout.starts_with("big at local\n  tokens  about "), "{ran}");
    assert!(
        ran.stdout
            .contains(&format!("\nPOST {}/v1/chat/completions\n", server.http())),
        "{ran}"
    );
    assert!(ran.stdout.contains("\nauthorization: ***\n"), "{ran}");
    assert!(ran.stdout.contains("is this well?"), "{ran}");
    assert!(!format!("{ran}").contains(KEY), "{ran}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_route_is_explained() {
    let server = good();
    let repo = with(&two(&server));
    let ran = repo.run(&["models", "route", "--task", "security"]).exits(0);
    let expected = "   1 override  none is set\n   2 spending  no limit is set\n   3 agent     no agent asks\n-> 4 task      \
                    small: a route for the task `security`\n-> endpoint    small at local: there is no other to fall \
                    back on\n";
    assert_eq!(ran.stdout, expected);
    let ran = repo.run(&["models", "route", "--tokens", "9000"]).exits(0);
    assert!(
        ran.stdout.contains(
            " x endpoint    big at local: its window of 10000 tokens is too small for 9000 in and 2500 out\n"
        ),
        "{ran}"
    );
    let ran = repo.run(&["models", "route", "--json"]).exits(0);
    let route = json(&ran);
    assert_eq!(route["level"], "default");
    assert_eq!(
        route["targets"][0],
        serde_json::json!({"model": "big", "endpoint": "local"})
    );
    assert_eq!(route["trace"][5]["verdict"], "chosen");
}

#[test]
fn a_look_at_the_route_takes_no_turn() {
    let server = good();
    let text = two(&server).replace("\"LOCAL_KEY\"", "[\"LOCAL_KEY\", \"HOME\"]");
    let repo = with(&text);
    let first = |ran: &Ran| json(ran)["targets"][0]["endpoint"].clone();
    let routed = first(&repo.run(&["models", "route", "--json"]).exits(0));
    repo.run(&["models", "test", "--ask", "x", "--dry-run"]).exits(0);
    assert_eq!(first(&repo.run(&["models", "route", "--json"]).exits(0)), routed);
    let ran = repo.run(&["models", "test", "--ask", "x"]).exits(0);
    let asked = format!("big at {}: ", routed.as_str().unwrap());
    assert!(ran.stderr.contains(&asked), "{ran}");
    assert_ne!(first(&repo.run(&["models", "route", "--json"]).exits(0)), routed);
}

#[test]
fn one_variable_names_the_model_for_everything() {
    let server = good();
    let mut repo = with(&two(&server));
    repo.env.push(("PANTHEON_MODEL".into(), "small".into()));
    let ran = repo.run(&["models", "route"]).exits(0);
    assert!(
        ran.stdout.starts_with("-> 1 override  small: `PANTHEON_MODEL`\n"),
        "{ran}"
    );
    repo.env.push(("PANTHEON_MODEL".into(), "smal".into()));
    let ran = repo.run(&["models", "route"]).exits(2);
    assert_eq!(
        ran.stderr,
        "error: PANTHEON_MODEL: there is no model `smal`; did you mean `small`?\n"
    );
}

#[test]
fn wrong_names_are_told_with_their_place() {
    for (policy, told) in [
        (
            "[routing]\ndefault = \"gemini-3.8-flsh\"\n",
            "error: .pantheon.toml:3:11: there is no model `gemini-3.8-flsh`; did you mean `gemini-3.8-flash`?\n",
        ),
        (
            "[models.a]\nprovider = \"gemini\"\nid = \"x\"\nfallback = [\"bb\"]\n[models.ab]\nprovider = \
             \"gemini\"\nid = \"y\"\n",
            "error: .pantheon.toml:5:12: there is no model `bb`; did you mean `ab`?\n",
        ),
        (
            "[models.a]\nprovider = \"gemni\"\nid = \"x\"\n",
            "there is no provider `gemni`; did you mean `gemini`?\n",
        ),
    ] {
        let ran = with(policy).run(&["models", "list"]).exits(2);
        assert!(ran.stderr.ends_with(told), "{ran}");
    }
}

#[test]
fn nothing_leaves_the_machine_if_that_is_forbidden() {
    let mut repo = with("[routing]\ndefault = \"gemini-3.8-flash\"\nremote = false\n");
    let proxy = good();
    repo.env.push(("HTTPS_PROXY".into(), proxy.http().into()));
    repo.env.push(("GEMINI_API_KEY".into(), KEY.into()));
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(1);
    assert_eq!(
        ran.stderr,
        "everybody: no model can be asked: gemini-3.8-flash at gemini: `routing.remote` is off, and it is not on this \
         machine (refused)\n"
    );
    let ran = repo.run(&["models", "test"]).exits(1);
    assert!(ran.stdout.contains("`routing.remote` is off"), "{ran}");
    assert_eq!(proxy.connections(), 0);
}

/// A repository that sends the key of the user elsewhere, by a proxy that shows whether it does.
fn elsewhere() -> (Repo, Server) {
    let proxy = good();
    let mut repo = with(
        "[providers.gemini]\nbase-url = \"http://gateway.example\"\napi-key-env = \"GEMINI_API_KEY\"\nattempts = \
         1\nstream = false\n[models.flash]\nid = \"gemini-3.8-flash\"\n[routing]\ndefault = \"flash\"\n",
    );
    repo.env.push(("HTTP_PROXY".into(), proxy.http().into()));
    repo.env.push(("http_proxy".into(), proxy.http().into()));
    repo.env.push(("GEMINI_API_KEY".into(), KEY.into()));
    (repo, proxy)
}

const LINE: &str = "  providers.gemini.base-url = \"http://gateway.example\"\n";

#[test]
fn what_a_repository_chose_is_sent_nothing_before_it_is_trusted() {
    let (repo, proxy) = elsewhere();
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(1);
    assert_eq!(
        ran.stderr,
        "everybody: no model can be asked: flash at gemini: the repository chose where `gemini` sends its key, and \
         `pantheon trust` has not been run (refused)\n"
    );
    repo.run(&["models", "test"]).exits(1);
    repo.run(&["models", "test", "--ask", "hello", "--dry-run"])
        .exits(1);
    assert_eq!(proxy.connections(), 0);
    repo.run(&["trust"]).exits(0);
    repo.run(&["models", "test", "--ask", "hello"]);
    assert!(proxy.connections() > 0);
    assert!(!proxy.asked().is_empty());
}

#[test]
fn trust_is_shown_given_and_taken_back() {
    let (repo, _proxy) = elsewhere();
    let show = |code| {
        let shown = repo.run(&["trust", "--show"]).exits(code).stdout;
        let at = shown.find("digest: sha256:").unwrap();
        let (digest, rest) = shown[at + 15..].split_once('\n').unwrap();
        assert_eq!(digest.len(), 64);
        format!("{}{rest}", &shown[..at])
    };
    assert_eq!(show(1), format!("{LINE}not trusted yet\n"));
    let ran = repo.run(&["trust"]).exits(0);
    assert_eq!(
        ran.stdout,
        format!("{LINE}trusted, until one of these lines changes\n")
    );
    assert_eq!(show(0), format!("{LINE}trusted\n"));
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    repo.write(
        ".pantheon.toml",
        policy.replace("gateway.example", "other.example"),
    );
    assert!(show(1).ends_with("not trusted yet\n"));
    repo.write(".pantheon.toml", &policy);
    assert!(show(0).ends_with("trusted\n"));
    repo.run(&["trust", "--forget"]).exits(0);
    assert!(show(1).ends_with("not trusted yet\n"));
    let quiet = with("");
    let ran = quiet.run(&["trust"]).exits(0);
    assert!(ran.stdout.starts_with("nothing to trust: "), "{ran}");
}

#[test]
fn a_state_that_cannot_be_used_is_said_and_limits_hold() {
    let server = good();
    let mut repo = with(&two(&server));
    repo.write("file", "");
    repo.env
        .push(("PANTHEON_STATE_DIR".into(), repo.path("file/state").into()));
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(0);
    assert!(ran.stderr.starts_with("note: the state in `"), "{ran}");
    assert_eq!(ran.stdout, "fine\n");
    let (mut repo, proxy) = elsewhere();
    repo.run(&["trust"]).exits(0);
    let trusted = repo.home().join("state/trusted");
    assert!(trusted.exists());
    std::fs::create_dir(repo.home().join("state/state.db")).unwrap();
    repo.env
        .push(("PANTHEON_SET".into(), "budget.per-day = \"9 USD\"".into()));
    let ran = repo.run(&["models", "test", "--ask", "hello"]).exits(1);
    assert!(ran.stderr.contains("so no limit can be held"), "{ran}");
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn an_interrupt_ends_a_call_at_once() {
    let server = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(20));
        Then::Close
    });
    let repo = with(&two(&server));
    for args in [&["models", "test", "--ask", "hello"][..], &["models", "test"][..]] {
        let before = server.asked().len();
        let mut command = repo.command(PANTHEON);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while server.asked().len() == before && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        let interrupted = Instant::now();
        let pid = child.id().to_string();
        repo.finish(repo.command("kill").args(["-INT", &pid]), b"")
            .exits(0);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(
            interrupted.elapsed() < Duration::from_secs(1),
            "{:?}",
            interrupted.elapsed()
        );
        assert_eq!((ran.code, ran.stdout.as_str()), (130, ""), "{ran}");
        assert!(!ran.stderr.contains(KEY));
        repo.finish(repo.command("kill").args(["-0", &pid]), b"").exits(1);
    }
}

#[test]
fn processes_share_what_they_learn_of_a_server() {
    let server = Server::new(|_, conn| conn.json(500, &contract::error(KIND, 500, "no", false)));
    let repo = with(&two(&server));
    let ask = || repo.run(&["models", "test", "--ask", "hello"]).exits(1);
    let ran = ask();
    assert_eq!(
        ran.stderr,
        "big at local: no (server)\nsmall at local: no (server)\n"
    );
    let ran = ask();
    assert!(ran.stderr.starts_with("big at local: no (server)\n"), "{ran}");
    assert!(ran.stderr.ends_with(" s (breaker-open)\n"), "{ran}");
    let ran = ask();
    assert!(ran.stderr.contains("its breaker is open for "), "{ran}");
    assert_eq!(server.asked().len(), 3);
}
