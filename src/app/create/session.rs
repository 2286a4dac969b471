//! One session: puts together the order, the jail and whoever answers, and runs it.

use super::Wrong;
use super::given;
use super::mind::{Thinking, Whose};
use super::program;
use super::stream::Stream;
use super::terms::Terms;
use super::upstream;
use crate::agent::cell::Cell;
use crate::agent::gateway::{Bounds, Gateway, Hide, Rules};
use crate::agent::meter::Purse;
use crate::agent::order::{Limits, Order, Session};
use crate::agent::runtime::{Program, Row};
use crate::agent::session::{self, Brain, Serve};
use crate::app::models::{self, Book, Now, prompts};
use crate::app::validate::Secrets;
use crate::app::{Error, load, state, wire};
use crate::git::Repository;
use crate::git::scratch::Scratch;
use crate::llm::transport::Cancel;
use crate::model::HostRule;
use crate::store::audit;
use crate::store::{Store, audit::Log};
use crate::sys::clock::{self, Deadline};
use crate::sys::dirs;
use crate::sys::signal::Interrupt;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The prompt that the built-in agent is told to be.
const PROMPT: &str = "creator";
/// What stands for a secret in what a model is shown.
const HIDDEN: &str = "[secret left out: replace its line by number]";
/// How long the store may take to open.
const OPEN: Duration = Duration::from_secs(5);
/// How long after the end of the work what it cost may still be written down.
const CLOSE: Duration = Duration::from_secs(60);

/// Everything that the sessions of one attempt share.
pub struct Bench<'a> {
    pub repo: &'a Repository,
    pub scratch: &'a Scratch,
    pub terms: &'a Terms,
    pub run: &'a str,
    pub stream: &'a Stream<'a>,
    pub interrupt: &'a Interrupt,
    book: Book,
    store: Option<Store>,
    secrets: Arc<Secrets>,
    port: u16,
    placeholder: String,
}

impl<'a> Bench<'a> {
    /// Gets everything ready.
    ///
    /// # Errors
    /// When what the policy says about models cannot be used.
    pub fn new(
        (repo, scratch, terms): (&'a Repository, &'a Scratch, &'a Terms),
        run: &'a str,
        stream: &'a Stream<'a>,
        interrupt: &'a Interrupt,
    ) -> Result<Self, Error> {
        let now = Now::of(&terms.settings);
        let book = match terms.row()? {
            None => models::book(&terms.settings, &now)?,
            Some(_) => models::whole_book(&terms.settings, &now)?,
        };
        let own: Vec<_> = terms.settings.patterns.iter().map(wire::own_pattern).collect();
        Ok(Self {
            repo,
            scratch,
            terms,
            run,
            stream,
            interrupt,
            book,
            store: store(terms),
            secrets: Arc::new(Secrets::new(&own)),
            port: port(),
            placeholder: format!("pantheon{:016x}{:016x}", random(), random()),
        })
    }

    /// Returns the variables that the configuration names and that the agent is not given.
    pub fn refused(&self) -> Vec<String> {
        let keys = given::keys(&self.terms.settings, &self.book);
        given::refused(&self.terms.creator, &keys)
    }

    /// Runs a session, or goes on with one.
    ///
    /// # Errors
    /// When it cannot be told what to run.
    pub fn session(&self, prompt: String, resume: Option<String>) -> Result<Session, Error> {
        let order = self.order(prompt, resume);
        match self.terms.row()? {
            None => self.builtin(&order),
            Some(row) => self.program(row, order),
        }
    }

    fn order(&self, prompt: String, resume: Option<String>) -> Order {
        Order {
            run: self.run.to_owned(),
            agent: self.terms.agent.clone(),
            prompt,
            resume,
            model: String::new(),
            gateway: format!("http://127.0.0.1:{}", self.port),
            placeholder: self.placeholder.clone(),
            tree: self.scratch.tree(),
            home: self.scratch.home(),
            tmp: self.scratch.tmp(),
            limits: Limits {
                time: self.terms.deadline.left(),
                turns: self.terms.turns,
                dollars: None,
            },
        }
    }

    fn builtin(&self, order: &Order) -> Result<Session, Error> {
        let read = |path: &str| load::beside(self.repo, self.terms.tree, path);
        let prompt = prompts::of(PROMPT, &self.terms.settings, self.run, &read)?.prompt;
        let system = prompt
            .render(&[])
            .map_err(|e| Error::Policy(PROMPT.to_owned(), e.to_string()))?;
        let whose = Whose {
            run: self.run,
            agent: &self.terms.agent,
            stage: self.terms.stage.name(),
            repository: self.repo.common_dir().display().to_string(),
            prompt: prompt.digest.clone(),
        };
        let mind = Thinking::new(
            &self.book,
            self.store.as_ref(),
            whose,
            &self.terms.deadline,
            self.interrupt,
        );
        let hide = |text: &str| self.hide(text);
        let brain = Brain {
            system: &system,
            tools: &self.terms.tools,
            mind: &mind,
            hide: &hide,
        };
        let tell = |told: crate::agent::builtin::Told<'_>| self.stream.told(told);
        let gateway = (!self.hosts().is_empty()).then_some(self.port);
        let serve = |listener: TcpListener| self.gateway(listener, Vec::new());
        Ok(session::builtin(
            order,
            &self.cell(gateway),
            &brain,
            (&serve, self.interrupt),
            &tell,
        ))
    }

    fn program(&self, row: &'static Row, mut order: Order) -> Result<Session, Error> {
        let found = self.find(row)?;
        let wants = upstream::Wants {
            row,
            model: self.terms.model.as_deref(),
            agent: &self.terms.agent,
        };
        let chosen = upstream::of(&self.book, &wants)?;
        order.model.clone_from(&chosen.model);
        let upstreams = Mutex::new(Some(chosen.upstreams));
        let serve = |listener: TcpListener| {
            let taken = upstreams.lock().ok().and_then(|mut held| held.take());
            self.gateway(listener, taken.unwrap_or_default())
        };
        let serve: Serve<'_> = &serve;
        let tell = |heard: &crate::agent::runtime::Heard| self.stream.heard(heard);
        let cell = self.cell(Some(self.port));
        Ok(session::program(
            &order,
            (row, &found),
            &cell,
            serve,
            self.interrupt,
            &tell,
        ))
    }

    fn find(&self, row: &Row) -> Result<Program, Error> {
        let creator = &self.terms.creator;
        let (name, args) = match creator.command.split_first() {
            Some((name, args)) => (name.clone(), args.to_vec()),
            None => {
                let name = creator.program.clone().unwrap_or_else(|| row.program.to_owned());
                (name, creator.args.clone())
            }
        };
        if name.is_empty() {
            return Err(Wrong::new(
                format!("the runtime `{}` does not know which program to run", row.name),
                format!("name it: `agents.{}.command = [\"...\"]`", self.terms.agent),
            )
            .into());
        }
        program::find(&name, args).map_err(Error::from)
    }

    fn hosts(&self) -> Vec<HostRule> {
        let hosts = self.terms.creator.hosts.iter();
        hosts.filter_map(|host| HostRule::parse(host).ok()).collect()
    }

    /// The jail: the user's home and working tree are not to be seen in it, but for the objects of git.
    fn cell(&self, gateway: Option<u16>) -> Cell {
        let readable = self.scratch.readable().unwrap_or_default();
        let mut hidden: Vec<PathBuf> = dirs::home().into_iter().collect();
        hidden.extend(self.repo.root().ok().map(Path::to_owned));
        hidden.extend(self.scratch.path().parent().map(Path::to_owned));
        hidden.retain(|dir| dir.is_absolute());
        Cell {
            readable,
            hidden,
            limits: self.terms.limits,
            least: self.terms.least,
            gateway,
            environment: self.environment(gateway),
        }
    }

    fn environment(&self, gateway: Option<u16>) -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
        let creator = &self.terms.creator;
        let mut all = given::variables(creator, &given::keys(&self.terms.settings, &self.book));
        if let (Some(port), false) = (gateway, creator.hosts.is_empty()) {
            let proxy = format!("http://pantheon:{}@127.0.0.1:{port}", self.placeholder);
            for name in ["HTTPS_PROXY", "https_proxy"] {
                all.push((name.into(), proxy.clone().into()));
            }
        }
        all
    }

