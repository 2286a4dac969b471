//! Reads loose objects, which is what `git add` has just made: with one read into a buffer that is kept,
//! and a decoder that is kept.
//!
//! Everything else, from packs to borrowed and broken objects, is left to gix: `None` means "ask gix".

use crate::model::{Blob, Oid};
use gix::objs::Kind;
use sirocco::Format;
use sirocco::inflate::Decoder;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;

/// The longest header: a kind, a size, and what parts them.
const HEADER: usize = 32;
/// The buffers at first, in bytes: most objects fit.
const ROOM: usize = 32 << 10;
/// The buffer of a file at first.
const PACKED_ROOM: usize = ROOM / 2;
/// So many buffers are kept for what is read next: of what is new and of what was there before.
const SPARE: usize = 2;
/// A larger buffer is not kept.
const LARGEST_SPARE: usize = 1 << 20;

/// Reads loose objects of one object directory.
pub struct Loose {
    /// The object directory; the path of an object while it is read.
    path: PathBuf,
    decoder: Decoder,
    /// The file of an object.
    packed: Vec<u8>,
    /// For the header of an object and its content.
    spare: Vec<Vec<u8>>,
}

impl Loose {
    /// Reads from this object directory.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            path: dir,
            decoder: Decoder::new(Format::Zlib),
            packed: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Returns the content of a loose object of this kind, of at most `limit` bytes.
    pub fn read(&mut self, id: Oid, kind: Kind, limit: u64) -> Option<Blob> {
        let len = self.load(id, limit)?;
        let packed = std::mem::take(&mut self.packed);
        let content = self.unpack(&packed[..len], kind, limit);
        self.packed = packed;
        content
    }

    /// Returns the file of a loose object, of at most `limit` bytes.
    pub fn file(&mut self, id: Oid, limit: u64) -> Option<&[u8]> {
        let len = self.load(id, limit)?;
        Some(&self.packed[..len])
    }

    /// Returns the content of a loose object of this kind, of at most `limit` bytes, given its file.
    pub fn unpack(&mut self, file: &[u8], kind: Kind, limit: u64) -> Option<Blob> {
        let mut out = self.spare.pop().unwrap_or_default();
        match self.decode(file, &mut out, kind, limit) {
            Some(range) => Some(Blob::within(out, range)),
            None => {
                self.keep(out);
                None
            }
        }
    }

    /// Keeps a buffer for what is read next, the largest last: memory that was in use before costs no fault.
    pub fn keep(&mut self, buffer: Vec<u8>) {
        if buffer.len() <= LARGEST_SPARE {
            let at = self.spare.partition_point(|other| other.len() < buffer.len());
            self.spare.insert(at, buffer);
        }
        if self.spare.len() > SPARE {
            self.spare.remove(0);
        }
    }

    /// Decodes the file of an object, and returns where its content stands.
    fn decode(&mut self, packed: &[u8], out: &mut Vec<u8>, kind: Kind, limit: u64) -> Option<Range<usize>> {
        self.decoder.reset();
        // Most text shrinks to less than a third.
        let room = (packed.len() * 4).min(usize::try_from(limit).ok()?).max(ROOM) + HEADER;
        if out.len() < room {
            // Fresh memory is zero already, and what is not used of it costs nothing.
            *out = vec![0; room.next_power_of_two()];
        }
        let first = self.decoder.decompress(packed, out, true).ok()?;
        let (consumed, written, done) = (first.consumed, first.output.len(), first.done);
        let (header, size) = header(&out[..written], kind)?;
        if size > limit {
            return None;
        }
        let whole = header + usize::try_from(size).ok()?;
        let written = match done {
            true => written,
            false => {
                out.resize(whole.max(out.len()), 0);
                let rest = self.decoder.decompress(&packed[consumed..], out, true).ok()?;
                written + rest.done.then_some(rest.output.len())?
            }
        };
        (written == whole).then_some(header..whole)
    }

    /// Reads the file of an object, and returns its length.
    ///
    /// A file is read at once, without a look at its length: an object that was read in part cannot be
    /// decoded.
    fn load(&mut self, id: Oid, limit: u64) -> Option<usize> {
        if self.packed.is_empty() {
            self.packed = vec![0; PACKED_ROOM];
        }
        let mut file = self.open(id)?;
        let mut len = 0;
        loop {
            let read = file.read(&mut self.packed[len..]).ok()?;
            len += read;
            if len as u64 > limit {
                return None;
            }
            if len < self.packed.len() {
                return (len > 0).then_some(len);
            }
            self.packed.resize(len * 4, 0);
        }
    }

    fn open(&mut self, id: Oid) -> Option<File> {
        let mut hex = [0; 64];
        let hex = id.hex_to_buf(&mut hex);
        let (dir, name) = hex.split_at(2);
        self.path.push(dir);
        self.path.push(name);
        let file = File::open(&self.path);
        self.path.pop();
        self.path.pop();
        file.ok()
    }
}

/// Returns the length of the header of an object of this kind, and the size that it states.
fn header(bytes: &[u8], kind: Kind) -> Option<(usize, u64)> {
    let head = &bytes[..bytes.len().min(HEADER)];
    let end = memchr::memchr(0, head)?;
    let size = head[..end].strip_prefix(kind.as_bytes())?.strip_prefix(b" ")?;
    Some((end + 1, std::str::from_utf8(size).ok()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_that_of_its_kind() {
        assert_eq!(header(b"tree 7\0hello", Kind::Tree), Some((7, 7)));
        assert_eq!(header(b"blob 12\0hello", Kind::Blob), Some((8, 12)));
        assert_eq!(header(b"tree 12\0hello", Kind::Blob), None);
        assert_eq!(header(b"blob 12", Kind::Blob), None);
        assert_eq!(header(b"blob 1x\0", Kind::Blob), None);
        assert_eq!(header(b"", Kind::Blob), None);
    }

    #[test]
    fn what_is_not_there_is_left_to_gix() {
        let dir = tempfile::tempdir().unwrap();
        let id = Oid::from_hex(b"0123456789012345678901234567890123456789").unwrap();
        let mut loose = Loose::new(dir.path().to_owned());
        assert!(loose.read(id, Kind::Blob, 100).is_none());
        std::fs::create_dir(dir.path().join("01")).unwrap();
        let path = dir.path().join("01/23456789012345678901234567890123456789");
        for rubbish in [&b""[..], b"rubbish", b"x\x9c\x03\x00\x00\x00\x00\x01"] {
            crate::sys::file::write_atomic(&path, rubbish, 0o644).unwrap();
            assert!(loose.read(id, Kind::Blob, 100).is_none());
        }
    }
}
