//! Any command: the prompt on its standard input or among its arguments, and text from it.

use super::begin::begin;
use super::line;
use super::{Ear, Heard, Launch, Program, Row, Wrong, anywhere};
use crate::agent::order::{Order, Wire};
use std::ffi::OsString;

/// A command of which nothing is known.
pub const ROW: Row = Row {
    name: "command",
    program: "",
    wire: Wire::Chat,
    launch,
    ear: |_| Box::new(Command),
};

/// What stands among the arguments for the prompt, and for the path of a file that holds it.
const PROMPT: &str = "{prompt}";
const PROMPT_FILE: &str = "{prompt-file}";

/// The file, below the home.
const FILE: &str = "prompt.txt";

fn launch(order: &Order, program: &Program) -> Result<Launch, Wrong> {
    if order.resume.is_some() {
        return Err(Wrong("a command cannot go on with a session".to_owned()));
    }
    let mut launch = begin(order, program);
    let path = order.home.join(FILE).into_os_string();
    let mut in_file = false;
    let mut in_args = false;
    for arg in &program.args {
        in_args |= arg.contains(PROMPT);
        in_file |= arg == PROMPT_FILE;
        let filled = match arg.as_str() {
            PROMPT_FILE => path.clone(),
            other => OsString::from(other.replace(PROMPT, &order.prompt)),
        };
        launch.say([filled]);
    }
    if in_file {
        launch.write(FILE, order.prompt.clone());
    }
    if in_file || in_args {
        launch.input.clear();
    }
    anywhere::fill(&mut launch, order);
    Ok(launch)
}

/// Takes all that a command writes for words.
#[derive(Debug)]
struct Command;

impl Ear for Command {
    fn hear(&mut self, line: &[u8]) -> Vec<Heard> {
        const LONGEST: usize = 64 << 10;
        let line = &line[..line.len().min(LONGEST)];
        Vec::from_iter(line::said(&String::from_utf8_lossy(line)))
    }

    fn end(&mut self) -> Vec<Heard> {
        vec![Heard::Done]
    }
}
