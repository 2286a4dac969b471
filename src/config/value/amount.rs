//! Sizes and ages.

use super::{Node, Reader};
use crate::config::nearest;

/// The units of a size, largest first.
const SIZES: [(&str, u64); 3] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)];
/// The most of a unit.
const MOST: u64 = 9999;

impl Reader<'_, '_> {
    pub(super) fn size(&mut self, node: &Node<'_>) -> Option<u64> {
        let text = self.text(node)?;
        let size = parse_size(&text);
        if size.is_none() {
            let shown = nearest::shown(&text);
            let message = format!("expected a size such as `500 MiB` or `5 GiB`, found `{shown}`");
            return self.problem(node, message, None);
        }
        size
    }

    pub(super) fn days(&mut self, node: &Node<'_>) -> Option<u64> {
        let text = self.text(node)?;
        let days = parse_days(&text);
        if days.is_none() {
            let shown = nearest::shown(&text);
            let message = format!("expected a number of days such as `14 days`, found `{shown}`");
            return self.problem(node, message, None);
        }
        days
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let found = SIZES
        .iter()
        .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)));
    let (number, size) = found?;
    Some(count(number.trim_end_matches(' '))? * size)
}

fn parse_days(text: &str) -> Option<u64> {
    let number = text.strip_suffix("days").or_else(|| text.strip_suffix("day"))?;
    count(number.trim_end_matches(' '))
}

fn count(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_plain.then(|| text.parse().ok()).flatten()?;
    (1..=MOST).contains(&number).then_some(number)
}

/// Writes a size as it is read.
pub(super) fn size_literal(size: u64) -> String {
    let exact = SIZES.iter().find(|(_, unit)| size.is_multiple_of(*unit));
    let (name, unit) = exact.unwrap_or(&SIZES[2]);
    format!("\"{} {name}\"", size / unit)
}

/// Writes a number of days as it is read.
pub(super) fn days_literal(days: u64) -> String {
    let unit = if days == 1 { "day" } else { "days" };
    format!("\"{days} {unit}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_are_read_as_they_are_written() {
        for (text, size) in [("5 GiB", 5 << 30), ("500MiB", 500 << 20), ("1 TiB", 1 << 40)] {
            assert_eq!(parse_size(text), Some(size), "{text}");
            assert_eq!(parse_size(size_literal(size).trim_matches('"')), Some(size));
        }
        for text in ["", "5", "0 GiB", "GiB", "5 GB", "-5 GiB", "99999 GiB", "1.5 GiB"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
        assert_eq!((parse_days("14 days"), parse_days("1 day")), (Some(14), Some(1)));
        assert_eq!(
            (parse_days("14"), parse_days("0 days"), parse_days("x days")),
            (None, None, None)
        );
        assert_eq!(
            (days_literal(1), days_literal(2)),
            ("\"1 day\"".to_owned(), "\"2 days\"".to_owned())
        );
    }
}
