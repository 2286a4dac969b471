//! seccomp: the system calls that the other layers do not see, and that no build, test or agent needs.
//!
//! What is denied is answered with `EPERM`, or as if the kernel did not know the call where a library then takes
//! another way. seccompiler ends a process that makes another architecture's calls, but on x86-64 it does not
//! see those of x32, which have a mark in their number: a filter of its own is for them.

use crate::sandbox::jail::Purpose;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch, sock_filter,
};
use seccompiler::{SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition as Condition};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls that are never made for a good reason there: those on other processes, on memory of the kernel's, on
/// mounts and namespaces, on what the whole machine shares.
const DENIED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    QUOTACTL_FD,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    FILE_SETATTR,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vhangup,
];

/// The same number on every architecture, as all calls since 5.0 have.
const QUOTACTL_FD: i64 = 443;
/// Sets a file's attributes, as the denied `ioctl` requests do.
const FILE_SETATTR: i64 = 469;

/// Calls that change what is known about a file, which Landlock does not look at.
const METADATA: &[i64] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    452, // fchmodat2
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    463, // setxattrat
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    466, // removexattrat
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
];

/// Requests to devices and files: to type into a terminal (two ways), and to set a file's flags (two ways).
const REQUESTS: [u64; 4] = [0x5412, 0x541c, 0x4008_6602, 0x401c_5820];

