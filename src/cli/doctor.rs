//! `pantheon doctor`: whether everything is there that this program needs.

mod battery;

use super::{Context, Exit, Failure};
use crate::app::doctor::{self, Health, Sign};
use crate::report::visible;
use serde_json::json;
use std::fmt::Write;

/// Say what is there and what is missing: git, hooks, policy, sandbox, keys, state; exit code 1 if something
/// that is configured cannot work. Nothing is sent.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form of the report
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = ["human", "json"])]
    format: String,
    /// Try to get out of the sandbox of agents instead: 61 attempts against victims that are set up for it; exit
    /// code 1 if one was possible that this level must deny
    #[arg(long)]
    battery: bool,
}

/// Runs the command.
///
/// # Errors
/// When the battery cannot be set up.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    if args.battery {
        return battery::run(&args.format, cx);
    }
    let signs = doctor::examine(&cx.dir, &cx.set);
    let is_well = signs.iter().all(|sign| sign.health != Health::Broken);
    cx.out(&match args.format.as_str() {
        "json" => format!("{:#}\n", json!({ "well": is_well, "signs": signs })),
        _ => human(&signs),
    });
    Ok(u8::from(!is_well))
}

fn human(signs: &[Sign]) -> String {
    let mut out = String::new();
    for sign in signs {
        let broken = if sign.health == Health::Broken {
            "broken: "
        } else {
            ""
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:<11} {broken}{}", sign.name, visible(&sign.text));
        if let Some(hint) = &sign.hint {
            let _ = writeln!(out, "{:<11} hint: {}", "", visible(hint));
        }
    }
    out
}
