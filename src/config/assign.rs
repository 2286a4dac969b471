//! Single assignments: `PANTHEON_SET` and `--set`.

use super::Problem;
use super::Request;
use super::source::Source;
use super::walk::{Layer, walk};

/// The variable that holds assignments, one on each line or parted by `;`.
pub const VARIABLE: &str = "PANTHEON_SET";
/// The flag that holds one assignment.
pub const FLAG: &str = "--set";

/// Reads the assignments of the environment, then those of the flags.
pub(super) fn read(request: &Request<'_>, problems: &mut Vec<Problem>) -> Vec<Layer> {
    let env = split(request.env.unwrap_or_default())
        .into_iter()
        .map(|text| (VARIABLE, text));
    let flags = request.flags.iter().map(|text| (FLAG, text.as_str()));
    env.chain(flags)
        .map(|(name, text)| assignment(name, text, problems))
        .collect()
}

fn assignment(name: &str, text: &str, problems: &mut Vec<Problem>) -> Layer {
    let source = Source::assignment(name, text);
    let before = problems.len();
    let mut layer = walk(&source, problems);
    let broken = problems
        .iter_mut()
        .skip(before)
        .filter(|p| p.message.starts_with("broken TOML"));
    for problem in broken {
        problem.hint =
            Some("write `key = value` with texts in quotes, such as `gates.ci.block = \"high\"`".to_owned());
    }
    for (path, entry) in layer.values.iter().filter(|(path, _)| path.section.is_empty()) {
        problems.push(Problem::at(
            &entry.origin,
            format!("`{path}` can only stand in a file"),
        ));
    }
    layer.values.retain(|path, _| !path.section.is_empty());
    layer
}

/// Parts a text at line ends and at `;` outside of quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote, mut escaped) = (Vec::new(), 0, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (_, '\n') => quote = None,
            (Some('"'), _) if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
            }
            (None, '"' | '\'') => quote = Some(c),
            (None, _) => {}
        }
        if c == '\n' || (c == ';' && quote.is_none()) {
            parts.push(&text[start..at]);
            start = at + 1;
            escaped = false;
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_parted_outside_of_quotes() {
        assert_eq!(split("a=1;b=2\nc=3"), ["a=1", "b=2", "c=3"]);
        assert_eq!(
            split("a=\"x;\\\";y\"; b='\\';c=1"),
            ["a=\"x;\\\";y\"", " b='\\'", "c=1"]
        );
        assert_eq!(split("a=\"x\nb=1;;"), ["a=\"x", "b=1"]);
        assert!(split(" ;\n").is_empty());
    }
}
