//! What is pulled away in the middle: the worker, the network, the time, the patience of a person.

use super::*;
use crate::support::PANTHEON;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const TWO: &str = "{ severity = \"high\", agreement = 2 }";

/// A gate that stands closed where something was not looked at.
fn closed(agents: &str, deadline: &str) -> String {
    let deadline = format!("deadline = \"{deadline}\"\non-inconclusive = \"block\"");
    gate(agents, TWO).replace("deadline = \"20s\"", &deadline)
}

/// Sends the head of an answer and its first bytes.
fn begin(conn: &mut Conn) {
    conn.send(
        b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{\"choices\":[",
    );
}

/// What a network does in the middle of an answer.
#[derive(Clone, Copy, Debug)]
enum Network {
    Resets,
    Ends,
    FallsSilent,
    Drips,
    NeverBegins,
}

const NETWORKS: [Network; 5] = [
    Network::Resets,
    Network::Ends,
    Network::FallsSilent,
    Network::Drips,
    Network::NeverBegins,
];

impl Network {
    fn does(self, conn: &mut Conn) -> Then {
        if !matches!(self, Self::NeverBegins) {
            begin(conn);
        }
        match self {
            Self::Resets => return conn.reset(),
            Self::Ends => {}
            Self::FallsSilent | Self::NeverBegins => {
                conn.closed_within(Duration::from_secs(30));
            }
            Self::Drips => while conn.send(b" ") && !conn.closed_within(Duration::from_secs(1)) {},
        }
        Then::Close
    }

    /// Whether it keeps who asks waiting.
    fn waits(self) -> bool {
        !matches!(self, Self::Resets | Self::Ends)
    }
}

/// A review that runs.
struct Running {
    child: Child,
    repo: Repo,
}

impl Running {
    fn start(repo: Repo) -> Self {
        let mut command = repo.command(PANTHEON);
        let command = command.args(["review", "--commit", "HEAD"]);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, repo }
    }

    /// Starts one, and waits until a server was asked something.
    fn asking(repo: Repo, server: &Server) -> Self {
        let running = Self::start(repo);
        let begun = Instant::now();
        while server.asked().is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(5));
        }
        running
    }

    /// All processes below it, as far as they run.
    #[cfg(target_os = "linux")]
    fn below(&self) -> Vec<u32> {
        let mut found = vec![self.child.id()];
        let mut at = 0;
        while let Some(parent) = found.get(at) {
            let line = format!("PPid:\t{parent}");
            let all = std::fs::read_dir("/proc").unwrap().flatten();
            let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
            let is_child = |id: &u32| {
                let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
                status.lines().any(|is| is == line)
            };
            let ids: Vec<u32> = ids.filter(is_child).collect();
            found.extend(ids);
            at += 1;
        }
        found.split_off(1)
    }

    fn signal(&self, signal: &str, id: u32) {
        let mut kill = self.repo.command("kill");
        self.repo
            .finish(kill.args([signal, &id.to_string()]), b"")
            .exits(0);
    }

    fn ends(self) -> (Ran, Duration) {
        let begun = Instant::now();
        let output = self.child.wait_with_output().unwrap();
        (Ran::from(output), begun.elapsed())
    }
}

/// Whether a process runs that had that id.
#[cfg(target_os = "linux")]
fn runs(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
    status.contains("pantheon")
}

#[cfg(target_os = "linux")]
#[test]
fn a_worker_that_is_killed_is_told_at_once() {
    for (gates, code) in [(closed("[\"one\"]", "30s"), 3), (gate("[\"one\"]", TWO), 0)] {
        let server = Server::new(|_, conn| Network::FallsSilent.does(conn));
        let running = Running::asking(repo(&policy(&server.http(), &gates)), &server);
        let workers = running.below();
        assert_eq!(workers.len(), 1);
        running.signal("-KILL", workers[0]);
        let (ran, took) = running.ends();
        assert_eq!(ran.code, code, "{ran}");
        assert!(ran.stdout.contains("the worker died"), "{ran}");
        assert!(took < Duration::from_secs(4), "{took:?}");
        assert!(!runs(workers[0]));
    }
}

#[test]
fn a_network_that_is_pulled_for_all_is_no_pass() {
    for network in NETWORKS {
        let server = Server::new(move |_, conn| network.does(conn));
        let running = Running::start(repo(&policy(&server.http(), &closed("[\"one\", \"two\"]", "3s"))));
        let (ran, took) = running.ends();
        assert_eq!(ran.code, 3, "{network:?}: {ran}");
        assert!(took < Duration::from_secs(8), "{network:?}: {took:?}");
        let why = if network.waits() {
            "ran out of time"
        } else {
            "no whole answer"
        };
        assert!(ran.stdout.contains(why), "{network:?}: {ran}");
    }
}

