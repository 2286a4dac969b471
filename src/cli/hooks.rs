//! `pantheon hooks`: installs the git hooks, takes them away, says whether they run.

use super::{Context, Exit, Failure};
use crate::app::install::{
    self, Error, HookDir, HooksError, Manager, OnMissing, Plan, State, Status, Step, Undone, Wish,
};
use clap::{Args, Subcommand, ValueEnum};
use std::path::Path;

/// Install the git hooks, take them away, or say whether they run
#[derive(Debug, Args)]
pub struct HooksArgs {
    #[command(subcommand)]
    command: HooksCommand,
}

#[derive(Debug, Subcommand)]
enum HooksCommand {
    /// Install the hooks; a hook that is there already is kept and runs too
    Install(InstallArgs),
    /// Take the hooks away and put back what was there before
    Uninstall(UninstallArgs),
    /// Say for each hook whether it runs; exit code 1 if one does not
    Status(StatusArgs),
}

#[derive(Debug, Args)]
pub(super) struct InstallArgs {
    /// What a hook does when the program is not found [default: block]
    #[arg(long, value_enum, value_name = "WHAT")]
    on_missing: Option<Missing>,
    /// Install over an edited hook, and beside a tool that manages the hooks
    #[arg(long)]
    force: bool,
    /// Install into the directory that a global `core.hooksPath` names, for every repository
    #[arg(long)]
    global: bool,
}

#[derive(Debug, Args)]
struct UninstallArgs {
    /// Take a hook away although it was edited since
    #[arg(long)]
    force: bool,
    /// Take them out of the directory that a global `core.hooksPath` names, for every repository
    #[arg(long)]
    global: bool,
}

