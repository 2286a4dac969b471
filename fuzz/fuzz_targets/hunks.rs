//! Two texts, parted by a NUL byte: the old one with the hunks applied is the new one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::git::hunks;

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let (old, new) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let split = |text| <[u8]>::split_inclusive(text, |b| *b == b'\n').collect::<Vec<_>>();
    let (old_lines, new_lines) = (split(old), split(new));
    let (mut made, mut at) = (Vec::<&&[u8]>::new(), 0);
    for hunk in hunks(old, new) {
        made.extend(&old_lines[at..hunk.old.start as usize]);
        assert_eq!(made.len(), hunk.new.start as usize);
        made.extend(&new_lines[hunk.new.start as usize..hunk.new.end as usize]);
        at = hunk.old.end as usize;
    }
    made.extend(&old_lines[at..]);
    assert_eq!(made, new_lines.iter().collect::<Vec<_>>());
});
