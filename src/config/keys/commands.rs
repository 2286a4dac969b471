//! The keys about commands: what runs, when, on what, and what is made of its output.

use super::{Key, Kind as K, key};
use crate::config::commands::{FILTERS, OUTPUTS};

pub(super) const COMMAND: &[Key] = &[
    key(
        "enabled",
        K::Bool,
        "true",
        "true",
        "Whether it runs where a gate asks for commands.",
    ),
    key(
        "run",
        K::Texts,
        "",
        "[\"ruff\", \"check\", \"--output-format=sarif\"]",
        "The program, by its name on `PATH` or its path in the checkout, and its arguments. No shell reads them. \
         Every command needs it.",
    ),
    key(
        "output",
        K::Word(OUTPUTS),
        "\"none\"",
        "\"sarif\"",
        "What it writes. With `none` an exit code other than 0 is one finding on the change.",
    ),
    key(
        "report",
        K::File,
        "",
        "\"report.xml\"",
        "The file that it writes its findings to, from `dir`, where that is not its standard output. One that stands \
         in the tree is taken away before.",
    ),
    key(
        "regex",
        K::Raw,
        "",
        "'^(?<path>[^:]+):(?<line>\\d+): (?<message>.*)$'",
        "For `output = \"regex\"`: the expression for one line, with the groups `path`, `line`, `column`, `message`, \
         `severity` and `code`, of which only `message` must be there.",
    ),
    key(
        "filter",
        K::Word(FILTERS),
        "",
        "\"added\"",
        "Which findings count: those on `added` lines, those within three lines of a change (`hunk`), all of a \
         changed `file`, or `all`. By default `added`, and `all` for `none` and `junit`.",
    ),
    key(
        "timeout",
        K::Time,
        "\"5m\"",
        "\"60s\"",
        "How long it may take. The deadline of the gate holds too.",
    ),
    key(
        "when",
        K::When,
        "",
        "{ paths = [\"**/*.py\"], exclude = [\"vendor/**\"] }",
        "The changed files for which it runs: patterns of `paths`, patterns of paths to `exclude`, and `languages`. \
         Without a changed file that fits it has nothing to do. What is left out narrows nothing.",
    ),
    key(
        "files",
        K::Bool,
        "false",
        "true",
        "Whether the changed files that fit `when` are its last arguments, in several runs if they are many. Files \
         that are gone are left out.",
    ),
    key(
        "dir",
        K::File,
        "",
        "\"backend\"",
        "The directory that it runs in, from the root of the repository. By default the root.",
    ),
    key(
        "env",
        K::Names,
        "[]",
        "[\"CARGO_HOME\"]",
        "Variables that it is given besides `PATH`, `HOME`, `LANG` and `TMPDIR`. All others are kept from it.",
    ),
    key(
        "ok-exit",
        K::Codes,
        "",
        "[0, 1]",
        "The exit codes that say that it ran; any other makes the verdict inconclusive. By default 0 and 1; for \
         `none` every code but 126 and 127, by which shells say that nothing ran.",
    ),
    key(
        "severity",
        K::Severity,
        "\"medium\"",
        "\"medium\"",
        "The severity of what has none in the output.",
    ),
    key(
        "error",
        K::Severity,
        "\"high\"",
        "\"high\"",
        "The severity of what the output calls an error, of a test that fails, and of an exit code with `none`.",
    ),
    key(
        "warning",
        K::Severity,
        "\"medium\"",
        "\"low\"",
        "The severity of what the output calls a warning.",
    ),
    key(
        "note",
        K::Severity,
        "\"low\"",
        "\"info\"",
        "The severity of what the output calls a note.",
    ),
];
