//! A page of its own for a browser: findings beside their diff, or beside their lines where nobody could read it,
//! a filter, and nothing from anywhere else.
//!
//! A policy in the page lets no script or style run but its own, which are known by their digests, and lets
//! nothing be loaded. All text is escaped, so that what is hostile in it is shown.

mod diff;

use super::window::{self, Frame};
use super::{Excerpts, Options, brief, json, markdown, text, xml};
use crate::model::{Decision, Finding, Report, Severity, Snippet};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

// A browser scrolls through so many without effort.
pub(super) const MOST: usize = 5_000;
const FRAME: Frame = Frame {
    columns: 200,
    unicode: true,
};

/// Writes a report as a page.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    let mut out = String::new();
    write_head(&mut out, report);
    write_filter(&mut out);
    out.push_str("<main>\n");
    for finding in report.findings.iter().take(MOST) {
        write_finding(&mut out, finding, options.excerpts);
    }
    out.push_str("</main>\n");
    let _ = write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    out.into_bytes()
}

fn write_head(out: &mut String, report: &Report) {
    let word = match report.verdict.decision {
        Decision::Pass => "passed",
        Decision::Warn => "passed with warnings",
        Decision::Inconclusive => "inconclusive",
        Decision::Block => "blocked",
    };
    let stage = report.verdict.stage.name();
    let word = brief::of_share(report, word);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; \
         form-action 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>pantheon: {word}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>pantheon: {word}</h1>\n<p>{}</p>\n<p class=\"faint\">gate {stage}, tree <code>{}</code></p>\n",
        digest(STYLE),
        digest(SCRIPT),
        xml::text(&counts(report)),
        report.verdict.subject
    );
    let reasons = report.verdict.reasons.iter().map(|reason| reason.text.clone());
    let lines: Vec<String> = reasons.chain(brief::remarks(report)).collect();
    if !lines.is_empty() {
        let item = |line: &String| format!("<li>{}</li>\n", xml::text(line));
        let _ = write!(out, "<ul>\n{}</ul>\n", lines.iter().map(item).collect::<String>());
    }
    if report.findings.len() > MOST {
        let (most, all) = (
            text::grouped(MOST as u64),
            text::grouped(report.findings.len() as u64),
        );
        let _ = writeln!(
            out,
            "<p><strong>The first {most} of {all} findings are shown, the worst first.</strong></p>"
        );
    }
    out.push_str("</header>\n");
}

fn counts(report: &Report) -> String {
    let counts = report.verdict.counts;
    let mut parts = vec![
        format!("{} blocking", counts.block),
        text::count(counts.warn, "warning"),
        text::count(counts.note, "note"),
    ];
    parts.extend(brief::allowed(report));
    parts.push(text::count(report.files, "file"));
    parts.join(", ")
}

/// The filter is hidden until the script runs: without one it does nothing.
fn write_filter(out: &mut String) {
    out.push_str("<form hidden>\n<fieldset><legend>Severity</legend>\n");
    for severity in Severity::ALL.iter().rev() {
        write_box(out, severity.name());
    }
    out.push_str("</fieldset>\n");
    write_box(out, "allowed");
    out.push_str(
        "<label>Path <input type=\"search\" name=\"path\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <output id=\"shown\" aria-live=\"polite\"></output>\n\
         <span class=\"faint keys\">j and k go on and back, / filters by path</span>\n</form>\n",
    );
}

fn write_box(out: &mut String, name: &str) {
    let _ = writeln!(
        out,
        "<label><input type=\"checkbox\" value=\"{name}\" checked> {name}</label>"
    );
}

fn write_finding(out: &mut String, finding: &Finding, excerpts: Option<&Excerpts>) {
    let severity = finding.severity.name();
    let disposition = json::disposition(&finding.disposition).0;
    let allowed = if brief::Level::of(finding).is_none() {
        " allowed"
    } else {
        ""
    };
    let _ = write!(
        out,
        "<article class=\"{severity}{allowed}\" data-severity=\"{severity}\" data-path=\"{}\" tabindex=\"-1\">\n\
         <h2><span class=\"word\">{severity}</span> {}</h2>\n\
         <p><code>{}</code> <span class=\"faint\">{disposition}, <code>{}</code></span></p>\n",
        xml::text(&brief::what(finding)),
        xml::text(&finding.message),
        xml::text(&brief::place(finding)),
        xml::text(&finding.check)
    );
    let remarks = markdown::remarks(finding);
    if !remarks.is_empty() {
        let row = |(name, what): &(&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", xml::text(what));
        let _ = write!(
            out,
            "<dl>\n{}</dl>\n",
            remarks.iter().map(row).collect::<String>()
        );
    }
    match (
        excerpts.and_then(|excerpts| excerpts.of(finding)),
        &finding.snippet,
    ) {
        (Some(lines), _) => diff::write(out, lines),
        (None, Some(snippet)) => write_snippet(out, snippet),
        (None, None) => {}
    }
    out.push_str("</article>\n");
}

/// The lines with their numbers, what the finding is about marked in each of them.
fn write_snippet(out: &mut String, snippet: &Snippet) {
    let window = window::window(snippet, FRAME);
    let width = window.last_line().to_string().len();
    out.push_str("<pre tabindex=\"0\">");
    let mut start = 0;
    for (line, number) in window.text.split('\n').zip(window.first_line..) {
        let inside = |at: usize| text::floor(line, at.clamp(start, start + line.len()) - start);
        let (from, to) = (inside(window.span.start), inside(window.span.end));
        let _ = write!(
            out,
            "<span class=\"number\">{number:>width$}  </span>{}",
            xml::text(&line[..from])
        );
        if from < to {
            let _ = write!(out, "<mark>{}</mark>", xml::text(&line[from..to]));
        }
        let _ = writeln!(out, "{}", xml::text(&line[to..]));
        start += line.len() + 1;
    }
    out.push_str("</pre>\n");
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The SHA-256 of a text in base 64, as a content security policy names it.
fn digest(text: &str) -> String {
    let mut out = String::new();
    for part in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits =
            part.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for at in 0..4 {
            match at <= part.len() {
                true => out.push(char::from(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize])),
                false => out.push('='),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_browsers() {
        assert_eq!(digest(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(digest("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn nothing_ends_the_script_or_the_style_early() {
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }
}
