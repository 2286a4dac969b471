//! One judgement: run checks on one or more changes, ask the policy, make a report.

use super::Error;
use super::commands;
use super::load;
use super::validate::{self, Planned, Wanted};
use super::wire::Wired;
use crate::engine::{self, Plan};
use crate::git::Repository;
use crate::model::{
    Category, ChangeSet, CheckRun, Coverage, Finding, Fingerprint, Grounds, LeftOut, Location, Moved,
    Objects, Oid, Outcome, Part, Report, Shard, Source, Stage,
};
use crate::policy;
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use bstr::BStr;
use std::collections::HashSet;

/// A judgement under way.
pub struct Judge<'a> {
    repo: &'a Repository,
    wired: &'a Wired,
    deadline: Deadline,
    shard: Option<Shard>,
    /// What the rules find in all of the change, where only a share of it counts.
    known: Option<CheckRun>,
    runs: Vec<CheckRun>,
    left_out: Vec<LeftOut>,
    seen: HashSet<Fingerprint>,
    review: Option<Coverage>,
    notes: Vec<String>,
    files: usize,
    commits: usize,
}

/// Which rules look at a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All that the gate asks for.
    Full,
    /// Those whose findings harm by standing in the history, and those about messages.
    History,
}

impl<'a> Judge<'a> {
    /// Starts a judgement, and with it the deadline of the gate.
    #[must_use]
    pub fn new(repo: &'a Repository, wired: &'a Wired) -> Self {
        tracing::debug!(git_dir = ?repo.git_dir(), "repository");
        Self {
            repo,
            wired,
            deadline: Deadline::after(wired.gate.deadline),
            shard: None,
            known: None,
            runs: Vec::new(),
            left_out: Vec::new(),
            seen: HashSet::new(),
            review: None,
            notes: Vec::new(),
            files: 0,
            commits: 0,
        }
    }

    /// Ends the time of the gate too when the user asks the program to end.
    #[must_use]
    pub fn heeding(mut self, interrupt: &Interrupt) -> Self {
        self.deadline = self.deadline.or_interrupted(interrupt);
        self
    }

    /// Judges one share alone; `None`: all of it.
    #[must_use]
    pub fn sharing(mut self, shard: Option<Shard>) -> Self {
        self.shard = shard;
        self
    }

    /// Whether this share has what a check has to do with the change as a whole.
    fn takes(&self, check: &str) -> bool {
        self.shard.is_none_or(|shard| shard.takes(check, b""))
    }

