//! XML as a sequence of what opens, what is said and what closes. A document type is refused: no entity is
//! defined, expanded or fetched.

use super::{Error, wrong};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Elements that stand deeper in one another are refused.
const DEEPEST: usize = 100;
/// Attributes of one element beyond these are refused.
const MOST_ATTRIBUTES: usize = 100;

/// A part of a document.
pub enum Part {
    /// An element begins.
    Open(Element),
    /// Text within an element.
    Text(String),
    /// An element of this name ends.
    Close(String),
}

/// An element that begins.
pub struct Element {
    /// Its name without a namespace.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// Returns an attribute that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.trim().is_empty())
    }

    /// Returns an attribute that is a number.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }
}

/// Reads a document; `take` is given each part in turn. The root must have one of these names.
pub fn read(
    format: &'static str,
    bytes: &[u8],
    roots: &[&str],
    take: &mut dyn FnMut(Part) -> Result<(), Error>,
) -> Result<(), Error> {
    let text = std::str::from_utf8(bytes).map_err(|e| wrong(format, e))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}').trim_start());
    let (mut depth, mut seen) = (0_usize, false);
    loop {
        match reader.read_event().map_err(|e| wrong(format, e))? {
            Event::Eof if depth == 0 && seen => return Ok(()),
            Event::Eof => return Err(wrong(format, "it ends too early")),
            Event::DocType(_) => return Err(wrong(format, "it has a document type")),
            Event::Start(start) => {
                let element = element(format, &start)?;
                check_root(format, &element, roots, depth, &mut seen)?;
                depth += 1;
                if depth > DEEPEST {
                    return Err(wrong(format, format!("elements are more than {DEEPEST} deep")));
                }
                take(Part::Open(element))?;
            }
            Event::Empty(start) => {
                let element = element(format, &start)?;
                check_root(format, &element, roots, depth, &mut seen)?;
                let name = element.name.clone();
                take(Part::Open(element))?;
                take(Part::Close(name))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                take(Part::Close(end.local_name().as_ref().to_owned()))?;
            }
            Event::Text(text) if depth == 0 => match text.trim().is_empty() {
                true => {}
                false => return Err(wrong(format, "there is text outside of it")),
            },
            Event::Text(text) => take(Part::Text(text.xml10_content().into_owned()))?,
            Event::CData(text) => take(Part::Text(text.xml10_content().into_owned()))?,
            Event::GeneralRef(name) => take(Part::Text(resolved(format, &name)?))?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn check_root(
    format: &'static str,
    element: &Element,
    roots: &[&str],
    depth: usize,
    seen: &mut bool,
) -> Result<(), Error> {
    if depth > 0 {
        return Ok(());
    }
    if std::mem::replace(seen, true) {
        return Err(wrong(format, "it has two roots"));
    }
    match roots.contains(&element.name.as_str()) {
        true => Ok(()),
        false => Err(wrong(format, "it begins with another element")),
    }
}

fn element(format: &'static str, start: &BytesStart<'_>) -> Result<Element, Error> {
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|e| wrong(format, e))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|e| wrong(format, e))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        if attributes.len() > MOST_ATTRIBUTES {
            return Err(wrong(
                format,
                format!("an element has more than {MOST_ATTRIBUTES} attributes"),
            ));
        }
    }
    Ok(Element {
        name: start.local_name().as_ref().to_owned(),
        attributes,
    })
}

fn resolved(format: &'static str, name: &BytesRef<'_>) -> Result<String, Error> {
    if let Some(c) = name.resolve_char_ref().map_err(|e| wrong(format, e))? {
        return Ok(c.to_string());
    }
    let text = quick_xml::escape::resolve_predefined_entity(name);
    text.map(str::to_owned)
        .ok_or_else(|| wrong(format, "it has an entity that XML does not know"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut take = |part: Part| {
            match part {
                Part::Open(element) => out.push_str(&format!("<{} {:?}>", element.name, element.get("a"))),
                Part::Text(text) => out.push_str(&text),
                Part::Close(name) => out.push_str(&format!("</{name}>")),
            }
            Ok(())
        };
        read("x", text.as_bytes(), &["r"], &mut take).map_err(|e| e.why)?;
        Ok(out)
    }

    #[test]
    fn texts_are_whole() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- c --><r a=\"1 &lt; &#x32;\">x &amp; y<![CDATA[<z>]]><n:b/></r>\n";
        assert_eq!(all(text).unwrap(), "<r Some(\"1 < 2\")>x & y<z><b None></b></r>");
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        assert_eq!(all(bomb).unwrap_err(), "it has a document type");
        let file = "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>";
        assert_eq!(all(file).unwrap_err(), "it has a document type");
        assert_eq!(
            all("<r>&b;</r>").unwrap_err(),
            "it has an entity that XML does not know"
        );
        assert!(all("<r a=\"&b;\"/>").is_err());
        let deep = format!("<r>{}", "<b>".repeat(10_000));
        assert_eq!(all(&deep).unwrap_err(), "elements are more than 100 deep");
        let wide = format!("<r {}/>", "a=\"\" ".repeat(10_000));
        assert_eq!(all(&wide).unwrap_err(), "an element has more than 100 attributes");
        for text in [
            "",
            "x",
            "x<r/>",
            "<r/>x",
            "<b/>",
            "<r>",
            "<r/><r/>",
            "<r></b></r>",
            "<r",
            "</r>",
        ] {
            assert!(all(text).is_err(), "{text}");
        }
    }
}
