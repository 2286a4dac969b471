//! Rules about the gate itself: changes to what judges changes.

pub mod hooks_changed;
pub mod policy_changed;
pub mod scanner_suppression;

use crate::model::{FileChange, Status};

/// Returns a word for what happens to the file.
fn deed(file: &FileChange) -> &'static str {
    match file.status {
        Status::Added | Status::Copied => "added",
        Status::Deleted => "deleted",
        Status::Renamed => "renamed",
        Status::Modified | Status::TypeChanged | Status::ModeChanged => "changed",
    }
}
