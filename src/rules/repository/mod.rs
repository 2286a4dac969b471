//! Rules about files as entries of a tree: names, modes, sizes, links and submodules.

pub mod binary_in_text_place;
pub mod build_output;
pub mod case_conflict;
pub mod env_file;
pub mod executable_without_shebang;
pub mod key_store;
pub mod large_file;
pub mod new_submodule;
pub mod shebang_without_executable;
pub mod submodule_backward;
pub mod symlink_broken;
pub mod symlink_escape;
pub mod symlink_replaced;
pub mod windows_name;

mod link;

use crate::model::{FileChange, Status};

/// Whether the change makes the path: adds, renames or copies something to it that no parent has.
fn is_new_path(file: &FileChange) -> bool {
    let is_new = matches!(file.status, Status::Added | Status::Renamed | Status::Copied);
    is_new && file.other_parents.iter().all(Option::is_none)
}
