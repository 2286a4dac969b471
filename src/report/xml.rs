//! Text in XML 1.0.

use super::text;

/// Returns text for content or a quoted attribute: what is hidden stands in its visible form, so that no
/// character is left that XML forbids; number signs, and the first of two colons, are references, so that no
/// build server sees a command.
pub fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ':' if rest.peek() == Some(&':') => out.push_str("&#58;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '#' => out.push_str("&#35;"),
            // Neither is a character of XML.
            '\u{fffe}' => out.push_str("&lt;U+FFFE&gt;"),
            '\u{ffff}' => out.push_str("&lt;U+FFFF&gt;"),
            c if text::is_hidden(c) => {
                let mut shown = String::new();
                text::push_visible(&mut shown, c);
                out.push_str(&shown.replace('<', "&lt;").replace('>', "&gt;"));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes() {
        assert_eq!(
            super::text("a<b>&\"'\u{1b}\u{202e}\u{ffff}##[]]>"),
            "a&lt;b&gt;&amp;&quot;&#39;\\x1b&lt;U+202E&gt;&lt;U+FFFF&gt;&#35;&#35;[]]&gt;"
        );
        assert_eq!(super::text("漢 \n::x: y"), "漢 \\n&#58;:x: y");
    }
}
