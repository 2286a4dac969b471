//! Turns merged values about creators into settings.

use super::models::{CREATING, Table, chosen_inside};
use super::validators::origins;
use super::{int, text, texts, time};
use crate::config::create::{CreateSettings, CreatorSettings};
use crate::config::layer::Path;
use crate::config::merge::Merged;
use crate::config::models::{READING_TOOLS, Role, WRITING_TOOLS};
use crate::config::{Origin, Problem, nearest};
use crate::model::HostRule;

/// The runtimes whose program must be named.
const UNNAMED: [&str; 2] = ["acp", "command"];

/// Turns merged values into settings about creators.
pub(super) fn settings(merged: &Merged) -> CreateSettings {
    let value = |key| merged.value("create", "", key);
    let whole = |key| int(value(key)).unsigned_abs();
    let small = |key| u32::try_from(whole(key)).unwrap_or(1);
    CreateSettings {
        agent: value("agent").map(|entry| text(Some(entry))),
        rounds: small("rounds"),
        deadline: time(value("deadline")),
        stage: text(value("stage")),
        sandbox: text(value("sandbox")),
        turns: small("turns"),
        memory: whole("memory") << 20,
        processes: whole("processes"),
        commands: texts(value("commands")),
        max_agents: whole("max-agents") as usize,
        origins: origins(merged, "create", ""),
    }
}

/// Turns the values of an agent that only a creator has into settings.
pub(super) fn creator(table: &Table<'_>, role: Role, problems: &mut Vec<Problem>) -> CreatorSettings {
    let settings = CreatorSettings {
        runtime: table.text("runtime").unwrap_or_default(),
        program: table.text("program"),
        args: texts(table.value("args")),
        command: texts(table.value("command")),
        hosts: texts(table.value("hosts")),
        env: texts(table.value("env")),
        to_trust: CREATING.iter().any(|key| {
            let entry = table.merged.values.get(&Path::new("agents", table.name, key));
            entry.is_some_and(|entry| chosen_inside(key, entry))
        }),
    };
    problems.extend(match role {
        Role::Validator => not_for_validators(table),
        Role::Creator => wrong(table, &settings),
    });
    settings
}

/// Says that a validator has a key that only a creator may have, if it has.
fn not_for_validators(table: &Table<'_>) -> Option<Problem> {
    let keys = ["runtime"].iter().chain(CREATING);
    let found = keys.filter_map(|key| {
        let entry = table.merged.values.get(&Path::new("agents", table.name, key))?;
        Some((key, entry.key.clone()))
    });
    let (key, place) = found.min_by_key(|(_, place)| place.to_string())?;
    let message = format!(
        "the validator `{}` has `{key}`, which is for creators alone",
        table.name
    );
    Some(
        Problem::at(&place, message)
            .hint("a validator reads the change and no more; write `role = \"creator\"`"),
    )
}

/// Says what is wrong about a creator, if anything is.
fn wrong(table: &Table<'_>, settings: &CreatorSettings) -> Option<Problem> {
    let place = |key: &'static str| match table.value(key) {
        Some(entry) => entry.origin.clone(),
        None => table.origin.clone(),
    };
    if UNNAMED.contains(&settings.runtime.as_str()) && settings.command.is_empty() {
        let message = format!(
            "the runtime `{}` of `{}` needs `command`",
            settings.runtime, table.name
        );
        let problem = Problem::at(&place("runtime"), message);
        return Some(
            problem.hint("name the program and its arguments, such as `command = [\"opencode\", \"acp\"]`"),
        );
    }
    let host = settings.hosts.iter().find_map(|host| HostRule::parse(host).err());
    if let Some(wrong) = host {
        let message = format!("`{}` is no host", nearest::shown(&wrong.0));
        let problem = Problem::at(&place("hosts"), message);
        return Some(problem.hint("write a name with a port, such as `index.crates.io:443`"));
    }
    let name = settings.env.iter().find(|name| !is_variable(name))?;
    let message = format!("`{}` is no name of a variable", nearest::shown(name));
    Some(Problem::at(&place("env"), message).hint("letters, digits and `_`, and perhaps one `*` at the end"))
}

fn is_variable(name: &str) -> bool {
    let begin = name.strip_suffix('*').unwrap_or(name);
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    begin.bytes().all(fits) && begin.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

/// Says that a creator may not have a tool, if it may not.
pub(super) fn no_tool(agent: &str, tool: &str, place: &Origin) -> Option<Problem> {
    let all = || READING_TOOLS.into_iter().chain(WRITING_TOOLS);
    if all().any(|name| name == tool) {
        return None;
    }
    let shown = nearest::shown(tool);
    let message = format!("the creator `{agent}` asks for the tool `{shown}`, which does not exist");
    let names: Vec<String> = all().map(|name| format!("`{name}`")).collect();
    let hint = nearest::hint(tool, all());
    let hint = hint.unwrap_or_else(|| format!("a creator can {}", names.join(", ")));
    Some(Problem::at(place, message).hint(hint))
}
