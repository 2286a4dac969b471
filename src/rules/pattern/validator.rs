//! Structural checks of what a pattern captured, without any network: what decodes, what carries a
//! checksum, what is encrypted, what names a local host.

mod encoding;
mod key;
mod token;
mod url;

use crate::model::Severity;
use std::ops::Range;

/// A structural check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validator {
    /// A private key in text form: is there a body, and is it encrypted?
    Pem,
    /// A JSON web token: does the header decode?
    Jwt,
    /// A GitHub token: does the checksum hold?
    Github,
    /// A NATS seed: does the checksum hold?
    Nkey,
    /// A URL with a password: is the host another machine, and the password none of the usual fillers?
    Url,
    /// Base64 of `user:password`.
    Basic,
}

/// What a structural check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// Nothing against it.
    Keep,
    /// It is not what the pattern looks for.
    Drop,
    /// It is, and this bad, for this reason.
    Rate(Severity, &'static str),
}

impl Validator {
    /// Returns the check of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "pem" => Some(Self::Pem),
            "jwt" => Some(Self::Jwt),
            "github" => Some(Self::Github),
            "nkey" => Some(Self::Nkey),
            "url" => Some(Self::Url),
            "basic" => Some(Self::Basic),
            _ => None,
        }
    }

    /// Judges what stands at `captured` in `text`.
    #[must_use]
    pub fn judge(self, text: &[u8], captured: &Range<usize>) -> Opinion {
        let value = &text[captured.clone()];
        match self {
            Self::Pem => key::judge(value),
            Self::Jwt => token::judge_jwt(value),
            Self::Github => token::judge_github(value),
            Self::Nkey => token::judge_nkey(value),
            Self::Url => url::judge(text, captured),
            Self::Basic => token::judge_basic(value),
        }
    }
}
