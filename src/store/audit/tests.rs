//! Chains of entries: whole, torn, forged, and written by many at once.

use super::*;
use std::path::PathBuf;

struct Place {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    Place { _dir: dir, path }
}

fn entry(path: &str) -> Entry {
    Entry {
        run: "r1".to_owned(),
        agent: "fixer".to_owned(),
        method: "POST".to_owned(),
        path: path.to_owned(),
        status: 200,
        ..Entry::default()
    }
}

fn write(place: &Place, count: usize) {
    let mut log = Log::open(&place.path).unwrap();
    for at in 0..count {
        log.append(&entry(&format!("/{at}"))).unwrap();
    }
}

fn lines(place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(&place.path).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn put(place: &Place, lines: &[String]) {
    crate::sys::file::write_atomic(&place.path, format!("{}\n", lines.join("\n")).as_bytes(), 0o600).unwrap();
}

fn broken(place: &Place) -> u64 {
    match verify(&place.path) {
        Err(Broken::At { line, .. }) => line,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_goes_on_where_another_process_left_it() {
    let place = place();
    write(&place, 3);
    write(&place, 2);
    let verified = verify(&place.path).unwrap();
    assert_eq!(verified.lines, 5);
    let mut paths = Vec::new();
    records(&place.path, |record| {
        paths.push((record.seq, record.entry.path.clone()));
        true
    })
    .unwrap();
    let expected = [(1, "/0"), (2, "/1"), (3, "/2"), (4, "/0"), (5, "/1")];
    assert_eq!(paths, expected.map(|(seq, path)| (seq, path.to_owned())));
}

#[test]
fn what_was_changed_taken_out_or_put_in_shows() {
    let place = place();
    write(&place, 6);
    let whole = lines(&place);
    let mut changed = whole.clone();
    changed[2] = changed[2].replace("/2", "/3");
    put(&place, &changed);
    assert_eq!(broken(&place), 3);
    let mut without = whole.clone();
    without.remove(3);
    put(&place, &without);
    assert_eq!(broken(&place), 4);
    let mut swapped = whole.clone();
    swapped.swap(1, 2);
    put(&place, &swapped);
    assert_eq!(broken(&place), 2);
    let mut twice = whole.clone();
    twice.insert(4, whole[3].clone());
    put(&place, &twice);
    assert_eq!(broken(&place), 5);
    let mut last = whole.clone();
    last[5] = last[5].replace("200", "201");
    put(&place, &last);
    assert_eq!(broken(&place), 6);
    put(&place, &whole);
    assert_eq!(verify(&place.path).unwrap().lines, 6);
}

#[test]
fn what_was_left_half_written_is_told_and_the_chain_goes_on() {
    for torn in ["{\"seq\":4,\"ti", "{", "\n", "x\ny", "{\"seq\":4}\n"] {
        let place = place();
        write(&place, 3);
        let whole = std::fs::read_to_string(&place.path).unwrap();
        crate::sys::file::write_atomic(&place.path, format!("{whole}{torn}").as_bytes(), 0o600).unwrap();
        write(&place, 2);
        assert_eq!(verify(&place.path).unwrap().lines, 6, "{torn:?}");
        let text = std::fs::read_to_string(&place.path).unwrap();
        assert!(
            text.starts_with(&format!("{whole}{torn}")),
            "nothing is taken away"
        );
        let hidden = text.replacen(torn, "{\"hidden\":1", 1);
        if hidden != text && torn != "\n" && torn != "{" {
            crate::sys::file::write_atomic(&place.path, hidden.as_bytes(), 0o600).unwrap();
            assert_eq!(broken(&place), 4, "{torn:?}");
        }
    }
}

#[test]
fn a_line_stays_within_its_bound_and_on_one_line() {
    let place = place();
    let long = "\u{1F600}\"\\\n\u{0}".repeat(5000);
    let entry = Entry {
        run: long.clone(),
        agent: long.clone(),
        kind: Kind::Refused,
        method: long.clone(),
        host: long.clone(),
        path: long.clone(),
        model: long.clone(),
        note: long,
        status: u64::MAX,
        input: u64::MAX,
        output: u64::MAX,
        cost: u64::MAX,
        sent: u64::MAX,
        received: u64::MAX,
        elapsed: u64::MAX,
    };
    Log::open(&place.path).unwrap().append(&entry).unwrap();
    assert!(
        lines(&place)[0].len() < chain::LONGEST,
        "{}",
        lines(&place)[0].len()
    );
    assert_eq!(verify(&place.path).unwrap().lines, 1);
}

#[test]
fn many_write_at_once() {
    let place = place();
    let path = &place.path;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                let mut log = Log::open(path).unwrap();
                for at in 0..100 {
                    log.append(&entry(&at.to_string())).unwrap();
                }
            });
        }
    });
    assert_eq!(verify(path).unwrap().lines, 800);
}
