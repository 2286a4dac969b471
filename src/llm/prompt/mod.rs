//! Prompts: versioned files with a digest, so that a verdict can name exactly what a model was told.
//!
//! A file starts with a head in TOML between two lines `+++`: its name, its version, its placeholders. The
//! body has each placeholder as `{{name}}`. A repository may put its own file in the place of a shipped one,
//! by its policy alone; reading the policy from the revision that is trusted is the caller's part.

mod ab;

pub use ab::{Arm, Chosen, Experiment};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The longest file in bytes.
const LONGEST: usize = 64 * 1024;

/// The line before and after the head.
const BORDER: &str = "+++\n";

/// The files that are shipped, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    (
        "architecture",
        include_str!("../../../policies/prompts/architecture.v1.md"),
    ),
    (
        "correctness",
        include_str!("../../../policies/prompts/correctness.v1.md"),
    ),
    ("creator", include_str!("../../../policies/prompts/creator.v1.md")),
    (
        "dependency",
        include_str!("../../../policies/prompts/dependency.v1.md"),
    ),
    (
        "falsifier",
        include_str!("../../../policies/prompts/falsifier.v1.md"),
    ),
    ("intent", include_str!("../../../policies/prompts/intent.v1.md")),
    (
        "migration",
        include_str!("../../../policies/prompts/migration.v1.md"),
    ),
    (
        "performance",
        include_str!("../../../policies/prompts/performance.v1.md"),
    ),
    (
        "reviewer",
        include_str!("../../../policies/prompts/reviewer.v2.md"),
    ),
    (
        "security",
        include_str!("../../../policies/prompts/security.v1.md"),
    ),
    ("tests", include_str!("../../../policies/prompts/tests.v1.md")),
];

/// A prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// What must be filled in.
    pub placeholders: Vec<String>,
    /// The SHA-256 of the whole file, in 64 hexadecimal digits.
    pub digest: String,
    /// Who wrote it.
    pub origin: Origin,
    body: String,
}

/// Who wrote a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is shipped.
    Shipped,
    /// The repository's policy put it there.
    Policy,
}

/// What is wrong with a prompt, or with how it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file is too long.
    #[error("the prompt has {0} bytes, of {LONGEST} allowed")]
    TooLong(usize),
    /// The head is missing.
    #[error("the prompt does not start with a head between two lines `+++`")]
    NoHead,
    /// The head is wrong.
    #[error("the head of the prompt is wrong: {0}")]
    Head(String),
    /// The body names a placeholder that the head does not.
    #[error("the prompt `{prompt}` has a placeholder `{placeholder}` that its head does not name")]
    Undeclared {
        /// The prompt.
        prompt: String,
        /// The placeholder.
        placeholder: String,
    },
    /// The head names a placeholder that the body does not have.
    #[error("the prompt `{prompt}` has no placeholder `{placeholder}`")]
    Unknown {
        /// The prompt.
        prompt: String,
        /// The placeholder.
        placeholder: String,
    },
    /// A placeholder was not filled in.
    #[error("the prompt `{prompt}` needs a value for `{placeholder}`")]
    Missing {
        /// The prompt.
        prompt: String,
        /// The placeholder.
        placeholder: String,
    },
    /// A placeholder stands twice where it may stand once.
    #[error("the prompt `{prompt}` is given `{placeholder}` twice")]
    Twice {
        /// The prompt.
        prompt: String,
        /// The placeholder.
        placeholder: String,
    },
    /// A repository's prompt is not made for the place of the shipped one.
    #[error("the prompt `{given}` cannot stand for `{wanted}`: name and placeholders must be the same")]
    Misplaced {
        /// Its name.
        given: String,
        /// The shipped one's name.
        wanted: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    version: u32,
    placeholders: Vec<String>,
}

/// Returns the shipped prompt of that name; `None` if there is none.
#[must_use]
pub fn shipped(name: &str) -> Option<Prompt> {
    let (_, file) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    Prompt::parse(file, Origin::Shipped).ok()
}

