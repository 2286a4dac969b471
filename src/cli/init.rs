//! `pantheon init`: sets a repository up with a policy file and the hooks.

use super::hooks::{InstallArgs, failure, installed};
use super::{Context, Exit, Failure};
use crate::app::install::{self, Init, InitHooks, POLICY_FILE};
use clap::Args;

/// Set a repository up: write `.pantheon.toml` and install the git hooks
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Write the policy file only
    #[arg(long, conflicts_with_all = ["on_missing", "force", "global"])]
    no_hooks: bool,
    #[command(flatten)]
    install: InstallArgs,
}

/// Runs the command.
///
/// # Errors
/// When there is no work tree, or something cannot be written.
pub fn run(args: &InitArgs, cx: &Context) -> Result<Exit, Failure> {
    let wish = (!args.no_hooks).then(|| args.install.wish());
    let done = install::init(&cx.dir, wish).map_err(|e| failure(&e))?;
    cx.out(&described(&done));
    Ok(0)
}

fn described(done: &Init) -> String {
    let mut text = match done.wrote_policy {
        true => format!("wrote `{POLICY_FILE}`\n"),
        false => format!("`{POLICY_FILE}` is there already: left as it is\n"),
    };
    match &done.hooks {
        InitHooks::LeftOut => {}
        InitHooks::Installed(plan) => text += &installed(&done.dir, plan),
        InitHooks::Managed(manager) => {
            text += &format!(
                "left the hooks to {}: `pantheon hooks install` shows what to add to `{}`\n",
                manager.name(),
                manager.place()
            );
        }
    }
    if done.wrote_policy {
        text += &format!("next: `git add {POLICY_FILE}` and commit it\n");
    }
    text
}
