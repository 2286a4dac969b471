//! What this machine has, without taking anything away.

use super::files;
use crate::sandbox::Probe;
use crate::sandbox::level::WHOLE_LANDLOCK;

/// Settings that keep user namespaces from ordinary users, with the value that does.
const AGAINST_NAMESPACES: [(&str, &str); 3] = [
    ("/proc/sys/user/max_user_namespaces", "0"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
];

/// Looks at what there is.
#[must_use]
pub fn probe() -> Probe {
    let landlock = files::version();
    let seccomp = read("/proc/self/status").contains("\nSeccomp:");
    let against = AGAINST_NAMESPACES
        .iter()
        .find(|(path, value)| read(path).trim() == *value);
    let exists = std::path::Path::new("/proc/self/ns/user").exists();
    let mut hints = Vec::new();
    if landlock == 0 {
        hints.push(
            "Landlock is off or missing: boot a kernel of 5.13 or later with `lsm=landlock,...`".to_owned(),
        );
    } else if landlock < WHOLE_LANDLOCK {
        hints.push("Landlock is incomplete: Linux 6.12 denies signals and abstract sockets too".to_owned());
    }
    if !seccomp {
        hints.push("seccomp is missing: use a kernel with `CONFIG_SECCOMP_FILTER`".to_owned());
    }
    if let Some((path, value)) = against {
        hints.push(format!(
            "user namespaces are kept from users: `{path}` is {value}"
        ));
    }
    Probe {
        kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
        landlock,
        seccomp,
        namespaces: exists && against.is_none(),
        hints,
    }
}

/// Returns the text of a small file of the kernel; empty if there is none.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
