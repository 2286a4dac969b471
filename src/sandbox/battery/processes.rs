//! Other processes: what they know, and what can be done to them.

use super::victims::World;
use super::{Open, Row, never, open, works};
use crate::sandbox::linux::raw;
use rustix::process::{self, Pid, PidfdFlags, PidfdGetfdFlags, Resource, Rlimit};
use std::fs::{self, File};
use std::io;
use std::thread;

const SEEN: &str =
    "other processes of the user are seen, with their arguments, where a jail has no processes of its own";
const OLD: &str = "Landlock before Linux 6.12 does not keep signals back";

pub const ROWS: &[Row] = &[
    works("start a thread", |_| {
        let started = thread::Builder::new().spawn(|| ())?;
        started.join().map_err(|_| io::Error::other("it died"))
    }),
    never("read the environment of another process", |w| {
        fs::read(of(w, "environ")).and_then(some)
    }),
    never("open the memory of another process", |w| {
        File::options()
            .read(true)
            .write(true)
            .open(of(w, "mem"))
            .map(drop)
    }),
    never("enter the root of another process", |w| {
        fs::read_dir(of(w, "root/")).map(drop)
    }),
    open("list the descriptors of another process", Open::Bare, SEEN, |w| {
        fs::read_dir(of(w, "fd")).map(drop)
    }),
    open("read the arguments of another process", Open::Bare, SEEN, |w| {
        fs::read(of(w, "cmdline")).and_then(some)
    }),
    never("debug another process", |w| raw::attach(victim(w)?)),
    never("read the memory of another process", |w| {
        raw::read_memory(victim(w)?)
    }),
    open("signal another process", Open::BareOld, OLD, |w| {
        Ok(process::test_kill_process(victim(w)?)?)
    }),
    never("take a descriptor of another process", |w| {
        let held = process::pidfd_open(victim(w)?, PidfdFlags::empty())?;
        process::pidfd_getfd(held, 0, PidfdGetfdFlags::empty())?;
        Ok(())
    }),
    never("limit another process", |w| {
        let limit = Rlimit {
            current: Some(1 << 40),
            maximum: None,
        };
        process::prlimit(Some(victim(w)?), Resource::Cpu, limit)?;
        Ok(())
    }),
    never("change the priority of another process", |w| {
        Ok(process::setpriority_process(Some(victim(w)?), 5)?)
    }),
    never("share memory by a key", |_| raw::shared_memory()),
];

fn of(world: &World, what: &str) -> String {
    format!("/proc/{}/{what}", world.victim)
}

fn some(bytes: Vec<u8>) -> io::Result<()> {
    match bytes.is_empty() {
        true => Err(io::Error::other("nothing was read")),
        false => Ok(()),
    }
}

fn victim(world: &World) -> io::Result<Pid> {
    Pid::from_raw(world.victim).ok_or_else(|| io::ErrorKind::NotFound.into())
}
