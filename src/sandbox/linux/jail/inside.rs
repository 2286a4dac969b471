//! The process that locks itself in: `pantheon jail`.
//!
//! Three processes come of it. The first makes the namespaces and waits. The second, the first process of its
//! own numbering, holds the command: it reaps, looks at what is taken, and with its end all others end. The
//! third gives up its rights one after the other and becomes the command. Without namespaces the first is the
//! second too, and inherits what the command leaves behind.
//!
//! The order is the kernel's: who has given up its rights can mount nothing, whom Landlock holds can mount
//! nothing either, and seccomp comes last for it takes away the means to set up the others.

use super::wire::{self, Failed, Said, Spec};
use super::{calls, mounts, reach, reaper};
use crate::sandbox::Layers;
use crate::sandbox::linux::raw;
use crate::sys::held;
use rustix::process::{self, DumpableBehavior, Resource, Rlimit, Signal};
use rustix::thread::{self, CapabilitySet, CapabilitySets, UnshareFlags};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, PipeWriter, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// What the command's process says before it becomes the command: once what holds it, and what went wrong.
#[derive(Debug, Serialize, Deserialize)]
pub enum Last {
    /// All layers are laid on.
    Held(Layers),
    /// The command does not run.
    Failed(Failed),
}

/// Does what the supervisor on standard input asks for.
///
/// # Errors
/// When there is no supervisor.
pub fn serve() -> io::Result<()> {
    let channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (spec, streams): (Spec, Vec<OwnedFd>) = wire::receive(&channel)?;
    // The channel must have no second name that the command could inherit.
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    match prepare(&spec, &channel) {
        Ok(()) => hold(&spec, &channel, streams),
        Err(failed) => wire::send(&channel, &Said::Failed(failed), &[]),
    }
}

/// What has to be done before the second process is there.
fn prepare(spec: &Spec, channel: &UnixStream) -> Result<(), Failed> {
    if spec.namespaces {
        own_namespaces().map_err(Failed::Namespaces)?;
    }
    if let Some(port) = spec.gateway {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|e| Failed::Setup(format!("port {port} cannot be listened at: {e}")))?;
        wire::send(channel, &Said::Listening, &[listener.as_fd()])
            .map_err(|e| Failed::Setup(format!("the listener cannot be handed over: {e}")))?;
    }
    if spec.namespaces {
        mounts::arrange(spec).map_err(Failed::Namespaces)?;
    }
    Ok(())
}

/// Moves this process into namespaces in which it is who it was.
fn own_namespaces() -> Result<(), String> {
    let (user, group) = (process::geteuid().as_raw(), process::getegid().as_raw());
    let all = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWNET;
    raw::unshare(all).map_err(|e| format!("the kernel gives none: {e}"))?;
    let maps = [
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("{user} {user} 1")),
        ("/proc/self/gid_map", format!("{group} {group} 1")),
    ];
    for (path, text) in maps {
        // Such a file takes one write.
        let written = File::options().write(true).open(path);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|e| format!("`{path}` cannot be written: {e}"))?;
    }
    let (family, kind) = (rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM);
    let socket = rustix::net::socket(family, kind, None).map_err(io::Error::from);
    socket
        .and_then(|socket| raw::loopback_up(socket.as_fd()))
        .map_err(|e| format!("the network of its own cannot be switched on: {e}"))
}

/// Becomes the second process, or starts it and waits for its end.
fn hold(spec: &Spec, channel: &UnixStream, streams: Vec<OwnedFd>) -> io::Result<()> {
    if !spec.namespaces {
        process::set_child_subreaper(Some(process::getpid()))?;
        return run(spec, channel, streams);
    }
    let Some(second) = raw::fork()? else {
        process::set_parent_process_death_signal(Some(Signal::KILL))?;
        return match mounts::own_processes() {
            Ok(()) => run(spec, channel, streams),
            Err(e) => {
                let why = format!("no `/proc` of its own can be mounted: {e}");
                wire::send(channel, &Said::Failed(Failed::Namespaces(why)), &[])
            }
        };
    };
    drop(streams);
    let waited = rustix::io::retry_on_intr(|| process::waitpid(Some(second), process::WaitOptions::empty()));
    Ok(waited.map(drop)?)
}

