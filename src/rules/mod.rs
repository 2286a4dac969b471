//! Offline checks. Structural rules are one file each and one row in [`ALL`]; pattern rules are data
//! in `policies/rules/`, compiled into the program at build time.

pub mod pattern;

use crate::check::Rule;

pub mod text;

mod place;
#[cfg(test)]
mod testing;

/// The structural rules.
pub const ALL: &[&Rule] = &[
    &text::bidi_control::RULE,
    &text::blank_at_eof::RULE,
    &text::final_newline::RULE,
    &text::invalid_json::RULE,
    &text::invalid_toml::RULE,
    &text::invalid_yaml::RULE,
    &text::invisible_character::RULE,
    &text::merge_marker::RULE,
    &text::mixed_line_endings::RULE,
    &text::mixed_script::RULE,
    &text::space_before_tab::RULE,
    &text::trailing_whitespace::RULE,
];
