//! What a validator looks for, in Markdown that a repository wrote itself.
//!
//! The text comes from the policy of the revision that is trusted; reading it from there is the caller's part.

use crate::llm::prompt::{self, Origin, Prompt};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write;

/// The longest file in bytes.
pub const LONGEST: usize = 64 * 1024;

/// What begins the fence around a change.
const FENCE: &str = "====";

/// What begins a head.
const HEAD: &str = "+++";

/// What a validator looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// The text.
    pub text: String,
    /// The SHA-256 of the whole file, in 64 hexadecimal digits.
    pub digest: String,
}

/// What is wrong with such a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is too long.
    #[error("the prompt has {0} bytes, of {LONGEST} allowed")]
    TooLong(usize),
    /// It is not text.
    #[error("the prompt is not in UTF-8")]
    NotText,
    /// It says nothing.
    #[error("the prompt is empty")]
    Empty,
    /// It has a head, and that is wrong.
    #[error(transparent)]
    Head(#[from] prompt::Error),
    /// Its head names another validator.
    #[error("the prompt is made for `{given}`, not for `{wanted}`")]
    Misplaced {
        /// The name in its head.
        given: String,
        /// The validator.
        wanted: String,
    },
    /// Nothing is filled in here.
    #[error("the prompt has a placeholder `{0}`, and what a validator looks for has none")]
    Placeholder(String),
    /// A line looks like the border of the change.
    #[error("line {0} of the prompt begins with `====`, as what stands around a change does")]
    Fence(usize),
}

/// Reads a file: Markdown with a head, as the shipped ones have it, or without. With `validator`, a head must
/// name it.
///
/// # Errors
/// What is wrong with it.
pub fn read(validator: Option<&str>, file: &[u8]) -> Result<Focus, Error> {
    if file.len() > LONGEST {
        return Err(Error::TooLong(file.len()));
    }
    let text = std::str::from_utf8(file).map_err(|_| Error::NotText)?;
    let text = with_plain_ends(text.strip_prefix('\u{feff}').unwrap_or(text));
    if let Some(at) = text.lines().position(|line| line.trim_start().starts_with(FENCE)) {
        return Err(Error::Fence(at + 1));
    }
    let text = match text.starts_with(HEAD) {
        true => body(validator, &text)?,
        false => text.into_owned(),
    };
    if text.trim().is_empty() {
        return Err(Error::Empty);
    }
    Ok(Focus {
        text,
        digest: digest(file),
    })
}

/// The same text, however its lines were ended on the way.
fn with_plain_ends(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => text.into(),
    }
}

/// The text below a head.
fn body(validator: Option<&str>, text: &str) -> Result<String, Error> {
    let prompt = Prompt::parse(text, Origin::Policy)?;
    if let Some(wanted) = validator.filter(|wanted| *wanted != prompt.name) {
        return Err(Error::Misplaced {
            given: prompt.name,
            wanted: wanted.to_owned(),
        });
    }
    match prompt.placeholders.first() {
        Some(placeholder) => Err(Error::Placeholder(placeholder.clone())),
        None => Ok(prompt.render(&[])?),
    }
}

fn digest(file: &[u8]) -> String {
    let digest = Sha256::digest(file);
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADED: &str = "+++\nname = \"house\"\nversion = 1\nplaceholders = []\n+++\nLook for goto.\n";

    fn said(file: impl AsRef<[u8]>) -> String {
        read(Some("house"), file.as_ref()).unwrap_err().to_string()
    }

    #[test]
    fn plain_markdown_is_a_focus() {
        let focus = read(Some("house"), b"# Rules\n\n- no `{{goto}}`\n").unwrap();
        assert_eq!(focus.text, "# Rules\n\n- no `{{goto}}`\n");
        let abc = read(Some("house"), b"abc").unwrap();
        assert_eq!(
            abc.digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_head_is_taken_off_and_counts_for_the_digest() {
        let one = read(Some("house"), HEADED.as_bytes()).unwrap();
        assert_eq!(one.text, "Look for goto.\n");
        assert_eq!(read(None, HEADED.as_bytes()), Ok(one.clone()));
        let next = HEADED.replace("= 1", "= 2");
        assert_ne!(read(Some("house"), next.as_bytes()).unwrap().digest, one.digest);
        let windows = format!("\u{feff}{}", HEADED.replace('\n', "\r\n"));
        assert_eq!(read(Some("house"), windows.as_bytes()).unwrap().text, one.text);
    }

    #[test]
    fn what_is_no_focus_says_why() {
        assert_eq!(
            said([b'x'; LONGEST + 1]),
            "the prompt has 65537 bytes, of 65536 allowed"
        );
        assert!(read(Some("house"), &[b'x'; LONGEST]).is_ok());
        assert_eq!(said(b"\xff"), "the prompt is not in UTF-8");
        assert_eq!(said(" \n\n"), "the prompt is empty");
        assert_eq!(said(HEADED.replace("Look for goto.", "")), "the prompt is empty");
        assert_eq!(
            said("+++\nname"),
            "the prompt does not start with a head between two lines `+++`"
        );
        assert_eq!(
            said(HEADED.replace("house", "other")),
            "the prompt is made for `other`, not for `house`"
        );
        let filled = HEADED.replace("[]", "[\"what\"]").replace("goto", "{{what}}");
        assert_eq!(
            said(filled),
            "the prompt has a placeholder `what`, and what a validator looks for has none"
        );
        assert_eq!(
            said("Rules\n=====\n"),
            "line 2 of the prompt begins with `====`, as what stands around a change does"
        );
    }

    proptest! {
        #[test]
        fn no_line_of_a_focus_begins_like_a_fence(file in "(\\+\\+\\+\n|====|[a \r\n\u{feff}]){0,6}") {
            if let Ok(focus) = read(Some("house"), file.as_bytes()) {
                let begins = |line: &str| line.trim_start().starts_with("====");
                prop_assert!(!focus.text.split(['\n', '\r']).any(begins));
            }
        }
    }
}
