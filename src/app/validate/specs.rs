//! The validators that a gate asks for.

use super::{Wanted, Wish, prompt, read_beside};
use crate::app::Error;
use crate::app::models::prompts;
use crate::config::{self, Problem, Role, Settings, ValidatorSettings};
use crate::llm::prompt::Prompt;
use crate::model::{ChangeSet, Selector};
use crate::validators::claim::Kind;
use crate::validators::focus::{self, Focus};
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
            let (prompt, more) = noted(prompt(shipped.name, wish, wanted, change)?);
            notes.extend(more);
            list.push(spec(shipped, prompt, own, wish, wanted)?);
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
    prompt: Prompt,
    own: Option<&ValidatorSettings>,
    wish: &Wish,
    wanted: &Wanted<'_>,
) -> Result<Spec, Error> {
    let mut focus = Focus {
        text: prompt.render(&[]).unwrap_or_default(),
        digest: prompt.digest,
    };
    let mut kinds = Vec::new();
    if let Some(own) = own {
        if let Some((path, file)) = file(own, wish, wanted)? {
            let wrong = |error: focus::Error| wrong(own, path, &error.to_string());
            focus = focus::read(Some(shipped.name), &file).map_err(wrong)?;
        }
        kinds = kinds_of(own)?;
    }
    let mut spec = shipped::spec(shipped, Some(focus), &agents(own, &wish.settings), scope(own));
    match own.filter(|_| !kinds.is_empty()) {
        Some(own) if !shipped.gates => Err(never_gates(shipped.name, own).into()),
        Some(_) => {
            spec.kinds = kinds;
            Ok(spec)
        }
        None => Ok(spec),
    }
}

/// What such a validator claims is sorted so that it never blocks: other kinds would.
fn never_gates(name: &str, own: &ValidatorSettings) -> Problem {
    let message = format!("`{name}` never gates: its `kinds` cannot be changed");
    Problem::at(own.place("kinds"), message).hint("write a validator of your own for other kinds")
}

fn own_spec(name: &str, own: &ValidatorSettings, wish: &Wish, wanted: &Wanted<'_>) -> Result<Spec, Error> {
    let (path, file) = file(own, wish, wanted)?.unwrap_or_default();
    let agents = agents(Some(own), &wish.settings);
    let spec = shipped::own(name, &file, &kinds_of(own)?, &agents, scope(Some(own)));
    spec.map_err(|error| wrong(own, path, &error.to_string()))
}

/// Reads the file that says what a validator looks for, from where the policy came from.
fn file<'o>(
    own: &'o ValidatorSettings,
    wish: &Wish,
    wanted: &Wanted<'_>,
) -> Result<Option<(&'o str, Vec<u8>)>, Error> {
    let Some(path) = own.prompt.as_deref() else {
        return Ok(None);
    };
    let bytes = bytes(own, path, read_beside(wanted.repo, wish.tree, path))?;
    Ok(Some((path, bytes)))
}

fn bytes(
    own: &ValidatorSettings,
    path: &str,
    read: Result<Option<Vec<u8>>, String>,
) -> Result<Vec<u8>, Error> {
    let bytes = read.map_err(|why| wrong(own, path, &why))?;
    bytes.ok_or_else(|| wrong(own, path, "the prompt is not there"))
}

fn wrong(own: &ValidatorSettings, path: &str, why: &str) -> Error {
    Problem::at(own.place("prompt"), format!("`{path}`: {why}")).into()
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
    match own.is_empty() {
        true => settings.review.agents.clone(),
        false => own.to_vec(),
    }
}

fn kinds_of(own: &ValidatorSettings) -> Result<Vec<Kind>, Error> {
    let wrong = |error: shipped::Error| Error::from(Problem::at(own.place("kinds"), error.to_string()));
    shipped::kinds(&own.kinds).map_err(wrong)
}

/// Insists that every name means something: validators, agents and kinds.
///
/// # Errors
/// With the first that does not.
pub fn check(settings: &Settings) -> Result<(), Error> {
    let review = &settings.review;
    let file = config::Origin::of(config::FILE);
    let place = |key: &str| review.place(key).unwrap_or(&file).clone();
    for name in &review.agents {
        agent(name, settings, &place("agents"))?;
    }
    if let Some(name) = &review.falsifier {
        agent(name, settings, &place("falsifier"))?;
    }
    for (name, own) in &review.validators {
        if shipped::find(name).is_none() && own.prompt.is_none() {
            return Err(unknown(name, own).into());
        }
        for name in &own.agents {
            agent(name, settings, own.place("agents"))?;
        }
        kinds_of(own)?;
    }
    Ok(())
}

/// Insists that every file which says what to look for is there, and can be used.
///
/// # Errors
/// With the first that is not or cannot.
pub fn check_files(settings: &Settings, read: &prompts::Read<'_>) -> Result<(), Error> {
    for (name, own) in &settings.review.validators {
        let Some(path) = own.prompt.as_deref() else {
            continue;
        };
        let file = bytes(own, path, read(path))?;
        let scope = scope(Some(own));
        let wrong = |error: String| wrong(own, path, &error);
        match shipped::find(name) {
            Some(_) => drop(focus::read(Some(name), &file).map_err(|e| wrong(e.to_string()))?),
            None => drop(shipped::own(name, &file, &[], &[], scope).map_err(|e| wrong(e.to_string()))?),
        }
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

/// Says that nothing which models say can block, where the policy wants it to and asks too few of them.
pub fn toothless(specs: &Specs, wanted: &Wanted<'_>) -> Option<String> {
    let line = wanted.wired.gate.block_models?;
    let most = specs.list.iter().map(|spec| spec.agents.len()).max().unwrap_or(0);
    let need = line.agreement as usize;
    if line.falsified || need <= most {
        return None;
    }
    let few = if most == 1 {
        "1 agent is".to_owned()
    } else {
        format!("{most} agents are")
    };
    Some(format!(
        "nothing that models say can block: {need} must agree, and {few} asked; `agents` in `[review]` names more"
    ))
}
