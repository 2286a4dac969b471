//! One case, from its change to what is left of what was said about it.

use super::answers::FALSIFIER;
use super::case::Case;
use super::facts::{Known, Secrets};
use super::label::{self, Judged, Label};
use super::recorded::Unfit;
use super::tape::{Tape, Taped};
use super::wrong::Wrong;
use crate::llm::prompt::{self, Prompt};
use crate::model::{Severity, Tested};
use crate::sys::http::block_on;
use crate::validators::claim::Kind;
use crate::validators::review::{self, Asker, Falsifier, Plan, Reviewed};
use crate::validators::sift::{Ceiling, Limits};
use crate::validators::spec::Spec;
use crate::validators::view;
use bstr::BStr;
use std::collections::{BTreeMap, BTreeSet};

/// The frame of every question.
const FRAME: &str = "reviewer";

/// What came of a case.
#[derive(Debug)]
pub(super) struct Played {
    /// Its number.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// What must be found by the validators that were asked.
    pub must_find: Vec<Must>,
    /// The validators that were asked.
    pub validators: BTreeSet<String>,
    /// The models that answered.
    pub models: BTreeSet<String>,
    /// The claims, as they were made.
    pub claims: Vec<Judged>,
    /// What is left.
    pub candidates: Vec<Judged>,
    /// Whether a model tried to refute something.
    pub was_tested: bool,
    /// What was dropped, by step and reason.
    pub drops: BTreeMap<(&'static str, &'static str), usize>,
    /// What never blocks, by step and reason.
    pub lowered: BTreeMap<(&'static str, &'static str), usize>,
    /// Every answer.
    pub taped: Vec<Taped>,
    /// The answers that did not fit.
    pub unfit: Vec<Unfit>,
}

/// Something that must be found.
#[derive(Debug)]
pub(super) struct Must {
    /// Its number in the case.
    pub number: usize,
    /// Its usual kind.
    pub kind: Option<Kind>,
    /// The validators that must find it, of those that were asked.
    pub validators: Vec<String>,
    /// Where it is.
    pub place: String,
    /// Why it must be found.
    pub why: String,
    /// Whether it was.
    pub is_found: bool,
}

/// How a case is played.
pub(super) struct Play<'a> {
    /// The number of the case.
    pub number: usize,
    /// The case.
    pub case: &'a Case,
    /// Who is asked for what.
    pub specs: &'a [Spec],
    /// Whoever answers.
    pub asker: &'a dyn Asker,
    /// Who tries to refute what is found; `None`: nobody.
    pub falsifier: Option<String>,
    /// The rules for secrets.
    pub secrets: &'a Secrets,
    /// How many questions run at once.
    pub parallel: usize,
}

/// Plays a case.
pub(super) fn play(play: &Play<'_>) -> Result<Played, Wrong> {
    let tape = Tape::of(play.asker);
    let reviewed = review(play, &tape)?;
    Ok(played(play, reviewed, tape.taped()))
}

fn review(play: &Play<'_>, tape: &Tape<'_>) -> Result<Reviewed, Wrong> {
    let case = play.case;
    let wrong = |what: String| Wrong::new(&case.dir, what, "this is a defect of the program: report it");
    let shipped =
        |name: &str| prompt::shipped(name).ok_or_else(|| wrong(format!("there is no prompt `{name}`")));
    let (frame, doubt) = (shipped(FRAME)?, shipped(FALSIFIER)?);
    let change = case.trees.change(case.message.as_deref());
    let secrets = |_: &BStr, text: &[u8]| play.secrets.find(text);
    let fence = case.trees.head().to_string();
    let shown = view::build(&change, &case.trees, &view::Options::new(&fence, &secrets));
    let known = Known::of(case, &change, play.secrets);
    let plan = Plan {
        validators: play.specs,
        frame: &frame,
        view: &shown,
        message: case.message.as_deref(),
        facts: &known,
        limits: Limits::default(),
        parallel: play.parallel,
        falsifier: play.falsifier.clone().map(|agent| falsifier(agent, &doubt)),
        without_comments: false,
        is_spoken_to: false,
        canary: false,
    };
    block_on(review::run(&plan, tape)).map_err(|e| wrong(format!("cannot be reviewed: {e}")))
}

