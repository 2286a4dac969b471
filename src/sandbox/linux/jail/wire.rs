//! What the supervisor and the process that locks itself in say to one another, over a pair of sockets.
//!
//! A message is its length in four bytes and then JSON; descriptors travel with the length. Paths and words go
//! as bytes, for they need not be text.

use crate::sandbox::jail::{Ended, Jail, Limits, Purpose};
use crate::sandbox::{Layers, Level};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// The longest message: more than the kernel takes for a program's arguments and environment.
const LONGEST: usize = 64 << 20;

/// What is to be run, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub environment: Vec<(OsString, OsString)>,
    pub directory: OsString,
    pub writable: Vec<OsString>,
    pub readable: Vec<OsString>,
    pub hidden: Vec<OsString>,
    pub tmp: Option<OsString>,
    pub gateway: Option<u16>,
    pub servers: bool,
    pub limits: Limits,
    pub purpose: Purpose,
    pub least: Level,
    pub namespaces: bool,
    pub landlock: bool,
    pub seccomp: bool,
}

impl Spec {
    /// Says what a jail is.
    pub fn of(jail: &Jail, program: &OsStr, args: &[OsString], environment: &[(OsString, OsString)]) -> Self {
        let words = |paths: &[PathBuf]| paths.iter().map(|path| path.clone().into()).collect();
        Self {
            program: program.to_owned(),
            args: args.to_vec(),
            environment: environment.to_vec(),
            directory: jail.directory.clone().into(),
            writable: words(&jail.writable),
            readable: words(&jail.readable),
            hidden: words(&jail.hidden),
            tmp: jail.tmp.clone().map(Into::into),
            gateway: jail.gateway,
            servers: jail.servers,
            limits: jail.limits,
            purpose: jail.purpose,
            least: jail.least,
            namespaces: !jail.without.namespaces,
            landlock: !jail.without.landlock,
            seccomp: !jail.without.seccomp,
        }
    }
}

/// What the supervisor hears.
#[derive(Debug, Serialize, Deserialize)]
pub enum Said {
    /// The socket for the gateway comes with this.
    Listening,
    /// The program runs, and this holds it.
    Started(Layers),
    /// It does not.
    Failed(Failed),
    /// It ran.
    Ended(Ended),
}

/// Why a program does not run.
#[derive(Debug, Serialize, Deserialize)]
pub enum Failed {
    /// The kernel gives no namespaces, or not all that is needed.
    Namespaces(String),
    /// Something else that was there did not work.
    Setup(String),
    /// This is all that holds, which is too little.
    Weak(Layers),
    /// The program itself cannot be run.
    Program(String),
}

/// Sends a message with descriptors.
pub fn send(channel: &UnixStream, message: &impl Serialize, with: &[BorrowedFd<'_>]) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?.to_le_bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !with.is_empty() && !control.push(SendAncillaryMessage::ScmRights(with)) {
        return Err(io::Error::other("too many descriptors"));
    }
    // No signal if the other side is gone, but an error.
    let sent = rustix::net::sendmsg(
        channel,
        &[IoSlice::new(&length)],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    if sent != length.len() {
        return Err(io::ErrorKind::WriteZero.into());
    }
    (&*channel).write_all(&body)
}

/// Waits for a message, and for the descriptors that come with it.
pub fn receive<T: DeserializeOwned>(channel: &UnixStream) -> io::Result<(T, Vec<OwnedFd>)> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut slices = [IoSliceMut::new(&mut length)];
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL;
    let got = rustix::io::retry_on_intr(|| rustix::net::recvmsg(channel, &mut slices, &mut control, flags))?;
    if got.bytes != 4 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut with = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            with.extend(descriptors);
        }
    }
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    (&*channel).read_exact(&mut body)?;
    Ok((serde_json::from_slice(&body)?, with))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::os::unix::ffi::OsStringExt;

    #[test]
    fn words_that_are_no_text_and_descriptors_arrive() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        let odd = OsString::from_vec(b"a\xff\n".to_vec());
        send(&ours, &odd, &[reader.as_fd()]).unwrap();
        let (word, mut with): (OsString, _) = receive(&theirs).unwrap();
        assert_eq!((word, with.len()), (odd, 1));
        writer.write_all(b"x").unwrap();
        let mut byte = [0];
        std::fs::File::from(with.remove(0)).read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"x");
        drop(ours);
        let end = receive::<OsString>(&theirs).unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }
}
