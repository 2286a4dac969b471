//! Runs checks on a change: files side by side, drafts turned into findings that stand on lines, with
//! secrets redacted and inline suppressions applied.
//!
//! What a finding means for the change is the policy's to say, not the engine's.

mod excerpt;
mod file;
mod fix;
mod ordinal;
mod snippet;
mod suppress;
mod times;

pub use excerpt::{Sheet, excerpt};
#[doc(hidden)]
pub use suppress::parse as parse_suppression;
pub use suppress::{BROKEN, OWN, Suppressions};

use crate::check::{ChangeView, Draft, Lines, Options, Rule, Run, Sink};
use crate::model::{
    ChangeSet, CheckRun, FileChange, Finding, LeftOut, Objects, Outcome, RuleInfo, Shard, Stage,
    visible_bytes,
};
use crate::rules::pattern::Set;
use crate::sys::clock::Deadline;
use bstr::{BStr, ByteSlice};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use times::Times;

/// From this many files on, a second thread earns its start.
const PARALLEL: usize = 24;

/// The rules as one check: what they find in a file depends on each other, for what one of them redacts, no other
/// one shows, and one comment allows what any of them finds.
pub const RULES: &str = "rules";
/// Stands for the change as a whole where a path is asked for.
pub const WHOLE: &[u8] = b"";

/// What to run, and how.
pub struct Plan<'a> {
    /// The structural rules that are switched on.
    pub rules: Vec<&'a Rule>,
    /// The pattern rules that are switched on.
    pub patterns: &'a Set,
    /// The options of each rule, by id.
    pub options: &'a BTreeMap<String, Options>,
    /// Whether a rule counts on a path; a path on which nothing counts is not read.
    pub counts: &'a (dyn Fn(&BStr, &str) -> bool + Sync),
    /// Whether a path is not judged at all.
    pub excluded: &'a (dyn Fn(&BStr) -> bool + Sync),
    /// What comments in the content may do.
    pub suppressions: Suppressions,
    /// The stage that asks.
    pub stage: Stage,
    /// When to stop.
    pub deadline: Deadline,
    /// Which share of the change is looked at; `None`: all of it.
    pub shard: Option<Shard>,
}

/// What came of a run.
pub struct Ran {
    /// How the rules ended, with what they found.
    pub run: CheckRun,
    /// What was not looked at.
    pub left_out: Vec<LeftOut>,
}

/// Runs the plan on a change. `open` makes a reader of objects for each thread.
pub fn run(change: &ChangeSet, plan: &Plan<'_>, open: &(dyn Fn() -> Box<dyn Objects> + Sync)) -> Ran {
    let mut part = run_files(change, plan, open);
    if plan.takes(WHOLE) {
        part.add(run_whole(change, plan, &*open()));
    }
    part.times.tell();
    if part.late > 0 {
        let why = "the deadline of the gate came first".to_owned();
        let plural = if part.late == 1 { "" } else { "s" };
        let what = format!("{} file{plural}", part.late).into();
        part.left_out.push(LeftOut {
            what,
            why,
            inconclusive: false,
        });
    }
    // Threads end in any order; what they say must not.
    part.left_out
        .sort_by(|a, b| (&a.what, &a.why).cmp(&(&b.what, &b.why)));
    let late = part.late > 0 || part.stopped;
    let outcome = match (late, part.failed) {
        (_, Some(why)) => Outcome::Failed(why, part.findings),
        (false, None) => Outcome::Completed(part.findings),
        (true, None) => Outcome::TimedOut(part.findings),
    };
    let run = CheckRun {
        check: RULES.into(),
        outcome,
        elapsed: plan.deadline.elapsed(),
    };
    Ran {
        run,
        left_out: part.left_out,
    }
}

impl Plan<'_> {
    /// Whether the rules look at a path; [`WHOLE`] stands for what concerns the change as a whole.
    #[must_use]
    pub fn takes(&self, path: &[u8]) -> bool {
        self.shard.is_none_or(|shard| shard.takes(RULES, path))
    }
}

/// What some of the files gave.
#[derive(Default)]
struct Part {
    findings: Vec<Finding>,
    left_out: Vec<LeftOut>,
    failed: Option<String>,
    /// How many files were not reached.
    late: usize,
    /// Whether the time was up within a file.
    stopped: bool,
    times: Times,
}

