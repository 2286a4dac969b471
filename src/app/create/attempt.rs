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
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long it may take to keep what was done before an error.
const RESCUE: Duration = Duration::from_secs(20);

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
    /// Whether somebody was told already that the sandbox is not as good as can be.
    pub is_weak: &'a AtomicBool,
}

/// What came of an attempt.
pub struct Came {
    /// What is offered, with the report of the gate on it if it was judged; `None`: nothing was changed.
    pub offered: Option<(Proposal, Option<Report>)>,
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
    /// Whether the user called it off in the middle of a session.
    pub is_cancelled: bool,
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

/// What one attempt works with.
struct Desk<'a> {
    repo: &'a Repository,
    id: &'a str,
    stream: &'a Stream<'a>,
    start: Instant,
}

/// What a session is told.
struct Words {
    /// All of it, for a new session.
    whole: String,
    /// What is new, for one that is gone on with.
    rest: String,
    /// The session to go on with.
    resume: Option<String>,
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
        let repo = Repository::open(self.dir)?;
        let desk = Desk {
            repo: &repo,
            id,
            stream,
            start: Instant::now(),
        };
        let mut scratch = scratch::create(
            &repo,
            self.state,
            id,
            self.subject.start,
            &self.terms.plan,
            &self.terms.deadline,
        )?;
        stream.keep(&scratch.path().join("events.jsonl"));
        let mut tally = Tally::default();
        let begun = self.begin(&scratch, stream, desk.start);
        let worked = begun.and_then(|()| self.work(&desk, &mut scratch, &mut tally));
        let came = match worked {
            Ok(came) => came,
            Err(error) => self.rescued(&desk, &mut scratch, &tally, &error),
        };
        Ok(Came {
            scratch: Some(scratch),
            ..came
        })
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

    fn work(&self, desk: &Desk<'_>, scratch: &mut Scratch, tally: &mut Tally) -> Result<Came, Error> {
        let mut words = Words::first(task::first(&self.request.task, self.found));
        let mut seen = BTreeSet::new();
        let mut last;
        let end = loop {
            tally.rounds += 1;
            desk.stream.round(tally.rounds);
            scratch.set_state(State::Working)?;
            let session = self.session(desk, scratch, words, tally)?;
            if session.end == End::Cancelled {
                tally.is_cancelled = true;
                return Err(Error::Interrupted);
            }
            let round = self.round(desk.repo, scratch, desk.stream)?;
            let over = self.is_over(&session, &round, tally, &mut seen);
            let again = round
                .report
                .as_ref()
                .map(|report| task::again(report, round.silenced, &round.harvest.refused));
            last = round;
            match (over, again) {
                (Some(end), _) => break end,
                (None, Some(rest)) => {
                    let whole = format!("{}\n\n{rest}", task::first(&self.request.task, self.found));
                    words = Words {
                        whole,
                        rest,
                        resume: session.id,
                    };
                }
                (None, None) => break "the agent changed nothing".to_owned(),
            }
        };
        if last.report.is_none() {
            scratch.set_state(State::Dropped)?;
            return Ok(Came::failed(&end));
        }
        let offered = self.offer(desk, scratch, tally, &last)?;
        Ok(Came {
            offered: Some((offered, last.report)),
            passes: last.passes,
            end,
            scratch: None,
        })
    }

    fn offer(
        &self,
        desk: &Desk<'_>,
        scratch: &mut Scratch,
        tally: &Tally,
        round: &Round,
    ) -> Result<Proposal, Error> {
        let made = offer::Made {
            stream: desk.stream,
            id: desk.id,
            attempt: self,
            harvest: &round.harvest,
            report: round.report.as_ref(),
            tally,
            passes: round.passes,
            elapsed: desk.start.elapsed(),
        };
        offer::write(scratch, &made)
    }

