//! A pattern of the repository's own, and behind a NUL byte the text that it is searched for in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::rules::pattern::{self, Set, Source};

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let (rule, text) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let Ok(rule) = std::str::from_utf8(rule) else {
        return;
    };
    let Ok(source) = toml::from_str::<Source>(rule) else {
        return;
    };
    let _ = pattern::check(&source);
    let id = source.id.clone();
    let Ok(set) = Set::new(&|name| name == id, &[source]) else {
        return;
    };
    let mut drafts = Vec::new();
    set.scan_text(text, &mut drafts);
    for draft in drafts {
        let secret = draft.secret.unwrap_or_default();
        assert!(secret.start <= secret.end && secret.end <= text.len());
    }
});
