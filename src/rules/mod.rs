//! Offline checks. Structural rules are one file each and one row in [`ALL`]; pattern rules are data
//! in `policies/rules/`, compiled into the program at build time.

pub mod pattern;

use crate::check::Rule;

pub mod hazard;
pub mod injection;
pub mod message;
pub mod policy;
pub mod repository;
pub mod text;

mod place;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

/// The structural rules.
pub const ALL: &[&Rule] = &[
    &hazard::workflow_injection::RULE,
    &hazard::workflow_untrusted_checkout::RULE,
    &injection::encoded_instruction::RULE,
    &injection::text_out_of_sight::RULE,
    &message::body_wrap::RULE,
    &message::conventional::RULE,
    &message::fixup::RULE,
    &message::issue_reference::RULE,
    &message::sign_off::RULE,
    &message::subject_blank_line::RULE,
    &message::subject_length::RULE,
    &policy::hooks_changed::RULE,
    &policy::policy_changed::RULE,
    &policy::scanner_suppression::RULE,
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
