//! `pantheon policy`: whether the policy is sound, and what it says about a path.

use super::{Context, Exit, Failure};
use crate::config::{FAMILIES, Settings};
use crate::model::{
    Confidence, Gate, ModelThreshold, OnInconclusive, PathEntry, Selector, Severity, Threshold,
};
use bstr::BString;

/// What `pantheon policy` does.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Check the configuration and say what it comes to
    Check,
    /// Say by which measure a path is judged, at each gate
    Explain {
        /// The path, from the root of the repository
        path: String,
    },
}

/// Runs `pantheon policy` on a loaded configuration; `today` is `YYYY-MM-DD`.
///
/// # Errors
/// When the path to explain is not one from the root of the repository.
pub fn run(context: &Context, command: &Command, settings: &Settings, today: &str) -> Result<Exit, Failure> {
    let text = match command {
        Command::Check => check(settings, today),
        Command::Explain { path } => explain(settings, path)?,
    };
    context.out(&text);
    Ok(0)
}

/// Says what a policy comes to, one line each.
fn check(settings: &Settings, today: &str) -> String {
    let mut lines: Vec<String> = settings.gates.values().map(gate_line).collect();
    for waiver in settings
        .waivers
        .iter()
        .filter(|waiver| waiver.expires.as_str() < today)
    {
        let (fingerprint, origin) = (&waiver.fingerprint, &waiver.origin);
        lines.push(format!(
            "the waiver for `{fingerprint}` at {origin} expired on {}",
            waiver.expires
        ));
    }
    if !settings.review.allowed {
        lines.push("no model is asked: `review.models` is `false`".to_owned());
    }
    lines.extend(settings.notes.iter().map(|note| format!("note: {note}")));
    lines.push(format!("the policy is sound, digest {}", *settings.digest));
    lines.join("\n") + "\n"
}

fn gate_line(gate: &Gate) -> String {
    let inconclusive = match gate.on_inconclusive {
        OnInconclusive::Block => "closes",
        OnInconclusive::Warn => "warns",
    };
    format!(
        "{}: {} {}{}, shows `{}` and above, {inconclusive} when inconclusive, ends after {:?}",
        gate.stage.name(),
        selectors(&gate.checks),
        blocks(gate.block),
        models_block(&gate.checks, gate.block_models, None),
        gate.warn.name(),
        gate.deadline,
    )
}

fn blocks(block: Option<Threshold>) -> String {
    match block {
        None => "block nothing".to_owned(),
        Some(t) => format!(
            "block at `{}` with {} confidence or more",
            t.severity.name(),
            t.confidence.name()
        ),
    }
}

/// Says when that which models say blocks, where any of it is asked for.
fn models_block(checks: &[Selector], line: Option<ModelThreshold>, cap: Option<Severity>) -> String {
    if !asks_models(checks) {
        return String::new();
    }
    let how = match (line, cap) {
        (Some(line), Some(cap)) if cap < line.severity => "block nothing, because of the cap".to_owned(),
        (Some(line), _) => models_line(&line),
        (None, _) => "block nothing".to_owned(),
    };
    format!(", validators {how}")
}

fn models_line(line: &ModelThreshold) -> String {
    let sure = match line.confidence {
        Confidence::Low => String::new(),
        more => format!(" with {} confidence or more", more.name()),
    };
    let agree = match line.agreement {
        0 => None,
        1 => Some("one model says so".to_owned()),
        n => Some(format!("{n} models agree")),
    };
    let stands = line
        .falsified
        .then(|| "another model cannot refute it".to_owned());
    let when: Vec<String> = agree.into_iter().chain(stands).collect();
    format!(
        "block at `{}`{sure} when {}",
        line.severity.name(),
        when.join(", or when ")
    )
}

/// Whether a list of selectors includes any check that asks a model.
fn asks_models(checks: &[Selector]) -> bool {
    let mut families = FAMILIES.iter().map(|family| format!("validators/{family}"));
    let one = |selector: &Selector| !selector.negated && selector.name.starts_with("validators/");
    families.any(|id| Selector::includes(checks, &id)) || checks.iter().any(one)
}

fn selectors(list: &[Selector]) -> String {
    if list.is_empty() {
        return "no checks".to_owned();
    }
    let sign = |selector: &Selector| if selector.negated { "!" } else { "" };
    let names: Vec<String> = list.iter().map(|s| format!("`{}{}`", sign(s), s.name)).collect();
    names.join(", ")
}

