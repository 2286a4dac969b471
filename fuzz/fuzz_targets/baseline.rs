//! A baseline of any bytes; what is read is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::policy::{read_baseline, write_baseline};

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut lines) = read_baseline(bytes) else {
        return;
    };
    let written = write_baseline(&lines);
    lines.sort();
    lines.dedup();
    let again = read_baseline(&written).expect("what was written can be read");
    assert_eq!(again, lines);
});
