//! Reads the files of loose objects that the checks will ask for, while it is still being found out what else a
//! change has: the second processor has nothing else to do then.
//!
//! Whatever is not read by then, or cannot be read, is read by whoever asks for it.

use super::loose::Loose;
use crate::model::Oid;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

/// From so many objects on, a thread earns its start.
const MANY: usize = 24;
/// A larger file is left to whoever asks for it, in bytes.
const LARGEST: u64 = 1 << 20;
/// So much is kept at most, in bytes.
const MOST: usize = 16 << 20;

/// Files of loose objects.
pub(super) type Files = gix::hashtable::HashMap<Oid, Vec<u8>>;

/// Takes the names of objects that will be asked for.
pub(super) struct Ahead {
    dir: PathBuf,
    /// What was named before the thread was started.
    first: Vec<Oid>,
    reading: Option<Reading>,
}

/// A thread that reads.
pub(super) struct Reading {
    queue: Sender<Oid>,
    over: Arc<AtomicBool>,
    thread: JoinHandle<Files>,
}

impl Ahead {
    /// Will read from this object directory.
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            first: Vec::new(),
            reading: None,
        }
    }

    /// Names an object.
    pub fn want(&mut self, id: Oid) {
        if let Some(reading) = &self.reading {
            return reading.want(id);
        }
        self.first.push(id);
        if self.first.len() >= MANY {
            self.start();
        }
    }

    /// Names no more. `None`: there was too little to begin with.
    pub fn reading(self) -> Option<Reading> {
        self.reading
    }

    fn start(&mut self) {
        let (queue, wanted) = mpsc::channel();
        let over = Arc::<AtomicBool>::default();
        let (mut loose, ended) = (Loose::new(self.dir.clone()), over.clone());
        let work = move || read(&mut loose, &wanted, &ended);
        if let Ok(thread) = std::thread::Builder::new().spawn(work) {
            let reading = Reading { queue, over, thread };
            self.first.drain(..).for_each(|id| reading.want(id));
            self.reading = Some(reading);
        }
    }
}

impl Reading {
    /// Names an object. Nobody listens any more once there is enough, and that is no loss.
    fn want(&self, id: Oid) {
        let _ = self.queue.send(id);
    }

    /// Has no more read, for who asks from then on is as fast; returns the files that were.
    pub fn end(self) -> Files {
        self.over.store(true, Ordering::Relaxed);
        drop(self.queue);
        self.thread.join().unwrap_or_default()
    }
}

fn read(loose: &mut Loose, wanted: &Receiver<Oid>, over: &AtomicBool) -> Files {
    let (mut files, mut room) = (Files::default(), MOST);
    while let Ok(id) = wanted.recv() {
        if over.load(Ordering::Relaxed) || room == 0 {
            break;
        }
        if let Some(file) = loose.file(id, LARGEST) {
            room = room.saturating_sub(file.len());
            files.insert(id, file.to_vec());
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> Oid {
        Oid::from_hex(format!("{n:02x}{}", "0".repeat(38)).as_bytes()).unwrap()
    }

    /// An object directory with so many files, each of which holds its number.
    fn objects(count: u8) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..count {
            let (at, name) = (dir.path().join(format!("{n:02x}")), "0".repeat(38));
            std::fs::create_dir(&at).unwrap();
            crate::sys::file::write_atomic(&at.join(name), &[n], 0o644).unwrap();
        }
        dir
    }

    #[test]
    fn few_objects_start_nothing() {
        let dir = objects(MANY as u8);
        let mut ahead = Ahead::new(dir.path().to_owned());
        (1..MANY as u8).for_each(|n| ahead.want(id(n)));
        assert!(ahead.reading().is_none());
    }

    #[test]
    fn many_are_read_but_for_those_that_are_not_there() {
        let dir = objects(40);
        let mut ahead = Ahead::new(dir.path().to_owned());
        (0..60).for_each(|n| ahead.want(id(n)));
        let Reading { queue, thread, .. } = ahead.reading().unwrap();
        drop(queue);
        let files = thread.join().unwrap();
        assert_eq!(files.len(), 40);
        (0..40).for_each(|n| assert_eq!(files[&id(n)], [n]));
    }

    #[test]
    fn what_was_not_read_in_time_is_left() {
        let dir = objects(40);
        let mut ahead = Ahead::new(dir.path().to_owned());
        (0..40).for_each(|n| ahead.want(id(n)));
        let files = ahead.reading().unwrap().end();
        assert!(files.iter().all(|(id, file)| id.as_bytes()[0] == file[0]));
    }

    #[test]
    fn nothing_is_read_once_it_is_over() {
        let dir = objects(2);
        let (queue, wanted) = mpsc::channel();
        queue.send(id(1)).unwrap();
        let files = read(
            &mut Loose::new(dir.path().to_owned()),
            &wanted,
            &AtomicBool::new(true),
        );
        assert!(files.is_empty());
    }
}