    /// Runs a session. Where one that is to be gone on with fails at once, a new one begins with the whole task.
    fn session(
        &self,
        desk: &Desk<'_>,
        scratch: &Scratch,
        words: Words,
        tally: &mut Tally,
    ) -> Result<Session, Error> {
        let bench = Bench::new(
            (desk.repo, scratch, self.terms),
            desk.id,
            desk.stream,
            self.interrupt,
        )?;
        for name in bench.refused().iter().filter(|_| tally.rounds == 1) {
            desk.stream.note(&format!(
                "`{name}` is the key of a provider, and no agent is given that"
            ));
        }
        let Words { whole, rest, resume } = words;
        if resume.is_some() {
            let session = bench.session(rest, resume)?;
            tally.add(&session);
            self.told(&session, desk.stream);
            if !has_failed_at_once(&session) {
                return Ok(session);
            }
            desk.stream
                .note("the session cannot be gone on with, so a new one begins");
        }
        let session = bench.session(whole, None)?;
        tally.add(&session);
        self.told(&session, desk.stream);
        Ok(session)
    }

    /// Keeps what was done before an error. Nobody has judged it, and it is offered as what it is.
    fn rescued(&self, desk: &Desk<'_>, scratch: &mut Scratch, tally: &Tally, error: &Error) -> Came {
        let is_cancelled = self.interrupt.check().is_err();
        let end = match is_cancelled {
            true => "it was called off".to_owned(),
            false => error.to_string(),
        };
        if !tally.is_cancelled {
            let how = if is_cancelled { "cancelled" } else { "failed" };
            let why = if is_cancelled { String::new() } else { line(&end) };
            desk.stream.tell(Happening::Ended { how, why });
        }
        let kept = self.kept(desk, scratch, tally).unwrap_or_else(|error| {
            desk.stream
                .note(&format!("what was done stays in the run `{}`: {error}", desk.id));
            None
        });
        Came {
            offered: kept.map(|proposal| (proposal, None)),
            ..Came::failed(&end)
        }
    }

    fn kept(&self, desk: &Desk<'_>, scratch: &mut Scratch, tally: &Tally) -> Result<Option<Proposal>, Error> {
        // The time of the work itself may be up.
        let harvest = scratch::harvest(scratch, Bounds::default(), &Deadline::after(RESCUE))?;
        if harvest.commit.is_none() && harvest.refused.is_empty() {
            scratch.set_state(State::Dropped)?;
            return Ok(None);
        }
        scratch.set_state(State::Harvested)?;
        if harvest.commit.is_none() {
            return Ok(None);
        }
        let round = Round {
            harvest,
            report: None,
            silenced: 0,
            passes: false,
        };
        self.offer(desk, scratch, tally, &round).map(Some)
    }

    /// Takes up what the agent left, and has it judged.
    fn round(&self, repo: &Repository, scratch: &mut Scratch, stream: &Stream<'_>) -> Result<Round, Error> {
        // What is there when the time is up is judged all the same.
        let within = Deadline::after(self.terms.deadline.left().max(RESCUE));
        let harvest = scratch::harvest(scratch, Bounds::default(), &within)?;
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

    fn told(&self, session: &Session, stream: &Stream<'_>) {
        stream.tell(Happening::Locked {
            level: session.level.name(),
        });
        if let Some(why) = weaker(session)
            && !self.is_weak.swap(true, Ordering::Relaxed)
        {
            stream.note(&why);
        }
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

/// Says why a session was not locked in as well as can be.
fn weaker(session: &Session) -> Option<String> {
    if session.level == Level::Strict || session.missing.is_empty() {
        return None;
    }
    let (level, why) = (session.level.name(), session.missing.join("; "));
    Some(format!("the sandbox is `{level}` and not `strict` here: {why}"))
}

/// Whether nothing was done in a session before it failed.
fn has_failed_at_once(session: &Session) -> bool {
    matches!(session.end, End::Failed(_)) && session.output_tokens == 0 && session.said.trim().is_empty()
}

impl Words {
    /// What the first session is told.
    fn first(whole: String) -> Self {
        Self {
            rest: whole.clone(),
            whole,
            resume: None,
        }
    }
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
