//! Keys: where they come from, and a type that does not show them.
//!
//! A key comes from the environment, from a command, or from the system's keyring through the system's own
//! tool. It never comes from a file of ours, and never goes into a text.

use super::env;
use super::process::{Output, Run};
use bstr::ByteSlice;
use std::fmt;
use std::sync::mpsc;
use std::time::Duration;
use zeroize::Zeroizing;

/// A key. It shows as `***`, and its memory is wiped in the end.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// Where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A variable of the environment.
    Env(String),
    /// What a program writes: the program and its arguments. No shell reads them.
    Command(Vec<String>),
    /// The system's keyring.
    Keyring {
        /// What the key is for.
        service: String,
        /// Whose it is.
        account: String,
    },
}

/// Why there is no key. No text holds anything that a program wrote: it may be the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The variable is not set.
    #[error("the variable `{0}` is not set")]
    Unset(String),
    /// No program is named.
    #[error("the command for the key is empty")]
    NoCommand,
    /// The program cannot be run, or took too long.
    #[error("cannot run `{program}` for the key: {cause}")]
    Run {
        /// The program.
        program: String,
        /// What the system says.
        cause: String,
    },
    /// The program failed.
    #[error("`{program}` gave no key: {status}")]
    Status {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// What came cannot be a key.
    #[error("what {0} gave is no key: it must be one line of visible ASCII characters")]
    Unusable(String),
    /// This system has no tool for its keyring that we know.
    #[error("this system's keyring cannot be read; let a command print the key instead")]
    NoKeyring,
}

/// The fewest characters that make a key one: what is shorter, such as the `none` that local servers take,
/// may stand in any text.
const SHORTEST: usize = 8;

impl Secret {
    /// Returns `text` as a key, without the blanks around it, if it can be one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let usable = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        usable.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns the key itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Puts `***` wherever the key stands in a text of somebody else's.
    pub fn scrub(&self, text: &mut String) {
        if self.0.len() >= SHORTEST && text.contains(self.expose()) {
            *text = text.replace(self.expose(), "***");
        }
    }

