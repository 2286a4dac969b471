//! Landlock for a command: which files it reaches, and which port.

use super::wire::Spec;
use crate::sandbox::level::TCP_LANDLOCK;
use crate::sandbox::linux::files;
use landlock::{ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, RestrictionStatus, RulesetCreated};
use landlock::{RulesetCreatedAttr, RulesetError, RulesetStatus, path_beneath_rules};
use std::ffi::OsStr;

/// What of the system can be read and run.
const ROOTS: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/bin",
    "/sbin",
    "/etc",
    "/nix/store",
    "/proc",
    "/sys/fs/cgroup",
    "/sys/devices/system",
];

/// Devices that hold nothing. Others do: disks, and the terminals in which people type.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"];

/// Devices that only give.
const SOURCES: [&str; 2] = ["/dev/urandom", "/dev/random"];

/// Denies all files and ports but those of the specification, and returns the version that does.
pub fn restrict(spec: &Spec) -> Result<u8, String> {
    let is_own = spec.servers && spec.namespaces;
    let (rules, abi, number) = files::newest_with(!is_own).ok_or("this kernel has none, or it is off")?;
    if number < TCP_LANDLOCK {
        return Err(format!("version {number} does not deny TCP; Linux 6.7 does"));
    }
    let status = allow(rules, abi, spec)
        .and_then(restricted)
        .map_err(|e| e.to_string())?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(number),
        _ => Err("it is enforced in part alone".to_owned()),
    }
}

fn restricted(rules: RulesetCreated) -> Result<RestrictionStatus, RulesetError> {
    rules.restrict_self()
}

fn allow(rules: RulesetCreated, abi: ABI, spec: &Spec) -> Result<RulesetCreated, RulesetError> {
    let read = AccessFs::from_read(abi);
    // Where it stands in for another directory it has that one's name.
    let stands_in = OsStr::new("/tmp");
    let tmp = spec
        .tmp
        .iter()
        .map(|tmp| if spec.namespaces { stands_in } else { tmp });
    let device = AccessFs::ReadFile | AccessFs::IoctlDev;
    let mut rules = rules
        .add_rules(path_beneath_rules(ROOTS, read))?
        // Their names, but not what they hold.
        .add_rules(path_beneath_rules(["/dev"], AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(DEVICES, handled(device | AccessFs::WriteFile | AccessFs::Truncate, abi)))?
        .add_rules(path_beneath_rules(SOURCES, handled(device, abi)))?
        .add_rules(path_beneath_rules(&spec.readable, read))?
        .add_rules(path_beneath_rules(&spec.writable, whole(abi)))?
        .add_rules(path_beneath_rules(tmp, whole(abi)))?;
    if let Some(port) = spec.gateway
        && !(spec.servers && spec.namespaces)
    {
        rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
    }
    Ok(rules)
}

/// Everything but to make devices.
fn whole(abi: ABI) -> BitFlags<AccessFs> {
    AccessFs::from_all(abi) & !(AccessFs::MakeChar | AccessFs::MakeBlock)
}

/// Those of the rights that this version knows.
fn handled(rights: BitFlags<AccessFs>, abi: ABI) -> BitFlags<AccessFs> {
    rights & AccessFs::from_all(abi)
}
