//! Proposals, previews and patches as people and programs read them. Every text in them is somebody else's.

use super::Context;
use crate::app::proposals::{Conflict, FileStat, Preview, Recovered};
use crate::model::{Proposal, ProposalState, visible_bytes};
use crate::report::text::{count, cut, grouped};
use crate::report::{encode, visible};
use bstr::ByteSlice;
use serde_json::json;
use std::fmt::Write;

/// The most characters of a task in a list.
const TASK: usize = 60;
/// The most lines of what an agent said.
const SAID: usize = 20;

const BOLD: &str = "\u{1b}[1m";
const CYAN: &str = "\u{1b}[36m";
const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const RESET: &str = "\u{1b}[0m";

/// Returns the proposals, one to a line.
pub fn rows(proposals: &[&Proposal], all: bool) -> String {
    if proposals.is_empty() && all {
        return "there is no proposal for this repository\n".to_owned();
    }
    if proposals.is_empty() {
        return "no proposal waits; `pantheon proposals list --all` shows those that are settled\n"
            .to_owned();
    }
    let widest = proposals.iter().map(|p| p.id.len()).max().unwrap_or(0);
    let row = |p: &&Proposal| {
        format!(
            "{:widest$}  {:7}  {:12}  {:>9}  {}  {}\n",
            visible(&p.id),
            state(p.state),
            visible(&p.decision),
            count(p.paths.len(), "file"),
            day(p.created),
            cut(&p.task, TASK)
        )
    };
    proposals.iter().map(row).collect()
}

/// Returns the proposals as JSON.
pub fn json_list(proposals: &[&Proposal]) -> String {
    let value = json!({ "version": 1, "proposals": proposals });
    String::from_utf8_lossy(&encode::pretty(&value)).into_owned()
}

/// Returns a proposal as JSON.
pub fn json(proposal: &Proposal) -> String {
    String::from_utf8_lossy(&encode::pretty(&json!(proposal))).into_owned()
}

/// Returns everything about a proposal, with its files as git counts them.
pub fn page(p: &Proposal, stat: &[u8]) -> String {
    let mut out = format!("proposal `{}` ({})\n", visible(&p.id), state(p.state));
    let base = p.base_commit.as_deref().unwrap_or("an index that is no commit's");
    let models: Vec<_> = p.models.iter().map(|model| visible(model)).collect();
    let minutes = format!("{}.{} s", p.elapsed / 1000, p.elapsed % 1000 / 100);
    let tokens = format!("{} in, {} out", grouped(p.input_tokens), grouped(p.output_tokens));
    for (name, text) in [
        ("task", visible(&p.task).into_owned()),
        (
            "made",
            format!(
                "{}, in {}, {minutes}",
                day(p.created),
                count(p.rounds as usize, "round")
            ),
        ),
        (
            "by",
            format!(
                "{} ({}), locked in as `{}`",
                visible(&p.agent),
                visible(&p.runtime),
                visible(&p.level)
            ),
        ),
        ("models", models.join(", ")),
        (
            "tokens",
            format!("{tokens}, ${}", visible(p.cost.trim_start_matches('$'))),
        ),
        ("base", visible(base).into_owned()),
        ("gate", format!("{}: {}", visible(&p.stage), visible(&p.decision))),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "  {name:7} {text}");
        }
    }
    out += &patch(stat, false);
    section(&mut out, "findings that still count", &p.findings);
    section(&mut out, "may run by itself later", &p.surface);
    section(&mut out, "not taken from the scratch tree", &p.refused);
    let said: Vec<String> = p.said.lines().take(SAID).map(str::to_owned).collect();
    section(&mut out, "what the agent says", &said);
    out
}

fn section(out: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(out, "{title}:");
    }
    for line in lines {
        let _ = writeln!(out, "  {}", visible(line));
    }
}