#[test]
fn a_network_that_is_pulled_for_one_of_two_leaves_the_word_of_the_other() {
    for network in NETWORKS {
        let server = Server::new(move |asked, conn| {
            let question = Question::of(asked);
            match question.model == "m-two" {
                true => network.does(conn),
                false => answer(conn, &question, &json!([defect()])),
            }
        });
        let repo = repo(&policy(&server.http(), &closed("[\"one\", \"two\"]", "4s")));
        let begun = Instant::now();
        let (code, said) = report(&repo);
        assert!(
            begun.elapsed() < Duration::from_secs(9),
            "{network:?}: {:?}",
            begun.elapsed()
        );
        assert_eq!((code, found(&said).len()), (3, 1), "{network:?}: {said}");
        assert_eq!(found(&said)[0].2, "warn", "{network:?}: {said}");
    }
}

#[test]
fn an_answer_that_came_too_late_is_asked_for_again() {
    let calls = AtomicUsize::new(0);
    let server = Server::new(move |asked, conn| {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            conn.closed_within(Duration::from_secs(6));
            return answer(conn, &Question::of(asked), &json!([]));
        }
        answer(conn, &Question::of(asked), &json!([defect()]))
    });
    let repo = repo(&policy(&server.http(), &closed("[\"one\"]", "3s")));
    assert_eq!(report(&repo).0, 3);
    let (code, said) = report(&repo);
    assert_eq!((code, found(&said).len()), (0, 1), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_leaves_nothing_behind_whatever_the_network_does() {
    for network in NETWORKS.into_iter().filter(|network| network.waits()) {
        let server = Server::new(move |_, conn| network.does(conn));
        let repo = repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
        let running = Running::asking(repo, &server);
        let below = running.below();
        assert!(!below.is_empty());
        running.signal("-INT", running.child.id());
        let (ran, took) = running.ends();
        assert_eq!(ran.code, 130, "{network:?}: {ran}");
        assert!(took < Duration::from_secs(4), "{network:?}: {took:?}");
        let left: Vec<u32> = below.into_iter().filter(|id| runs(*id)).collect();
        assert!(left.is_empty(), "{network:?}: {left:?}");
    }
}

/// A repository whose last commit adds so many files in as many directories.
fn wide(policy: &str, files: usize) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.commit("Begin");
    for n in 0..files {
        repo.write(format!("part{n}/pay{n}.py"), AFTER);
    }
    repo.commit("Add the parts");
    repo
}

#[test]
fn forty_units_on_a_server_that_fails_each_third_call() {
    let calls = AtomicUsize::new(0);
    let server = Server::new(
        move |asked, conn| match calls.fetch_add(1, Ordering::Relaxed) % 3 {
            2 => conn.json(500, &contract::error(KIND, 500, "nobody is here", false)),
            _ => answer(conn, &Question::of(asked), &json!([])),
        },
    );
    let gates = closed("[\"one\"]", "120s") + "max-units = 40\nparallel = 4\n";
    let repo = wide(&policy(&server.http(), &gates), 240);
    let begun = Instant::now();
    let (code, said) = report(&repo);
    assert!(
        begun.elapsed() < Duration::from_secs(100),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(code, 3, "{}", said["review"]);
    let rows = said["review"]["asked"].as_array().unwrap().iter();
    let sum = |key: &str| rows.clone().map(|row| row[key].as_u64().unwrap()).sum::<u64>();
    let answered = sum("answered");
    assert_eq!(
        (sum("calls"), said["review"]["units"].as_u64()),
        (40, Some(40)),
        "{}",
        said["review"]
    );
    assert!((20..40).contains(&answered), "{answered}");
    // What was answered is not asked again.
    let before = server.asked().len() as u64;
    report(&repo);
    let again = server.asked().len() as u64 - before;
    assert!(again <= 40 - answered, "{again} of {}", 40 - answered);
}

#[test]
fn two_reviews_at_once_share_a_state() {
    let server = Server::new(|asked, conn| {
        conn.closed_within(Duration::from_millis(300));
        answer(conn, &Question::of(asked), &json!([defect()]))
    });
    let repo = repo(&policy(&server.http(), &gate("[\"one\", \"two\"]", TWO)));
    let again = || Running::start(repo.sibling("."));
    let running = [again(), again()];
    for running in running {
        let (ran, _) = running.ends();
        assert_eq!(ran.code, 1, "{ran}");
        assert!(!ran.stderr.contains("state"), "{ran}");
    }
    let asked = server.asked().len();
    assert!((2..=4).contains(&asked), "{asked}");
    review(&repo).exits(1);
    assert_eq!(server.asked().len(), asked);
}
