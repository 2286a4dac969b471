//! What linters and tests write, of any bytes, in every format; and paths in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::command::parse::{ALL, Text};
use pantheon::command::{Spec, candidates};
use std::path::Path;

fuzz_target!(|bytes: &[u8]| {
    let regex = Spec::regex(r"^(?<path>.+?):(?<line>\d+):(?<column>\d+)?: (?<message>.*)$");
    let regex = regex.expect("the expression can be used");
    for parser in ALL {
        let text = Text {
            out: bytes,
            err: bytes,
            regex: Some(&regex),
            code: 1,
        };
        let Ok(parsed) = (parser.parse)(&text) else {
            continue;
        };
        for path in parsed.reports.iter().filter_map(|reported| reported.path.as_ref()) {
            for found in candidates(path, Path::new("/tmp/checkout"), "src") {
                let mut parts = found.split(|byte| *byte == b'/');
                assert!(parts.all(|part| !matches!(part, b"" | b"." | b"..")));
            }
        }
    }
});
