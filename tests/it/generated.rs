//! Pages that are made from the program, so that they cannot say something else than it does.

use crate::source;

/// Insists that a file is as the program makes it; `UPDATE=1` writes it.
#[track_caller]
pub fn holds(path: &str, made: &str) {
    if std::env::var_os("UPDATE").is_some() {
        write(path, made);
    }
    assert!(source::read(path) == made, "{path} is not as made: run the tests with UPDATE=1");
}

/// Insists on the part of a page between two comments, `<!-- name -->` and `<!-- /name -->`.
#[track_caller]
pub fn holds_part(path: &str, name: &str, made: &str) {
    let page = source::read(path);
    let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (head, rest) = page.split_once(&from).unwrap_or_else(|| panic!("{path} has no {from}"));
    let (_, tail) = rest.split_once(&to).unwrap_or_else(|| panic!("{path} has no {to}"));
    holds(path, &[head, &from, "\n", made, "\n", &to, tail].concat());
}

#[expect(clippy::disallowed_methods, reason = "a test writes the page when asked to")]
fn write(path: &str, made: &str) {
    std::fs::write(source::root().join(path), made).unwrap();
}
