//! Runs one agent program in a jail against a model on this machine, and tells what is heard of it.
//!
//! ```text
//! cargo run --example agent_session RUNTIME PROGRAM DIR PORT [FLAG...] <PROMPT
//!     --model NAME      the model to ask for (mock-1)
//!     --resume ID       goes on with a session of that directory
//!     --turns N         the most turns (20)
//!     --dollars AMOUNT  the most that it may cost
//!     --seconds N       the most time (120)
//!     --arg ARG         adds an argument, as often as it is given
//! ```
//!
//! `DIR` holds `tree`; `home` and `tmp` are made there, `raw.jsonl` is what the program writes and `stderr.txt`
//! what it complains. `PORT` is where the model listens. Each thing heard is printed as a line; the last one says
//! how well the program was locked in, and how it ended.

use pantheon::agent::program::{self, Places};
use pantheon::agent::runtime::{self, Ear, Heard, Launch};
use pantheon::agent::{Limits, Order};
use pantheon::sandbox::jail::{self, Flow, Jail, Jailed, Streams};
use pantheon::sys::env;
use pantheon::sys::signal::Interrupt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write, stdin, stdout};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

type Done<T> = Result<T, Box<dyn std::error::Error>>;

/// The port of the gateway inside the jail.
const GATEWAY: u16 = 8017;

/// The longest line that is handed on.
const LINE: u64 = 8 << 20;

struct Asked {
    runtime: String,
    program: String,
    dir: PathBuf,
    port: u16,
    model: String,
    resume: Option<String>,
    limits: Limits,
    args: Vec<String>,
}

fn main() -> Done<()> {
    let asked = asked()?;
    let mut prompt = String::new();
    stdin().read_to_string(&mut prompt)?;
    let row = runtime::find(&asked.runtime).ok_or("there is no such runtime")?;
    let path = env::path("PATH").unwrap_or_default();
    let home = env::path("HOME");
    let places = Places {
        path: path.as_os_str(),
        home: home.as_deref(),
    };
    let program = program::find(&asked.program, asked.args.clone(), places)?;
    let order = order(&asked, prompt);
    let launch = (row.launch)(&order, &program)?;
    let mut ear = (row.ear)(&order);
    prepare(&order, &launch)?;
    let mut jailed = start(&asked, &order, &launch)?;
    forward(&jailed, asked.port)?;
    let (stdin, output) = (jailed.stdin.take(), jailed.stdout.take());
    let output = BufReader::new(output.ok_or("it has no output")?);
    // What is said is heard while its end is waited for.
    let ended = thread::scope(|scope| {
        let heard = scope.spawn(|| listen(&asked.dir, ear.as_mut(), &launch, stdin, output).is_ok());
        let ended = jailed.wait(&Interrupt::listen());
        heard.join().map(|_| ended)
    });
    let ended = ended.map_err(|_| "it could not be heard")??;
    writeln!(stdout(), "{} {ended:?}", jailed.level().name())?;
    Ok(())
}

fn asked() -> Done<Asked> {
    let mut words = std::env::args().skip(1);
    let mut next = || words.next().ok_or("RUNTIME PROGRAM DIR PORT are needed");
    let mut asked = Asked {
        runtime: next()?,
        program: next()?,
        dir: fs::canonicalize(next()?)?,
        port: next()?.parse()?,
        model: "mock-1".to_owned(),
        resume: None,
        limits: Limits {
            time: Duration::from_secs(120),
            turns: 20,
            dollars: None,
        },
        args: Vec::new(),
    };
    while let Ok(flag) = next() {
        let value = next()?;
        match flag.as_str() {
            "--model" => asked.model = value,
            "--resume" => asked.resume = Some(value),
            "--turns" => asked.limits.turns = value.parse()?,
            "--dollars" => asked.limits.dollars = Some(value.parse()?),
            "--seconds" => asked.limits.time = Duration::from_secs(value.parse()?),
            "--arg" => asked.args.push(value),
            _ => return Err(format!("what is `{flag}`?").into()),
        }
    }
    Ok(asked)
}

fn order(asked: &Asked, prompt: String) -> Order {
    Order {
        run: "example".to_owned(),
        agent: asked.runtime.clone(),
        prompt,
        resume: asked.resume.clone(),
        model: asked.model.clone(),
        gateway: format!("http://127.0.0.1:{GATEWAY}"),
        placeholder: "PLACEHOLDER-KEY".to_owned(),
        tree: asked.dir.join("tree"),
        home: asked.dir.join("home"),
        tmp: asked.dir.join("tmp"),
        limits: asked.limits,
    }
}

