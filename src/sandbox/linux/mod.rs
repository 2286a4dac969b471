//! Linux: Landlock for files and TCP, seccomp for everything else, and the small ones around them.

mod files;
pub mod jail;
mod probed;
pub(in crate::sandbox) mod raw;
mod syscalls;
mod tries;

use super::{Layers, Profile};
use rustix::process::{self, DumpableBehavior, Resource, Rlimit, Signal};
use std::ffi::OsString;
use std::path::Path;

pub use probed::probe;
pub use tries::TRIES;

/// The most memory that a worker may ask for: many times what an answer of the greatest length needs.
const MEMORY: u64 = 1 << 30;
/// The most processor time of a worker in seconds. Gates have deadlines; this is for when nobody waits.
const PROCESSOR: u64 = 300;

/// Locks this process in for good, as far as this kernel can, and says how far that was.
///
/// It must have one thread: both layers hold the thread that asks for them, and its children.
#[must_use]
pub fn lock_down(profile: &Profile<'_>) -> Layers {
    let Profile::Worker { descriptors } = profile;
    let mut layers = Layers::default();
    let threads = std::fs::read_dir("/proc/self/task").map(Iterator::count);
    if !matches!(threads, Ok(1)) {
        let many = "the process is not known to have one thread alone, so nothing was locked";
        layers.missing.push(many.to_owned());
        return layers;
    }
    let mut kept = descriptors.to_vec();
    // The queue of events and its bell, which belong to the runtime.
    kept.extend(events());
    limit(&mut layers);
    if let Err(error) = rustix::thread::set_no_new_privs(true) {
        layers.missing.push(format!("no-new-privileges: {error}"));
        return layers;
    }
    match files::deny_all() {
        Ok(version) => layers.landlock = version,
        Err(why) => layers.missing.push(format!("Landlock: {why}")),
    }
    // The last one, for it takes away the means to set up the others.
    match syscalls::allow_few(&kept) {
        Ok(()) => layers.seccomp = true,
        Err(why) => layers.missing.push(format!("seccomp: {why}")),
    }
    layers
}

/// Returns what to run so that a program is locked in from outside: here it locks itself in.
#[must_use]
pub fn wrapped(program: &Path) -> (OsString, Vec<OsString>) {
    (program.into(), Vec::new())
}

/// What needs no layer: to die with the parent, to be read by nobody, and to fill neither disk nor memory.
fn limit(layers: &mut Layers) {
    let most = |n| Rlimit {
        current: Some(n),
        maximum: Some(n),
    };
    let done = [
        (
            "parent",
            process::set_parent_process_death_signal(Some(Signal::KILL)),
        ),
        (
            "dump",
            process::set_dumpable_behavior(DumpableBehavior::NotDumpable),
        ),
        ("core", process::setrlimit(Resource::Core, most(0))),
        ("file size", process::setrlimit(Resource::Fsize, most(0))),
        ("memory", process::setrlimit(Resource::As, most(MEMORY))),
        ("processor", process::setrlimit(Resource::Cpu, most(PROCESSOR))),
    ];
    let failed = done
        .into_iter()
        .filter_map(|(what, done)| Some((what, done.err()?)));
    let lines = failed.map(|(what, error)| format!("limit on {what}: {error}"));
    layers.missing.extend(lines);
}

/// Returns the descriptors that the runtime waits on.
fn events() -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    let events = entries.flatten().filter(|entry| {
        let what = std::fs::read_link(entry.path());
        what.is_ok_and(|what| what.to_string_lossy().starts_with("anon_inode:[event"))
    });
    events
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .collect()
}
