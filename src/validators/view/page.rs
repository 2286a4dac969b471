//! The text of a unit, line by line, as it becomes one without words; the ground goes along.

use super::prose::without_sentences;
use super::speech::{Speech, Words};
use crate::validators::ground::Ground;
use crate::validators::language::{self, Sort};
use bstr::BStr;

/// What begins the head of a file.
const HEAD: &str = "file: `";
/// What begins the head of code from elsewhere.
const RELATED: &str = "related: `";
/// From so many words on a name can be a sentence.
const LONG_NAME: usize = 4;
/// What words begin with that speak of a review.
const SPEAKING: &[&str] = &[
    "approv", "audit", "finding", "flag", "ignor", "instruct", "report", "review", "safe", "sanction",
    "scope", "secur", "skip", "trust", "verif", "vetted",
];
/// From so many plain words on a line is a sentence, where a language has no quotes around them.
const LONG_LINE: usize = 4;

/// What a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    New,
    Old,
    Elsewhere,
}

/// Reads the content of a unit.
pub struct Page<'g> {
    ground: &'g mut Ground,
    words: Words,
    speech: Speech,
    sort: Option<Sort>,
    /// The file of the ground.
    file: Option<usize>,
    place: Place,
    /// How many lines of the file were read: after the change, and before it.
    read: [usize; 2],
    aliases: Vec<(String, String)>,
    is_other: bool,
}

impl<'g> Page<'g> {
    /// Begins in front of the first file.
    pub fn new(ground: &'g mut Ground, words: Words) -> Self {
        Self {
            ground,
            words,
            speech: Speech::new(words, BStr::new("")),
            sort: None,
            file: None,
            place: Place::Elsewhere,
            read: [0; 2],
            aliases: Vec::new(),
            is_other: false,
        }
    }

    /// Returns a line as it stands without words.
    pub fn line(&mut self, line: &str) -> String {
        match code(line) {
            Some(code) => self.code(line, code),
            None => self.heading(line),
        }
    }

    /// Returns the names that stand for others; `None`: nothing was taken out.
    pub fn end(self) -> Option<Vec<(String, String)>> {
        self.is_other.then_some(self.aliases)
    }

    fn heading(&mut self, line: &str) -> String {
        let name = |head: &str| line.strip_prefix(head)?.split('`').next();
        if let Some(path) = name(HEAD) {
            self.file = self.ground.files.iter().position(|file| file.path == path);
            self.read = [0; 2];
            self.open(path);
        } else if let Some(path) = name(RELATED) {
            self.place = Place::Elsewhere;
            self.open(path);
        } else if line.starts_with("hunk ") {
            let is_new = line.trim_end().ends_with("new:");
            self.place = if is_new { Place::New } else { Place::Old };
            self.reset();
        } else if line.starts_with('(') && line.contains(" not shown)") {
            self.reset();
        }
        match self.words {
            Words::Prose if name(HEAD).or(name(RELATED)).is_some() => {
                self.renamed(line, |c| is_name(c) || c == '-')
            }
            _ => line.to_owned(),
        }
    }

    fn open(&mut self, path: &str) {
        let path = BStr::new(path);
        self.sort = language::sort(path);
        self.speech = Speech::new(self.words, path);
    }

    fn reset(&mut self) {
        self.speech = self.speech.again();
    }

    fn code(&mut self, line: &str, code: &str) -> String {
        let silent = self.silent(code);
        let is_added = line.starts_with('+');
        let takes = is_added || self.words == Words::Prose;
        let other = (takes && silent != code).then_some(silent);
        self.note(code, other.as_deref());
        let Some(other) = other else {
            return line.to_owned();
        };
        self.is_other = true;
        let start = code.as_ptr() as usize - line.as_ptr() as usize;
        format!("{}{other}{}", &line[..start], &line[start + code.len()..])
    }

    fn silent(&mut self, code: &str) -> String {
        let silent = self.speech.line(code);
        if self.words == Words::Comments {
            return silent;
        }
        let silent = match self.sort {
            Some(Sort::Prose) => return String::new(),
            Some(Sort::Code | Sort::Build) => silent,
            _ => without_sentences(&silent, LONG_LINE).unwrap_or(silent),
        };
        self.renamed(&silent, is_name)
    }

    /// Takes the next line of the ground along, if it is the one that the text shows.
    fn note(&mut self, code: &str, other: Option<&str>) {
        let Some(file) = self.file.and_then(|at| self.ground.files.get_mut(at)) else {
            return;
        };
        let (lines, read) = match self.place {
            Place::New => (&mut file.new, &mut self.read[0]),
            Place::Old => (&mut file.old, &mut self.read[1]),
            Place::Elsewhere => return,
        };
        let line = lines.values_mut().nth(*read);
        *read += 1;
        if let (Some(line), Some(other)) = (line.filter(|line| *line == code), other) {
            other.clone_into(line);
        }
    }

    /// Gives names that are sentences others.
    fn renamed(&mut self, line: &str, is_name: impl Fn(char) -> bool) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(is_letter) {
            let len = rest[at..].find(|c| !is_name(c)).unwrap_or(rest.len() - at);
            let name = &rest[at..at + len];
            out.push_str(&rest[..at]);
            match speaks(name) {
                true => out.push_str(&self.alias(name)),
                false => out.push_str(name),
            }
            rest = &rest[at + len..];
        }
        out.push_str(rest);
        self.is_other |= out != line;
        out
    }

    fn alias(&mut self, name: &str) -> String {
        let known = self.aliases.iter().find(|(_, known)| known == name);
        if let Some((alias, _)) = known {
            return alias.clone();
        }
        let alias = format!("name_{}", self.aliases.len() + 1);
        self.aliases.push((alias.clone(), name.to_owned()));
        alias
    }
}

/// Returns the code behind a gutter; `None`: the line has none.
pub fn code(line: &str) -> Option<&str> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let rest = line.strip_prefix(['+', '-', ' '])?;
    let (number, code) = rest.split_once('|')?;
    let is_gutter = number.chars().all(|c| c == ' ' || c.is_ascii_digit()) && number.ends_with(' ');
    is_gutter.then(|| code.strip_prefix(' ').unwrap_or(code))
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a name is a sentence about a review.
fn speaks(name: &str) -> bool {
    let words = words_of(name);
    let begins = |word: &&str| {
        let word = word.to_ascii_lowercase();
        SPEAKING.iter().any(|begin| word.starts_with(begin))
    };
    words.len() >= LONG_NAME && words.iter().any(begins)
}

/// The words of a name: `one_two`, `oneTwo`, `one-two`.
#[must_use]
pub fn words_of(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in name.split(['_', '-']) {
        let (mut start, mut was_low) = (0, false);
        for (at, c) in part.char_indices() {
            if was_low && c.is_uppercase() {
                words.push(&part[start..at]);
                start = at;
            }
            was_low = c.is_lowercase();
        }
        words.push(&part[start..]);
    }
    words.retain(|word| word.chars().any(char::is_alphabetic));
    words
}
