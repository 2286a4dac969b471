//! The working tree as it stands, as a tree in objects of ours: what is tracked, and what is not and not ignored.

use super::Error;
use super::desk::{Desk, listed};
use super::spot;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::fs;

/// Files that git does not know and that are larger than this are left out, unless the proposal names them: they
/// cannot take part in a merge.
const LARGEST: u64 = 32 << 20;

/// Records the working tree. Paths in `touched` are recorded even where they are ignored.
pub(super) fn snapshot(desk: &Desk, touched: &[BString]) -> Result<String, Error> {
    unhide(desk, touched)?;
    let (mut gone, mut there) = (BTreeSet::new(), BTreeSet::new());
    let args = [
        "diff-files",
        "-z",
        "--name-status",
        "--ignore-submodules=dirty",
        "--",
    ];
    let said = desk.git().run(&args)?;
    let parts: Vec<&[u8]> = said.split_str("\0").collect();
    for row in parts.chunks_exact(2) {
        let list = if row[0] == b"D" { &mut gone } else { &mut there };
        list.insert(BString::from(row[1]));
    }
    // A path in conflict is listed twice: as such, and as what became of it.
    there.retain(|path| !gone.contains(path));
    there.extend(untracked(desk)?);
    there.extend(touched.iter().filter(|path| is_file(desk, path)).cloned());
    update(desk, &["--force-remove"], &gone)?;
    update(desk, &["--add", "--replace", "--remove"], &there)?;
    let said = desk.git().run(&["write-tree", "--missing-ok"])?;
    Ok(said.to_str_lossy().trim().to_owned())
}

/// Lets git look at files that it was told not to look at.
fn unhide(desk: &Desk, touched: &[BString]) -> Result<(), Error> {
    let said = desk.git().run(&["ls-files", "-v", "-z"])?;
    let (mut assumed, mut skipped) = (BTreeSet::new(), BTreeSet::new());
    for row in said.split_str("\0").filter(|row| row.len() > 2) {
        let path = BString::from(&row[2..]);
        if row[0].is_ascii_lowercase() {
            assumed.insert(path.clone());
        }
        if row[0].eq_ignore_ascii_case(&b'S') && touched.contains(&path) && is_file(desk, &path) {
            skipped.insert(path);
        }
    }
    update(desk, &["--no-assume-unchanged"], &assumed)?;
    update(desk, &["--no-skip-worktree"], &skipped)
}

fn untracked(desk: &Desk) -> Result<Vec<BString>, Error> {
    let args = ["ls-files", "-z", "--others", "--exclude-standard", "--"];
    let said = desk.git().run(&args)?;
    let paths = said.split_str("\0").filter(|path| !path.is_empty());
    // A path that ends with a slash is a repository of its own.
    let paths = paths.map(BString::from).filter(|path| !path.ends_with(b"/"));
    Ok(paths.filter(|path| is_small(desk, path)).collect())
}

fn is_small(desk: &Desk, path: &BString) -> bool {
    let at = spot::place(&desk.root, path.as_bstr());
    at.and_then(fs::symlink_metadata)
        .is_ok_and(|meta| meta.len() <= LARGEST)
}

/// Whether a file or link of the working tree itself stands at a path.
fn is_file(desk: &Desk, path: &BString) -> bool {
    let plain = spot::way(&desk.root, path.as_bstr()).is_ok_and(|way| way.is_none());
    let at = spot::place(&desk.root, path.as_bstr());
    plain
        && at
            .and_then(fs::symlink_metadata)
            .is_ok_and(|meta| meta.is_file() || meta.is_symlink())
}

fn update(desk: &Desk, how: &[&str], paths: &BTreeSet<BString>) -> Result<(), Error> {
    if paths.is_empty() {
        return Ok(());
    }
    let git = desk.git().input(listed(paths));
    git.run(&[&["update-index"], how, &["-z", "--stdin"]].concat())?;
    Ok(())
}