#[derive(Debug, Args)]
struct StatusArgs {
    /// Say nothing, only set the exit code
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Missing {
    Block,
    Warn,
}

impl InstallArgs {
    /// What the options ask for.
    pub(super) fn wish(&self) -> Wish {
        Wish {
            on_missing: self.on_missing.map(|m| match m {
                Missing::Block => OnMissing::Block,
                Missing::Warn => OnMissing::Warn,
            }),
            force: self.force,
            every_repository: self.global,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// When the hooks cannot be found, written or taken away.
pub fn run(args: &HooksArgs, cx: &Context) -> Result<Exit, Failure> {
    match &args.command {
        HooksCommand::Install(args) => install(args, cx),
        HooksCommand::Uninstall(args) => uninstall(args, cx),
        HooksCommand::Status(args) => status(args, cx),
    }
}

fn install(args: &InstallArgs, cx: &Context) -> Result<Exit, Failure> {
    let (dir, plan) = match install::install(&cx.dir, args.wish()) {
        Ok(done) => done,
        Err(Error::Hooks(HooksError::Managed(manager))) => return Err(managed(manager, cx)),
        Err(e) => return Err(failure(&e)),
    };
    cx.out(&installed(&dir, &plan));
    if dir.bare {
        cx.out("note: in a bare repository itself git runs only `pre-push`; its linked work trees run all three\n");
    }
    Ok(0)
}

/// Shows what to add where, and says no.
fn managed(manager: Manager, cx: &Context) -> Failure {
    cx.out(manager.lines());
    Failure::usage(format!(
        "the hooks of this repository are managed by {}",
        manager.name()
    ))
    .hint(format!(
        "add the lines above to `{}`, or install beside it with `--force`",
        manager.place()
    ))
}

/// Says in one or more lines what an installation did.
pub(super) fn installed(dir: &HookDir, plan: &Plan) -> String {
    let place = shown(&plan.dir, &dir.root);
    let mut text = match names(plan, |s| s != Step::Keep) {
        none if none.is_empty() => return format!("the hooks in `{place}` are in place: nothing to do\n"),
        names => format!("installed in `{place}`: {names}\n"),
    };
    let kept = names(plan, |s| s == Step::Chain);
    if !kept.is_empty() {
        text += &format!("kept beside them as `<name>.before-pantheon`, and still run: {kept}\n");
    }
    if dir.shared {
        text += &format!("commit `{place}` so that everyone gets them\n");
    }
    text
}

fn names(plan: &Plan, wanted: impl Fn(Step) -> bool) -> String {
    let hooks = plan.hooks.iter().filter(|h| wanted(h.step));
    hooks.map(|h| h.stage.name()).collect::<Vec<_>>().join(", ")
}

fn uninstall(args: &UninstallArgs, cx: &Context) -> Result<Exit, Failure> {
    let wish = Wish {
        on_missing: None,
        force: args.force,
        every_repository: args.global,
    };
    let (dir, undone) = install::uninstall(&cx.dir, wish).map_err(|e| failure(&e))?;
    for hook in &undone {
        let (what, path) = match hook {
            Undone::Removed(path) => ("removed", path),
            Undone::Restored(path) => ("put back what was there before:", path),
            Undone::NotOurs(path) => ("left alone, not installed by pantheon:", path),
        };
        cx.out(&format!("{what} `{}`\n", shown(path, &dir.root)));
    }
    if undone.iter().all(|h| matches!(h, Undone::NotOurs(_))) {
        cx.out("no hook of pantheon is installed here: nothing to do\n");
    }
    Ok(0)
}

fn status(args: &StatusArgs, cx: &Context) -> Result<Exit, Failure> {
    let (dir, status) = install::status(&cx.dir).map_err(|e| failure(&e))?;
    if !args.check {
        cx.out(&described(&dir, &status));
    }
    Ok(u8::from(!status.all_active()))
}

fn described(dir: &HookDir, status: &Status) -> String {
    let mut text = format!("git looks for hooks in `{}`\n", shown(&dir.path, &dir.root));
    for hook in &status.hooks {
        let more = match &hook.chained {
            Some(path) => format!(", runs `{}` too", shown(path, &dir.root)),
            None => String::new(),
        };
        text += &format!("{:10}  {}{more}\n", hook.stage.name(), state(hook.state));
    }
    match &status.program {
        Some(program) => text += &format!("program     `{}`\n", shown(program, &dir.root)),
        None => {
            text += "program     not found: put `pantheon` on `PATH`, or run `pantheon hooks install` again\n"
        }
    }
    if let Some(next) = next(dir, status) {
        text += &format!("hint: {next}\n");
    }
    text
}

fn state(state: State) -> String {
    match state {
        State::Installed => format!("installed (v{})", install::VERSION),
        State::Outdated(version) => format!("outdated (v{version})"),
        State::Edited => "edited since it was installed".to_owned(),
        State::NotExecutable => "not executable: git does not run it".to_owned(),
        State::Shadowed => "shadowed: `core.hooksPath` leads git elsewhere".to_owned(),
        State::Managed(manager) => format!("installed, run by {}", manager.name()),
        State::Foreign => "foreign: a hook that pantheon did not install".to_owned(),
        State::Missing => "missing".to_owned(),
    }
}

fn next(dir: &HookDir, status: &Status) -> Option<String> {
    let found = |wanted: State| status.hooks.iter().any(|h| h.state == wanted);
    if found(State::Edited) {
        return Some("`pantheon hooks install --force` writes an edited hook anew".to_owned());
    }
    if status
        .hooks
        .iter()
        .all(|h| h.state == State::Installed || matches!(h.state, State::Managed(_)))
    {
        return None;
    }
    Some(match dir.manager {
        Some(manager) => format!(
            "`pantheon hooks install` shows what to add to `{}`",
            manager.place()
        ),
        None => "`pantheon hooks install` puts them in place".to_owned(),
    })
}

/// Attaches to an error what to do next.
pub(super) fn failure(error: &Error) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        Error::Hooks(e) => match hint(e) {
            Some(hint) => failure.hint(hint),
            None => failure,
        },
        Error::Bare(_) => {
            failure.hint("run it in a clone; `pantheon hooks install` serves linked work trees")
        }
        Error::Policy(..) => failure.hint("check the permissions of the directory"),
    }
}

fn hint(error: &HooksError) -> Option<&'static str> {
    use HooksError as E;
    Some(match error {
        E::Git(_) | E::Run(..) => return None,
        E::NoRepository(_) => "`git init` makes one",
        E::InsideGitDir(_) => "go to the work tree",
        E::NotADirectory(_) => "`git config --show-origin core.hooksPath` says who set it",
        E::EveryRepository(..) => {
            "give this repository its own with `git config core.hooksPath .git/hooks`, or mean all of them with `--global`"
        }
        E::Managed(_) => "`pantheon hooks install` shows what to add to its configuration",
        E::HookIsDirectory(_) => "move it away",
        E::Edited(_) => "`--force` goes on all the same; the edits are lost",
        E::AsideTaken(_) => "move one of the two away; the hook beside it runs now, this one does not",
        E::Read(..) | E::Write(..) => "check the permissions of the file and its directory",
    })
}

/// A path as the user knows it: from the root where it lies below.
fn shown(path: &Path, root: &Path) -> String {
    install::shown(path.strip_prefix(root).unwrap_or(path))
}
