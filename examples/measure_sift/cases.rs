//! Pull requests with the comments of reviewers, and the claims that they stand for.

use pantheon::model::{Confidence, Severity};
use pantheon::validators::claim::{Claim, Kind, Scope};
use pantheon::validators::ground::{Ground, GroundFile};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How many of the cited lines a claim quotes: prompts ask for the line, not for the function.
const QUOTED: usize = 5;

/// A pull request.
#[derive(Deserialize)]
pub struct Case {
    /// Its unified diff.
    pub diff: String,
    /// What reviewers said.
    pub comments: Vec<Comment>,
}

/// What a reviewer said.
#[derive(Deserialize)]
pub struct Comment {
    /// The path.
    pub path: String,
    /// `right`: the lines are those after the change; `left`: those before.
    pub side: String,
    /// The first line.
    pub from: u32,
    /// The last line.
    pub to: u32,
    /// The words.
    pub text: String,
    /// What it is about.
    pub category: String,
    /// How far one must look.
    pub context: String,
    /// Who said it.
    pub author: String,
    /// Whether people found it right.
    pub accepted: bool,
}

/// What a claim of a comment quotes, and which line it names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The cited lines, and the first one's number.
    Cited,
    /// The cited lines, and a number that is too high by this.
    Off(u32),
    /// The cited lines, and no number.
    Unnumbered,
    /// The cited lines, indented in another way, all on one line.
    Reflowed,
    /// The longest piece of code in the comment's own words, and the number.
    OwnWords,
}

impl Comment {
    /// Makes the claim that the comment stands for; the index stands in for the validator.
    pub fn claim(&self, index: usize, ground: &Ground, form: Form) -> Claim {
        let (title, message) = self.sentences();
        let is_left = self.side == "left";
        Claim {
            validator: index.to_string(),
            model: self.author.clone(),
            kind: self.kind(),
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            path: self.path.clone(),
            line: match form {
                Form::Unnumbered => None,
                _ if is_left => None,
                Form::Off(lines) => Some(self.from.saturating_add(lines)),
                Form::Cited | Form::Reflowed | Form::OwnWords => Some(self.from),
            },
            quote: self.quote(ground, form),
            title,
            message,
            fix: None,
            scope: match self.context.as_str() {
                "Diff Level" => Scope::Diff,
                "File Level" => Scope::File,
                _ => Scope::Repository,
            },
            subject: None,
        }
    }

    /// Whether it cites a line within three lines of a changed one.
    pub fn is_near(&self, ground: &Ground) -> bool {
        let Some(file) = ground.file(&self.path) else {
            return false;
        };
        if self.side == "left" {
            let near = |from: u32, to: u32| self.from <= to + 3 && self.to + 3 > from;
            return file.hunks.iter().any(|hunk| near(hunk.old.start, hunk.old.end));
        }
        (self.from..=self.to).any(|line| file.distance(line).is_some_and(|lines| lines <= 3))
    }

    fn sentences(&self) -> (String, String) {
        let text = self.text.trim();
        let ends = [". ", ".\n", "\n", ": "];
        let end = ends.iter().filter_map(|end| text.find(end)).min();
        let (title, message) = text.split_at(end.unwrap_or(text.len()));
        (title.to_owned(), message.to_owned())
    }

    fn kind(&self) -> Kind {
        match self.category.as_str() {
            "Security Vulnerability" => Kind::Security,
            "Performance" => Kind::Performance,
            "Maintainability and Readability" => Kind::Maintainability,
            _ => Kind::Defect,
        }
    }

    fn quote(&self, ground: &Ground, form: Form) -> String {
        if form == Form::OwnWords {
            return self.own_words().unwrap_or_default();
        }
        let lines = ground.file(&self.path).map(|file| self.cited(file));
        let lines = lines.unwrap_or_default();
        match form {
            Form::Reflowed => lines.join("  ").replace(' ', "\t"),
            _ => lines.join("\n"),
        }
    }

    /// The first cited lines that are known, without a gap.
    fn cited<'a>(&self, file: &'a GroundFile) -> Vec<&'a str> {
        let lines: &BTreeMap<u32, String> = if self.side == "left" { &file.old } else { &file.new };
        let first = lines
            .range(self.from..=self.to)
            .next()
            .map_or(self.from, |(line, _)| *line);
        let known = (first..=self.to).map_while(|line| lines.get(&line));
        let filled = known.filter(|line| line.contains(char::is_alphanumeric));
        let mut cited = Vec::new();
        for line in filled.take(1) {
            cited.push(line.as_str());
        }
        let start =
            (first..=self.to).find(|line| lines.get(line).map(String::as_str) == cited.first().copied());
        let rest = start.map_or(0..0, |start| start + 1..self.to.saturating_add(1));
        cited.extend(
            rest.map_while(|line| lines.get(&line))
                .take(QUOTED - 1)
                .map(String::as_str),
        );
        cited
    }

    /// The longest span in backticks on one line, if the comment has any of some length.
    pub fn own_words(&self) -> Option<String> {
        let spans = self.text.split('`').skip(1).step_by(2);
        let lines = spans.filter(|span| !span.contains('\n') && span.len() >= 4);
        lines.max_by_key(|span| span.len()).map(str::to_owned)
    }
}
