//! The worker ends with what it is for, however that ends.

use super::*;
use crate::fake::Then;
use crate::fake::scene::play;
use pantheon::llm::answer::FailureKind;
use pantheon::llm::transport::Cancel;

/// A server that takes a question and never answers.
fn silent() -> Server {
    Server::new(|_, conn| {
        conn.chunked(crate::fake::EVENTS);
        conn.closed_within(Duration::from_secs(30));
        Then::Close
    })
}

/// The worker that a server is talking to; its children are told by the name of the program.
#[cfg(target_os = "linux")]
fn own(name: &str) -> Option<u32> {
    children(name).first().copied()
}

#[cfg(target_os = "linux")]
fn kill(id: u32) {
    let id = rustix::process::Pid::from_raw(id.cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_killed_is_a_failure_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let worker = named(&dir, "killed");
    let server = silent();
    let to = to(&server);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| (Ask::new(true).through(&worker, &to), Instant::now()));
        eventually(Duration::from_secs(9), || {
            (!server.asked().is_empty()).then_some(())
        });
        kill(own("killed").unwrap());
        let killed = Instant::now();
        let ((carried, _), ended) = asking.join().unwrap();
        let failure = carried.unwrap_err();
        assert_eq!(
            (failure.kind, failure.message.as_str()),
            (FailureKind::Broken, "the worker died")
        );
        assert!(ended.saturating_duration_since(killed) < Duration::from_secs(1));
    });
    assert_eq!(children("killed"), Vec::<u32>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn the_deadline_ends_the_worker_too() {
    let dir = tempfile::tempdir().unwrap();
    let worker = named(&dir, "late");
    let server = silent();
    let mut ask = Ask::new(true);
    ask.within.deadline = Instant::now() + Duration::from_millis(700);
    let (_, outcome) = ask.through(&worker, &to(&server));
    assert_eq!(outcome, "timed-out");
    assert_eq!(server.asked().len(), 1, "it was in time to ask");
    assert_eq!(
        children("late"),
        Vec::<u32>::new(),
        "it is gone, and was waited for"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn calling_it_off_ends_the_worker_too() {
    let dir = tempfile::tempdir().unwrap();
    let worker = named(&dir, "called-off");
    let server = silent();
    let mut ask = Ask::new(true);
    let cancel = Cancel::default();
    ask.within.cancel = cancel.clone();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask.through(&worker, &to(&server)));
        eventually(Duration::from_secs(9), || {
            (!server.asked().is_empty()).then_some(())
        });
        cancel.cancel();
        assert_eq!(asking.join().unwrap().1, "cancelled");
    });
    assert_eq!(children("called-off"), Vec::<u32>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn a_parent_that_is_killed_leaves_no_worker() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("orphan");
    std::fs::copy(PANTHEON, &program).unwrap();
    let server = silent();
    let words = [
        "--ignored",
        "--exact",
        "--test-threads=1",
        "worker::ends::a_parent",
    ];
    let here = crate::support::Repo::outside("here");
    let mut command = here.command(std::env::current_exe().unwrap());
    command
        .args(words)
        .env("AT", server.http())
        .env("WORKER", &program);
    let mut parent = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    eventually(Duration::from_secs(90), || {
        (!server.asked().is_empty()).then_some(())
    });
    let alive = || running("orphan");
    assert_eq!(alive().len(), 1);
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually(Duration::from_secs(5), || alive().is_empty().then_some(()));
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "a part of the test above, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "a test reads its own variables")]
fn a_parent() {
    let (Ok(at), Some(program)) = (std::env::var("AT"), std::env::var_os("WORKER")) else {
        return;
    };
    let worker = Worker::of(program, Vec::new());
    Ask::new(true)
        .through(&worker, &super::at(&at, KIND, Options::default()))
        .0
        .unwrap();
}

/// The processes whose command line holds a word.
#[cfg(target_os = "linux")]
fn running(word: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| line.contains(&format!("/{word}\0worker\0")))
        .collect()
}

#[test]
fn too_low_a_level_is_refused_before_the_key_is_given_away() {
    let server = Server::new(play);
    // It says hello like a worker that nothing holds, and then repeats what it hears.
    let said = r#"{"Ok":{"landlock":0,"seccomp":false,"profile":false,"missing":["all"]}}"#;
    let dir = tempfile::tempdir().unwrap();
    let heard = dir.path().join("heard");
    let octal: String = (said.len() as u32)
        .to_le_bytes()
        .iter()
        .map(|b| format!("\\{b:03o}"))
        .collect();
    let script = format!("printf '{octal}{said}' >&0; exec cat >'{}'", heard.display());
    let worker = Worker::of("/bin/sh", vec!["-c".into(), script.into()]).at_least(Level::Base);
    let (carried, outcome) = Ask::new(true).through(&worker, &to(&server));
    assert_eq!(outcome, "refused");
    let message = carried.unwrap_err().message;
    assert_eq!(
        message,
        "the worker is locked in at level `none`, and `base` is asked for: all"
    );
    assert_eq!(worker.layers().unwrap().level(), Level::None);
    let heard = std::fs::read_to_string(heard).unwrap_or_default();
    assert!(!heard.contains(KEY), "{heard}");
    assert!(server.asked().is_empty());
}

#[test]
fn a_worker_that_is_none_is_a_failure_and_no_more() {
    let server = Server::new(play);
    let sh = |script: &str| Worker::of("/bin/sh", vec!["-c".into(), script.into()]);
    let told = |worker: Worker| {
        let (carried, _) = Ask::new(true).through(&worker, &to(&server));
        let failure = carried.unwrap_err();
        (failure.kind.name(), failure.message)
    };
    let died = ("broken", "the worker died".to_owned());
    let nonsense = ("malformed", "the worker said what makes no sense".to_owned());
    assert_eq!(told(sh("exit 0")), died);
    assert_eq!(told(sh("kill -9 $$")), died);
    assert_eq!(told(sh("printf 'ab' >&0")), died);
    // A length beyond every measure; then a right one before what is no JSON.
    assert_eq!(told(sh("printf '\\377\\377\\377\\377' >&0; sleep 9")), nonsense);
    assert_eq!(told(sh("printf '\\002\\000\\000\\000{]' >&0; sleep 9")), nonsense);
    let (kind, message) = told(Worker::of("/nowhere/pantheon", Vec::new()));
    assert_eq!(kind, "refused");
    assert!(message.starts_with("the worker cannot be started: "), "{message}");
}

#[test]
fn a_worker_by_hand_has_nothing_to_do() {
    let repo = crate::support::Repo::outside("here");
    let ran = repo.run(&["worker"]).exits(2);
    assert_eq!(
        ran.stderr,
        "error: `pantheon worker` is started by this program alone\n"
    );
}
