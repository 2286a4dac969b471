//! The repository of the agent: it can look at the history, commit and stash, and whatever it does there, or to it,
//! counts for nothing.

use super::own::{self, Whose};
use super::{Base, Scratch, ScratchError, alternates, base};
use crate::sys::dirs;

/// The name of our index, and of the agent's.
pub(super) const INDEX: &str = "index";

/// Writes the agent's repository into its tree, where the files are already.
pub(super) fn write(scratch: &Scratch, base: &Base, index: &[u8]) -> Result<(), ScratchError> {
    let (ours, dir) = (scratch.git_dir(), scratch.tree().join(".git"));
    dirs::private_dir(&dir).map_err(super::at(&dir))?;
    own::init(&dir, Whose::Agents, base.tree.kind())?;
    alternates::write(&dir.join("objects"), &scratch.readable()?)?;
    own::write(
        &dir.join("refs/heads/scratch"),
        format!("{}\n", base.head).as_bytes(),
    )?;
    // It knows the times of the files, so that nothing seems to have changed.
    own::write(&dir.join(INDEX), index)?;
    base::copy(&ours.join("shallow"), &dir.join("shallow"))?;
    base::copy(&ours.join("info/exclude"), &dir.join("info/exclude"))
}
