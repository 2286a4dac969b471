//! Tries what a locked process must not be able to do. Nothing that works by mistake leaves a trace but in
//! the scratch directory that is given.

use crate::sys::held;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io;
#[cfg(target_os = "linux")]
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What it was.
    pub name: String,
    /// Whether it only reads.
    pub reads: bool,
    /// What the system said; `None`: it worked.
    pub refused: Option<String>,
}

impl Attempt {
    /// Whether it worked.
    #[must_use]
    pub fn worked(&self) -> bool {
        self.refused.is_none()
    }
}

/// A file that every system of the family has.
const READABLE: &str = "/etc/passwd";
type Try = fn(&Path) -> io::Result<()>;

/// What is tried in a directory that holds a file `old`.
const TRIES: &[(&str, bool, Try)] = &[
    ("read a file", true, |_| File::open(READABLE).map(drop)),
    ("list a directory", true, |_| fs::read_dir("/").map(drop)),
    ("read its own environment", true, |_| {
        File::open("/proc/self/environ").map(drop)
    }),
    ("write a new file", false, |dir| {
        File::create(dir.join("new")).map(drop)
    }),
    ("write an old file", false, |dir| {
        OpenOptions::new().append(true).open(dir.join("old")).map(drop)
    }),
    ("make a directory", false, |dir| fs::create_dir(dir.join("dir"))),
    ("link a file", false, |dir| {
        fs::hard_link(dir.join("old"), dir.join("hard"))
    }),
    ("change the rights of a file", false, |dir| {
        set_mode(&dir.join("old"))
    }),
    ("rename a file", false, |dir| {
        fs::rename(dir.join("old"), dir.join("old2"))
    }),
    ("remove a file", false, |dir| fs::remove_file(dir.join("old2"))),
    ("run a program", false, |_| held::start_and_wait()),
    ("connect by TCP", false, |_| {
        TcpStream::connect("127.0.0.1:9").map(drop)
    }),
    ("listen by TCP", false, |_| {
        TcpListener::bind("127.0.0.1:0").map(drop)
    }),
    ("send by UDP", false, |_| UdpSocket::bind("127.0.0.1:0").map(drop)),
];

/// Tries everything, and says what became of each. The directory holds a file `old`.
#[must_use]
pub fn prove(dir: &Path) -> Vec<Attempt> {
    let mut told = prove_without_end(dir);
    // Should this work, nobody is left to tell. A profile that is laid on from outside has to allow it.
    if cfg!(target_os = "linux") {
        told.push(self::told("become a program", false, held::become_another()));
    }
    told
}

/// Tries everything that this process would survive.
#[must_use]
pub fn prove_without_end(dir: &Path) -> Vec<Attempt> {
    let own = TRIES
        .iter()
        .map(|(name, reads, attempt)| told(name, *reads, attempt(dir)));
    system(dir).into_iter().chain(own).collect()
}

#[cfg(unix)]
fn set_mode(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn set_mode(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::metadata(path)?.permissions())
}

fn told(name: &str, reads: bool, done: io::Result<()>) -> Attempt {
    Attempt {
        name: name.to_owned(),
        reads,
        refused: done.err().map(|error| error.to_string()),
    }
}

#[cfg(not(target_os = "linux"))]
fn system(_: &Path) -> Vec<Attempt> {
    Vec::new()
}

/// What only this system has.
#[cfg(target_os = "linux")]
fn system(dir: &Path) -> Vec<Attempt> {
    use rustix::fs::{MemfdFlags, Timestamps, UTIME_NOW};
    use rustix::net::{AddressFamily, SocketType};
    use rustix::process::{self as own, PidfdFlags};
    use std::os::unix::net::{UnixDatagram, UnixStream};
    let now = rustix::fs::Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    let none = own::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let times = Timestamps {
        last_access: now,
        last_modification: now,
    };
    let old = dir.join("old");
    let at = rustix::fs::CWD;
    let parent = || own::getppid().ok_or(rustix::io::Errno::SRCH);
    let raw = |done: rustix::io::Result<()>| done.map_err(io::Error::from);
    let socket = |family, kind| raw(rustix::net::socket(family, kind, None).map(drop));
    let mptcp = rustix::net::ipproto::MPTCP;
    let started = std::thread::Builder::new().spawn(|| ());
    vec![
        told("start a thread", false, started.map(drop)),
        told(
            "write to another descriptor",
            false,
            io::stderr().write(b"").map(drop),
        ),
        told(
            "connect to a socket of the file system",
            false,
            UnixStream::connect(&old).map(drop),
        ),
        told("make a datagram socket", false, UnixDatagram::unbound().map(drop)),
        told("make a pair of sockets", false, UnixStream::pair().map(drop)),
        told("make an MPTCP socket", false, {
            raw(rustix::net::socket(AddressFamily::INET, SocketType::STREAM, Some(mptcp)).map(drop))
        }),
        told(
            "make a netlink socket",
            false,
            socket(AddressFamily::NETLINK, SocketType::RAW),
        ),
        told(
            "make a vsock socket",
            false,
            socket(AddressFamily::VSOCK, SocketType::STREAM),
        ),
        told(
            "signal the parent",
            false,
            raw(parent().and_then(own::test_kill_process)),
        ),
        told("hold the parent", false, {
            raw(parent()
                .and_then(|p| own::pidfd_open(p, PidfdFlags::empty()))
                .map(drop))
        }),
        told("change the times of a file", false, {
            raw(rustix::fs::utimensat(
                at,
                &old,
                &times,
                rustix::fs::AtFlags::empty(),
            ))
        }),
        told("set an attribute of a file", false, {
            raw(rustix::fs::setxattr(
                &old,
                "user.a",
                b"b",
                rustix::fs::XattrFlags::empty(),
            ))
        }),
        told(
            "make a file in memory",
            false,
            raw(rustix::fs::memfd_create("a", MemfdFlags::empty()).map(drop)),
        ),
        told(
            "set a limit",
            false,
            raw(own::setrlimit(own::Resource::Core, none)),
        ),
        told("change the directory", false, raw(own::chdir("/"))),
    ]
}
