//! What git hands to hooks: the lines of a push, and the file of a commit message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::app::hook::without_comments;
use pantheon::git::parse_updates;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(updates) = parse_updates(bytes) {
        assert!(updates.len() <= bytes.split(|b| *b == b'\n').count());
    }
    let cleaned = without_comments(bytes, "#");
    assert!(cleaned.len() <= bytes.len());
    assert_eq!(without_comments(&cleaned, "#"), cleaned);
});
