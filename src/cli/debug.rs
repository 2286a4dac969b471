//! `pantheon debug`: what the program sees, for tests and reports of defects.

mod store;

use super::{Context, Exit, Failure};
use crate::app::debug;
use bstr::ByteSlice;

/// Show what the program sees of a repository.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print each change as a line of JSON, with hunks counted as in a diff without context.
    Changes {
        /// The commits.
        commits: Vec<String>,
        /// Read the commits from standard input, one a line.
        #[arg(long)]
        stdin: bool,
        /// Print the index against `HEAD` instead.
        #[arg(long)]
        staged: bool,
        /// Look for copies too.
        #[arg(long)]
        copies: bool,
    },
    #[command(subcommand)]
    /// Use the local state as a call to a model does.
    Store(store::What),
}

/// Runs the command.
///
/// # Errors
/// When a commit cannot be read.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    match &args.what {
        What::Store(what) => store::run(what, cx),
        What::Changes {
            staged: true, copies, ..
        } => {
            cx.out(&debug::staged(&cx.dir, *copies)?);
            Ok(0)
        }
        What::Changes {
            commits,
            stdin,
            copies,
            ..
        } => changes(commits, *stdin, *copies, cx),
    }
}

fn changes(commits: &[String], stdin: bool, copies: bool, cx: &Context) -> Result<Exit, Failure> {
    let mut names = commits.to_vec();
    if stdin {
        let text = crate::sys::file::read_from(std::io::stdin(), 64 << 20);
        let text = text.map_err(|e| Failure::usage(format!("standard input cannot be read: {e}")))?;
        names.extend(text.lines().map(|l| l.to_str_lossy().into_owned()));
    }
    debug::commits(&cx.dir, &names, copies, &mut |line| cx.out(line))?;
    Ok(0)
}
