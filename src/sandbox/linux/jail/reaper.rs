//! Holds a command to its end: reaps what it leaves behind, and ends it when nobody waits for it any more or
//! when it takes too much.

use super::inside;
use super::wire::Spec;
use crate::sandbox::jail::{Ended, Limits};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{self, Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

/// The pause between two looks at what is taken, in nanoseconds.
const LOOK: i64 = 40_000_000;

/// What a jail takes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Taken {
    threads: u64,
    kibibytes: u64,
}

/// Waits for the end of the command, and leaves nothing running.
pub fn hold(channel: &UnixStream, command: Pid, spec: &Spec) -> io::Result<Ended> {
    let bell = process::pidfd_open(command, PidfdFlags::empty())?;
    let ended = loop {
        if let Some(ended) = reap(command) {
            break ended;
        }
        if let Some(ended) = over(taken(spec.namespaces), &spec.limits) {
            break ended;
        }
        if rings(&bell, channel)? {
            break Ended::Killed;
        }
    };
    // With the first process of its namespace the kernel ends all others.
    if !spec.namespaces {
        end_all();
    }
    Ok(ended)
}

/// Waits for the end of the command or of the pause; whether the supervisor is gone.
fn rings(bell: &impl AsFd, channel: &UnixStream) -> io::Result<bool> {
    let mut watched = [
        PollFd::new(bell, PollFlags::IN),
        PollFd::new(channel, PollFlags::IN),
    ];
    let pause = Timespec {
        tv_sec: 0,
        tv_nsec: LOOK,
    };
    rustix::io::retry_on_intr(|| poll(&mut watched, Some(&pause)))?;
    // It never says anything more: whatever comes is its end.
    Ok(!watched[1].revents().is_empty())
}

/// Waits for whoever has ended; says how, if it was the command.
fn reap(command: Pid) -> Option<Ended> {
    let mut ended = None;
    while let Ok(Some((id, status))) = process::wait(WaitOptions::NOHANG) {
        if id == command {
            ended = how(status);
        }
    }
    ended
}

fn how(status: WaitStatus) -> Option<Ended> {
    let code = status.exit_status().map(Ended::Code);
    code.or_else(|| status.terminating_signal().map(Ended::Signal))
}

fn over(taken: Taken, limits: &Limits) -> Option<Ended> {
    if taken.kibibytes > limits.memory_bytes >> 10 {
        return Some(Ended::Memory);
    }
    (taken.threads > limits.processes).then_some(Ended::Processes)
}

fn taken(own_numbering: bool) -> Taken {
    let mut sum = Taken::default();
    let mut add = |id: i32| {
        // Who ended meanwhile takes nothing.
        let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let one = of(&text);
        sum.threads += one.threads;
        sum.kibibytes += one.kibibytes;
    };
    match own_numbering {
        true => inside::processes().filter(|id| *id != 1).for_each(&mut add),
        false => below(process::getpid().as_raw_nonzero().get(), &mut add),
    }
    sum
}

/// Reads what one process takes. What several share of a file counts for none, what they share of memory for
/// each.
fn of(status: &str) -> Taken {
    let number = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let word = line.and_then(|rest| rest.split_whitespace().next());
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    };
    Taken {
        threads: number("Threads:"),
        kibibytes: number("RssAnon:") + number("RssShmem:") + number("VmSwap:"),
    }
}

/// Visits all descendants of a process.
fn below(id: i32, visit: &mut dyn FnMut(i32)) {
    let mut left = children(id);
    while let Some(id) = left.pop() {
        visit(id);
        left.extend(children(id));
    }
}

fn children(id: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten();
    let mut found = Vec::new();
    for thread in threads.flatten() {
        let text = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        found.extend(
            text.split_whitespace()
                .filter_map(|word| word.parse::<i32>().ok()),
        );
    }
    found
}

/// Ends all descendants of this process, which inherits those whose parents end, until there are none.
fn end_all() {
    let own = process::getpid().as_raw_nonzero().get();
    loop {
        below(own, &mut |id| {
            if let Some(id) = Pid::from_raw(id) {
                let _ = process::kill_process(id, Signal::KILL);
            }
        });
        match process::wait(WaitOptions::NOHANG) {
            Ok(None) => std::thread::sleep(std::time::Duration::from_micros(500)),
            Ok(Some(_)) => {}
            // There are no more.
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_no_files_and_all_threads_are_counted() {
        let status = "Name:\tx\nVmSwap:\t 4 kB\nRssAnon:\t 100 kB\nRssFile:\t 999 kB\nRssShmem:\t 20 kB\nThreads:\t3\n";
        let expected = Taken {
            threads: 3,
            kibibytes: 124,
        };
        assert_eq!(of(status), expected);
        assert_eq!(of(""), Taken::default());
    }

    #[test]
    fn a_limit_is_over_when_it_is_passed_and_not_when_it_is_reached() {
        let limits = Limits {
            processes: 3,
            memory_bytes: 10 << 10,
            ..Limits::default()
        };
        let with = |threads, kibibytes| over(Taken { threads, kibibytes }, &limits);
        assert_eq!(with(3, 10), None);
        assert_eq!(with(4, 10), Some(Ended::Processes));
        assert_eq!(with(4, 11), Some(Ended::Memory));
    }
}
