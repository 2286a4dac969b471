//! `docs/cli.md`, the reference of the command line.

use crate::generated;
use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use pantheon::cli::Cli;
use std::fmt::Write;

const HEAD: &str = "\
# Command line

Every subcommand with its options; `--help` prints the same. This page is made from the program.

Exit codes: 0 passed (warnings allowed), 1 blocked, 2 wrong use or configuration, 3 inconclusive under a gate
that closes, 70 a defect of the program, 130 interrupted.
";

#[test]
fn the_reference_is_that_of_the_program() {
    let mut root = Cli::command();
    root.build();
    let mut page = HEAD.to_owned();
    write_command(&mut page, &mut root);
    generated::holds("docs/cli.md", &page);
}

fn write_command(page: &mut String, command: &mut Command) {
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let usage = plain(&command.render_usage()).replace("Usage: ", "");
    write!(page, "\n## `{name}`\n").unwrap();
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        write!(page, "\n{}.\n", plain(about).trim_end_matches('.')).unwrap();
    }
    write!(page, "\n```console\n$ {}\n```\n", usage.trim()).unwrap();
    let is_root = name == "pantheon";
    let shown = |arg: &&Arg| !arg.is_hide_set() && !is_own(arg) && (is_root || !arg.is_global_set());
    let args: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    if !args.is_empty() {
        page.push_str("\n| argument | meaning |\n|---|---|\n");
        args.into_iter().for_each(|arg| write_arg(page, arg));
    }
    for inner in command.get_subcommands_mut() {
        if !inner.is_hide_set() && inner.get_name() != "help" {
            write_command(page, inner);
        }
    }
}

/// Whether every program has it.
fn is_own(arg: &Arg) -> bool {
    ["help", "version"].contains(&arg.get_id().as_str())
}

fn write_arg(page: &mut String, arg: &Arg) {
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(plain);
    let mut meaning = help.unwrap_or_default().trim_end_matches('.').to_owned();
    let values = arg.get_possible_values();
    if !values.is_empty() && arg.get_action().takes_values() {
        let names: Vec<String> = values.iter().map(|v| format!("`{}`", v.get_name())).collect();
        write!(meaning, "; one of {}", names.join(", ")).unwrap();
    }
    if let [default] = arg.get_default_values()
        && arg.get_action().takes_values()
    {
        write!(meaning, "; `{}` unless given", default.to_string_lossy()).unwrap();
    }
    let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
    writeln!(page, "| `{}` | {} |", plain_arg(arg), meaning.replace('|', "\\|")).unwrap();
}

/// The spelling of an argument: `-C, --directory <DIR>`.
fn plain_arg(arg: &Arg) -> String {
    let spelled = arg.to_string();
    match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(_)) => format!("-{short}, {spelled}"),
        _ => spelled,
    }
}

fn plain(text: &StyledStr) -> String {
    text.to_string()
}
