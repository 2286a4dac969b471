//! Finds, layers and strictly parses the configuration, with spans and hints.
//!
//! One table, [`SECTIONS`], says what is accepted; the reader, the JSON Schema and the documentation
//! follow it. Texts are laid over one another, the weakest first: the defaults of the table, the
//! packs that the repository's file extends, that file, the environment, flags. The machine's site
//! file comes last and can only tighten: neither a flag nor the repository undoes it.
//!
//! This room reads no file and knows no rule: whoever calls it brings the bytes and the list of rules.

mod assign;
mod build;
mod commands;
mod create;
mod docs;
mod glob;
mod keys;
mod layer;
mod material;
mod merge;
mod models;
mod names;
mod nearest;
mod pack;
mod problem;
mod schema;
mod settings;
mod show;
mod site;
mod source;
mod stack;
mod validators;
mod value;
mod walk;

#[cfg(test)]
mod tests;

pub use assign::{FLAG, VARIABLE};
pub use build::is_loopback;
pub use commands::{CommandSettings, FILTERS, OUTPUTS};
pub use create::{CreateSettings, CreatorSettings, RUNTIMES, SANDBOXES, looks_secret};
pub use docs::docs;
pub use keys::{Key, Kind, SECTIONS, Section, Shape};
pub use models::{
    AgentSettings, BudgetSettings, ModelEntry, ModelSettings, PromptSettings, ProviderSettings,
    READING_TOOLS, Role, RouteEntry, RoutingSettings, WRITING_TOOLS,
};
pub use names::check_packs;
pub use nearest::hint as nearest;
pub use pack::{PACKS, Pack};
pub use problem::{Origin, Problem, Problems};
pub use schema::schema;
pub use settings::{
    Effective, Hooks, Limits, OnMissing, PatternSource, RuleSettings, Scratch, Settings, Suppressions,
};
pub use show::show;
pub use validators::{CLAIMS, FAMILIES, LANGUAGES, ReviewSettings, VALIDATORS, ValidatorSettings};

use crate::model::{OptionSpec, Severity};
use merge::Merged;

/// The name of the repository's file, at its root.
pub const FILE: &str = ".pantheon.toml";
/// The path of the machine's site file.
pub const SITE_FILE: &str = "/etc/pantheon/site.toml";

/// Everything that a configuration is read from.
pub struct Request<'a> {
    /// The repository's file; without one, the `recommended` pack counts.
    pub file: Option<File<'a>>,
    /// The machine's site file, which can only tighten.
    pub site: Option<File<'a>>,
    /// Assignments from the environment, one on each line or parted by `;`.
    pub env: Option<&'a str>,
    /// Assignments from flags, one each.
    pub flags: &'a [String],
    /// The rules that names may refer to. If there are none, names of rules are not checked.
    pub known: &'a [KnownRule<'a>],
    /// Reads a file that `extends` names, by its path from the root, out of the tree that holds the
    /// repository's file.
    pub resolve: &'a Resolve<'a>,
}

/// Reads a file by its path from the root; `None`: it is not there; otherwise, why it cannot be read.
pub type Resolve<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// The bytes of a file, with the name to show.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The path from the root of the repository, or for the site file its full path.
    pub name: &'a str,
    /// The content.
    pub bytes: &'a [u8],
}

/// What the configuration needs to know of a rule.
#[derive(Debug, Clone, Copy)]
pub struct KnownRule<'a> {
    /// The id.
    pub id: &'a str,
    /// The rule's own severity.
    pub severity: Severity,
    /// The rule's own options.
    pub options: &'a [OptionSpec],
}

/// Reads a configuration.
///
/// # Errors
/// With everything that is wrong in any of the texts.
pub fn load(request: &Request<'_>) -> Result<Settings, Problems> {
    let mut problems = Vec::new();
    let stack = stack::read(request, &mut problems);
    names::check(&stack, request.known, &mut problems);
    let mut merged = Merged::new(stack.layers, &mut problems);
    let notes = site::tighten(&mut merged, stack.site, request.known);
    let settings = build::settings(merged, notes, &mut problems);
    match problems.is_empty() {
        true => Ok(settings),
        false => Err(Problems::new(problems)),
    }
}
