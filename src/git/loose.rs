//! Reads loose blobs, which is what `git add` has just made: with one read into a buffer that is kept,
//! and a decoder that is kept.
//!
//! Everything else, from packs to borrowed and broken objects, is left to gix: `None` means "ask gix".

use crate::model::Oid;
use sirocco::Format;
use sirocco::inflate::Decoder;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// The longest header: a kind, a size, and what parts them.
const HEADER: usize = 32;

/// Reads loose blobs of one object directory.
pub struct Loose {
    dir: PathBuf,
    decoder: Decoder,
    packed: Vec<u8>,
}

impl Loose {
    /// Reads from this object directory.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            decoder: Decoder::new(Format::Zlib),
            packed: Vec::new(),
        }
    }

    /// Returns the content of a loose blob of at most `limit` bytes.
    pub fn blob(&mut self, id: Oid, limit: u64) -> Option<Vec<u8>> {
        self.read(id, limit)?;
        self.decoder.reset();
        // Most text shrinks to less than a third.
        let guess = (self.packed.len() * 4).min(usize::try_from(limit).ok()?) + HEADER;
        let mut out = vec![0; guess];
        let first = self.decoder.decompress(&self.packed, &mut out, true).ok()?;
        let (consumed, written, done) = (first.consumed, first.output.len(), first.done);
        let (header, size) = header(&out[..written])?;
        if size > limit {
            return None;
        }
        let whole = header + usize::try_from(size).ok()?;
        if !done {
            out.resize(whole, 0);
            let rest = self
                .decoder
                .decompress(&self.packed[consumed..], &mut out, true)
                .ok()?;
            if !rest.done || written + rest.output.len() != whole {
                return None;
            }
        } else if written != whole {
            return None;
        }
        out.truncate(whole);
        out.drain(..header);
        Some(out)
    }

    /// Reads the file of an object.
    fn read(&mut self, id: Oid, limit: u64) -> Option<()> {
        let hex = id.to_hex().to_string();
        let mut path = self.dir.clone();
        path.push(&hex[..2]);
        path.push(&hex[2..]);
        let mut file = File::open(path).ok()?;
        let len = file.metadata().ok()?.len();
        if len == 0 || len > limit {
            return None;
        }
        self.packed.resize(usize::try_from(len).ok()?, 0);
        file.read_exact(&mut self.packed).ok()
    }
}

/// Returns the length of the header of a blob, and the size that it states.
fn header(bytes: &[u8]) -> Option<(usize, u64)> {
    let head = &bytes[..bytes.len().min(HEADER)];
    let end = memchr::memchr(0, head)?;
    let size = std::str::from_utf8(head[..end].strip_prefix(b"blob ")?).ok()?;
    Some((end + 1, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_that_of_a_blob() {
        assert_eq!(header(b"blob 12\0hello"), Some((8, 12)));
        assert_eq!(header(b"tree 12\0hello"), None);
        assert_eq!(header(b"blob 12"), None);
        assert_eq!(header(b"blob 1x\0"), None);
        assert_eq!(header(b""), None);
    }

    #[test]
    fn what_is_not_there_is_left_to_gix() {
        let dir = tempfile::tempdir().unwrap();
        let id = Oid::from_hex(b"0123456789012345678901234567890123456789").unwrap();
        let mut loose = Loose::new(dir.path().to_owned());
        assert_eq!(loose.blob(id, 100), None);
        std::fs::create_dir(dir.path().join("01")).unwrap();
        let path = dir.path().join("01/23456789012345678901234567890123456789");
        for rubbish in [&b""[..], b"rubbish", b"x\x9c\x03\x00\x00\x00\x00\x01"] {
            crate::sys::file::write_atomic(&path, rubbish, 0o644).unwrap();
            assert_eq!(loose.blob(id, 100), None);
        }
    }
}
