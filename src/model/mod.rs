//! The words of the field as plain data with public fields: no I/O, no async, no behaviour beyond
//! small questions that the data answers about itself.

mod change;
mod coverage;
mod event;
mod excerpt;
mod finding;
mod fix;
mod gate;
mod host;
mod hunk;
mod later;
mod money;
mod objects;
mod opinion;
mod proposal;
mod report;
mod rule;
mod run;
mod shard;
mod verdict;
mod visible;

pub use change::{ChangeSet, EntryKind, FileChange, LeftOut, Message, Side, Source, Status};
pub use coverage::{Asked, Count, Coverage, NotShown};
pub use event::{Event, Happening, Listener};
pub use excerpt::{DiffLine, Mark};
pub use finding::{Confidence, Disposition, Finding, Fingerprint, Location, Region, Severity, Snippet};
pub use fix::{Fix, Replacement, Touched};
pub use gate::{Gate, ModelThreshold, OnInconclusive, PathEntry, Selector, Stage, Threshold, Waiver};
pub use gix::ObjectId as Oid;
pub use host::{HostRule, NoHost};
pub use hunk::Hunk;
pub use later::Later;
pub use money::{Money, Usage};
pub use objects::{Blob, Objects, ReadError, Relation};
pub use opinion::{Opinion, Origin, Tested, Unmet};
pub use proposal::{Proposal, ProposalState};
pub use report::{Moved, PolicySource, Report};
pub use rule::{Category, Choice, OptionKind, OptionSpec, RuleInfo};
pub use run::{CheckRun, Outcome};
pub use shard::{Grounds, Part, Shard, Standing};
pub use verdict::{Counts, Decision, Reason, Verdict};
pub use visible::{REDACTED, is_hidden, push_visible, start_of, visible, visible_bytes};
