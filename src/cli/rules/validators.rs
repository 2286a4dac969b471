//! The explanation of what models say: all of it, one family, one validator.

use super::explain;
use crate::app::validators::Validator;
use crate::model::Stage;
use crate::report::models::{FAMILIES, Family};
use crate::report::paint::{self, Page};
use crate::report::{Options, text};

/// What all their ids begin with.
const PREFIX: &str = "validators/";
/// The name of all of them.
const ALL: &str = "validators";

/// Returns the explanation of what an id names; `None`: it names nothing of models.
pub fn text(id: &str, all: &[Validator], options: &Options<'_>) -> Option<String> {
    let mut page = Page::new(options);
    if id == ALL {
        write_all(&mut page, all);
        return Some(page.out);
    }
    let name = id.strip_prefix(PREFIX).unwrap_or(id);
    let family = FAMILIES.iter().find(|family| family.name == name);
    let validator = all.iter().find(|validator| validator.name == name);
    let summary = match (family, validator) {
        (Some(family), _) => family.summary,
        (None, Some(validator)) => &validator.summary,
        (None, None) => return None,
    };
    write_head(&mut page, &format!("{PREFIX}{name}"), summary);
    if let Some(family) = family {
        write_family(&mut page, family, all);
    }
    if let Some(validator) = validator {
        write_validator(&mut page, validator);
    }
    write_silence(&mut page, name, family.is_some(), validator.is_some());
    Some(page.out)
}

/// Returns all ids, each once.
pub fn ids(all: &[Validator]) -> Vec<String> {
    let names = all.iter().map(|validator| validator.name.as_str());
    let mut ids: Vec<String> = FAMILIES
        .iter()
        .map(|family| family.name)
        .chain(names)
        .map(|name| format!("{PREFIX}{name}"))
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

fn write_head(page: &mut Page<'_>, id: &str, summary: &str) {
    let id = text::visible(id);
    page.put(paint::STRONG, &id);
    page.put(paint::PLAIN, ": ");
    page.put_wrapped(paint::PLAIN, text::width(&id) + 2, 2, &text::visible(summary));
}

fn write_all(page: &mut Page<'_>, all: &[Validator]) {
    write_head(page, ALL, "what models say about a change");
    let asked = match all.iter().any(|validator| !validator.stages.is_empty()) {
        true => "a gate of this policy asks for them",
        false => "no gate of this policy asks for them: `checks = [\"rules\", \"validators\"]` does",
    };
    page.put_wrapped(paint::PLAIN, 0, 2, asked);
    explain::write_title(page, "who looks (validators)");
    let rows = all.iter();
    write_rows(page, rows.map(|one| (one.name.as_str(), one.summary.as_str())));
    explain::write_title(page, "what a finding is called (families)");
    write_rows(page, FAMILIES.iter().map(|family| (family.name, family.summary)));
    page.out.push('\n');
    let line = "`pantheon rules explain validators/<name>` says more of each";
    page.put_wrapped(paint::FAINT, 0, 2, line);
}

fn write_rows<'r>(page: &mut Page<'_>, rows: impl Iterator<Item = (&'r str, &'r str)>) {
    for (name, about) in rows {
        let id = text::visible(&format!("{PREFIX}{name}")).into_owned();
        let gap = WIDE.saturating_sub(text::width(&id)).max(2);
        page.put(paint::PLAIN, &format!("  {id}{}", " ".repeat(gap)));
        let used = 2 + text::width(&id) + gap;
        page.put_wrapped(
            paint::PLAIN,
            used,
            used.min(page.width() / 2),
            &text::visible(about),
        );
    }
}

/// The longest shipped id, `validators/architecture`, and a gap.
const WIDE: usize = 25;

fn write_family(page: &mut Page<'_>, family: &Family, all: &[Validator]) {
    let line =
        "severity as the models state it; confidence low if one says it, medium if two do, high if three do";
    page.put_wrapped(paint::PLAIN, 0, 2, line);
    explain::write_prose(page, "why", family.why);
    explain::write_prose(page, "how to fix", family.fix);
    let who = all
        .iter()
        .filter(|validator| validator.families.contains(&family.name));
    let who: Vec<String> = who.map(|validator| format!("`{}`", validator.name)).collect();
    explain::write_prose(page, "which validators can say it", &text::series(&who));
}

fn write_validator(page: &mut Page<'_>, validator: &Validator) {
    let looks = format!("{}\nin: {}", validator.summary, validator.looks_at);
    explain::write_prose(page, "what the validator of this name looks for", &looks);
    let families: Vec<String> = validator
        .families
        .iter()
        .map(|name| format!("`{PREFIX}{name}`"))
        .collect();
    let mut claims = format!(
        "{}: its findings are called {}",
        text::series(&quoted(&validator.claims)),
        text::series(&families)
    );
    if !validator.gates {
        claims.push_str("; none of them ever blocks");
    }
    explain::write_prose(page, "what it may claim", &claims);
    let asked = match validator.stages.as_slice() {
        [] => "at no gate of this policy".to_owned(),
        stages => format!(
            "at {}",
            text::series(&quoted(
                &stages.iter().map(|s| Stage::name(*s)).collect::<Vec<_>>()
            ))
        ),
    };
    explain::write_prose(page, "when it is asked", &asked);
}

fn quoted(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| format!("`{word}`")).collect()
}

/// A gate chooses who is asked, by validators; a path lets findings pass, by families.
fn write_silence(page: &mut Page<'_>, name: &str, is_family: bool, is_validator: bool) {
    let id = text::visible(&format!("{PREFIX}{name}")).into_owned();
    let mut ways: Vec<(&str, String)> = Vec::new();
    if is_family {
        let comment = format!("pantheon: allow {id} -- reason");
        ways.push(("one line, in a comment on it:", comment));
        let paths = format!("[[paths]]\nmatch = [\"tests/**\"]\nchecks = [\"!{id}\"]");
        ways.push(("below some paths, in `.pantheon.toml`:", paths));
        ways.push((
            "one finding until a day, in `.pantheon.toml`:",
            explain::WAIVER.to_owned(),
        ));
    }
    if is_validator {
        let gate = format!("[gates.pre-push]\nchecks = [\"rules\", \"validators\", \"!{id}\"]");
        ways.push(("by not asking the validator at one gate:", gate));
        let off = format!("[validators.{}]\nenabled = false", text::visible(name));
        ways.push(("by not asking it at all:", off));
    }
    explain::write_title(page, "how to silence");
    for (at, (what, lines)) in ways.iter().enumerate() {
        if at > 0 {
            page.out.push('\n');
        }
        explain::write_way(page, what, lines);
    }
}