/// Starts the third process, says what became of it, and holds it to its end.
fn run(spec: &Spec, channel: &UnixStream, streams: Vec<OwnedFd>) -> io::Result<()> {
    let (mut from, to) = io::pipe()?;
    drop_rights();
    // Nobody looks into the memory of who holds the command.
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let Some(third) = raw::fork()? else {
        drop(from);
        become_command(spec, streams, to);
        return Ok(());
    };
    drop((streams, to));
    let mut text = String::new();
    from.read_to_string(&mut text)?;
    let said = text.lines().map(serde_json::from_str::<Last>);
    let said = match said.last() {
        Some(Ok(Last::Held(layers))) => Said::Started(layers),
        Some(Ok(Last::Failed(failed))) => Said::Failed(failed),
        _ => Said::Failed(Failed::Setup("the process that locks itself in died".to_owned())),
    };
    wire::send(channel, &said, &[])?;
    let ended = reaper::hold(channel, third, spec)?;
    if matches!(said, Said::Started(_)) {
        wire::send(channel, &Said::Ended(ended), &[])?;
    }
    Ok(())
}

/// Gives up the rights of a system's owner, which a user has in namespaces of its own too.
fn drop_rights() {
    // Who has none to give up is refused some of this, which is as well.
    for number in 0..64 {
        let one = CapabilitySet::from_bits_retain(1 << number);
        let _ = thread::remove_capability_from_bounding_set(one);
    }
    let _ = thread::clear_ambient_capability_set();
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    let _ = thread::set_capabilities(None, none);
}

/// Lays on what is left of the layers, and becomes the command; returns only if that fails.
fn become_command(spec: &Spec, streams: Vec<OwnedFd>, mut to: PipeWriter) {
    let mut say = |last: &Last| {
        let mut line = serde_json::to_vec(last).unwrap_or_default();
        line.push(b'\n');
        // Nobody is left to tell.
        drop(to.write_all(&line));
    };
    match lock(spec, streams, &mut say) {
        Ok(()) => {
            let why = held::become_program(&spec.program, &spec.args, &spec.environment);
            say(&Last::Failed(Failed::Program(why.to_string())));
        }
        Err(failed) => say(&Last::Failed(failed)),
    }
}

fn lock(spec: &Spec, streams: Vec<OwnedFd>, say: &mut dyn FnMut(&Last)) -> Result<(), Failed> {
    let setup = |what: &'static str| move |e: io::Error| Failed::Setup(format!("{what}: {e}"));
    process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| setup("to end with its parent")(e.into()))?;
    // A session of its own has no terminal to type into.
    process::setsid().map_err(|e| setup("a session of its own")(e.into()))?;
    let directory = spec.directory.as_os_str();
    std::env::set_current_dir(directory).map_err(setup("the directory to start in"))?;
    standard(streams).map_err(setup("the standard streams"))?;
    limit(spec).map_err(setup("the limits"))?;
    thread::set_no_new_privs(true).map_err(|e| setup("no new privileges")(e.into()))?;
    let mut layers = Layers {
        namespaces: spec.namespaces,
        ..Layers::default()
    };
    let mut missing = |what: &str, why: &str| layers.missing.push(format!("{what}: {why}"));
    if !spec.namespaces {
        missing("namespaces", "left out");
    }
    match spec.landlock.then(|| reach::restrict(spec)) {
        Some(Ok(version)) => layers.landlock = version,
        Some(Err(why)) => missing("Landlock", &why),
        None => missing("Landlock", "left out"),
    }
    raw::close_others_on_exec().map_err(setup("to close other descriptors"))?;
    match spec.seccomp.then(|| calls::deny(spec.purpose)) {
        Some(Ok(())) => layers.seccomp = true,
        Some(Err(why)) => layers.missing.push(format!("seccomp: {why}")),
        None => layers.missing.push("seccomp: left out".to_owned()),
    }
    if layers.jail_level() < spec.least {
        return Err(Failed::Weak(layers));
    }
    say(&Last::Held(layers));
    Ok(())
}

/// Puts the streams where every program looks for them.
fn standard(streams: Vec<OwnedFd>) -> io::Result<()> {
    let [stdin, stdout, stderr] =
        <[OwnedFd; 3]>::try_from(streams).map_err(|_| io::Error::other("three streams are needed"))?;
    rustix::stdio::dup2_stdin(stdin)?;
    rustix::stdio::dup2_stdout(stdout)?;
    Ok(rustix::stdio::dup2_stderr(stderr)?)
}

fn limit(spec: &Spec) -> io::Result<()> {
    let limits = &spec.limits;
    let mut all = vec![
        (Resource::Core, 0),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Nofile, limits.descriptors),
        (Resource::Cpu, limits.processor_seconds),
    ];
    // Elsewhere this counts whatever else its user runs. The two that hold the command count too.
    if spec.namespaces {
        all.push((Resource::Nproc, limits.processes.saturating_add(2)));
    }
    for (resource, most) in all {
        // What is already lower can stay.
        let now = process::getrlimit(resource);
        let most = now.maximum.map_or(most, |now| now.min(most));
        let both = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        process::setrlimit(resource, both)?;
    }
    Ok(())
}

/// The numbers of all processes that can be seen.
pub fn processes() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