/// Kinds of namespaces that `clone` could make.
const NAMESPACES: [i32; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Families of sockets that can be made. Netlink is how a program learns which addresses it has.
const FAMILIES: [i32; 3] = [libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// A number that no family of sockets has reached.
const NO_FAMILY: u64 = 64;

/// Options of TCP: the one with which the first write connects, and the one that hands a connection to another
/// protocol.
const TCP_OPTIONS: [u64; 2] = [30, 31];

/// Lets this process and its children no longer make these calls.
pub fn deny(purpose: Purpose) -> Result<(), String> {
    for filter in filters(purpose).map_err(|e| e.to_string())? {
        seccompiler::apply_filter(&filter).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn filters(purpose: Purpose) -> Result<Vec<BpfProgram>, BackendError> {
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let always = |calls: &[i64]| calls.iter().map(|call| (*call, Vec::new())).collect();
    let mut all = vec![
        filter(rules()?, errno(libc::EPERM))?,
        // Its flags stand behind a pointer. The C library then takes `clone`, whose flags can be seen.
        filter(always(&[libc::SYS_clone3]), errno(libc::ENOSYS))?,
    ];
    if purpose == Purpose::Validator {
        // Told to have worked: programs that are refused to set the times of their own files wait or give up.
        all.push(filter(always(METADATA), errno(0))?);
    }
    if cfg!(target_arch = "x86_64") {
        all.push(no_x32());
    }
    Ok(all)
}

fn filter(rules: Rules, answer: SeccompAction) -> Result<BpfProgram, BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::Allow, answer, arch)?.try_into()
}

fn rules() -> Result<Rules, BackendError> {
    let mut rules: Rules = DENIED.iter().map(|call| (*call, Vec::new())).collect();
    let namespaces = NAMESPACES.iter().map(|kind| all(vec![has(0, *kind)?]));
    rules.insert(libc::SYS_clone, namespaces.collect::<Result<_, _>>()?);
    // The limits and the priority of others; to ask for limits is allowed.
    let sets = Condition::new(2, Length::Qword, Is::Ne, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![all(vec![is_not(0, 0)?, sets])?]);
    rules.insert(libc::SYS_setpriority, vec![all(vec![is_not(1, 0)?])?]);
    let requests = REQUESTS.iter().map(|request| all(vec![is(1, *request)?]));
    rules.insert(libc::SYS_ioctl, requests.collect::<Result<_, _>>()?);
    rules.insert(libc::SYS_socket, sockets()?);
    let unix = u64::from(libc::AF_UNIX.unsigned_abs());
    rules.insert(libc::SYS_socketpair, vec![all(vec![is_not(0, unix)?])?]);
    // Landlock does not see a connection that is made by the first write.
    for (call, flags) in [
        (libc::SYS_sendto, 3),
        (libc::SYS_sendmsg, 2),
        (libc::SYS_sendmmsg, 3),
    ] {
        rules.insert(call, vec![all(vec![has(flags, libc::MSG_FASTOPEN)?])?]);
    }
    let tcp = u64::from(libc::IPPROTO_TCP.unsigned_abs());
    let options = TCP_OPTIONS
        .iter()
        .map(|option| all(vec![is(1, tcp)?, is(2, *option)?]));
    rules.insert(libc::SYS_setsockopt, options.collect::<Result<_, _>>()?);
    Ok(rules)
}

/// What sockets are denied: all but streams by TCP, and netlink for routes.
fn sockets() -> Result<Vec<SeccompRule>, BackendError> {
    let families = FAMILIES.map(|family| u64::from(family.unsigned_abs()));
    let mut denied = Vec::new();
    for family in (0..NO_FAMILY).filter(|family| !families.contains(family)) {
        denied.push(all(vec![is(0, family)?])?);
    }
    denied.push(all(vec![Condition::new(0, Length::Dword, Is::Ge, NO_FAMILY)?])?);
    let [four, six, netlink] = families;
    denied.push(all(vec![is(0, netlink)?, is_not(2, 0)?])?);
    for family in [four, six] {
        // The kinds are numbers below 16, with flags above them.
        for kind in (0..16).filter(|kind| *kind != libc::SOCK_STREAM) {
            let kind = Condition::new(
                1,
                Length::Dword,
                Is::MaskedEq(0xf),
                u64::from(kind.unsigned_abs()),
            )?;
            denied.push(all(vec![is(0, family)?, kind])?);
        }
        // MPTCP, SCTP and SMC are streams too, which Landlock does not see.
        let tcp = u64::from(libc::IPPROTO_TCP.unsigned_abs());
        denied.push(all(vec![is(0, family)?, is_not(2, 0)?, is_not(2, tcp)?])?);
    }
    Ok(denied)
}

/// Answers as if there were no calls of x32: load the number, and compare it with the mark.
fn no_x32() -> BpfProgram {
    const MARK: u32 = 0x4000_0000;
    let answer = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        step(0x20, 0, 0, 0),
        step(0x35, 0, 1, MARK),
        step(0x06, 0, 0, answer),
        step(0x06, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}

fn all(conditions: Vec<Condition>) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions)
}

fn is(argument: u8, value: u64) -> Result<Condition, BackendError> {
    Condition::new(argument, Length::Dword, Is::Eq, value)
}

fn is_not(argument: u8, value: u64) -> Result<Condition, BackendError> {
    Condition::new(argument, Length::Dword, Is::Ne, value)
}

/// Whether a bit is set.
fn has(argument: u8, bit: i32) -> Result<Condition, BackendError> {
    let bit = u64::from(bit.unsigned_abs());
    Condition::new(argument, Length::Dword, Is::MaskedEq(bit), bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_and_pretence_is_for_validators_alone() {
        let count = |purpose| filters(purpose).unwrap().len();
        assert_eq!(count(Purpose::Validator), count(Purpose::Creator) + 1);
        for filter in filters(Purpose::Validator).unwrap() {
            assert!(!filter.is_empty() && filter.len() < 4096, "{}", filter.len());
        }
    }

    #[test]
    fn no_call_is_both_denied_and_pretended() {
        let rules = rules().unwrap();
        let both: Vec<&i64> = METADATA.iter().filter(|call| rules.contains_key(call)).collect();
        assert_eq!(both, Vec::<&i64>::new());
    }

    #[test]
    fn calls_that_every_program_makes_are_left_alone() {
        let rules = rules().unwrap();
        let every = [
            libc::SYS_openat,
            libc::SYS_execve,
            libc::SYS_connect,
            libc::SYS_mmap,
            libc::SYS_kill,
        ];
        assert_eq!(every.map(|call| rules.contains_key(&call)), [false; 5]);
        assert!(!rules[&libc::SYS_clone].is_empty() && !rules[&libc::SYS_socket].is_empty());
    }
}
