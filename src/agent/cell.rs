//! The jail of a session: what of this machine an agent gets.

use super::order::Order;
use crate::sandbox::{Level, jail};
use std::ffi::OsString;
use std::path::PathBuf;

/// What a session is locked into.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What it may read beside the system's own: objects of git, the agent's program.
    pub readable: Vec<PathBuf>,
    /// What looks empty to it: the user's home, the user's working tree.
    pub hidden: Vec<PathBuf>,
    /// How much it may take.
    pub limits: jail::Limits,
    /// The level below which nothing is run.
    pub least: Level,
    /// The port of the gateway; `None`: nothing can be reached.
    pub gateway: Option<u16>,
    /// Variables that it gets beside the usual ones.
    pub environment: Vec<(OsString, OsString)>,
}

/// Where programs are looked for inside.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Cell {
    /// Returns the jail for an order: its tree, its home and its temporary directory are all that it can write.
    #[must_use]
    pub fn jail(&self, order: &Order, reads: &[PathBuf]) -> jail::Jail {
        let mut readable = self.readable.clone();
        readable.extend_from_slice(reads);
        jail::Jail {
            writable: vec![order.tree.clone(), order.home.clone(), order.tmp.clone()],
            readable,
            hidden: self.hidden.clone(),
            tmp: Some(order.tmp.clone()),
            directory: order.tree.clone(),
            environment: self.environment_of(order),
            gateway: self.gateway,
            limits: jail::Limits {
                time: order.limits.time.min(self.limits.time),
                ..self.limits
            },
            purpose: jail::Purpose::Creator,
            least: self.least,
            ..jail::Jail::default()
        }
    }

    fn environment_of(&self, order: &Order) -> Vec<(OsString, OsString)> {
        let fixed = [
            ("HOME", order.home.as_os_str()),
            ("TMPDIR", order.tmp.as_os_str()),
            ("LANG", "C.UTF-8".as_ref()),
            ("TERM", "dumb".as_ref()),
            (jail::RUN, order.run.as_ref()),
            ("GIT_TERMINAL_PROMPT", "0".as_ref()),
        ];
        let mut all: Vec<(OsString, OsString)> = Vec::new();
        if !self.environment.iter().any(|(name, _)| name == "PATH") {
            all.push(("PATH".into(), PATH.into()));
        }
        all.extend(self.environment.iter().cloned());
        // The last word on what makes the cell is ours.
        all.retain(|(name, _)| fixed.iter().all(|(own, _)| name != own));
        all.extend(fixed.map(|(name, value)| (name.into(), value.to_owned())));
        all
    }
}
