//! Which parts of a change are looked at first.
//!
//! Points from a table that anybody can read: the words of the path, the size, the checks that are gone. They
//! decide the order alone, and so what is named as left out when the budget ends.

use super::source::Source;
use crate::model::Hunk;
use bstr::ByteSlice;

/// How risky something is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Risk {
    /// The points; more is riskier.
    pub points: u32,
    /// What they were given for.
    pub why: Vec<&'static str>,
}

/// Words of paths: what they stand for, the points, the words.
const PATHS: &[(&str, u32, &[&str])] = &[
    (
        "authentication",
        40,
        &[
            "auth",
            "authn",
            "authz",
            "authentication",
            "authorization",
            "login",
            "session",
            "oauth",
            "oidc",
            "saml",
            "sso",
            "jwt",
            "permission",
            "acl",
            "rbac",
            "password",
            "credential",
            "token",
            "access",
        ],
    ),
    (
        "cryptography",
        40,
        &[
            "crypto",
            "cryptography",
            "cipher",
            "tls",
            "ssl",
            "signature",
            "signing",
            "key",
            "secret",
            "certificate",
        ],
    ),
    (
        "code that runs code",
        30,
        &[
            "sandbox",
            "exec",
            "shell",
            "subprocess",
            "eval",
            "deserialize",
            "unsafe",
            "ffi",
            "template",
        ],
    ),
    (
        "migration",
        30,
        &["migration", "migrate", "alembic", "flyway", "liquibase", "schema"],
    ),
    (
        "build and deployment",
        30,
        &[
            "github",
            "gitlab",
            "circleci",
            "jenkinsfile",
            "workflow",
            "dockerfile",
            "terraform",
            "tf",
            "helm",
            "kubernetes",
            "k8s",
            "ansible",
            "deploy",
            "githooks",
            "hook",
        ],
    ),
    (
        "payment",
        30,
        &["payment", "billing", "invoice", "checkout", "refund", "ledger"],
    ),
    ("database", 20, &["sql", "query", "database", "db", "dao"]),
    (
        "input from outside",
        15,
        &[
            "api",
            "route",
            "router",
            "controller",
            "handler",
            "upload",
            "parser",
            "request",
        ],
    ),
];

/// Words of lines that check something.
const CHECKS: &[&str] = &[
    "assert",
    "verify",
    "validate",
    "check",
    "authorize",
    "authenticate",
    "permission",
    "sanitize",
    "escape",
    "ensure",
    "require",
    "forbid",
    "deny",
    "guard",
    "is_valid",
    "isvalid",
    "csrf",
];

/// Words of added lines that turn something off or run something.
const DANGERS: &[&str] = &[
    "unsafe",
    "eval(",
    "exec(",
    "system(",
    "innerhtml",
    "pickle",
    "subprocess",
    "verify=false",
    "insecure",
    "disable",
    "shell=true",
    "nosec",
    "noqa",
    "yaml.load(",
    "transmute",
];

const CHECK_GONE: u32 = 25;
const DANGER: u32 = 15;
/// So many changed lines give a point, up to the most.
const LINES_A_POINT: u32 = 15;
const MOST_FOR_SIZE: u32 = 20;
/// What a test is worth of its points, in hundredths.
const TEST: u32 = 40;

/// Returns the risk of some hunks of a file.
#[must_use]
pub fn of(source: &Source<'_>, hunks: &[Hunk]) -> Risk {
    let mut risk = Risk::default();
    let words = words(&source.name);
    for (why, points, row) in PATHS {
        if words.iter().any(|word| row.contains(&word.as_str())) {
            risk.add(*points, why);
        }
    }
    let lines: u32 = hunks
        .iter()
        .map(|hunk| (hunk.old.len() + hunk.new.len()) as u32)
        .sum();
    risk.points += (lines / LINES_A_POINT).min(MOST_FOR_SIZE);
    let added = || {
        hunks
            .iter()
            .flat_map(|hunk| hunk.new.clone())
            .map(|line| source.new.raw(line))
    };
    let removed = || {
        hunks
            .iter()
            .flat_map(|hunk| hunk.old.clone())
            .map(|line| source.old.raw(line))
    };
    if count(removed(), CHECKS) > count(added(), CHECKS) {
        risk.add(CHECK_GONE, "a check is gone");
    }
    if count(added(), DANGERS) > count(removed(), DANGERS) {
        risk.add(DANGER, "a dangerous word is new");
    }
    if source.is_test {
        risk.points = risk.points * TEST / 100;
    }
    risk
}

impl Risk {
    fn add(&mut self, points: u32, why: &'static str) {
        self.points += points;
        self.why.push(why);
    }

    /// Adds the risk of something that is looked at together with this.
    pub fn join(&mut self, other: &Self) {
        self.points = self.points.max(other.points);
        for why in &other.why {
            if !self.why.contains(why) {
                self.why.push(why);
            }
        }
    }
}

/// Counts the lines that hold one of the words, in whatever case.
fn count<'a>(lines: impl Iterator<Item = &'a [u8]>, words: &[&str]) -> usize {
    let holds = |line: &[u8]| {
        let line = line[..line.len().min(1000)].to_ascii_lowercase();
        words.iter().any(|word| line.contains_str(word))
    };
    lines.filter(|line| holds(line)).count()
}

/// Returns the words of a path in lowercase, without the `s` of a plural: `src/userSessions.rs` has `user` and
/// `session`.
fn words(path: &str) -> Vec<String> {
    let (mut words, mut word, mut before) = (Vec::new(), String::new(), ' ');
    for c in path.chars().chain(['/']) {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.extend(singular(&word));
            word.clear();
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

fn singular(word: &str) -> Option<String> {
    let stem = match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && word.len() > 3 && !word.starts_with("k8") => stem,
        _ => word,
    };
    (!stem.is_empty()).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_path() {
        let words = |path| words(path).join(" ");
        assert_eq!(words("src/userSessions.rs"), "src user session rs");
        assert_eq!(words(".github/workflows/ci.yml"), "github workflow ci yml");
        assert_eq!(words("author/tls_access/k8s"), "author tls access k8s");
    }

    #[test]
    fn the_riskier_of_two_counts() {
        let mut one = Risk {
            points: 5,
            why: vec!["a"],
        };
        one.join(&Risk {
            points: 3,
            why: vec!["a", "b"],
        });
        assert_eq!(
            one,
            Risk {
                points: 5,
                why: vec!["a", "b"]
            }
        );
    }
}
