//! One report that holds everything a format can meet.

pub mod reviews;

use crate::model::{
    Confidence, Counts, Decision, DiffLine, Disposition, Finding, Fingerprint, Fix, Grounds, LeftOut,
    Location, Mark, Moved, Oid, OnInconclusive, Part, PolicySource, Reason, Region, Replacement, Report,
    RuleInfo, Severity, Shard, Snippet, Source, Stage, Standing, Status, Touched, Verdict,
};
use bstr::BString;
use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

pub fn oid(digit: u8) -> Oid {
    Oid::from_hex(&[digit; 40]).unwrap()
}

fn fingerprint(check: &str, message: &str) -> Fingerprint {
    let mut bytes = [0; 16];
    for (i, byte) in check.bytes().chain(message.bytes()).enumerate() {
        bytes[i % 16] ^= byte.rotate_left(u32::try_from(i % 7).unwrap());
    }
    Fingerprint(bytes)
}

fn finding(check: &'static str, message: &str, location: Location) -> Finding {
    Finding {
        check: Cow::Borrowed(check),
        severity: Severity::Medium,
        confidence: Confidence::High,
        message: message.to_owned(),
        location,
        snippet: None,
        help: None,
        fix: None,
        origin: crate::model::Origin::Computed,
        commit: None,
        fingerprint: fingerprint(check, message),
        disposition: Disposition::Warn,
    }
}

pub fn file(path: impl Into<BString>, region: Option<Region>) -> Location {
    Location::File {
        path: path.into(),
        region,
    }
}

pub fn on_line(line: u32, columns: Range<u32>) -> Region {
    Region {
        start_line: line,
        start_column: columns.start,
        end_line: line,
        end_column: columns.end,
    }
}

fn snippet(first_line: u32, text: &str, highlight: Range<usize>) -> Snippet {
    Snippet {
        first_line,
        text: text.to_owned(),
        highlight,
        is_cut: false,
    }
}

/// A token of 40 bytes, shown shorter than it is.
pub fn secret() -> Finding {
    Finding {
        severity: Severity::Critical,
        snippet: Some(snippet(12, "token = ghp_[redacted]", 8..22)),
        help: Some("revoke the token, then take it from the environment".into()),
        disposition: Disposition::Block,
        ..finding(
            "secrets/github-token",
            "a GitHub token",
            file("src/config.py", Some(on_line(12, 9..49))),
        )
    }
}

/// The diff around the token.
pub fn diff() -> Vec<DiffLine> {
    let line = |mark, old, new, text: &str| DiffLine {
        mark,
        old,
        new,
        text: text.to_owned(),
        highlight: None,
    };
    let mut lines = vec![
        line(Mark::Kept, Some(9), Some(11), "import os"),
        line(Mark::Removed, Some(10), None, "token = None"),
        line(Mark::Added, None, Some(12), "token = ghp_[redacted]"),
    ];
    lines[2].highlight = Some(8..22);
    lines
}

fn private_key() -> Finding {
    let text =
        "key = \"\"\"-----BEGIN PRIVATE KEY-----\n[redacted]\n[redacted]\n-----END PRIVATE KEY-----\"\"\"";
    let region = Region {
        start_line: 3,
        start_column: 10,
        end_line: 6,
        end_column: 26,
    };
    Finding {
        severity: Severity::Critical,
        snippet: Some(snippet(3, text, 9..text.len() - 3)),
        help: Some("take the key out and make a new one: what was recorded once is known".into()),
        commit: Some(oid(b'c')),
        disposition: Disposition::Block,
        ..finding(
            "secrets/private-key",
            "a private key",
            file("deploy/key.py", Some(region)),
        )
    }
}

/// A tab, a wide character and one outside the basic plane before the highlight.
pub fn wide() -> Finding {
    Finding {
        snippet: Some(snippet(2, "\t漢🦀 x = 1", 9..10)),
        disposition: Disposition::Note,
        severity: Severity::Info,
        ..finding(
            "text/one-letter",
            "a name of one letter",
            file("src/漢字.rs", Some(on_line(2, 10..11))),
        )
    }
}

/// Replaces bytes of one line.
pub fn fix(line: u32, text: &str, columns: Range<u32>, with: &str) -> Fix {
    Fix {
        summary: "remove the white space".to_owned(),
        replacements: vec![Replacement {
            region: on_line(line, columns),
            text: with.to_owned(),
        }],
        lines: Some(Touched {
            first_line: line,
            text: text.to_owned(),
        }),
    }
}

