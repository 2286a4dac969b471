//! A comment of any bytes that may allow a finding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::engine::parse_suppression;

fuzz_target!(|bytes: &[u8]| {
    for line in [bytes.to_owned(), [b"pantheon: allow ", bytes].concat()] {
        let Some((rules, reason, length)) = parse_suppression(&line) else {
            continue;
        };
        assert!(!rules.is_empty() && length <= line.len());
        assert!(rules.iter().all(|rule| rule.split_once('/').is_some()));
        assert_eq!(reason.trim(), reason);
    }
});
