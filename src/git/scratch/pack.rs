//! A pack of objects, written at once: for a few thousand of them, without a subprocess.
//!
//! The form is that of git's `pack-format`: version 2, with an index of version 2. Nothing is compressed that would
//! hardly shrink: a tree is mostly ids.

use super::{ScratchError, at, own};
use crate::model::Oid;
use gix::objs::Kind;
use std::io::{self, Write};
use std::path::Path;

/// Objects of fewer bytes are not compressed.
const SMALL: usize = 2048;
/// The most bytes of a block that is not compressed.
const BLOCK: usize = 0xffff;
/// Packs stay below the size at which an index needs longer numbers.
const LARGEST: usize = 1 << 30;

/// A pack that is put together in memory.
pub(super) struct Pack {
    bytes: Vec<u8>,
    /// Id, checksum and place of each object.
    entries: Vec<(Oid, u32, u32)>,
    hash: gix::hash::Kind,
}

impl Pack {
    pub fn new(hash: gix::hash::Kind) -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
            hash,
        }
    }

    /// Whether no more fits.
    pub fn is_full(&self) -> bool {
        self.bytes.len() > LARGEST
    }

    /// Adds an object, of which there is no other one in the pack.
    pub fn add(&mut self, id: Oid, kind: Kind, content: &[u8]) -> io::Result<()> {
        let start = self.bytes.len();
        self.head(kind, content.len());
        match kind == Kind::Tree || content.len() < SMALL {
            true => store(&mut self.bytes, content),
            false => deflate(&mut self.bytes, content)?,
        }
        let sum = crc32fast::hash(&self.bytes[start..]);
        self.entries.push((id, sum, start as u32));
        Ok(())
    }

    /// Writes the kind, and the length in groups of seven bits, the first of four.
    fn head(&mut self, kind: Kind, length: usize) {
        let kind = match kind {
            Kind::Commit => 1,
            Kind::Tree => 2,
            Kind::Blob => 3,
            Kind::Tag => 4_u8,
        };
        let mut byte = kind << 4 | (length & 15) as u8;
        let mut length = length >> 4;
        while length > 0 {
            self.bytes.push(byte | 0x80);
            byte = (length & 0x7f) as u8;
            length >>= 7;
        }
        self.bytes.push(byte);
    }

    /// Writes the pack and its index to a directory. One without objects is not written.
    pub fn write(mut self, dir: &Path) -> Result<(), ScratchError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let count = self.entries.len() as u32;
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        let sum = self.sum(&self.bytes).map_err(at(dir))?;
        self.bytes.extend(sum.as_bytes());
        let name = dir.join(format!("pack-{sum}"));
        let index = self.index(sum).map_err(at(dir))?;
        own::write(&name.with_extension("pack"), &self.bytes)?;
        own::write(&name.with_extension("idx"), &index)
    }

    fn sum(&self, bytes: &[u8]) -> io::Result<Oid> {
        let mut hasher = gix::hash::hasher(self.hash);
        hasher.update(bytes);
        hasher.try_finalize().map_err(|e| io::Error::other(e.to_string()))
    }

    fn index(&mut self, pack: Oid) -> io::Result<Vec<u8>> {
        self.entries.sort_unstable();
        let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
        let mut below = 0_u32;
        for first in 0..=255 {
            let ids = self.entries[below as usize..].iter();
            below += ids.take_while(|(id, ..)| id.as_bytes()[0] == first).count() as u32;
            bytes.extend(below.to_be_bytes());
        }
        let entries = &self.entries;
        bytes.extend(entries.iter().flat_map(|(id, ..)| id.as_bytes()));
        bytes.extend(entries.iter().flat_map(|(_, sum, _)| sum.to_be_bytes()));
        bytes.extend(entries.iter().flat_map(|(.., at)| at.to_be_bytes()));
        bytes.extend(pack.as_bytes());
        let sum = self.sum(&bytes)?;
        bytes.extend(sum.as_bytes());
        Ok(bytes)
    }
}

/// Writes a zlib stream of blocks as they are (RFC 1950, RFC 1951).
fn store(out: &mut Vec<u8>, content: &[u8]) {
    out.extend([0x78, 0x01]);
    let last = content.len().saturating_sub(1) / BLOCK;
    for at in 0..=last {
        let block = &content[at * BLOCK..content.len().min((at + 1) * BLOCK)];
        let length = block.len() as u16;
        out.push(u8::from(at == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend(adler(content).to_be_bytes());
}

fn adler(content: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes can be added before a sum is too large for its type.
    for part in content.chunks(5552) {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65_521;
        b %= 65_521;
    }
    b << 16 | a
}

fn deflate(out: &mut Vec<u8>, content: &[u8]) -> io::Result<()> {
    let level = gix::zlib::Compression::BEST_SPEED;
    let mut writer = gix::zlib::stream::deflate::Write::new(out, level);
    writer.write_all(content)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::scratch::source::Source;

    #[test]
    fn what_is_packed_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let hash = gix::hash::Kind::Sha1;
        let mut pack = Pack::new(hash);
        let mut all = Vec::new();
        for (at, length) in [0, 1, 15, 16, 2047, 2048, 65_535, 65_536, 200_000]
            .into_iter()
            .enumerate()
        {
            let content: Vec<u8> = (0..length)
                .map(|byte: u32| (byte * 7 + at as u32) as u8)
                .collect();
            let kind = if at % 2 == 0 { Kind::Blob } else { Kind::Tree };
            let id = gix::objs::compute_hash(hash, kind, &content).unwrap();
            pack.add(id, kind, &content).unwrap();
            all.push((id, kind, content));
        }
        assert!(!pack.is_full());
        pack.write(&dir.path().join("pack")).unwrap();
        let objects = Source::of(vec![dir.path().to_owned()], hash).open();
        for (id, kind, content) in all {
            assert_eq!(objects.get(id, kind).unwrap(), content);
        }
        assert!(objects.find(hash.empty_tree()).unwrap().is_none());
        Pack::new(hash).write(&dir.path().join("none")).unwrap();
        assert!(!dir.path().join("none").exists());
    }
}
