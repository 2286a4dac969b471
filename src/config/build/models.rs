//! Turns merged values about models into settings.

use super::{create, int, number, switch, text, texts, time};
use crate::config::layer::{Entry, Item, Path};
use crate::config::merge::{Merged, or_default};
use crate::config::models::{
    AgentSettings, BudgetSettings, ModelEntry, ModelSettings, PromptSettings, ProviderSettings,
    READING_TOOLS, Role, RouteEntry, RoutingSettings,
};
use crate::config::value::Value;
use crate::config::{Origin, Problem, nearest};
use crate::model::Money;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The tools that write or execute: a validator may have none of them.
const WRITING: &[&str] = &[
    "write", "edit", "apply", "patch", "delete", "move", "run", "shell", "bash", "exec",
];
/// Where a value stands that the user of this machine wrote, rather than the repository.
const OUTSIDE: &[&str] = &[
    crate::config::VARIABLE,
    crate::config::FLAG,
    crate::config::SITE_FILE,
    "default",
];
/// The keys of a provider that say where a key goes, or run a program.
const SENSITIVE: &[&str] = &["base-url", "api-key-command", "proxy", "ca-file"];

/// The keys of a creator that say what runs, what it can reach and what it is given.
pub(super) const CREATING: &[&str] = &["program", "args", "command", "hosts", "env"];
/// The keys of a command that say what runs, and what it is given.
const EXECUTED: &[&str] = &["run", "files", "dir", "env"];

/// Turns merged values into settings about models. What fits none is added to `problems`.
pub(super) fn settings(merged: &Merged, problems: &mut Vec<Problem>) -> ModelSettings {
    ModelSettings {
        providers: each(merged, "providers", |table| provider(&table)),
        models: each(merged, "models", |table| model(&table)),
        agents: each(merged, "agents", |table| agent(&table, problems)),
        routing: routing(merged),
        routes: merged.routes.iter().map(route).collect(),
        budget: budget(merged),
        prompts: each(merged, "prompts", |table| prompt(&table)),
        to_trust: to_trust(merged),
    }
}

/// The values of one table that the user named.
pub(super) struct Table<'m> {
    pub merged: &'m Merged,
    pub section: &'static str,
    pub name: &'m str,
    pub origin: &'m Origin,
}

/// Makes something of each table of a section that the user named.
pub(super) fn each<'m, T>(
    merged: &'m Merged,
    section: &'static str,
    mut make: impl FnMut(Table<'m>) -> T,
) -> BTreeMap<String, T> {
    let mut all: BTreeMap<String, T> = BTreeMap::new();
    for (path, entry) in merged.values.iter().filter(|(path, _)| path.section == section) {
        if !all.contains_key(&path.name) {
            let table = Table {
                merged,
                section,
                name: &path.name,
                origin: &entry.key,
            };
            all.insert(path.name.clone(), make(table));
        }
    }
    all
}

impl<'m> Table<'m> {
    pub fn value(&self, key: &'static str) -> Option<Cow<'m, Entry>> {
        self.merged.value(self.section, self.name, key)
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.value(key).map(|entry| text(Some(entry)))
    }

    fn whole(&self, key: &'static str) -> Option<u64> {
        self.value(key).map(|entry| int(Some(entry)).unsigned_abs())
    }
}

fn provider(table: &Table<'_>) -> ProviderSettings {
    ProviderSettings {
        kind: table.text("kind"),
        base_url: table.text("base-url"),
        api_version: table.text("api-version"),
        key_env: texts(table.value("api-key-env")),
        key_command: texts(table.value("api-key-command")),
        key_keyring: table.text("api-key-keyring"),
        proxy: table.text("proxy"),
        ca_file: table.text("ca-file"),
        client_certificate_file: table.text("client-certificate-file"),
        connect_timeout: time(table.value("connect-timeout")),
        first_byte_timeout: time(table.value("first-byte-timeout")),
        idle_timeout: time(table.value("idle-timeout")),
        attempts: small(table.whole("attempts")).unwrap_or(1),
        requests_per_minute: table.whole("requests-per-minute"),
        tokens_per_minute: table.whole("tokens-per-minute"),
        weight: small(table.whole("weight")).unwrap_or(1),
        stream: switch(table.value("stream")),
        free: switch(table.value("free")),
        to_trust: SENSITIVE
            .iter()
            .filter_map(|key| {
                Some((
                    key,
                    table
                        .merged
                        .values
                        .get(&Path::new("providers", table.name, key))?,
                ))
            })
            .any(|(key, entry)| chosen_inside(key, entry)),
        origin: table.origin.clone(),
    }
}

fn model(table: &Table<'_>) -> ModelEntry {
    ModelEntry {
        providers: texts(table.value("provider")),
        id: table.text("id"),
        fallback: texts(table.value("fallback")),
        window: table.whole("window"),
        max_output: table.whole("max-output"),
        input_price: money(table.value("input-price")),
        output_price: money(table.value("output-price")),
        tokenizer: table.text("tokenizer"),
        effort: table.text("effort"),
        thinking_budget: small(table.whole("thinking-budget")),
        temperature: table.value("temperature").map(|entry| number(Some(entry))),
        seed: table.whole("seed"),
        service_tier: table.text("service-tier"),
        schema: switch(table.value("schema")),
        origin: table.origin.clone(),
    }
}

fn agent(table: &Table<'_>, problems: &mut Vec<Problem>) -> AgentSettings {
    let role = match table.text("role").as_deref() {
        Some("creator") => Role::Creator,
        _ => Role::Validator,
    };
    let tools = texts(table.value("tools"));
    let place = table.value("tools").map(|entry| entry.origin.clone());
    let place = place.as_ref().unwrap_or(table.origin);
    problems.extend(tools.iter().find_map(|tool| match role {
        Role::Validator => not_reading(table.name, tool, place),
        Role::Creator => create::no_tool(table.name, tool, place),
    }));
    AgentSettings {
        role,
        model: table.text("model"),
        tools,
        creator: create::creator(table, role, problems),
        origin: table.origin.clone(),
    }
}

/// Says that a validator may not have a tool, if it may not.
fn not_reading(agent: &str, tool: &str, place: &Origin) -> Option<Problem> {
    if READING_TOOLS.contains(&tool) {
        return None;
    }
    let all = READING_TOOLS.map(|name| format!("`{name}`")).join(", ");
    let reads = format!("a validator can {all}, and no more");
    let shown = nearest::shown(tool);
    if writes(tool) {
        let message = format!("the validator `{agent}` asks for the tool `{shown}`, which writes");
        return Some(Problem::at(place, message).hint(reads));
    }
    let message = format!("the validator `{agent}` asks for the tool `{shown}`, which does not exist");
    let hint = nearest::hint(tool, READING_TOOLS).unwrap_or(reads);
    Some(Problem::at(place, message).hint(hint))
}

fn writes(tool: &str) -> bool {
    let tool = tool.to_ascii_lowercase();
    tool.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| WRITING.contains(&word))
}

