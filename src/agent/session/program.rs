//! Runs another agent program in a jail, with the gateway as the only address that it can reach.

use super::{GRACE, LOOK, beside, judged, opened};
use crate::agent::cell::Cell;
use crate::agent::gateway::Gateway;
use crate::agent::order::{End, Order, Session};
use crate::agent::runtime::{Ear, Heard, Launch, Program, Row};
use crate::model::start_of;
use crate::sandbox::jail::{self, Ended, Flow, Output, Streams};
use crate::sys::clock::Deadline;
use crate::sys::file;
use crate::sys::signal::Interrupt;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The longest line that a program may write, in bytes; the rest of it is left out.
const LONGEST_LINE: u64 = 4 << 20;
/// How much of the end of its complaints is kept, in bytes.
const COMPLAINTS: usize = 2000;
/// The longest last words, in bytes.
const LAST_WORDS: usize = 20_000;
/// How long calls of models that are under way at the end have to be counted.
const SETTLE: Duration = Duration::from_secs(2);

/// Opens the gateway on a listener.
pub type Serve<'a> = &'a dyn Fn(TcpListener) -> io::Result<Gateway>;

/// Runs a program.
#[must_use]
pub fn program(
    order: &Order,
    (row, program): (&Row, &Program),
    cell: &Cell,
    serve: Serve<'_>,
    interrupt: &Interrupt,
    tell: &dyn Fn(&Heard),
) -> Session {
    let launch = match (row.launch)(order, program) {
        Ok(launch) => launch,
        Err(wrong) => return Session::failed(&wrong.to_string()),
    };
    if let Err(error) = prepare(&order.home, &launch) {
        return Session::failed(&format!("the home of the agent cannot be made: {error}"));
    }
    let mut jail = cell.jail(order, &launch.reads);
    jail.environment.extend(launch.env.iter().cloned());
    jail.hidden.extend(hidden(order, &launch));
    let streams = Streams {
        stdin: Flow::Pipe,
        stdout: Flow::Pipe,
        stderr: Flow::Pipe,
    };
    let mut jailed = match jail::start(&jail, &launch.program, &launch.args, streams) {
        Ok(jailed) => jailed,
        Err(error) => return Session::failed(&error.to_string()),
    };
    let gateway = match opened(&jailed, serve) {
        Ok(gateway) => gateway,
        Err(error) => return Session::failed(&error),
    };
    let (level, missing) = (jailed.level(), jailed.layers().missing.clone());
    let ways = (jailed.stdin.take(), jailed.stdout.take(), jailed.stderr.take());
    let stop = Interrupt::default();
    let (mut talk, ended) = beside(&mut jailed, &stop, || {
        let ear = Mutex::new((row.ear)(order));
        let mut talk = Talk::new(tell);
        talk.listen(ways, &launch, &ear, (interrupt, &stop));
        talk
    });
    talk.close(row.name, &ended);
    let stopped = gateway.as_ref().and_then(Gateway::stopped);
    let spent = gateway.map(|gateway| gateway.settle(SETTLE)).unwrap_or_default();
    for note in &spent.notes {
        tell(&Heard::Said(note.clone()));
    }
    let end = match stopped {
        Some(why) => End::Limit(why),
        None => talk.end.unwrap_or(End::Done),
    };
    Session {
        end: judged(end, ended, interrupt),
        id: talk.id,
        said: talk.said,
        models: if spent.models.is_empty() {
            talk.models
        } else {
            spent.models
        },
        input_tokens: spent.input,
        output_tokens: spent.output,
        cost: spent.cost,
        level,
        missing,
    }
}

/// Returns the directories of the tree that the program should not see. A link is none.
fn hidden(order: &Order, launch: &Launch) -> Vec<std::path::PathBuf> {
    let paths = launch.hides.iter().map(|path| order.tree.join(path));
    let is_dir = |path: &std::path::PathBuf| std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    paths.filter(is_dir).collect()
}

/// Writes what the program finds in its home. Nothing of an earlier session is believed: links are not followed.
fn prepare(home: &Path, launch: &Launch) -> io::Result<()> {
    for (path, bytes) in &launch.files {
        let mut above = home.to_owned();
        for part in path.parent().into_iter().flat_map(Path::components) {
            above.push(part);
            if std::fs::symlink_metadata(&above).is_ok_and(|meta| !meta.is_dir()) {
                std::fs::remove_file(&above)?;
            }
        }
        std::fs::create_dir_all(&above)?;
        file::write_atomic(&home.join(path), bytes, 0o600)?;
    }
    Ok(())
}

type Ways = (Option<PipeWriter>, Option<Output>, Option<Output>);
/// What leads to the program's standard input, for as long as that stays open.
type Replies = Mutex<Option<Sender<Vec<u8>>>>;

/// What is heard of a program.
struct Talk<'a> {
    tell: &'a dyn Fn(&Heard),
    id: Option<String>,
    said: String,
    models: Vec<String>,
    end: Option<End>,
    is_done: bool,
    complaints: String,
}

impl<'a> Talk<'a> {
    fn new(tell: &'a dyn Fn(&Heard)) -> Self {
        Self {
            tell,
            id: None,
            said: String::new(),
            models: Vec::new(),
            end: None,
            is_done: false,
            complaints: String::new(),
        }
    }