/// Says by which measure a path is judged.
fn explain(settings: &Settings, path: &str) -> Result<String, Failure> {
    if path.is_empty() || path.starts_with('/') || path.starts_with("./") || path.starts_with("../") {
        let message = format!("`{path}` is not a path from the root of the repository");
        return Err(Failure::usage(message).hint("name it as git does, such as `src/main.rs`"));
    }
    let path = BString::from(path);
    let mut lines = Vec::new();
    let entry = PathEntry::first(&settings.paths, path.as_ref());
    match entry {
        None => lines.push(format!("no `[[paths]]` entry matches `{path}`")),
        Some(entry) => lines.extend(entry_lines(entry, &path)),
    }
    if entry.is_none_or(|entry| !entry.exclude) {
        lines.extend(settings.gates.values().map(|gate| measure(gate, entry)));
    }
    lines.extend(excluding(settings, &path));
    Ok(lines.join("\n") + "\n")
}

fn entry_lines(entry: &PathEntry, path: &BString) -> Vec<String> {
    let mut lines = vec![format!(
        "`{path}` is matched by the `[[paths]]` entry at {}",
        entry.origin
    )];
    if entry.exclude {
        lines.push("it is not judged, and counted as left out".to_owned());
    }
    if let Some(cap) = entry.severity_cap {
        lines.push(format!("no finding on it is worse than `{}`", cap.name()));
    }
    lines
}

/// Says what one gate does on a path.
fn measure(gate: &Gate, entry: Option<&PathEntry>) -> String {
    let here = entry.map_or(&[][..], |entry| &entry.checks);
    let checks: Vec<Selector> = gate.checks.iter().chain(here).cloned().collect();
    let cap = entry.and_then(|entry| entry.severity_cap);
    format!(
        "{}: {} {}{}",
        gate.stage.name(),
        selectors(&checks),
        capped(gate.block, cap),
        models_block(&checks, gate.block_models, cap)
    )
}

fn capped(block: Option<Threshold>, cap: Option<Severity>) -> String {
    match (block, cap) {
        (Some(line), Some(cap)) if cap < line.severity => "block nothing, because of the cap".to_owned(),
        _ => blocks(block),
    }
}

