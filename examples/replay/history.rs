//! Branches of a real history, and the reviews that a gate is asked for while they come to be.

use crate::Outcome;
use pantheon::git::hunks;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a review is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A commit is about to be made.
    Commit,
    /// A commit was made: the branch so far.
    Branch,
    /// The last commit is amended, or was.
    Amend,
    /// The branch is pushed.
    Push,
    /// A commit was put onto what upstream became: the branch so far.
    Rebase,
}

/// A review: the change between two commits.
#[derive(Debug, Clone)]
pub struct Review {
    /// Why it is asked for.
    pub why: Why,
    /// The commit before.
    pub from: String,
    /// The commit after.
    pub to: String,
}

/// A branch: its commits and the commit below them, and the same as it is once it was rebased.
struct Branch {
    base: String,
    commits: Vec<String>,
    rebased: Option<(String, Vec<String>)>,
}

/// All that is played.
pub struct Play {
    /// The scratch repository.
    pub repository: PathBuf,
    /// The reviews, in order.
    pub reviews: Vec<Review>,
    branches: Vec<usize>,
    amended: usize,
    rebased: usize,
    is_merged: bool,
}

/// Every so many commits is amended.
const AMENDED: usize = 3;
/// The most commits of a branch that stands for others.
const LONGEST: u8 = 6;

impl Play {
    /// Plays the last commits of a repository.
    pub fn of(repository: &Path, scratch: &Path, commits: usize, moved: usize) -> Outcome<Self> {
        let git = Git::borrowing(repository, scratch)?;
        let (branches, is_merged) = branches(&git, commits, moved)?;
        let mut play = Self {
            repository: scratch.to_owned(),
            reviews: Vec::new(),
            branches: Vec::new(),
            amended: 0,
            rebased: 0,
            is_merged,
        };
        let mut count = 0;
        for branch in branches.iter().rev() {
            play.branch(&git, branch, &mut count)?;
        }
        Ok(play)
    }

    fn branch(&mut self, git: &Git, branch: &Branch, count: &mut usize) -> Outcome<()> {
        self.branches.push(branch.commits.len());
        let mut before = branch.base.clone();
        for commit in &branch.commits {
            *count += 1;
            let draft = match count.is_multiple_of(AMENDED) {
                true => draft(git, &before, commit)?,
                false => None,
            };
            if let Some(draft) = &draft {
                self.amended += 1;
                self.push(Why::Commit, &before, draft);
                self.push(Why::Branch, &branch.base, draft);
            }
            let [first, then] = match draft {
                Some(_) => [Why::Amend, Why::Amend],
                None => [Why::Commit, Why::Branch],
            };
            self.push(first, &before, commit);
            self.push(then, &branch.base, commit);
            before.clone_from(commit);
        }
        self.push(Why::Push, &branch.base, &before);
        if let Some((onto, commits)) = &branch.rebased {
            self.rebased += 1;
            for commit in commits {
                self.push(Why::Rebase, onto, commit);
            }
            let tip = commits.last().unwrap_or(onto);
            self.push(Why::Push, onto, tip);
        }
        Ok(())
    }

