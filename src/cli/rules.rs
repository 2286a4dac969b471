//! `pantheon rules`: what is looked for, why, and how to fix or silence it.

mod explain;
mod list;
mod validators;

use super::{Context, Exit, Failure};
use crate::app::validators::Validator;
use crate::model::{RuleInfo, Severity};
use crate::report::{Options, text};
use crate::sys::terminal::{self, Stream};
use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `pantheon rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// List all rules
    List {
        /// How to write them
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
    },
    /// Say what a rule finds, or what models say, why, and how to fix or silence it
    Explain {
        /// The id of a rule, such as `secrets/private-key`, or `validators` and what stands behind it
        id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// A table
    Human,
    /// A JSON array
    Json,
}

/// What the policy makes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective {
    /// Whether the rule runs.
    pub enabled: bool,
    /// The severity of its findings.
    pub severity: Severity,
}

/// Runs `pantheon rules`.
///
/// # Errors
/// A rule that nobody knows.
pub fn run<'a>(
    context: &Context,
    args: &RulesArgs,
    rules: impl Iterator<Item = &'a RuleInfo>,
    validators: &[Validator],
    effective: impl Fn(&RuleInfo) -> Effective,
) -> Result<Exit, Failure> {
    let rules: Vec<_> = rules.map(|info| (info, effective(info))).collect();
    let options = options(context);
    let out = match &args.command {
        RulesCommand::List {
            format: ListFormat::Human,
        } => list::table(&rules, &options),
        RulesCommand::List {
            format: ListFormat::Json,
        } => list::json(&rules),
        RulesCommand::Explain { id } => {
            // A rule of one's own may have the last part of its id in common with a validator.
            let by_models = validators::text(id, validators, &options);
            match (find(&rules, id, &validators::ids(validators)), by_models) {
                (Ok((info, effective)), _) => explain::text(info, effective, &options),
                (Err(_), Some(text)) => text,
                (Err(failure), None) => return Err(failure),
            }
        }
    };
    context.out(&out);
    Ok(0)
}

fn options(context: &Context) -> Options<'static> {
    Options {
        color: context.color.applies_to(Stream::Out),
        // Prose is hard to read when it is wide.
        width: terminal::width(Stream::Out).unwrap_or(100).min(100),
        ..Options::default()
    }
}

/// Finds a rule by its id, or by the last part of it where that is clear.
fn find<'a>(
    rules: &[(&'a RuleInfo, Effective)],
    id: &str,
    others: &[String],
) -> Result<(&'a RuleInfo, Effective), Failure> {
    let mut named = rules
        .iter()
        .filter(|(info, _)| info.id == id || last_part(&info.id) == id);
    match (named.next(), named.next()) {
        (Some(rule), None) => Ok(*rule),
        _ => Err(unknown(rules, id, others)),
    }
}

fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn unknown(rules: &[(&RuleInfo, Effective)], id: &str, others: &[String]) -> Failure {
    let failure = Failure::usage(format!("no rule is called `{}`", text::visible(id)));
    let near = nearest(rules, id, others);
    if near.is_empty() && id.starts_with("validators/") {
        return failure.hint("`pantheon rules explain validators` shows what models say");
    }
    if near.is_empty() {
        return failure.hint("`pantheon rules list` shows all rules");
    }
    failure.hint(format!("did you mean {}?", near.join(" or ")))
}

/// The up to three ids that are most like a word, best first.
fn nearest(rules: &[(&RuleInfo, Effective)], id: &str, others: &[String]) -> Vec<String> {
    // What all ids of a family begin with makes none of them nearer.
    let by_models = |id: &str| id.starts_with("validators/");
    let likeness = |known: &str| {
        let whole = match by_models(known) {
            true => 0.0,
            false => strsim::jaro_winkler(known, id),
        };
        whole.max(strsim::jaro_winkler(last_part(known), last_part(id)))
    };
    let ids = rules.iter().map(|(info, _)| info.id.as_ref());
    // Who names another family means one of its rules.
    let is_theirs = !id.contains('/') || by_models(id);
    let others = others.iter().filter(|_| is_theirs).map(String::as_str);
    let mut near: Vec<_> = ids.chain(others).map(|id| (likeness(id), id)).collect();
    near.retain(|(likeness, _)| *likeness > 0.8);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.iter()
        .take(3)
        .map(|(_, id)| format!("`{}`", text::visible(id)))
        .collect()
}

#[cfg(test)]
mod tests;
