//! Asks all questions side by side, and holds what comes back against the change.

use super::{Answered, Ask, Asker, Call, CallOutcome, Found, Plan, Reviewed, canary, claims, question};
use crate::llm::answer::{FailureKind, Wait};
use crate::llm::client::Reply;
use crate::model::Tested;
use crate::validators::claim::{Claim, Kind};
use crate::validators::sift::{self, Candidate, Falsified, Outcome, Sifted, falsify, opinion};
use crate::validators::view::{Unit, Words};
use bstr::BStr;
use futures_util::StreamExt;
use futures_util::stream;
use std::time::Instant;

/// The task of the falsifier.
const FALSIFIER: &str = "falsifier";

/// From so many points on a unit is risky enough to be asked about without its comments, too.
const RISKY: u32 = 30;

/// Reviews a change.
pub async fn run(plan: &Plan<'_>, asker: &dyn Asker) -> Reviewed {
    let bare = bare(plan);
    let answers = ask_all(asks(plan, &bare), plan, asker).await;
    let mut reviewed = Reviewed::default();
    let mut claimed: Vec<Claimed> = plan.view.units.iter().map(|_| Claimed::default()).collect();
    for (ask, answered, mut call) in answers {
        let value = answered
            .reply
            .answer
            .as_ref()
            .and_then(|given| given.reading.as_ref());
        let mut claims = value.map_or_else(Vec::new, |reading| {
            claims(&reading.value, &ask.task, &answered.model)
        });
        if plan
            .validators
            .iter()
            .any(|spec| spec.name == ask.task && !spec.gates)
        {
            // Whatever it says, it is about what was meant, and never blocks.
            claims.iter_mut().for_each(|claim| claim.kind = Kind::Intent);
        }
        if plan.canary {
            let missed = canary::take(&ask.task, &plan.view.units[ask.unit], &mut claims);
            let missed = missed.filter(|_| call.outcome == CallOutcome::Answered);
            call.outcome = missed.unwrap_or(call.outcome);
        }
        if let Some(unit) = bare[ask.unit].as_ref().filter(|_| ask.bare) {
            claims.iter_mut().for_each(|claim| unalias(claim, unit));
        }
        call.claims = claims.len();
        let claimed = &mut claimed[ask.unit];
        match ask.bare {
            true => claimed.bare.extend(claims),
            false => claimed.plain.extend(claims),
        }
        reviewed.calls.push(call);
    }
    let sifted = claimed
        .into_iter()
        .enumerate()
        .map(|(at, claimed)| sift_unit(plan, at, claimed, bare[at].as_ref()));
    reviewed.sifted = sift::join(sifted.collect(), &plan.limits);
    let candidates = std::mem::take(&mut reviewed.sifted.candidates);
    reviewed.found = falsified(candidates, plan, &bare, asker, &mut reviewed.calls).await;
    reviewed
}

/// Says what a claim says with the names that the change has. Its quote is held against what was shown.
fn unalias(claim: &mut Claim, unit: &Unit) {
    for text in [&mut claim.path, &mut claim.title, &mut claim.message] {
        *text = unit.unaliased(text);
    }
    for text in [&mut claim.subject, &mut claim.fix].into_iter().flatten() {
        *text = unit.unaliased(text);
    }
}

/// What was claimed about a unit.
#[derive(Default)]
struct Claimed {
    plain: Vec<Claim>,
    /// Without the comments that it adds.
    bare: Vec<Claim>,
}

/// Returns the units that are asked about a second time, without their comments or without all words, each at
/// the place of the unit.
fn bare(plan: &Plan<'_>) -> Vec<Option<Unit>> {
    let units = plan.view.units.iter();
    units
        .map(|unit| {
            if plan.is_spoken_to {
                return unit.without_words(Words::Prose);
            }
            let is_asked = plan.without_comments && unit.risk.points >= RISKY;
            is_asked.then(|| unit.without_words(Words::Comments)).flatten()
        })
        .collect()
}

/// Lists the questions: the riskiest unit first, and of one unit all that is asked about it, so that what was
/// asked when the time is up is whole.
fn asks(plan: &Plan<'_>, bare: &[Option<Unit>]) -> Vec<Ask> {
    let mut asks = Vec::new();
    for (at, unit) in plan.view.units.iter().enumerate() {
        for spec in plan.validators {
            let covers = |name: &String| spec.scope.covers(BStr::new(name));
            let has_nothing = spec.sees_message && plan.message.is_none();
            if has_nothing || !unit.files.iter().any(covers) {
                continue;
            }
            for agent in &spec.agents {
                asks.push(question(plan, spec, agent, (at, unit), false));
                if let Some(bare) = bare[at].as_ref().filter(|_| spec.gates) {
                    asks.push(question(plan, spec, agent, (at, bare), true));
                }
            }
        }
    }
    asks
}

async fn ask_all(asks: Vec<Ask>, plan: &Plan<'_>, asker: &dyn Asker) -> Vec<(Ask, Answered, Call)> {
    let one = |ask: Ask| async move {
        let begun = Instant::now();
        let answered = match asker.is_over() {
            true => None,
            false => Some(asker.ask(&ask).await),
        };
        let call = call(&ask, answered.as_ref(), begun);
        (ask, answered.unwrap_or_default(), call)
    };
    stream::iter(asks.into_iter().map(one))
        .buffered(plan.parallel.max(1))
        .collect()
        .await
}