    /// Puts `***` wherever the key stands in bytes of somebody else's.
    pub fn scrub_bytes(&self, bytes: &mut Vec<u8>) {
        if self.0.len() >= SHORTEST && bytes.contains_str(self.expose()) {
            *bytes = bytes.replace(self.expose(), "***");
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl KeySource {
    /// Fetches the key. A program may take `limit`.
    ///
    /// # Errors
    /// A [`KeyError`].
    pub fn read(&self, limit: Duration) -> Result<Secret, KeyError> {
        match self {
            Self::Env(name) => from_env(name),
            Self::Command(words) => {
                let (program, args) = words.split_first().ok_or(KeyError::NoCommand)?;
                from_program(program, args, limit)
            }
            Self::Keyring { service, account } => {
                let words = keyring(std::env::consts::OS, service, account).ok_or(KeyError::NoKeyring)?;
                let (program, args) = words.split_first().ok_or(KeyError::NoKeyring)?;
                from_program(program, args, limit)
            }
        }
    }
}

fn from_env(name: &str) -> Result<Secret, KeyError> {
    let text = env::text(name).map(Zeroizing::new);
    let text = text.ok_or_else(|| KeyError::Unset(name.to_owned()))?;
    Secret::new(&text).ok_or_else(|| KeyError::Unusable(format!("`{name}`")))
}

/// Returns the command that prints a key of the keyring.
fn keyring(system: &str, service: &str, account: &str) -> Option<Vec<String>> {
    let words: &[&str] = match system {
        "macos" => &[
            "security",
            "find-generic-password",
            "-w",
            "-s",
            service,
            "-a",
            account,
        ],
        "linux" | "freebsd" | "openbsd" | "netbsd" => {
            &["secret-tool", "lookup", "service", service, "account", account]
        }
        _ => return None,
    };
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

fn from_program(program: &str, args: &[String], limit: Duration) -> Result<Secret, KeyError> {
    let output = run(program, args, limit)?;
    let stdout = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(KeyError::Status {
            program: program.to_owned(),
            status: output.status.to_string(),
        });
    }
    let text = std::str::from_utf8(&stdout).unwrap_or_default();
    Secret::new(text).ok_or_else(|| KeyError::Unusable(format!("`{program}`")))
}

/// Runs a program on a thread of its own: a child of the program that holds on to its output would keep us
/// waiting after the program itself was ended.
fn run(program: &str, args: &[String], limit: Duration) -> Result<Output, KeyError> {
    let (sender, receiver) = mpsc::channel();
    let job = Run::new(program, limit).args(args);
    std::thread::spawn(move || drop(sender.send(job.output())));
    let failed = |cause: String| KeyError::Run {
        program: program.to_owned(),
        cause,
    };
    let output = receiver.recv_timeout(limit + Duration::from_millis(500));
    let output = output.map_err(|_| failed(format!("no end within {limit:?}")))?;
    output.map_err(|e| failed(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn command(words: &[&str]) -> KeySource {
        KeySource::Command(words.iter().map(|w| (*w).to_owned()).collect())
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let key = Secret::new(" sk-0123456789\n").unwrap();
        assert_eq!(key.expose(), "sk-0123456789");
        assert_eq!(format!("{key} {key:?}"), "*** ***");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_key() {
        for text in ["", " \n", "a b", "a\nb", "gr\u{fc}n", "a\u{0}"] {
            assert_eq!(Secret::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_key_is_taken_out_of_a_text_unless_it_is_a_mere_word() {
        let mut text = "bad key: sk-0123456789, is sk-0123456789".to_owned();
        let mut bytes = b"\xff sk-0123456789".to_vec();
        let key = Secret::new("sk-0123456789").unwrap();
        key.scrub(&mut text);
        key.scrub_bytes(&mut bytes);
        assert_eq!(text, "bad key: ***, is ***");
        assert_eq!(bytes, b"\xff ***");
        let mut text = "none".to_owned();
        Secret::new("none").unwrap().scrub(&mut text);
        assert_eq!(text, "none");
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let failed = KeySource::Env("PANTHEON_NO_SUCH_KEY".into()).read(LIMIT);
        assert_eq!(
            failed.unwrap_err().to_string(),
            "the variable `PANTHEON_NO_SUCH_KEY` is not set"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_command_prints_a_key() {
        let key = command(&["echo", "sk-0123456789"]).read(LIMIT).unwrap();
        assert_eq!(key.expose(), "sk-0123456789");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_is_named_without_what_it_wrote() {
        let failed = |words| command(words).read(LIMIT).unwrap_err().to_string();
        assert_eq!(
            failed(&["sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"]),
            "`sh` gave no key: exit status: 3"
        );
        assert_eq!(
            failed(&["echo", "hunter2 and more"]),
            "what `echo` gave is no key: it must be one line of visible ASCII characters"
        );
        assert_eq!(
            failed(&["pantheon-no-such-program"]),
            "cannot run `pantheon-no-such-program` for the key: No such file or directory (os error 2)"
        );
        assert_eq!(failed(&[]), "the command for the key is empty");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_cannot_keep_us_waiting_even_through_a_child() {
        let start = std::time::Instant::now();
        let words = ["sh", "-c", "sleep 5; echo late"];
        let failed = command(&words).read(Duration::from_millis(100)).unwrap_err();
        assert_eq!(
            failed.to_string(),
            "cannot run `sh` for the key: no end within 100ms"
        );
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    }

    #[test]
    fn each_system_has_its_own_keyring() {
        let words = |system| keyring(system, "pantheon", "gemini").map(|words| words.join(" "));
        assert_eq!(
            words("macos").unwrap(),
            "security find-generic-password -w -s pantheon -a gemini"
        );
        assert_eq!(
            words("linux").unwrap(),
            "secret-tool lookup service pantheon account gemini"
        );
        assert_eq!(words("windows"), None);
    }
}
