//! One diagnostic in the manner of rustc: title, place, source with the highlight, remarks.

use super::super::paint::{self, Page};
use super::super::window::{self, Frame, Window};
use super::super::{column, encode, text};
use super::group::Group;
use crate::model::{self, Disposition, Finding, Location, Oid};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group as Block, Level, Renderer, Snippet};
use anstyle::Style;
use bstr::{BStr, ByteSlice};

// Wider than any line that is drawn: the window has been cut to the terminal before.
const WIDE: usize = 1 << 20;

/// A remark below the source: its label and its text.
pub type Remark = (&'static str, String);

/// Writes a diagnostic.
pub fn write(page: &mut Page<'_>, group: &Group<'_>, remarks: &[Remark]) {
    let finding = group.first;
    write_title(page, finding);
    let window = finding
        .snippet
        .as_ref()
        .map(|snippet| window::window(snippet, frame(page, snippet)));
    let gutter = window.as_ref().map_or(0, |w| digits(w.last_line()));
    write_place(page, finding, gutter, window.is_some() || !remarks.is_empty());
    write_body(page, finding, window.as_ref(), gutter, remarks);
}

/// What the line numbers, the rule beside them and the mark of several lines leave of the terminal.
fn frame(page: &Page<'_>, snippet: &model::Snippet) -> Frame {
    let lines = memchr::memchr_iter(b'\n', snippet.text.as_bytes()).count();
    let multiline = if window::is_multiline(snippet) { 2 } else { 0 };
    let taken = digits(snippet.first_line as usize + lines) + 4 + multiline;
    Frame {
        columns: page.width().saturating_sub(taken),
        unicode: page.options.unicode,
    }
}

/// The word and the colour of a disposition.
fn level(disposition: &Disposition) -> (Level<'static>, &'static str, Style) {
    match disposition {
        Disposition::Block => (Level::ERROR, "error", paint::ERROR),
        Disposition::Warn => (Level::WARNING, "warning", paint::WARNING),
        _ => (Level::NOTE, "note", paint::NOTE),
    }
}

fn write_title(page: &mut Page<'_>, finding: &Finding) {
    let (_, word, style) = level(&finding.disposition);
    let label = format!("{word}[{}]", text::visible(&finding.check));
    page.put(style, &label);
    page.put(paint::STRONG, ": ");
    let message = text::visible(&finding.message);
    page.put_wrapped(paint::STRONG, text::width(&label) + 2, 4, &message);
}

/// Writes `--> path:line:column`; `open` if something follows below it.
fn write_place(page: &mut Page<'_>, finding: &Finding, gutter: usize, open: bool) {
    let Some(place) = place(finding) else {
        return;
    };
    let arrow = match (page.options.unicode, open) {
        (false, _) => "--> ",
        (true, true) => " ╭▸ ",
        (true, false) => " ─▸ ",
    };
    page.put(paint::FRAME, &format!("{}{arrow}", " ".repeat(gutter)));
    write_linked(page, finding, &place);
    if let Some(commit) = finding.commit {
        page.put(paint::FAINT, &format!(" (commit {})", short(commit)));
    }
    page.out.push('\n');
}

/// Writes a place, as a link where the terminal can follow one.
fn write_linked(page: &mut Page<'_>, finding: &Finding, place: &str) {
    let (Some(root), Location::File { path, .. }) = (page.options.links, &finding.location) else {
        return page.put(paint::PLAIN, place);
    };
    let root = encode::percent(BStr::new(root.trim_end_matches('/')));
    let link = format!("file://{root}/{}", encode::percent(path.as_bstr()));
    page.out
        .push_str(&format!("\x1b]8;;{link}\x1b\\{place}\x1b]8;;\x1b\\"));
}

/// Returns where a finding stands, if it stands somewhere.
pub fn place(finding: &Finding) -> Option<String> {
    let name = match &finding.location {
        Location::File { path, .. } => text::visible_bytes(path.as_bstr()),
        Location::Message(_) => "commit message".to_owned(),
        Location::Change => return finding.commit.map(|_| "the whole commit".to_owned()),
    };
    Some(match column::convert(finding, column::Unit::Chars) {
        Some(region) => format!("{name}:{}:{}", region.start_line, region.start_column),
        None => name,
    })
}

/// Returns the start of an object id.
pub fn short(id: Oid) -> String {
    id.to_hex_with_len(10).to_string()
}

/// Writes the source and the remarks below the place.
fn write_body(
    page: &mut Page<'_>,
    finding: &Finding,
    window: Option<&Window>,
    gutter: usize,
    remarks: &[Remark],
) {
    if window.is_none() && remarks.is_empty() {
        return;
    }
    let (level, ..) = level(&finding.disposition);
    let mut block = Block::with_level(level);
    if let Some(window) = window {
        let mark = AnnotationKind::Primary.span(window.span.clone());
        block = block.element(
            Snippet::source(&window.text)
                .line_start(window.first_line)
                .annotation(mark),
        );
    }
    for (label, text) in remarks {
        let text = wrap_remark(page, gutter, label, text);
        block = block.element(Level::NOTE.with_name(Some(*label)).message(text));
    }
    let drawn = renderer(page).render(&[block]);
    let drawn = match drawn.split_once('\n') {
        // The renderer opens the frame itself where it does not know the path.
        Some((_, rest)) if page.options.unicode && window.is_some() => {
            page.put(paint::FRAME, &format!("{} │", " ".repeat(gutter)));
            page.out.push('\n');
            rest
        }
        _ => drawn.as_str(),
    };
    page.out.push_str(drawn);
    page.out.push('\n');
}

/// The text of a remark, its later lines aligned by the renderer below the first.
fn wrap_remark(page: &Page<'_>, gutter: usize, label: &str, text: &str) -> String {
    let columns = page.width().saturating_sub(gutter + 3 + text::width(label) + 2);
    text::wrap(&text::visible(text), 0, columns).join("\n")
}

fn renderer(page: &Page<'_>) -> Renderer {
    let decor = if page.options.unicode {
        DecorStyle::Unicode
    } else {
        DecorStyle::Ascii
    };
    if !page.options.color {
        return Renderer::plain().decor_style(decor).term_width(WIDE);
    }
    Renderer::styled()
        .decor_style(decor)
        .term_width(WIDE)
        .error(paint::ERROR)
        .warning(paint::WARNING)
        .note(paint::NOTE)
        .line_num(paint::FRAME)
        .hyperlink(false)
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}
