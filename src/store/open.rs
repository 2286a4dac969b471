//! Opens the file: permissions, journal, schema; and moves a damaged one out of the way.

use super::{Error, FILE, Store, schema, wait};
use crate::sys::clock::Deadline;
use crate::sys::dirs;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Opens the state in a directory.
pub fn open(dir: &Path, within: Deadline, now: i64) -> Result<Store, Error> {
    dirs::private_dir(dir).map_err(|e| Error::Dir(dir.to_owned(), e))?;
    let path = dir.join(FILE);
    let mut notes = Vec::new();
    if mark(&path).exists() {
        notes.extend(set_aside(&path, &within, now)?);
    }
    let db = match connect(&path, &within) {
        Err(Error::Damaged(_)) => {
            notes.extend(set_aside(&path, &within, now)?);
            connect(&path, &within)?
        }
        connected => connected?,
    };
    Ok(Store {
        db,
        path,
        within,
        notes,
    })
}

/// Marks a file as damaged, so that the next process to open it moves it aside.
///
/// Damage in the middle shows only when that place is read, and then it cannot be moved: others have it open.
pub fn condemn(path: &Path) {
    // A file that cannot be marked shows its damage again.
    drop(dirs::private_file(&mark(path)));
}

fn mark(path: &Path) -> PathBuf {
    beside(path, ".damaged")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn connect(path: &Path, within: &Deadline) -> Result<Connection, Error> {
    wait::patient(within, || try_connect(path))
}

fn try_connect(path: &Path) -> Result<Connection, Error> {
    dirs::private_file(path).map_err(|e| Error::Dir(path.to_owned(), e))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags);
    let db = opened.map_err(|e| Error::of(path, e))?;
    let found = prepare(&db).map_err(|e| Error::of(path, e))?;
    match found > schema::VERSION {
        true => Err(Error::Newer(path.to_owned())),
        false => Ok(db),
    }
}

/// Sets the connection up and brings the schema to this version; returns the version that it has then.
fn prepare(db: &Connection) -> rusqlite::Result<i64> {
    // Waiting is done outside; the change to a write-ahead log does not wait anyhow.
    db.busy_timeout(Duration::ZERO)?;
    let found = version(db)?;
    if found > schema::VERSION {
        return Ok(found);
    }
    // With the log, who reads and who writes do not wait for each other. A crash of the machine may lose the
    // last moments; a crash of the process loses nothing.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 250",
    )?;
    // Else each process that is the last for now would fold the log in, and wait for the disk.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if found < schema::VERSION {
        migrate(db)?;
    }
    version(db)
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn migrate(db: &Connection) -> rusqlite::Result<()> {
    let transaction = rusqlite::Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found = usize::try_from(version(&transaction)?).unwrap_or_default();
    for step in schema::STEPS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    if found < schema::STEPS.len() {
        transaction.pragma_update(None, "user_version", schema::VERSION)?;
    }
    transaction.commit()
}

/// Reads all of the file: a process that still had a damaged one open may have marked the one in its place.
fn is_sound(path: &Path, within: &Deadline) -> Result<bool, Error> {
    let checked = connect(path, within).and_then(|db| {
        let check = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        check.map_err(|e| Error::of(path, e))
    });
    match checked {
        Ok(said) => Ok(said == "ok"),
        Err(Error::Damaged(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Moves a damaged file and what belongs to it aside; `None` if another process has done it.
fn set_aside(path: &Path, within: &Deadline, now: i64) -> Result<Option<String>, Error> {
    let failed = |e| Error::Dir(path.to_owned(), e);
    let _lock = dirs::lock(&beside(path, ".lock"), within).map_err(failed)?;
    if is_sound(path, within)? {
        dirs::remove(&mark(path)).map_err(failed)?;
        return Ok(None);
    }
    let aside = beside(path, &format!(".damaged-{now}"));
    dirs::move_aside(path, &aside).map_err(failed)?;
    for suffix in ["-wal", "-shm"] {
        dirs::move_aside(&beside(path, suffix), &beside(&aside, suffix)).map_err(failed)?;
    }
    dirs::remove(&mark(path)).map_err(failed)?;
    Ok(Some(format!(
        "the state was damaged and now lies in `{}`; what was spent before no longer counts",
        aside.display()
    )))
}
