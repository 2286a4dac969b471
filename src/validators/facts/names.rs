//! Names of symbols as models write them.

/// The longest name that is looked for.
const LONGEST: usize = 100;
/// What stands before a name and says nothing about where it is.
const HERE: [&str; 6] = ["crate", "self", "super", "this", "Self", "cls"];

/// A symbol that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What it belongs to: a type, a module, a variable.
    pub owner: Option<String>,
    /// Its own name.
    pub name: String,
}

/// Reads a symbol: `Owner::name(...)`, `owner.name`, `name<T>`, `name!`. `None`: it cannot be looked for.
#[must_use]
pub fn symbol(text: &str) -> Option<Symbol> {
    let text = without_parameters(text.trim())?;
    let parts = text.split("::").flat_map(|part| part.split("->"));
    let parts: Vec<&str> = parts.flat_map(|part| part.split(['.', '#'])).collect();
    let (name, before) = parts.split_last()?;
    if !before.iter().chain([name]).all(|part| is_name(part)) || name.len() < 2 {
        return None;
    }
    let owner = before.last().filter(|owner| !HERE.contains(owner));
    Some(Symbol {
        owner: owner.map(|owner| (*owner).to_owned()),
        name: (*name).to_owned(),
    })
}

/// Cuts off parameters, of a call or of a type, and marks.
fn without_parameters(text: &str) -> Option<&str> {
    let text = text.split_once('(').map_or(text, |(before, _)| before);
    let text = match text.split_once('<') {
        Some((before, parameters)) if parameters.ends_with('>') && !parameters.contains(">::") => before,
        Some(_) => return None,
        None => text,
    };
    let text = text
        .trim_end_matches(['!', '?', ':'])
        .trim_start_matches(['&', '*', '@']);
    Some(text)
}

fn is_name(part: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !part.is_empty()
        && part.len() <= LONGEST
        && part.chars().all(fits)
        && !part.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn symbols_as_models_write_them() {
        let rows = [
            ("load", Some((None, "load"))),
            ("load()", Some((None, "load"))),
            ("Config::load(path)", Some((Some("Config"), "load"))),
            ("config.load", Some((Some("config"), "load"))),
            ("crate::config::load", Some((Some("config"), "load"))),
            ("self.load()", Some((None, "load"))),
            ("node->next", Some((Some("node"), "next"))),
            ("Vec<T>", Some((None, "Vec"))),
            ("println!", Some((None, "println"))),
            ("Vec<T>::of<U>", None),
            ("the function load", None),
            ("a", None),
            ("", None),
            ("a::", None),
            ("../etc/passwd", None),
            ("3d", None),
        ];
        for (text, expected) in rows {
            let found = symbol(text);
            let found = found.as_ref().map(|s| (s.owner.as_deref(), s.name.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String, like in "[a:.<>()#!-]{0,12}") {
            for text in [text, like] {
                let long = symbol(&text).is_some_and(|symbol| symbol.name.len() < 2);
                prop_assert!(!long);
            }
        }
    }
}
