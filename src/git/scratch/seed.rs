//! Untracked files of the working tree that a build needs, as copies. What looks like a secret stays where it is,
//! unless the user names it; a link stays a link, and one that leads out is left out.

use super::names::is_git;
use super::{Plan, Scratch, ScratchError, at, base, own};
use crate::git::Repository;
use crate::git::checkout::stays_inside;
use crate::model::visible_bytes;
use crate::sys::clock::Deadline;
use crate::sys::file;
use bstr::{BStr, BString, ByteSlice, ByteVec};
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

/// The file in which a repository names what its trees for agents need.
const INCLUDE: &str = ".worktreeinclude";
/// The largest such file, in bytes.
const LARGEST: u64 = 1 << 16;
/// Where it is written down what was copied.
const COPIED: &str = "seeded";
/// Directories deeper than this are not copied.
const DEEPEST: usize = 100;

/// Copies what the plan and the repository name.
pub(super) fn copy(
    scratch: &mut Scratch,
    repository: &Repository,
    plan: &Plan,
    within: &Deadline,
) -> Result<(), ScratchError> {
    let Ok(root) = repository.root() else {
        return Ok(());
    };
    let mut patterns = plan.seed.clone();
    patterns.extend(included(&root.join(INCLUDE)));
    if patterns.is_empty() && plan.secrets.is_empty() {
        return Ok(());
    }
    base::copy_index(scratch, repository)?;
    let secrets = matching(scratch, root, &plan.secrets, false, within)?;
    let mut paths = matching(scratch, root, &patterns, true, within)?;
    paths.extend(secrets.iter().cloned());
    if paths.is_empty() {
        return Ok(());
    }
    let mut copier = Copier {
        from: root.to_owned(),
        to: scratch.tree(),
        secrets: secrets.into_iter().collect(),
        left: if plan.quota == 0 { u64::MAX } else { plan.quota },
        within,
        told: Told::default(),
    };
    for path in &paths {
        copier.listed(path.as_bstr())?;
    }
    scratch.notes.extend(copier.told.notes());
    let listed: Vec<u8> = paths
        .iter()
        .flat_map(|path| [path.trim_end_with(|c| c == '/'), b"\0"].concat())
        .collect();
    own::write(&scratch.git_dir().join(COPIED), &listed)
}

/// Returns what was copied: files, and directories with all that is in them.
pub(super) fn copied(scratch: &Scratch) -> Result<Vec<BString>, ScratchError> {
    let path = scratch.git_dir().join(COPIED);
    match file::read(&path, 1 << 26) {
        Ok(bytes) => Ok(bytes
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(BString::from)
            .collect()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(ScratchError::File(path, e)),
    }
}

fn included(path: &Path) -> Vec<String> {
    let bytes = file::read_plain(path, LARGEST).unwrap_or_default();
    let lines = bytes.lines().map(|line| line.to_str_lossy().into_owned());
    lines
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .collect()
}

/// Returns the untracked paths that match, a directory of which all matches with a slash at its end. Our own git
/// directory is the one that is asked, so that no setting of the user's runs anything.
fn matching(
    scratch: &Scratch,
    root: &Path,
    patterns: &[String],
    whole: bool,
    within: &Deadline,
) -> Result<Vec<BString>, ScratchError> {
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = vec!["ls-files", "-z", "--others", "--ignored"];
    if whole {
        args.push("--directory");
    }
    let excludes: Vec<String> = patterns.iter().map(|p| format!("--exclude={p}")).collect();
    args.extend(excludes.iter().map(String::as_str));
    let said = scratch.git_on(base::COPIED, root, within).run(&args)?;
    let paths = said.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(BString::from).collect())
}

/// What came of copying.
#[derive(Debug, Default)]
struct Told {
    withheld: Vec<BString>,
    outward: Vec<BString>,
    too_much: Vec<BString>,
}

impl Told {
    fn notes(&self) -> Vec<String> {
        let line = |paths: &[BString], why: &str| {
            let first = visible_bytes(paths.first()?);
            Some(format!("{} untracked paths {why}, as `{first}`", paths.len()))
        };
        let all = [
            line(
                &self.withheld,
                "look like secrets and were not copied: `[scratch] secrets` can name them",
            ),
            line(&self.outward, "are links that lead out and were not copied"),
            line(&self.too_much, "were not copied: there are too many bytes"),
        ];
        all.into_iter().flatten().collect()
    }
}

struct Copier<'a> {
    from: PathBuf,
    to: PathBuf,
    secrets: HashSet<BString>,
    left: u64,
    within: &'a Deadline,
    told: Told,
}

