//! A stream of any bytes: the same events and the same fault, however it is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::llm::sse::{Event, Fault, Reader};

fuzz_target!(|input: (u8, &[u8])| {
    let (step, bytes) = input;
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(read(bytes, usize::from(step) + 1), whole);
    assert_eq!(read(bytes, 1), whole);
    assert!(
        whole
            .0
            .iter()
            .all(|event| event.data.len() + event.name.len() <= 4096)
    );
});

fn read(bytes: &[u8], step: usize) -> (Vec<Event>, Result<bool, Fault>) {
    let mut reader = Reader::new(4096);
    let mut events = Vec::new();
    for piece in bytes.chunks(step) {
        if let Err(fault) = reader.push(piece, &mut events) {
            return (events, Err(fault));
        }
    }
    (events, Ok(reader.is_inside()))
}
