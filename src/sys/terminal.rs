//! What the terminal can do, and the only writers to it.

use std::io::{self, BufRead, IsTerminal, Read, Write};

/// A standard stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Whether colours are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// If the stream is a terminal that can, and `NO_COLOR` is not set; `CLICOLOR_FORCE` forces it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether this stream gets colours.
    #[must_use]
    pub fn applies_to(self, stream: Stream) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if super::env::is_set("NO_COLOR") => false,
            Self::Auto if super::env::text("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
            Self::Auto => is_terminal(stream) && super::env::text("TERM").is_none_or(|t| t != "dumb"),
        }
    }
}

/// Whether the stream is a terminal.
#[must_use]
pub fn is_terminal(stream: Stream) -> bool {
    match stream {
        Stream::Out => io::stdout().is_terminal(),
        Stream::Err => io::stderr().is_terminal(),
    }
}

/// Returns the width of the terminal in columns: `COLUMNS` if set, then what the terminal says; `None`
/// if neither says anything.
#[must_use]
pub fn width(stream: Stream) -> Option<usize> {
    if let Some(columns) = super::env::text("COLUMNS").and_then(|c| c.parse().ok()) {
        return Some(columns);
    }
    let size = match stream {
        Stream::Out => terminal_size::terminal_size_of(io::stdout()),
        Stream::Err => terminal_size::terminal_size_of(io::stderr()),
    };
    size.map(|(width, _)| usize::from(width.0)).filter(|w| *w > 0)
}

/// Writes all bytes to the stream and flushes it.
///
/// # Errors
/// As the stream; a reader that went away (`pantheon ... | head`) is not an error.
pub fn write(stream: Stream, bytes: &[u8]) -> io::Result<()> {
    let done = match stream {
        Stream::Out => write_to(io::stdout().lock(), bytes),
        Stream::Err => write_to(io::stderr().lock(), bytes),
    };
    match done {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn write_to(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// Asks whoever sits at the terminal, and returns the answer; `None`: nobody does.
#[must_use]
pub fn ask(question: &str) -> Option<String> {
    if !io::stdin().is_terminal() || !is_terminal(Stream::Err) {
        return None;
    }
    write(Stream::Err, question.as_bytes()).ok()?;
    let mut line = String::new();
    io::stdin().lock().take(1024).read_line(&mut line).ok()?;
    Some(line.trim().to_owned())
}

/// Whether the terminal says that it understands links (OSC 8).
#[must_use]
pub fn links() -> bool {
    let known = [
        "WEZTERM_PANE",
        "KITTY_WINDOW_ID",
        "WT_SESSION",
        "VTE_VERSION",
        "GHOSTTY_RESOURCES_DIR",
    ];
    known.iter().any(|name| super::env::is_set(name))
        || super::env::text("TERM_PROGRAM").is_some_and(|p| matches!(&*p, "iTerm.app" | "vscode" | "WezTerm"))
}

/// Whether the locale is one of UTF-8; where nothing is said, more than ASCII is not drawn.
#[must_use]
pub fn unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| super::env::text(name));
    cfg!(windows) || locale.is_some_and(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"))
}
