//! A review in the background after a commit, so that a push finds its answers.
//!
//! What it leaves behind are kept answers, and nothing else: the push judges for itself, with the same
//! questions, and asks only for what is missing.

use super::review::{Request, What};
use super::{Error, review, state};
use crate::git::Repository;
use crate::model::{Oid, Stage};
use crate::sys::clock::Deadline;
use crate::sys::{dirs, env, process};
use std::path::Path;
use std::time::Duration;

/// The flag of `review` that this is.
pub const FLAG: &str = "--in-background";
/// How long a commit may take from its first hook to its end: somebody writes a message in between.
const COMMIT: Duration = Duration::from_secs(600);
/// How often it is looked whether it is there.
const LOOK: Duration = Duration::from_millis(250);
/// How often one process starts over because there is another commit.
const AGAIN: usize = 20;

/// Starts a review of the branch that waits for the commit of this tree. Whoever commits waits for nothing.
pub fn start(dir: &Path, tree: Oid) {
    let Some(program) = env::program() else {
        return;
    };
    let args = [
        "review",
        "--stage",
        "pre-push",
        "--quiet",
        FLAG,
        &tree.to_string(),
    ]
    .map(String::from);
    // That it did not start costs time at the push, and nothing else.
    drop(process::detach(program.as_os_str(), &args, dir));
}

/// Reviews the branch once its head has a tree, and again while there are new commits meanwhile. One process
/// does that for a repository; others leave it to that one.
///
/// # Errors
/// When the branch cannot be reviewed.
pub fn run(dir: &Path, tree: &str, set: &[String]) -> Result<(), Error> {
    let repo = Repository::open(dir)?;
    let name = format!(
        "background-{:016x}",
        digest(&repo.common_dir().display().to_string())
    );
    let dir_of_state = state::dir()?;
    dirs::private_dir(&dir_of_state).map_err(|e| Error::Write(dir_of_state.clone(), e))?;
    let Ok(_held) = dirs::lock(&dir_of_state.join(name), &Deadline::after(Duration::ZERO)) else {
        return Ok(());
    };
    let wait = Deadline::after(COMMIT);
    while head(dir)?.as_deref() != Some(tree) {
        if wait.is_over() {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
    let request = Request {
        what: What::Branch,
        stage: Stage::PrePush,
        policy: None,
        set: set.to_vec(),
    };
    for _ in 0..AGAIN {
        let before = head(dir)?;
        review::run(dir, &request)?;
        if head(dir)? == before {
            break;
        }
    }
    Ok(())
}

fn head(dir: &Path) -> Result<Option<String>, Error> {
    let tree = Repository::open(dir)?.head_tree()?;
    Ok(tree.map(|tree| tree.to_string()))
}

fn digest(text: &str) -> u64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(text);
    digest.first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}
