//! The explanation of one rule: what, why, an example, how to fix, how to silence.

use super::Effective;
use super::list::severity_style;
use crate::model::{Category, OptionKind, OptionSpec, RuleInfo};
use crate::report::paint::{self, Page};
use crate::report::{Options, text};

const INDENT: &str = "  ";

/// Returns the explanation of a rule.
pub fn text(info: &RuleInfo, effective: Effective, options: &Options<'_>) -> String {
    let mut page = Page::new(options);
    write_head(&mut page, info, effective);
    write_prose(&mut page, "why", &info.why);
    write_example(&mut page, "what it finds", &info.bad);
    write_example(&mut page, "what it lets pass", &info.good);
    write_prose(&mut page, "how to fix", &info.fix);
    write_options(&mut page, info);
    write_silence(&mut page, info);
    page.out
}

fn write_head(page: &mut Page<'_>, info: &RuleInfo, effective: Effective) {
    let id = text::visible(&info.id);
    page.put(paint::STRONG, &id);
    page.put(paint::PLAIN, ": ");
    page.put_wrapped(
        paint::PLAIN,
        text::width(&id) + 2,
        2,
        &text::visible(&info.summary),
    );
    page.put(severity_style(effective.severity), effective.severity.name());
    let usual = match info.severity {
        severity if severity == effective.severity => String::new(),
        severity => format!(" (`{}` by default)", severity.name()),
    };
    let on = if effective.enabled { "on" } else { "off" };
    let history = if info.history {
        ", in every pushed commit"
    } else {
        ""
    };
    let line = format!(
        "severity{usual}, {} confidence; {on}{history}",
        info.confidence.name()
    );
    page.put(paint::PLAIN, " ");
    page.put_wrapped(paint::PLAIN, effective.severity.name().len() + 1, 2, &line);
}

/// Writes the title of a section.
pub(super) fn write_title(page: &mut Page<'_>, title: &str) {
    page.out.push('\n');
    page.put(paint::STRONG, title);
    page.out.push('\n');
}

/// Writes a section of prose, a line for each paragraph.
pub(super) fn write_prose(page: &mut Page<'_>, title: &str, prose: &str) {
    if prose.trim().is_empty() {
        return;
    }
    write_title(page, title);
    for paragraph in prose.split('\n') {
        page.put(paint::PLAIN, INDENT);
        page.put_wrapped(
            paint::PLAIN,
            INDENT.len(),
            INDENT.len(),
            &text::visible(paragraph),
        );
    }
}

/// Writes an example as it is: code does not wrap.
fn write_example(page: &mut Page<'_>, title: &str, code: &str) {
    if code.is_empty() {
        return;
    }
    write_title(page, title);
    let rule = if page.options.unicode { "│ " } else { "| " };
    for line in code.trim_end_matches('\n').split('\n') {
        page.put(paint::PLAIN, INDENT);
        page.put(paint::FRAME, rule);
        page.out.push_str(&text::visible(&line.replace('\t', "    ")));
        page.out.push('\n');
    }
}

fn write_options(page: &mut Page<'_>, info: &RuleInfo) {
    if info.options.is_empty() {
        return;
    }
    write_title(page, "options");
    let wide = info
        .options
        .iter()
        .map(|spec| setting(spec).len())
        .max()
        .unwrap_or(0)
        .min(32);
    for spec in info.options.iter() {
        let setting = setting(spec);
        let used = INDENT.len() + setting.len().max(wide) + 2;
        page.put(paint::PLAIN, &format!("{INDENT}{setting:wide$}  "));
        page.put_wrapped(paint::PLAIN, used, wide + 4, spec.doc);
    }
}

/// `name = default`, as the configuration would say it.
fn setting(spec: &OptionSpec) -> String {
    let name = spec.name;
    match &spec.kind {
        OptionKind::Int(n) => format!("{name} = {n}"),
        OptionKind::Bool(on) => format!("{name} = {on}"),
        OptionKind::Texts(list) => format!("{name} = {list:?}"),
        OptionKind::Text(text) => format!("{name} = {text:?}"),
    }
}

fn write_silence(page: &mut Page<'_>, info: &RuleInfo) {
    let id = text::visible(&info.id);
    write_title(page, "how to silence");
    if stands_on_lines(info.category()) {
        write_way(
            page,
            "one line, in a comment on it:",
            &format!("pantheon: allow {id} -- reason"),
        );
        page.out.push('\n');
    }
    let off = format!("[rules.\"{id}\"]\nenabled = false");
    write_way(page, "everywhere, in `.pantheon.toml`:", &off);
    page.out.push('\n');
    write_way(page, "one finding until a day, in `.pantheon.toml`:", WAIVER);
}

/// Whether a comment in the content can allow a finding: a name or a message has no place for one,
/// and a change cannot allow itself to change the policy.
fn stands_on_lines(category: Category) -> bool {
    !matches!(
        category,
        Category::Repository | Category::Message | Category::Policy
    )
}

/// Writes what to do, and the lines that do it.
pub(super) fn write_way(page: &mut Page<'_>, what: &str, lines: &str) {
    page.put(paint::PLAIN, INDENT);
    page.put_wrapped(paint::PLAIN, INDENT.len(), INDENT.len(), what);
    for line in lines.lines() {
        page.put(paint::PLAIN, "    ");
        page.put(paint::CODE, line);
        page.out.push('\n');
    }
}

/// The lines that waive one finding.
pub(super) const WAIVER: &str = r#"[[waivers]]
fingerprint = "..."     # `--verbose` shows it
reason = "..."
by = "..."
expires = "YYYY-MM-DD""#;