    fn push(&mut self, why: Why, from: &str, to: &str) {
        self.reviews.push(Review {
            why,
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }

    /// Says what is played.
    pub fn summary(&self) -> String {
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        for length in &self.branches {
            *lengths.entry(*length).or_default() += 1;
        }
        let lengths: Vec<String> = lengths
            .iter()
            .map(|(length, count)| format!("{count} of {length}"))
            .collect();
        format!(
            "{} commits in {} branches ({}; commits each: {}), {} amended, {} rebased, {} reviews",
            self.branches.iter().sum::<usize>(),
            self.branches.len(),
            if self.is_merged {
                "as they were merged"
            } else {
                "runs of a history without merges"
            },
            lengths.join(", "),
            self.amended,
            self.rebased,
            self.reviews.len()
        )
    }
}

/// Returns branches, the youngest first, until there are so many commits. Upstream moves on by so many commits
/// until each is rebased.
fn branches(git: &Git, commits: usize, moved: usize) -> Outcome<(Vec<Branch>, bool)> {
    let walked = git.run(&["rev-list", "--first-parent", "--parents", "-n", "4000", "HEAD"])?;
    let lines: Vec<Vec<&str>> = walked.lines().map(|line| line.split(' ').collect()).collect();
    let recent = lines.iter().take(commits);
    let merges = recent.clone().filter(|line| line.len() == 3).count();
    let is_merged = merges * 4 > recent.len();
    let mut found = Vec::new();
    let mut count = 0;
    let mut at = 0;
    while at < lines.len() && count < commits {
        let branch = match is_merged {
            true => merged(git, &lines, at, moved)?,
            false => run(git, &lines[at..], moved)?,
        };
        at += match (&branch, is_merged) {
            (Some(branch), false) => branch.commits.len(),
            _ => 1,
        };
        if let Some(mut branch) = branch {
            // The first commits of a branch are one, too.
            if count + branch.commits.len() > commits {
                branch.commits.truncate(commits - count);
                if let Some((_, rebased)) = &mut branch.rebased {
                    rebased.truncate(commits - count);
                }
            }
            count += branch.commits.len();
            found.push(branch);
        }
    }
    Ok((found, is_merged))
}

/// Returns the branch that a commit merges, if it is a run of plain commits.
fn merged(git: &Git, lines: &[Vec<&str>], at: usize, moved: usize) -> Outcome<Option<Branch>> {
    let [_, upstream, tip] = lines[at][..] else {
        return Ok(None);
    };
    let Ok(base) = git.run(&["merge-base", upstream, tip]) else {
        return Ok(None);
    };
    let range = format!("{base}..{tip}");
    let walked = git.run(&["rev-list", "--reverse", "--topo-order", "--parents", &range])?;
    let mut commits: Vec<String> = Vec::new();
    for line in walked.lines() {
        let below = commits.last().unwrap_or(&base);
        match line.split(' ').collect::<Vec<&str>>()[..] {
            [commit, parent] if parent == below => commits.push(commit.to_owned()),
            _ => return Ok(None),
        }
    }
    if commits.is_empty() {
        return Ok(None);
    }
    // Upstream goes from the base of the branch up to where it was merged.
    let begun = lines.iter().position(|line| line[0] == base);
    let onto = match begun {
        Some(begun) if begun > at => lines[begun.saturating_sub(moved).max(at + 1)][0],
        _ => upstream,
    };
    let rebased = match onto == base {
        true => None,
        false => put_onto(git, onto, &base, &commits).map(|commits| (onto.to_owned(), commits)),
    };
    Ok(Some(Branch {
        base,
        commits,
        rebased,
    }))
}

/// Returns a run of plain commits as a branch that was begun on an older state and rebased since.
fn run(git: &Git, lines: &[Vec<&str>], moved: usize) -> Outcome<Option<Branch>> {
    let most = usize::from(digest(lines[0][0].as_bytes()) % LONGEST) + 1;
    let plain = lines.iter().take(most).take_while(|line| line.len() == 2);
    let mut commits: Vec<String> = plain.map(|line| line[0].to_owned()).collect();
    commits.reverse();
    let Some(last) = lines[..commits.len()].last() else {
        return Ok(None);
    };
    let [_, base] = last[..] else {
        return Ok(None);
    };
    let older = format!("{base}~{moved}");
    let older = git.run(&["rev-parse", "--verify", "--quiet", &older]);
    let begun = older
        .ok()
        .and_then(|older| Some((put_onto(git, &older, base, &commits)?, older)));
    Ok(Some(match begun {
        Some((begun, older)) => Branch {
            base: older,
            commits: begun,
            rebased: Some((base.to_owned(), commits)),
        },
        None => Branch {
            base: base.to_owned(),
            commits,
            rebased: None,
        },
    }))
}

/// Puts commits onto another one, as they would be there; `None`: they do not fit.
fn put_onto(git: &Git, onto: &str, base: &str, commits: &[String]) -> Option<Vec<String>> {
    let (mut moved, mut tip, mut parent) = (Vec::new(), onto.to_owned(), base);
    for commit in commits {
        let merge_base = format!("--merge-base={parent}");
        let tree = git
            .run(&["merge-tree", "--write-tree", &merge_base, &tip, commit])
            .ok()?;
        tip = git.run(&["commit-tree", "-p", &tip, "-m", "moved", &tree]).ok()?;
        moved.push(tip.clone());
        parent = commit;
    }
    Some(moved)
}

/// Makes a commit as it was before it was amended: in one file, the first line of one run of added lines is
/// missing. `None`: it adds no line to a file.
fn draft(git: &Git, before: &str, commit: &str) -> Outcome<Option<String>> {
    let listed = git.run(&[
        "diff-tree",
        "-r",
        "--no-renames",
        "--diff-filter=AM",
        before,
        commit,
    ])?;
    let files: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(entry, path)| (entry.split(' ').collect::<Vec<&str>>(), path))
        .filter(|(entry, path)| entry[1].starts_with("100") && !path.starts_with('"'))
        .collect();
    let start = usize::from(digest(commit.as_bytes()));
    for at in 0..files.len() {
        let (entry, path) = &files[(start + at) % files.len()];
        let [_, mode, old, new, ..] = entry[..] else {
            continue;
        };
        let old = match old.bytes().all(|byte| byte == b'0') {
            true => Vec::new(),
            false => git.bytes(&["cat-file", "blob", old], b"")?,
        };
        let new = git.bytes(&["cat-file", "blob", new], b"")?;
        let Some(text) = without_a_line(&old, &new, start) else {
            continue;
        };
        let blob = git.bytes(&["hash-object", "-w", "--stdin"], &text)?;
        let blob = String::from_utf8(blob)?.trim().to_owned();
        git.run(&["read-tree", commit])?;
        let info = format!("{mode},{blob},{path}");
        git.run(&["update-index", "--add", "--cacheinfo", &info])?;
        let tree = git.run(&["write-tree"])?;
        return Ok(Some(git.run(&[
            "commit-tree",
            "-p",
            before,
            "-m",
            "draft",
            &tree,
        ])?));
    }
    Ok(None)
}

fn without_a_line(old: &[u8], new: &[u8], choice: usize) -> Option<Vec<u8>> {
    let hunks = hunks(old, new);
    let added: Vec<_> = hunks.iter().filter(|hunk| hunk.new.len() > 1).collect();
    let hunk = added.get(choice.checked_rem(added.len())?)?;
    let gone = hunk.new.start as usize;
    let lines = new.split_inclusive(|byte| *byte == b'\n').enumerate();
    Some(
        lines
            .filter(|(at, _)| *at != gone)
            .flat_map(|(_, line)| line.to_vec())
            .collect(),
    )
}

fn digest(bytes: &[u8]) -> u8 {
    Sha256::digest(bytes)[0]
}

/// Runs git in the scratch repository.
struct Git {
    dir: PathBuf,
}

impl Git {
    /// Makes a repository that borrows the objects of another one.
    fn borrowing(repository: &Path, dir: &Path) -> Outcome<Self> {
        if dir.exists() {
            std::fs::remove_dir_all(dir)?;
        }
        let mut command = Command::new("git");
        command.args(["clone", "--quiet", "--bare", "--shared", "--no-tags"]);
        let status = command.arg(repository).arg(dir).status()?;
        match status.success() {
            true => Ok(Self { dir: dir.to_owned() }),
            false => Err("the repository cannot be cloned".into()),
        }
    }

    fn run(&self, arguments: &[&str]) -> Outcome<String> {
        Ok(String::from_utf8(self.bytes(arguments, b"")?)?.trim().to_owned())
    }

    fn bytes(&self, arguments: &[&str], input: &[u8]) -> Outcome<Vec<u8>> {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.dir).args(arguments);
        command.env("GIT_INDEX_FILE", self.dir.join("draft-index"));
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "nobody");
            command.env(format!("GIT_{role}_EMAIL"), "nobody@example.com");
            command.env(format!("GIT_{role}_DATE"), "2026-01-01T00:00:00Z");
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input)?;
        }
        let output = child.wait_with_output()?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => {
                let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                Err(format!("`git {}`: {why}", arguments.join(" ")).into())
            }
        }
    }
}
