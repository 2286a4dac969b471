//! The files that users copy, or that other tools read here: workflows, the action, the component of GitLab, the
//! hooks of frameworks, and the recipes in the pages.

mod push;
mod yaml;

use crate::source;
use clap::CommandFactory;
use pantheon::cli::Cli;
use serde_json::Value;
use std::collections::BTreeMap;

/// Keys whose text is for a shell.
const SHELL: [&str; 7] = [
    "run",
    "script",
    "before_script",
    "entry",
    "command",
    "commands",
    "sh",
];

/// A file, or a part of a page.
struct Text {
    name: String,
    documents: Vec<Value>,
    text: String,
}

impl Text {
    fn new(name: String, text: String) -> Self {
        let documents = yaml::read(&name, &text);
        assert!(!documents.is_empty(), "{name} is empty");
        Self {
            name,
            documents,
            text,
        }
    }

    /// Every text for a shell.
    fn scripts(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for document in &self.documents {
            scripts(document, false, &mut found);
        }
        found
    }
}

fn scripts<'a>(value: &'a Value, is_shell: bool, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if is_shell => found.push(text),
        Value::Array(list) => list.iter().for_each(|item| scripts(item, is_shell, found)),
        Value::Object(map) => {
            for (key, value) in map {
                scripts(value, SHELL.contains(&key.as_str()), found);
            }
        }
        _ => {}
    }
}

/// All files that are YAML.
fn files() -> Vec<Text> {
    let mut names = source::below("docs/ci", "yml");
    names.extend([
        ".github/actions/pantheon/action.yml".to_owned(),
        ".pre-commit-hooks.yaml".to_owned(),
        "hooks/lefthook.yml".to_owned(),
    ]);
    assert!(names.len() >= 7, "{names:?}");
    let read = |name: String| {
        let text = source::read(&name);
        Text::new(name, text)
    };
    names.into_iter().map(read).collect()
}

/// The parts of pages that are written in a language.
fn fenced(page: &str, language: &str) -> Vec<(String, String)> {
    let text = source::read(page);
    let mut parts = Vec::new();
    let mut open: Option<(String, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match &mut open {
            Some((_, part)) if line != "```" => {
                part.push_str(line);
                part.push('\n');
            }
            Some(_) => parts.extend(open.take()),
            None if line == format!("```{language}") => {
                open = Some((format!("{page}:{}", at + 2), String::new()));
            }
            None => {}
        }
    }
    parts
}

/// Everything that is YAML, pages included.
fn all() -> Vec<Text> {
    let mut all = files();
    for page in ["docs/ci.md", "docs/hooks.md"] {
        let parts = fenced(page, "yaml");
        assert!(!parts.is_empty(), "{page} has recipes");
        all.extend(parts.into_iter().map(|(name, text)| Text::new(name, text)));
    }
    all
}

