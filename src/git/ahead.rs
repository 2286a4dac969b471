//! Reads the files of loose objects that the checks will ask for, while it is still being found out what else a
//! change has: the second processor has nothing else to do then.
//!
//! Whatever is not read by then, or cannot be read, is read by whoever asks for it.

use super::loose::Loose;
use crate::model::Oid;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

/// From so many objects on, a thread earns its start.
const MANY: usize = 24;
/// A larger file is left to whoever asks for it, in bytes.
const LARGEST: u64 = 1 << 20;
/// So much is kept at most, in bytes.
const MOST: usize = 16 << 20;

/// Takes the names of objects that will be asked for.
pub(super) struct Ahead {
    dir: PathBuf,
    /// What was named before the thread was started.
    first: Vec<Oid>,
    queue: Option<Sender<Oid>>,
    files: Arc<Files>,
}

/// The files that were read, until they are taken.
#[derive(Default)]
pub(super) struct Files {
    read: Mutex<gix::hashtable::HashMap<Oid, Vec<u8>>>,
    over: AtomicBool,
}

impl Ahead {
    /// Will read from this object directory.
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            first: Vec::new(),
            queue: None,
            files: Arc::default(),
        }
    }

    /// Names an object.
    pub fn want(&mut self, id: Oid) {
        match &self.queue {
            Some(queue) => send(queue, id),
            None => self.first.push(id),
        }
        if self.queue.is_none() && self.first.len() >= MANY {
            self.start();
        }
    }

    /// Names no more; returns what is being read. `None`: there was too little to begin with.
    pub fn files(self) -> Option<Arc<Files>> {
        self.queue.map(|_| self.files)
    }

    fn start(&mut self) {
        let (sender, wanted) = mpsc::channel();
        let (loose, files) = (Loose::new(self.dir.clone()), self.files.clone());
        let thread = std::thread::Builder::new().spawn(move || files.read(loose, &wanted));
        if thread.is_ok() {
            self.first.drain(..).for_each(|id| send(&sender, id));
            self.queue = Some(sender);
        }
    }
}

/// Names an object to the thread. Nobody listens any more once there is enough, and that is no loss.
fn send(queue: &Sender<Oid>, id: Oid) {
    let _ = queue.send(id);
}

impl Files {
    fn read(&self, mut loose: Loose, wanted: &Receiver<Oid>) {
        let mut room = MOST;
        while let Ok(id) = wanted.recv() {
            if self.over.load(Ordering::Relaxed) || room == 0 {
                return;
            }
            if let Some(file) = loose.file(id, LARGEST) {
                room = room.saturating_sub(file.len());
                self.lock().insert(id, file.to_vec());
            }
        }
    }

    /// Has no more read: who asks for objects from then on is as fast.
    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Returns the file of an object if it was read, once.
    pub fn take(&self, id: Oid) -> Option<Vec<u8>> {
        self.lock().remove(&id)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, gix::hashtable::HashMap<Oid, Vec<u8>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

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
        assert!(ahead.files().is_none());
    }

    #[test]
    fn many_are_read_and_taken_once() {
        let dir = objects(40);
        let mut ahead = Ahead::new(dir.path().to_owned());
        // Some are not there.
        (0..60).for_each(|n| ahead.want(id(n)));
        let files = ahead.files().unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        for n in 0..40 {
            let found = loop {
                let found = files.take(id(n));
                if found.is_some() || Instant::now() > end {
                    break found;
                }
                std::thread::yield_now();
            };
            assert_eq!(found, Some(vec![n]), "{n}");
            assert_eq!(files.take(id(n)), None);
        }
        assert_eq!(files.take(id(50)), None);
    }

    #[test]
    fn nothing_is_read_once_it_is_over() {
        let dir = objects(2);
        let files = Files::default();
        files.end();
        let (sender, wanted) = mpsc::channel();
        sender.send(id(1)).unwrap();
        files.read(Loose::new(dir.path().to_owned()), &wanted);
        assert_eq!(files.take(id(1)), None);
    }
}
