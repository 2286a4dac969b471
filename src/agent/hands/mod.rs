//! The hands of the built-in agent: a process in the jail that reads, edits and runs what the loop outside asks
//! for. It is this program itself, so that no other is needed, and it trusts the jail to hold it.
//!
//! One call a line and one answer a line, both JSON. What it answers is read outside as data from a jail.

mod edit;
mod look;
mod run;
mod text;
mod tool;

pub use tool::{NAMES, of, subject};

use crate::sys::signal::Interrupt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::io::{self, BufRead, Write};
use std::path::{Component, Path, PathBuf};

/// The longest line of a call, in bytes.
const LONGEST_CALL: usize = 8 << 20;
/// The longest answer, in bytes of text.
pub const LONGEST_ANSWER: usize = 40_000;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub args: Map<String, Value>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it was done.
    pub ok: bool,
    /// What there is to say, for the model.
    pub text: String,
}

/// Does what is called for, line by line, until the input ends. The working directory is the tree.
///
/// # Errors
/// When the input or the output breaks.
pub fn serve(input: impl BufRead, output: &mut dyn Write) -> io::Result<()> {
    let root = std::env::current_dir()?;
    serve_in(&root, input, output)
}

fn serve_in(root: &Path, mut input: impl BufRead, output: &mut dyn Write) -> io::Result<()> {
    let interrupt = Interrupt::default();
    loop {
        let mut line = Vec::new();
        let mut bounded = io::Read::take(&mut input, LONGEST_CALL as u64);
        bounded.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let answer = match serde_json::from_slice::<Call>(&line) {
            Ok(call) => answer(root, &call, &interrupt),
            Err(error) => Err(format!("the call cannot be read: {error}")),
        };
        let (ok, text) = match answer {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        let answer = Answer {
            ok,
            text: text::shorten(&text, LONGEST_ANSWER),
        };
        serde_json::to_writer(&mut *output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer(root: &Path, call: &Call, interrupt: &Interrupt) -> Result<String, String> {
    let args = &call.args;
    match call.tool.as_str() {
        "read" => look::read(&place(root, text_of(args, "path")?)?, args),
        "list" => look::list(&place(root, optional(args, "path"))?),
        "glob" => look::glob(root, text_of(args, "pattern")?),
        "grep" => look::grep(
            root,
            text_of(args, "pattern")?,
            &place(root, optional(args, "path"))?,
        ),
        "edit" => edit::edit(&place(root, text_of(args, "path")?)?, args),
        "write" => edit::write(&place(root, text_of(args, "path")?)?, text_of(args, "content")?),
        "run" => run::run(root, text_of(args, "command")?, args, interrupt),
        other => Err(format!("there is no tool `{}`", text::one_line(other, 40))),
    }
}

/// Returns an argument that must be a text.
fn text_of<'a>(args: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    let value = args.get(name).and_then(Value::as_str);
    value.ok_or_else(|| format!("the argument `{name}` is missing, or is no text"))
}

fn optional<'a>(args: &'a Map<String, Value>, name: &str) -> &'a str {
    args.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the place of a path in the tree. The jail holds whoever goes around this; it is here so that a model
/// that loses its way is told so.
fn place(root: &Path, path: &str) -> Result<PathBuf, String> {
    let wrong = || format!("`{}` does not lie in the tree", text::one_line(path, 200));
    let asked = Path::new(path);
    let inner = match asked.strip_prefix(root) {
        Ok(inner) => inner,
        Err(_) if asked.is_absolute() => return Err(wrong()),
        Err(_) => asked,
    };
    let mut place = root.to_owned();
    for part in inner.components() {
        match part {
            Component::Normal(name) if name.eq_ignore_ascii_case(".git") => {
                return Err("`.git` is changed with git alone, through `run`".to_owned());
            }
            Component::Normal(name) => place.push(name),
            Component::CurDir => {}
            _ => return Err(wrong()),
        }
    }
    Ok(place)
}

#[cfg(test)]
mod tests;
