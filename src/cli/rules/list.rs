//! The list of all rules, as a table or as JSON.

use super::Effective;
use crate::model::{OptionKind, OptionSpec, RuleInfo, Severity};
use crate::report::paint::{self, Page};
use crate::report::{Options, text};
use anstyle::Style;
use serde_json::{Value, json};

/// Returns a table: id, severity, summary.
pub fn table(rules: &[(&RuleInfo, Effective)], options: &Options<'_>) -> String {
    let mut page = Page::new(options);
    let wide = rules
        .iter()
        .map(|(info, _)| text::width(&text::visible(&info.id)))
        .max()
        .unwrap_or(0);
    let mut category = None;
    for (info, effective) in rules {
        if category.is_some_and(|c| c != info.category()) {
            page.out.push('\n');
        }
        category = Some(info.category());
        write_row(&mut page, wide, info, *effective);
    }
    let on = rules.iter().filter(|(_, effective)| effective.enabled).count();
    page.out.push('\n');
    let line = format!(
        "{}, {on} on; `pantheon rules explain <id>` says more",
        text::count(rules.len(), "rule")
    );
    page.put_wrapped(paint::FAINT, 0, 2, &line);
    let line = "what models find is no rule: `pantheon rules explain validators` says more";
    page.put_wrapped(paint::FAINT, 0, 2, line);
    page.out
}

fn write_row(page: &mut Page<'_>, wide: usize, info: &RuleInfo, effective: Effective) {
    let (word, style) = match effective.enabled {
        true => (effective.severity.name(), severity_style(effective.severity)),
        false => ("off", paint::FAINT),
    };
    let id = text::visible(&info.id);
    let gap = " ".repeat(wide - text::width(&id) + 2);
    page.put(
        if effective.enabled {
            paint::PLAIN
        } else {
            paint::FAINT
        },
        &id,
    );
    page.put(paint::PLAIN, &gap);
    page.put(style, word);
    page.put(paint::PLAIN, &" ".repeat(SEVERITY_WIDTH - word.len()));
    let used = wide + 2 + SEVERITY_WIDTH;
    page.put_wrapped(
        paint::PLAIN,
        used,
        used.min(page.width() / 2),
        &text::visible(&info.summary),
    );
}

// The longest word, `critical`, and a gap.
const SEVERITY_WIDTH: usize = 10;

/// Returns the colour of a severity.
pub fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => paint::ERROR,
        Severity::Medium => paint::WARNING,
        Severity::Low | Severity::Info => paint::PLAIN,
    }
}

/// Returns a JSON array with everything that the rules say about themselves.
pub fn json(rules: &[(&RuleInfo, Effective)]) -> String {
    let rules: Vec<Value> = rules
        .iter()
        .map(|(info, effective)| row(info, *effective))
        .collect();
    String::from_utf8_lossy(&crate::report::encode::pretty(&rules)).into_owned()
}

fn row(info: &RuleInfo, effective: Effective) -> Value {
    json!({
        "id": info.id,
        "summary": info.summary,
        "why": info.why,
        "fix": info.fix,
        "bad": info.bad,
        "good": info.good,
        "enabled": effective.enabled,
        "severity": effective.severity.name(),
        "default_severity": info.severity.name(),
        "confidence": info.confidence.name(),
        "history": info.history,
        "options": info.options.iter().map(option).collect::<Vec<_>>(),
    })
}

fn option(spec: &OptionSpec) -> Value {
    let (kind, default) = match &spec.kind {
        OptionKind::Int(n) => ("integer", json!(n)),
        OptionKind::Bool(on) => ("boolean", json!(on)),
        OptionKind::Texts(list) => ("strings", json!(list)),
        OptionKind::Text(text) => ("string", json!(text)),
    };
    json!({ "name": spec.name, "doc": spec.doc, "type": kind, "default": default })
}
