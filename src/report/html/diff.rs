//! The lines around a finding as they stand in the diff: both numbers, the sign, and what the finding is about.

use super::super::{text, xml};
use crate::model::{DiffLine, Mark, visible};
use std::fmt::Write as _;

/// Appends the lines.
pub fn write(out: &mut String, lines: &[DiffLine]) {
    let widest = lines.iter().flat_map(|line| [line.old, line.new]).flatten().max();
    let width = widest.unwrap_or(1).to_string().len();
    out.push_str("<pre class=\"diff\" tabindex=\"0\">");
    for line in lines {
        write_line(out, line, width);
    }
    out.push_str("</pre>\n");
}

/// The line end stands within the line, so that a copy of lines has them, and none is shown between blocks.
fn write_line(out: &mut String, line: &DiffLine, width: usize) {
    let (class, sign) = match line.mark {
        Mark::Kept => ("", ' '),
        Mark::Removed => (" gone", '-'),
        Mark::Added => (" new", '+'),
    };
    let hit = if line.highlight.is_some() { " hit" } else { "" };
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let _ = write!(
        out,
        "<span class=\"row{class}{hit}\"><span class=\"number\">{:>width$} {:>width$} </span><span class=\"sign\">{sign} </span>",
        number(line.old),
        number(line.new)
    );
    let marked = line.highlight.clone().unwrap_or_default();
    let (from, to) = (
        text::floor(&line.text, marked.start),
        text::floor(&line.text, marked.end),
    );
    out.push_str(&shown(&line.text[..from]));
    if from < to {
        let _ = write!(out, "<mark>{}</mark>", shown(&line.text[from..to]));
    }
    let _ = write!(out, "{}\n</span>", shown(&line.text[to.max(from)..]));
}

/// What is hidden is in its visible form already; whoever hands lines over may have forgotten it.
fn shown(part: &str) -> String {
    let parts: Vec<String> = part.split('\t').map(|part| xml::text(&visible(part))).collect();
    parts.join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_line_has_its_numbers_and_its_sign() {
        let mut out = String::new();
        write(&mut out, &fixture::diff());
        let expected = "<pre class=\"diff\" tabindex=\"0\">\
            <span class=\"row\"><span class=\"number\"> 9 11 </span><span class=\"sign\">  </span>import os\n</span>\
            <span class=\"row gone\"><span class=\"number\">10    </span><span class=\"sign\">- </span>token = None\n</span>\
            <span class=\"row new hit\"><span class=\"number\">   12 </span><span class=\"sign\">+ </span>\
            token = <mark>ghp_[redacted]</mark>\n</span></pre>\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn a_hostile_line_is_text() {
        let mut lines = fixture::diff();
        lines[2].text = format!("\t{}", fixture::HOSTILE);
        lines[2].highlight = Some(3..900);
        let mut out = String::new();
        write(&mut out, &lines);
        assert!(!out.contains("<img") && !out.contains("</script>"), "{out}");
        assert!(
            !out.contains(['\u{1b}', '\u{202e}']) && !out.contains("##["),
            "{out}"
        );
        assert!(
            out.contains("+ </span>\t::<mark>") || out.contains("+ </span>\t&#58;:<mark>"),
            "{out}"
        );
    }
}
