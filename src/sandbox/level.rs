//! How much was achieved, and what there is to achieve it with.

use serde::{Deserialize, Serialize};

/// How well a process is locked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not at all, or not by enough.
    #[default]
    None,
    /// By every means that matters, one of them incomplete: an older kernel, or another system's profile.
    Base,
    /// By two complete means that do not depend on one another.
    Strict,
}

impl Level {
    /// Returns the stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Base => "base",
            Self::Strict => "strict",
        }
    }
}

/// What holds a process.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layers {
    /// The version of Landlock that is in force; 0: none.
    pub landlock: u8,
    /// Whether a list of allowed system calls is in force.
    pub seccomp: bool,
    /// Whether the system's own profile is in force (macOS).
    pub profile: bool,
    /// Whether it has a user, a tree of mounts, processes and a network of its own; the worker needs none.
    #[serde(default)]
    pub namespaces: bool,
    /// What could not be done, one line each.
    pub missing: Vec<String>,
}

/// The version of Landlock that denies files, TCP, signals and abstract sockets.
pub const WHOLE_LANDLOCK: u8 = 6;

/// The version of Landlock that denies files and TCP.
pub const TCP_LANDLOCK: u8 = 4;

impl Layers {
    /// Returns the level that they amount to.
    #[must_use]
    pub fn level(&self) -> Level {
        match (self.seccomp, self.landlock) {
            (true, WHOLE_LANDLOCK..) => Level::Strict,
            (true, 1..) => Level::Base,
            _ if self.profile => Level::Base,
            _ => Level::None,
        }
    }

    /// Returns the level that they amount to for a command in a jail, which is kept from other processes and
    /// from the network by namespaces, or not at all.
    #[must_use]
    pub fn jail_level(&self) -> Level {
        match (self.seccomp, self.landlock) {
            (true, TCP_LANDLOCK..) if self.namespaces => Level::Strict,
            (true, TCP_LANDLOCK..) => Level::Base,
            _ if self.profile => Level::Base,
            _ => Level::None,
        }
    }
}

/// What this machine has for locking in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// The kernel, by its own word.
    pub kernel: String,
    /// The version of Landlock that it has, as far as it is known here; 0: none.
    pub landlock: u8,
    /// Whether it has filters for system calls.
    pub seccomp: bool,
    /// Whether it lets an ordinary user make user namespaces, as far as its settings tell.
    pub namespaces: bool,
    /// What is missing and what to do, one line each.
    pub hints: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_layer_alone_is_no_level() {
        let level = |seccomp, landlock| {
            let layers = Layers {
                seccomp,
                landlock,
                ..Layers::default()
            };
            layers.level().name()
        };
        assert_eq!((level(true, 6), level(true, 7)), ("strict", "strict"));
        assert_eq!((level(true, 5), level(true, 1)), ("base", "base"));
        assert_eq!((level(true, 0), level(false, 7)), ("none", "none"));
    }

    #[test]
    fn a_jail_is_strict_with_namespaces_and_nothing_without_the_other_two() {
        let level = |namespaces, seccomp, landlock| {
            let layers = Layers {
                landlock,
                seccomp,
                namespaces,
                ..Layers::default()
            };
            layers.jail_level().name()
        };
        assert_eq!((level(true, true, 4), level(false, true, 6)), ("strict", "base"));
        assert_eq!((level(true, true, 3), level(true, false, 7)), ("none", "none"));
    }
}
