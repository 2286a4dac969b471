//! The one table of all keys: what is accepted, what is documented and what the schema says.

mod commands;
mod create;
mod kind;
mod models;
mod pattern;
mod scratch;
mod validators;

pub use kind::{Key, Kind, Section, Shape};

use Kind as K;

pub(super) const STAGES: &[&str] = &["pre-commit", "commit-msg", "pre-push", "ci", "manual"];
/// The words for a severity, lowest first.
pub(super) const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
/// The words for a confidence, lowest first.
pub(super) const CONFIDENCES: &[&str] = &["low", "medium", "high"];
const CLOSE: &[&str] = &["warn", "block"];

const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    example: &'static str,
    doc: &'static str,
) -> Key {
    Key {
        name,
        kind,
        default,
        required: false,
        doc,
        example,
    }
}

const fn must(name: &'static str, kind: Kind, example: &'static str, doc: &'static str) -> Key {
    Key {
        required: true,
        ..key(name, kind, "", example, doc)
    }
}

/// All keys, in the order in which they are documented.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "",
        shape: Shape::Top,
        doc: "What stands at the top of the file.",
        keys: TOP,
    },
    Section {
        name: "gates",
        shape: Shape::ByStage,
        doc: "What is run at a stage, and what closes the gate there. The stages are `pre-commit`, \
              `commit-msg`, `pre-push`, `ci` and `manual`.",
        keys: GATE,
    },
    Section {
        name: "paths",
        shape: Shape::List,
        doc: "Another measure for some paths. The first entry that matches a path is the only one that \
              counts; entries of the file come before those of the packs that it extends.",
        keys: PATHS,
    },
    Section {
        name: "rules",
        shape: Shape::ByRule,
        doc: "Settings of one rule. Besides these keys a rule has its own options: \
              `pantheon rules explain <id>` lists them.",
        keys: RULE,
    },
    Section {
        name: "pattern",
        shape: Shape::List,
        doc: "A rule of the repository's own: an expression that is searched for in added lines. A later \
              layer replaces a pattern by giving its id again.",
        keys: pattern::PATTERN,
    },
    Section {
        name: "waivers",
        shape: Shape::List,
        doc: "Lets one finding pass until a day.",
        keys: WAIVER,
    },
    Section {
        name: "suppressions",
        shape: Shape::Table,
        doc: "Comments in the content that allow a finding.",
        keys: SUPPRESSIONS,
    },
    Section {
        name: "baseline",
        shape: Shape::Table,
        doc: "The findings that were there before the gate.",
        keys: BASELINE,
    },
    Section {
        name: "hooks",
        shape: Shape::Table,
        doc: "The hook files.",
        keys: HOOKS,
    },
    Section {
        name: "limits",
        shape: Shape::Table,
        doc: "How much is read and shown.",
        keys: LIMITS,
    },
    Section {
        name: "providers",
        shape: Shape::ByName,
        doc: "Who serves models. `gemini`, `anthropic` and `openai` need no table: a key in `GEMINI_API_KEY`, \
              `ANTHROPIC_API_KEY` or `OPENAI_API_KEY` is enough.",
        keys: models::PROVIDER,
    },
    Section {
        name: "models",
        shape: Shape::ByName,
        doc: "Models by a name of one's own. A model of the shipped table needs none: its id is a name.",
        keys: models::MODEL,
    },
    Section {
        name: "agents",
        shape: Shape::ByName,
        doc: "Who asks models, and who writes code.",
        keys: create::AGENT,
    },
    Section {
        name: "routing",
        shape: Shape::Table,
        doc: "Which model is asked. The levels, the first that names a model wins: 1 `override`, 2 the spending \
              limit, 3 the agent's own `model`, 4 `[[routes]]` by task, 5 `[[routes]]` by size, 6 `default`. \
              `pantheon models route` says which level decided and why.",
        keys: models::ROUTING,
    },
    Section {
        name: "routes",
        shape: Shape::List,
        doc: "Models for some tasks and sizes; the first entry that fits counts.",
        keys: models::ROUTE,
    },
    Section {
        name: "budget",
        shape: Shape::Table,
        doc: "What models may cost. A call that could pass a limit is not made.",
        keys: models::BUDGET,
    },
    Section {
        name: "prompts",
        shape: Shape::ByName,
        doc: "Prompts of the repository's own, each by the name of the shipped one whose place it takes. \
              `pantheon policy check` tells of a name that is none.",
        keys: models::PROMPT,
    },
    Section {
        name: "validators",
        shape: Shape::ByName,
        doc: "Checks that ask models. The shipped ones, `correctness`, `security`, `performance`, `architecture`, \
              `tests`, `intent`, `dependency` and `migration`, need no table; any other name, of lowercase words \
              with dashes, is a validator of one's own. No gate asks for one unless its `checks` say so.",
        keys: validators::VALIDATOR,
    },
    Section {
        name: "commands",
        shape: Shape::ByName,
        doc: "Existing linters, formatters and tests, each by a name of lowercase words with dashes. One runs in a \
              clean checkout of what is judged, where a gate's `checks` ask for `commands` or `commands/<name>`, and \
              only once `pantheon trust` has said that it may. See [commands](commands.md).",
        keys: commands::COMMAND,
    },
    Section {
        name: "review",
        shape: Shape::Table,
        doc: "How models review a change.",
        keys: validators::REVIEW,
    },
    Section {
        name: "create",
        shape: Shape::Table,
        doc: "How creators work: agents that write code, in scratch worktrees only. See [the gateway](gateway.md) for \
              what they can reach.",
        keys: create::CREATE,
    },
    Section {
        name: "scratch",
        shape: Shape::Table,
        doc: "The trees of files that agents work in. See [creators](creators.md).",
        keys: scratch::SCRATCH,
    },
];

