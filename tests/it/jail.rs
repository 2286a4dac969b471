//! Commands in jails: what they can do, what they cannot, and that nothing is left of them.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files beside the program"
)]

mod battery;
mod ends;
mod ordinary;

use crate::support::PANTHEON;
use pantheon::sandbox::Level;
use pantheon::sandbox::jail::{self, Ended, Finished, Flow, Jail, JailError, Jailed, Streams, Without};
use pantheon::sys::signal::Interrupt;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory in which a jail may write, beside one in which it may not.
struct Pen {
    world: TempDir,
}

impl Pen {
    fn new() -> Self {
        let world = tempfile::Builder::new()
            .prefix("pantheon-jail-")
            .tempdir()
            .unwrap();
        for dir in ["in", "out"] {
            std::fs::create_dir(world.path().join(dir)).unwrap();
        }
        std::fs::write(world.path().join("out/file"), "data\n").unwrap();
        Self { world }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.world.path().canonicalize().unwrap().join(path)
    }

    /// A jail with all layers that this machine has.
    fn jail(&self) -> Jail {
        let inside = self.path("in");
        let variable = |name: &str, value: &Path| (name.into(), value.into());
        Jail {
            writable: vec![inside.clone()],
            directory: inside.clone(),
            environment: vec![
                variable("PATH", Path::new("/usr/local/bin:/usr/bin:/bin")),
                variable("HOME", &inside),
                variable("TMPDIR", &inside),
            ],
            launcher: PANTHEON.into(),
            ..Jail::default()
        }
    }
}

/// A jail without namespaces.
fn based(jail: Jail) -> Jail {
    Jail {
        without: Without {
            namespaces: true,
            ..Without::default()
        },
        ..jail
    }
}

fn streams() -> Streams {
    Streams {
        stdin: Flow::Null,
        stdout: Flow::Pipe,
        stderr: Flow::Pipe,
    }
}

fn begin(jail: &Jail, words: &[&str]) -> Result<Jailed, JailError> {
    let args: Vec<OsString> = words[1..].iter().map(OsString::from).collect();
    jail::start(jail, words[0].as_ref(), &args, streams())
}

fn run(jail: &Jail, words: &[&str]) -> Finished {
    let mut jailed = begin(jail, words).unwrap_or_else(|e| panic!("{words:?}: {e}"));
    jailed.finish(&Interrupt::default()).unwrap()
}

fn shell(jail: &Jail, script: &str) -> Finished {
    run(jail, &["/bin/sh", "-c", script])
}

/// What it wrote, which must have been all that it did wrong.
#[track_caller]
fn out(finished: &Finished) -> String {
    let err = String::from_utf8_lossy(&finished.stderr);
    assert_eq!(finished.ended, Ended::Code(0), "{err}");
    String::from_utf8_lossy(&finished.stdout).into_owned()
}

/// Both levels, as far as this machine has them.
fn levels(pen: &Pen) -> Vec<(Level, Jail)> {
    let jail = pen.jail();
    let strict = begin(&jail, &["/bin/true"]).unwrap();
    assert_ne!(
        strict.level(),
        Level::None,
        "this kernel has no Landlock: nothing can be tried"
    );
    let mut levels = vec![(Level::Base, based(jail.clone()))];
    match strict.level() {
        Level::Strict => levels.push((Level::Strict, jail)),
        _ => eprintln!("no namespaces here: {:?}; tried at `base` alone", strict.layers()),
    }
    levels
}

#[test]
fn the_level_is_what_was_achieved_and_less_is_refused() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let mut jailed = begin(&jail, &["/bin/true"]).unwrap();
        assert_eq!(jailed.level(), level, "{:?}", jailed.layers());
        assert_eq!(jailed.wait(&Interrupt::default()).unwrap(), Ended::Code(0));
    }
    let weak = |without, least| {
        let jail = Jail {
            without,
            least,
            ..pen.jail()
        };
        begin(&jail, &["/bin/true"]).unwrap_err().to_string()
    };
    let without = Without {
        namespaces: true,
        ..Without::default()
    };
    assert_eq!(
        weak(without, Level::Strict),
        "the sandbox reaches level `base` here, and `strict` is asked for: namespaces: left out"
    );
    let without = Without {
        landlock: true,
        ..Without::default()
    };
    assert_eq!(
        weak(without, Level::Base),
        "the sandbox reaches level `none` here, and `base` is asked for: Landlock: left out"
    );
}

#[test]
fn a_program_that_cannot_be_run_is_named() {
    let pen = Pen::new();
    for (_, jail) in levels(&pen) {
        let error = begin(&jail, &["no-such-program"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`no-such-program` cannot be run in the sandbox: No such file or directory (os error 2)"
        );
        std::fs::copy("/bin/true", pen.path("out/tool")).unwrap();
        let tool = pen.path("out/tool");
        let error = begin(&jail, &[tool.to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.ends_with("Permission denied (os error 13)"), "{error}");
        let missing = Jail {
            writable: vec![pen.path("none")],
            ..jail
        };
        let error = begin(&missing, &["/bin/true"]).unwrap_err().to_string();
        assert!(error.ends_with("none` does not exist"), "{error}");
    }
}

#[test]
fn somebody_who_types_the_subcommand_is_told() {
    let repo = crate::support::Repo::new();
    let ran = repo.run(&["jail"]).exits(2);
    assert!(ran.stderr.contains("is started by this program alone"), "{ran}");
}
