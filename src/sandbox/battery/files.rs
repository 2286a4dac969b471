//! Files: what must work inside, and what must not outside.

use super::victims::World;
use super::{Open, Row, never, open, works};
use crate::sandbox::linux::raw;
use crate::sys::process::Run;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use rustix::fs::{
    self as rfs, AtFlags, CWD, IFlags, MemfdFlags, Mode, OFlags, Timespec, Timestamps, XattrFlags,
};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

const METADATA: &str =
    "Landlock does not see it: of files that can be read, not of others' or of hidden ones";
const EXISTENCE: &str =
    "says that a path is there and when something changes, not what; hidden directories are closed";
const NO_BOUNDARY: &str = "harmless: whoever has an interpreter runs what it likes, under the same layers";

pub const ROWS: &[Row] = &[
    works("write a file inside", |w| write(&w.inside.join("file"))),
    works("write to /dev/null", |_| append(Path::new("/dev/null"))),
    works("change the rights of a file inside", |w| {
        fs::set_permissions(w.inside.join("file"), Permissions::from_mode(0o755))
    }),
    works("rename across directories inside", rename_inside),
    works("run a program", |_| runs("/bin/true".as_ref(), &[])),
    never("create a file outside", |w| write(&w.outside.join("new"))),
    never("overwrite a file outside", |w| append(&file(w))),
    never("truncate a file outside", truncate),
    never("remove a file outside", |w| {
        fs::remove_file(w.outside.join("removed"))
    }),
    never("rename a file outside", |w| {
        fs::rename(file(w), w.outside.join("renamed"))
    }),
    never("make a directory outside", |w| {
        fs::create_dir(w.outside.join("directory"))
    }),
    never("make a pipe outside", |w| {
        Ok(rfs::mknodat(
            CWD,
            w.outside.join("pipe"),
            rfs::FileType::Fifo,
            Mode::RUSR,
            0,
        )?)
    }),
    never("link a file into the scratch directory and write it", |w| {
        let link = w.inside.join("hard");
        fs::hard_link(file(w), &link)?;
        append(&link)
    }),
    never("move a file into the scratch directory", |w| {
        fs::rename(w.outside.join("moved"), w.inside.join("moved"))
    }),
    never("write through a symbolic link", |w| {
        let link = w.inside.join("symbolic");
        symlink(file(w), &link)?;
        append(&link)
    }),
    never("open for nothing, then again for writing", reopen),
    open(
        "change the rights of a file outside",
        Open::BareCreator,
        METADATA,
        |w| changes(w, |_| fs::set_permissions(file(w), Permissions::from_mode(0o755))),
    ),
    open(
        "change rights by a descriptor for reading",
        Open::BareCreator,
        METADATA,
        |w| changes(w, |file| file.set_permissions(Permissions::from_mode(0o700))),
    ),
    open(
        "change the times of a file outside",
        Open::BareCreator,
        METADATA,
        |w| {
            changes(w, |_| {
                Ok(rfs::utimensat(CWD, file(w), &LONG_AGO, AtFlags::empty())?)
            })
        },
    ),
    open(
        "set an attribute of a file outside",
        Open::BareCreator,
        METADATA,
        attribute,
    ),
    never("set a flag by a descriptor for reading", |w| {
        let file = File::open(file(w))?;
        Ok(rfs::ioctl_setflags(&file, IFlags::NODUMP)?)
    }),
    never("read a secret", |w| fs::read(w.secret.join("id")).map(drop)),
    never("list the directory of secrets", |w| {
        fs::read_dir(&w.secret).map(drop)
    }),
    open("ask whether a secret is there", Open::Unhidden, EXISTENCE, |w| {
        fs::metadata(w.secret.join("id")).map(drop)
    }),
    open("watch the directory of secrets", Open::Unhidden, EXISTENCE, |w| {
        let watch = inotify::init(CreateFlags::CLOEXEC)?;
        inotify::add_watch(&watch, &w.secret, WatchFlags::ALL_EVENTS)?;
        Ok(())
    }),
    never("run a program that lies with the secrets", |w| {
        runs(w.secret.join("tool").as_os_str(), &[])
    }),
    never("run it through the dynamic linker", through_linker),
    open("run a program from memory", Open::Always, NO_BOUNDARY, |_| {
        from_memory()
    }),
    never("write to a descriptor that was left open", |w| {
        raw::write_to(w.left_open, b"escaped\n")
    }),
    never("write into /dev/shm", |_| {
        let path = PathBuf::from(format!("/dev/shm/pantheon-battery-{}", std::process::id()));
        write(&path)?;
        fs::remove_file(path)
    }),
    never("write into the home directory", |w| {
        write(&w.home.join(".profile"))
    }),
];

