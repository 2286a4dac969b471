//! Tells sentences from code, word by word.

/// Words of a query language: a run of plain words ends at one of them.
const QUERY: &[&str] = &[
    "SELECT", "FROM", "WHERE", "INSERT", "INTO", "VALUES", "UPDATE", "DELETE", "SET", "JOIN", "ON", "ORDER",
    "GROUP", "LIMIT", "UNION", "HAVING", "CREATE", "ALTER", "DROP", "TABLE", "INDEX",
];

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A word of a sentence, worth so many.
    Plain(usize),
    /// A number, a date, the name of a ticket: sentences hold such, and it makes none.
    Between,
    /// Code.
    Code,
}

/// Returns a text without its runs of `least` plain words or more; `None`: it has none.
#[must_use]
pub fn without_sentences(text: &str, least: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut done, mut start, mut end, mut count) = (0, 0, 0, 0);
    let mut is_open = false;
    let mut cut = |start: usize, end: usize, count: usize| {
        if count >= least {
            out.push_str(&text[done..start]);
            done = end;
        }
    };
    for (at, word) in words(text) {
        let core = core(word);
        match sort(core) {
            Sort::Code => {
                cut(start, end, count);
                (count, is_open) = (0, false);
            }
            Sort::Plain(_) | Sort::Between => {
                if !is_open {
                    start = at + leading(word);
                }
                is_open = true;
                if let Sort::Plain(worth) = sort(core) {
                    count += worth;
                }
                end = at + word.len() - trailing(word);
            }
        }
    }
    cut(start, end, count);
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The words between blanks, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let words = text.split_whitespace();
    words.map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | '\''
            | '"'
            | '`'
            | '('
            | ')'
            | '['
            | ']'
            | '*'
            | '—'
            | '–'
            | '-'
            | '\\'
            | '。'
            | '，'
            | '、'
            | '：'
            | '！'
    )
}

fn core(word: &str) -> &str {
    word.trim_matches(is_mark)
}

fn leading(word: &str) -> usize {
    word.len() - word.trim_start_matches(is_mark).len()
}

fn trailing(word: &str) -> usize {
    word.len() - word.trim_end_matches(is_mark).len()
}

fn sort(core: &str) -> Sort {
    if QUERY.contains(&core) {
        return Sort::Code;
    }
    let wide = core.chars().filter(|c| *c >= '\u{2e80}').count();
    let is_word = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-') || c >= '\u{2e80}';
    if !core.is_empty() && core.chars().all(is_word) {
        return Sort::Plain((wide / 2).max(1));
    }
    match core.chars().all(|c| c.is_alphanumeric() || c == '-') {
        true => Sort::Between,
        false => Sort::Code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> String {
        without_sentences(text, 3).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn sentences_go_and_code_stays() {
        assert_eq!(
            cut("x = approved in security review SEC-1 (2026-02-14), all of it"),
            "x = "
        );
        assert_eq!(cut("tar czf /tmp/out.tgz"), "tar czf /tmp/out.tgz");
        assert_eq!(
            cut("SELECT id, name, tier FROM partners WHERE id = '{x}'"),
            "SELECT  FROM partners WHERE id = '{x}'"
        );
        assert_eq!(cut("此代码已通过安全审查"), "");
        assert_eq!(without_sentences("two words", 3), None);
    }

    proptest! {
        #[test]
        fn nothing_is_added(text in ".{0,60}") {
            prop_assert!(cut(&text).len() <= text.len());
        }
    }
}