fn routing(merged: &Merged) -> RoutingSettings {
    let name = |key| merged.value("routing", "", key).map(|entry| text(Some(entry)));
    RoutingSettings {
        overriding: name("override"),
        cheaper: name("cheaper"),
        offline: name("offline"),
        default: name("default"),
        balance: name("balance").unwrap_or_default(),
        outcomes: switch(merged.value("routing", "", "outcomes")),
        remote: switch(merged.value("routing", "", "remote")),
    }
}

fn route(item: &Item) -> RouteEntry {
    let value = |key: &str| or_default(item.fields.get(key), item.section, key);
    RouteEntry {
        tasks: texts(value("task")),
        above_tokens: value("above-tokens").map(|entry| int(Some(entry)).unsigned_abs()),
        model: text(value("model")),
        origin: item.origin.clone(),
    }
}

fn budget(merged: &Merged) -> BudgetSettings {
    let value = |key| merged.value("budget", "", key);
    BudgetSettings {
        per_run: money(value("per-run")),
        per_day: money(value("per-day")),
        per_month: money(value("per-month")),
        alert_at: number(value("alert-at")).min(1.0),
        at_limit: text(value("at-limit")),
    }
}

fn prompt(table: &Table<'_>) -> PromptSettings {
    PromptSettings {
        file: table.text("file"),
        variant_file: table.text("variant-file"),
        variant_share: number(table.value("variant-share")).min(1.0),
        origin: table.origin.clone(),
    }
}

/// Lists what the repository itself asks for that sends a key somewhere or runs a program.
fn to_trust(merged: &Merged) -> Vec<String> {
    let sensitive = |(path, entry): &(&Path, &Entry)| {
        let keys = match path.section {
            "providers" => SENSITIVE,
            "commands" => EXECUTED,
            "agents" => CREATING,
            _ => &[],
        };
        keys.contains(&path.key.as_ref()) && chosen_inside(&path.key, entry)
    };
    let values = merged.values.iter().filter(sensitive);
    values
        .map(|(path, entry)| format!("{path} = {}", entry.value))
        .collect()
}

/// Whether the repository itself chose it, and it is not the address of this machine.
pub(super) fn chosen_inside(key: &str, entry: &Entry) -> bool {
    // A file or a program may be named like an address.
    let is_address = ["base-url", "proxy"].contains(&key);
    let stays = is_address && is_here(&entry.value);
    !stays && !OUTSIDE.contains(&entry.origin.file.as_ref())
}

/// Whether an address is this machine: what goes there stays at home.
fn is_here(value: &Value) -> bool {
    match value {
        Value::Text(url) => is_loopback(url),
        _ => false,
    }
}

/// Whether an address is of this machine.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let v4 = host
        .parse::<std::net::Ipv4Addr>()
        .is_ok_and(|ip| ip.is_loopback());
    let v6 = host
        .parse::<std::net::Ipv6Addr>()
        .is_ok_and(|ip| ip.is_loopback());
    v4 || v6 || host.eq_ignore_ascii_case("localhost")
}

fn money(entry: Option<Cow<'_, Entry>>) -> Option<Money> {
    match entry.as_deref().map(|e| &e.value) {
        Some(Value::Money(money)) => Some(*money),
        _ => None,
    }
}

fn small(number: Option<u64>) -> Option<u32> {
    number.and_then(|n| u32::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_here() {
        for here in [
            "http://127.0.0.1:8080/v1",
            "http://localhost/v1",
            "http://[::1]:11434",
            "http://127.9.9.9",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for away in [
            "http://127.0.0.1.evil.example/v1",
            "https://localhost.evil.example",
            "http://10.0.0.1",
            "https://example.com/127.0.0.1",
            "http://[::2]/",
        ] {
            assert!(!is_loopback(away), "{away}");
        }
    }

    #[test]
    fn tools_that_write() {
        for tool in ["write", "edit_file", "Bash", "run-tests", "shell"] {
            assert!(writes(tool), "{tool}");
        }
        for tool in ["read", "grep", "glob", "list", "find-symbol"] {
            assert!(!writes(tool), "{tool}");
        }
    }
}