/// Names the rules that do not look at a path.
fn excluding(settings: &Settings, path: &BString) -> Vec<String> {
    let excludes = |globs: &[String]| globs.iter().any(|glob| fast_glob::glob_match(glob, path));
    let rules = settings
        .rules
        .iter()
        .filter(|(_, rule)| rule.enabled && excludes(&rule.exclude));
    rules
        .map(|(id, _)| format!("the rule `{id}` does not look at it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, FILE, File, Request};

    fn settings(text: &str) -> Settings {
        let request = Request {
            file: Some(File {
                name: FILE,
                bytes: text.as_bytes(),
            }),
            site: None,
            env: None,
            flags: &[],
            known: &[],
            resolve: &|_| Ok(None),
        };
        config::load(&request).unwrap()
    }

    const POLICY: &str = "\
version = 1
[gates.ci]
block = \"never\"
[[paths]]
match = [\"tests/**\"]
severity-cap = \"low\"
checks = [\"!hazard\"]
[[paths]]
match = [\"vendor/**\"]
exclude = true
[rules.\"text/odd\"]
exclude = [\"**/*.svg\"]
[[waivers]]
fingerprint = \"0123456789ab\"
reason = \"r\"
by = \"b\"
expires = \"2030-01-31\"
";

    #[test]
    fn a_path_is_explained_at_each_gate() {
        let settings = settings(POLICY);
        assert_eq!(
            explain(&settings, "tests/a.svg").unwrap(),
            "\
`tests/a.svg` is matched by the `[[paths]]` entry at .pantheon.toml:4
no finding on it is worse than `low`
pre-commit: `rules`, `!message`, `!hazard` block nothing, because of the cap
commit-msg: `message`, `secrets`, `!hazard` block nothing, because of the cap
pre-push: `rules`, `!hazard` block nothing, because of the cap
ci: `rules`, `!hazard` block nothing
manual: `rules`, `!message`, `!hazard` block nothing, because of the cap
the rule `text/odd` does not look at it
"
        );
        assert_eq!(
            explain(&settings, "vendor/a").unwrap(),
            "\
`vendor/a` is matched by the `[[paths]]` entry at .pantheon.toml:8
it is not judged, and counted as left out
"
        );
        assert_eq!(
            explain(&settings, "src/a").unwrap(),
            "\
no `[[paths]]` entry matches `src/a`
pre-commit: `rules`, `!message` block at `high` with medium confidence or more
commit-msg: `message`, `secrets` block at `high` with medium confidence or more
pre-push: `rules` block at `high` with medium confidence or more
ci: `rules` block nothing
manual: `rules`, `!message` block at `high` with medium confidence or more
"
        );
        assert_eq!(
            explain(&settings, "/src/a").unwrap_err().message,
            "`/src/a` is not a path from the root of the repository"
        );
    }

    #[test]
    fn a_sound_policy_is_summed_up() {
        let settings = settings(POLICY);
        let digest = format!("the policy is sound, digest {}", *settings.digest);
        let text = check(&settings, "2030-02-01");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "pre-commit: `rules`, `!message` block at `high` with medium confidence or more, shows `low` and \
                 above, warns when inconclusive, ends after 2s",
                "commit-msg: `message`, `secrets` block at `high` with medium confidence or more, shows `low` and \
                 above, warns when inconclusive, ends after 2s",
                "pre-push: `rules` block at `high` with medium confidence or more, shows `low` and above, warns \
                 when inconclusive, ends after 30s",
                "ci: `rules` block nothing, shows `low` and above, closes when inconclusive, ends after 30s",
                "manual: `rules`, `!message` block at `high` with medium confidence or more, shows `low` and \
                 above, warns when inconclusive, ends after 60s",
                "the waiver for `0123456789ab` at .pantheon.toml:13 expired on 2030-01-31",
                &digest,
            ]
        );
        assert_eq!(check(&settings, "2030-01-31").lines().count(), lines.len() - 1);
    }

    /// Returns what is said of the gate `ci` where it asks for validators.
    fn of_ci(checks: &str, block: &str) -> String {
        let text = format!("version = 1\n[gates.ci]\nchecks = [{checks}]\nblock = {block}\n");
        let settings = settings(&text);
        measure(&settings.gates[&crate::model::Stage::Ci], None)
    }

    #[test]
    fn it_is_said_when_models_block() {
        let asked = "\"rules\", \"validators\"";
        let ci =
            "ci: `rules`, `validators` block at `high` with medium confidence or more, validators block ";
        for (validators, how) in [
            ("\"high\"", "at `high` when 2 models agree"),
            ("\"never\"", "nothing"),
            (
                "{ severity = \"low\", agreement = 3, confidence = \"high\" }",
                "at `low` with high confidence or more when 3 models agree",
            ),
            (
                "{ severity = \"high\", falsified = true }",
                "at `high` when 2 models agree, or when another model cannot refute it",
            ),
            (
                "{ severity = \"high\", agreement = 0, falsified = true }",
                "at `high` when another model cannot refute it",
            ),
            (
                "{ severity = \"high\", agreement = 1 }",
                "at `high` when one model says so",
            ),
        ] {
            let block = format!("{{ validators = {validators} }}");
            assert_eq!(of_ci(asked, &block), format!("{ci}{how}"));
        }
    }

    #[test]
    fn it_is_said_only_where_models_are_asked() {
        for (checks, asked) in [
            ("\"rules\"", false),
            ("\"*\"", true),
            ("\"validators/security\"", true),
            ("\"rules\", \"validators/tests\"", true),
            ("\"validators\", \"!validators/security\"", true),
            ("\"validators\", \"!validators\"", false),
            ("\"*\", \"!validators/*\"", false),
        ] {
            assert_eq!(
                of_ci(checks, "\"high\"").contains("validators block"),
                asked,
                "{checks}"
            );
        }
    }

    #[test]
    fn a_cap_holds_for_models_too() {
        let text = "version = 1\nextends = [\"recommended\", \"reviewed\"]\n[[paths]]\nmatch = [\"a\"]\n\
                    severity-cap = \"medium\"\n[review]\nmodels = false\n";
        let settings = settings(text);
        let told = explain(&settings, "a").unwrap();
        let push = "pre-push: `rules`, `validators` block nothing, because of the cap, validators block nothing, \
                    because of the cap";
        assert_eq!(told.lines().find(|line| line.starts_with("pre-push")), Some(push));
        let told = check(&settings, "2030-01-01");
        let told: Vec<&str> = told.lines().skip(2).take(4).collect();
        assert_eq!(
            told,
            [
                "pre-push: `rules`, `validators` block at `high` with medium confidence or more, validators block at \
                 `high` when 2 models agree, shows `low` and above, warns when inconclusive, ends after 60s",
                "ci: `rules`, `validators` block at `high` with medium confidence or more, validators block at `high` \
                 when 2 models agree, shows `low` and above, closes when inconclusive, ends after 600s",
                "manual: `rules`, `!message`, `validators` block at `high` with medium confidence or more, validators \
                 block at `high` when 2 models agree, shows `low` and above, warns when inconclusive, ends after 300s",
                "no model is asked: `review.models` is `false`",
            ]
        );
    }
}
