//! One agent in one scratch worktree: rounds, until the gate passes or a limit comes.

use super::judge;
use super::offer;
use super::session::Bench;
use super::stream::{Stream, line};
use super::subject::Subject;
use super::task;
use super::terms::Terms;
use super::{Request, Task};
use crate::agent::{End, Session};
use crate::app::{Error, runs};
use crate::git::Repository;
use crate::git::scratch::{self, Bounds, Harvest, Scratch, State};
use crate::model::{Disposition, Finding, Fingerprint, Happening, Listener, Money, Proposal, Report};
use crate::sandbox::Level;
use crate::sys::signal::Interrupt;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

/// One try at a task.
pub struct Attempt<'a> {
    pub dir: &'a Path,
    pub state: &'a Path,
    pub request: &'a Request,
    pub subject: &'a Subject,
    pub terms: &'a Terms,
    pub found: &'a [Finding],
    /// How many findings were silenced by comments before.
    pub silenced: usize,
    pub interrupt: &'a Interrupt,
    pub listener: &'a dyn Listener,
}

/// What came of an attempt.
pub struct Came {
    /// What is offered, with the report of the gate on it; `None`: nothing was changed.
    pub offered: Option<(Proposal, Report)>,
    /// Whether it passes.
    pub passes: bool,
    /// How it ended, on one line.
    pub end: String,
    /// The run; `None`: there was none.
    pub scratch: Option<Scratch>,
}

/// What is known after some rounds.
#[derive(Default)]
pub struct Tally {
    pub rounds: u32,
    pub models: Vec<String>,
    pub input: u64,
    pub output: u64,
    pub cost: Money,
    pub level: Level,
    pub said: String,
}

impl Came {
    /// An attempt that came to nothing.
    pub fn failed(why: &str) -> Self {
        Self {
            offered: None,
            passes: false,
            end: why.to_owned(),
            scratch: None,
        }
    }
}

/// What a round came to.
struct Round {
    harvest: Harvest,
    report: Option<Report>,
    silenced: usize,
    passes: bool,
}

