//! Stands between a change and the history: reads exactly what git is about to record, runs checks
//! on it, and lets a policy decide.
//!
//! # The flow
//!
//! ```text
//! git::changes(source)                 -> ChangeSet   bound to a tree id
//! engine::run(checks, &change)         -> CheckRun    completed | skipped | failed | timed out
//! policy::decide(&policy, stage, runs) -> Verdict     pass | warn | block | inconclusive
//! report::render(format, &report)      -> bytes       one file per format
//! ```
//!
//! The same lines serve a hook, `pantheon review`, `pantheon ci` and the work of creators: session in a scratch
//! worktree -> harvest -> the same lines -> a proposal.
//!
//! # The house
//!
//! Imports run down only; `tests/it/architecture.rs` holds the table.
//!
//! | floor | room | charter |
//! |---|---|---|
//! | 9 | `cli` | one file per subcommand; terminal; hints; exit codes |
//! | 7 | `app` | use-cases, and `wire`: the only room that turns settings into options |
//! | 5 | `engine` | selects and runs checks, suppressions, snippets |
//! | 4 | `validators` | checks that ask a model: what it is shown, and what is believed of its answer |
//! | 4 | `agent` | creators: agent programs in a jail, with a gateway as their only address |
//! | 3 | `rules` | offline checks, one file each; pattern rules are data in `policies/` |
//! | 3 | `command` | external linters and tests: runs them, and reads what they write |
//! | 3 | `llm` | models: one codec a contract, one transport, routes, budgets |
//! | 3 | `forge` | says on a forge what was judged: one codec each, one plan, one client |
//! | 2 | `sandbox` | takes rights away from a process, deny by default; one folder for each system |
//! | 2 | `store` | local state for many processes: SQLite, opened only when needed |
//! | 2 | `report` | one output format per file, pure |
//! | 2 | `policy` | `decide`, pure; gates, waivers, baseline |
//! | 2 | `git` | gix: repository to change set, hook files; the one `git` subprocess |
//! | 2 | `config` | finds, layers and strictly parses TOML, with spans and hints |
//! | 2 | `check` | the contract of a check: metadata, views, finding builder |
//! | 1 | `model` | the words of the field as plain data |
//! | 1 | `sys` | the only door to the operating system |
//!
//! # What always holds
//!
//! 1. What is judged is what is recorded: the index that git names, never the working tree.
//! 2. The user's working tree, index, refs and stash never change, but for the working tree when a person applies a
//!    proposal or takes it back.
//! 3. Not run is not passed: what failed, timed out or was cut short makes a verdict inconclusive.
//! 4. A gate never hangs: each has a deadline.
//! 5. The change cannot weaken its own judge: the policy comes from the base of the change.
//! 6. Nothing secret is printed or sent: what the secret rules find is redacted in every output and every prompt.
//! 7. The same content gets the same verdict: answers of models are kept by all that they depend on.
//! 8. Every finding stands on a line of the change, on a path of it, or on its message; of commands alone a policy
//!    may ask for more.
//! 9. A validator writes nothing: the process that reads a model's answer opens no file, starts no program and
//!    reaches nothing but its endpoint. No model approves, lowers or clears anything.
//! 10. A creator cannot leave its scratch worktree: the operating system holds it, the user's `.git` included, and what
//!     it leaves is judged by the same gate before anybody is offered it.

pub mod agent;
pub mod app;
pub mod check;
pub mod cli;
pub mod command;
pub mod config;
pub mod engine;
pub mod forge;
pub mod git;
pub mod llm;
pub mod model;
pub mod policy;
pub mod report;
pub mod rules;
pub mod sandbox;
pub mod store;
pub mod sys;
pub mod validators;
