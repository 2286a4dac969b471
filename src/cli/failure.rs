//! How a command ends: exit codes and error texts with a hint.

/// How a command that did its work ends.
pub type Exit = u8;

/// A command that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong: one lowercase line that names the thing.
    pub message: String,
    /// What to do next, one lowercase line.
    pub hint: Option<String>,
    /// 2 usage or configuration, 3 inconclusive, 70 internal, 130 interrupted.
    pub code: u8,
}

impl Failure {
    /// Something in what the user wrote: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            code: 2,
        }
    }

    /// Something that should not happen: exit code 70.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            code: 70,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
