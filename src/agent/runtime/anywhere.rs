//! What a program of which nothing is known may need to find its model: the variables of every contract, and the
//! settings of every program that may stand behind it.

use super::{Launch, claude, codex, gemini, opencode, pi};
use crate::agent::order::Order;
use crate::agent::runtime::begin::versioned;

/// Adds variables and files, the model among them.
pub(super) fn fill(launch: &mut Launch, order: &Order) {
    let mut env = claude::env(order);
    env.extend(gemini::env(order));
    env.extend(opencode::env(order));
    env.extend(pi::env(order).into_iter().skip(1));
    env.extend([
        ("OPENAI_BASE_URL", versioned(order)),
        ("OPENAI_API_BASE", versioned(order)),
        ("OPENAI_API_KEY", order.placeholder.clone()),
    ]);
    if !order.model.is_empty() {
        for name in [
            "ANTHROPIC_MODEL",
            "GEMINI_MODEL",
            "OPENAI_MODEL",
            "PANTHEON_MODEL",
        ] {
            env.push((name, order.model.clone()));
        }
    }
    launch.set(env);
    launch.write(".codex/config.toml", codex_settings(order));
    launch.write(".gemini/settings.json", gemini::settings(order));
    if !order.model.is_empty() {
        launch.write(".config/opencode/opencode.json", opencode::settings(order));
        launch.write(".pi/agent/models.json", pi::models(order));
    }
}

/// Writes the settings of Codex as its file has them.
fn codex_settings(order: &Order) -> String {
    let mut settings = codex::settings(order);
    if !order.model.is_empty() {
        settings.push(("model".to_owned(), codex::quoted(&order.model)));
    }
    settings
        .into_iter()
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect()
}