/// All that could block is to be refuted, whatever it is and whoever agrees: that is what is measured.
fn falsifier(agent: String, prompt: &Prompt) -> Falsifier<'_> {
    Falsifier {
        agent,
        prompt,
        severity: Severity::Info,
        agreement: 0,
    }
}

fn played(play: &Play<'_>, reviewed: Reviewed, taped: Vec<Taped>) -> Played {
    let (case, number) = (play.case, play.number);
    let dropped = reviewed.sifted.drops.iter().map(|drop| &drop.claim);
    let kept = reviewed.found.iter().flat_map(|found| &found.candidate.claims);
    let claims = dropped.chain(kept.map(|anchored| &anchored.claim));
    let candidates: Vec<Judged> = reviewed
        .found
        .iter()
        .filter_map(|found| label::found(case, number, found))
        .collect();
    let of_models = taped
        .iter()
        .filter(|taped| taped.task != FALSIFIER && !taped.model.is_empty());
    Played {
        number,
        name: case.name.clone(),
        title: case.title.clone(),
        must_find: must_find(play, &candidates),
        validators: play.specs.iter().map(|spec| spec.name.clone()).collect(),
        models: of_models.map(|taped| taped.model.clone()).collect(),
        claims: claims.map(|claim| label::claim(case, number, claim)).collect(),
        candidates,
        was_tested: reviewed.found.iter().any(was_tested),
        drops: drops(&reviewed, &taped),
        lowered: lowered(&reviewed),
        taped,
        unfit: Vec::new(),
    }
}

fn must_find(play: &Play<'_>, candidates: &[Judged]) -> Vec<Must> {
    let mut all = Vec::new();
    for (number, mark) in play.case.must_find.iter().enumerate() {
        let is_asked = |name: &&String| play.specs.iter().any(|spec| spec.name == **name);
        let validators: Vec<String> = mark.validators.iter().filter(is_asked).cloned().collect();
        if validators.is_empty() {
            continue;
        }
        let line = mark.lines.map_or(0, |(first, _)| first);
        all.push(Must {
            number,
            kind: mark.kinds.first().copied(),
            validators,
            place: format!("{}:{line}", mark.path),
            why: mark.why.clone(),
            is_found: candidates
                .iter()
                .any(|judged| judged.label == Label::Right(number)),
        });
    }
    all
}

fn was_tested(found: &review::Found) -> bool {
    matches!(found.tested, Tested::Stands(_) | Tested::Refuted { .. })
}

fn drops(reviewed: &Reviewed, taped: &[Taped]) -> BTreeMap<(&'static str, &'static str), usize> {
    let counts = reviewed.sifted.counts().into_iter();
    let mut drops: BTreeMap<_, _> = counts.map(|((step, why), n)| ((step.name(), why), n)).collect();
    let misshapen: usize = taped.iter().map(|taped| taped.dropped).sum();
    if misshapen > 0 {
        drops.insert(("schema", "not-as-asked"), misshapen);
    }
    drops
}

fn lowered(reviewed: &Reviewed) -> BTreeMap<(&'static str, &'static str), usize> {
    let mut lowered = BTreeMap::new();
    for claim in reviewed.found.iter().flat_map(|found| &found.candidate.claims) {
        if let Ceiling::AnnotateOnly(why) = claim.ceiling {
            *lowered.entry((why.step().name(), why.name())).or_default() += 1;
        }
    }
    let refuted = |found: &&review::Found| matches!(found.tested, Tested::Refuted { .. });
    let refuted = reviewed.found.iter().filter(refuted).count();
    if refuted > 0 {
        lowered.insert((FALSIFIER, "refuted"), refuted);
    }
    lowered
}
