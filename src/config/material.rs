//! What looks like a key or a token: no configuration may hold one.

/// What to do instead.
pub(super) const HINT: &str = "take it out, and take the key itself out of use if it was ever recorded";

/// How the tokens that providers give out begin.
const BEGINNINGS: &[&str] = &[
    "sk-",
    "sk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "npm_",
    "pypi-",
    "hf_",
    "eyJ",
    "-----BEGIN",
];

/// Words that, as the whole name of a key or behind a dash, say that the value is secret.
const NAMES: &[&str] = &[
    "apikey",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "privatekey",
    "accesskey",
    "secretkey",
    "credential",
    "credentials",
    "authtoken",
];

/// Whether the name of a key says that its value is secret.
///
/// A name that ends in `-env` or `-file` says where the value is instead.
pub(super) fn in_name(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| name.ends_with(secret))
}

/// Whether a value looks like a token that a provider gave out.
pub(super) fn in_value(text: &str) -> bool {
    let token = text.len() >= 16 && !text.contains([' ', '/', '*']) || text.starts_with("-----BEGIN");
    token && BEGINNINGS.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "api-key",
            "API_KEY",
            "gemini-api-key",
            "token",
            "access_token",
            "client-secret",
            "password",
        ] {
            assert!(in_name(name), "{name}");
        }
        for name in [
            "api-key-env",
            "token-file",
            "keywords",
            "severity",
            "block",
            "extends",
        ] {
            assert!(!in_name(name), "{name}");
        }
    }

    #[test]
    fn values_that_are_secrets() {
        assert!(in_value(&format!("sk-{}", "a1".repeat(12))));
        assert!(in_value("-----BEGIN PRIVATE KEY-----"));
        for text in [
            "sk-",
            "skip/**/everything-below",
            "a plain reason that says a lot",
            "secrets/*",
        ] {
            assert!(!in_value(text), "{text}");
        }
    }
}
