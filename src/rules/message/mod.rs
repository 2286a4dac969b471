//! Rules about the commit message. Its text comes without comments and without what stands below the
//! scissors.

pub mod body_wrap;
pub mod conventional;
pub mod fixup;
pub mod issue_reference;
pub mod sign_off;
pub mod subject_blank_line;
pub mod subject_length;

mod parts;