const TOP: &[Key] = &[
    must(
        "version",
        K::Version,
        "1",
        "The version of this format. A repository's file must state it.",
    ),
    key(
        "extends",
        K::Packs,
        "[\"recommended\"]",
        "[\"recommended\"]",
        "What this file builds on, the strongest last: the shipped packs `minimal`, `recommended` and \
         `strict`, `reviewed` after one of them to let models review, or a file of the same tree, relative to \
         this one, as `./team.toml`. An empty list builds on nothing but the defaults on this page. In a pack \
         the default is the empty list.",
    ),
];

const GATE: &[Key] = &[
    key(
        "extends",
        K::Word(STAGES),
        "",
        "\"pre-push\"",
        "The stage whose values this one takes where it has none of its own.",
    ),
    key(
        "checks",
        K::Selectors,
        "[\"rules\"]",
        "[\"rules\", \"!message\"]",
        "Which checks run: `rules` for all, a category as `secrets` or `text/*`, or one id; `validators` for all \
         that ask models, or one as `validators/security`, by its own name or by the family of what it finds \
         (`correctness`, `security`, `performance`, `design`, `world`, `intent`); `commands` for all of `[commands]`, \
         or one as `commands/clippy`; `!` in front takes away; the last one that names a check counts.",
    ),
    key(
        "block",
        K::Block,
        "\"high\"",
        "\"high\"",
        "What blocks: findings of this severity or above, if they are of at least medium confidence; a \
         table such as `{ severity = \"high\", confidence = \"low\" }` states both; `\"never\"` blocks \
         nothing. What models say blocks at the same severity where two models agree. A table of two halves, \
         `{ rules = \"high\", validators = { severity = \"high\", agreement = 2, falsified = true } }`, \
         states each, as a word or a table, and a half that is left out is as by default. `agreement`, from 0 \
         to 9 and by default 2, is how many models must say it; with 0 no number is enough, and 1 gets a note, \
         for one model alone is wrong about every second time. With `falsified` it is enough that another model \
         was asked to refute it and could not. `confidence`, by default `\"low\"` for models, grows with the \
         number that agree: one is low, two are medium, three are high.",
    ),
    key(
        "warn",
        K::Severity,
        "\"low\"",
        "\"low\"",
        "What is shown: findings of this severity or above.",
    ),
    key(
        "deadline",
        K::Time,
        "\"10s\"",
        "\"2s\"",
        "How long the whole gate may take: `500ms`, `2s` or `1m`, at most one hour.",
    ),
    key(
        "on-inconclusive",
        K::Word(CLOSE),
        "\"warn\"",
        "\"warn\"",
        "What a check means that failed, timed out or was cut short: the gate opens with a warning, or it \
         stays closed.",
    ),
    key(
        "severity",
        K::Severities,
        "",
        "{ \"message/fixup\" = \"high\" }",
        "Severities of single rules at this stage alone, by rule id. They win over \
         `[rules.\"<id>\"] severity`.",
    ),
];

