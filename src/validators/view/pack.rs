//! Puts sections together into units, so that a change of one file leaves the units of others as they are.
//!
//! A file has a unit for itself while there are few of them: then it is asked about again only when it changes
//! itself. That sends hardly more than units of several files, for what they save by saying the prompt once they
//! lose by being asked again. With more files, where a unit begins is said by the paths at that place alone: a
//! digest of the path, and where the directory changes one of the directory. What a file holds can only move
//! borders up to the next such place.

use super::fence::{fence, wrap};
use super::section::Section;
use super::{Options, Unit};
use crate::llm::tokens::count;
use crate::validators::ground::Ground;
use bstr::{BStr, ByteSlice};
use sha2::{Digest, Sha256};

/// Puts sections, which are in the order of their paths, together.
#[must_use]
pub fn pack(sections: Vec<Section>, options: &Options<'_>) -> Vec<Vec<Section>> {
    let files = files_per_unit(&sections, options);
    let mut groups: Vec<Vec<Section>> = Vec::new();
    let mut text = String::new();
    for section in sections {
        let before = groups.last().and_then(|group| group.last());
        let begins = before.is_none_or(|before| begins(before, &section, files));
        let fits = || {
            let whole = format!("{text}{}", section.text);
            count(&wrap(&fence(&options.fence, &whole), &whole), options.family) <= options.tokens_per_unit
        };
        if begins || !fits() {
            groups.push(Vec::new());
            text.clear();
        }
        text.push_str(&section.text);
        if let Some(group) = groups.last_mut() {
            group.push(section);
        }
    }
    groups
}

/// Returns how many files a unit has on average: more while more than half of the units would be used, in powers
/// of two, for a border that is drawn among many files is drawn among few as well.
fn files_per_unit(sections: &[Section], options: &Options<'_>) -> u32 {
    let room = options.units.div_ceil(2).max(1);
    let needed = sections.len().div_ceil(room).next_power_of_two();
    u32::try_from(needed).map_or(u32::MAX, |needed| needed.max(options.files_per_unit))
}

/// Whether a section begins a unit, whatever fits.
fn begins(before: &Section, section: &Section, files: u32) -> bool {
    if before.is_part || section.is_part {
        return true;
    }
    let dir = directory(section.path.as_bstr());
    let is_new_dir = directory(before.path.as_bstr()) != dir;
    drawn(&section.path, files) || (is_new_dir && drawn(dir, 2))
}

fn directory(path: &BStr) -> &[u8] {
    path.rfind_byte(b'/').map_or(b"", |at| &path[..at])
}

/// Whether a name is one of those that are drawn, one of so many.
fn drawn(name: &[u8], of: u32) -> bool {
    let digest = Sha256::digest(name);
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    number.is_multiple_of(of.max(1))
}

/// Makes a unit of sections that belong together.
#[must_use]
pub fn unit(sections: Vec<Section>, options: &Options<'_>) -> Unit {
    let content: String = sections.iter().map(|section| section.text.as_str()).collect();
    let fence = fence(&options.fence, &content);
    let text = wrap(&fence, &content);
    let mut unit = Unit {
        files: Vec::new(),
        tokens: count(&text, options.family),
        text,
        ground: Ground::default(),
        risk: super::Risk::default(),
        hunks: 0,
        bytes: 0,
        fence,
        aliases: Vec::new(),
    };
    for section in sections {
        unit.risk.join(&section.risk);
        unit.hunks += section.ground.hunks.len() as u32;
        unit.bytes += section.bytes;
        unit.files.push(section.ground.path.clone());
        unit.ground.files.push(section.ground);
    }
    unit
}
