//! The escape battery at each level: what is denied, and what is known to stay open.

use crate::support::{PANTHEON, Repo};
use pantheon::sandbox::Level;
use pantheon::sandbox::battery::{self, Options, Outcome, Report};
use pantheon::sandbox::jail::{Purpose, Without};
use serde_json::Value;

const UNHIDDEN: [&str; 2] = ["ask whether a secret is there", "watch the directory of secrets"];
const HARMLESS: [&str; 2] = [
    "run a program from memory",
    "ask for the addresses of this machine",
];
const METADATA: [&str; 4] = [
    "change the rights of a file outside",
    "change rights by a descriptor for reading",
    "change the times of a file outside",
    "set an attribute of a file outside",
];
const BARE: [&str; 3] = [
    "list the descriptors of another process",
    "read the arguments of another process",
    "connect to that port of another address",
];

fn report(purpose: Purpose, without: Without, hides: bool) -> Report {
    let options = Options {
        purpose,
        without,
        hides,
        launcher: PANTHEON.into(),
        left_open: None,
    };
    battery::run(&options).unwrap_or_else(|e| panic!("{e}"))
}

fn open(report: &Report) -> Vec<&'static str> {
    let mut open: Vec<&str> = report.open().map(|attempt| attempt.name).collect();
    open.sort_unstable();
    open
}

/// The lists that must be open, sorted.
fn all(lists: &[&[&'static str]]) -> Vec<&'static str> {
    let mut all = lists.concat();
    all.sort_unstable();
    all
}

/// Everything else is denied, and what must work does.
#[track_caller]
fn is_sound(report: &Report) {
    let odd: Vec<_> = report.attempts.iter().filter(|a| !a.expected).collect();
    assert!(report.is_sound(), "{odd:#?}\nchanged: {:?}", report.changed);
}

const NO_NAMESPACES: Without = Without {
    namespaces: true,
    landlock: false,
    seccomp: false,
};

#[test]
fn with_all_layers_nothing_that_matters_is_open() {
    for purpose in [Purpose::Creator, Purpose::Validator] {
        let seen = report(purpose, Without::default(), false);
        if seen.level != Level::Strict {
            eprintln!(
                "this machine reaches {:?} alone, where {:?} stay open",
                seen.layers,
                open(&seen)
            );
            is_sound(&seen);
            continue;
        }
        assert_eq!(open(&seen), all(&[&UNHIDDEN, &HARMLESS]), "{purpose:?}");
        is_sound(&seen);
        let hidden = report(purpose, Without::default(), true);
        assert_eq!(open(&hidden), all(&[&HARMLESS]), "{purpose:?}");
        is_sound(&hidden);
    }
}

#[test]
fn without_namespaces_what_is_documented_is_open() {
    let creator = report(Purpose::Creator, NO_NAMESPACES, true);
    assert_eq!(creator.level, Level::Base, "{:?}", creator.layers);
    assert_eq!(open(&creator), all(&[&UNHIDDEN, &HARMLESS, &METADATA, &BARE]));
    is_sound(&creator);
    let validator = report(Purpose::Validator, NO_NAMESPACES, true);
    assert_eq!(open(&validator), all(&[&UNHIDDEN, &HARMLESS, &BARE]));
    is_sound(&validator);
}

#[test]
fn a_validator_is_told_that_rights_change_and_they_do_not() {
    for without in [Without::default(), NO_NAMESPACES] {
        let seen = report(Purpose::Validator, without, true);
        let inside = seen
            .attempts
            .iter()
            .find(|a| a.name == "change the rights of a file inside");
        assert_eq!(inside.unwrap().outcome, Outcome::Allowed);
        let outside = seen.attempts.iter().find(|a| a.name == METADATA[0]).unwrap();
        let told = "told to have worked, and nothing changed";
        assert_eq!(outside.said.as_deref(), Some(told));
    }
}

#[test]
fn each_layer_is_there_for_something() {
    let without = |landlock, seccomp, namespaces| Without {
        namespaces,
        landlock,
        seccomp,
    };
    // Nothing at all: the battery must find that out, or it finds out nothing.
    let naked = report(Purpose::Creator, without(true, true, true), true);
    assert_eq!(naked.level, Level::None);
    assert!(!naked.is_sound());
    assert!(
        open(&naked).len() >= 45,
        "{}: {:?}",
        open(&naked).len(),
        open(&naked)
    );
    assert!(
        naked.changed.iter().any(|path| path.ends_with("outside/new")),
        "{:?}",
        naked.changed
    );
    let seccomp_less = report(Purpose::Creator, without(false, true, true), true);
    for name in [
        "connect by MPTCP",
        "connect to a socket in the file system",
        "have a ring for calls (io_uring)",
    ] {
        assert!(open(&seccomp_less).contains(&name), "{:?}", open(&seccomp_less));
    }
    let landlock_less = report(Purpose::Creator, without(true, false, true), true);
    for name in [
        "read a secret",
        "overwrite a file outside",
        "connect to another port",
    ] {
        assert!(open(&landlock_less).contains(&name), "{:?}", open(&landlock_less));
    }
}

#[test]
fn the_doctor_runs_it() {
    let repo = Repo::new();
    let ran = repo.run(&["doctor", "--battery", "--format", "json"]).exits(0);
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["sound"], true);
    let batteries = told["batteries"].as_array().unwrap();
    assert_eq!(batteries.len(), 2);
    for battery in batteries {
        assert_eq!(battery["attempts"].as_array().unwrap().len(), 69);
        assert!(["strict", "base"].contains(&battery["level"].as_str().unwrap()));
    }
    let human = repo.run(&["doctor", "--battery"]).exits(0).stdout;
    assert!(
        human.starts_with("sandbox of an agent that writes: level "),
        "{human}"
    );
    assert!(human.contains("  works     write a file inside\n"), "{human}");
    assert!(human.contains("  denied    read a secret\n"), "{human}");
    assert!(
        human.contains("  open: run a program from memory: harmless: "),
        "{human}"
    );
    assert!(human.contains(" open, as promised\n"), "{human}");
}
