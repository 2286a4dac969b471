//! `pantheon gc`: takes away what runs of agents left behind.

use super::{Context, Exit, Failure};
use crate::app::runs::{self, Swept, What};
use crate::app::{self, settings};
use crate::report::visible;
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use std::time::Duration;

/// How long a sweep may take.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Take away what runs of agents left behind; work that nobody has seen yet is kept
///
/// This happens by itself whenever a run begins. A run whose process is gone is harvested first, and what it left
/// running is ended. In a repository `[scratch] keep` and `[scratch] quota` say which finished runs stay.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Runs `pantheon gc`.
///
/// # Errors
/// When nothing says where the runs are, or the policy cannot be used.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let within = Deadline::after(LIMIT).or_interrupted(&Interrupt::listen());
    let own = match runs::own(&cx.dir, || settings::current(&cx.dir, None, &cx.set)) {
        Err(app::Error::Git(app::GitError::NotFound { .. })) => None,
        own => Some(own?),
    };
    let swept = runs::sweep(own.as_ref(), args.dry_run, &within)?;
    cx.out(&text(&swept, args.dry_run));
    match within.is_over() {
        true => Err(app::Error::Interrupted.into()),
        false => Ok(0),
    }
}

fn text(swept: &Swept, dry: bool) -> String {
    let (removed, kept) = match dry {
        true => ("would be removed", "stays"),
        false => ("removed", "stays"),
    };
    let mut out = String::new();
    for done in &swept.done {
        let run = visible(&done.run);
        out += &match &done.what {
            What::Harvested(files) => {
                format!("run {run}: harvested, {files} changed files; its process was gone\n")
            }
            What::Removed(why) => format!("run {run}: {removed}: {}\n", visible(why)),
            What::Kept(why) => format!("run {run}: {kept}: {}\n", visible(why)),
        };
    }
    if swept.ended > 0 {
        out += &format!("{} processes ended that were left behind\n", swept.ended);
    }
    if swept.done.is_empty() {
        out += "nothing to take away\n";
    }
    if swept.busy + swept.waiting > 0 {
        out += &format!("{} runs at work, {} waiting for you\n", swept.busy, swept.waiting);
    }
    out
}
