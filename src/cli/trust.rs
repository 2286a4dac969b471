//! `pantheon trust`: lets count what a repository says about where keys go.

use super::{Context, Exit, Failure};
use crate::app::models::trust;
use crate::config::Settings;
use crate::report::visible;

/// Let count what this repository's configuration says about where keys go and which programs run
///
/// A repository can name the address that a provider is reached at, a program that prints its key, linters and tests
/// to run on changes, and for its creators what runs, which hosts that reaches and which variables it is given. None
/// of them counts before you have looked at it and run this; a change of it must be trusted again. Where nobody can
/// run this, as in CI, `PANTHEON_TRUST` names the digest that `--show` prints.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only show what there is to trust; exit code 1 if it is not trusted yet
    #[arg(long)]
    show: bool,
    /// No longer trust it
    #[arg(long, conflicts_with = "show")]
    forget: bool,
}

/// Runs `pantheon trust`.
///
/// # Errors
/// When the state directory cannot be written.
pub fn run(args: &Args, cx: &Context, settings: &Settings) -> Result<Exit, Failure> {
    let wanted = &settings.models.to_trust;
    if wanted.is_empty() {
        cx.out(
            "nothing to trust: this configuration sends no key to an address of its own, and runs nothing\n",
        );
        return Ok(0);
    }
    for line in wanted {
        cx.out(&format!("  {}\n", visible(line)));
    }
    if args.show {
        cx.out(&format!("digest: {}\n", trust::digest(settings)));
        let trusted = trust::is_trusted(settings);
        cx.out(if trusted { "trusted\n" } else { "not trusted yet\n" });
        return Ok(u8::from(!trusted));
    }
    if args.forget {
        trust::forget(settings)?;
        cx.out("no longer trusted\n");
    } else {
        trust::trust(settings)?;
        cx.out("trusted, until one of these lines changes\n");
    }
    Ok(0)
}
