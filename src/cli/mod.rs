//! The command line: one file per subcommand, one row each in [`Command`].

mod debug;
mod failure;
mod hooks;
mod init;

pub use failure::{Exit, Failure};

use crate::sys::terminal::{self, Color, Stream};
use std::path::PathBuf;

/// What every subcommand knows.
pub struct Context {
    /// The directory the user stands in.
    pub dir: PathBuf,
    /// Whether colours are wanted.
    pub color: Color,
}

impl Context {
    /// Writes to standard output.
    pub fn out(&self, text: &str) {
        // Nothing can be said when the stream for saying it is gone.
        drop(terminal::write(Stream::Out, text.as_bytes()));
    }

    /// Writes to standard error.
    pub fn err(&self, text: &str) {
        drop(terminal::write(Stream::Err, text.as_bytes()));
    }
}

/// Stands in until the command line is written.
pub fn main() -> u8 {
    #[derive(clap::Parser)]
    struct Cli {
        #[command(subcommand)]
        command: Command,
    }
    #[derive(clap::Subcommand)]
    enum Command {
        Init(init::InitArgs),
        Hooks(hooks::HooksArgs),
        Hook {
            stage: String,
            #[arg(long)]
            shim: Option<PathBuf>,
            #[arg(last = true)]
            args: Vec<std::ffi::OsString>,
        },
    }
    let cx = Context {
        dir: std::env::current_dir().unwrap_or_default(),
        color: Color::Auto,
    };
    let done = match <Cli as clap::Parser>::parse().command {
        Command::Init(args) => init::run(&args, &cx),
        Command::Hooks(args) => hooks::run(&args, &cx),
        Command::Hook { stage, shim, args } => {
            let input = (stage == "pre-push")
                .then(|| crate::sys::file::read_from(std::io::stdin(), 1 << 20).unwrap_or_default());
            let chained = match shim {
                Some(shim) => crate::git::hooks::run_chained(&shim, &args, input.as_deref()),
                None => Ok(None),
            };
            match chained {
                Err(e) => Err(Failure::internal(e.to_string())),
                Ok(code) => Ok(u8::try_from(code.unwrap_or(0)).unwrap_or(1)),
            }
        }
    };
    done.unwrap_or_else(|f| {
        cx.err(&format!("error: {}\n", f.message));
        if let Some(h) = &f.hint {
            cx.err(&format!("hint: {h}\n"));
        }
        f.code
    })
}
