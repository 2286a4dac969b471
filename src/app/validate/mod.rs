//! A review by models as part of a judgement: who is asked what, within which limits, and what comes of it.
//!
//! ```text
//! specs     the validators that a gate asks for, with their prompts
//! hidden    what no model is shown: secrets, and whole repositories
//! asking    questions to models, through the client
//! findings  what is left of claims, as findings that stand on lines
//! rounds    what earlier rounds could have said
//! spoken    whether the change speaks to whoever reviews it
//! coverage  what was asked and looked at, for the report
//! ```

mod asking;
mod coverage;
mod dry;
mod findings;
mod hidden;
mod rounds;
mod specs;
mod spoken;

pub use dry::Planned;
pub use hidden::{MARKER, Secrets, at_home};
pub use rounds::{ROUNDS_OVER, SEEN_BEFORE};
pub use specs::{check, check_files};

use super::Error;
use super::models::{self, Now, prompts};
use super::state;
use super::wire::Wired;
use super::worker;
use crate::config::Settings;
use crate::git::Repository;
use crate::llm::prompt::Prompt;
use crate::llm::transport::Cancel;
use crate::model::{ChangeSet, CheckRun, Coverage, Finding, LeftOut, Objects, Oid, Outcome, Selector, Stage};
use crate::store::Store;
use crate::sys::clock::Deadline;
use crate::sys::http::block_on;
use crate::sys::signal::Interrupt;
use crate::validators::facts::{self, TreeFacts};
use crate::validators::review::{self, Asker, Falsifier, Plan, Reviewed, ToolLimits, Tooled};
use crate::validators::sift::Limits;
use crate::validators::snapshot::{self, Snapshot};
use crate::validators::spec::Spec;
use crate::validators::view::{self, View};
pub use asking::{Asking, Terms};
use bstr::{BStr, ByteSlice};
use dry::Dry;
use rounds::Rounds;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What is kept of a policy for the review by models.
pub struct Wish {
    /// What the policy says.
    pub settings: Settings,
    /// The tree that the policy came from, which holds its prompts.
    pub tree: Option<Oid>,
}

/// What came of a review by models.
#[derive(Default)]
pub struct Validated {
    /// A run for each validator; the last one holds the findings.
    pub runs: Vec<CheckRun>,
    /// What no model was shown, though it should have been.
    pub left_out: Vec<LeftOut>,
    /// For the report.
    pub coverage: Coverage,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
    /// What would be asked, where nobody is.
    pub planned: Vec<Planned>,
}

impl Validated {
    /// Whether every question has a whole answer, and everything was shown.
    fn is_whole(&self) -> bool {
        let ended = |run: &CheckRun| matches!(run.outcome, Outcome::Completed(_) | Outcome::Skipped(_));
        self.left_out.is_empty() && self.runs.iter().all(ended)
    }
}

/// The time that is kept for what comes after the last answer.
const LAST_WORDS: Duration = Duration::from_millis(150);

/// Who wants a review.
pub struct Wanted<'a> {
    /// The repository.
    pub repo: &'a Repository,
    /// The policy.
    pub wired: &'a Wired,
    /// What the rules found so far: secrets among it.
    pub known: &'a [CheckRun],
    /// The deadline of the gate.
    pub deadline: Deadline,
    /// Calls it off.
    pub interrupt: &'a Interrupt,
    /// Whether nobody is asked, and what would be asked is noted down.
    pub is_dry: bool,
}

/// Whether a gate asks for validators at all.
#[must_use]
pub fn is_wanted(checks: &[Selector]) -> bool {
    let names = |s: &Selector| s.name == "*" || s.name == "validators" || s.name.starts_with("validators/");
    checks.iter().any(|selector| !selector.negated && names(selector))
}

/// Has a change reviewed.
///
/// # Errors
/// When what the policy says about models or validators cannot be used.
pub fn run(change: &ChangeSet, wanted: &Wanted<'_>) -> Result<Validated, Error> {
    let Some(wish) = &wanted.wired.wish else {
        return Ok(Validated::default());
    };
    let specs = specs::of(wish, wanted, change)?;
    if let Some((why, is_ours)) = reason_not_to(change, wanted, wish, &specs) {
        return Ok(skipped(&why, is_ours));
    }
    let readers = wanted
        .repo
        .readers(wanted.wired.max_file_bytes, std::iter::empty());
    let all = readers.open();
    let objects = hidden::Visible {
        inner: &all,
        wired: wanted.wired,
    };
    let secrets = hidden::Secrets::new(&wanted.wired.own);
    let find = |path: &BStr, bytes: &[u8]| secrets.find(path, bytes);
    let view = view(
        &visible_part(change, wanted.wired),
        &objects,
        &find,
        &wish.settings,
    );
    if view.units.is_empty() {
        let mut validated = skipped("the change has nothing that a model is shown", true);
        coverage::add_view(&mut validated.coverage, &view);
        validated.left_out = not_shown(&view);
        return Ok(validated);
    }
    let scene = Scene {
        change,
        wanted,
        wish,
        specs: &specs,
        view: &view,
        objects: &objects,
        hide: &find,
    };
    let (store, notes) = open_store(wanted.deadline);
    let mut validated = match wanted.is_dry {
        true => plan(&scene, store.as_ref())?,
        false => review(&scene, store.as_ref(), &secrets)?,
    };
    validated.notes.extend(notes);
    validated.notes.extend(specs.notes);
    Ok(validated)
}

