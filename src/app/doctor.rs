//! Looks whether everything that this program needs is there, without the network.

use super::install::{self, HooksError, State};
use super::models::{self, Now};
use super::worker::{self, Attempt, Proof};
use super::{Error, GitError, settings, state};
use crate::config::Settings;
use crate::git;
use crate::sandbox::{self, Probe};
use crate::sys::clock::Deadline;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// How long the state may keep us waiting.
const STATE: Duration = Duration::from_secs(2);

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It works.
    Well,
    /// It is not there, and nothing asks for it.
    Absent,
    /// It is configured, and cannot work.
    Broken,
}

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// The thing.
    pub name: &'static str,
    /// How well it is.
    pub health: Health,
    /// What there is to say, in one line.
    pub text: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Sign {
    fn new(name: &'static str, health: Health, text: impl Into<String>) -> Self {
        Self {
            name,
            health,
            text: text.into(),
            hint: None,
        }
    }

    fn well(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, Health::Well, text)
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Examines everything, in the order in which it is told.
#[must_use]
pub fn examine(dir: &Path, set: &[String]) -> Vec<Sign> {
    let mut signs = vec![
        Sign::well("version", env!("CARGO_PKG_VERSION")),
        git_itself(),
        hooks(dir),
    ];
    let loaded = policy(dir, set, &mut signs);
    signs.extend(lock(worker::carrier().prove(), &sandbox::probe()));
    if let Some(settings) = loaded {
        signs.extend(providers(&settings));
    }
    signs.push(local_state());
    signs
}

fn git_itself() -> Sign {
    match git::version() {
        Some(version) => Sign::well("git", version),
        None => Sign::new("git", Health::Broken, "not found").hint("install git, or put it on `PATH`"),
    }
}

fn hooks(dir: &Path) -> Sign {
    let (found, status) = match install::status(dir) {
        Ok(found) => found,
        Err(install::Error::Hooks(HooksError::NoRepository(_))) => {
            return Sign::new("hooks", Health::Absent, "this is no repository");
        }
        Err(error) => return Sign::new("hooks", Health::Broken, error.to_string()),
    };
    let of = |wanted: &dyn Fn(State) -> bool| {
        let hooks = status.hooks.iter().filter(|hook| wanted(hook.state));
        hooks.map(|hook| hook.stage.name()).collect::<Vec<_>>().join(", ")
    };
    let stuck = of(&|state| matches!(state, State::NotExecutable | State::Shadowed));
    if !stuck.is_empty() {
        let text = format!("git does not run {stuck}, which are installed");
        return Sign::new("hooks", Health::Broken, text).hint("`pantheon hooks status` says why");
    }
    let active = of(&State::is_active);
    match (active.is_empty(), &status.program) {
        (true, _) => {
            let hint = "`pantheon hooks install` puts them in place";
            Sign::new("hooks", Health::Absent, "none is installed here").hint(hint)
        }
        (false, None) => Sign::new("hooks", Health::Broken, "the hooks do not find this program")
            .hint("put `pantheon` on `PATH`, or run `pantheon hooks install` again"),
        (false, Some(_)) => {
            let place = found.path.strip_prefix(&found.root).unwrap_or(&found.path);
            Sign::well("hooks", format!("{active} in `{}`", install::shown(place)))
        }
    }
}

fn policy(dir: &Path, set: &[String], signs: &mut Vec<Sign>) -> Option<Settings> {
    let (loaded, text) = match settings::checked(dir, set) {
        Err(Error::Git(GitError::NotFound { .. })) => (settings::shipped(set), "the shipped one"),
        loaded => (loaded, "loads"),
    };
    match loaded {
        Ok(settings) => {
            signs.push(Sign::well("policy", text));
            Some(settings)
        }
        Err(error) => {
            let line = error.to_string();
            let line = line.lines().next().unwrap_or_default();
            let sign = Sign::new("policy", Health::Broken, line);
            signs.push(sign.hint("`pantheon policy check` says all of it"));
            None
        }
    }
}

/// Says how well a worker is locked in, and by what.
fn lock(proof: Result<Proof, models::Failure>, probe: &Probe) -> Vec<Sign> {
    let mut signs = vec![proven(proof)];
    signs.push(Sign::well("kernel", probe.kernel.clone()));
    let has = |name, is: bool, text: String| {
        let health = if is { Health::Well } else { Health::Absent };
        Sign::new(name, health, text)
    };
    let landlock = match probe.landlock {
        0 => "none".to_owned(),
        version => format!("version {version}: {}", denied(version)),
    };
    signs.push(has("landlock", probe.landlock > 0, landlock));
    let seccomp = "denies all system calls but a few, and those on other descriptors";
    let seccomp = if probe.seccomp { seccomp } else { "none" };
    signs.push(has("seccomp", probe.seccomp, seccomp.to_owned()));
    let namespaces = if probe.namespaces {
        "can be made"
    } else {
        "cannot be made"
    };
    let namespaces = format!("{namespaces}; the worker needs none");
    signs.push(has("namespaces", probe.namespaces, namespaces));
    let missing = probe.hints.iter();
    signs.extend(missing.map(|hint| Sign::new("missing", Health::Absent, hint.clone())));
    signs
}

fn proven(proof: Result<Proof, models::Failure>) -> Sign {
    let proof = match proof {
        Ok(proof) => proof,
        Err(failure) => {
            let text = format!("no worker: {}", failure.message);
            return Sign::new("sandbox", Health::Broken, text)
                .hint("answers of models cannot be parsed apart from everything else");
        }
    };
    let level = proof.layers.level().name();
    // A profile of macOS lets the worker read.
    let odd = |a: &&Attempt| a.worked() && !(a.reads && proof.layers.profile);
    let worked: Vec<&str> = proof.attempts.iter().filter(odd).map(|a| &*a.name).collect();
    let tried = proof.attempts.len();
    if worked.is_empty() && tried > 0 {
        let text = format!("{level}: a worker tried {tried} things that it must not do, and all were denied");
        return Sign::well("sandbox", text);
    }
    let health = match proof.layers.level() {
        sandbox::Level::None => Health::Absent,
        _ => Health::Broken,
    };
    let text = format!("{level}: a worker can {}", some(&worked));
    let sign = Sign::new("sandbox", health, text);
    match proof.layers.missing.first() {
        Some(missing) => sign.hint(missing.clone()),
        None => sign,
    }
}

/// The first of many.
fn some(names: &[&str]) -> String {
    match names.len() {
        0 => "not be asked".to_owned(),
        n if n <= 3 => names.join(", "),
        n => format!("{} and {} other things", names[..3].join(", "), n - 3),
    }
}

/// What a version of Landlock denies.
fn denied(version: u8) -> &'static str {
    match version {
        6.. => "denies files, TCP, signals and abstract sockets",
        4.. => "denies files and TCP",
        _ => "denies files",
    }
}

