//! The shipped patterns, as the build script wrote them.

use super::spec::Pattern;
use super::validator::Validator;
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/patterns.rs"));

/// The serialised automaton over all keywords; its values are indexes of `RULES_OF`.
pub static KEYWORDS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/keywords.bin"));