fn call(ask: &Ask, answered: Option<&Answered>, begun: Instant) -> Call {
    let nothing = Reply::default();
    let reply = answered.map_or(&nothing, |answered| &answered.reply);
    Call {
        task: ask.task.clone(),
        agent: ask.agent.clone(),
        unit: ask.unit,
        model: answered
            .map(|answered| answered.model.clone())
            .unwrap_or_default(),
        outcome: answered.map_or(CallOutcome::TimedOut, |answered| outcome(&answered.reply)),
        claims: 0,
        cached: reply.answer.as_ref().is_some_and(|given| given.cached),
        usage: reply.usage,
        cost: reply.cost,
        elapsed: begun.elapsed(),
        notes: reply.notes.clone(),
    }
}

fn outcome(reply: &Reply) -> CallOutcome {
    let why = || {
        reply.failure().map_or_else(
            || "there is no answer".to_owned(),
            |failure| failure.message.clone(),
        )
    };
    match (&reply.answer, reply.failure().map(|failure| &failure.kind)) {
        (Some(given), _) if given.is_whole() => CallOutcome::Answered,
        (Some(_), _) => CallOutcome::Partial(why()),
        (None, Some(FailureKind::TimedOut(Wait::Total) | FailureKind::Cancelled)) => CallOutcome::TimedOut,
        (None, _) => CallOutcome::Failed(reply.reason().unwrap_or_else(why)),
    }
}

fn sift_unit(plan: &Plan<'_>, at: usize, claimed: Claimed, bare: Option<&Unit>) -> Sifted {
    let ground = &plan.view.units[at].ground;
    let bare = bare.map(|unit| (claimed.bare, &unit.ground));
    let mut sifted = sift::sift_both(claimed.plain, ground, bare, plan.facts, &plan.limits);
    sifted
        .candidates
        .iter_mut()
        .for_each(|candidate| candidate.unit = at);
    sifted
}

/// Has what could block, and is not agreed on, refuted by another model.
async fn falsified(
    candidates: Vec<Candidate>,
    plan: &Plan<'_>,
    bare: &[Option<Unit>],
    asker: &dyn Asker,
    calls: &mut Vec<Call>,
) -> Vec<Found> {
    let asks = candidates
        .iter()
        .filter_map(|candidate| doubt(candidate, plan, silent(candidate, plan, bare)?))
        .collect();
    let mut answers = ask_all(asks, plan, asker).await.into_iter();
    let mut found = Vec::new();
    for candidate in candidates {
        let mut tested = Tested::No;
        if let Some(unit) = silent(&candidate, plan, bare)
            && doubt(&candidate, plan, unit).is_some()
            && let Some((_, answered, call)) = answers.next()
        {
            tested = judge(&candidate, &answered, &call.outcome, unit);
            calls.push(call);
        }
        let influenced = candidate.claims.iter().all(|claim| claim.bare);
        found.push(Found {
            candidate,
            tested,
            influenced,
        });
    }
    found
}

/// Returns the unit of a candidate as a falsifier is shown it: what words could talk one model out of, they
/// could talk another out of too.
fn silent<'u>(candidate: &Candidate, plan: &'u Plan<'_>, bare: &'u [Option<Unit>]) -> Option<&'u Unit> {
    let bare = bare.get(candidate.unit)?.as_ref();
    bare.or(plan.view.units.get(candidate.unit))
}

/// Makes the question to a falsifier; `None`: there is no need of one.
fn doubt(candidate: &Candidate, plan: &Plan<'_>, unit: &Unit) -> Option<Ask> {
    let falsifier = plan.falsifier.as_ref()?;
    let agree = u32::try_from(candidate.backing()).unwrap_or(u32::MAX);
    let is_agreed = falsifier.agreement > 0 && agree >= falsifier.agreement;
    if agree == 0 || is_agreed || candidate.severity < falsifier.severity {
        return None;
    }
    let asked = falsify::ask(candidate, &unit.text)?;
    let system = falsifier.prompt.render(&[]).unwrap_or_default();
    let mut request = crate::llm::request::Request::question("", &system, &asked.text, ANSWER);
    request.schema = Some(crate::llm::request::Schema {
        name: FALSIFIER.to_owned(),
        value: asked.schema,
    });
    Some(Ask {
        task: FALSIFIER.to_owned(),
        agent: falsifier.agent.clone(),
        request,
        prompt: falsifier.prompt.digest.clone(),
        unit: candidate.unit,
        bare: false,
        material: asked.text.replace(&unit.fence, ""),
    })
}

/// The most tokens of a falsifier's answer, thoughts included.
const ANSWER: u32 = 8_000;

fn judge(candidate: &Candidate, answered: &Answered, outcome: &CallOutcome, unit: &Unit) -> Tested {
    let Some(given) = &answered.reply.answer else {
        return Tested::Failed(match outcome {
            CallOutcome::Failed(why) | CallOutcome::Partial(why) => why.clone(),
            _ => "the time was up".to_owned(),
        });
    };
    let asked = opinion(&answered.model);
    if candidate.models.iter().any(|model| opinion(model) == asked) {
        return Tested::Failed(format!("{} had said it itself", answered.model));
    }
    let Falsified { model, outcome } =
        falsify::read(&given.text, &given.finish, &answered.model, &unit.ground);
    match outcome {
        Outcome::Refuted { reason, .. } => Tested::Refuted { by: model, reason },
        Outcome::NotRefuted { .. } => Tested::Stands(model),
        Outcome::Failed(why) => Tested::Failed(why),
    }
}