/// Returns a patch in a form that is safe to show.
pub fn patch(bytes: &[u8], color: bool) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    for line in bytes.lines_with_terminator() {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // Tabs do no harm, and patches are full of them.
        let shown: Vec<_> = line.split_str("\t").map(visible_bytes).collect();
        let shown = shown.join("\t");
        match paint(line).filter(|_| color) {
            Some(style) => drop(writeln!(out, "{style}{shown}{RESET}")),
            None => drop(writeln!(out, "{shown}")),
        }
    }
    out
}

fn paint(line: &[u8]) -> Option<&'static str> {
    let heads: [&[u8]; 9] = [
        b"diff --git ",
        b"index ",
        b"--- ",
        b"+++ ",
        b"new file mode ",
        b"deleted file mode ",
        b"old mode ",
        b"new mode ",
        b"rename ",
    ];
    if heads.iter().any(|head| line.starts_with(head)) {
        return Some(BOLD);
    }
    match line.first()? {
        b'@' => Some(CYAN),
        b'+' => Some(GREEN),
        b'-' => Some(RED),
        _ => None,
    }
}

/// Returns what would happen to the working tree, or did.
pub fn outcome(preview: &Preview) -> String {
    let mut out = String::new();
    if preview.conflicts.is_empty() {
        preview.files.iter().for_each(|file| stat(&mut out, file));
    }
    preview.conflicts.iter().for_each(|one| conflict(&mut out, one));
    out
}

fn stat(out: &mut String, file: &FileStat) {
    let lines = match (file.added, file.removed) {
        (Some(0), Some(0)) if file.status == 'M' => "  mode".to_owned(),
        (Some(0), Some(0)) => String::new(),
        (Some(added), Some(removed)) => format!("  +{added} -{removed}"),
        _ => "  binary".to_owned(),
    };
    let _ = writeln!(out, "  {} {}{lines}", file.status, visible_bytes(&file.path));
}

fn conflict(out: &mut String, conflict: &Conflict) {
    let _ = writeln!(
        out,
        "conflict: `{}` {}",
        visible_bytes(&conflict.path),
        conflict.why.text()
    );
    for (line, lines) in &conflict.excerpts {
        let _ = writeln!(out, "  from line {line}:");
        for line in lines {
            let shown: Vec<_> = line.split_str("\t").map(visible_bytes).collect();
            let _ = writeln!(out, "    {}", shown.join("\t"));
        }
    }
}

/// Says what was cleaned up behind a process that died.
pub fn note(recovered: &[Recovered], cx: &Context) {
    for one in recovered {
        let root = one.root.display().to_string();
        let what = match one.moved {
            true => "an apply that had died half-way was taken back",
            false => "what an apply that had died left behind was removed",
        };
        cx.err(&format!("note: {what} in `{}`\n", visible(&root)));
        for path in &one.kept {
            let path = visible_bytes(path);
            cx.err(&format!("note: `{path}` was written since, and stays as it is\n"));
        }
    }
}

/// Returns the word for what became of a proposal.
fn state(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Open => "open",
        ProposalState::Applied => "applied",
        ProposalState::Undone => "undone",
        ProposalState::Dropped => "dropped",
    }
}

fn day(seconds: i64) -> String {
    let day = jiff::Timestamp::from_second(seconds).map(|time| time.to_string());
    day.map_or_else(|_| "?".to_owned(), |text| text.chars().take(10).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_cannot_speak_to_the_terminal() {
        let bytes = b"--- a/x\n+a\tb\x1b[2Jc\r\n-\xff\n@@ -1 +1 @@\n";
        assert_eq!(
            patch(bytes, false),
            "--- a/x\n+a\tb\\x1b[2Jc\\r\n-\\xff\n@@ -1 +1 @@\n"
        );
        assert_eq!(
            patch(bytes, true),
            "\u{1b}[1m--- a/x\u{1b}[0m\n\u{1b}[32m+a\tb\\x1b[2Jc\\r\u{1b}[0m\n\u{1b}[31m-\\xff\u{1b}[0m\n\
             \u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n"
        );
    }
}
