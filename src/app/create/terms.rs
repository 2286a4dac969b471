//! Which agent works, within which limits, and by which policy its work is judged.

use super::subject::Subject;
use super::{Request, Wrong};
use crate::agent::runtime;
use crate::app::load::{self, From};
use crate::app::models::Now;
use crate::app::{Error, runs, wire};
use crate::config::{self, AgentSettings, CreatorSettings, Role, Settings};
use crate::git::Repository;
use crate::git::scratch::Plan;
use crate::model::{Oid, Stage};
use crate::sandbox::{Level, jail};
use crate::sys::clock::Deadline;

/// The agent that needs no configuration.
pub const BUILTIN: &str = "builtin";

/// Who works, and within which limits.
#[derive(Debug)]
pub struct Terms {
    /// The policy.
    pub settings: Settings,
    /// The tree that the policy came from, which holds its prompts.
    pub tree: Option<Oid>,
    /// The tree that policies are looked for in.
    pub base: Option<Oid>,
    /// The agent, by its name.
    pub agent: String,
    /// What the configuration says of it.
    pub creator: CreatorSettings,
    /// The model that it names.
    pub model: Option<String>,
    /// The tools that it may call; empty: all.
    pub tools: Vec<String>,
    /// The stage whose gate judges.
    pub stage: Stage,
    /// The most rounds.
    pub rounds: u32,
    /// The most turns of a session.
    pub turns: u32,
    /// When all of it must be done.
    pub deadline: Deadline,
    /// The level below which nothing is run.
    pub least: Level,
    /// How much a session may take.
    pub limits: jail::Limits,
    /// How scratch worktrees are laid out.
    pub plan: Plan,
    /// Whether the user trusts what the repository says about programs and providers.
    pub trusted: bool,
    /// Assignments of the user.
    pub set: Vec<String>,
}

impl Terms {
    /// Finds them.
    ///
    /// # Errors
    /// When the policy cannot be used, or names no agent that can work here.
    pub fn of(repo: &Repository, subject: &Subject, request: &Request) -> Result<Self, Error> {
        let base = subject.from.map(|commit| repo.tree_of(commit)).transpose()?;
        let from = From {
            base,
            head: None,
            file: None,
            set: &request.set,
        };
        let loaded = load::load(repo, &from)?;
        wire::check_patterns(&loaded.settings)?;
        let settings = loaded.settings;
        let create = settings.create.clone();
        if request.agents > create.max_agents {
            return Err(Wrong::new(
                format!(
                    "{} agents are asked for, and {} may work at once",
                    request.agents, create.max_agents
                ),
                "ask for fewer, or set `create.max-agents`",
            )
            .into());
        }
        let (agent, found) = agent(&settings, request)?;
        let trusted = Now::of(&settings).trusted;
        if found.as_ref().is_some_and(|agent| agent.creator.to_trust) && !trusted {
            return Err(Wrong::new(
                format!("the repository says which program `{agent}` runs or what it may reach, and nobody has trusted that"),
                "`pantheon trust` shows it and asks",
            )
            .into());
        }
        let stage = stage(&settings, subject, request)?;
        Ok(Self {
            tree: loaded.tree,
            base,
            creator: found.as_ref().map_or_else(builtin, |agent| agent.creator.clone()),
            model: found.as_ref().and_then(|agent| agent.model.clone()),
            tools: found.map(|agent| agent.tools).unwrap_or_default(),
            agent,
            stage,
            rounds: request.rounds.unwrap_or(create.rounds).max(1),
            turns: create.turns,
            deadline: Deadline::after(create.deadline),
            least: if create.sandbox == "strict" {
                Level::Strict
            } else {
                Level::Base
            },
            limits: jail::Limits {
                time: create.deadline,
                processes: create.processes,
                memory_bytes: create.memory,
                ..jail::Limits::default()
            },
            plan: runs::plan(&settings),
            trusted,
            set: request.set.clone(),
            settings,
        })
    }

    /// Returns the program that the agent runs on; `None`: the built-in loop.
    ///
    /// # Errors
    /// When it is not known.
    pub fn row(&self) -> Result<Option<&'static runtime::Row>, Error> {
        if self.creator.runtime == BUILTIN {
            return Ok(None);
        }
        let known = runtime::ALL.iter().find(|row| row.name == self.creator.runtime);
        known.map(Some).ok_or_else(|| {
            Wrong::new(
                format!("there is no runtime `{}`", self.creator.runtime),
                "`pantheon config schema` lists the runtimes",
            )
            .into()
        })
    }
}

fn builtin() -> CreatorSettings {
    CreatorSettings {
        runtime: BUILTIN.to_owned(),
        ..CreatorSettings::default()
    }
}

/// Finds the agent: the one that the user names, the one that the configuration does, or the built-in one.
fn agent(settings: &Settings, request: &Request) -> Result<(String, Option<AgentSettings>), Error> {
    let named = request.agent.as_ref().or(settings.create.agent.as_ref());
    let Some(name) = named else {
        return Ok((BUILTIN.to_owned(), None));
    };
    let agents = &settings.models.agents;
    match agents.get(name) {
        Some(agent) if agent.role == Role::Creator => Ok((name.clone(), Some(agent.clone()))),
        Some(_) => Err(Wrong::new(
            format!("the agent `{name}` is a validator, and those never write"),
            "name one with `role = \"creator\"`",
        )
        .into()),
        None if name == BUILTIN => Ok((name.clone(), None)),
        // A runtime by its own name needs nothing else.
        None if runtime::ALL
            .iter()
            .any(|row| row.name == name && !row.program.is_empty()) =>
        {
            let creator = CreatorSettings {
                runtime: name.clone(),
                ..CreatorSettings::default()
            };
            Ok((
                name.clone(),
                Some(AgentSettings {
                    role: Role::Creator,
                    model: None,
                    tools: Vec::new(),
                    creator,
                    origin: config::Origin::of("the command line"),
                }),
            ))
        }
        None => {
            let creators = agents.iter().filter(|(_, agent)| agent.role == Role::Creator);
            let hint = config::nearest(name, creators.map(|(name, _)| name.as_str()));
            let hint = hint.unwrap_or_else(|| {
                "write `[agents.<name>]` with `role = \"creator\"`, or name a runtime such as `claude`"
                    .to_owned()
            });
            Err(Wrong::new(
                format!("there is no agent `{}`", crate::model::visible(name)),
                hint,
            )
            .into())
        }
    }
}

fn stage(settings: &Settings, subject: &Subject, request: &Request) -> Result<Stage, Error> {
    let configured = Stage::from_name(&settings.create.stage).unwrap_or(Stage::PreCommit);
    let stage = request.stage.or(subject.stage).unwrap_or(configured);
    match stage {
        Stage::CommitMsg => Err(Wrong::new(
            "the gate `commit-msg` judges messages, and no change of files",
            "name another stage, such as `pre-commit`",
        )
        .into()),
        stage => Ok(stage),
    }
}