impl Part {
    fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.left_out.extend(other.left_out);
        self.failed = self.failed.take().or(other.failed);
        self.late += other.late;
        self.stopped |= other.stopped;
        self.times.add(other.times);
    }
}

fn run_files(change: &ChangeSet, plan: &Plan<'_>, open: &(dyn Fn() -> Box<dyn Objects> + Sync)) -> Part {
    let next = AtomicUsize::new(0);
    let work = || {
        let objects = open();
        let mut part = Part::default();
        while let Some(change) = change.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            part.add(run_file(change, plan, &*objects));
        }
        part
    };
    let threads = match change.files.len() {
        0 => return Part::default(),
        n if n < PARALLEL => return work(),
        _ => std::thread::available_parallelism().map_or(1, usize::from).min(8),
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut part = work();
        for other in others {
            let lost = || Part {
                failed: Some("a thread of the engine died".into()),
                ..Part::default()
            };
            part.add(other.join().unwrap_or_else(|_| lost()));
        }
        part
    })
}

fn run_file(change: &FileChange, plan: &Plan<'_>, objects: &dyn Objects) -> Part {
    if !plan.takes(&change.path) {
        return Part::default();
    }
    if plan.deadline.is_over() {
        return Part {
            late: 1,
            ..Part::default()
        };
    }
    if (plan.excluded)(change.path.as_bstr()) {
        let why = "the policy excludes it".to_owned();
        let left = LeftOut {
            what: change.path.clone(),
            why,
            inconclusive: false,
        };
        return Part {
            left_out: vec![left],
            ..Part::default()
        };
    }
    file::guarded(&|| visible_bytes(&change.path), || {
        file::run(change, plan, objects)
    })
}

/// Runs what looks at the change as a whole, and at its message.
fn run_whole(change: &ChangeSet, plan: &Plan<'_>, objects: &dyn Objects) -> Part {
    let mut part = file::guarded(&|| "the change".into(), || whole_change(change, plan, objects));
    if let Some(message) = &change.message {
        part.add(file::guarded(&|| "the message".into(), || {
            file::message(message, plan)
        }));
    }
    part
}

fn whole_change(change: &ChangeSet, plan: &Plan<'_>, objects: &dyn Objects) -> Part {
    let view = ChangeView {
        change,
        stage: plan.stage,
        objects,
    };
    let (mut drafts, mut times) = (Vec::new(), Times::default());
    for rule in &plan.rules {
        if let Run::Change(check) = rule.run {
            times.of(&rule.info.id, || {
                check(&view, &mut sink(&rule.info, plan, &mut drafts));
            });
        }
    }
    Part {
        findings: file::unanchored(drafts, plan),
        times,
        ..Part::default()
    }
}

/// Makes a finding about a path, for what only a use-case can find out.
#[must_use]
pub fn finding_on(path: &BStr, info: &RuleInfo, message: String, plan: &Plan<'_>) -> Vec<Finding> {
    let mut drafts = Vec::new();
    sink(info, plan, &mut drafts).on_path(path, message);
    file::unanchored(drafts, plan)
}

/// Makes findings of what others than rules say about a file: `make` turns its content into drafts, `hide`
/// finds what of it must not be shown.
pub fn anchored(
    change: &FileChange,
    objects: &dyn Objects,
    suppressions: Suppressions,
    make: &dyn Fn(&[u8], &Lines) -> Vec<Draft>,
    hide: &dyn Fn(&[u8]) -> Vec<Range<usize>>,
) -> Vec<Finding> {
    file::anchored(change, objects, suppressions, make, hide)
}

/// Makes findings of what others than rules say about the change as a whole.
#[must_use]
pub fn on_change(drafts: Vec<Draft>) -> Vec<Finding> {
    file::on_change(drafts)
}

/// Makes the sink of one rule.
fn sink<'a>(info: &'a RuleInfo, plan: &'a Plan<'_>, drafts: &'a mut Vec<Draft>) -> Sink<'a> {
    static NONE: Options = Options { set: BTreeMap::new() };
    Sink::new(info, plan.options.get(info.id.as_ref()).unwrap_or(&NONE), drafts)
}
