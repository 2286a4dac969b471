//! What holds when writing fails, or its process dies, at any moment: no git is needed for that.
#![cfg(unix)]

use super::Error;
use super::journal::{self, Journal, Phase};
use super::plan::{Plan, Step, keep};
use super::spot::Spot;
use super::write::{Deed, carry_out_with, marks, recover, stage};
use bstr::BString;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A working tree with a plan that touches everything there is: a change, a new mode, a removal with its directory,
/// a file in place of a directory and the other way round, a link in place of a file, new directories.
struct World {
    _dir: TempDir,
    root: PathBuf,
    deed: PathBuf,
    journal: Journal,
}

/// Each path below a directory with its permissions and its bytes or target.
type Tree = BTreeMap<PathBuf, (u32, Vec<u8>)>;

fn tree(root: &Path) -> Tree {
    let mut all = Tree::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let bytes = match meta {
                _ if meta.is_symlink() => fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes(),
                _ if meta.is_dir() => Vec::new(),
                _ => fs::read(&path).unwrap(),
            };
            if meta.is_dir() {
                dirs.push(path.clone());
            }
            let mode = meta.permissions().mode();
            all.insert(path.strip_prefix(root).unwrap().to_owned(), (mode, bytes));
        }
    }
    all
}

#[expect(clippy::disallowed_methods, reason = "a test writes files on its own")]
fn write(root: &Path, path: &str, bytes: &str, mode: u32) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn file(mode: u32) -> Option<Spot> {
    Some(Spot {
        link: false,
        mode: Some(mode),
        executable: mode & 0o100 != 0,
    })
}

fn link() -> Option<Spot> {
    Some(Spot {
        link: true,
        mode: None,
        executable: false,
    })
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(dir.path()).unwrap();
        let (root, deed) = (base.join("tree"), base.join("deed"));
        fs::create_dir_all(&deed).unwrap();
        write(&root, "changed", "old\n", 0o600);
        write(&root, "mode", "same\n", 0o644);
        write(&root, "sub/only", "gone\n", 0o640);
        fs::set_permissions(root.join("sub"), fs::Permissions::from_mode(0o700)).unwrap();
        write(&root, "was-dir/a", "a\n", 0o644);
        write(&root, "was-file", "f\n", 0o644);
        write(&root, "to-link", "l\n", 0o644);
        symlink("nowhere", root.join("to-file")).unwrap();
        write(&root, "bystander", "b\n", 0o644);
        let steps = [
            ("changed", file(0o600), "old\n", file(0o600), "new\n"),
            ("mode", file(0o644), "same\n", file(0o755), "same\n"),
            ("new/deep/x", None, "", file(0o644), "x\n"),
            ("sub/only", file(0o640), "gone\n", None, ""),
            ("to-file", link(), "nowhere", file(0o644), "text\n"),
            ("to-link", file(0o644), "l\n", link(), "../outside"),
            ("was-dir", None, "", file(0o644), "now a file\n"),
            ("was-dir/a", file(0o644), "a\n", None, ""),
            ("was-file", file(0o644), "f\n", None, ""),
            ("was-file/b", None, "", file(0o644), "b\n"),
        ];
        let mut plan = Plan::default();
        for (number, (path, before, old, after, new)) in steps.into_iter().enumerate() {
            keep(&deed, number, &(old.into(), new.into())).unwrap();
            let path = BString::from(path);
            plan.steps.push(Step { path, before, after });
        }
        plan.made = ["new", "new/deep", "was-file"]
            .map(|dir| (dir.into(), None))
            .to_vec();
        plan.gone = vec![("was-dir".into(), 0o755), ("sub".into(), 0o700)];
        let trees = ("a".to_owned(), "b".to_owned());
        let journal = Journal::of(&root, "Tag1".to_owned(), 1, trees, plan);
        Self {
            _dir: dir,
            root,
            deed,
            journal,
        }
    }

    /// Does everything up to a moment, and no more: as if the process had died there.
    fn die_at(&self, moment: usize) -> bool {
        self.journal.write(&self.deed, Phase::Prepared).unwrap();
        stage(&self.journal, &self.deed).unwrap();
        let marks = marks(&self.journal, &self.deed).unwrap();
        self.journal.write(&self.deed, Phase::Writing).unwrap();
        let mut deed = Deed {
            root: self.journal.root(),
            staging: self.journal.staging(),
            count: 0,
            hook: &mut |count| fail_at(count, moment),
        };
        deed.carry(&self.journal, &marks).is_err()
    }
}

fn fail_at(count: usize, moment: usize) -> io::Result<()> {
    match count == moment {
        true => Err(io::ErrorKind::StorageFull.into()),
        false => Ok(()),
    }
}

