//! YAML as the files to copy hold it: no anchors, no tags, no key twice.

use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// Reads every document of a text; scalars are strings.
pub fn read(name: &str, text: &str) -> Vec<Value> {
    let mut events = Parser::new_from_str(text).map(|event| match event {
        Ok((event, _)) => event,
        Err(error) => panic!("{name}: {error}"),
    });
    let mut documents = Vec::new();
    while let Some(event) = events.next() {
        if let Event::DocumentStart(_) = event {
            let first = events.next().unwrap();
            documents.push(node(name, first, &mut events));
        }
    }
    documents
}

fn node<'a>(name: &str, event: Event<'a>, rest: &mut impl Iterator<Item = Event<'a>>) -> Value {
    match event {
        Event::Scalar(text, _, 0, None) => Value::String(text.into_owned()),
        Event::SequenceStart(0, None) => {
            let mut list = Vec::new();
            loop {
                match rest.next().unwrap() {
                    Event::SequenceEnd => return Value::Array(list),
                    event => list.push(node(name, event, rest)),
                }
            }
        }
        Event::MappingStart(0, None) => {
            let mut map = Map::new();
            loop {
                let key = match rest.next().unwrap() {
                    Event::MappingEnd => return Value::Object(map),
                    event => node(name, event, rest),
                };
                let Value::String(key) = key else {
                    panic!("{name}: {key} is a key");
                };
                let first = rest.next().unwrap();
                let value = node(name, first, rest);
                assert!(map.insert(key.clone(), value).is_none(), "{name}: `{key}` twice");
            }
        }
        other => panic!("{name}: {other:?} has no place in a file to copy"),
    }
}
