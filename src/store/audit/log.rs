//! Appends to the audit log.

use super::Entry;
use super::chain::{LONGEST, Last, parse, torn};
use crate::sys::dirs;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How far back from its end the last whole line of a file is looked for.
const WINDOW: u64 = 8 * LONGEST as u64;

/// The audit log of a repository, open for appending.
#[derive(Debug)]
pub struct Log {
    file: File,
    /// How long the file was after the last line of ours, and that line.
    known: Option<(u64, Last)>,
    is_synced: bool,
}

impl Log {
    /// Opens a file, which is made if need be and which nobody else may read. Its directory must be there.
    ///
    /// # Errors
    /// When the file cannot be made or opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        dirs::private_file(path)?;
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        Ok(Self {
            file,
            known: None,
            is_synced: true,
        })
    }

    /// Appends a line. It outlives the process at once, and the machine after [`Log::sync`].
    ///
    /// # Errors
    /// When the file cannot be locked, read or written, or its end is no end of a chain.
    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        self.file.lock()?;
        let done = self.append_locked(entry);
        // Closing the file unlocks it, too.
        self.file.unlock()?;
        done
    }

    fn append_locked(&mut self, entry: &Entry) -> io::Result<()> {
        let len = self.file.metadata()?.len();
        let known = self.known.take().filter(|(known, _)| *known == len);
        let (damage, last) = match known {
            Some((_, last)) => (Vec::new(), last),
            None => self.end(len)?,
        };
        let time = now();
        let (text, last) = match damage.as_slice() {
            [] => last.next(&time, entry),
            damage => {
                let feed = if damage.ends_with(b"\n") { "" } else { "\n" };
                let (told, last) = last.next(&time, &torn(damage));
                let (text, last) = last.next(&time, entry);
                (format!("{feed}{told}{text}"), last)
            }
        };
        self.is_synced = false;
        self.file.write_all(text.as_bytes())?;
        self.known = Some((len + text.len() as u64, last));
        Ok(())
    }

    /// Returns the last whole line, and what was left half written behind it.
    fn end(&mut self, len: u64) -> io::Result<(Vec<u8>, Last)> {
        let start = len.saturating_sub(WINDOW);
        self.file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        (&self.file).take(WINDOW).read_to_end(&mut bytes)?;
        let mut end = bytes.len();
        while let Some(feed) = bytes[..end].iter().rposition(|byte| *byte == b'\n') {
            let begin = bytes[..feed].iter().rposition(|byte| *byte == b'\n');
            let begin = begin.map_or(0, |at| at + 1);
            if let Some(record) = parse(&bytes[begin..feed]) {
                let last = Last {
                    seq: record.seq,
                    hash: record.hash,
                };
                return Ok((bytes.split_off(feed + 1), last));
            }
            end = feed;
        }
        if start > 0 {
            let message = "the end of the audit log is damaged; `pantheon audit verify` says where";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok((bytes, Last::default()))
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// As the system says.
    pub fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Nobody is left to be told.
        drop(self.sync());
    }
}

/// The moment, in UTC, to the millisecond.
fn now() -> String {
    let now = jiff::Timestamp::now();
    let whole = jiff::Timestamp::from_millisecond(now.as_millisecond());
    format!("{:.3}", whole.unwrap_or(now))
}
