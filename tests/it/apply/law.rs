//! The law of apply: random edits of an agent and of the user, and nothing is lost.
//!
//! Every line that is written has a number of its own, so that it is known wherever it ends up. `PROPTEST_CASES` sets
//! how many trees are tried.

use super::{Tree, World};
use crate::support::Repo;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// How many trees are tried unless the environment says.
const CASES: u32 = 12;

/// The names that files have: some cannot be there at the same time, one is ignored.
const NAMES: [&[u8]; 12] = [
    b"a",
    b"b.txt",
    b"d/x",
    b"d/y.txt",
    b"d/e/z",
    b"d",
    b"sp ace",
    b"\xff\xfe.bin",
    b"new\nline",
    b"d/x/deep",
    b"run.sh",
    b"ignored/f",
];

const ATTRIBUTES: [&str; 5] = [
    "",
    "* text=auto\n",
    "*.txt text eol=crlf\n",
    "* text=auto eol=crlf\n",
    "*.txt text eol=lf\n",
];

/// One edit: what, where, and how.
#[derive(Debug, Clone, Copy)]
struct Edit {
    kind: u8,
    at: u8,
    how: u8,
}

/// What happens.
#[derive(Debug, Clone)]
struct Story {
    base: Vec<Edit>,
    agent: Vec<Edit>,
    staged: Vec<Edit>,
    user: Vec<Edit>,
    later: Vec<Edit>,
    attributes: usize,
    autocrlf: usize,
}

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let edit = (any::<u8>(), any::<u8>(), any::<u8>());
    proptest::collection::vec(edit.prop_map(|(kind, at, how)| Edit { kind, at, how }), 0..most)
}

fn story() -> impl Strategy<Value = Story> {
    let later = prop_oneof![3 => Just(Vec::new()), 1 => edits(3)];
    let sides = (edits(9), edits(6), edits(3), edits(6), later);
    (sides, 0..ATTRIBUTES.len(), 0..3_usize).prop_map(
        |((base, agent, staged, user, later), attributes, autocrlf)| Story {
            base,
            agent,
            staged,
            user,
            later,
            attributes,
            autocrlf,
        },
    )
}

/// Whoever edits a tree; lines are marked with the letter and a number.
struct Editor {
    letter: char,
    count: usize,
}

impl Editor {
    fn new(letter: char) -> Self {
        Self { letter, count: 0 }
    }

    fn word(&mut self) -> String {
        self.count += 1;
        format!("{}{}.", self.letter, self.count)
    }

    fn edit(&mut self, repo: &Repo, edit: Edit) {
        let all = files(&repo.root);
        let path = match all.is_empty() {
            true => return self.put(repo, edit),
            false => all[usize::from(edit.at) % all.len()].clone(),
        };
        let full = repo.path(&path);
        match edit.kind % 10 {
            0..=2 => self.put(repo, edit),
            3 => fs::remove_file(full).unwrap(),
            4 => drop(fs::rename(
                full,
                repo.path(if edit.how.is_multiple_of(2) {
                    "moved"
                } else {
                    "d/moved"
                }),
            )),
            5 if !full.is_symlink() => {
                let mode = fs::metadata(&full).unwrap().permissions().mode() ^ 0o111;
                fs::set_permissions(full, fs::Permissions::from_mode(mode)).unwrap();
            }
            _ if full.is_symlink() => self.put(repo, edit),
            _ => self.change(repo, &path, edit),
        }
    }

    /// Writes a new file, whatever is in its way.
    fn put(&mut self, repo: &Repo, edit: Edit) {
        let path = repo.path(OsStr::from_bytes(NAMES[usize::from(edit.at) % NAMES.len()]));
        for above in path.ancestors().skip(1).take_while(|above| *above != repo.root) {
            if above.is_symlink() || above.is_file() {
                fs::remove_file(above).unwrap();
            }
        }
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(&path).unwrap();
        } else if path.is_symlink() || path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if edit.how.is_multiple_of(11) {
            return symlink(self.word(), path).unwrap();
        }
        let bytes = self.content(edit.how);
        repo.write(&path, bytes);
        repo.chmod(&path, [0o644, 0o755, 0o600][usize::from(edit.how) % 3]);
    }

    fn content(&mut self, how: u8) -> Vec<u8> {
        if how.is_multiple_of(7) {
            return [b"\0", self.word().as_bytes(), b"\0"].concat();
        }
        let end = if how % 4 == 1 { "\r\n" } else { "\n" };
        let count = [1, 3, 12, 12, 0][usize::from(how) % 5];
        let lines: Vec<String> = (0..count).map(|_| self.word()).collect();
        let last = if how.is_multiple_of(3) { "" } else { end };
        (lines.join(end) + if count == 0 { "" } else { last }).into_bytes()
    }

    fn change(&mut self, repo: &Repo, path: &Path, edit: Edit) {
        let bytes = repo.read(path);
        let mut lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let at = usize::from(edit.how) % (lines.len() + 1);
        let line = (self.word() + if edit.how.is_multiple_of(5) { "\r\n" } else { "\n" }).into_bytes();
        match edit.kind % 3 {
            0 if at < lines.len() => lines[at] = line,
            1 if at < lines.len() => drop(lines.remove(at)),
            _ => lines.insert(at, line),
        }
        repo.write(path, lines.concat());
    }
}

/// The files of a tree but those that say how others look, in order.
fn files(root: &Path) -> Vec<PathBuf> {
    let keep = |path: &Path| {
        !path.starts_with(".git") && path != Path::new(".gitattributes") && path != Path::new(".gitignore")
    };
    let is_file = |path: &Path| !root.join(path).is_dir() || root.join(path).is_symlink();
    super::tree(root)
        .into_keys()
        .filter(|path| keep(path) && is_file(path))
        .collect()
}

