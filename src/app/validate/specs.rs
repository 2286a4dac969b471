//! The validators that a gate asks for.

use super::{Wanted, Wish, prompt, read_beside};
use crate::app::Error;
use crate::config::{self, Problem, Role, Settings, ValidatorSettings};
use crate::llm::prompt::Prompt;
use crate::model::{ChangeSet, Selector};
use crate::validators::claim::Kind;
use crate::validators::shipped::{self, Shipped};
use crate::validators::spec::{Scope, Spec};

/// The frame of every question.
const FRAME: &str = "reviewer";
/// The prompt of the falsifier.
const FALSIFIER: &str = "falsifier";

/// Validators with all that they are asked with.
pub struct Specs {
    /// The validators, in the order in which they are asked.
    pub list: Vec<Spec>,
    /// The frame.
    pub frame: Prompt,
    /// The prompt of the falsifier.
    pub falsifier: Prompt,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Returns what a gate asks for.
///
/// # Errors
/// When a validator, an agent or a prompt cannot be used.
pub fn of(wish: &Wish, wanted: &Wanted<'_>, change: &ChangeSet) -> Result<Specs, Error> {
    check(&wish.settings)?;
    let (frame, mut notes) = noted(prompt(FRAME, wish, wanted, change)?);
    let (falsifier, more) = noted(prompt(FALSIFIER, wish, wanted, change)?);
    notes.extend(more);
    let mut list = Vec::new();
    let is_on = |name: &str| Selector::includes(&wanted.wired.gate.checks, &format!("validators/{name}"));
    for shipped in shipped::ALL.iter().filter(|shipped| is_on(shipped.name)) {
        let own = wish.settings.review.validators.get(shipped.name);
        if own.is_none_or(|own| own.enabled) {
            let (focus, more) = noted(prompt(shipped.name, wish, wanted, change)?);
            notes.extend(more);
            list.push(spec(shipped, &focus, own, wish, wanted)?);
        }
    }
    for (name, own) in &wish.settings.review.validators {
        if shipped::find(name).is_none() && own.enabled && is_on(name) {
            list.push(own_spec(name, own, wish, wanted)?);
        }
    }
    Ok(Specs {
        list,
        frame,
        falsifier,
        notes,
    })
}

fn noted((prompt, note): (Prompt, Option<String>)) -> (Prompt, Vec<String>) {
    (prompt, note.into_iter().collect())
}

fn spec(
    shipped: &Shipped,
    focus: &Prompt,
    own: Option<&ValidatorSettings>,
    wish: &Wish,
    wanted: &Wanted<'_>,
) -> Result<Spec, Error> {
    let mut spec = Spec {
        name: shipped.name.to_owned(),
        focus: focus.render(&[]).unwrap_or_default(),
        digest: focus.digest.clone(),
        kinds: shipped.kinds.to_vec(),
        gates: shipped.gates,
        sees_message: shipped.sees_message,
        agents: agents(own, &wish.settings),
        scope: Scope {
            wants: shipped.wants,
            ..scope(own)
        },
    };
    if let Some(own) = own {
        if let Some(path) = &own.prompt {
            (spec.focus, spec.digest) = own_focus(path, own, wish, wanted)?;
        }
        if !own.kinds.is_empty() {
            spec.kinds = kinds(own)?;
        }
    }
    Ok(spec)
}

fn own_spec(name: &str, own: &ValidatorSettings, wish: &Wish, wanted: &Wanted<'_>) -> Result<Spec, Error> {
    let path = own.prompt.as_deref().unwrap_or_default();
    let (focus, digest) = own_focus(path, own, wish, wanted)?;
    Ok(Spec {
        name: name.to_owned(),
        focus,
        digest,
        kinds: match own.kinds.is_empty() {
            true => vec![Kind::Defect],
            false => kinds(own)?,
        },
        gates: true,
        sees_message: false,
        agents: agents(Some(own), &wish.settings),
        scope: scope(Some(own)),
    })
}

fn own_focus(
    path: &str,
    own: &ValidatorSettings,
    wish: &Wish,
    wanted: &Wanted<'_>,
) -> Result<(String, String), Error> {
    let wrong = |why: String| Error::from(Problem::at(&own.origin, format!("`{path}`: {why}")));
    let bytes = read_beside(wanted.repo, wish.tree, path).map_err(wrong)?;
    let bytes = bytes.ok_or_else(|| wrong("the prompt is not there".to_owned()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("the prompt is not UTF-8".to_owned()))?;
    shipped::focus(&text).map_err(|e| wrong(e.to_string()))
}

fn scope(own: Option<&ValidatorSettings>) -> Scope {
    own.map_or_else(Scope::default, |own| Scope {
        paths: own.paths.clone(),
        exclude: own.exclude.clone(),
        languages: own.languages.clone(),
        wants: None,
    })
}

fn agents(own: Option<&ValidatorSettings>, settings: &Settings) -> Vec<String> {
    let own = own.map(|own| own.agents.as_slice()).unwrap_or_default();
    let usual = settings.review.agents.as_slice();
    let named = if own.is_empty() { usual } else { own };
    match named.is_empty() {
        true => vec![String::new()],
        false => named.to_vec(),
    }
}

fn kinds(own: &ValidatorSettings) -> Result<Vec<Kind>, Error> {
    let kind = |word: &String| {
        let unknown = || Error::from(Problem::at(&own.origin, format!("there is no kind `{word}`")));
        Kind::from_name(word).ok_or_else(unknown)
    };
    own.kinds.iter().map(kind).collect()
}

/// Insists that every name means something: validators, agents and kinds.
///
/// # Errors
/// With the first that does not.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let review = &settings.review;
    let usual = config::Origin::of(config::FILE);
    for name in review.agents.iter().chain(&review.falsifier) {
        agent(name, settings, &usual)?;
    }
    for (name, own) in &review.validators {
        if shipped::find(name).is_none() && own.prompt.is_none() {
            return Err(unknown(name, own).into());
        }
        for name in &own.agents {
            agent(name, settings, &own.origin)?;
        }
        kinds(own)?;
    }
    Ok(())
}

fn unknown(name: &str, own: &ValidatorSettings) -> Problem {
    let problem = Problem::at(&own.origin, format!("no validator `{name}` is shipped"));
    let hint = config::nearest(name, shipped::ALL.iter().map(|shipped| shipped.name));
    problem.hint(
        hint.unwrap_or_else(|| {
            "one of your own has a `prompt`: the file that says what to look for".to_owned()
        }),
    )
}

/// An agent of a validator must be there, and be one that reads.
fn agent(name: &str, settings: &Settings, origin: &config::Origin) -> Result<(), Error> {
    let agents = &settings.models.agents;
    let Some(agent) = agents.get(name) else {
        let problem = Problem::at(origin, format!("there is no agent `{name}`"));
        let hint = config::nearest(name, agents.keys().map(String::as_str));
        let hint = hint
            .unwrap_or_else(|| format!("write `[agents.{name}]` with `role = \"validator\"` and a `model`"));
        return Err(problem.hint(hint).into());
    };
    match agent.role {
        Role::Validator => Ok(()),
        Role::Creator => {
            let problem = Problem::at(origin, format!("the agent `{name}` writes: it cannot validate"));
            Err(problem.hint("name an agent with `role = \"validator\"`").into())
        }
    }
}