pub fn blanks(line: u32) -> Finding {
    let text = format!("    let line = {line};  ");
    let end = text.len();
    let columns = u32::try_from(end - 1).unwrap()..u32::try_from(end + 1).unwrap();
    Finding {
        severity: Severity::Low,
        snippet: Some(snippet(line, &text, end - 2..end)),
        fix: Some(fix(line, &format!("{text}\n"), columns.clone(), "")),
        help: Some("remove the blanks at the end of the line".into()),
        ..finding(
            "text/trailing-whitespace",
            "blanks at the end of a line",
            file("src/main.rs", Some(on_line(line, columns))),
        )
    }
}

/// Two empty lines at the end of a file.
pub fn empty_lines() -> Finding {
    let region = |last: u32, column: u32| Region {
        start_line: 30,
        start_column: 1,
        end_line: last,
        end_column: column,
    };
    let mut fix = fix(30, "\n\n", 1..1, "");
    fix.summary = "remove the empty lines".to_owned();
    fix.replacements[0].region = region(32, 1);
    Finding {
        severity: Severity::Low,
        snippet: Some(snippet(30, "\n", 0..1)),
        fix: Some(fix),
        ..finding(
            "text/blank-at-eof",
            "empty lines at the end of the file",
            file("src/main.rs", Some(region(31, 2))),
        )
    }
}

fn minified() -> Finding {
    let text = format!("{}debugger;{}", "var a=1;".repeat(5000), "f(a);".repeat(5000));
    Finding {
        snippet: Some(snippet(1, &text, 40000..40009)),
        ..finding(
            "hazard/debugger",
            "a statement that stops in the debugger",
            file("dist/app.min.js", Some(on_line(1, 40001..40010))),
        )
    }
}

fn odd_path() -> Finding {
    finding(
        "repository/odd-name",
        "a name that not every system can hold",
        file(b"docs/a\xff\nb\x1b[31m.txt".as_slice(), None),
    )
}

fn subject() -> Finding {
    Finding {
        snippet: Some(snippet(1, "fixed stuff.", 11..12)),
        help: Some("end the subject without a full stop".into()),
        ..finding(
            "message/subject-full-stop",
            "the subject ends with a full stop",
            Location::Message(Some(on_line(1, 12..13))),
        )
    }
}

fn large() -> Finding {
    Finding {
        help: Some("make two commits of it".into()),
        ..finding(
            "repository/large-change",
            "the change touches 4,000 files",
            Location::Change,
        )
    }
}

fn allowed(disposition: Disposition) -> Finding {
    let line = match disposition {
        Disposition::Suppressed(_) => 4,
        Disposition::Waived(_) => 5,
        _ => 6,
    };
    Finding {
        severity: Severity::High,
        disposition,
        snippet: Some(snippet(line, "eval(input)", 0..4)),
        ..finding(
            "hazard/eval",
            "text is run as code",
            file("src/old.py", Some(on_line(line, 1..5))),
        )
    }
}

/// What orders build servers about, opens markup and ends quotations, wherever it is put.
pub const HOSTILE: &str = "::error::x\n ::stop-commands::x ##[add-mask]y ##vso[task.complete]z ##teamcity[w] %0A \
                           </script><img src=x onerror=alert(1)> ]]> --> \"'&amp; ``` [a](javascript:b) @all #1 \
                           \u{1b}[31m\u{202e}";

/// Findings whose names, lines and words are hostile: one that is computed, one that a model says.
pub fn hostile() -> Report {
    let path = format!("src/{HOSTILE}.rs");
    let bad = Finding {
        check: format!("own/{HOSTILE}").into(),
        message: HOSTILE.to_owned(),
        help: Some(HOSTILE.to_owned()),
        snippet: Some(snippet(
            3,
            &HOSTILE.replace(['\n', '\u{1b}', '\u{202e}'], " "),
            0..5,
        )),
        location: file(path, Some(on_line(3, 1..6))),
        ..secret()
    };
    let mut said = reviews::said_by_models().remove(2);
    HOSTILE.clone_into(&mut said.message);
    if let crate::model::Origin::Models(opinion) = &mut said.origin {
        opinion.models.push(HOSTILE.to_owned());
        HOSTILE.clone_into(&mut opinion.says);
    }
    let allowed = allowed(Disposition::Waived(HOSTILE.to_owned()));
    let mut report = report(vec![bad, said, allowed], Decision::Block);
    report.left_out = vec![left_out(HOSTILE, HOSTILE, true)];
    report.notes = vec![HOSTILE.to_owned()];
    report.verdict.reasons = vec![reason(Decision::Block, HOSTILE)];
    report
}

