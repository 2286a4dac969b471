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

/// Writes to a descriptor of which only the number is known, as what was inherited by mistake is.
pub fn write_to(number: i32, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: the kernel reads the bytes; a number that is not open is an error of its own.
    let done = unsafe { libc::write(number, bytes.as_ptr().cast(), bytes.len()) };
    told(done as libc::c_long).map(drop)
}

/// Tries to attach to a process as its debugger.
pub fn attach(to: Pid) -> io::Result<()> {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: this request takes neither an address nor data.
    let done = unsafe { libc::ptrace(libc::PTRACE_ATTACH, to.as_raw_nonzero().get(), none, none) };
    told(done).map(drop)
}

/// Tries to read the memory of a process at an address where there may be none.
pub fn read_memory(of: Pid) -> io::Result<()> {
    let mut bytes = [0_u8; 8];
    let here = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let there = libc::iovec {
        iov_base: std::ptr::without_provenance_mut(0x40_0000),
        iov_len: bytes.len(),
    };
    // SAFETY: the kernel writes at most these eight bytes; the other address is looked up in the other process.
    let done = unsafe {
        libc::process_vm_readv(
            of.as_raw_nonzero().get(),
            &raw const here,
            1,
            &raw const there,
            1,
            0,
        )
    };
    match told(done as libc::c_long) {
        // That nothing is there is told to those alone who may look.
        Err(error) if error.raw_os_error() == Some(libc::EFAULT) => Ok(()),
        done => done.map(drop),
    }
}

/// Tries to get a segment of memory that everybody of this user can find.
pub fn shared_memory() -> io::Result<()> {
    // SAFETY: only numbers are handed over.
    let done = unsafe { libc::shmget(0x7061_6e74, 4096, libc::IPC_CREAT | 0o600) };
    let id = told(done.into())?;
    // SAFETY: this takes no address.
    unsafe { libc::shmctl(id as libc::c_int, libc::IPC_RMID, std::ptr::null_mut()) };
    Ok(())
}

/// Tries to have a queue of calls that no filter sees.
pub fn ring() -> io::Result<()> {
    let mut parameters = [0_u64; 64];
    // SAFETY: the kernel writes its parameters, which are shorter.
    opened(unsafe { libc::syscall(libc::SYS_io_uring_setup, 8, parameters.as_mut_ptr()) })
}

/// Tries to have a program of the kernel's, or rather a table for one.
pub fn kernel_program() -> io::Result<()> {
    // A table of one number.
    let mut attributes = [0_u32; 32];
    attributes[..4].copy_from_slice(&[2, 4, 4, 1]);
    // SAFETY: the kernel reads as much as is told.
    opened(unsafe { libc::syscall(libc::SYS_bpf, 0, attributes.as_ptr(), size_of_val(&attributes)) })
}

/// Tries to count what this process does in the processor.
pub fn count_events() -> io::Result<()> {
    let mut attributes = [0_u64; 16];
    // A counter of the kernel's own, and the size of this structure.
    attributes[0] = ((size_of_val(&attributes) as u64) << 32) | 1;
    // SAFETY: the kernel reads as much as the structure says.
    opened(unsafe { libc::syscall(libc::SYS_perf_event_open, attributes.as_ptr(), 0, -1, -1, 0) })
}

/// Tries to answer for missing pages of memory.
pub fn page_faults() -> io::Result<()> {
    // SAFETY: only a number is handed over.
    opened(unsafe { libc::syscall(libc::SYS_userfaultfd, 1) })
}

/// Tries to leave something in the user's key ring.
pub fn keep_key() -> io::Result<()> {
    let (kind, name, ring) = (c"user".as_ptr(), c"pantheon".as_ptr(), -4);
    // SAFETY: both texts end with a zero, and the kernel reads one byte.
    let key = told(unsafe { libc::syscall(libc::SYS_add_key, kind, name, b"x".as_ptr(), 1, ring) })?;
    // SAFETY: only numbers are handed over. It is taken back, for it would stay.
    unsafe { libc::syscall(libc::SYS_keyctl, 9, key, ring) };
    Ok(())
}

/// Tries to type into the terminal on standard input.
pub fn type_in() -> io::Result<()> {
    // SAFETY: the kernel reads one byte.
    let done = unsafe { libc::ioctl(0, libc::TIOCSTI as _, b" ".as_ptr()) };
    told(done.into()).map(drop)
}

/// Ends this process without anything else.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: it runs nothing of this program's.
    unsafe { libc::_exit(code) }
}

/// Closes what a call has opened.
fn opened(returned: libc::c_long) -> io::Result<()> {
    let number = told(returned)?;
    // SAFETY: the kernel has just given this descriptor, and nobody else knows it.
    unsafe { libc::close(number as libc::c_int) };
    Ok(())
}

/// Tries to cut a file by its path, without opening it.
pub fn truncate(path: &std::ffi::CStr, length: i64) -> io::Result<()> {
    // SAFETY: the path ends with a zero.
    let done = unsafe { libc::truncate(path.as_ptr(), length) };
    told(done.into()).map(drop)
}
