//! The documentation of all keys, made from the table of keys.

use super::keys::{Key, Kind, SECTIONS, Section, Shape};
use std::fmt::Write;

const HEAD: &str = "\
# Configuration

`.pantheon.toml` stands at the root of the repository. `pantheon config show` prints every value that
counts and where it is written; `pantheon config schema` prints a JSON Schema for editors. This page is
made from the same table as both.

## Layers

What a later layer says takes the place of what an earlier one says, key by key:

1. the defaults on this page,
2. the packs that the file extends: `minimal`, `recommended`, `strict`, `reviewed`, or files of the
   repository,
3. `.pantheon.toml`,
4. the variable `PANTHEON_SET`: assignments such as `gates.ci.block = \"low\"`, one on each line or parted
   by `;`,
5. the flag `--set`, any number of times, one assignment each,
6. the machine's site file, `/etc/pantheon/site.toml`, which can only tighten.

Without a file the pack `recommended` counts, and so it does for a file that says nothing about
`extends`. A list takes the place of the whole earlier list; only `[[paths]]`, `[[pattern]]` and
`[[waivers]]` add to what earlier layers say.

The file is read from the commit that the change starts from, and so are the files that it extends: a
change cannot loosen the gate that judges it.

## The site file

The site file has the same keys. It comes last, so neither a repository nor a flag undoes it; and each of
its values counts only if it is at least as strict as what all the others say. What would loosen is
ignored, and a note says so. Stricter is: a lower `block` or `warn`, a later `deadline`, `block` in
`on-inconclusive` and `on-missing`, more `checks`, a higher `severity`, a rule that is `enabled`, comments
that count for less under `suppressions`, and larger `limits`. Each half of `block` is tightened by itself:
what either file blocks counts, be it for a lower severity, fewer models that must agree, or `falsified`.
Under `[review]`, `models = false` counts and keeps the repository from all models. Patterns can be added.
Entries of `[[paths]]` and `[[waivers]]`, options of rules, `[commands]` and the place of the baseline are
ignored. It can extend shipped packs.

## How a finding is judged

1. The first `[[paths]]` entry that matches its path is looked up. Nothing is judged on an excluded path,
   and no check that the entry takes away.
2. Its severity is that of `[gates.<stage>.severity]`, else that of `[rules.\"<id>\"]`, else the rule's own;
   then the entry caps it.
3. A suppression in the content, a waiver that has not expired, or the baseline covers it.
4. What reaches the `block` of the gate in severity and in confidence blocks, and what models say only if
   enough of them agree, or if one was asked to refute it and could not, where `block` says so; of the
   rest, what reaches `warn` is shown.

A check that failed, ran out of time or left something out never passes: `on-inconclusive` says whether
the gate warns or closes. Neither does a run in which nothing was checked.

## Keys
";

/// Writes the documentation of all keys in Markdown.
#[must_use]
pub fn docs() -> String {
    let mut out = HEAD.to_owned();
    SECTIONS
        .iter()
        .for_each(|section| write_section(&mut out, section));
    out
}

fn write_section(out: &mut String, section: &Section) {
    let name = section.name;
    let title = match section.shape {
        Shape::Top => "Top of the file".to_owned(),
        Shape::Table => format!("`[{name}]`"),
        Shape::ByStage => format!("`[{name}.<stage>]`"),
        Shape::ByRule => format!("`[{name}.\"<id>\"]`"),
        Shape::ByName => format!("`[{name}.<name>]`"),
        Shape::List => format!("`[[{name}]]`"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "\n### {title}\n\n{}\n", section.doc);
    let _ = writeln!(out, "| key | value | default | meaning |\n|---|---|---|---|");
    section.keys.iter().for_each(|key| write_key(out, key));
}

fn write_key(out: &mut String, key: &Key) {
    let default = match (key.required, key.default) {
        (true, _) => "required".to_owned(),
        (false, "") => "–".to_owned(),
        (false, default) => format!("`{default}`"),
    };
    let doc = key.doc.replace('|', "\\|");
    let _ = writeln!(
        out,
        "| `{}` | {} | {default} | {doc} |",
        key.name,
        value(key.kind)
    );
}

fn value(kind: Kind) -> String {
    let words = match kind {
        Kind::Word(words) => return quoted(words),
        Kind::Words(words) => return format!("list of {}", quoted(words)),
        Kind::Int(least, most) => return format!("whole number from {least} to {most}"),
        Kind::Version => "`1`",
        Kind::Severity => "`\"info\"`, `\"low\"`, `\"medium\"`, `\"high\"`, `\"critical\"`",
        Kind::Severities => "table of ids and severities",
        Kind::Block => "severity, `\"never\"` or table",
        Kind::When => "table of `paths`, `exclude` and `languages`",
        Kind::Names => "list of names",
        Kind::Codes => "list of exit codes",
        Kind::Size => "size such as `\"5 GiB\"`",
        Kind::Days => "days such as `\"14 days\"`",
        Kind::Time => "time",
        Kind::Bool => "`true`, `false`",
        Kind::Number => "number",
        Kind::Text | Kind::Raw => "text",
        Kind::File => "path",
        Kind::Packs => "list of packs",
        Kind::Texts | Kind::RawTexts => "list of texts",
        Kind::Selectors => "list of checks",
        Kind::Globs => "list of path patterns",
        Kind::Id => "id",
        Kind::Date => "day as `\"YYYY-MM-DD\"`",
        Kind::Name => "name",
        Kind::OneOrMore => "text, or list of texts",
        Kind::Url => "address",
        Kind::Money => "amount such as `\"0.50 USD\"`",
        Kind::Fingerprint => "12 to 32 hexadecimal digits",
    };
    words.to_owned()
}

fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    quoted.join(", ")
}