impl Prompt {
    /// Parses a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(file: &str, origin: Origin) -> Result<Self, Error> {
        if file.len() > LONGEST {
            return Err(Error::TooLong(file.len()));
        }
        let lines = file.strip_prefix(BORDER).ok_or(Error::NoHead)?;
        let (head, body) = lines.split_once("\n+++\n").ok_or(Error::NoHead)?;
        let head: Head = toml::from_str(head).map_err(|e| Error::Head(one_line(e.message())))?;
        let prompt = Self {
            name: head.name,
            version: head.version,
            placeholders: head.placeholders,
            digest: digest(file),
            origin,
            body: body.to_owned(),
        };
        prompt.check()?;
        Ok(prompt)
    }

    /// Parses a repository's own file, which is to stand in this one's place.
    ///
    /// # Errors
    /// What is wrong with it, or that it is made for another place.
    pub fn replaced_by(&self, file: &str) -> Result<Self, Error> {
        let own = Self::parse(file, Origin::Policy)?;
        let sorted = |prompt: &Self| {
            let mut names = prompt.placeholders.clone();
            names.sort();
            names
        };
        if own.name != self.name || sorted(&own) != sorted(self) {
            return Err(Error::Misplaced {
                given: one_line(&own.name),
                wanted: self.name.clone(),
            });
        }
        Ok(own)
    }

    /// Returns the text with every placeholder filled in. A value is never searched for placeholders.
    ///
    /// # Errors
    /// A value is missing, stands twice, or has no place.
    pub fn render(&self, values: &[(&str, &str)]) -> Result<String, Error> {
        for (index, (name, _)) in values.iter().enumerate() {
            let (prompt, placeholder) = (self.name.clone(), one_line(name));
            if !self.placeholders.iter().any(|known| known == name) {
                return Err(Error::Unknown { prompt, placeholder });
            }
            if values[..index].iter().any(|(other, _)| other == name) {
                return Err(Error::Twice { prompt, placeholder });
            }
        }
        let mut text = String::with_capacity(self.body.len());
        for piece in pieces(&self.body) {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Placeholder(name) => {
                    let value = values.iter().find(|(given, _)| *given == name);
                    let (_, value) = value.ok_or_else(|| Error::Missing {
                        prompt: self.name.clone(),
                        placeholder: name.to_owned(),
                    })?;
                    text.push_str(value);
                }
            }
        }
        Ok(text)
    }

    /// Whether the head says what the body has.
    fn check(&self) -> Result<(), Error> {
        if !is_name(&self.name) || self.version == 0 {
            return Err(Error::Head(
                "`name` and `version` must name the prompt, `version` from 1".into(),
            ));
        }
        let mut used = Vec::new();
        for piece in pieces(&self.body) {
            if let Piece::Placeholder(name) = piece {
                used.push(name);
            }
        }
        let prompt = || self.name.clone();
        if let Some(name) = used
            .iter()
            .find(|name| !self.placeholders.iter().any(|known| known == **name))
        {
            let placeholder = (*name).to_owned();
            return Err(Error::Undeclared {
                prompt: prompt(),
                placeholder,
            });
        }
        for (index, name) in self.placeholders.iter().enumerate() {
            let placeholder = one_line(name);
            if self.placeholders[..index].contains(name) {
                return Err(Error::Twice {
                    prompt: prompt(),
                    placeholder,
                });
            }
            if !used.contains(&name.as_str()) {
                return Err(Error::Unknown {
                    prompt: prompt(),
                    placeholder,
                });
            }
        }
        Ok(())
    }
}

/// A stretch of a body.
enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// Cuts a body at its placeholders. Braces around anything but a name are text.
fn pieces(body: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut from) = (body, 0);
    while let Some(start) = rest[from..].find("{{").map(|at| from + at) {
        let inside = &rest[start + 2..];
        let end = inside.find("}}").filter(|&end| is_name(&inside[..end]));
        let Some(end) = end else {
            from = start + 1;
            continue;
        };
        pieces.push(Piece::Text(&rest[..start]));
        pieces.push(Piece::Placeholder(&inside[..end]));
        (rest, from) = (&inside[end + 2..], 0);
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Lowercase letters, digits and dashes, a letter first.
fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.len() <= 60 && text.chars().all(is_part)
}

