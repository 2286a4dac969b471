//! A version of prompts: the label of the answers that were recorded under it, or the prompts themselves.

use super::answers::FALSIFIER;
use super::files;
use super::validators;
use super::wrong::Wrong;
use crate::config;
use crate::llm::prompt::{self, Origin, Prompt};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The longest prompt in bytes.
const LONGEST: u64 = 64 << 10;

/// A version of prompts.
#[derive(Debug, Clone, Default)]
pub(super) struct Version {
    /// What the user called it.
    pub name: String,
    /// The label of answers, where it is one for all validators.
    label: Option<String>,
    /// The prompts, by validator.
    prompts: BTreeMap<String, Prompt>,
}

impl Version {
    /// Reads what the user wrote: a prompt, a directory of them, or a label.
    pub(super) fn read(written: &str) -> Result<Self, Wrong> {
        let path = Path::new(written);
        let name = written.to_owned();
        if files::is_there(path) {
            let prompts = prompts(path)?;
            return Ok(Self {
                name,
                label: None,
                prompts,
            });
        }
        let is_label = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if written.is_empty() || !written.chars().all(is_label) {
            let hint = "name a prompt, a directory of prompts, or the label of answers, such as `v1`";
            return Err(Wrong::new(path, "is neither there nor a label", hint));
        }
        Ok(Self {
            label: Some(name.clone()),
            name,
            prompts: BTreeMap::new(),
        })
    }

    /// Returns the prompt of a validator, where this version has its own.
    pub(super) fn prompt(&self, validator: &str) -> Option<&Prompt> {
        self.prompts.get(validator)
    }

    /// Returns the label of the answers of a validator; `None`: it has no other prompt here. Who refutes has
    /// none: all that was refuted, under whatever version it was said, stands in one file.
    pub(super) fn label(&self, validator: &str) -> Option<String> {
        if validator == FALSIFIER {
            return None;
        }
        let own = self
            .prompt(validator)
            .map(|prompt| format!("v{}", prompt.version));
        own.or_else(|| self.label.clone())
    }
}

fn prompts(path: &Path) -> Result<BTreeMap<String, Prompt>, Wrong> {
    let paths: Vec<PathBuf> = match path.is_dir() {
        true => files::below(path)?.into_iter().map(|(_, path)| path).collect(),
        false => vec![path.to_owned()],
    };
    let is_prompt = |path: &&PathBuf| path.extension().is_some_and(|end| end == "md");
    let mut prompts = BTreeMap::new();
    for path in paths.iter().filter(is_prompt) {
        let prompt = one(path)?;
        if prompts.insert(prompt.name.clone(), prompt).is_some() {
            let hint = "keep one version of each prompt there";
            return Err(Wrong::new(path, "is a second version of one prompt", hint));
        }
    }
    if prompts.is_empty() {
        let hint = "name a prompt that ends in `.md`, or a directory of such";
        return Err(Wrong::new(path, "holds no prompt", hint));
    }
    Ok(prompts)
}

fn one(path: &Path) -> Result<Prompt, Wrong> {
    let text = files::text(path, LONGEST)?;
    let hint = "`docs/models.md` says what a prompt holds";
    let prompt = Prompt::parse(&text, Origin::Policy);
    let prompt = prompt.map_err(|e: prompt::Error| Wrong::new(path, e.to_string(), hint))?;
    if !validators::is_known(&prompt.name) {
        let what = format!("there is no validator `{}`", prompt.name);
        let hint = config::nearest(&prompt.name, validators::names());
        let hint = hint.unwrap_or_else(|| "give it the name of the validator that it is for".to_owned());
        return Err(Wrong::new(path, what, hint));
    }
    Ok(prompt)
}
