//! Which process owns something, so that a later one can tell whether it is still there; and processes that were
//! left behind.

use std::path::Path;

/// A process, told apart from a later one of the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its number.
    pub pid: u32,
    /// When it started, in the system's own words; empty where the system does not tell.
    pub started: String,
}

impl Owner {
    /// Returns this process.
    #[must_use]
    pub fn here() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            started: started(pid).unwrap_or_default(),
        }
    }

    /// Whether it still runs; `None`: the system does not tell.
    #[must_use]
    pub fn is_alive(&self) -> Option<bool> {
        if self.started.is_empty() || !Path::new("/proc/self/stat").exists() {
            return None;
        }
        Some(started(self.pid).is_some_and(|started| started == self.started))
    }
}

/// Returns when a process started: the boot, and the ticks since.
fn started(pid: u32) -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program may hold anything, so what follows its last parenthesis counts.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    Some(format!("{}/{}", boot.trim(), fields.nth(18)?))
}

/// Ends every process, other than this one, that has this variable with this value in its environment, and returns
/// how many there were. Where the system does not show environments, none is ended.
#[must_use]
pub fn end_marked(name: &str, value: &str) -> usize {
    let wanted = format!("{name}={value}").into_bytes();
    let mut ended = 0;
    // Whoever is ended may have started another meanwhile.
    for _ in 0..10 {
        let found = marked(&wanted);
        if found.is_empty() {
            break;
        }
        for pid in found {
            ended += usize::from(end(pid));
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    ended
}

fn marked(wanted: &[u8]) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| *pid != std::process::id() && has(*pid, wanted))
        .collect()
}

fn has(pid: u32, wanted: &[u8]) -> bool {
    // That of somebody else's process cannot be read.
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|pair| pair == wanted)
}

#[cfg(unix)]
fn end(pid: u32) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
}

#[cfg(not(unix))]
fn end(_: u32) -> bool {
    false
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::held::Start;
    use std::process::Stdio;

    #[test]
    fn a_process_is_told_from_a_later_one_of_its_number() {
        let here = Owner::here();
        assert_eq!(here.is_alive(), Some(true));
        let later = Owner {
            started: format!("{}0", here.started),
            ..here.clone()
        };
        assert_eq!(later.is_alive(), Some(false));
        let unknown = Owner {
            started: String::new(),
            ..here
        };
        assert_eq!(unknown.is_alive(), None);
    }

    #[test]
    fn what_was_left_behind_is_ended_and_nothing_else() {
        let start = |value: &str| {
            let start = Start {
                program: "/bin/sleep".into(),
                args: vec!["60".into()],
                env: vec![("PANTHEON_TEST_MARK".into(), value.into())],
            };
            start.hold(Stdio::null(), Stdio::null()).unwrap()
        };
        let (mine, other) = (
            format!("a-{}", std::process::id()),
            format!("b-{}", std::process::id()),
        );
        let (left, stays) = (start(&mine), start(&other));
        assert!(end_marked("PANTHEON_TEST_MARK", &mine) >= 1);
        assert_eq!(started(left.id()), None);
        assert!(started(stays.id()).is_some());
    }
}
