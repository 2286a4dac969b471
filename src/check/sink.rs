//! How a rule says what it found.

use super::{FileView, Options};
use crate::model::{Confidence, Fingerprint, Origin, RuleInfo, Severity};
use bstr::{BStr, BString};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::ops::Range;

/// Takes what one rule finds.
pub struct Sink<'a> {
    /// What the rule says about itself.
    pub info: &'a RuleInfo,
    /// The options of the rule.
    pub options: &'a Options,
    drafts: &'a mut Vec<Draft>,
}

/// A finding before it is anchored, redacted and judged.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The id of the rule.
    pub check: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// How likely it is.
    pub confidence: Confidence,
    /// One lowercase line. Holds no secret and no raw content.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write instead, where that is certain.
    pub fix: Option<Edits>,
    /// Where it stands.
    pub place: Place,
    /// The bytes that must not be shown, in the same text as the place.
    pub secret: Option<Range<usize>>,
    /// Who says it.
    pub origin: Origin,
    /// What identifies it, where that is not the text of its lines.
    pub fingerprint: Option<Fingerprint>,
}

/// What to write instead of parts of the file's new content. Holds nothing of the content itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits {
    /// What it does, one lowercase line.
    pub summary: String,
    /// Which bytes go, in order and one behind the other, and what comes in their place.
    pub all: Vec<(Range<usize>, &'static str)>,
}

/// Where a draft stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On these bytes of the new content of a file.
    Bytes(BString, Range<usize>),
    /// On a path as a whole.
    Path(BString),
    /// On these bytes of the commit message.
    Message(Range<usize>),
    /// On the change as a whole.
    Change,
}

impl<'a> Sink<'a> {
    /// Makes a sink for one rule, which adds to `drafts`.
    pub fn new(info: &'a RuleInfo, options: &'a Options, drafts: &'a mut Vec<Draft>) -> Self {
        Self {
            info,
            options,
            drafts,
        }
    }

    /// Reports something that stands on these bytes of the file's new content.
    pub fn at(&mut self, view: &FileView<'_>, bytes: Range<usize>, message: impl Into<String>) -> &mut Draft {
        self.push(Place::Bytes(view.file.path.clone(), bytes), message.into())
    }

    /// Reports something about the path as a whole.
    pub fn on_path(&mut self, path: &BStr, message: impl Into<String>) -> &mut Draft {
        self.push(Place::Path(path.to_owned()), message.into())
    }

    /// Reports something that stands on these bytes of the commit message.
    pub fn in_message(&mut self, bytes: Range<usize>, message: impl Into<String>) -> &mut Draft {
        self.push(Place::Message(bytes), message.into())
    }

    /// Reports something about the change as a whole.
    pub fn on_change(&mut self, message: impl Into<String>) -> &mut Draft {
        self.push(Place::Change, message.into())
    }

    /// Returns the whole number that the configuration or the rule gives to this option.
    #[must_use]
    pub fn int(&self, name: &str) -> i64 {
        self.options.int(self.info, name)
    }

    /// Reports something at a place of any kind.
    pub fn push(&mut self, place: Place, message: String) -> &mut Draft {
        let at = self.drafts.len();
        self.drafts.push(Draft {
            check: self.info.id.clone(),
            severity: self.info.severity,
            confidence: self.info.confidence,
            message,
            help: None,
            fix: None,
            place,
            secret: None,
            origin: Origin::Computed,
            fingerprint: None,
        });
        &mut self.drafts[at]
    }
}

impl Draft {
    /// Sets another severity than the rule's own.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Sets another confidence than the rule's own.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }

    /// Says what to do about it, in one lowercase line.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to write instead: only where nobody could want anything else.
    pub fn fix(&mut self, summary: impl Into<String>, all: Vec<(Range<usize>, &'static str)>) -> &mut Self {
        let summary = summary.into();
        self.fix = Some(Edits { summary, all });
        self
    }

    /// Marks the bytes that must not be shown.
    pub fn secret(&mut self, bytes: Range<usize>) -> &mut Self {
        self.secret = Some(bytes);
        self
    }
}

/// Makes the fingerprint of a finding from its check, its path and the text it stands on.
///
/// `anchor` is the text of the lines without regard to white space; `nth` counts findings of the same
/// check on the same text in the same file from 0, so that two equal lines stay two findings.
#[must_use]
pub fn fingerprint(check: &str, path: &[u8], anchor: &[u8], nth: u32) -> Fingerprint {
    let mut hash = Sha256::new();
    hash.update(check.as_bytes());
    hash.update(b"\0");
    hash.update(path);
    hash.update(b"\0");
    for word in anchor.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()) {
        hash.update(word);
        hash.update(b" ");
    }
    hash.update(nth.to_le_bytes());
    let digest = hash.finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&digest[..16]);
    Fingerprint(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[!-~]{1,8}", 1..6)
    }

    fn blank() -> impl Strategy<Value = String> {
        "[ \t\r\n]{1,4}"
    }

    proptest! {
        #[test]
        fn white_space_has_no_part_in_it(words in words(), one in blank(), other in blank(), indent in blank(), nth: u32) {
            let plain = words.join(&one);
            let indented = format!("{indent}{}{indent}", words.join(&other));
            prop_assert_eq!(
                fingerprint("a/b", b"path", plain.as_bytes(), nth),
                fingerprint("a/b", b"path", indented.as_bytes(), nth)
            );
        }

        #[test]
        fn everything_else_has(check in "[a-z]{1,5}", path in "[a-z]{1,5}", words in words(), nth in 0_u32..9) {
            let anchor = words.join(" ");
            let made = fingerprint(&check, path.as_bytes(), anchor.as_bytes(), nth);
            let longer = format!("{anchor}x");
            let split = format!("{anchor} x");
            let others = [
                fingerprint(&format!("{check}x"), path.as_bytes(), anchor.as_bytes(), nth),
                fingerprint(&check, format!("{path}x").as_bytes(), anchor.as_bytes(), nth),
                fingerprint(&check, path.as_bytes(), longer.as_bytes(), nth),
                fingerprint(&check, path.as_bytes(), split.as_bytes(), nth),
                fingerprint(&check, path.as_bytes(), anchor.as_bytes(), nth + 1),
            ];
            prop_assert!(!others.contains(&made));
            // Nor is what ends one part the beginning of the next.
            let moved = fingerprint(&format!("{check}{path}"), b"", anchor.as_bytes(), nth);
            prop_assert_ne!(made, moved);
        }
    }
}
