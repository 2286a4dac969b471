//! What to write instead, as somebody else says it: it replaces little, in order, and hides nothing.

use super::raw;
use super::words::{self, Is};
use crate::model::{self, Region, Replacement, Touched, is_hidden};

/// Believes a fix.
pub fn fix(raw: raw::Fix) -> Is<model::Fix> {
    let count = raw.replacements.len();
    if !(1..=model::Fix::MOST).contains(&count) {
        return Err(format!("a fix has no {count} replacements"));
    }
    let replacements = raw.replacements.into_iter().map(replacement);
    let replacements = replacements.collect::<Is<Vec<Replacement>>>()?;
    let is_ordered = replacements
        .windows(2)
        .all(|pair| end(&pair[0].region) <= start(&pair[1].region));
    if !is_ordered {
        return Err("the replacements of a fix are not one behind the other".to_owned());
    }
    Ok(model::Fix {
        summary: words::prose(raw.summary),
        replacements,
        lines: raw.lines.map(touched).transpose()?,
    })
}

fn start(region: &Region) -> (u32, u32) {
    (region.start_line, region.start_column)
}

fn end(region: &Region) -> (u32, u32) {
    (region.end_line, region.end_column)
}

fn replacement(raw: raw::Replacement) -> Is<Replacement> {
    Ok(Replacement {
        region: words::region(&raw.region)?,
        text: plain(raw.text)?,
    })
}

fn touched(raw: raw::Touched) -> Is<Touched> {
    Ok(Touched {
        first_line: words::line(raw.first_line)?.max(1),
        text: plain(raw.text)?,
    })
}

/// Insists on a text in which everybody sees what there is, but for line ends.
fn plain(text: String) -> Is<String> {
    let hides = |c: char| !matches!(c, '\n' | '\r' | '\t') && is_hidden(c);
    match text.contains(hides) {
        true => Err("a fix holds control characters".to_owned()),
        false => Ok(text),
    }
}
