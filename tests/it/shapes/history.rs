//! A history of random commits, whose every line is held to git's.

use super::lines;
use super::view::{copies_of_git, copies_of_pantheon, of_git, of_pantheon};
use crate::support::Repo;

/// A generator of numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Blocks of code that resemble each other, so that a diff has more than one place to begin.
const BLOCKS: [&str; 7] = [
    "fn one() {\n    begin();\n    work();\n}\n\n",
    "fn two() {\n    begin();\n    end();\n}\n\n",
    "    if ready {\n        return;\n    }\n",
    "\n",
    "    }\n\n    }\n",
    "# a heading\n\ntext\n\n",
    "same\nsame\nsame\n",
];

fn text(random: &mut Random) -> String {
    (0..4 + random.below(30))
        .map(|_| BLOCKS[random.below(BLOCKS.len())])
        .collect()
}

fn edited(old: &str, random: &mut Random) -> String {
    let mut rows: Vec<String> = old.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..1 + random.below(4) {
        let at = random.below(rows.len() + 1);
        let many = random.below(6).min(rows.len() - at);
        match random.below(4) {
            0 => drop(rows.drain(at..at + many)),
            1 => rows.insert(at, BLOCKS[random.below(BLOCKS.len())].to_owned()),
            2 => {
                // A block moves, or stands twice.
                let block: Vec<String> = rows[at..at + many].to_vec();
                let to = random.below(rows.len() + 1);
                drop(rows.splice(to..to, block));
            }
            _ => rows.insert(at, format!("{}\n", random.below(5))),
        }
    }
    let text = rows.concat();
    match random.below(12) {
        0 => text.trim_end().to_owned(),
        _ => text,
    }
}

fn step(repo: &Repo, paths: &mut Vec<String>, random: &mut Random, n: usize) {
    let at = random.below(paths.len());
    let path = paths[at].clone();
    match random.below(10) {
        0 => {
            paths.push(format!("d{}/new{n}.rs", random.below(3)));
            repo.write(&paths[paths.len() - 1], text(random));
        }
        1 if paths.len() > 3 => {
            std::fs::remove_file(repo.path(&path)).unwrap();
            paths.swap_remove(at);
        }
        2 | 3 => {
            let new = format!("d{}/moved{n}.rs", random.below(3));
            let old = String::from_utf8(repo.read(&path)).unwrap();
            std::fs::remove_file(repo.path(&path)).unwrap();
            let same = random.below(2) == 0;
            repo.write(&new, if same { old } else { edited(&old, random) });
            paths[at] = new;
        }
        _ => {
            let old = String::from_utf8(repo.read(&path)).unwrap();
            repo.write(&path, edited(&old, random));
        }
    }
}

#[test]
fn hunks_of_a_random_history_are_gits() {
    let repo = Repo::new();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut paths: Vec<String> = (0..6).map(|n| format!("d{}/f{n}.rs", n % 3)).collect();
    for path in &paths {
        repo.write(path, text(&mut random) + &lines(3));
    }
    repo.commit("Begin");
    let (mut seen, mut copies) = (0, 0);
    for n in 0..150 {
        for edit in 0..1 + random.below(3) {
            step(&repo, &mut paths, &mut random, n * 10 + edit);
        }
        let commit = repo.commit(&format!("Step {n}"));
        let (ours, git) = (
            of_pantheon(&repo, &[&commit]),
            of_git(&repo, &["show", "--format=", &commit]),
        );
        assert_eq!(ours, git, "step {n}");
        copies += agree_on_copies(&repo, &commit);
        seen += ours
            .values()
            .filter_map(|f| f.lines.as_ref())
            .map(|l| l[1].len())
            .sum::<usize>();
    }
    assert!(seen > 1000, "only {seen} lines were compared");
    assert!(copies > 3, "only {copies} copies were compared");
}

/// Insists that copies are those of `git diff -C`, and counts them. Of a path that goes and leaves two
/// that resemble it, git calls another one the rename there, so changes with renames are left out.
#[track_caller]
fn agree_on_copies(repo: &Repo, commit: &str) -> usize {
    let git = copies_of_git(repo, &["show", "--format=", commit]);
    if git.values().any(|(status, _)| status == "renamed") {
        return 0;
    }
    assert_eq!(copies_of_pantheon(repo, &[commit]), git, "{commit}");
    git.values().filter(|(status, _)| status == "copied").count()
}
