//! Finds an agent program on this machine, and what it needs to be run elsewhere than at home: the interpreter of
//! a script, and the directories that the two of them live in.

use super::runtime::{Program, Wrong};
use crate::model::visible;
use crate::sys::file;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// The most of a program that is read to learn what interprets it.
const HEAD: u64 = 512;

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The directories of programs, as `PATH` has them.
    pub path: &'a OsStr,
    /// The home of the user, which is never made readable as a whole.
    pub home: Option<&'a Path>,
}

/// Finds a program by its name or its path.
///
/// # Errors
/// When there is none, or what interprets it is not there.
pub fn find(word: &str, args: Vec<String>, places: Places<'_>) -> Result<Program, Wrong> {
    let missing = || Wrong(format!("the program `{}` is not found", visible(word)));
    let found = locate(word, places.path).ok_or_else(missing)?;
    let path = found.canonicalize().unwrap_or(found);
    let interpreter = match shebang(&path) {
        None => None,
        Some(line) => {
            let found = interpreter(&line, places.path);
            let missing = || {
                format!(
                    "what interprets `{}` is not there: `{}`",
                    visible(word),
                    visible(&line)
                )
            };
            Some(found.ok_or_else(|| Wrong(missing()))?)
        }
    };
    let mut reads = vec![package(&path)];
    if let Some(interpreter) = &interpreter {
        // By its own path a Python knows which environment it belongs to.
        reads.push(interpreter.clone());
        reads.push(installation(&interpreter.canonicalize().unwrap_or_default()));
    }
    if let Some(python) = environment(&path).map(|root| root.join("bin/python")) {
        reads.push(installation(&python.canonicalize().unwrap_or_default()));
    }
    reads.retain(|dir| is_small(dir, places.home));
    if !reads.iter().any(|dir| path.starts_with(dir)) {
        reads.push(path.clone());
    }
    reads.sort();
    reads.dedup();
    Ok(Program {
        path,
        args,
        interpreter,
        reads,
    })
}

/// Finds an executable file.
fn locate(word: &str, path: &OsStr) -> Option<PathBuf> {
    if word.contains('/') {
        return Some(PathBuf::from(word)).filter(|path| is_executable(path));
    }
    let dirs = std::env::split_paths(path).filter(|dir| dir.is_absolute());
    dirs.map(|dir| dir.join(word))
        .find(|path| !word.is_empty() && is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Returns what stands behind `#!` in a script.
fn shebang(path: &Path) -> Option<String> {
    let head = file::read_start(path, HEAD).ok()?;
    let rest = head.strip_prefix(b"#!")?;
    let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    Some(String::from_utf8_lossy(line).trim().to_owned())
}

/// Finds what a line names: a path, or a name after `env`. Options of either are left out.
fn interpreter(line: &str, path: &OsStr) -> Option<PathBuf> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    if Path::new(first).file_name() != Some(OsStr::new("env")) {
        return locate(first, path);
    }
    let name = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    locate(name, path)
}

/// Returns the directory that holds a program with all that it is made of.
fn package(path: &Path) -> PathBuf {
    let parts: Vec<Component<'_>> = path.components().collect();
    let modules = Component::Normal(OsStr::new("node_modules"));
    if let Some(at) = parts.iter().position(|part| *part == modules) {
        return parts[..=at].iter().collect();
    }
    environment(path).unwrap_or_else(|| path.parent().unwrap_or(path).to_owned())
}

/// Returns the virtual environment of Python that a program stands in.
fn environment(path: &Path) -> Option<PathBuf> {
    let root = path.parent()?.parent()?;
    root.join("pyvenv.cfg").is_file().then(|| root.to_owned())
}

/// Returns what a program was installed into: the directory above its `bin`.
fn installation(path: &Path) -> PathBuf {
    let dir = path.parent().unwrap_or(path);
    match dir.file_name() == Some(OsStr::new("bin")) {
        true => dir.parent().unwrap_or(dir).to_owned(),
        false => dir.to_owned(),
    }
}

/// Whether a directory may be read: not the root, not what holds the home of the user.
fn is_small(dir: &Path, home: Option<&Path>) -> bool {
    dir.components().count() > 1 && !home.is_some_and(|home| home.starts_with(dir))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file::write_atomic;
    use std::fs;

    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn root(&self) -> PathBuf {
            self.0.path().canonicalize().unwrap()
        }

        fn program(&self, path: &str, text: &str) -> PathBuf {
            let path = self.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_atomic(&path, text.as_bytes(), 0o755).unwrap();
            path
        }

        fn find(&self, word: &str, dirs: &[&str]) -> Result<Program, Wrong> {
            let root = self.root();
            let path = std::env::join_paths(dirs.iter().map(|dir| root.join(dir))).unwrap();
            let home = root.join("home");
            find(
                word,
                Vec::new(),
                Places {
                    path: &path,
                    home: Some(&home),
                },
            )
        }
    }

    #[test]
    fn a_script_of_node_is_run_by_node_and_reads_its_modules() {
        let machine = Machine::new();
        let node = machine.program("nvm/v24/bin/node", "\u{7f}ELF");
        let script = machine.program(
            "npm/lib/node_modules/@x/agent/bin/agent.js",
            "#!/usr/bin/env -S node --x\n",
        );
        fs::create_dir_all(machine.root().join("npm/bin")).unwrap();
        std::os::unix::fs::symlink(&script, machine.root().join("npm/bin/agent")).unwrap();
        let found = machine.find("agent", &["npm/bin", "nvm/v24/bin"]).unwrap();
        assert_eq!(found.path, script);
        assert_eq!(found.interpreter, Some(node.clone()));
        let root = machine.root();
        let expected = [root.join("npm/lib/node_modules"), root.join("nvm/v24"), node];
        assert_eq!(found.reads, expected);
    }

    #[test]
    fn a_python_keeps_its_environment() {
        let machine = Machine::new();
        machine.program("pyenv/3.13/bin/python3", "\u{7f}ELF");
        let root = machine.root();
        let python = root.join("venv/bin/python");
        let script = machine.program("venv/bin/aider", &format!("#!{}\n", python.display()));
        write_atomic(&root.join("venv/pyvenv.cfg"), b"", 0o644).unwrap();
        std::os::unix::fs::symlink(root.join("pyenv/3.13/bin/python3"), &python).unwrap();
        let found = machine.find(script.to_str().unwrap(), &[]).unwrap();
        assert_eq!(found.interpreter, Some(python.clone()));
        let expected = [root.join("pyenv/3.13"), root.join("venv"), python];
        assert_eq!(found.reads, expected);
    }

    #[test]
    fn the_home_is_never_read_as_a_whole() {
        let machine = Machine::new();
        let program = machine.program("home/agent", "\u{7f}ELF");
        let found = machine.find("agent", &["home"]).unwrap();
        assert_eq!(found.reads, [program]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let machine = Machine::new();
        machine.program("bin/lost", "#!/usr/bin/env nothing-like-it\n");
        let wrong = machine.find("agent", &["bin"]).unwrap_err();
        assert_eq!(wrong.to_string(), "the program `agent` is not found");
        let wrong = machine.find("lost", &["bin"]).unwrap_err();
        let text = "what interprets `lost` is not there: `/usr/bin/env nothing-like-it`";
        assert_eq!(wrong.to_string(), text);
    }
}
