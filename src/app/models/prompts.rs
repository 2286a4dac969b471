//! The prompts that count: the shipped ones, or those that the policy puts in their place.

use super::Error;
use crate::config::{self, Problem, PromptSettings, Settings};
use crate::llm::prompt::{self, Arm, Chosen, Experiment, Prompt, SHIPPED};

/// Reads a file that belongs to the policy, by its path from the root; `None`: it is not there.
pub type Read<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// A prompt for one change.
#[derive(Debug, Clone)]
pub struct For {
    /// The prompt.
    pub prompt: Prompt,
    /// Which arm the change went to, where two prompts are compared.
    pub arm: Option<Chosen>,
}

/// Insists that every prompt of the configuration stands for a shipped one, and can be used.
///
/// # Errors
/// With the first that does not, or cannot.
pub fn check(settings: &Settings, read: &Read<'_>) -> Result<(), Error> {
    let shipped = || SHIPPED.iter().map(|(name, _)| *name);
    let prompts = settings.models.prompts.iter();
    let mut unknown = prompts.filter(|(name, _)| !shipped().any(|known| known == *name));
    let Some((name, own)) = unknown.next() else {
        let mut names = settings.models.prompts.keys();
        return names.try_for_each(|name| of(name, settings, "", read).map(drop));
    };
    let problem = Problem::at(&own.origin, format!("there is no prompt `{name}` to replace"));
    let names: Vec<String> = shipped().map(|name| format!("`{name}`")).collect();
    let hint = config::nearest(name, shipped());
    let hint = hint.unwrap_or_else(|| format!("the shipped prompts are {}", names.join(", ")));
    Err(problem.hint(hint).into())
}

/// Returns the prompt of a name for a change, by the change's digest. `read` reads from the revision that the
/// policy came from: a change cannot replace the prompt that it is reviewed with.
///
/// # Errors
/// When a prompt of the policy is missing or made for another place.
pub fn of(name: &str, settings: &Settings, change: &str, read: &Read<'_>) -> Result<For, Error> {
    let shipped = prompt::shipped(name);
    let shipped =
        shipped.ok_or_else(|| Error::Policy(name.to_owned(), "there is no such prompt".to_owned()))?;
    let Some(own) = settings.models.prompts.get(name) else {
        return Ok(For {
            prompt: shipped,
            arm: None,
        });
    };
    let first = match &own.file {
        Some(path) => replaced(&shipped, path, own, read)?,
        None => shipped.clone(),
    };
    let Some(path) = &own.variant_file else {
        return Ok(For {
            prompt: first,
            arm: None,
        });
    };
    let second = replaced(&shipped, path, own, read)?;
    let arm = experiment(name, own.variant_share).arm(change);
    let is_second = arm.as_ref().is_some_and(|arm| arm.arm == VARIANT);
    Ok(For {
        prompt: if is_second { second } else { first },
        arm,
    })
}

const USUAL: &str = "file";
const VARIANT: &str = "variant-file";

/// Shares in ten thousandths.
fn experiment(name: &str, share: f64) -> Experiment {
    let variant = (share.clamp(0.0, 1.0) * 10_000.0).round() as u32;
    let arm = |name: &str, weight| Arm {
        name: name.to_owned(),
        weight,
    };
    Experiment {
        name: format!("prompts.{name}"),
        arms: vec![arm(USUAL, 10_000 - variant), arm(VARIANT, variant)],
    }
}

fn replaced(shipped: &Prompt, path: &str, own: &PromptSettings, read: &Read<'_>) -> Result<Prompt, Error> {
    let wrong = |why: String| Error::from(Problem::at(&own.origin, format!("`{path}`: {why}")));
    let bytes = read(path).map_err(&wrong)?;
    let bytes = bytes.ok_or_else(|| wrong("the prompt is not there".to_owned()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("the prompt is not UTF-8".to_owned()))?;
    shipped.replaced_by(&text).map_err(|e| wrong(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{File, Request};

    fn settings(text: &str) -> Settings {
        let text = format!("version = 1\n{text}");
        let request = Request {
            file: Some(File {
                name: config::FILE,
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

    const OWN: &str = "+++\nname = \"reviewer\"\nversion = 7\nplaceholders = []\n+++\nLook.\n";
    const VARIANT: &str = "+++\nname = \"reviewer\"\nversion = 8\nplaceholders = []\n+++\nSee.\n";

    fn files(path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(match path {
            "a.md" => Some(OWN.as_bytes().to_vec()),
            "b.md" => Some(VARIANT.as_bytes().to_vec()),
            "other.md" => Some(OWN.replace("reviewer", "other").into_bytes()),
            _ => None,
        })
    }

    #[test]
    fn the_policy_puts_its_own_prompt_in_the_place_of_the_shipped_one() {
        let shipped = of("reviewer", &settings(""), "x", &files).unwrap();
        assert_eq!((shipped.prompt.version, shipped.arm), (2, None));
        let own = of(
            "reviewer",
            &settings("[prompts.reviewer]\nfile = \"a.md\"\n"),
            "x",
            &files,
        )
        .unwrap();
        assert_eq!(own.prompt.version, 7);
        assert_ne!(own.prompt.digest, shipped.prompt.digest);
    }

    #[test]
    fn changes_are_split_by_their_content_alone() {
        let text = "[prompts.reviewer]\nfile = \"a.md\"\nvariant-file = \"b.md\"\nvariant-share = 0.25\n";
        let settings = settings(text);
        let version = |n: u32| {
            let chosen = of("reviewer", &settings, &n.to_string(), &files).unwrap();
            let again = of("reviewer", &settings, &n.to_string(), &files).unwrap();
            assert_eq!(
                (chosen.prompt.version, &chosen.arm),
                (again.prompt.version, &again.arm)
            );
            assert_eq!(
                chosen.arm.unwrap().arm == super::VARIANT,
                chosen.prompt.version == 8
            );
            chosen.prompt.version
        };
        let second = (0..400).filter(|n| version(*n) == 8).count();
        assert!((70..130).contains(&second), "{second} of 400");
    }

    #[test]
    fn what_cannot_stand_there_is_told_with_its_place() {
        for (text, told) in [
            (
                "[prompts.reviewr]\nfile = \"a.md\"\n",
                "there is no prompt `reviewr` to replace; did you mean `reviewer`?",
            ),
            (
                "[prompts.reviewer]\nfile = \"none.md\"\n",
                "`none.md`: the prompt is not there",
            ),
            (
                "[prompts.reviewer]\nfile = \"other.md\"\n",
                "cannot stand for `reviewer`",
            ),
        ] {
            let settings = settings(text);
            let error = check(&settings, &files).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