impl Copier<'_> {
    /// Copies something that is listed, with the directories above it.
    fn listed(&mut self, path: &BStr) -> Result<(), ScratchError> {
        let path = path.trim_end_with(|c| c == '/').as_bstr();
        for slash in path.find_iter(b"/") {
            if !self.dir(path[..slash].as_bstr())? {
                return Ok(());
            }
        }
        self.any(path)
    }

    fn any(&mut self, path: &BStr) -> Result<(), ScratchError> {
        if self.within.is_over() {
            return Err(ScratchError::Stopped);
        }
        let name = path.rsplit_str("/").next().unwrap_or(path).as_bstr();
        let from = self.from.join(path.to_path_lossy());
        // What went away meanwhile is not there.
        let Ok(meta) = from.symlink_metadata() else {
            return Ok(());
        };
        if is_git(name) {
            return Ok(());
        }
        if is_secret(name) && !self.is_named(path) {
            self.told.withheld.push(path.to_owned());
            return Ok(());
        }
        if meta.is_dir() {
            return self.whole_dir(path, &from);
        }
        let to = self.to.join(path.to_path_lossy());
        if to.symlink_metadata().is_ok() {
            return Ok(());
        }
        match meta.is_symlink() {
            true => self.link(path, &from, &to),
            false => self.file(path, &from, &to, &meta),
        }
    }

    /// Whether the user named a secret, or something in a directory that looks like one.
    fn is_named(&self, path: &BStr) -> bool {
        let is_below = |named: &BString| {
            named
                .strip_prefix(path.as_bytes())
                .is_some_and(|rest| rest.starts_with(b"/"))
        };
        self.secrets.contains(path) || self.secrets.iter().any(is_below)
    }

    fn whole_dir(&mut self, path: &BStr, from: &Path) -> Result<(), ScratchError> {
        if path.find_iter(b"/").count() > DEEPEST || !self.dir(path)? {
            return Ok(());
        }
        let Ok(entries) = fs::read_dir(from) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            let name = Vec::from_os_string(entry.file_name()).unwrap_or_default();
            if !name.is_empty() {
                let below = BString::from([path.as_bytes(), b"/", &name].concat());
                self.any(below.as_bstr())?;
            }
        }
        Ok(())
    }

    /// Makes a directory; `false`: something else is in its place.
    fn dir(&mut self, path: &BStr) -> Result<bool, ScratchError> {
        let to = self.to.join(path.to_path_lossy());
        match to.symlink_metadata() {
            Ok(meta) => Ok(meta.is_dir()),
            Err(_) => fs::create_dir(&to).map_err(at(&to)).map(|()| true),
        }
    }

    fn file(&mut self, path: &BStr, from: &Path, to: &Path, meta: &Metadata) -> Result<(), ScratchError> {
        if !meta.is_file() {
            return Ok(());
        }
        let Some(left) = self.left.checked_sub(meta.len()) else {
            self.told.too_much.push(path.to_owned());
            return Ok(());
        };
        self.left = left;
        // File systems that can share the content do.
        fs::copy(from, to).map(drop).map_err(at(from))
    }

    #[cfg(unix)]
    fn link(&mut self, path: &BStr, from: &Path, to: &Path) -> Result<(), ScratchError> {
        let target = fs::read_link(from).map_err(at(from))?;
        let depth = path.find_iter(b"/").count();
        if stays_inside(target.as_os_str().as_encoded_bytes(), depth) {
            return std::os::unix::fs::symlink(target, to).map_err(at(to));
        }
        self.told.outward.push(path.to_owned());
        Ok(())
    }

    #[cfg(not(unix))]
    fn link(&mut self, path: &BStr, _: &Path, _: &Path) -> Result<(), ScratchError> {
        self.told.outward.push(path.to_owned());
        Ok(())
    }
}

/// Whether something of this name is likely a secret.
fn is_secret(name: &BStr) -> bool {
    let name = name.to_ascii_lowercase();
    let end = name.rsplit_once_str(".").map_or(&b""[..], |(_, end)| end);
    let is_key = name.starts_with(b"id_") && !CODE.iter().any(|code| end == code.as_bytes());
    is_key
        || name.starts_with(b".env")
        || NAMES.iter().any(|secret| name == secret.as_bytes())
        || ENDS.iter().any(|secret| end == secret.as_bytes())
}

const NAMES: &[&str] = &[
    ".aws",
    ".azure",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".htpasswd",
    ".kube",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".ssh",
    "_netrc",
    "credentials",
    "credentials.json",
    "secrets.json",
    "secrets.yaml",
    "secrets.yml",
];
const ENDS: &[&str] = &[
    "gpg", "jks", "kdbx", "key", "keystore", "p12", "p8", "pem", "pfx", "ppk",
];
/// Code may begin as keys of secure shells do.
const CODE: &[&str] = &[
    "c", "cjs", "css", "go", "h", "html", "js", "map", "md", "mjs", "py", "rb", "rs", "ts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret() {
        for name in [
            ".env",
            ".env.test",
            ".ENV.local",
            "server.pem",
            "id_rsa",
            "id_ed25519.pub",
            ".npmrc",
            "a.KEY",
            ".ssh",
        ] {
            assert!(is_secret(name.into()), "{name}");
        }
        for name in [
            "env",
            "id_map.js",
            "package.json",
            "keys.rs",
            "pem",
            "node_modules",
        ] {
            assert!(!is_secret(name.into()), "{name}");
        }
    }
}
