//! What a command writes, counted.

use std::io::{self, PipeReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes a command may still write, over all of its streams.
#[derive(Debug, Clone)]
pub struct Account {
    seen: Arc<AtomicU64>,
    most: u64,
}

impl Account {
    /// A new account.
    pub fn of(most: u64) -> Self {
        Self {
            seen: Arc::default(),
            most,
        }
    }

    /// Whether more was written than may be.
    pub fn is_over(&self) -> bool {
        self.seen.load(Ordering::Relaxed) > self.most
    }
}

/// A standard stream of a command. It ends where the command wrote too much.
#[derive(Debug)]
pub struct Output {
    pipe: PipeReader,
    account: Account,
}

impl Output {
    /// What comes out of a pipe, on that account.
    pub(in crate::sandbox) fn new(pipe: PipeReader, account: Account) -> Self {
        Self { pipe, account }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.pipe.read(buffer)?;
        let before = self.account.seen.fetch_add(read as u64, Ordering::Relaxed);
        let left = self.account.most.saturating_sub(before);
        Ok(read.min(usize::try_from(left).unwrap_or(usize::MAX)))
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Output {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}
