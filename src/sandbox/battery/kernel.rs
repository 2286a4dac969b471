//! The kernel's own surface: what gives new rights, or reaches round the other layers.

use super::{Row, never};
use crate::sandbox::linux::raw;
use rustix::mount::{MountFlags, mount};
use rustix::process::{WaitOptions, waitpid};
use rustix::thread::UnshareFlags;
use std::io;

pub const ROWS: &[Row] = &[
    never("have a ring for calls (io_uring)", |_| raw::ring()),
    never("make a user namespace", |_| {
        apart(|| raw::unshare(UnshareFlags::NEWUSER))
    }),
    never("mount something in namespaces of its own", |_| {
        apart(|| {
            raw::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)?;
            Ok(mount("tmpfs", "/tmp", "tmpfs", MountFlags::NOSUID, None)?)
        })
    }),
    never("load a program into the kernel (bpf)", |_| raw::kernel_program()),
    never("count events of the processor", |_| raw::count_events()),
    never("answer for missing pages (userfaultfd)", |_| raw::page_faults()),
    never("leave a key in the user's ring", |_| raw::keep_key()),
    never("type into the terminal", |_| raw::type_in()),
    never(
        "gain rights by a program that gives them (su)",
        |_| match rustix::thread::no_new_privs()? {
            true => Err(io::Error::other("no program gives this process rights")),
            false => Ok(()),
        },
    ),
];

/// Tries something in a process of its own, for it would change this one.
fn apart(attempt: impl Fn() -> io::Result<()>) -> io::Result<()> {
    let Some(child) = raw::fork()? else {
        let refused = attempt().err();
        raw::exit_now(refused.map_or(0, |error| error.raw_os_error().unwrap_or(libc::EIO) & 0xff));
    };
    let waited = rustix::io::retry_on_intr(|| waitpid(Some(child), WaitOptions::empty()))?;
    match waited.and_then(|(_, status)| status.exit_status()) {
        Some(0) => Ok(()),
        Some(number) => Err(io::Error::from_raw_os_error(number)),
        None => Err(io::Error::other("it died")),
    }
}