const PATHS: &[Key] = &[
    must(
        "match",
        K::Globs,
        "[\"tests/**\", \"**/*.snap\"]",
        "The paths, from the root of the repository. `*` stays within one part of a path, `**` does not, \
         `{a,b}` is either, `[a-z]` is one of a range.",
    ),
    key(
        "severity-cap",
        K::Severity,
        "",
        "\"low\"",
        "No finding on these paths is worse than this.",
    ),
    key(
        "checks",
        K::Selectors,
        "",
        "[\"!text/trailing-whitespace\"]",
        "Checks to take away on these paths with `!`, or to add, in the words of a gate's `checks`.",
    ),
    key(
        "exclude",
        K::Bool,
        "false",
        "false",
        "Whether these paths are not judged at all. A report counts them as left out.",
    ),
];

const RULE: &[Key] = &[
    key(
        "severity",
        K::Severity,
        "",
        "\"low\"",
        "How bad a finding of this rule is.",
    ),
    key(
        "enabled",
        K::Bool,
        "true",
        "false",
        "Whether the rule runs at all.",
    ),
    key(
        "exclude",
        K::Globs,
        "",
        "[\"vendor/**\"]",
        "Paths on which the rule does not look.",
    ),
];

const WAIVER: &[Key] = &[
    must(
        "fingerprint",
        K::Fingerprint,
        "\"0123456789ab\"",
        "The start of the finding's fingerprint, at least 12 of its 32 hexadecimal digits.",
    ),
    must(
        "reason",
        K::Text,
        "\"a test certificate that signs nothing\"",
        "Why it may pass.",
    ),
    must("by", K::Text, "\"platform team\"", "Who decided."),
    must(
        "expires",
        K::Date,
        "\"2030-01-31\"",
        "The last day on which it holds.",
    ),
];

const SUPPRESSIONS: &[Key] = &[
    key(
        "inline",
        K::Bool,
        "true",
        "true",
        "Whether a comment in the content can allow a finding.",
    ),
    key(
        "require-reason",
        K::Bool,
        "true",
        "true",
        "Whether such a comment must say why.",
    ),
    key(
        "foreign",
        K::Bool,
        "true",
        "true",
        "Whether the comments of other scanners count too.",
    ),
];

const BASELINE: &[Key] = &[key(
    "file",
    K::File,
    "\".pantheon-baseline\"",
    "\".pantheon-baseline\"",
    "The file that holds them, from the root of the repository.",
)];

const HOOKS: &[Key] = &[key(
    "on-missing",
    K::Word(CLOSE),
    "\"block\"",
    "\"block\"",
    "What a hook does when the program is not found: `block` stops git, `warn` lets git go on with a warning.",
)];

const LIMITS: &[Key] = &[
    key(
        "max-file-bytes",
        K::Int(1024, 1 << 30),
        "16777216",
        "16777216",
        "The largest file that is searched, in bytes. A larger one is counted as left out.",
    ),
    key(
        "max-findings",
        K::Int(1, 1_000_000),
        "20",
        "20",
        "How many findings a person is shown. All of them count, and all stand in machine formats.",
    ),
];

/// Returns the section of that name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|s| s.name == name)
}

impl Section {
    /// Returns the key of that name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}
