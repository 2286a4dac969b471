//! A hermetic place for tests with real git.
//!
//! Every [`Repo`] lives in a temporary directory with its own home, a fixed clock and a fixed author;
//! nothing of the machine's configuration or of the caller's `GIT_*` variables reaches it. The built
//! `pantheon` is first on `PATH`, so that hooks find it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files on its own"
)]

mod ran;

pub use ran::Ran;

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The built program.
pub const PANTHEON: &str = env!("CARGO_BIN_EXE_pantheon");

/// The moment at which every commit is made: 2026-01-01T00:00:00Z.
pub const NOW: &str = "1767225600";

/// What a program needs of the machine to start at all.
const KEPT: [&str; 6] = [
    "LLVM_PROFILE_FILE",
    "LD_LIBRARY_PATH",
    "SystemRoot",
    "TEMP",
    "TMPDIR",
    "PATHEXT",
];

/// A repository and the small world around it.
pub struct Repo {
    /// Holds everything: home, repository, remotes. Gone with the last `Repo`.
    world: std::rc::Rc<TempDir>,
    /// The root of the work tree (or the bare repository).
    pub root: PathBuf,
    /// Variables set on top of the fixed ones, for every program.
    pub env: Vec<(OsString, OsString)>,
}

impl Repo {
    /// A new repository on the branch `main`, without a commit.
    pub fn new() -> Self {
        Self::named("repo", &[])
    }

    /// A new repository in a directory of that name, made with these arguments to `git init`.
    pub fn named(name: impl AsRef<Path>, init: &[&str]) -> Self {
        let repo = Self::outside(name);
        repo.git(&[&["init", "-q"], init].concat());
        repo
    }

    /// A directory of that name that is no repository.
    pub fn outside(name: impl AsRef<Path>) -> Self {
        let world = tempfile::Builder::new().prefix("pantheon-it-").tempdir().unwrap();
        // The temporary directory may be a link (macOS); git shows the real path.
        let root = world.path().canonicalize().unwrap().join(name);
        std::fs::create_dir_all(&root).unwrap();
        let repo = Self {
            world: std::rc::Rc::new(world),
            root,
            env: Vec::new(),
        };
        let config = "[init]\n\tdefaultBranch = main\n[user]\n\tname = A U Thor\n\temail = author@example.com\n\
                      [protocol \"file\"]\n\tallow = always\n[core]\n\tautocrlf = false\n";
        std::fs::create_dir_all(repo.home()).unwrap();
        std::fs::write(repo.home().join(".gitconfig"), config).unwrap();
        repo
    }

    /// Another directory of the same world, seen as a repository: a clone, a linked work tree.
    pub fn sibling(&self, root: impl AsRef<Path>) -> Self {
        Self {
            world: std::rc::Rc::clone(&self.world),
            root: self.root.join(root),
            env: self.env.clone(),
        }
    }

    /// The home directory of this world.
    pub fn home(&self) -> PathBuf {
        self.world.path().join("home")
    }

    /// The path of a file in the work tree.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file of the work tree, with the directories above it.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Writes a file that can be run.
    pub fn write_script(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        self.write(&path, bytes);
        self.chmod(path, 0o755);
    }

    /// Sets the permissions of a file.
    #[cfg(unix)]
    pub fn chmod(&self, path: impl AsRef<Path>, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(self.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Reads a file of the work tree.
    pub fn read(&self, path: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(path);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Whether something of that name is there, be it a dangling link.
    pub fn has(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// Runs git at the root; it must succeed. Gives back its standard output without the last line end.
    pub fn git<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        let ran = self.try_git(args);
        assert_eq!(ran.code, 0, "git failed: {ran}");
        ran.stdout.trim_end_matches('\n').to_owned()
    }

    /// Runs git at the root.
    pub fn try_git<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.finish(self.command("git").args(args), b"")
    }

    /// Runs `pantheon` at the root.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.finish(self.command(PANTHEON).args(args), b"")
    }

    /// Runs `pantheon` in a directory below the root.
    pub fn run_in<S: AsRef<OsStr>>(&self, dir: impl AsRef<Path>, args: &[S]) -> Ran {
        self.finish(self.command(PANTHEON).current_dir(self.path(dir)).args(args), b"")
    }

    /// Runs `pantheon` at the root with something to read.
    pub fn run_with<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> Ran {
        self.finish(self.command(PANTHEON).args(args), input)
    }

    /// Stages all files of the work tree.
    pub fn add(&self) {
        self.git(&["add", "-A"]);
    }

    /// Stages everything and commits it, hooks left out; gives back the id of the commit.
    pub fn commit(&self, message: &str) -> String {
        self.add();
        self.git(&["commit", "-q", "--allow-empty", "--no-verify", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// A program in this world, at the root; to be given to [`Repo::finish`].
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let home = self.home();
        command
            .env("PATH", path_with_pantheon())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.world.path())
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", ":")
            .env("GIT_AUTHOR_DATE", format!("@{NOW} +0000"))
            .env("GIT_COMMITTER_DATE", format!("@{NOW} +0000"))
            .env("SOURCE_DATE_EPOCH", NOW)
            .env("TZ", "UTC")
            .env("LC_ALL", "C")
            .envs(self.env.iter().map(|(k, v)| (k, v)));
        command
    }

    /// Runs a command of [`Repo::command`] to its end.
    pub fn finish(&self, command: &mut Command, input: &[u8]) -> Ran {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = spawned(command);
        let mut stdin = child.stdin.take().unwrap();
        let bytes = input.to_vec();
        // A program need not read its input, and may write before it does.
        let feed = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        Ran::from(output)
    }
}

/// Finds a program of the machine.
pub fn find(program: &str) -> Option<PathBuf> {
    let dirs = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&dirs).map(|dir| dir.join(program));
    found.into_iter().find(|path| path.is_file())
}

/// Starts a program. One that was written a moment ago is busy for as long as another test, which forked meanwhile,
/// holds it open.
fn spawned(command: &mut Command) -> Child {
    let mut tries = 0;
    loop {
        match command.spawn() {
            Err(e) if e.kind() == ErrorKind::ExecutableFileBusy && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            child => return child.unwrap_or_else(|e| panic!("{command:?}: {e}")),
        }
    }
}

fn path_with_pantheon() -> OsString {
    let own = Path::new(PANTHEON).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).unwrap()
}
