//! A table of sums: names to the left, numbers to the right.

use crate::app::cost::Row;
use crate::report::{text, visible};

/// The widest a name gets.
const WIDEST: usize = 48;

/// Writes a table.
pub fn write(out: &mut String, title: &str, rows: &[Row]) {
    let mut lines = vec![[title, "calls", "tokens in", "tokens out", "spent"].map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let mut widths = [0; 5];
    for line in &lines {
        for (wide, cell) in widths.iter_mut().zip(line) {
            *wide = text::width(cell).max(*wide);
        }
    }
    for line in &lines {
        let mut parts = Vec::new();
        for (at, (cell, wide)) in line.iter().zip(widths).enumerate() {
            let gap = " ".repeat(wide - text::width(cell));
            parts.push(match at {
                0 => format!("{cell}{gap}"),
                _ => format!("{gap}{cell}"),
            });
        }
        out.push_str(parts.join("  ").trim_end());
        out.push('\n');
    }
}

fn cells(row: &Row) -> [String; 5] {
    let sum = &row.sum;
    [
        name(&row.name),
        text::grouped(sum.calls),
        text::grouped(sum.usage.prompt()),
        text::grouped(sum.usage.output),
        sum.spent.to_string(),
    ]
}

/// A name may be a provider's word for its model: anything.
fn name(name: &str) -> String {
    let name = visible(name);
    if name.is_empty() {
        return "-".to_owned();
    }
    match name.char_indices().nth(WIDEST) {
        Some((at, _)) => format!("{}...", &name[..at]),
        None => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe() {
        assert_eq!(name("a\u{1b}[2Jb"), "a\\x1b[2Jb");
        assert_eq!(name(""), "-");
        assert_eq!(name(&"x".repeat(60)), format!("{}...", "x".repeat(48)));
    }
}