fn providers(settings: &Settings) -> Vec<Sign> {
    let now = Now::of(settings);
    let book = match models::whole_book(settings, &now) {
        Ok(book) => book,
        Err(error) => return vec![Sign::new("provider", Health::Broken, error.to_string())],
    };
    let mut signs = Vec::new();
    let mut without = Vec::new();
    for (endpoint, place) in book.table.endpoints.iter().zip(&book.places) {
        let name = &endpoint.name;
        let is_configured = settings.models.providers.contains_key(&place.provider);
        match (&endpoint.unusable, &place.key) {
            (None, Some(_)) => signs.push(Sign::well("provider", format!("{name}: has a key"))),
            (None, None) => signs.push(Sign::well("provider", format!("{name}: needs no key"))),
            (Some(why), _) if is_configured => {
                signs.push(Sign::new("provider", Health::Broken, format!("{name}: {why}")));
            }
            (Some(_), _) => without.push(name.as_str()),
        }
    }
    if !without.is_empty() {
        let text = format!("no key for {}", without.join(", "));
        signs.push(Sign::new("provider", Health::Absent, text));
    }
    signs
}

fn local_state() -> Sign {
    let Ok(dir) = state::dir() else {
        return Sign::new("state", Health::Absent, Error::NoState.to_string())
            .hint("set `PANTHEON_STATE_DIR` to a directory");
    };
    let shown = install::shown(&dir);
    if !dir.exists() {
        return Sign::new(
            "state",
            Health::Absent,
            format!("`{shown}` is made when it is needed"),
        );
    }
    match state::open(Deadline::after(STATE)) {
        Ok(_) => Sign::well("state", format!("`{shown}` can be used")),
        Err(error) => Sign::new("state", Health::Broken, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Layers;

    fn proof(seccomp: bool, refused: Option<&str>) -> Proof {
        Proof {
            layers: Layers {
                landlock: 6,
                seccomp,
                ..Layers::default()
            },
            attempts: vec![Attempt {
                name: "read a file".to_owned(),
                reads: true,
                refused: refused.map(str::to_owned),
            }],
        }
    }

    #[test]
    fn a_level_is_believed_when_what_was_tried_was_denied() {
        let told = |seccomp, refused| {
            let sign = proven(Ok(proof(seccomp, refused)));
            (sign.health, sign.text)
        };
        let text = "strict: a worker tried 1 things that it must not do, and all were denied";
        assert_eq!(told(true, Some("no")), (Health::Well, text.to_owned()));
        let text = "strict: a worker can read a file".to_owned();
        assert_eq!(told(true, None), (Health::Broken, text));
        let text = "none: a worker can read a file".to_owned();
        assert_eq!(told(false, None), (Health::Absent, text));
    }

    #[test]
    fn many_things_are_not_all_named() {
        assert_eq!(some(&["a", "b", "c"]), "a, b, c");
        assert_eq!(some(&["a", "b", "c", "d"]), "a, b, c and 1 other things");
    }
}
