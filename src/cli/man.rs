//! `pantheon man`: manual pages, one for the program and one for each subcommand.

use super::{Exit, Failure};
use crate::sys::file;
use clap::Command;
use clap_mangen::Man;
use std::io;
use std::path::Path;

/// One manual page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualPage {
    /// The name of its file, such as `pantheon-review.1`.
    pub file: String,
    /// Its text, in roff.
    pub text: Vec<u8>,
}

/// Returns the manual pages of a command and of all its visible subcommands.
///
/// # Errors
/// As the renderer; writing to memory has none of its own.
pub fn pages(command: &Command) -> io::Result<Vec<ManualPage>> {
    let mut command = command.clone().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add(&mut pages, &command)?;
    Ok(pages)
}

/// Writes the manual pages into a directory.
///
/// # Errors
/// When one cannot be written.
pub(super) fn write(command: &Command, dir: &Path) -> Result<Exit, Failure> {
    let failed = |e: io::Error| {
        Failure::usage(format!("`{}` cannot be written to: {e}", dir.display()))
            .hint("make the directory first, with `mkdir -p`")
    };
    for page in pages(command).map_err(failed)? {
        file::write_atomic(&dir.join(page.file), &page.text, 0o644).map_err(failed)?;
    }
    Ok(0)
}

fn add(pages: &mut Vec<ManualPage>, command: &Command) -> io::Result<()> {
    let page = Man::new(command.clone()).source(format!("pantheon {}", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render(&mut text)?;
    pages.push(ManualPage {
        file: page.get_filename(),
        text,
    });
    for inner in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        add(pages, inner)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_page_for_each_visible_subcommand() {
        let list = Command::new("list").about("lists rules");
        let rules = Command::new("rules").subcommand(list);
        let command = Command::new("pantheon")
            .subcommand(rules)
            .subcommand(Command::new("hook").hide(true));
        let pages = pages(&command).unwrap();
        let files: Vec<&str> = pages.iter().map(|p| p.file.as_str()).collect();
        assert_eq!(files, ["pantheon.1", "pantheon-rules.1", "pantheon-rules-list.1"]);
        let last = String::from_utf8(pages[2].text.clone()).unwrap();
        assert!(last.contains("lists rules"), "{last}");
    }
}
