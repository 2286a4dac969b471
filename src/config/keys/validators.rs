//! The keys about validators: what each looks for and looks at, who is asked, and how much of it.

use super::{Key, Kind as K, key};
use crate::config::validators::CLAIMS;

pub(super) const VALIDATOR: &[Key] = &[
    key(
        "enabled",
        K::Bool,
        "true",
        "true",
        "Whether it runs where a gate asks for validators.",
    ),
    key(
        "agents",
        K::Names,
        "",
        "[\"gemini-advisor\"]",
        "The agents of `[agents]` whose models are asked, each an opinion of its own. By default those of \
         `[review]`.",
    ),
    key(
        "prompt",
        K::File,
        "",
        "\"prompts/licences.md\"",
        "A file that says what to look for, by its path from the root of the repository. A validator of \
         one's own needs it; for a shipped one it takes the place of the shipped text.",
    ),
    key(
        "kinds",
        K::Words(CLAIMS),
        "",
        "[\"defect\", \"security\"]",
        "What it may claim. By default as shipped; a validator of one's own claims `defect`.",
    ),
    key(
        "when",
        K::When,
        "",
        "{ paths = [\"src/**\"], exclude = [\"**/*.gen.rs\"], languages = [\"rust\"] }",
        "What it looks at: patterns of `paths`, patterns of paths to `exclude`, and `languages` by their \
         lowercase names. What is left out narrows nothing.",
    ),
];

pub(super) const REVIEW: &[Key] = &[
    key(
        "agents",
        K::Names,
        "[]",
        "[\"gemini-advisor\"]",
        "The agents whose models are asked where a validator names none, each an opinion of its own. Without \
         any, the one model that `[routing]` chooses is asked.",
    ),
    key(
        "falsifier",
        K::Name,
        "",
        "\"gemini-advisor\"",
        "The agent whose model is asked to refute what could block. It should be another model than those that \
         review: who said it cannot confirm it. By default whoever routing chooses.",
    ),
    key(
        "models",
        K::Bool,
        "true",
        "true",
        "Whether models may be asked about this repository at all. A site file can set it to `false`, and \
         nothing else about reviews.",
    ),
    key("parallel", K::Int(1, 32), "4", "4", "How many calls run at once."),
    key(
        "tokens-per-unit",
        K::Int(1000, 200_000),
        "8000",
        "8000",
        "The most tokens of a change that one call shows. A larger change is shown in several units.",
    ),
    key(
        "max-units",
        K::Int(1, 500),
        "40",
        "40",
        "The most units of a change that are shown. The least risky are left out beyond that, and the report \
         says so.",
    ),
    key(
        "rounds",
        K::Int(0, 1000),
        "5",
        "5",
        "How many rounds of a branch can block for what models say. With 0, any number can.",
    ),
    key(
        "background",
        K::Bool,
        "false",
        "false",
        "Whether a commit starts a review in the background, so that a push finds it done.",
    ),
    key(
        "without-comments",
        K::Bool,
        "false",
        "false",
        "Whether units of risky paths are asked about once more without their added comments, which may \
         persuade a model.",
    ),
    key(
        "canary",
        K::Bool,
        "false",
        "false",
        "Whether a call carries a defect of ours, which a model that works must find.",
    ),
];
