//! The file: who may read it, what happens when it is damaged, locked, newer or read-only.

use super::fixture::soon;
use super::*;
use std::fs;
use std::path::Path;

fn open(dir: &Path) -> Result<Store, Error> {
    Store::open(dir, soon(), 77)
}

#[cfg(unix)]
#[test]
fn directory_and_files_are_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, store) = fixture::store();
    rotation::next(&store, "a").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let state = dir.path().join("state");
    assert_eq!(mode(&state), 0o700);
    let names = ["state.db", "state.db-wal", "state.db-shm"];
    assert_eq!(names.map(|name| mode(&state.join(name))), [0o600; 3]);
}

#[test]
fn what_was_written_is_there_for_the_next_process() {
    let (dir, store) = fixture::store();
    rotation::next(&store, "a").unwrap();
    drop(store);
    let again = open(&dir.path().join("state")).unwrap();
    assert_eq!(rotation::next(&again, "a").unwrap(), 1);
    assert_eq!(again.notes, Vec::<String>::new());
}

#[test]
fn a_file_that_is_no_database_is_moved_aside_and_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let junk = "not a database at all ".repeat(300);
    put(&dir.path().join(FILE), junk.as_bytes());
    let store = open(dir.path()).unwrap();
    let aside = dir.path().join("state.db.damaged-77");
    assert_eq!(
        store.notes,
        [format!(
            "the state was damaged and now lies in `{}`; what was spent before no longer counts",
            aside.display()
        )]
    );
    assert_eq!(fs::read(aside).unwrap(), junk.as_bytes());
    assert_eq!(rotation::next(&store, "a").unwrap(), 0);
}

#[test]
fn damage_in_the_middle_shows_when_it_is_read_and_mends_with_the_next_opening() {
    let (dir, store) = fixture::store();
    let dir = dir.path().join("state");
    for ring in 0..500 {
        rotation::next(&store, &format!("ring {ring}")).unwrap();
    }
    store.db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(store);
    let path = dir.join(FILE);
    let mut bytes = fs::read(&path).unwrap();
    bytes[3 * 4096..].fill(0xa5);
    put(&path, &bytes);
    let store = open(&dir).unwrap();
    let shown = rotation::next(&store, "ring 7").unwrap_err();
    assert_eq!(
        shown.to_string(),
        format!("the state `{}` is damaged", path.display())
    );
    let mended = open(&dir).unwrap();
    assert_eq!(
        (mended.notes.len(), rotation::next(&mended, "ring 7").unwrap()),
        (1, 0)
    );
    assert!(open(&dir).unwrap().notes.is_empty());
}

#[test]
fn a_mark_on_a_sound_file_is_taken_away() {
    let (dir, store) = fixture::store();
    rotation::next(&store, "a").unwrap();
    open::condemn(store.path());
    let again = open(&dir.path().join("state")).unwrap();
    assert_eq!((again.notes.len(), rotation::next(&again, "a").unwrap()), (0, 1));
    assert!(!dir.path().join("state/state.db.damaged").exists());
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let (dir, store) = fixture::store();
    store.db.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let refused = open(&dir.path().join("state")).unwrap_err();
    assert!(matches!(refused, Error::Newer(_)), "{refused}");
}

#[test]
fn a_lock_that_others_hold_is_waited_for_no_longer_than_the_deadline() {
    let (dir, store) = fixture::store();
    store.db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let within = Deadline::after(Duration::from_millis(60));
    let other = Store::open(&dir.path().join("state"), within, 0).unwrap();
    let refused = rotation::next(&other, "a").unwrap_err();
    assert!(matches!(refused, Error::Locked(_)), "{refused}");
    assert!(within.elapsed() < Duration::from_secs(3));
    store.db.execute_batch("COMMIT").unwrap();
    assert_eq!(rotation::next(&other, "a").unwrap(), 0);
}

#[test]
fn a_state_that_cannot_be_written_says_so() {
    let (_dir, store) = fixture::store();
    store.db.pragma_update(None, "query_only", true).unwrap();
    let refused = rotation::next(&store, "a").unwrap_err();
    let path = store.path().display();
    assert_eq!(refused.to_string(), format!("the state `{path}` is read-only"));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    put(&file, b"");
    let refused = open(&file.join("state")).unwrap_err();
    assert!(
        refused.to_string().starts_with(&format!(
            "the state in `{}` cannot be written: ",
            file.join("state").display()
        )),
        "{refused}"
    );
}

fn put(path: &Path, bytes: &[u8]) {
    crate::sys::file::write_atomic(path, bytes, 0o600).unwrap();
}