impl Attempt<'_> {
    /// Tries.
    pub fn run(&self) -> Came {
        let id = runs::name();
        let stream = Stream::new(&id, &self.terms.agent, self.listener);
        let came = self.tried(&id, &stream);
        came.unwrap_or_else(|error| {
            stream.tell(Happening::Ended {
                how: "failed",
                why: line(&error.to_string()),
            });
            Came::failed(&error.to_string())
        })
    }

    fn tried(&self, id: &str, stream: &Stream<'_>) -> Result<Came, Error> {
        let start = Instant::now();
        let repo = Repository::open(self.dir)?;
        let scratch = scratch::create(
            &repo,
            self.state,
            id,
            self.subject.start,
            &self.terms.plan,
            &self.terms.deadline,
        )?;
        stream.keep(&scratch.path().join("events.jsonl"));
        let mut scratch = scratch;
        self.begin(&scratch, stream, start)?;
        let worked = self.work(&repo, &mut scratch, id, stream, start);
        match worked {
            Ok(came) => Ok(Came {
                scratch: Some(scratch),
                ..came
            }),
            Err(error) => Err(error),
        }
    }

    fn begin(&self, scratch: &Scratch, stream: &Stream<'_>, start: Instant) -> Result<(), Error> {
        let task = match &self.request.task {
            Task::Create(text) => line(text),
            Task::Fix(_) if self.found.len() == 1 => "mend 1 finding".to_owned(),
            Task::Fix(_) => format!("mend {} findings", self.found.len()),
        };
        stream.tell(Happening::Started {
            task,
            base: scratch.base()?.tree.to_string(),
        });
        stream.tell(Happening::Scratch {
            elapsed: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        for note in &scratch.notes {
            stream.note(note);
        }
        Ok(())
    }

    fn work(
        &self,
        repo: &Repository,
        scratch: &mut Scratch,
        id: &str,
        stream: &Stream<'_>,
        start: Instant,
    ) -> Result<Came, Error> {
        let mut tally = Tally::default();
        let mut prompt = task::first(&self.request.task, self.found);
        let mut resume = None;
        let mut seen = BTreeSet::new();
        let mut last;
        let end = loop {
            tally.rounds += 1;
            stream.round(tally.rounds);
            scratch.set_state(State::Working)?;
            let session = Bench::new((repo, scratch, self.terms), id, stream, self.interrupt)?
                .session(prompt, resume.take())?;
            tally.add(&session);
            told(&session, stream);
            let round = self.round(repo, scratch, stream)?;
            let over = self.is_over(&session, &round, &tally, &mut seen);
            let again = round
                .report
                .as_ref()
                .map(|report| task::again(report, round.silenced, &round.harvest.refused));
            last = round;
            match (over, again) {
                (Some(end), _) => break end,
                (None, Some(again)) => {
                    prompt = format!("{}\n\n{again}", task::first(&self.request.task, self.found));
                    if session.id.is_some() {
                        prompt = again;
                    }
                    resume = session.id;
                }
                (None, None) => break "the agent changed nothing".to_owned(),
            }
        };
        let Round {
            harvest,
            report: Some(report),
            passes,
            ..
        } = last
        else {
            scratch.set_state(State::Dropped)?;
            return Ok(Came::failed(&end));
        };
        let made = offer::Made {
            stream,
            id,
            attempt: self,
            harvest: &harvest,
            report: &report,
            tally: &tally,
            passes,
            elapsed: start.elapsed(),
        };
        let proposal = offer::write(scratch, &made)?;
        Ok(Came {
            offered: Some((proposal, report)),
            passes,
            end,
            scratch: None,
        })
    }

    /// Takes up what the agent left, and has it judged.
    fn round(&self, repo: &Repository, scratch: &mut Scratch, stream: &Stream<'_>) -> Result<Round, Error> {
        let harvest = scratch::harvest(scratch, Bounds::default(), &self.terms.deadline)?;
        for refused in &harvest.refused {
            stream.note(&format!("`{}` is not taken: {}", refused.path, refused.why));
        }
        let holds = Repository::at(&scratch.git_dir())?;
        let report = judge::left((repo, &holds), self.subject, &harvest, self.terms, self.interrupt)?;
        let Some(report) = report else {
            return Ok(Round {
                harvest,
                report: None,
                silenced: 0,
                passes: false,
            });
        };
        let silenced = silenced(&report).saturating_sub(self.silenced);
        let passes =
            report.verdict.decision.exit_code() == 0 && silenced == 0 && remaining(&report, self.found) == 0;
        stream.tell(Happening::Judged {
            decision: report.verdict.decision.name(),
            findings: report.verdict.counts.block + report.verdict.counts.warn,
        });
        Ok(Round {
            harvest,
            report: Some(report),
            silenced,
            passes,
        })
    }

    /// Says why no other round follows; `None`: one does.
    fn is_over(
        &self,
        session: &Session,
        round: &Round,
        tally: &Tally,
        seen: &mut BTreeSet<(String, Vec<Fingerprint>)>,
    ) -> Option<String> {
        if round.passes {
            return Some("it passes the gate".to_owned());
        }
        match &session.end {
            End::Cancelled => return Some("it was called off".to_owned()),
            End::Failed(why) => return Some(why.clone()),
            End::Limit(why) if self.terms.deadline.is_over() => return Some(why.clone()),
            _ => {}
        }
        let report = round.report.as_ref()?;
        let key = (round.harvest.tree.to_string(), blocking(report));
        if !seen.insert(key) {
            return Some("the agent left the same files again, so it was broken off".to_owned());
        }
        if tally.rounds >= self.terms.rounds {
            return Some(format!("it does not pass the gate after {} rounds", tally.rounds));
        }
        match &session.end {
            End::Limit(why) => Some(why.clone()),
            _ => None,
        }
    }
}

fn blocking(report: &Report) -> Vec<Fingerprint> {
    let blocks = |f: &&Finding| f.disposition == Disposition::Block;
    report
        .findings
        .iter()
        .filter(blocks)
        .map(|f| f.fingerprint)
        .collect()
}

/// How many findings comments silence. What comments stand on the same line changes the fingerprint, so they are
/// counted and not compared.
pub fn silenced(report: &Report) -> usize {
    let is_silenced = |f: &&Finding| matches!(f.disposition, Disposition::Suppressed(_));
    report.findings.iter().filter(is_silenced).count()
}

/// How many of the findings that were to be mended are still there.
fn remaining(report: &Report, found: &[Finding]) -> usize {
    let counts = |f: &&Finding| {
        matches!(
            f.disposition,
            Disposition::Block | Disposition::Warn | Disposition::Note
        ) && found.iter().any(|was| was.fingerprint == f.fingerprint)
    };
    report.findings.iter().filter(counts).count()
}

fn told(session: &Session, stream: &Stream<'_>) {
    stream.tell(Happening::Locked {
        level: session.level.name(),
    });
    stream.tell(Happening::Used {
        input: session.input_tokens,
        output: session.output_tokens,
        cost: super::stream::dollars(session.cost),
    });
    let (how, why) = match &session.end {
        End::Done => ("done", String::new()),
        End::Limit(why) => ("limit", line(why)),
        End::Failed(why) => ("failed", line(why)),
        End::Cancelled => ("cancelled", String::new()),
    };
    stream.tell(Happening::Ended { how, why });
}

impl Tally {
    fn add(&mut self, session: &Session) {
        for model in &session.models {
            if !self.models.contains(model) {
                self.models.push(model.clone());
            }
        }
        self.input += session.input_tokens;
        self.output += session.output_tokens;
        self.cost += session.cost;
        self.level = session.level;
        if !session.said.trim().is_empty() {
            self.said.clone_from(&session.said);
        }
    }
}