fn one_line(text: &str) -> String {
    super::answer::one_line(text)
}

fn digest(file: &str) -> String {
    let digest = Sha256::digest(file.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "+++\nname = \"tone\"\nversion = 3\nplaceholders = [\"who\", \"what\"]\n+++\n\
                        Tell {{who}} about {{what}}, {{ not }} {this}, {{who}}.\n";

    fn prompt(file: &str) -> Result<Prompt, Error> {
        Prompt::parse(file, Origin::Shipped)
    }

    fn said(file: &str) -> String {
        prompt(file).unwrap_err().to_string()
    }

    #[test]
    fn each_shipped_prompt_is_one_and_its_file_says_so() {
        for &(name, file) in SHIPPED {
            let prompt = prompt(file).unwrap();
            assert_eq!(prompt.name, name);
            assert_eq!(shipped(name), Some(prompt.clone()));
            let path = format!("policies/prompts/{name}.v{}.md", prompt.version);
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            assert_eq!(std::fs::read_to_string(root.join(path)).unwrap(), file);
        }
        assert_eq!(shipped("other"), None);
    }

    #[test]
    fn a_prompt_is_filled_in_once() {
        let prompt = prompt(FILE).unwrap();
        assert_eq!(
            prompt.render(&[("what", "{{who}}"), ("who", "me")]).unwrap(),
            "Tell me about {{who}}, {{ not }} {this}, me.\n"
        );
        assert_eq!((prompt.version, prompt.digest.len()), (3, 64));
        let other = FILE.replace("Tell", "Ask");
        assert_ne!(
            Prompt::parse(&other, Origin::Shipped).unwrap().digest,
            prompt.digest
        );
    }

    #[test]
    fn what_is_missing_unknown_or_given_twice_is_refused() {
        let prompt = prompt(FILE).unwrap();
        let said = |values: &[(&str, &str)]| prompt.render(values).unwrap_err().to_string();
        assert_eq!(
            said(&[("who", "me")]),
            "the prompt `tone` needs a value for `what`"
        );
        assert_eq!(
            said(&[("who", "me"), ("what", ""), ("why", "")]),
            "the prompt `tone` has no placeholder `why`"
        );
        assert_eq!(
            said(&[("who", "me"), ("what", ""), ("who", "")]),
            "the prompt `tone` is given `who` twice"
        );
    }

    #[test]
    fn a_file_that_is_wrong_says_why() {
        let no_head = "the prompt does not start with a head between two lines `+++`";
        assert_eq!(said(""), no_head);
        assert_eq!(said("name = \"x\"\n+++\n"), no_head);
        assert_eq!(said("+++\nname = \"x\"\n"), no_head);
        assert_eq!(
            said(&FILE.replace("version = 3", "")),
            "the head of the prompt is wrong: missing field `version`"
        );
        assert!(said(&FILE.replace("version", "weight = 1\nversion")).contains("unknown field `weight`"));
        assert!(said(&FILE.replace("= 3", "= 0")).contains("from 1"));
        assert_eq!(
            said(&FILE.replace(", \"what\"", "")),
            "the prompt `tone` has a placeholder `what` that its head does not name"
        );
        assert_eq!(
            said(&FILE.replace(", \"what\"", ", \"what\", \"why\"")),
            "the prompt `tone` has no placeholder `why`"
        );
        assert_eq!(
            said(&"x".repeat(70_000)),
            "the prompt has 70000 bytes, of 65536 allowed"
        );
    }

    #[test]
    fn a_repository_may_replace_a_prompt_by_one_for_the_same_place() {
        let shipped = prompt(FILE).unwrap();
        let own = FILE
            .replace("[\"who\", \"what\"]", "[\"what\", \"who\"]")
            .replace("Tell", "Ask");
        let own = shipped.replaced_by(&own).unwrap();
        assert_eq!(own.origin, Origin::Policy);
        assert!(
            own.render(&[("who", "a"), ("what", "b")])
                .unwrap()
                .starts_with("Ask a")
        );
        let error = shipped
            .replaced_by(&FILE.replace("\"tone\"", "\"other\""))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the prompt `other` cannot stand for `tone`: name and placeholders must be the same"
        );
    }
}