    /// Hears what the program says until it says no more, or is done. When the user asks us to end it is told so,
    /// and has a moment to end by itself.
    fn listen(
        &mut self,
        (stdin, stdout, stderr): Ways,
        launch: &Launch,
        ear: &Mutex<Box<dyn Ear>>,
        ends: (&Interrupt, &Interrupt),
    ) {
        // Whoever does not read would keep us waiting: the way in has a thread of its own.
        let (sender, receiver) = channel::<Vec<u8>>();
        let _ = sender.send(launch.input.clone());
        let replies: Replies = Mutex::new(launch.is_dialogue.then_some(sender));
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let complaints = scope.spawn(|| tail(stderr));
            scope.spawn(move || feed(stdin, &receiver));
            scope.spawn(|| call_off(ends, ear, &replies, &is_over));
            self.hear(stdout, ear, &replies);
            is_over.store(true, Ordering::Relaxed);
            // Closing our ends is what tells it to end.
            drop(locked(&replies).take());
            self.complaints = complaints.join().unwrap_or_default();
        });
    }

    fn hear(&mut self, stdout: Option<Output>, ear: &Mutex<Box<dyn Ear>>, replies: &Replies) {
        let mut lines = stdout.map(BufReader::new);
        while let Some(line) = lines.as_mut().and_then(next) {
            let heard = locked(ear).hear(&line);
            for heard in heard {
                self.take(heard, replies);
            }
            if self.is_done && locked(replies).take().is_some() {
                break;
            }
        }
        let heard = locked(ear).end();
        for heard in heard {
            self.take(heard, &Mutex::new(None));
        }
    }

    fn take(&mut self, heard: Heard, replies: &Replies) {
        (self.tell)(&heard);
        match heard {
            Heard::Session(id) => self.id = Some(id),
            Heard::Said(text) if !text.trim().is_empty() => {
                start_of(&text, LAST_WORDS).clone_into(&mut self.said);
            }
            Heard::Model(name) if !self.models.contains(&name) => self.models.push(name),
            Heard::Done => self.is_done = true,
            Heard::Limit(why) => self.end = Some(End::Limit(why)),
            Heard::Failed(why) => self.end = Some(End::Failed(why)),
            Heard::Reply(bytes) => send(replies, bytes),
            _ => {}
        }
    }

    /// Takes how the program ended into account, where it said nothing itself.
    fn close(&mut self, name: &str, ended: &io::Result<Ended>) {
        if self.end.is_some() || self.is_done {
            return;
        }
        let how = match ended {
            Ok(Ended::Code(0)) => return,
            Ok(Ended::Code(code)) => format!("`{name}` ended with code {code}"),
            Ok(Ended::Signal(signal)) => format!("the signal {signal} ended `{name}`"),
            Ok(_) => return,
            Err(error) => format!("`{name}` is gone: {error}"),
        };
        let said = self.complaints.lines().rev().find(|line| !line.trim().is_empty());
        let said = said.map_or(String::new(), |line| {
            format!(": {}", crate::model::visible(line.trim()))
        });
        self.end = Some(End::Failed(how + &said));
    }
}

/// A panic elsewhere leaves what is held as good as it was.
fn locked<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn send(replies: &Replies, bytes: Vec<u8>) {
    if let Some(replies) = locked(replies).as_ref() {
        let _ = replies.send(bytes);
    }
}

/// Waits for the user to ask us to end. The program is told then, if it can be told, and has a moment; then it is
/// ended.
fn call_off(
    (interrupt, stop): (&Interrupt, &Interrupt),
    ear: &Mutex<Box<dyn Ear>>,
    replies: &Replies,
    is_over: &AtomicBool,
) {
    let is_over = || is_over.load(Ordering::Relaxed);
    while interrupt.check().is_ok() {
        if is_over() {
            return;
        }
        std::thread::sleep(LOOK);
    }
    let words = locked(ear).cancel();
    if !words.is_empty() {
        send(replies, words);
        let patience = Deadline::after(GRACE);
        while !is_over() && !patience.is_over() {
            std::thread::sleep(LOOK);
        }
    }
    stop.raise();
}

/// Reads a line, cut where it is too long; `None`: there is none any more.
fn next(lines: &mut BufReader<Output>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    let read = lines.take(LONGEST_LINE).read_until(b'\n', &mut line);
    if read.is_err() || line.is_empty() {
        return None;
    }
    if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE {
        lines.skip_until(b'\n').ok()?;
    }
    Some(line)
}

fn feed(stdin: Option<PipeWriter>, bytes: &Receiver<Vec<u8>>) {
    let Some(mut stdin) = stdin else { return };
    while let Ok(bytes) = bytes.recv() {
        if stdin.write_all(&bytes).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

/// Reads to the end, and keeps the end.
fn tail(stream: Option<Output>) -> String {
    let Some(mut stream) = stream else {
        return String::new();
    };
    let mut kept: VecDeque<u8> = VecDeque::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        kept.extend(&buffer[..count]);
        let over = kept.len().saturating_sub(COMPLAINTS);
        kept.drain(..over);
    }
    String::from_utf8_lossy(kept.make_contiguous()).into_owned()
}