#[test]
fn a_plan_is_carried_out_and_nothing_else_changes() {
    let world = World::new();
    carry_out_with(&world.journal, &world.deed, &mut |_| Ok(())).unwrap();
    let now = tree(&world.root);
    let text = |path: &str| String::from_utf8(now[Path::new(path)].1.clone()).unwrap();
    let mode = |path: &str| now[Path::new(path)].0 & 0o7777;
    let names: Vec<_> = now.keys().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "bystander",
            "changed",
            "mode",
            "new",
            "new/deep",
            "new/deep/x",
            "to-file",
            "to-link",
            "was-dir",
            "was-file",
            "was-file/b"
        ]
    );
    assert_eq!((text("changed"), mode("changed")), ("new\n".to_owned(), 0o600));
    assert_eq!((text("mode"), mode("mode")), ("same\n".to_owned(), 0o755));
    assert_eq!(text("to-link"), "../outside");
    assert_eq!(
        (text("to-file"), text("was-dir")),
        ("text\n".to_owned(), "now a file\n".to_owned())
    );
    assert_eq!(journal::read(&world.deed).unwrap().unwrap().phase, Phase::Done);
}

#[test]
fn whatever_fails_everything_is_as_it_was() {
    let mut moments = 0;
    for moment in 1.. {
        let world = World::new();
        let before = tree(&world.root);
        let done = carry_out_with(&world.journal, &world.deed, &mut |count| fail_at(count, moment));
        if done.is_ok() {
            break;
        }
        moments = moment;
        assert!(matches!(done, Err(Error::Write(..))), "{done:?}");
        assert_eq!(tree(&world.root), before, "at {moment}");
        assert_eq!(journal::read(&world.deed).unwrap().unwrap().phase, Phase::Over);
    }
    // Three removals, two directories that go, three that come, three new files, four changes of two moves each.
    assert_eq!(moments, 3 + 2 + 3 + 3 + 4 * 2);
}

#[test]
fn whenever_the_process_dies_the_next_one_moves_everything_back() {
    for moment in 1.. {
        let world = World::new();
        let before = tree(&world.root);
        let died = world.die_at(moment);
        let recovered = recover(&world.deed).unwrap().unwrap();
        assert_eq!((recovered.moved, recovered.kept), (true, Vec::new()));
        assert_eq!(tree(&world.root), before, "at {moment}");
        assert_eq!(recover(&world.deed).unwrap(), None);
        if !died {
            break;
        }
    }
}

#[test]
fn what_was_written_after_the_crash_stays() {
    let world = World::new();
    world.die_at(usize::MAX);
    write(&world.root, "changed", "mine\n", 0o600);
    let recovered = recover(&world.deed).unwrap().unwrap();
    assert_eq!(recovered.kept, [BString::from("changed")]);
    assert_eq!(fs::read(world.root.join("changed")).unwrap(), b"mine\n");
    assert_eq!(fs::read(world.root.join("was-dir/a")).unwrap(), b"a\n");
    assert_eq!(fs::read(world.deed.join("before/0")).unwrap(), b"old\n");
}

#[test]
fn a_crash_is_mended_without_the_directory_of_old_files() {
    let world = World::new();
    let before = tree(&world.root);
    world.die_at(usize::MAX);
    fs::remove_dir_all(world.journal.staging()).unwrap();
    recover(&world.deed).unwrap().unwrap();
    assert_eq!(tree(&world.root), before);
}

#[test]
fn a_file_that_changes_at_this_moment_ends_it_all() {
    for (path, text) in [("changed", "mine\n"), ("was-file", "mine too\n")] {
        let world = World::new();
        let root = world.root.clone();
        let mut before = Tree::new();
        let done = carry_out_with(&world.journal, &world.deed, &mut |count| {
            // In front of the first move.
            if count == 1 {
                write(&root, path, text, 0o644);
                before = tree(&root);
            }
            Ok(())
        });
        assert!(
            matches!(&done, Err(Error::Changed(named)) if named == path),
            "{done:?}"
        );
        before.retain(|path, _| !path.starts_with(".pantheon-apply-Tag1"));
        assert_eq!(tree(&world.root), before);
    }
}

#[test]
fn no_link_on_the_way_is_followed() {
    let world = World::new();
    let outside = world.root.parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    let root = world.root.clone();
    let done = carry_out_with(&world.journal, &world.deed, &mut |count| {
        if count == 1 {
            symlink(&outside, root.join("new")).unwrap();
        }
        Ok(())
    });
    assert!(done.is_err());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_journal_names_no_directory_but_ours() {
    let world = World::new();
    world.journal.write(&world.deed, Phase::Prepared).unwrap();
    let text = fs::read_to_string(world.deed.join("journal.json")).unwrap();
    for name in ["../../x", "src", ".pantheon-apply-../x", ""] {
        let bad = text.replace(".pantheon-apply-Tag1", name);
        crate::sys::file::write_atomic(&world.deed.join("journal.json"), bad.as_bytes(), 0o600).unwrap();
        assert!(
            matches!(journal::read(&world.deed), Err(Error::Journal(..))),
            "{name}"
        );
    }
}
