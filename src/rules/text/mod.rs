//! Rules about the text of a file: what stands in it that nobody meant to write.

pub mod bidi_control;
pub mod blank_at_eof;
pub mod final_newline;
pub mod invalid_json;
pub mod invalid_toml;
pub mod invalid_yaml;
pub mod invisible_character;
pub mod merge_marker;
pub mod mixed_line_endings;
pub mod mixed_script;
pub mod space_before_tab;
pub mod trailing_whitespace;

mod syntax;
