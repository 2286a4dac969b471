//! What the worker hands on is what this process would have made of it itself.

use super::*;
use crate::fake::http2::Http2;
use crate::fake::scene::play;
use crate::fake::tls::{Authority, Ends};
use crate::fake::{Conn, EVENTS, JSON, Then, contract};
use pantheon::sys::http::{Identity, Proxies, Trust};

const SCENES: [&str; 14] = [
    "model-1", "busy", "full", "fault", "key", "gone", "day", "long", "cap", "safety", "tool", "mid", "cut", "end",
];

#[track_caller]
fn same(ask: &Ask, to: &Endpoint) -> String {
    let (here, outcome) = ask.through(&InProcess, to);
    let (there, other) = ask.through(&worker(), to);
    assert_eq!(there, here);
    assert_eq!(other, outcome);
    outcome
}

#[test]
fn every_scene_in_every_contract() {
    let server = Server::new(play);
    for codec in provider::ALL {
        let to = at(&server.http(), codec.kind(), Options::default());
        for model in SCENES {
            for stream in [false, true] {
                let mut ask = Ask::new(stream);
                ask.request.model = model.to_owned();
                let outcome = same(&ask, &to);
                assert_eq!(outcome == "complete", model == "model-1" || !stream && ["mid", "cut", "end"].contains(&model));
            }
        }
    }
}
