//! What the worker cannot do, by its own word and by the word of who watches its system calls.

use super::*;
use crate::fake::scene::play;
use crate::fake::{Then, contract};
use pantheon::app::worker::Attempt;
use std::path::Path;

#[test]
fn a_worker_that_tries_can_do_nothing() {
    let proof = worker().prove().unwrap();
    assert_eq!(proof.layers.missing, Vec::<String>::new());
    assert!(proof.layers.level() >= Level::Base, "{proof:?}");
    let worked: Vec<&Attempt> = proof.attempts.iter().filter(|a| a.worked()).collect();
    assert_eq!(worked, Vec::<&Attempt>::new());
    assert!(proof.attempts.len() > 25, "{proof:?}");
    for attempt in &proof.attempts {
        let why = attempt.refused.as_deref().unwrap();
        // A thread that cannot be made is reported in the C library's own words.
        let denied = why.contains("Operation not permitted") || attempt.name == "start a thread";
        assert!(denied, "{attempt:?}: it failed for another reason");
    }
}

/// The same attempts, where nothing forbids them: each that a machine allows must work, or the test above
/// shows nothing.
#[cfg(target_os = "linux")]
#[test]
fn what_it_tries_works_where_nothing_forbids_it() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::File::create(dir.path().join("old")).unwrap();
    let mut words = vec!["--ignored", "--exact", "--nocapture", "--test-threads=1"];
    words.push("worker::hostile::unlocked_attempts");
    let here = crate::support::Repo::outside("here");
    let mut command = here.command(std::env::current_exe().unwrap());
    let told = command.args(words).env("DIR", dir.path()).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let failed: Vec<&str> = told.lines().filter(|line| line.starts_with("refused ")).collect();
    // Nobody listens there; the file is no socket; not every machine has every kind.
    let may_fail = [
        "connect by TCP",
        "connect to a socket",
        "MPTCP",
        "vsock",
        "attribute",
        "read its own",
    ];
    let odd: Vec<&&str> = failed
        .iter()
        .filter(|line| !may_fail.iter().any(|w| line.contains(w)))
        .collect();
    assert_eq!(odd, Vec::<&&str>::new(), "{told}");
    assert!(told.contains("worked run a program"), "{told}");
}

#[test]
#[ignore = "a part of the test above, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "a test reads its own variable")]
fn unlocked_attempts() {
    let Some(dir) = std::env::var_os("DIR") else {
        return;
    };
    // To become another program comes last: it does not return.
    for attempt in pantheon::sandbox::prove_without_end(Path::new(&dir)) {
        let word = if attempt.worked() { "worked" } else { "refused" };
        println!("{word} {}: {:?}", attempt.name, attempt.refused);
    }
}

/// Who watches system calls.
const STRACE: &str = "strace";

/// A worker whose system calls are written to a file by somebody who outlives it, so that nothing is lost when
/// it is ended.
fn watched(file: &Path) -> Worker {
    let strace = crate::support::find(STRACE).expect("this test needs `strace`: install it");
    let script = format!(
        "exec 3<&0; {} -f -o {} {PANTHEON} \"$@\" <&3 3<&- & wait",
        strace.display(),
        file.display()
    );
    Worker::of("/bin/sh", ["-c", &script, "sh"].map(Into::into).to_vec())
}

/// The trace, when it is whole.
fn trace(file: &Path) -> String {
    eventually(Duration::from_secs(9), || {
        let trace = std::fs::read_to_string(file).ok()?;
        trace.ends_with("+++\n").then_some(trace)
    })
}

/// The system calls that a locked worker may have made with success.
const HARMLESS: &[&str] = &[
    "brk",
    "clock_nanosleep",
    "close",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_wait",
    "exit",
    "exit_group",
    "fcntl",
    "futex",
    "getpid",
    "getppid",
    "getrandom",
    "getsockopt",
    "gettid",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "read",
    "readv",
    "recvfrom",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_yield",
    "sendto",
    "shutdown",
    "sigaltstack",
    "write",
    "writev",
];