/// All findings, worst first.
pub fn findings() -> Vec<Finding> {
    let mut findings = vec![secret(), private_key(), odd_path()];
    findings.extend([7, 8, 9, 20].map(blanks));
    findings.extend([minified(), subject(), large(), wide()]);
    findings.push(allowed(Disposition::Suppressed("the input is a constant".into())));
    findings.push(allowed(Disposition::Waived("goes with the next release".into())));
    findings.push(allowed(Disposition::Baseline));
    findings
}

fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::default();
    for finding in findings {
        match finding.disposition {
            Disposition::Block => counts.block += 1,
            Disposition::Warn => counts.warn += 1,
            Disposition::Note => counts.note += 1,
            Disposition::Suppressed(_) => counts.suppressed += 1,
            Disposition::Waived(_) => counts.waived += 1,
            Disposition::Baseline => counts.baseline += 1,
        }
    }
    counts
}

fn reason(decision: Decision, text: &str) -> Reason {
    Reason {
        decision,
        text: text.to_owned(),
    }
}

/// A report about these findings.
pub fn report(findings: Vec<Finding>, decision: Decision) -> Report {
    Report {
        source: Source::Staged,
        head: None,
        chosen: None,
        part: None,
        files: 3,
        moved: Vec::new(),
        review: None,
        commits: 0,
        verdict: Verdict {
            decision,
            subject: oid(b'a'),
            stage: Stage::PreCommit,
            policy_digest: "5".repeat(64).into(),
            reasons: Vec::new(),
            counts: counts(&findings),
        },
        findings,
        left_out: Vec::new(),
        policy: PolicySource::Default,
        notes: Vec::new(),
        elapsed: Duration::from_millis(12),
    }
}

fn left_out(what: &str, why: &str, inconclusive: bool) -> LeftOut {
    LeftOut {
        what: what.into(),
        why: why.to_owned(),
        inconclusive,
    }
}

fn moved() -> Vec<Moved> {
    let moved = |status, old: &str, new: &[u8]| Moved {
        status,
        old_path: old.into(),
        path: new.into(),
    };
    vec![
        moved(Status::Renamed, "src/a.rs", b"src/b.rs"),
        moved(Status::Copied, "src/a.rs", b"src/caf\xe9.rs"),
    ]
}

/// The report that holds everything.
pub fn whole() -> Report {
    let mut report = report(findings(), Decision::Block);
    report.source = Source::Range {
        from: Some(oid(b'0')),
        to: oid(b'c'),
    };
    report.chosen = Some("nothing is staged: the last commit".into());
    report.commits = 2;
    report.moved = moved();
    report.left_out = vec![
        left_out("assets/film.mp4", "binary, 80 MB", false),
        left_out("data/all.json", "larger than 10 MB", true),
    ];
    report.policy = PolicySource::Head;
    report.notes = vec!["the baseline is 90 days old".into()];
    report.verdict.reasons = vec![
        reason(
            Decision::Block,
            "2 findings reach `high` under the gate `pre-commit`",
        ),
        reason(Decision::Inconclusive, "`data/all.json` was not looked at"),
        reason(Decision::Warn, "7 findings reach `low`"),
    ];
    report
}

/// The report of one share of four.
pub fn share() -> Report {
    let mut report = whole();
    report.head = Some(oid(b'e'));
    report.part = Some(Part {
        shard: Shard { index: 2, count: 4 },
        files: 1,
        incomplete: true,
        grounds: grounds(),
        after: Some(grounds()),
    });
    report
}

fn grounds() -> Grounds {
    Grounds {
        block: Some(Severity::High),
        block_models: None,
        warn: Severity::Low,
        on_inconclusive: OnInconclusive::Block,
        computed: 2,
        said: 0,
        warned: 7,
        gaps: vec!["`data/all.json` was not looked at".into()],
        checked: true,
        waivers: vec![Standing {
            fingerprint: "0123456789ab".into(),
            origin: ".pantheon.toml:3".into(),
            expires: "2027-01-01".into(),
            holds: true,
            covers: false,
        }],
    }
}

/// What the rules of the report say about themselves, but for one.
pub fn rules() -> Vec<RuleInfo> {
    ["secrets/github-token", "text/trailing-whitespace", "hazard/eval"]
        .map(rule)
        .to_vec()
}

pub fn rule(id: &'static str) -> RuleInfo {
    RuleInfo {
        id: Cow::Borrowed(id),
        summary: "a thing that should not be there".into(),
        why: "It does harm. It is hard to take back.".into(),
        fix: "Take it out, then record again.".into(),
        bad: "bad = 1".into(),
        good: "good = 1".into(),
        severity: if id.starts_with("secrets") {
            Severity::Critical
        } else {
            Severity::Low
        },
        confidence: Confidence::High,
        history: id.starts_with("secrets"),
        options: Cow::Borrowed(&[]),
    }
}
