//! Finds the two commits that a CI system means in the repository as it is, and brings what is missing.
//!
//! What cannot be had is an error that says what to do: no other base takes its place in silence.

use super::Error;
use super::found::{Between, Found, Merge, Spec, Wrong};
use super::vars::{Branch, shown};
use crate::git::remote::{self, Depth, Remote};
use crate::git::{self, Repository};
use crate::model::Oid;
use std::path::Path;

/// By how many commits the history is deepened, until base and head meet; then all of it is brought.
const STEPS: [u32; 4] = [16, 64, 256, 1024];

/// The two commits, and how they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What the change starts from; `None`: before the first commit.
    pub from: Option<Oid>,
    /// What the change ends in.
    pub to: Oid,
    /// The newest commit of the author's: another one than `to` where the system has merged.
    pub head: Oid,
    /// What stands for the base: one line.
    pub how: String,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A repository that may grow.
pub struct Place<'a> {
    /// The repository.
    pub repo: Repository,
    dir: &'a Path,
    remote: Option<Remote>,
    /// Why git cannot say which remotes there are.
    mute: Option<git::Error>,
    is_offline: bool,
    whole: &'a str,
    notes: Vec<String>,
}

impl<'a> Place<'a> {
    /// Opens the repository of a directory. `whole` says how the system is told to clone all of it.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(dir: &'a Path, is_offline: bool, whole: &'a str) -> Result<Self, Error> {
        let repo = Repository::open(dir)?;
        let (remote, mute) = match Remote::of(&repo) {
            Ok(remote) => (remote, None),
            // What is here needs no git.
            Err(e) => (None, Some(e)),
        };
        Ok(Self {
            remote,
            mute,
            repo,
            dir,
            is_offline,
            whole,
            notes: Vec::new(),
        })
    }

    /// Finds the two commits.
    ///
    /// # Errors
    /// When one of them, or what they have in common, cannot be had.
    pub fn pair(&mut self, found: &Found) -> Result<Pair, Error> {
        let pair = self.look_up(found)?;
        if !self.is_offline && remote::is_partial(&self.repo) {
            let lacking = "the clone is partial, and what it lacks cannot be had";
            remote::complete(&self.repo, pair.from, pair.to)
                .map_err(|e| self.missing(&format!("{lacking}: {}", said(&e))))?;
            self.repo = Repository::open(self.dir)?;
        }
        Ok(pair)
    }

    /// Whether nothing may be asked of the remote.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.is_offline
    }

    /// Brings the history between the ends of a change, where the clone is shallow.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn complete_history(&mut self, pair: &Pair) -> Result<(), Error> {
        if !remote::is_shallow(&self.repo) {
            return Ok(());
        }
        let done = match pair.from {
            Some(from) => self
                .bring(pair.head)
                .and_then(|()| self.common(from, pair.head))
                .map(drop),
            None => self.fetch(&[pair.head], Depth::All, "the history is not in this clone"),
        };
        // What was said when the ends were looked up is enough.
        self.notes.clear();
        done
    }

    fn look_up(&mut self, found: &Found) -> Result<Pair, Error> {
        if let Some((from, to)) = self.merged(found)? {
            let pair = self.found(Some(from), to, "the merge that the system made".to_owned());
            let head = match found.head {
                Spec::Commit(head) => head,
                _ => to,
            };
            return Ok(Pair { head, ..pair });
        }
        let to = self.commit(&found.head)?;
        if found.base == Spec::Nothing {
            return Ok(self.found(None, to, "everything is new".to_owned()));
        }
        let (base, between) = match (self.commit(&found.base), &found.instead) {
            (Ok(base), _) => (base, found.between),
            (Err(_), Some(instead)) => {
                self.notes.push(format!(
                    "{} cannot be had: what {instead} lacks counts",
                    found.base
                ));
                self.unlike(found, instead)?;
                (self.commit(instead)?, Between::MergeBase)
            }
            (Err(wrong), None) => return Err(wrong),
        };
        if between == Between::Exact {
            return Ok(self.found(Some(base), to, found.base.to_string()));
        }
        self.unlike(found, &found.base)?;
        let common = self.common(base, to)?;
        let how = format!("what is in common with {} of {}", short(base), found.base);
        Ok(self.found(Some(common), to, how))
    }

    fn found(&mut self, from: Option<Oid>, to: Oid, how: String) -> Pair {
        Pair {
            from,
            to,
            head: to,
            how,
            notes: std::mem::take(&mut self.notes),
        }
    }

    /// Insists that the branch that is built is not the one that it is compared with.
    fn unlike(&self, found: &Found, base: &Spec) -> Result<(), Error> {
        let base = match base {
            Spec::Branch(branch) => Some(branch.clone()),
            Spec::DefaultBranch => Some(self.default_branch()?),
            _ => None,
        };
        if base.is_some() && base == found.branch {
            return Err(Wrong::no_change(&found.event).into());
        }
        Ok(())
    }

    /// Returns the base that was merged with the head, and the merge, if the system made one of this head.
    fn merged(&mut self, found: &Found) -> Result<Option<(Oid, Oid)>, Error> {
        let (Some(merge), Spec::Commit(head)) = (found.merge, &found.head) else {
            return Ok(None);
        };
        let merge = match merge {
            Merge::Commit(id) => id,
            Merge::Head => git::resolve(&self.repo, "HEAD")?,
        };
        if merge == *head || !remote::is_here(&self.repo, merge) {
            return Ok(None);
        }
        let base = match remote::parents(&self.repo, merge)?.as_slice() {
            [base, merged] if merged == head => *base,
            // The other way round it may as well be a merge that the author has made.
            [merged, base] if merged == head && self.commit(&found.base)? == *base => *base,
            [_, other] => {
                self.notes.push(format!(
                    "the merge {} is stale: it holds {}, and the change ends in {}",
                    short(merge),
                    short(*other),
                    short(*head)
                ));
                return Ok(None);
            }
            _ => return Ok(None),
        };
        if let Spec::Commit(named) = found.base
            && named != base
        {
            let (base, named) = (short(base), short(named));
            let note =
                format!("the merge is not made onto the base that the event names: {base}, not {named}");
            self.notes.push(note);
        }
        self.bring(base)?;
        Ok(Some((base, merge)))
    }

    /// Returns the commit that a place in the history stands for, which is here then.
    fn commit(&mut self, spec: &Spec) -> Result<Oid, Error> {
        match spec {
            Spec::Commit(id) => self.bring(*id).map(|()| *id),
            Spec::Branch(branch) => self.tip(branch),
            Spec::DefaultBranch => {
                let branch = self.default_branch()?;
                self.tip(&branch)
            }
            Spec::Head | Spec::Nothing => Ok(git::resolve(&self.repo, "HEAD")?),
            Spec::Named(name) => self.named(name),
        }
    }

    /// Returns the commit of a revision that the user wrote, or of the branch of that name.
    fn named(&mut self, name: &str) -> Result<Oid, Error> {
        if name.starts_with('-') {
            return Err(Wrong::value("the command line", name, "a revision").into());
        }
        if let Ok(id) = Oid::from_hex(name.as_bytes()) {
            return self.bring(id).map(|()| id);
        }
        let unknown = match git::resolve(&self.repo, name) {
            Ok(id) => return Ok(id),
            Err(e) => e,
        };
        match Branch::new("--base", name) {
            Ok(branch) if self.remote.is_some() => self.tip(&branch).map_err(|_| unknown.into()),
            _ if remote::is_shallow(&self.repo) => Err(self.missing(&unknown.to_string())),
            _ => Err(unknown.into()),
        }
    }

    fn default_branch(&self) -> Result<Branch, Error> {
        let asked = match &self.remote {
            Some(remote) if !self.is_offline => remote.default_branch().ok().flatten(),
            _ => None,
        };
        let local = || {
            self.remote
                .as_ref()
                .and_then(|r| git::remote_head(&self.repo, r.name()))
        };
        match asked.or_else(local) {
            Some(name) => Ok(Branch::new("the default branch of the remote", &name)?),
            None => Err(Wrong::new(
                "the default branch of the remote is not known",
                "name the base with `--base`",
            )
            .into()),
        }
    }

    /// Returns the commit that a branch of the remote stands on: now, or else when it was last asked.
    fn tip(&mut self, branch: &Branch) -> Result<Oid, Error> {
        let asked = match &self.remote {
            Some(remote) if !self.is_offline => remote.tip(branch.name()),
            _ => Ok(None),
        };
        if let Ok(Some(id)) = asked {
            return self.bring(id).map(|()| id);
        }
        let name = shown(branch.name());
        let known = self.remote.as_ref().and_then(|r| {
            git::resolve(
                &self.repo,
                &format!("refs/remotes/{}/{}", r.name(), branch.name()),
            )
            .ok()
        });
        let Some(id) = known else {
            let why = asked.err().map(|e| format!(": {e}")).unwrap_or_default();
            return Err(self.missing(&format!("the branch `{name}` of the remote is not here{why}")));
        };
        if let Err(why) = asked {
            self.notes
                .push(format!("`{name}` is what it was when the clone was made: {why}"));
        }
        Ok(id)
    }

    /// Brings a commit, if it is not here.
    fn bring(&mut self, id: Oid) -> Result<(), Error> {
        if remote::is_here(&self.repo, id) {
            return Ok(());
        }
        // A clone that has all of the history must stay one.
        let depth = match remote::is_shallow(&self.repo) {
            true => Depth::One,
            false => Depth::Needed,
        };
        self.fetch(&[id], depth, &format!("commit {id} is not in this clone"))?;
        if remote::is_here(&self.repo, id) {
            self.notes.push(format!(
                "commit {} was not in the clone, and was fetched",
                short(id)
            ));
            return Ok(());
        }
        Err(self.missing(&format!(
            "commit {id} is not in this clone, and the remote does not give it"
        )))
    }

    /// Returns the newest commit that two have in common.
    fn common(&mut self, a: Oid, b: Oid) -> Result<Oid, Error> {
        let was_shallow = remote::is_shallow(&self.repo);
        let lacking = format!(
            "the history in which {} and {} meet is not in this clone",
            short(a),
            short(b)
        );
        let mut steps = STEPS.iter();
        loop {
            if let Some(common) = remote::common(&self.repo, a, b)? {
                if was_shallow {
                    self.notes.push(
                        "the clone is shallow: base and head meet in the part of it that is here".to_owned(),
                    );
                }
                self.bring(common)?;
                return Ok(common);
            }
            if !remote::is_shallow(&self.repo) {
                let message = format!("{} and {} have no commit in common", short(a), short(b));
                return Err(Wrong::new(message, "name another base with `--base`").into());
            }
            let depth = steps.next().map_or(Depth::All, |by| Depth::More(*by));
            self.fetch(&[a, b], depth, &lacking)?;
            if depth == Depth::All && remote::is_shallow(&self.repo) {
                return Err(self.missing(&lacking));
            }
        }
    }

    fn fetch(&mut self, commits: &[Oid], depth: Depth, lacking: &str) -> Result<(), Error> {
        let Some(remote) = self.remote.as_ref().filter(|_| !self.is_offline) else {
            return Err(self.missing(lacking));
        };
        remote
            .fetch(commits, depth)
            .map_err(|e| self.missing(&format!("{lacking}: {}", said(&e))))?;
        self.repo = Repository::open(self.dir)?;
        Ok(())
    }

    fn missing(&self, what: &str) -> Error {
        let what = match &self.mute {
            Some(e) => format!("{what}: {e}"),
            None => what.to_owned(),
        };
        let hint = match self.whole {
            "" => "fetch it, or clone without `--depth`".to_owned(),
            whole => format!("clone all of the history: {whole}"),
        };
        Wrong::new(what, hint).into()
    }
}

/// Returns what git said, without the long command.
fn said(error: &git::Error) -> String {
    match error {
        git::Error::Git(args, said) => {
            let word = args.split(' ').find(|word| ["fetch", "diff"].contains(word));
            format!("`git {}` failed: {said}", word.unwrap_or("-"))
        }
        other => other.to_string(),
    }
}

/// Returns the first digits of an id.
pub fn short(id: Oid) -> String {
    id.to_hex_with_len(10).to_string()
}
