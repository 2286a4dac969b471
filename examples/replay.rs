//! Replays the history of a real repository as a gate meets it, and counts what kept answers save.
//!
//! ```text
//! cargo run --release --example replay -- REPOSITORY [--commits 200] [--moved 10] [--export DIR]
//!     [--files-per-unit 1,3] [--tokens-per-unit 8000]
//! ```
//!
//! No model is asked. For each review the view is built as it is for a gate, and each unit is looked up for
//! each validator by the key under which an answer is kept. What a question costs is estimated with the same
//! estimate for everything.
//!
//! The branches are those that were merged, commit by commit, onto what they were merged into. Where a history
//! has few merges, runs of one to six commits stand for branches, begun on an older state of the same history.
//! A branch is met like this:
//!
//! 1. each commit is reviewed before it is made (`commit`), and after it the branch so far (`branch`);
//! 2. every third commit is made with one added line missing at first, and is then amended (`amend`: the commit
//!    again, and the branch so far again);
//! 3. the branch is pushed (`push`);
//! 4. it is rebased onto what upstream became meanwhile (`--moved` commits of its first parents later). Git runs
//!    the hook that follows a commit for each commit that it puts onto another one: the branch so far is reviewed
//!    after each (`rebase`);
//! 5. it is pushed again (`push`). What cannot be rebased without a conflict is left where it is.
//!
//! Everything is written into a scratch repository that borrows the objects of the real one, which is not
//! touched. `--export` keeps that, with what was asked, for `examples/replay_pr_agent.py`.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it prints what it measured, and makes histories with git"
)]

#[path = "replay/gate.rs"]
mod gate;
#[path = "replay/history.rs"]
mod history;
#[path = "replay/table.rs"]
mod table;
#[path = "replay/why.rs"]
mod why;

use gate::{Gate, Setting};
use history::Play;
use std::error::Error;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is asked for.
struct Given {
    repository: PathBuf,
    commits: usize,
    moved: usize,
    export: Option<PathBuf>,
    files: Vec<u32>,
    tokens: Vec<u64>,
}

fn main() -> Outcome<()> {
    let given = given()?;
    let scratch = tempfile::tempdir()?;
    let place = given.export.as_deref().unwrap_or(scratch.path());
    let play = Play::of(
        &given.repository,
        &place.join("scratch.git"),
        given.commits,
        given.moved,
    )?;
    println!("{}", play.summary());
    let gate = Gate::open(&play.repository)?;
    for tokens_per_unit in &given.tokens {
        for files_per_unit in &given.files {
            let setting = Setting {
                files_per_unit: *files_per_unit,
                tokens_per_unit: *tokens_per_unit,
            };
            let met = gate.meet(&play.reviews, &setting)?;
            println!("{}", table::of(&setting, &met));
            if let Some(dir) = &given.export {
                table::export(dir, &play.reviews, &met)?;
            }
        }
    }
    Ok(())
}

fn given() -> Outcome<Given> {
    let mut words = std::env::args().skip(1);
    let mut given = Given {
        repository: words.next().map(PathBuf::from).ok_or("expected a repository")?,
        commits: 200,
        moved: 10,
        export: None,
        files: vec![1],
        tokens: vec![8_000],
    };
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
        match word.as_str() {
            "--commits" => given.commits = value.parse()?,
            "--moved" => given.moved = value.parse()?,
            "--export" => given.export = Some(absolute(&value)?),
            "--files-per-unit" => given.files = numbers(&value)?,
            "--tokens-per-unit" => given.tokens = numbers(&value)?,
            _ => return Err(format!("there is no option `{word}`").into()),
        }
    }
    Ok(given)
}

fn absolute(path: &str) -> Outcome<PathBuf> {
    std::fs::create_dir_all(path)?;
    Ok(Path::new(path).canonicalize()?)
}

fn numbers<T: std::str::FromStr>(list: &str) -> Result<Vec<T>, T::Err> {
    list.split(',').map(str::parse).collect()
}
