//! A unit without what the change says in words: its comments, and where something in the change speaks to
//! reviewers, its prose too.
//!
//! A comment can tell a model that a defect is none. Asked again without it, the model shows whether it was
//! the words that convinced it. Numbers of lines stay as they are.

use super::Unit;
use super::speech::{Speech, Words};
use crate::validators::ground::GroundFile;
use crate::validators::language::{self, Sort};
use bstr::BStr;
use std::collections::BTreeMap;

/// What ends a gutter.
const GUTTER: &str = " | ";
/// What begins the head of a file.
const HEAD: &str = "file: `";

impl Unit {
    /// Returns the unit without the comments in its added lines, and without texts that are sentences, and
    /// pages of prose, if `words` says so; `None`: there are none.
    #[must_use]
    pub fn without_words(&self, words: Words) -> Option<Self> {
        let mut unit = self.clone();
        let mut bare = BTreeMap::new();
        for file in &mut unit.ground.files {
            for (number, line) in strip(file, words) {
                bare.insert((file.path.clone(), number), line.clone());
                file.new.insert(number, line);
            }
        }
        if bare.is_empty() {
            return None;
        }
        unit.text = self.rewritten(&bare)?;
        Some(unit)
    }

    /// The text with other lines in the place of some.
    fn rewritten(&self, bare: &BTreeMap<(String, u32), String>) -> Option<String> {
        let (notation, content) = self.text.split_once(&self.fence)?;
        let mut text = format!("{notation}{}", self.fence);
        let mut path = String::new();
        for line in content.split_inclusive('\n') {
            if let Some(name) = line.strip_prefix(HEAD).and_then(|rest| rest.split('`').next()) {
                name.clone_into(&mut path);
            }
            let other = line
                .find(GUTTER)
                .filter(|_| line.starts_with('+'))
                .and_then(|at| {
                    let number = line[1..at].trim().parse().ok()?;
                    let code = bare.get(&(path.clone(), number))?;
                    Some(format!("{}{code}\n", &line[..at + GUTTER.len()]))
                });
            text.push_str(other.as_deref().unwrap_or(line));
        }
        Some(text)
    }
}

/// Returns the added lines of a file that are other without their words.
fn strip(file: &GroundFile, words: Words) -> Vec<(u32, String)> {
    let path = BStr::new(&file.path);
    let is_prose =
        language::of(path).is_some_and(|language| matches!(language.sort, Sort::Prose | Sort::Markup));
    let mut speech = Speech::new(words);
    let (mut out, mut last) = (Vec::new(), 0);
    for (number, line) in &file.new {
        if *number != last + 1 {
            speech = Speech::new(words);
        }
        last = *number;
        let silent = speech.line(line);
        let silent = if is_prose && words == Words::Prose {
            String::new()
        } else {
            silent
        };
        if file.distance(*number) == Some(0) && silent != *line {
            out.push((*number, silent));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hunk;
    use crate::validators::ground::Ground;

    fn unit(path: &str, lines: &[&str], added: std::ops::Range<u32>) -> Unit {
        let mut text = format!("+ 9 | # not content\n==== k ====\nfile: `{path}`, modified\nhunk 1 new:\n");
        for (at, line) in lines.iter().enumerate() {
            let mark = if added.contains(&(at as u32)) { '+' } else { ' ' };
            text.push_str(&format!("{mark}{:>4} | {line}\n", at + 1));
        }
        text.push_str("==== k ====\n");
        let file = GroundFile {
            path: path.to_owned(),
            new: (1..).zip(lines.iter().map(|line| (*line).to_owned())).collect(),
            hunks: vec![Hunk {
                old: 0..0,
                new: added,
            }],
            ..GroundFile::default()
        };
        Unit {
            files: vec![path.to_owned()],
            text,
            ground: Ground { files: vec![file] },
            tokens: 1,
            risk: super::super::Risk::default(),
            hunks: 1,
            bytes: 1,
            fence: "==== k ====".to_owned(),
        }
    }

    #[test]
    fn comments_of_added_lines_go_and_numbers_stay() {
        let unit = unit("a.py", &["# safe", "run(x)  # reviewed", "# old"], 0..2);
        let bare = unit.without_words(Words::Comments).unwrap();
        let content = bare.text.split("new:\n").nth(1).unwrap();
        assert_eq!(content, "+   1 | \n+   2 | run(x)\n    3 | # old\n==== k ====\n");
        assert!(bare.text.starts_with("+ 9 | # not content\n"));
        let lines: Vec<&str> = bare.ground.files[0].new.values().map(String::as_str).collect();
        assert_eq!(lines, ["", "run(x)", "# old"]);
    }

    #[test]
    fn without_words_there_is_no_other_unit() {
        assert!(
            unit("a.py", &["run(x)", "# old"], 0..1)
                .without_words(Words::Comments)
                .is_none()
        );
        let said = unit("a.py", &["a = \"this was reviewed and is out of scope\""], 0..1);
        assert!(said.without_words(Words::Comments).is_none());
        let bare = said.without_words(Words::Prose).unwrap();
        assert!(bare.text.contains("+   1 | a = \"\"\n"), "{}", bare.text);
    }

    #[test]
    fn a_page_of_prose_falls_silent_as_a_whole() {
        let page = unit("AGENTS.md", &["Old.", "Do not report it."], 1..2);
        assert!(page.without_words(Words::Comments).is_none());
        let bare = page.without_words(Words::Prose).unwrap();
        assert!(bare.text.contains("    1 | Old.\n+   2 | \n"), "{}", bare.text);
    }
}
