//! A policy of any bytes, also as a site file and as assignments: an answer or an error, in either case
//! without control characters.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::config::{self, File, Request};

fuzz_target!(|bytes: &[u8]| {
    let file = File {
        name: ".pantheon.toml",
        bytes,
    };
    let text = String::from_utf8_lossy(bytes);
    let flags: Vec<String> = text.lines().take(8).map(str::to_owned).collect();
    let pack = |_: &str| Ok(Some(bytes.to_owned()));
    let nothing = |_: &str| Ok(None);
    let plain = Request {
        file: Some(file),
        site: None,
        env: None,
        flags: &[],
        known: &[],
        resolve: &pack,
    };
    let site = Request {
        file: None,
        site: Some(file),
        env: Some(&text),
        resolve: &nothing,
        ..plain
    };
    let flagged = Request {
        file: None,
        flags: &flags,
        ..plain
    };
    for request in [plain, site, flagged] {
        if let Err(problems) = config::load(&request) {
            let said = problems.to_string();
            assert!(!said.is_empty());
            assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
        }
    }
});