/// Everything that a review is about.
struct Scene<'a> {
    change: &'a ChangeSet,
    wanted: &'a Wanted<'a>,
    wish: &'a Wish,
    specs: &'a specs::Specs,
    view: &'a View,
    objects: &'a dyn Objects,
    hide: view::Secrets<'a>,
}

/// Says why nobody is asked, and whether nothing is missing then.
fn reason_not_to(
    change: &ChangeSet,
    wanted: &Wanted<'_>,
    wish: &Wish,
    specs: &specs::Specs,
) -> Option<(String, bool)> {
    if let Some(why) = hidden::at_home(change, wanted.repo, &wish.settings) {
        return Some(why);
    }
    if specs.list.is_empty() {
        return Some(("the policy switches every validator off".to_owned(), true));
    }
    let stage = wanted.wired.stage;
    let in_a_hook = matches!(stage, Stage::PreCommit | Stage::CommitMsg | Stage::PrePush);
    let is_blocked = || crate::policy::blocks(&wanted.wired.policy, wanted.known);
    (in_a_hook && is_blocked()).then(|| ("a rule blocks already".to_owned(), true))
}

/// Notes down what would be asked.
fn plan(scene: &Scene<'_>, store: Option<&Store>) -> Result<Validated, Error> {
    let now = Now::of(&scene.wish.settings);
    let book = models::book(&scene.wish.settings, &now)?;
    let dry = Dry::new(Asking::new(&book, store, Terms::of(scene.wanted, &now)));
    ask(scene, &dry)?;
    let mut validated = skipped("this is a dry run", true);
    coverage::add_view(&mut validated.coverage, scene.view);
    validated.planned = dry.planned();
    Ok(validated)
}

fn review(scene: &Scene<'_>, store: Option<&Store>, secrets: &hidden::Secrets) -> Result<Validated, Error> {
    let Scene {
        change, wanted, wish, ..
    } = scene;
    let now = Now::of(&wish.settings);
    let book = models::book(&wish.settings, &now)?;
    let asking = Asking::new(&book, store, Terms::of(wanted, &now));
    let snapshot = Snapshot::new(
        change.head,
        scene.objects,
        scene.hide,
        snapshot::Bounds::default(),
    );
    let paths = change.files.iter().map(|file| file.path.clone());
    let snapshot = snapshot.near(paths.collect());
    let granted = granted(&wish.settings);
    let asker = Tooled {
        inner: &asking,
        snapshot: &snapshot,
        granted: &granted,
        limits: ToolLimits::default(),
    };
    let reviewed = ask(scene, &asker)?;
    if wanted.interrupt.check().is_err() {
        return Err(Error::Interrupted);
    }
    let mut validated = done(&scene.specs.list, scene.view, &reviewed);
    let mut found = findings::of(&reviewed.found, change, wanted, scene.objects, secrets);
    let rounds = Rounds::read(store, change, wanted);
    rounds.lower(&mut found, scene.view, wish.settings.review.rounds);
    validated.coverage.round = rounds.number();
    if validated.is_whole() {
        rounds.remember(store, &found, scene.view);
    }
    validated
        .runs
        .push(completed("validators", found, wanted.deadline));
    validated.notes.extend(specs::toothless(scene.specs, wanted));
    validated
        .notes
        .extend(in_advance(&validated.runs, wanted.wired.stage));
    Ok(validated)
}

/// Says what helps where a push could not wait for all answers: those that came are kept.
fn in_advance(runs: &[CheckRun], stage: Stage) -> Option<String> {
    let is_late = runs.iter().any(|run| matches!(run.outcome, Outcome::TimedOut(_)));
    let help = "the answers so far are kept: run `pantheon review --stage pre-push`, then push again";
    (is_late && stage == Stage::PrePush).then(|| help.to_owned())
}

/// The tools of each agent.
fn granted(settings: &Settings) -> BTreeMap<String, Vec<String>> {
    let agents = settings.models.agents.iter();
    agents
        .map(|(name, agent)| (name.clone(), agent.tools.clone()))
        .collect()
}

