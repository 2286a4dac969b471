//! The commands that a gate asks for.

use crate::app::{Error, models, wire};
use crate::command::{Filter, Severities, Spec, parse};
use crate::config::{CommandSettings, Problem, Settings};
use crate::model::{Gate, Selector};
use crate::validators::spec::Scope;

/// The commands that a gate asks for, and whether they may run.
pub struct Wish {
    /// The commands, by name.
    pub list: Vec<Chosen>,
    /// Whether everything that the settings ask for was trusted.
    pub trusted: bool,
    /// Why none may run here, whatever is trusted.
    pub refused: Option<String>,
}

/// A command that a gate asks for.
pub struct Chosen {
    /// The id of what it finds: `commands/<name>`.
    pub id: String,
    /// What runs.
    pub spec: Spec,
    /// The changed files for which it runs.
    pub scope: Scope,
}

/// Returns what a gate asks for; `None`: nothing.
///
/// # Errors
/// When a command cannot be used.
pub fn wish(settings: &Settings, gate: &Gate) -> Result<Option<Wish>, Error> {
    if settings.commands.is_empty() || !is_wanted(&gate.checks) {
        return Ok(None);
    }
    let mut list = Vec::new();
    for (name, own) in &settings.commands {
        let id = format!("commands/{name}");
        if own.enabled && wire::is_on(settings, gate, &id) {
            list.push(chosen(name, id, own)?);
        }
    }
    Ok(Some(Wish {
        list,
        trusted: models::trust::is_trusted(settings),
        refused: None,
    }))
}

fn is_wanted(checks: &[Selector]) -> bool {
    let names = |s: &Selector| s.name == "*" || s.name == "commands" || s.name.starts_with("commands/");
    checks.iter().any(|selector| !selector.negated && names(selector))
}

/// Insists that every command can be used.
///
/// # Errors
/// With the first that cannot.
pub fn check(settings: &Settings) -> Result<(), Error> {
    for (name, own) in &settings.commands {
        chosen(name, String::new(), own)?;
    }
    Ok(())
}

fn chosen(name: &str, id: String, own: &CommandSettings) -> Result<Chosen, Error> {
    if own.run.first().is_none_or(|program| program.is_empty()) {
        let problem = Problem::at(
            own.place("run"),
            format!("the command `{name}` does not say what to run"),
        );
        return Err(problem.hint("write `run = [\"program\", \"argument\"]`").into());
    }
    let parser = parse::find(&own.output).unwrap_or(parse::none());
    Ok(Chosen {
        id,
        spec: Spec {
            name: name.to_owned(),
            run: own.run.clone(),
            parser,
            report: own.report.clone(),
            regex: regex(name, own)?,
            filter: Filter::of(own.filter.as_deref(), parser),
            timeout: own.timeout,
            files: own.files,
            dir: own.dir.clone().unwrap_or_default(),
            env: own.env.clone(),
            ok_exit: own
                .ok_exit
                .as_ref()
                .map(|codes| codes.iter().map(|code| *code as i32).collect()),
            severities: Severities {
                unknown: own.severity,
                error: own.error,
                warning: own.warning,
                note: own.note,
            },
        },
        scope: Scope {
            paths: own.paths.clone(),
            exclude: own.exclude.clone(),
            languages: own.languages.clone(),
            wants: None,
        },
    })
}

fn regex(name: &str, own: &CommandSettings) -> Result<Option<regex_automata::meta::Regex>, Error> {
    let wrong = |error: crate::command::Error| {
        Error::from(Problem::at(
            own.place("regex"),
            format!("the command `{name}`: {error}"),
        ))
    };
    match (own.output.as_str(), &own.regex) {
        ("regex", None) => Err(wrong(crate::command::Error::NoRegex)),
        ("regex", Some(text)) => Spec::regex(text).map(Some).map_err(wrong),
        _ => Ok(None),
    }
}
