//! A report of any bytes; what is read can be shown in every form, and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::report::{ALL, Format, Options, read, render};

fuzz_target!(|bytes: &[u8]| {
    let Ok(found) = read(bytes) else {
        return;
    };
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    for row in ALL {
        let shown = render(row.format, &found.report, &options);
        assert!(!shown.contains(&0x1b), "{}", row.name);
    }
    let written = render(Format::Json, &found.report, &options);
    let again = read(&written).expect("what was written can be read");
    assert_eq!(render(Format::Json, &again.report, &options), written);
});
