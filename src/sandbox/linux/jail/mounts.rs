//! A tree of mounts of its own, in which nothing can be written but what is given.

use super::wire::Spec;
use crate::sandbox::linux::raw;
use rustix::fs::CWD;
use rustix::mount::{MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags};
use rustix::mount::{mount, mount_change, move_mount, open_tree};
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Files and directories of the system that even its owner, which may be who runs us, has no use for in a jail.
const SECRETS: [&str; 6] = [
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssl/private",
    "/etc/sudoers.d",
];

/// What takes a place in the tree.
enum Place {
    /// Nothing: an empty directory.
    Empty,
    /// What was at that path before anything was changed, or at another.
    Kept { tree: OwnedFd, is_dir: bool },
}

/// Arranges the tree of this process: what is hidden, what shows through, and what alone can be written.
pub fn arrange(spec: &Spec) -> Result<(), String> {
    // What is done here is seen nowhere else; what is mounted elsewhere still arrives.
    let slave = MountPropagationFlags::REC | MountPropagationFlags::DOWNSTREAM;
    mount_change("/", slave).map_err(|e| format!("the mounts cannot be set apart: {e}"))?;
    let mut places = places(spec)?;
    // What lies above comes first, for it would cover what lies below.
    places.sort_by_key(|(path, _)| path.components().count());
    for (path, place) in &places {
        put(path, place).map_err(|e| format!("`{}` cannot be mounted: {e}", path.display()))?;
    }
    raw::set_mount(Path::new("/"), raw::READ_ONLY, 0, true)
        .map_err(|e| format!("the mounts cannot be made read-only: {e}"))?;
    for path in writable(spec) {
        raw::set_mount(&path, 0, raw::READ_ONLY, false)
            .map_err(|e| format!("`{}` cannot be made writable: {e}", path.display()))?;
    }
    Ok(())
}

/// Gives this process a `/proc` of its own, which shows its processes alone.
pub fn own_processes() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    Ok(mount("proc", "/proc", "proc", flags, None)?)
}

/// Where something can be written.
fn writable(spec: &Spec) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = spec.writable.iter().map(PathBuf::from).collect();
    if spec.tmp.is_some() {
        paths.push("/tmp".into());
    }
    paths
}

/// Takes hold of everything that is to show, before anything covers it.
fn places(spec: &Spec) -> Result<Vec<(PathBuf, Place)>, String> {
    let mut places = Vec::new();
    for path in &spec.hidden {
        // What is not there needs no hiding.
        if let Ok(path) = Path::new(path).canonicalize()
            && path.is_dir()
        {
            places.push((path, Place::Empty));
        }
    }
    places.extend(SECRETS.iter().filter_map(|path| secret(Path::new(path))));
    let hidden: Vec<PathBuf> = places.iter().map(|(path, _)| path.clone()).collect();
    let is_covered = |path: &Path| {
        let by_tmp = spec.tmp.is_some() && path.starts_with("/tmp");
        by_tmp || hidden.iter().any(|above| path.starts_with(above))
    };
    for path in spec.readable.iter().map(Path::new) {
        if is_covered(path) && path.exists() {
            places.push((path.to_owned(), keep(path)?));
        }
    }
    for path in spec.writable.iter().map(Path::new) {
        places.push((path.to_owned(), keep(path)?));
    }
    if let Some(tmp) = &spec.tmp {
        places.push(("/tmp".into(), keep(Path::new(tmp))?));
    }
    Ok(places)
}

fn secret(path: &Path) -> Option<(PathBuf, Place)> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Some((path.to_owned(), Place::Empty)),
        Ok(_) => Some((path.to_owned(), keep(Path::new("/dev/null")).ok()?)),
        Err(_) => None,
    }
}

fn keep(path: &Path) -> Result<Place, String> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let tree = open_tree(CWD, path, flags)
        .map_err(|e| format!("`{}` cannot be taken into the jail: {e}", path.display()))?;
    let is_dir = path.is_dir();
    Ok(Place::Kept { tree, is_dir })
}

fn put(path: &Path, place: &Place) -> io::Result<()> {
    let Place::Kept { tree, is_dir } = place else {
        // What stands in for `/tmp` has it no more.
        if !path.exists() {
            return Ok(());
        }
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        return Ok(mount("tmpfs", path, "tmpfs", flags, c"size=256k,mode=0755")?);
    };
    if !path.exists() {
        stand_in(path, *is_dir)?;
    }
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    Ok(move_mount(tree, "", CWD, path, flags)?)
}

/// Makes something to be covered, in what was hidden.
fn stand_in(path: &Path, is_dir: bool) -> io::Result<()> {
    if is_dir {
        return fs::create_dir_all(path);
    }
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    File::create(path).map(drop)
}
