//! The system calls that have no safe door, each behind one: the only unsafe code of this program.
//!
//! A function here is sound whatever it is given. What it needs and cannot be said by its type it looks up
//! itself.
#![expect(
    unsafe_code,
    reason = "no crate that is used here has a safe door to these calls"
)]

use rustix::io::Errno;
use rustix::process::Pid;
use rustix::thread::UnshareFlags;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Splits this process in two; `None` in the child.
///
/// A child has one thread, and of the memory of the others whatever they had half done: so this refuses unless
/// there is no other.
pub fn fork() -> io::Result<Option<Pid>> {
    if std::fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::other("the process has more than one thread"));
    }
    // SAFETY: this is the only thread, so no lock is held and no other thread's work is half done in the child.
    let id = unsafe { libc::fork() };
    match id {
        -1 => Err(io::Error::last_os_error()),
        id => Ok(Pid::from_raw(id)),
    }
}

/// Moves this process into namespaces of its own.
pub fn unshare(flags: UnshareFlags) -> io::Result<()> {
    if flags.contains(UnshareFlags::FILES) {
        return Err(Errno::INVAL.into());
    }
    // SAFETY: descriptors stay shared, which is the one thing that must not change under the standard library.
    Ok(unsafe { rustix::thread::unshare_unsafe(flags) }?)
}

/// The attribute of a mount in which nothing can be written.
pub const READ_ONLY: u64 = 1;

/// The form in which the kernel takes the attributes of a mount.
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    namespace: u64,
}

/// Sets attributes of a mount, or of all below it.
pub fn set_mount(path: &Path, set: u64, clear: u64, all_below: bool) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let attributes = Attributes {
        set,
        clear,
        propagation: 0,
        namespace: 0,
    };
    let flags = if all_below { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path ends with a zero and the attributes have the size that is told; the kernel reads both
    // and keeps neither.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    told(done).map(drop)
}

/// Marks every descriptor but the standard streams to be closed when another program is run.
pub fn close_others_on_exec() -> io::Result<()> {
    // SAFETY: nothing is closed here, so no owner of a descriptor is deceived.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    told(done).map(drop)
}

/// Switches the loopback device of this network on.
pub fn loopback_up(socket: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: a structure of plain numbers, for which zeros are a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(*b"lo") {
        *place = byte.cast_signed() as libc::c_char;
    }
    // Both are small.
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the kernel reads the request, which has the form that this call takes.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) };
    told(done.into()).map(drop)
}

/// Returns what a call returned, or what went wrong.
fn told(returned: libc::c_long) -> io::Result<libc::c_long> {
    match returned {
        -1 => Err(io::Error::last_os_error()),
        returned => Ok(returned),
    }
}