    fn gateway(
        &self,
        listener: TcpListener,
        upstreams: Vec<crate::agent::gateway::Upstream>,
    ) -> std::io::Result<Gateway> {
        let rules = Rules {
            run: self.run.to_owned(),
            agent: self.terms.agent.clone(),
            placeholder: self.placeholder.clone(),
            upstreams,
            hosts: self.hosts(),
            hide: self.hiding(),
            bounds: Bounds::default(),
        };
        let whose = [self.run, &self.terms.agent, self.terms.stage.name()];
        let store = store(self.terms);
        let purse = Purse::new(store, self.book.prices.clone(), self.book.budget, whose);
        let log = Mutex::new(self.audit());
        let write = move |entry: audit::Entry| {
            if let Ok(mut log) = log.lock()
                && let Some(log) = log.as_mut()
            {
                // What cannot be written down is not kept from happening.
                drop(log.append(&entry));
            }
        };
        let cancel = Cancel::with(self.interrupt.clone());
        Gateway::open(listener, rules, Box::new(purse), Box::new(write), &cancel)
    }

    fn audit(&self) -> Option<Log> {
        let runs = self.scratch.path().parent()?;
        Log::open(&runs.parent()?.join(audit::FILE)).ok()
    }

    /// Takes secrets out of what a model is shown.
    fn hide(&self, text: &str) -> String {
        self.secrets
            .without(text, HIDDEN)
            .unwrap_or_else(|| text.to_owned())
    }

    /// The same, for the gateway.
    fn hiding(&self) -> Hide {
        let secrets = self.secrets.clone();
        Hide::by(move |text: &str| secrets.without(text, HIDDEN))
    }
}

/// Opens the store for as long as the work may take: it gives up waiting for others at once when its time is over.
fn store(terms: &Terms) -> Option<Store> {
    let mut store = state::open(Deadline::after(OPEN)).ok()?;
    store.renew(Deadline::after(terms.deadline.left() + CLOSE));
    Some(store)
}

fn random() -> u64 {
    RandomState::new().hash_one(clock::now())
}

/// A port that others are not likely to use.
fn port() -> u16 {
    20_000 + u16::try_from(random() % 30_000).unwrap_or_default()
}
