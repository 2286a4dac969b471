//! Offline checks. Structural rules are one file each and one row in [`ALL`]; pattern rules are data
//! in `policies/rules/`, compiled into the program at build time.

use crate::check::Rule;

pub mod repository;
pub mod text;

mod place;
#[cfg(test)]
mod testing;

/// The structural rules.
pub const ALL: &[&Rule] = &[
    &repository::binary_in_text_place::RULE,
    &repository::build_output::RULE,
    &repository::case_conflict::RULE,
    &repository::env_file::RULE,
    &repository::executable_without_shebang::RULE,
    &repository::key_store::RULE,
    &repository::large_file::RULE,
    &repository::new_submodule::RULE,
    &repository::shebang_without_executable::RULE,
    &repository::submodule_backward::RULE,
    &repository::symlink_broken::RULE,
    &repository::symlink_escape::RULE,
    &repository::symlink_replaced::RULE,
    &repository::windows_name::RULE,
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
