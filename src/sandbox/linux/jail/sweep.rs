//! Ends what is left of a run when whoever held it was killed, and it has no namespace that would have ended it.
//!
//! A process that has taken the mark out of its environment before it started another one hides that one: where
//! there are no namespaces, that is what is lost.

use super::inside;
use crate::sandbox::jail::RUN;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::time::Duration;

/// How often it looks again for what was started meanwhile.
const ROUNDS: usize = 20;

/// Ends every process with that mark, and says how many there were.
pub fn sweep(run: &str) -> usize {
    if run.is_empty() {
        return 0;
    }
    let mark = format!("{RUN}={run}");
    let mut ended = Vec::new();
    for _ in 0..ROUNDS {
        let marked: Vec<i32> = inside::processes().filter(|id| is_marked(*id, &mark)).collect();
        if marked.is_empty() {
            break;
        }
        for id in marked {
            if let Some(pid) = Pid::from_raw(id) {
                // It may be gone already.
                let _ = kill_process(pid, Signal::KILL);
            }
            if !ended.contains(&id) {
                ended.push(id);
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    ended.len()
}

/// Whether a process that is not this one was started with the mark.
fn is_marked(id: i32, mark: &str) -> bool {
    let is_own = u32::try_from(id).is_ok_and(|id| id == std::process::id());
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    !is_own
        && environment
            .split(|byte| *byte == 0)
            .any(|one| one == mark.as_bytes())
}