/// The words in a tree: letter, number, dot.
fn words(tree: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, bytes, _) in tree.values() {
        for word in bytes.split_inclusive(|byte| *byte == b'.') {
            let start = word.iter().rposition(|byte| byte.is_ascii_uppercase());
            let word = start.map(|start| String::from_utf8_lossy(&word[start..]).into_owned());
            found.extend(word.filter(|word| word.ends_with('.')));
        }
    }
    found
}

fn world(story: &Story) -> World {
    let world = World::new();
    let repo = &world.repo;
    repo.git(&[
        "config",
        "core.autocrlf",
        ["false", "true", "input"][story.autocrlf],
    ]);
    repo.write(".gitignore", "/ignored/\n");
    repo.write(".gitattributes", ATTRIBUTES[story.attributes]);
    let mut editor = Editor::new('B');
    story
        .base
        .iter()
        .for_each(|edit| editor.edit(repo, Edit { kind: 0, ..*edit }));
    repo.commit("base");
    world
}

fn holds(story: &Story) {
    let world = world(story);
    let repo = &world.repo;
    let base = words(&world.files());
    let mut agent = Editor::new('A');
    world.propose("r1", |tree| {
        story.agent.iter().for_each(|edit| agent.edit(tree, *edit))
    });
    // What is ignored is not in the proposal.
    let mut offered = super::tree(&world.run_dir("r1").join("tree"));
    offered.retain(|path, _| !path.starts_with("ignored"));
    let offered = words(&offered);
    let mut user = Editor::new('U');
    story.staged.iter().for_each(|edit| user.edit(repo, *edit));
    if !story.staged.is_empty() {
        repo.add();
    }
    story.user.iter().for_each(|edit| user.edit(repo, *edit));
    let (before, git) = (world.files(), world.git_dir());

    let ran = world.apply("r1");
    let after = world.files();
    assert_eq!(world.git_dir(), git, "{ran}");
    if ran.code == 1 {
        assert!(ran.stdout.starts_with("conflict: "), "{ran}");
        assert_eq!(after, before, "{ran}");
        return;
    }
    assert_eq!(ran.code, 0, "{ran}");
    let (mine, both) = (words(&before), words(&after));
    let added =
        |side: &BTreeSet<String>, letter| side.iter().filter(|w| w.starts_with(letter)).cloned().collect();
    let lost = |side: BTreeSet<String>| side.difference(&both).cloned().collect::<Vec<_>>();
    assert_eq!(
        lost(added(&mine, 'U')),
        Vec::<String>::new(),
        "edits of the user: {ran}"
    );
    assert_eq!(
        lost(added(&offered, 'A')),
        Vec::<String>::new(),
        "edits of the agent: {ran}"
    );
    let kept: BTreeSet<_> = mine.intersection(&offered).cloned().collect();
    assert_eq!(lost(kept), Vec::<String>::new(), "what both kept: {ran}");
    // A file that the agent moved and changed a lot is a new one to git.
    if !story.agent.iter().any(|edit| edit.kind % 10 == 4) {
        let back = base.difference(&mine).filter(|word| both.contains(*word));
        assert_eq!(back.count(), 0, "what the user removed: {ran}");
    }
    untouched(&world, &before, &after);
    comes_back(story, &world, &before);
    assert_eq!(world.git_dir(), git);
}

/// Insists that undo brings everything back, or, behind later edits, loses none of them.
fn comes_back(story: &Story, world: &World, before: &Tree) {
    let mut later = Editor::new('L');
    story.later.iter().for_each(|edit| later.edit(&world.repo, *edit));
    let edited = world.files();
    let ran = world.undo();
    if story.later.is_empty() {
        assert_eq!((ran.code, &world.files()), (0, before), "{ran}");
        return;
    }
    if ran.code == 1 {
        assert!(ran.stdout.starts_with("conflict: "), "{ran}");
        assert_eq!(world.files(), edited, "{ran}");
        return;
    }
    let now = words(&world.files());
    let is_later = |word: &&String| word.starts_with(['L', 'U']);
    let lost: Vec<_> = words(&edited)
        .into_iter()
        .filter(|w| is_later(&w) && !now.contains(w))
        .collect();
    assert_eq!((ran.code, lost), (0, Vec::new()), "edits since: {ran}");
}

/// Insists that files which the proposal does not touch are the same to the last bit.
fn untouched(world: &World, before: &Tree, after: &Tree) {
    let run = world.run_dir("r1");
    let text = fs::read_to_string(run.join("proposal.json")).unwrap();
    let proposal: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut command = world.repo.command("git");
    command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", run.join("odb"));
    let (base, tree) = (
        proposal["base"].as_str().unwrap(),
        proposal["tree"].as_str().unwrap(),
    );
    command.args([
        "-c",
        "core.quotePath=true",
        "diff-tree",
        "-r",
        "--no-renames",
        "--name-only",
        base,
        tree,
    ]);
    let touched = world.repo.finish(&mut command, b"").exits(0).stdout;
    for (path, entry) in before {
        let is_plain = path.to_str().is_some_and(|path| !path.contains('\n'));
        let is_touched = |name: &str| path.starts_with(name) || Path::new(name).starts_with(path);
        let was_moved = path.ends_with("moved");
        if is_plain && !was_moved && !touched.lines().any(is_touched) {
            assert_eq!(after.get(path), Some(entry), "{}", path.display());
        }
    }
}

#[test]
fn nothing_is_lost() {
    let cases = std::env::vars().find(|(name, _)| name == "PROPTEST_CASES");
    let cases = cases.and_then(|(_, count)| count.parse().ok()).unwrap_or(CASES);
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 50,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(story in story())| holds(&story));
}
