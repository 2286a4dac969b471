//! Tries what a locked process must not be able to do. Nothing that works by mistake leaves a trace but in
//! the scratch directory that is given.

#[cfg(target_os = "linux")]
use super::linux as system;
#[cfg(not(target_os = "linux"))]
use super::other as system;
use crate::sys::held;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io;
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
/// Something to try: its name, whether it only reads, and how it is done in a directory that holds a file
/// `old`.
pub type Try = (&'static str, bool, fn(&Path) -> io::Result<()>);

/// What every system can be asked for.
const TRIES: &[Try] = &[
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
    let all = system::TRIES.iter().chain(TRIES);
    all.map(|(name, reads, attempt)| told(name, *reads, attempt(dir)))
        .collect()
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
