//! A report as it is written, before anybody has believed a word of it: every member by its name, and no other.

use super::models;
use serde::Deserialize;

/// The whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    #[serde(rename = "schema")]
    pub _schema: String,
    #[serde(rename = "tool")]
    pub _tool: Tool,
    pub stage: String,
    pub source: Origin,
    pub subject: String,
    pub policy: Policy,
    pub shard: Option<Share>,
    pub files: u64,
    #[serde(default)]
    pub moved: Vec<Move>,
    pub commits: u64,
    pub decision: String,
    pub exit_code: u64,
    pub counts: Counts,
    pub reasons: Vec<Why>,
    pub notes: Vec<String>,
    pub elapsed_ms: u64,
    pub review: Option<models::Review>,
    pub findings: Vec<Item>,
    pub left_out: Vec<Left>,
}

/// What tells whether the rest can be understood.
#[derive(Deserialize)]
pub struct Head {
    pub schema: String,
    pub tool: Tool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    pub kind: String,
    pub commit: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub head: Option<String>,
    pub chosen: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub origin: String,
    pub file: Option<String>,
    pub digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub index: u64,
    pub count: u64,
    pub files: u64,
    pub incomplete: bool,
    pub grounds: Basis,
    pub after: Option<Basis>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    pub block: Option<String>,
    pub block_models: Option<String>,
    pub warn: String,
    pub on_inconclusive: String,
    pub computed: u64,
    pub said: u64,
    pub warned: u64,
    pub gaps: Vec<String>,
    pub checked: bool,
    pub waivers: Vec<Pass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    pub fingerprint: String,
    pub origin: String,
    pub expires: String,
    pub holds: bool,
    pub covers: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    pub status: String,
    pub from: Path,
    pub to: Path,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    pub path: String,
    pub path_bytes: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub block: u64,
    pub warn: u64,
    pub note: u64,
    pub suppressed: u64,
    pub waived: u64,
    pub baseline: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    pub decision: String,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub check: String,
    pub severity: String,
    pub confidence: String,
    pub disposition: String,
    pub reason: Option<String>,
    pub message: String,
    pub origin: models::Said,
    pub help: Option<String>,
    pub fix: Option<Fix>,
    pub location: Place,
    pub snippet: Option<Cut>,
    pub commit: Option<String>,
    pub fingerprint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    pub summary: String,
    pub replacements: Vec<Replacement>,
    pub lines: Option<Touched>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    pub region: Lines,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touched {
    pub first_line: u32,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub kind: String,
    pub path: Option<String>,
    pub path_bytes: Option<String>,
    pub region: Option<Lines>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    pub first_line: u32,
    pub text: String,
    pub highlight: [usize; 2],
    pub truncated: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    pub what: String,
    pub why: String,
    pub inconclusive: bool,
}
