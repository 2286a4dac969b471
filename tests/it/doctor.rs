//! `pantheon doctor`: what it finds, and that it sends and tells nothing.

use crate::support::{Ran, Repo};
use serde_json::Value;

/// A key. It must not be shown.
const KEY: &str = "sk-canary-0123456789abcdef";

fn signs(ran: &Ran) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"));
    let word = |sign: &Value, key: &str| sign[key].as_str().unwrap().to_owned();
    let signs = report["signs"].as_array().unwrap().iter();
    let signs: Vec<_> = signs
        .map(|sign| (word(sign, "name"), word(sign, "health"), word(sign, "text")))
        .collect();
    let well = signs.iter().all(|(_, health, _)| health != "broken");
    assert_eq!(
        (report["well"].as_bool(), ran.code),
        (Some(well), i32::from(!well)),
        "{ran}"
    );
    signs
}

#[track_caller]
fn told(ran: &Ran, name: &str) -> (String, String) {
    let found = signs(ran).into_iter().find(|(n, ..)| n == name);
    let (_, health, text) = found.unwrap_or_else(|| panic!("no `{name}`: {ran}"));
    (health, text)
}

fn doctor(repo: &Repo) -> Ran {
    repo.run(&["doctor", "--format", "json"])
}

#[test]
fn a_fresh_repository_is_well() {
    let repo = Repo::new();
    let ran = doctor(&repo).exits(0);
    assert_eq!(told(&ran, "version").1, env!("CARGO_PKG_VERSION"));
    assert_eq!(told(&ran, "git").0, "well");
    assert_eq!(
        told(&ran, "hooks"),
        ("absent".to_owned(), "none is installed here".to_owned())
    );
    assert_eq!(told(&ran, "policy").0, "well");
    assert_eq!(told(&ran, "state").0, "absent");
    assert_eq!(
        told(&ran, "provider"),
        (
            "absent".to_owned(),
            "no key for gemini, anthropic, openai".to_owned()
        )
    );
    repo.run(&["init"]).exits(0);
    let (health, text) = told(&doctor(&repo).exits(0), "hooks");
    assert_eq!(
        (health.as_str(), text.as_str()),
        ("well", "pre-commit, commit-msg, pre-push in `.git/hooks`")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_level_of_the_sandbox_is_proven() {
    let (health, text) = told(&doctor(&Repo::new()), "sandbox");
    assert_eq!(health, "well");
    let levels = ["strict: a worker tried ", "base: a worker tried "];
    assert!(levels.iter().any(|level| text.starts_with(level)), "{text}");
    assert!(text.ends_with("and all were denied"), "{text}");
}

#[test]
fn outside_of_a_repository_the_shipped_policy_counts() {
    let repo = Repo::outside("here");
    let ran = doctor(&repo).exits(0);
    assert_eq!(told(&ran, "hooks").1, "this is no repository");
    assert_eq!(told(&ran, "policy").1, "the shipped one");
}

#[test]
fn what_is_configured_and_cannot_work_is_broken() {
    let repo = Repo::new();
    repo.run(&["init"]).exits(0);
    repo.chmod(".git/hooks/pre-push", 0o644);
    let (health, text) = told(&doctor(&repo).exits(1), "hooks");
    assert_eq!(
        (health.as_str(), text.as_str()),
        ("broken", "git does not run pre-push, which are installed")
    );
    let repo = Repo::new();
    repo.write(
        ".pantheon.toml",
        "version = 1\n[gates.pre-commit]\nblok = \"high\"\n",
    );
    assert_eq!(told(&doctor(&repo).exits(1), "policy").0, "broken");
}

#[test]
fn a_key_is_named_by_where_it_comes_from_and_never_shown() {
    let mut repo = Repo::new();
    let policy = "version = 1\n[providers.openai]\napi-key-env = \"OWN_KEY\"\n[models.m]\nprovider = \"openai\"\n\
                  id = \"gpt-5\"\n";
    repo.write(".pantheon.toml", policy);
    let ran = doctor(&repo).exits(1);
    let broken = (
        "provider".to_owned(),
        "broken".to_owned(),
        "openai: `OWN_KEY` is not set".to_owned(),
    );
    assert!(signs(&ran).contains(&broken), "{ran}");
    repo.env.push(("OWN_KEY".into(), KEY.into()));
    repo.env.push(("GEMINI_API_KEY".into(), KEY.into()));
    let ran = doctor(&repo).exits(0);
    for name in ["openai", "gemini"] {
        let has = (
            "provider".to_owned(),
            "well".to_owned(),
            format!("{name}: has a key"),
        );
        assert!(signs(&ran).contains(&has), "{ran}");
    }
    let human = repo.run(&["doctor"]).exits(0);
    assert!(!format!("{ran}{human}").contains("canary"), "{ran}{human}");
    assert!(
        human.stdout.contains("provider    gemini: has a key\n"),
        "{human}"
    );
}
