//! The child's side.

use super::wire::{self, Hello, Job, Order, Outcome};
use crate::llm::answer::{Failure, FailureKind};
use crate::llm::transport::{self, InProcess};
use crate::sandbox::{self, Layers, Profile};
use crate::sys::http::{self, Certificates, Client, Opened};
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// Does one job: standard input is the channel to the parent, standard output the connection.
///
/// # Errors
/// When the parent is gone, or says what makes no sense.
pub fn serve() -> io::Result<()> {
    let channel = own(io::stdin())?;
    let connection = TcpStream::from(own(io::stdout())?);
    http::block_on(work(channel.into(), connection))?
}

/// Returns a descriptor of the same thing that is ours alone.
fn own(shared: impl AsFd) -> io::Result<OwnedFd> {
    shared.as_fd().try_clone_to_owned()
}

async fn work(channel: std::os::unix::net::UnixStream, connection: TcpStream) -> io::Result<()> {
    channel.set_nonblocking(true)?;
    let mut channel = UnixStream::from_std(channel)?;
    match wire::receive(&mut channel, wire::SHORT).await? {
        Order::Exchange(trust) => {
            let certificates = match &trust {
                Some(trust) => Certificates::read(trust),
                None => Certificates::none(),
            };
            match certificates {
                Ok(certificates) => exchange(channel, connection, certificates).await,
                Err(error) => {
                    let refused: Hello = Err(transport::failure(error));
                    wire::send(&mut channel, &refused).await
                }
            }
        }
        Order::Prove(dir) => {
            let hello: Hello = Ok(lock_down(&channel, &connection));
            wire::send(&mut channel, &hello).await?;
            wire::send(&mut channel, &sandbox::prove(&dir)).await
        }
    }
}

/// The last moment at which this process is trusted: nothing from outside was read yet.
fn lock_down(channel: &UnixStream, connection: &TcpStream) -> Layers {
    let descriptors = [channel.as_raw_fd(), connection.as_raw_fd()];
    sandbox::lock_down(&Profile::Worker {
        descriptors: &descriptors,
    })
}

async fn exchange(
    mut channel: UnixStream,
    connection: TcpStream,
    certificates: Certificates,
) -> io::Result<()> {
    let hello: Hello = Ok(lock_down(&channel, &connection));
    wire::send(&mut channel, &hello).await?;
    let job: Job = wire::receive(&mut channel, wire::JOB).await?;
    let (way, tls) = job.way();
    let opened = Opened {
        stream: connection,
        way,
        tls,
    };
    let http = Client::over(opened, certificates);
    let outcome: Outcome = tokio::select! {
        outcome = job.carry(http, &InProcess) => outcome,
        // Nobody waits for it any more.
        _ = channel.read_u8() => return Ok(()),
    };
    let mut bytes = wire::encode(&outcome)?;
    if bytes.len() > job.most() {
        let long = Failure::new(FailureKind::TooMuch, "the answer is too long to be handed on");
        bytes = wire::encode(&Outcome::Err(long))?;
    }
    wire::write(&mut channel, &bytes).await
}
