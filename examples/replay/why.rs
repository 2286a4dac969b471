//! Says why a unit was not found: what of it had been shown before, and how it differs.

use std::collections::HashSet;

/// Why a unit was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Miss {
    /// Some of it was never shown.
    New,
    /// The lines are as they were, and others are shown around them.
    Context,
    /// All lines are as they were, and what they use is not.
    Related,
    /// All lines are as they were, with other numbers.
    Numbers,
    /// All of it was shown, in other company.
    Company,
}

/// What was shown so far, in several degrees of likeness.
#[derive(Default)]
pub struct Shown {
    whole: HashSet<String>,
    unnumbered: HashSet<String>,
    unrelated: HashSet<String>,
    bare: HashSet<String>,
}

impl Miss {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new or changed lines",
            Self::Context => "other lines around",
            Self::Related => "other definitions",
            Self::Numbers => "other numbers",
            Self::Company => "other company",
        }
    }
}

impl Shown {
    /// Returns why a unit that was not found was not, and remembers it.
    pub fn add(&mut self, text: &str) -> Miss {
        let mut worst = Miss::Company;
        for file in files(text) {
            let (unnumbered, unrelated) = (unnumbered(&file), unrelated(&file));
            let bare = bare(&file);
            let miss = if self.whole.contains(&file) {
                Miss::Company
            } else if self.unnumbered.contains(&unnumbered) {
                Miss::Numbers
            } else if self.unrelated.contains(&unrelated) {
                Miss::Related
            } else if self.bare.contains(&bare) {
                Miss::Context
            } else {
                Miss::New
            };
            worst = worst.min(miss);
            self.whole.insert(file);
            self.unnumbered.insert(unnumbered);
            self.unrelated.insert(unrelated);
            self.bare.insert(bare);
        }
        worst
    }
}

fn files(text: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("file: `") {
            files.push(String::new());
        }
        if let Some(file) = files.last_mut().filter(|_| !line.starts_with("====")) {
            file.push_str(line);
        }
    }
    files
}

fn unnumbered(file: &str) -> String {
    let plain = |line: &str| match line.split_once('|') {
        Some((gutter, code)) if !line.starts_with("file") && !line.starts_with("related") => {
            format!("{}|{code}", &gutter[..1])
        }
        _ if line.ends_with("not shown)\n") => "...\n".to_owned(),
        _ => line.to_owned(),
    };
    file.split_inclusive('\n').map(plain).collect()
}

fn unrelated(file: &str) -> String {
    let file = unnumbered(file);
    file.split("related: `").next().unwrap_or_default().to_owned()
}

fn bare(file: &str) -> String {
    let file = unrelated(file);
    let lines = file.split_inclusive('\n');
    lines.filter(|line| line.starts_with(['+', '-', 'f'])).collect()
}
