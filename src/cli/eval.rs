//! `pantheon eval`: how often validators are right, over cases with known answers.

mod compared;
mod human;
mod json;
mod table;

use super::{Context, Exit, Failure};
use crate::app::eval::{self, Evaluation, Options, Tally};
use crate::config::Settings;
use crate::report::visible;
use clap::ValueEnum;
use std::path::PathBuf;

/// Arguments of `pantheon eval`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Cases, or directories of cases; `fixtures/eval` if none is named
    cases: Vec<PathBuf>,
    /// Ask this validator only; may be given many times
    #[arg(long, value_name = "NAME")]
    validator: Vec<String>,
    /// Compare a version of prompts, by its prompt, a directory of prompts, or the label of its answers ...
    #[arg(long, value_name = "VERSION", requires = "with", conflicts_with_all = ["live", "record"])]
    compare: Option<String>,
    /// ... with this one, over the answers that were recorded under both
    #[arg(long, value_name = "VERSION", requires = "compare")]
    with: Option<String>,
    /// Fail if an answer is missing, or was given to another prompt or to something else that was shown
    #[arg(long)]
    strict: bool,
    /// Ask the models of the policy, which costs money, instead of replaying what was recorded
    #[arg(long)]
    live: bool,
    /// Ask them, and keep the answers in the cases
    #[arg(long)]
    record: bool,
    /// Exit with 1 if the precision of what is left is less, from 0 to 1; what no case labels counts as wrong
    #[arg(long, value_name = "PART", value_parser = part)]
    min_precision: Option<f64>,
    /// Exit with 1 if the recall of what is left is less, from 0 to 1
    #[arg(long, value_name = "PART", value_parser = part)]
    min_recall: Option<f64>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables
    Human,
    /// A JSON object
    Json,
}

fn part(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|n| (0.0..=1.0).contains(n));
    number.ok_or_else(|| "it is a number from 0 to 1".to_owned())
}

/// Runs the command.
///
/// # Errors
/// When a case, an answer or a prompt cannot be used, or no model can be asked.
pub fn run(
    args: &Args,
    cx: &Context,
    settings: impl FnOnce() -> Result<Settings, Failure>,
) -> Result<Exit, Failure> {
    let options = options(args, cx);
    let versions = args.compare.as_deref().zip(args.with.as_deref());
    let Some((one, other)) = versions else {
        let evaluation = match args.live || args.record {
            true => eval::ask(&options, &settings()?)?,
            false => eval::replay(&options)?,
        };
        note(cx, &evaluation);
        cx.out(&match args.format {
            Format::Human => human::write(&evaluation, cx.verbose),
            Format::Json => json::write(&evaluation),
        });
        return Ok(exit(args, cx, &evaluation));
    };
    let comparison = eval::compare(&options, [one, other])?;
    comparison.sides.iter().for_each(|side| note(cx, side));
    cx.out(&match args.format {
        Format::Human => compared::write(&comparison),
        Format::Json => json::write_compared(&comparison),
    });
    Ok(exit(args, cx, &comparison.sides[1]))
}

fn options(args: &Args, cx: &Context) -> Options {
    let place = |path: &PathBuf| match cx.dir.as_os_str() == "." {
        true => path.clone(),
        false => cx.dir.join(path),
    };
    let cases = match args.cases.is_empty() {
        true => vec![PathBuf::from(eval::CASES)],
        false => args.cases.clone(),
    };
    Options {
        cases: cases.iter().map(place).collect(),
        validators: args.validator.clone(),
        strict: args.strict,
        record: args.record,
    }
}

fn note(cx: &Context, evaluation: &Evaluation) {
    for note in &evaluation.notes {
        cx.err(&format!("note: {}\n", visible(note)));
    }
    for path in &evaluation.written {
        cx.err(&format!("wrote `{}`\n", visible(&path.to_string_lossy())));
    }
}

/// Holds what is left against what it must at least be.
fn exit(args: &Args, cx: &Context, evaluation: &Evaluation) -> Exit {
    let tally: &Tally = &evaluation.figures.all.candidates;
    let mut code = 0;
    for (name, least, is) in [
        ("precision", args.min_precision, tally.precision()),
        ("recall", args.min_recall, tally.recall()),
    ] {
        let Some(least) = least else { continue };
        // What is not defined is not enough.
        if is.is_none_or(|is| is < least) {
            let is = table::part(is);
            cx.err(&format!("the {name} is {is}, less than {least}\n"));
            code = 1;
        }
    }
    code
}
