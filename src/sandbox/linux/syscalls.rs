//! seccomp: the few system calls that a worker needs, on its own descriptors alone.
//!
//! What is not on the list is answered with `EPERM` rather than with death: it has no effect either way, and
//! a library that tries something and goes on when it may not must not end an honest worker.
//!
//! The x32 variants of calls have numbers of their own, which are not on the list; other architectures' calls
//! end the process. A call whose flags stand behind a pointer (`clone3`, `openat2`) is not on it either.

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch};
use seccompiler::{SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls on a descriptor, which stands in the first argument.
const ON_DESCRIPTORS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_shutdown,
    libc::SYS_getsockopt,
];

/// Calls that reach nothing outside of the process.
const INSIDE: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    // The C library takes these for calls that cannot fail.
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

/// Lets this thread make the listed calls, on these descriptors, and no others.
pub fn allow_few(descriptors: &[i32]) -> Result<(), String> {
    let filter = filter(descriptors).map_err(|e| e.to_string())?;
    seccompiler::apply_filter(&filter).map_err(|e| e.to_string())
}

fn filter(descriptors: &[i32]) -> Result<BpfProgram, seccompiler::BackendError> {
    let eperm = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules(descriptors)?, eperm, SeccompAction::Allow, arch)?.try_into()
}

fn rules(descriptors: &[i32]) -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = INSIDE.iter().map(|call| (*call, Vec::new())).collect();
    for call in ON_DESCRIPTORS {
        let each = descriptors.iter().map(|fd| all(vec![is(0, *fd)?]));
        rules.insert(*call, each.collect::<Result<_, _>>()?);
    }
    // To nobody but who is connected, and never so that the first bytes connect.
    let sends = descriptors.iter().map(|fd| {
        let no_address = SeccompCondition::new(4, Length::Qword, Is::Eq, 0)?;
        all(vec![is(0, *fd)?, no_address, without(3, libc::MSG_FASTOPEN)?])
    });
    rules.insert(libc::SYS_sendto, sends.collect::<Result<_, _>>()?);
    // Memory of no file, and never to be run.
    let anonymous = SeccompCondition::new(4, Length::Dword, Is::Eq, u64::from(u32::MAX))?;
    let mapped = vec![without(2, libc::PROT_EXEC)?, anonymous];
    rules.insert(libc::SYS_mmap, vec![all(mapped)?]);
    let protected = vec![without(2, libc::PROT_EXEC)?];
    rules.insert(libc::SYS_mprotect, vec![all(protected)?]);
    // What the standard library asks about a descriptor in builds with checks.
    let flags = [libc::F_GETFD, libc::F_GETFL].map(|what| all(vec![is(1, what)?]));
    rules.insert(libc::SYS_fcntl, flags.into_iter().collect::<Result<_, _>>()?);
    Ok(rules)
}

fn all(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions)
}

fn is(argument: u8, value: i32) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, Length::Dword, Is::Eq, u64::from(value.unsigned_abs()))
}

/// Whether none of these bits is set.
fn without(argument: u8, bits: i32) -> Result<SeccompCondition, seccompiler::BackendError> {
    let masked = Is::MaskedEq(u64::from(bits.unsigned_abs()));
    SeccompCondition::new(argument, Length::Dword, masked, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls that reach out of the process.
    const OUT: &[i64] = &[
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept4,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_recvmsg,
        libc::SYS_setsockopt,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_kill,
        libc::SYS_tgkill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_ioctl,
        libc::SYS_dup,
        libc::SYS_dup3,
        libc::SYS_fchmod,
        libc::SYS_fchown,
        libc::SYS_ftruncate,
        libc::SYS_utimensat,
        libc::SYS_fsetxattr,
        libc::SYS_memfd_create,
        libc::SYS_mount,
        libc::SYS_open_tree,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        libc::SYS_open_by_handle_at,
        libc::SYS_name_to_handle_at,
        libc::SYS_shmget,
        libc::SYS_mq_open,
        libc::SYS_prctl,
        libc::SYS_prlimit64,
        libc::SYS_seccomp,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_open,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_creat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chmod,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_modify_ldt,
    ];

    #[test]
    fn nothing_that_reaches_out_is_on_the_list() {
        let rules = rules(&[3, 4]).unwrap();
        let listed: Vec<&i64> = OUT.iter().filter(|call| rules.contains_key(call)).collect();
        assert_eq!(listed, Vec::<&i64>::new());
        let x32 = rules.keys().filter(|call| **call >= 0x4000_0000);
        assert_eq!(x32.count(), 0);
    }

    #[test]
    fn each_descriptor_has_its_rule_and_the_filter_compiles() {
        let rules = rules(&[3, 4]).unwrap();
        for call in ON_DESCRIPTORS.iter().chain([&libc::SYS_sendto]) {
            assert_eq!(rules[call].len(), 2, "{call}");
        }
        assert!(!filter(&[3, 4]).unwrap().is_empty());
    }
}
