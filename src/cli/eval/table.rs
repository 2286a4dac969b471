//! A table: words to the left, numbers to the right.

use crate::report::{text, visible};

/// The widest a word gets.
const WIDEST: usize = 40;

/// Writes a table whose first columns hold words.
pub fn write(out: &mut String, words: usize, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut widths = vec![0; columns];
    for row in rows {
        for (wide, cell) in widths.iter_mut().zip(row) {
            *wide = text::width(cell).max(*wide);
        }
    }
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, wide))| {
            let gap = " ".repeat(wide - text::width(cell));
            match at < words {
                true => format!("{cell}{gap}"),
                false => format!("{gap}{cell}"),
            }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A part of a whole: `0.67`; a dash where there is no whole.
pub fn part(part: Option<f64>) -> String {
    part.map_or_else(|| "-".to_owned(), |part| format!("{part:.2}"))
}

/// What was written by others, safe and short enough for a cell.
pub fn word(word: &str) -> String {
    let word = visible(word);
    match word.char_indices().nth(WIDEST) {
        Some((at, _)) => format!("{}...", &word[..at]),
        None => word.into_owned(),
    }
}

/// Words as the cells of a row.
pub fn head(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_to_the_left_and_numbers_to_the_right() {
        let mut out = String::new();
        write(
            &mut out,
            1,
            &[head(&["a", "n"]), head(&["long", "100"]), head(&["b"])],
        );
        assert_eq!(out, "a       n\nlong  100\nb\n");
        assert_eq!((part(None), part(Some(2.0 / 3.0))), ("-".into(), "0.67".into()));
        assert_eq!(word("a\u{1b}b"), "a\\x1bb");
    }
}