    /// Whether the time of the gate is up.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.deadline.is_over()
    }

    /// Runs the checks on a change.
    pub fn look(&mut self, change: &ChangeSet, depth: Depth) {
        let wired = self.wired;
        let mut plan = Plan {
            rules: wired.rules_at(depth),
            patterns: wired.patterns_at(depth),
            options: &wired.options,
            counts: &|path: &BStr, id: &str| wired.counts(path, id),
            excluded: &|path: &BStr| wired.is_excluded(path),
            suppressions: wired.suppressions,
            stage: wired.stage,
            deadline: self.deadline,
            shard: self.shard,
        };
        let fresh = change.files.iter().filter_map(|file| Some(file.new?.id));
        let readers = self.repo.readers(wired.max_file_bytes, fresh);
        let open = || Box::new(readers.open()) as Box<dyn Objects>;
        tracing::debug!(
            source = change.source.name(),
            base = ?change.base.map(|id| id.to_string()),
            head = %change.head,
            files = change.files.len(),
            rules = plan.rules.len(),
            depth = ?depth,
            "compared"
        );
        let mut ran = engine::run(change, &plan, &open);
        let is_ours = plan.takes(engine::WHOLE);
        if is_ours && depth == Depth::Full && wired.is_on(&engine::BROKEN.id) {
            for (path, problem) in self.broken_by(change) {
                let path = BStr::new(path);
                add(
                    &mut ran.run,
                    engine::finding_on(path, &engine::BROKEN, problem, &plan),
                );
            }
        }
        if self.shard.is_some() && self.wired.wish.is_some() && self.takes(VALIDATORS) {
            // Models are told by all that the rules find what not to be shown, and not by one share of it.
            plan.shard = None;
            self.known = Some(engine::run(change, &plan, &open).run);
        }
        self.stamp(&mut ran.run, change, depth);
        self.runs.push(ran.run);
        if is_ours {
            self.left_out.extend(change.left_out.iter().cloned());
        }
        self.left_out.extend(ran.left_out);
        if depth == Depth::Full {
            self.files += change.files.len();
        } else {
            self.commits += 1;
        }
    }

    /// Returns the files of the policy that could not be used once the change is recorded, with why.
    fn broken_by(&self, change: &ChangeSet) -> Vec<(&str, String)> {
        let (base, head) = (change.base, change.head);
        let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
        let file = self.wired.baseline_file.as_str();
        let policy = may_touch(change, crate::config::FILE)
            .then(|| load::broken_by(self.repo, base, head).ok().flatten())
            .flatten();
        let baseline = may_touch(change, file)
            .then(|| load::baseline_broken_by(self.repo, base, head, file))
            .flatten();
        let policy = policy.map(|problem| (crate::config::FILE, first(problem)));
        policy
            .into_iter()
            .chain(baseline.map(|problem| (file, problem)))
            .collect()
    }

    /// Says that commits were not reached.
    pub fn leave_out(&mut self, left_out: LeftOut) {
        self.left_out.push(left_out);
    }

    /// Names the commit of what was found below the head, and drops what was found before.
    fn stamp(&mut self, run: &mut CheckRun, change: &ChangeSet, depth: Depth) {
        let (Outcome::Completed(findings) | Outcome::Failed(_, findings) | Outcome::TimedOut(findings)) =
            &mut run.outcome
        else {
            return;
        };
        findings.retain(|f| self.seen.insert(f.fingerprint));
        if let (Source::Commit(id), Depth::History) = (&change.source, depth) {
            findings.iter_mut().for_each(|f| {
                f.commit = Some(*id);
                f.help = Some(rewrite(f, *id, change.base.is_none(), self.wired.stage));
            });
        }
    }

    /// Runs linters and tests on the change, if the gate asks for them.
    ///
    /// # Errors
    /// When the user interrupts.
    pub fn run_commands(&mut self, change: &ChangeSet) -> Result<(), Error> {
        let Some(wish) = &self.wired.commands else {
            return Ok(());
        };
        let interrupt = Interrupt::listen();
        let wanted = commands::Wanted {
            repo: self.repo,
            wired: self.wired,
            deadline: self.deadline,
            interrupt: &interrupt,
        };
        let takes = |id: &str| self.takes(id);
        let commanded = commands::run(wish, change, &wanted, &takes)?;
        self.runs.extend(commanded.runs);
        self.notes.extend(commanded.notes);
        Ok(())
    }

    /// Has models review the change, if the gate asks for it.
    ///
    /// # Errors
    /// When what the policy says about models cannot be used, or the user interrupts.
    pub fn ask_models(&mut self, change: &ChangeSet) -> Result<(), Error> {
        self.review_by_models(change, false).map(drop)
    }

    /// Says what would be asked of models.
    ///
    /// # Errors
    /// When what the policy says about models cannot be used.
    pub fn plan_models(&mut self, change: &ChangeSet) -> Result<Vec<Planned>, Error> {
        self.review_by_models(change, true)
    }

    fn review_by_models(&mut self, change: &ChangeSet, is_dry: bool) -> Result<Vec<Planned>, Error> {
        if self.wired.wish.is_none() || !self.takes(VALIDATORS) {
            return Ok(Vec::new());
        }
        let interrupt = Interrupt::listen();
        let wanted = Wanted {
            repo: self.repo,
            wired: self.wired,
            known: self.known.as_ref().map_or(&self.runs, std::slice::from_ref),
            deadline: self.deadline,
            interrupt: &interrupt,
            is_dry,
        };
        let validated = validate::run(change, &wanted)?;
        self.runs.extend(validated.runs);
        self.left_out.extend(validated.left_out);
        self.notes.extend(validated.notes);
        self.review = Some(validated.coverage);
        Ok(validated.planned)
    }

    /// Asks the policy and makes the report.
    #[must_use]
    pub fn finish(self, change: &ChangeSet, chosen: Option<String>) -> Report {
        let (verdict, findings, grounds) =
            policy::weigh(&self.wired.policy, change.head, self.runs, &self.left_out);
        tracing::debug!(
            stage = verdict.stage.name(),
            decision = verdict.decision.name(),
            findings = findings.len(),
            left_out = self.left_out.len(),
            micros = self.deadline.elapsed().as_micros(),
            "decided"
        );
        let mut notes = self.wired.notes.clone();
        notes.extend(self.notes);
        notes.extend(policy::expired(&self.wired.policy, &findings));
        Report {
            source: change.source.clone(),
            head: None,
            chosen,
            part: self.shard.map(|shard| part(shard, change, grounds)),
            files: self.files,
            moved: Moved::of(change),
            commits: self.commits,
            findings,
            review: self.review,
            left_out: self.left_out,
            verdict,
            policy: self.wired.source.clone(),
            notes,
            elapsed: self.deadline.elapsed(),
        }
    }
}

/// The share of the models: who budgets and compares their answers sees all of them.
const VALIDATORS: &str = "validators";

fn part(shard: Shard, change: &ChangeSet, grounds: Grounds) -> Part {
    let files = change
        .files
        .iter()
        .filter(|file| shard.takes(engine::RULES, &file.path));
    Part {
        shard,
        files: files.count(),
        incomplete: false,
        grounds,
        after: None,
    }
}

/// Says what helps where the head has mended the text: no comment on a line reaches back.
fn rewrite(finding: &Finding, commit: Oid, is_first: bool, stage: Stage) -> String {
    let from = match is_first {
        true => "--root".to_owned(),
        false => format!("{}^", commit.to_hex_with_len(10)),
    };
    let holds = match stage {
        Stage::PrePush => "the push sends this commit too",
        _ => "the change brings this commit too",
    };
    let how = format!("{holds}: rewrite it with `git rebase -i {from}`");
    match (&finding.location, &finding.help) {
        (Location::Message(_), Some(help)) => format!("{how}; {help}"),
        _ if Category::of(&finding.check) == Category::Secrets => {
            format!("{how}, and rotate the secret if anybody else has seen it")
        }
        _ => how,
    }
}

/// Whether the tree that a change ends in may have something else at a path than the one that it starts from. What a
/// merge takes from another parent is not among its files.
fn may_touch(change: &ChangeSet, path: &str) -> bool {
    let is_complete = change
        .files
        .first()
        .is_some_and(|file| file.other_parents.is_empty());
    !is_complete || change.files.iter().any(|file| file.path == path)
}

fn add(run: &mut CheckRun, more: Vec<Finding>) {
    if let Outcome::Completed(f) | Outcome::Failed(_, f) | Outcome::TimedOut(f) = &mut run.outcome {
        f.extend(more);
    }
}
