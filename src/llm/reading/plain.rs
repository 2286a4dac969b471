//! Makes a model's text safe to show: no terminal sequences, no hidden characters, no links, no HTML.

use crate::model::is_hidden;

/// How often markup is taken out before what is left of its marks goes too.
const MOST_PASSES: usize = 8;

/// The longest tag, and the longest words of a link, in bytes.
const LONGEST: usize = 2_000;

/// Elements of HTML. Other names in angle brackets are most likely types, as in `Vec<String>`.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "image",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "picture",
    "pre",
    "progress",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "xmp",
];

/// Returns the text without what a terminal obeys or what hides text; ends of lines and tabs stay.
#[must_use]
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = after_sequence(rest) {
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c == '\n' || c == '\t' || !is_hidden(c) {
            out.push(c);
        }
    }
    out
}

/// Returns the text as plain words: besides what [`terminal`] takes out, links (their text stays) and HTML.
#[must_use]
pub fn text(text: &str) -> String {
    let mut plain = terminal(text);
    for _ in 0..MOST_PASSES {
        let next = without_links(&without_html(&plain));
        if next == plain {
            return plain;
        }
        plain = next;
    }
    plain.retain(|c| !"<>[]:".contains(c));
    plain
}

/// Returns what follows a terminal sequence at the start, as in ECMA-48; `None` if there is none.
fn after_sequence(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['\u{1b}', '\u{9b}', '\u{9d}', '\u{90}'])?;
    let introducer = match text.chars().next() {
        Some('\u{9b}') => Some('['),
        Some('\u{9d}' | '\u{90}') => Some(']'),
        _ => rest.chars().next(),
    };
    let body = if text.starts_with('\u{1b}') {
        introducer.map_or("", |c| &rest[c.len_utf8()..])
    } else {
        rest
    };
    let is_visible_end = |c: char| ('\u{40}'..='\u{7e}').contains(&c);
    Some(match introducer {
        Some('[') => {
            let end = body.find(|c: char| is_visible_end(c) || c.is_control());
            end.map_or("", |end| {
                if body[end..].starts_with(is_visible_end) {
                    &body[end + 1..]
                } else {
                    &body[end..]
                }
            })
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let end = body.find(['\u{7}', '\u{1b}', '\u{9c}', '\n']);
            end.map_or("", |end| &body[end..])
        }
        Some(c) if is_visible_end(c) || c.is_ascii_digit() => body,
        _ => rest,
    })
}

/// Takes out comments and tags of HTML. In a span of code the name of the tag stays.
fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some((name, after)) = tag(rest) else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        if out.ends_with('`') {
            out.push_str(name);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the name of a tag at the start, and what follows the tag. A tag that nothing closes would be
/// closed by what stands behind the text, so it loses its bracket.
fn tag(text: &str) -> Option<(&str, &str)> {
    if text.starts_with("<!--") {
        return Some(("", text.split_once("-->").map_or("", |(_, after)| after)));
    }
    let inside = text[1..].trim_start_matches(['/', '!', '?']);
    let name_end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let (name, rest) = inside.split_at(name_end.unwrap_or(inside.len()));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b'>');
    let attributes = &rest[..end.unwrap_or(rest.len())];
    let is_border = attributes.is_empty() || attributes.starts_with([' ', '\t', '\n', '/']);
    let is_element = is_border && ELEMENTS.contains(&name.to_ascii_lowercase().as_str());
    let has_values = is_border && attributes.contains('=');
    let is_declaration = text.starts_with("<!") || text.starts_with("<?");
    let is_address = end.is_some() && (attributes.starts_with(':') || attributes.contains('@'));
    if !(is_element || has_values || is_declaration || is_address) {
        return None;
    }
    Some(end.map_or(("", &text[1..]), |end| (name, &rest[end + 1..])))
}

/// Takes out addresses, and the marks of links in Markdown.
fn without_links(text: &str) -> String {
    without_addresses(&without_markdown(text))
}

/// Turns `[words](address)` and `![words](address)` into the words.
fn without_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        out.push_str(&rest[..middle]);
        open_brackets(&mut out);
        rest = &rest[middle + 2..];
        let end = rest.find([')', '\n']);
        rest = end.map_or("", |end| rest[end..].strip_prefix(')').unwrap_or(&rest[end..]));
    }
    out.push_str(rest);
    out
}

/// Takes out the bracket that opened the words at the end, and the mark of an image before it.
fn open_brackets(out: &mut String) {
    let from = out.len().saturating_sub(LONGEST);
    let bytes = &out.as_bytes()[from..];
    let Some(opening) = bytes.iter().rposition(|&byte| byte == b'[').map(|at| from + at) else {
        return;
    };
    let start = if out[..opening].ends_with('!') {
        opening - 1
    } else {
        opening
    };
    out.replace_range(start..=opening, "");
}

/// Replaces `scheme://...` and `www....` by `(link)`.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = address(rest) {
        out.push_str(&rest[..start]);
        out.push_str("(link)");
        let end = rest[start..].find(|c: char| c.is_whitespace() || "<>\"'`|\\^{}()".contains(c));
        rest = end.map_or("", |end| &rest[start + end..]);
    }
    out.push_str(rest);
    out
}

/// Returns where the first address starts.
fn address(text: &str) -> Option<usize> {
    let has_more = |at: usize| text[at..].starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let scheme = text
        .match_indices("://")
        .map(|(at, _)| at)
        .find(|&at| has_more(at + 3))
        .map(|at| {
            let before =
                text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "+-.".contains(c));
            before.len()
        });
    let lower = text.to_ascii_lowercase();
    let www = lower
        .match_indices("www.")
        .map(|(at, _)| at)
        .find(|&at| has_more(at + 4));
    let script = lower
        .match_indices("javascript:")
        .map(|(at, _)| at)
        .find(|&at| has_more(at + 11));
    [scheme, www, script].into_iter().flatten().min()
}