/// Makes the home with what the program needs there.
fn prepare(order: &Order, launch: &Launch) -> io::Result<()> {
    fs::create_dir_all(&order.tmp)?;
    for (path, bytes) in &launch.files {
        let path = order.home.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&order.home))?;
        File::create(path)?.write_all(bytes)?;
    }
    fs::create_dir_all(&order.home)
}

fn start(asked: &Asked, order: &Order, launch: &Launch) -> Done<Jailed> {
    let mut environment = launch.env.clone();
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
        ("HOME", order.home.clone().into_os_string()),
        ("TMPDIR", order.tmp.clone().into_os_string()),
        ("LANG", "C.UTF-8".into()),
        ("TERM", "dumb".into()),
    ] {
        environment.push((name.into(), value));
    }
    let hidden = launch.hides.iter().map(|path| order.tree.join(path));
    let jail = Jail {
        writable: vec![order.tree.clone(), order.home.clone(), order.tmp.clone()],
        readable: launch.reads.clone(),
        hidden: hidden.filter(|path| path.is_dir()).collect(),
        tmp: Some(order.tmp.clone()),
        directory: order.tree.clone(),
        environment,
        gateway: Some(GATEWAY),
        limits: jail::Limits {
            time: order.limits.time,
            ..jail::Limits::default()
        },
        launcher: launcher()?,
        ..Jail::default()
    };
    let streams = Streams {
        stdin: Flow::Pipe,
        stdout: Flow::Pipe,
        stderr: Flow::File(File::create(asked.dir.join("stderr.txt"))?),
    };
    Ok(jail::start(&jail, &launch.program, &launch.args, streams)?)
}

/// Returns the program that locks itself in, which stands above the examples.
fn launcher() -> Done<PathBuf> {
    let own = env::program().ok_or("who am I?")?;
    let above = own.parent().and_then(Path::parent).ok_or("where am I?")?;
    Ok(above.join("pantheon"))
}

/// Hands connections on to the model.
fn forward(jailed: &Jailed, port: u16) -> Done<()> {
    let listener = jailed.listener().ok_or("the jail has no gateway")?.try_clone()?;
    listener.set_nonblocking(false)?;
    thread::spawn(move || accept(&listener, port));
    Ok(())
}

fn accept(listener: &TcpListener, port: u16) {
    while let Ok((inside, _)) = listener.accept() {
        let Ok(outside) = TcpStream::connect(("127.0.0.1", port)) else {
            continue;
        };
        if let (Ok(from), Ok(to)) = (inside.try_clone(), outside.try_clone()) {
            thread::spawn(move || copy(from, to));
            thread::spawn(move || copy(outside, inside));
        }
    }
}

/// Copies one way until an end, and tells the other side of it.
fn copy(mut from: TcpStream, mut to: TcpStream) {
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(std::net::Shutdown::Write));
}

/// Hears what the program says until it has ended, or has nothing more to do.
fn listen(
    dir: &Path,
    ear: &mut dyn Ear,
    launch: &Launch,
    mut input: Option<PipeWriter>,
    mut output: impl BufRead,
) -> Done<()> {
    if let Some(input) = &mut input {
        input.write_all(&launch.input)?;
    }
    if !launch.is_dialogue {
        input = None;
    }
    let mut raw = File::create(dir.join("raw.jsonl"))?;
    let mut line = Vec::new();
    while output.by_ref().take(LINE).read_until(b'\n', &mut line)? > 0 {
        raw.write_all(&line)?;
        let heard = ear.hear(line.trim_ascii_end());
        line.clear();
        let is_over = tell(heard, &mut input)?;
        if is_over && launch.is_dialogue {
            // It waits for another prompt, and ends when there is none.
            input = None;
        }
    }
    tell(ear.end(), &mut input)?;
    Ok(())
}

/// Prints what is heard, and sends what is to be sent; says whether the session is over.
fn tell(heard: Vec<Heard>, input: &mut Option<PipeWriter>) -> io::Result<bool> {
    let mut is_over = false;
    for heard in heard {
        if let (Heard::Reply(bytes), Some(input)) = (&heard, input.as_mut()) {
            input.write_all(bytes)?;
        }
        is_over |= matches!(heard, Heard::Done | Heard::Limit(_) | Heard::Failed(_));
        match &heard {
            Heard::Reply(bytes) => writeln!(stdout(), "Reply({:?})", String::from_utf8_lossy(bytes))?,
            other => writeln!(stdout(), "{other:?}")?,
        }
    }
    Ok(is_over)
}