fn ask(scene: &Scene<'_>, asker: &dyn Asker) -> Result<Reviewed, Error> {
    let Scene {
        change,
        wanted,
        specs,
        ..
    } = scene;
    let settings = &scene.wish.settings.review;
    let line = wanted.wired.gate.block_models;
    let falsifier = line.filter(|line| line.falsified).map(|line| Falsifier {
        agent: settings.falsifier.clone().unwrap_or_default(),
        prompt: &specs.falsifier,
        severity: line.severity,
        agreement: line.agreement,
    });
    let message = change.message.as_ref().map(|message| message.text.to_str_lossy());
    let secrets = findings::secret_lines(wanted.known);
    let is_secret = |path: &str, line: u32| secrets.contains(&(path.to_owned(), line));
    let facts = TreeFacts::new(change, scene.objects, &is_secret, facts::Bounds::default());
    let plan = Plan {
        validators: &specs.list,
        frame: &specs.frame,
        view: scene.view,
        message: message.as_deref(),
        facts: &facts,
        limits: Limits::default(),
        parallel: settings.parallel,
        falsifier,
        without_comments: settings.without_comments,
        is_spoken_to: spoken::is_spoken_to(wanted.known, scene.view),
        canary: settings.canary,
    };
    let no_runtime = |e| Error::File(PathBuf::from("the runtime"), e);
    block_on(review::run(&plan, asker)).map_err(no_runtime)
}

/// The change without what the policy keeps from validators.
fn visible_part(change: &ChangeSet, wired: &Wired) -> ChangeSet {
    let mut shown = change.clone();
    shown
        .files
        .retain(|file| hidden::is_visible(wired, file.path.as_bstr()));
    shown
}

fn view(change: &ChangeSet, objects: &dyn Objects, secrets: view::Secrets<'_>, settings: &Settings) -> View {
    let review = &settings.review;
    let options = view::Options {
        tokens_per_unit: review.tokens_per_unit,
        units: review.units,
        ..view::Options::new(&hidden::mark(), secrets)
    };
    view::build(change, objects, &options)
}

/// Nothing is lost without the state but limits, prices kept and answers kept; the client says so.
fn open_store(deadline: Deadline) -> (Option<Store>, Vec<String>) {
    match state::open(Deadline::after(deadline.left() + LAST_WORDS)) {
        Ok(store) => {
            let notes = store.notes.clone();
            (Some(store), notes)
        }
        Err(why) => (None, vec![why.to_string()]),
    }
}

/// Nobody was asked. Where that is the owner's wish, nothing is missing; else the verdict lacks something.
fn skipped(why: &str, is_ours: bool) -> Validated {
    let outcome = match is_ours {
        true => Outcome::Skipped(why.to_owned()),
        false => Outcome::Failed(why.to_owned(), Vec::new()),
    };
    let run = CheckRun {
        check: "validators".into(),
        outcome,
        elapsed: Duration::ZERO,
    };
    Validated {
        runs: vec![run],
        coverage: Coverage {
            skipped: Some(why.to_owned()),
            ..Coverage::default()
        },
        ..Validated::default()
    }
}

fn completed(name: &'static str, found: Vec<Finding>, deadline: Deadline) -> CheckRun {
    CheckRun {
        check: name.into(),
        outcome: Outcome::Completed(found),
        elapsed: deadline.elapsed(),
    }
}

/// What should have been shown and was not.
fn not_shown(view: &View) -> Vec<LeftOut> {
    let missing = view.left_out.iter().filter(|out| !out.why.is_by_rule());
    let left_out = missing.map(|out| LeftOut {
        what: out.path.as_str().into(),
        why: format!("no model was shown all of it: {}", out.why.name()),
        inconclusive: true,
    });
    left_out.collect()
}

fn done(specs: &[Spec], view: &View, reviewed: &Reviewed) -> Validated {
    let mut coverage = coverage::of(view, reviewed);
    coverage.isolation = isolation();
    Validated {
        runs: coverage::runs(specs, reviewed),
        left_out: not_shown(view)
            .into_iter()
            .chain(coverage::unanswered(view, reviewed))
            .collect(),
        notes: coverage::notes(view, reviewed),
        coverage,
        planned: Vec::new(),
    }
}

/// How well the process that read the answers was locked in; empty: none was read.
fn isolation() -> String {
    let layers = worker::carrier().layers();
    layers
        .map(|layers| layers.level().name().to_owned())
        .unwrap_or_default()
}

/// When the last answer must be there.
fn ends(deadline: Deadline) -> Instant {
    Instant::now() + deadline.left().saturating_sub(LAST_WORDS)
}

/// Returns what calls a review off.
fn cancel(interrupt: &Interrupt) -> Cancel {
    Cancel::with(interrupt.clone())
}

/// Reads a file that belongs to the policy from where the policy came from.
fn read_beside(repo: &Repository, tree: Option<Oid>, path: &str) -> Result<Option<Vec<u8>>, String> {
    super::load::beside(repo, tree, path)
}

/// Returns a prompt for a change, and the note on its arm where two are compared.
fn prompt(
    name: &str,
    wish: &Wish,
    wanted: &Wanted<'_>,
    change: &ChangeSet,
) -> Result<(Prompt, Option<String>), Error> {
    let read = |path: &str| read_beside(wanted.repo, wish.tree, path);
    let of = prompts::of(name, &wish.settings, &change.head.to_string(), &read)?;
    let note = of
        .arm
        .map(|arm| format!("the prompt `{name}` is `{}` of an experiment", arm.arm));
    Ok((of.prompt, note))
}
