//! What is attacked: files, a secret, a process, sockets and ports that are nobody's but ours.

use super::{Options, WORD};
use crate::sandbox::jail::JailError;
use crate::sys::held::{Held, Start};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, PipeWriter, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

/// The number from which a descriptor is left open.
const LEFT_OPEN: i32 = 33;

/// Where the victims are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    /// May be read, and not written.
    pub outside: PathBuf,
    /// May be written.
    pub inside: PathBuf,
    /// A home that may not be read.
    pub home: PathBuf,
    /// A directory in it.
    pub secret: PathBuf,
    /// The port that may be connected to, on the usual address alone.
    pub port: u16,
    /// The other address of this machine that has somebody at that port.
    pub other_address: String,
    /// A port that may not.
    pub other_port: u16,
    /// A port for datagrams.
    pub udp_port: u16,
    /// A socket in the file system.
    pub socket: PathBuf,
    /// The name of a socket that is in none.
    pub name: String,
    /// A process.
    pub victim: i32,
    /// A descriptor that was left open.
    pub left_open: i32,
}

/// The victims. They end with this value.
pub struct Victims {
    pub world: World,
    _place: TempDir,
    _process: Held,
    _stdin: PipeWriter,
    _listeners: Vec<TcpListener>,
    _udp: UdpSocket,
    _sockets: [UnixListener; 2],
    _left_open: OwnedFd,
}

/// What files are: path, then content, rights and the second of the last change.
pub type State = BTreeMap<PathBuf, (Vec<u8>, u32, i64)>;

impl Victims {
    /// Sets up what is attacked.
    pub fn new(options: &Options) -> Result<Self, JailError> {
        let place = tempfile::Builder::new().prefix("pantheon-battery-").tempdir()?;
        let root = place.path().canonicalize()?;
        let [outside, inside, home] = ["outside", "inside", "home"].map(|name| root.join(name));
        let secret = home.join(".ssh");
        lay_out(&outside, &inside, &secret)?;
        // One that has the same number at two addresses: the jail's listener takes the usual one.
        let other = TcpListener::bind("127.0.0.2:0")?;
        let bad = TcpListener::bind("127.0.0.1:0")?;
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        let socket = outside.join("socket");
        let name = format!("pantheon-battery-{}", root.display());
        let address = SocketAddr::from_abstract_name(&name)?;
        let sockets = [UnixListener::bind(&socket)?, UnixListener::bind_addr(&address)?];
        let (from, to) = io::pipe()?;
        let process = victim(options).hold(from, Stdio::null())?;
        let left_open = left_open(&outside.join("file"))?;
        let world = World {
            port: other.local_addr()?.port(),
            other_address: "127.0.0.2".to_owned(),
            other_port: bad.local_addr()?.port(),
            udp_port: udp.local_addr()?.port(),
            victim: i32::try_from(process.id()).map_err(io::Error::other)?,
            left_open: options.left_open.unwrap_or_else(|| left_open.as_raw_fd()),
            outside,
            inside,
            home,
            secret,
            socket,
            name,
        };
        Ok(Self {
            world,
            _place: place,
            _process: process,
            _stdin: to,
            _listeners: vec![other, bad],
            _udp: udp,
            _sockets: sockets,
            _left_open: left_open,
        })
    }

    /// Looks at the files that must not change.
    pub fn state(&self) -> io::Result<State> {
        let mut state = State::new();
        for dir in [&self.world.outside, &self.world.home, &self.world.secret] {
            for entry in fs::read_dir(dir)? {
                let path = entry?.path();
                let meta = path.symlink_metadata()?;
                let bytes = if meta.is_file() {
                    fs::read(&path)?
                } else {
                    Vec::new()
                };
                state.insert(path, (bytes, meta.mode(), meta.mtime()));
            }
        }
        Ok(state)
    }
}

/// Says what is not as it was, rights and times only where they could not be changed.
pub fn changed(before: &State, after: &State, only_content: bool) -> Vec<String> {
    let plain = |one: Option<&(Vec<u8>, u32, i64)>| {
        one.map(|(bytes, mode, time)| match only_content {
            true => (bytes.clone(), 0, 0),
            false => (bytes.clone(), *mode, *time),
        })
    };
    let all: std::collections::BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let changed = all
        .into_iter()
        .filter(|path| plain(before.get(*path)) != plain(after.get(*path)));
    changed.map(|path| path.display().to_string()).collect()
}

fn lay_out(outside: &Path, inside: &Path, secret: &Path) -> io::Result<()> {
    for dir in [outside, inside, secret] {
        fs::create_dir_all(dir)?;
    }
    for name in ["file", "removed", "moved"] {
        File::create(outside.join(name))?.write_all(b"data\n")?;
    }
    File::create(secret.join("id"))?.write_all(b"SECRET\n")?;
    // Something that runs.
    let tool = secret.join("tool");
    fs::copy("/bin/true", &tool)?;
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755))
}

/// A process that has something to hide, and waits.
fn victim(options: &Options) -> Start {
    Start {
        program: options.launcher.clone().into(),
        args: vec![WORD.into(), "--victim".into()],
        env: vec![("SECRET".into(), "in the environment".into())],
    }
}

/// Opens a file so that whoever is started inherits it.
fn left_open(path: &Path) -> io::Result<OwnedFd> {
    let file = File::options().read(true).append(true).open(path)?;
    let left = fcntl_dupfd_cloexec(&file, LEFT_OPEN)?;
    fcntl_setfd(&left, FdFlags::empty())?;
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_named_and_rights_count_where_they_must_not_change() {
        let state = |bytes: &[u8], mode| State::from([(PathBuf::from("/a"), (bytes.to_vec(), mode, 0))]);
        let before = state(b"x", 0o644);
        assert_eq!(changed(&before, &state(b"x", 0o644), false), Vec::<String>::new());
        assert_eq!(changed(&before, &state(b"x", 0o755), false), ["/a"]);
        assert_eq!(changed(&before, &state(b"x", 0o755), true), Vec::<String>::new());
        assert_eq!(changed(&before, &state(b"y", 0o644), true), ["/a"]);
        assert_eq!(changed(&before, &State::new(), true), ["/a"]);
    }
}
