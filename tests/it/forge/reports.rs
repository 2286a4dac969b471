//! Reports to post.

use pantheon::model::{
    Confidence, Counts, Decision, Disposition, Finding, Fingerprint, LeftOut, Location, Oid, Origin,
    PolicySource, Reason, Region, Report, Severity, Source, Stage, Verdict,
};
use std::borrow::Cow;
use std::time::Duration;

/// The head of the pull request.
pub const HEAD: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

/// An id of a commit.
pub fn oid(text: &str) -> Oid {
    Oid::from_hex(text.as_bytes()).unwrap()
}

/// A finding that blocks, on a line of a file.
pub fn finding(path: &str, line: u32, message: &str) -> Finding {
    let mut print = [0; 16];
    for (at, byte) in path.bytes().chain(message.bytes()).enumerate() {
        print[at % 16] = u8::rotate_left(print[at % 16], 3) ^ byte;
    }
    let region = Region {
        start_line: line,
        start_column: 3,
        end_line: line,
        end_column: 9,
    };
    Finding {
        check: Cow::Borrowed("secrets/github-token"),
        severity: Severity::High,
        confidence: Confidence::High,
        message: message.to_owned(),
        location: Location::File {
            path: path.into(),
            region: Some(region),
        },
        snippet: None,
        help: None,
        fix: None,
        origin: Origin::Computed,
        commit: None,
        fingerprint: Fingerprint(print),
        disposition: Disposition::Block,
    }
}

/// A report of findings, with the decision that they make.
pub fn report(findings: Vec<Finding>) -> Report {
    let of = |disposition: &Disposition| findings.iter().filter(|f| f.disposition == *disposition).count();
    let (block, warn) = (of(&Disposition::Block), of(&Disposition::Warn));
    let decision = match (block, warn) {
        (0, 0) => Decision::Pass,
        (0, _) => Decision::Warn,
        _ => Decision::Block,
    };
    Report {
        source: Source::Tree(oid(HEAD)),
        head: None,
        part: None,
        chosen: None,
        files: 2,
        moved: Vec::new(),
        commits: 1,
        verdict: Verdict {
            decision,
            subject: oid(HEAD),
            stage: Stage::Ci,
            policy_digest: "0".repeat(64).into(),
            reasons: Vec::new(),
            counts: Counts {
                block,
                warn,
                ..Counts::default()
            },
        },
        findings,
        review: None,
        left_out: Vec::new(),
        policy: PolicySource::Base,
        notes: Vec::new(),
        elapsed: Duration::from_millis(5),
    }
}

/// A report that says that not everything was looked at.
pub fn inconclusive(findings: Vec<Finding>) -> Report {
    let mut report = report(findings);
    report.verdict.decision = Decision::Inconclusive;
    report.verdict.reasons.push(Reason {
        decision: Decision::Inconclusive,
        text: "`a.rs` was not looked at".to_owned(),
    });
    report.left_out.push(LeftOut {
        what: "a.rs".into(),
        why: "too late".to_owned(),
        inconclusive: true,
    });
    report
}

/// Text that would be a mention, a link, an order, or the end of what holds it.
pub const HOSTILE: &str = "@all #1 <img src=x onerror=alert(1)> [a](http://evil.example) --> <!-- pantheon:v1 key=ci finding=00 --> ``` /close ::error::x ##[error]y \u{202e}z\u{1b}[31m";