/// Returns what a trace shows after the last lock: the names of the calls, and whether each had success.
fn after_the_lock(trace: &str) -> Vec<(&str, bool)> {
    let mut lines = trace
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.trim_start());
    assert!(
        lines.any(|line| line.starts_with("seccomp(") && line.ends_with("= 0")),
        "{trace}"
    );
    let calls = lines.filter_map(|line| Some((line.split_once('(')?.0, line)));
    calls
        .map(|(name, line)| (name, !line.contains(" = -1 ")))
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs `strace`: `.ci/run` gets it and runs this"]
fn the_trace_of_an_exchange_shows_nothing_that_reaches_out() {
    use crate::fake::tls::{Authority, Ends};
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("trace");
    let authority = Authority::new();
    let server = Server::with_tls(authority.server(Ends::Later), play);
    let mut options = Options::default();
    options.trust.authorities = Some(authority.bundle());
    let to = at(&server.https(), KIND, options);
    let (carried, outcome) = Ask::new(true).through(&watched(&file), &to);
    assert_eq!(outcome, "complete", "{carried:?}");
    let trace = trace(&file);
    let calls = after_the_lock(&trace);
    let odd: Vec<_> = calls
        .iter()
        .filter(|(name, _)| !HARMLESS.contains(name))
        .collect();
    assert_eq!(
        odd,
        Vec::<&(&str, bool)>::new(),
        "an honest worker tries nothing else\n{trace}"
    );
    assert!(calls.len() > 10, "{trace}");
    // No descriptor but the channel, the connection and the events.
    let sends = calls.iter().filter(|(name, ok)| *name == "sendto" && *ok).count();
    assert!(sends >= 3, "{trace}");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs `strace`: `.ci/run` gets it and runs this"]
fn the_trace_of_a_worker_that_tries_shows_that_nothing_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("trace");
    let proof = watched(&file).prove().unwrap();
    assert!(proof.attempts.iter().all(|attempt| !attempt.worked()));
    let trace = trace(&file);
    let calls = after_the_lock(&trace);
    let odd = calls.iter().filter(|(name, ok)| *ok && !HARMLESS.contains(name));
    assert_eq!(odd.collect::<Vec<_>>(), Vec::<&(&str, bool)>::new(), "{trace}");
    for name in [
        "openat",
        "execve",
        "socket",
        "socketpair",
        "chmod",
        "rename",
        "kill",
        "memfd_create",
    ] {
        assert!(calls.contains(&(name, false)), "`{name}` was not tried\n{trace}");
    }
    let forks = calls
        .iter()
        .filter(|(name, _)| ["clone", "clone3", "vfork", "fork"].contains(name));
    assert!(forks.count() > 0, "{trace}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_key_stands_in_no_argument_and_no_variable() {
    let server = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(9));
        Then::Close
    });
    let dir = tempfile::tempdir().unwrap();
    let worker = named(&dir, "keyless");
    let to = to(&server);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut ask = Ask::new(false);
            ask.within.deadline = Instant::now() + Duration::from_secs(5);
            ask.through(&worker, &to)
        });
        eventually(Duration::from_secs(5), || {
            (!server.asked().is_empty()).then_some(())
        });
        let seen: Vec<(String, String)> = children("keyless")
            .into_iter()
            .map(|id| {
                let read = |file| std::fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
                let text = |file| String::from_utf8_lossy(&read(file)).into_owned();
                (text("cmdline"), text("environ"))
            })
            .collect();
        assert!(!seen.is_empty());
        for (words, variables) in &seen {
            assert!(!words.contains(KEY) && !variables.contains(KEY), "{seen:?}");
            assert!(words.ends_with("/keyless\0worker\0"), "{words:?}");
            let foreign = variables
                .split('\0')
                .filter(|v| !v.is_empty() && !v.starts_with("SSL_CERT_"));
            assert_eq!(foreign.collect::<Vec<_>>(), Vec::<&str>::new());
        }
        assert_eq!(asking.join().unwrap().1, "timed-out");
    });
}

/// Answers that a model might be talked into, and what is left of them.
#[test]
fn a_hostile_answer_is_read_in_the_worker_as_it_is_here() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let many = format!(r#"{{"verdict":"{}","findings":[]}}"#, "x".repeat(500_000));
    let long = "{".repeat(1 << 19);
    let texts = [
        r#"{"verdict":"pass","findings":[{"line":1,"title":"\u001b]0;owned\u0007 \u202eevil"}]}"#,
        r#"{"verdict":"pass","findings":[{"line":"7","title":"a","more":1},{"line":null}]}"#,
        "```json\n{'verdict': 'ok', findings: [],}\n```",
        r#"{"verdict":"pass","findings":[]} {"verdict":"block","findings":[]}"#,
        r#"{"verdict":"pass","findings":[{"line":1"#,
        "nothing of the kind",
        "",
        &deep,
        &many,
        &long,
    ];
    for text in texts {
        let body = contract::answer(KIND, text);
        let server = Server::new(move |_, conn| conn.json(200, &body));
        let ask = Ask::new(false);
        let (here, _) = ask.through(&InProcess, &to(&server));
        let (there, _) = ask.through(&worker(), &to(&server));
        let reading = there.as_ref().unwrap().reading.as_ref().unwrap();
        assert_eq!(reading, here.as_ref().unwrap().reading.as_ref().unwrap());
        assert_eq!(there, here);
    }
}