/// Splits a script into commands, and those into words; what stands in quotes is a word, and nothing is expanded.
fn commands(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    let (mut commands, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut quote = None;
    for c in script.chars().chain(['\n']) {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() || ";&|()".contains(c) => {
                words.extend(word.take());
                if !matches!(c, ' ' | '\t') && !words.is_empty() {
                    commands.push(std::mem::take(&mut words));
                }
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    assert_eq!(quote, None, "a quote without an end: {script}");
    commands
}

/// The command lines of ours in a script.
fn ours(script: &str) -> Vec<Vec<String>> {
    let mut found = commands(script);
    for words in &mut found {
        while words.first().is_some_and(|word| word == "exec" || word == "if") {
            words.remove(0);
        }
    }
    found.retain(|words| words.first().is_some_and(|word| word == "pantheon"));
    found
}

#[test]
fn scripts_are_split_as_a_shell_does() {
    let words = commands("a 'b c'\"d\" && e \\\n  f; (g | h)\n");
    let shown: Vec<String> = words.iter().map(|words| words.join("+")).collect();
    assert_eq!(shown, ["a+b cd", "e+f", "g", "h"]);
}

#[test]
fn every_command_line_of_ours_is_one() {
    let mut count = 0;
    let mut check = |name: &str, script: &str| {
        for words in ours(script) {
            count += 1;
            // What the runner puts in the place of its variables here.
            let words: Vec<String> = words
                .iter()
                .map(|word| {
                    word.replace("$SHARD", "1")
                        .replace("$CI_NODE_INDEX", "1")
                        .replace("$CI_NODE_TOTAL", "4")
                })
                .collect();
            let parsed = Cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{name}: {words:?}: {}", parsed.unwrap_err());
        }
    };
    for text in all() {
        for script in text.scripts() {
            check(&text.name, script);
        }
    }
    for page in ["docs/ci.md", "docs/hooks.md"] {
        for (name, script) in fenced(page, "sh") {
            check(&name, &script);
        }
        for (name, script) in fenced(page, "groovy") {
            for line in script.lines().filter_map(|line| line.trim().strip_prefix("sh ")) {
                check(&name, line.trim_matches('\''));
            }
        }
    }
    for line in source::read("hooks/husky.txt").lines() {
        check("hooks/husky.txt", line.split_once(": ").unwrap().1);
    }
    assert!(count >= 20, "only {count} command lines are found");
}

#[test]
fn every_action_is_pinned_to_a_commit_and_names_its_version() {
    let mut count = 0;
    for text in all() {
        for line in text.text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(action) = line.strip_prefix("uses: ") else {
                continue;
            };
            // What a page cannot know.
            if action == "OWNER/REPOSITORY/.github/actions/pantheon@COMMIT" {
                continue;
            }
            count += 1;
            let (_, pin) = action.split_once('@').unwrap();
            let (commit, version) = pin.split_once(" # v").unwrap_or((pin, ""));
            let is_hex = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_hex, "{}: `{line}`", text.name);
            assert_eq!(version.split('.').count(), 3, "{}: `{line}`", text.name);
        }
    }
    assert!(count >= 6, "only {count} actions are found");
}

#[test]
fn no_action_is_pinned_to_two_commits() {
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    for text in all() {
        for line in text.text.lines().filter(|line| line.contains("uses: ")) {
            let (action, pin) = line.split_once("uses: ").unwrap().1.split_once('@').unwrap();
            let known = pins.entry(action.to_owned()).or_insert_with(|| pin.to_owned());
            assert_eq!(known, pin, "{}: {action}", text.name);
        }
    }
}

#[test]
fn no_expression_is_text_of_a_script() {
    for text in all() {
        for script in text.scripts() {
            assert!(!script.contains("${{"), "{}: {script}", text.name);
            // GitLab puts its inputs into the text, too.
            assert!(!script.contains("$[["), "{}: {script}", text.name);
        }
    }
}

/// The jobs of a workflow, each with its steps.
fn jobs(name: &str) -> (Value, Vec<Vec<Value>>) {
    let text = source::read(name);
    let workflow = yaml::read(name, &text).remove(0);
    let steps = |job: &Value| job["steps"].as_array().unwrap().clone();
    let jobs = workflow["jobs"]
        .as_object()
        .unwrap()
        .values()
        .map(steps)
        .collect();
    (workflow, jobs)
}

const WORKFLOWS: [&str; 3] = [
    "docs/ci/github.yml",
    "docs/ci/github-fork-gate.yml",
    "docs/ci/github-fork-post.yml",
];

#[test]
fn a_workflow_gives_no_right_that_no_job_names_and_ends() {
    for name in WORKFLOWS {
        let (workflow, jobs) = jobs(name);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        assert_eq!(jobs.len(), 1, "{name}");
        for job in workflow["jobs"].as_object().unwrap().values() {
            assert!(job["permissions"].is_object(), "{name}");
            assert!(job["timeout-minutes"].is_string(), "{name}");
        }
    }
}

#[test]
fn the_gate_is_built_before_the_change_is_there_and_elsewhere() {
    for name in &WORKFLOWS[..2] {
        let (_, jobs) = jobs(name);
        let [install, checkout, judge, ..] = &jobs[0][..] else {
            panic!("{name}");
        };
        assert_eq!(install["working-directory"], "${{ runner.temp }}", "{name}");
        assert!(
            install["run"]
                .as_str()
                .unwrap()
                .starts_with("cargo install --locked ")
        );
        assert!(
            checkout["uses"]
                .as_str()
                .unwrap()
                .starts_with("actions/checkout@")
        );
        assert_eq!(checkout["with"]["persist-credentials"], "false", "{name}");
        assert_eq!(checkout["with"]["fetch-depth"], "0", "{name}");
        assert!(judge["run"].as_str().unwrap().starts_with("pantheon ci "));
    }
}

#[test]
fn the_second_stage_waits_for_the_first_and_has_nothing_of_the_change() {
    let (first, gate) = jobs("docs/ci/github-fork-gate.yml");
    let (second, post) = jobs("docs/ci/github-fork-post.yml");
    assert_eq!(
        second["on"]["workflow_run"]["workflows"],
        serde_json::json!([first["name"]])
    );
    let named = |steps: &[Value], action: &str| {
        let step = steps.iter().find(|step| {
            let uses = step["uses"].as_str().unwrap_or_default();
            uses.starts_with(action)
        });
        step.unwrap()["with"]["name"].clone()
    };
    assert_eq!(
        named(&gate[0], "actions/upload-artifact@"),
        named(&post[0], "actions/download-artifact@")
    );
    let text = source::read("docs/ci/github-fork-post.yml");
    assert!(!text.contains("actions/checkout") && !text.contains("actions/cache"));
    assert_eq!(first["jobs"]["gate"]["permissions"].as_object().unwrap().len(), 1);
}

#[test]
fn the_version_to_install_is_this_one() {
    let version = env!("CARGO_PKG_VERSION");
    let mut count = 0;
    for text in all() {
        for (at, _) in text.text.match_indices("pantheon@") {
            let named = &text.text[at + "pantheon@".len()..];
            if named.starts_with(|c: char| c.is_ascii_digit()) {
                let end = named.find(['\n', ')', ' ']).unwrap();
                assert_eq!(&named[..end], version, "{}", text.name);
                count += 1;
            }
        }
    }
    assert!(count >= 3, "only {count} are found");
    let name = "docs/ci/gitlab/templates/pantheon.yml";
    let component = yaml::read(name, &source::read(name));
    assert_eq!(component.len(), 2, "a header and a job");
    assert_eq!(component[0]["spec"]["inputs"]["version"]["default"], version);
}

#[test]
fn every_input_is_used_and_every_one_that_is_used_is_there() {
    let inputs = |name: &str, at: &str, mark: &str| {
        let text = source::read(name);
        let document = yaml::read(name, &text).remove(0);
        let known = document.pointer(at).unwrap().as_object().unwrap().clone();
        for input in known.keys() {
            assert!(
                text.contains(&format!("{mark}{input}")),
                "{name}: `{input}` is not used"
            );
        }
        for (at, _) in text.match_indices(mark) {
            let rest = &text[at + mark.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap();
            assert!(known.contains_key(&rest[..end]), "{name}: `{}`", &rest[..end]);
        }
    };
    inputs(".github/actions/pantheon/action.yml", "/inputs", "inputs.");
    inputs(
        "docs/ci/gitlab/templates/pantheon.yml",
        "/spec/inputs",
        "$[[ inputs.",
    );
}

#[test]
fn each_hook_of_the_frameworks_comes_built_and_as_it_is() {
    let name = ".pre-commit-hooks.yaml";
    let hooks = yaml::read(name, &source::read(name)).remove(0);
    let mut hooks: BTreeMap<String, Value> = hooks
        .as_array()
        .unwrap()
        .iter()
        .map(|hook| (hook["id"].as_str().unwrap().to_owned(), hook.clone()))
        .collect();
    assert_eq!(hooks.len(), 8);
    for id in [
        "pantheon",
        "pantheon-commit-msg",
        "pantheon-pre-push",
        "pantheon-review",
    ] {
        let mut built = hooks.remove(id).unwrap();
        let system = hooks.remove(&format!("{id}-system")).unwrap();
        assert_eq!(
            (&built["language"], &system["language"]),
            (&"rust".into(), &"system".into())
        );
        // A file name is what a framework gives for the message alone.
        let takes_names = built.get("pass_filenames").is_none();
        assert_eq!(takes_names, id == "pantheon-commit-msg");
        assert_eq!(built["always_run"], "true", "deletions are changes, too");
        built["id"] = system["id"].clone();
        built["language"] = system["language"].clone();
        assert_eq!(built, system);
    }
}
