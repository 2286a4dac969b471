//! A proposal, written down; and which of several is offered.

use super::Created;
use super::attempt::{Attempt, Came, Tally};
use super::stream::{Stream, dollars, line};
use super::{Task, task};
use crate::app::Error;
use crate::git::scratch::{Harvest, Scratch, State};
use crate::git::{self, Repository};
use crate::model::{
    Decision, Disposition, Finding, Happening, Proposal, ProposalState, Report, Status, start_of,
    visible_bytes,
};
use crate::sys::signal::Interrupt;
use crate::sys::{clock, file};
use std::cmp::Reverse;
use std::time::Duration;

/// The file in the directory of a run.
pub const FILE: &str = "proposal.json";
/// The longest words of an agent that are kept, in bytes.
const SAID: usize = 8000;
/// The most lines of each list.
const LINES: usize = 200;

/// What a proposal is made from.
pub struct Made<'a> {
    pub stream: &'a Stream<'a>,
    pub id: &'a str,
    pub attempt: &'a Attempt<'a>,
    pub harvest: &'a Harvest,
    /// What the gate says; `None`: it was not asked.
    pub report: Option<&'a Report>,
    pub tally: &'a Tally,
    pub passes: bool,
    pub elapsed: Duration,
}

/// Writes a proposal into the directory of its run.
///
/// # Errors
/// When it cannot be written.
pub fn write(scratch: &mut Scratch, made: &Made<'_>) -> Result<Proposal, Error> {
    let proposal = proposal(scratch, made)?;
    keep(scratch, &proposal)?;
    scratch.set_state(State::Proposed)?;
    made.stream.tell(Happening::Proposed {
        proposal: proposal.id.clone(),
    });
    Ok(proposal)
}

fn keep(scratch: &Scratch, proposal: &Proposal) -> Result<(), Error> {
    let path = scratch.path().join(FILE);
    let bytes = serde_json::to_vec_pretty(proposal).map_err(|e| Error::Write(path.clone(), e.into()))?;
    file::write_atomic(&path, &bytes, 0o600).map_err(|e| Error::Write(path, e))
}

/// Returns what the gate said. A gate that lets pass what does not do the task has not said enough.
fn decision(made: &Made<'_>) -> &'static str {
    match made.report.map(|report| report.verdict.decision) {
        None => Decision::Inconclusive.name(),
        Some(decision) if made.passes || decision.exit_code() != 0 => decision.name(),
        Some(_) => Decision::Block.name(),
    }
}

fn proposal(scratch: &Scratch, made: &Made<'_>) -> Result<Proposal, Error> {
    let (harvest, tally, terms) = (made.harvest, made.tally, made.attempt.terms);
    let base = scratch.base()?;
    Ok(Proposal {
        version: 1,
        id: made.id.to_owned(),
        created: clock::now() / 1000,
        task: match &made.attempt.request.task {
            Task::Create(text) => line(text),
            Task::Fix(_) => format!("mend: {}", names(made.attempt.found)),
        },
        agent: terms.agent.clone(),
        runtime: terms.creator.runtime.clone(),
        models: tally.models.clone(),
        base: harvest.base.to_string(),
        base_commit: base.commit.map(|id| id.to_string()),
        tree: harvest.tree.to_string(),
        paths: paths(scratch, harvest)?,
        surface: harvest
            .executable_surface
            .iter()
            .map(|path| visible_bytes(path))
            .collect(),
        refused: harvest
            .refused
            .iter()
            .take(LINES)
            .map(|refused| format!("{}: {}", visible_bytes(&refused.path), refused.why))
            .collect(),
        decision: decision(made).to_owned(),
        stage: terms.stage.name().to_owned(),
        findings: made.report.map(lines).unwrap_or_default(),
        rounds: tally.rounds,
        input_tokens: tally.input,
        output_tokens: tally.output,
        cost: dollars(tally.cost),
        elapsed: u64::try_from(made.elapsed.as_millis()).unwrap_or(u64::MAX),
        level: tally.level.name().to_owned(),
        said: start_of(&tally.said, SAID).to_owned(),
        state: ProposalState::Open,
    })
}

/// Returns the paths that differ, with the letter that git has for how.
fn paths(scratch: &Scratch, harvest: &Harvest) -> Result<Vec<(char, String)>, Error> {
    let Some(commit) = harvest.commit else {
        return Ok(Vec::new());
    };
    let holds = Repository::at(&scratch.git_dir())?;
    let change = git::range(&holds, Some(scratch.base()?.head), commit)?;
    let mut paths = Vec::new();
    for file in &change.files {
        let path = visible_bytes(&file.path);
        match (file.status, &file.old_path) {
            (Status::Renamed, Some(old)) => {
                paths.push(('D', visible_bytes(old)));
                paths.push(('A', path));
            }
            (Status::Added | Status::Copied, _) => paths.push(('A', path)),
            (Status::Deleted, _) => paths.push(('D', path)),
            _ => paths.push(('M', path)),
        }
    }
    Ok(paths)
}

fn names(found: &[Finding]) -> String {
    let mut names: Vec<String> = Vec::new();
    for finding in found {
        let name = finding.check.to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    line(&names.join(", "))
}

fn lines(report: &Report) -> Vec<String> {
    let counts = |f: &&Finding| matches!(f.disposition, Disposition::Block | Disposition::Warn);
    let found = report.findings.iter().filter(counts).take(LINES);
    found
        .map(|f| format!("{}: {} [{}]", task::place(&f.location), line(&f.message), f.check))
        .collect()
}

/// Offers the best of what came, and drops the rest: what passes goes first, then what has fewer findings, then
/// what changes fewer files.
pub fn best_of(came: Vec<Came>, interrupt: &Interrupt) -> Created {
    let ends = came.iter().map(|came| came.end.clone()).collect();
    let rank = |came: &Came| {
        let (proposal, report) = came.offered.as_ref()?;
        let counts = report.as_ref().map(|report| &report.verdict.counts);
        Some((
            came.passes,
            counts.map(|counts| (Reverse(counts.block), Reverse(counts.warn))),
            Reverse(proposal.paths.len()),
        ))
    };
    let mut best: Option<Came> = None;
    for came in came {
        match &best {
            Some(held) if rank(held) >= rank(&came) => drop_run(came),
            _ => {
                if let Some(worse) = best.replace(came) {
                    drop_run(worse);
                }
            }
        }
    }
    let cancelled = interrupt.check().is_err();
    let (passes, offered) = best.map_or((false, None), |best| (best.passes, best.offered));
    let (proposal, report) = offered.unzip();
    Created {
        proposal,
        passes,
        report: report.flatten(),
        ends,
        cancelled,
    }
}

/// What nobody chose stays for as long as dropped runs do.
fn drop_run(came: Came) {
    let Some(mut scratch) = came.scratch else { return };
    // What no harvest has is not dropped: whoever sweeps runs takes it up.
    if scratch.run().state == State::Working {
        return;
    }
    if let Some((mut proposal, _)) = came.offered {
        proposal.state = ProposalState::Dropped;
        let _ = keep(&scratch, &proposal);
    }
    let _ = scratch.set_state(State::Dropped);
}