/// A moment long before any test.
const LONG_AGO: Timestamps = Timestamps {
    last_access: Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    },
    last_modification: Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    },
};

fn file(world: &World) -> PathBuf {
    world.outside.join("file")
}

fn write(path: &Path) -> io::Result<()> {
    File::create(path)?.write_all(b"written\n")
}

fn append(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.write_all(b"")
}

fn rename_inside(world: &World) -> io::Result<()> {
    let (from, to) = (world.inside.join("a"), world.inside.join("b/c"));
    fs::create_dir_all(&to)?;
    write(&from)?;
    fs::rename(from, to.join("a"))
}

fn truncate(world: &World) -> io::Result<()> {
    // By the call that takes a path where there is one: to open for writing is tried elsewhere.
    let path = std::ffi::CString::new(file(world).into_os_string().into_encoded_bytes())?;
    raw::truncate(&path, 3)
}

fn reopen(world: &World) -> io::Result<()> {
    let held = rfs::open(file(world), OFlags::PATH, Mode::empty())?;
    let again = format!("/proc/self/fd/{}", held.as_raw_fd());
    File::options().write(true).open(again).map(drop)
}

/// Whether an action changes what is known about the file, whatever it says itself.
fn changes(world: &World, action: impl Fn(&File) -> io::Result<()>) -> io::Result<()> {
    let known = |meta: &fs::Metadata| (meta.mode(), meta.mtime());
    let opened = File::open(file(world))?;
    let before = known(&opened.metadata()?);
    action(&opened)?;
    match known(&opened.metadata()?) == before {
        true => Err(io::Error::other("told to have worked, and nothing changed")),
        false => Ok(()),
    }
}

fn attribute(world: &World) -> io::Result<()> {
    rfs::setxattr(file(world), "user.pantheon", b"1", XattrFlags::empty())?;
    let mut value = [0; 1];
    match rfs::getxattr(file(world), "user.pantheon", &mut value) {
        Ok(1) => Ok(()),
        _ => Err(io::Error::other("told to have worked, and nothing changed")),
    }
}

fn through_linker(world: &World) -> io::Result<()> {
    let linkers = [
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-linux-aarch64.so.1",
        "/lib/ld-musl-x86_64.so.1",
        "/lib/ld-musl-aarch64.so.1",
    ];
    let Some(linker) = linkers.into_iter().find(|path| Path::new(path).exists()) else {
        return Err(io::Error::from_raw_os_error(libc::ENOSYS));
    };
    runs(linker.as_ref(), &[world.secret.join("tool").as_os_str()])
}

fn from_memory() -> io::Result<()> {
    let memory = rfs::memfd_create("program", MemfdFlags::empty())?;
    let mut memory = File::from(memory);
    memory.write_all(&fs::read("/bin/true")?)?;
    // Run through what stays open for reading: what is open for writing cannot be run.
    let path = format!("/proc/self/fd/{}", memory.as_raw_fd());
    let reading = rfs::open(path.as_str(), OFlags::RDONLY, Mode::empty())?;
    drop(memory);
    runs(format!("/proc/self/fd/{}", reading.as_raw_fd()).as_ref(), &[])
}

/// Runs a program to its end, which must be a good one.
fn runs(program: &OsStr, args: &[&OsStr]) -> io::Result<()> {
    let run = Run::new(program, Duration::from_secs(10)).args(args.iter().copied());
    match run.output()?.status.success() {
        true => Ok(()),
        false => Err(io::Error::other("it ended badly")),
    }
}
