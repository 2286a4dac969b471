//! What Linux can be asked for that other systems do not have, or have in another form.

use crate::sandbox::proof::Try;
use rustix::fs::{self, AtFlags, CWD, MemfdFlags, Timespec, Timestamps, UTIME_NOW, XattrFlags};
use rustix::io::{Errno, Result as Done};
use rustix::net::{AddressFamily, Protocol, SocketType, ipproto};
use rustix::process::{self, Pid, PidfdFlags, Resource, Rlimit};
use std::io::{self, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::thread;

/// The moment at which something is done.
const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: UTIME_NOW,
};

/// The times of a file that was read and written at that moment.
const TIMES: Timestamps = Timestamps {
    last_access: NOW,
    last_modification: NOW,
};

/// No bytes at all.
const NOTHING: Rlimit = Rlimit {
    current: Some(0),
    maximum: Some(0),
};

/// What to try.
pub const TRIES: &[Try] = &[
    ("start a thread", false, |_| {
        thread::Builder::new().spawn(|| ()).map(drop)
    }),
    ("write to another descriptor", false, |_| {
        io::stderr().write(b"").map(drop)
    }),
    ("connect to a socket of the file system", false, |dir| {
        UnixStream::connect(dir.join("old")).map(drop)
    }),
    ("make a datagram socket", false, |_| {
        UnixDatagram::unbound().map(drop)
    }),
    ("make a pair of sockets", false, |_| UnixStream::pair().map(drop)),
    ("make an MPTCP socket", false, |_| {
        socket(AddressFamily::INET, SocketType::STREAM, Some(ipproto::MPTCP))
    }),
    ("make a netlink socket", false, |_| {
        socket(AddressFamily::NETLINK, SocketType::RAW, None)
    }),
    ("make a vsock socket", false, |_| {
        socket(AddressFamily::VSOCK, SocketType::STREAM, None)
    }),
    ("signal the parent", false, |_| {
        told(parent().and_then(process::test_kill_process))
    }),
    ("hold the parent", false, |_| {
        told(parent().and_then(|id| process::pidfd_open(id, PidfdFlags::empty())))
    }),
    ("change the times of a file", false, |dir| {
        told(fs::utimensat(CWD, dir.join("old"), &TIMES, AtFlags::empty()))
    }),
    ("set an attribute of a file", false, |dir| {
        told(fs::setxattr(dir.join("old"), "user.a", b"b", XattrFlags::empty()))
    }),
    ("make a file in memory", false, |_| {
        told(fs::memfd_create("a", MemfdFlags::empty()))
    }),
    ("set a limit", false, |_| {
        told(process::setrlimit(Resource::Core, NOTHING))
    }),
    ("change the directory", false, |_| told(process::chdir("/"))),
];

fn socket(family: AddressFamily, kind: SocketType, protocol: Option<Protocol>) -> io::Result<()> {
    told(rustix::net::socket(family, kind, protocol))
}

fn parent() -> Done<Pid> {
    process::getppid().ok_or(Errno::SRCH)
}

fn told<T>(done: Done<T>) -> io::Result<()> {
    done.map(drop).map_err(io::Error::from)
}
