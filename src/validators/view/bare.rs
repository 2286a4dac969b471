//! A unit without the comments that the change adds.
//!
//! A comment can tell a model that a defect is none. Asked again without it, the model shows whether it was
//! the comment that convinced it. Numbers of lines stay as they are.

use super::Unit;
use crate::validators::sift::comment_start;

/// What ends a gutter.
const GUTTER: &str = " | ";

impl Unit {
    /// Returns the unit without the comments in its added lines; `None`: there are none.
    #[must_use]
    pub fn without_comments(&self) -> Option<Self> {
        let mut is_other = false;
        let mut text = String::with_capacity(self.text.len());
        let (head, content) = self.text.split_once(&self.fence)?;
        text.push_str(head);
        text.push_str(&self.fence);
        for line in content.split_inclusive('\n') {
            match line.strip_prefix('+').and_then(|rest| rest.find(GUTTER)) {
                Some(at) => {
                    let (gutter, code) = line.split_at(at + 1 + GUTTER.len());
                    let bare = bare(code.trim_end_matches('\n'));
                    is_other |= bare.len() + 1 != code.len();
                    text.push_str(gutter);
                    text.push_str(bare);
                    text.push('\n');
                }
                None => text.push_str(line),
            }
        }
        is_other.then(|| self.with(text))
    }

    fn with(&self, text: String) -> Self {
        let mut unit = Self { text, ..self.clone() };
        for file in &mut unit.ground.files {
            let added: Vec<u32> = file
                .new
                .keys()
                .copied()
                .filter(|line| file.distance(*line) == Some(0))
                .collect();
            for number in added {
                if let Some(line) = file.new.get_mut(&number) {
                    let end = bare(line).len();
                    line.truncate(end);
                }
            }
        }
        unit
    }
}

/// The code of a line in front of its comment.
fn bare(line: &str) -> &str {
    comment_start(line).map_or(line, |at| line[..at].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hunk;
    use crate::validators::ground::{Ground, GroundFile};

    fn unit(text: &str) -> Unit {
        let file = GroundFile {
            path: "a.py".to_owned(),
            new: [
                (1, "# safe".to_owned()),
                (2, "run(x) # reviewed".to_owned()),
                (3, "# old".to_owned()),
            ]
            .into(),
            hunks: vec![Hunk { old: 0..0, new: 0..2 }],
            ..GroundFile::default()
        };
        Unit {
            files: vec!["a.py".to_owned()],
            text: text.to_owned(),
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
        let text = "+ 9 | # not content\n==== k ====\n+   1 | # safe\n+   2 | run(x) # reviewed\n    3 | # old\n==== k ====\n";
        let bare = unit(text).without_comments().unwrap();
        assert_eq!(
            bare.text,
            "+ 9 | # not content\n==== k ====\n+   1 | \n+   2 | run(x)\n    3 | # old\n==== k ====\n"
        );
        let lines: Vec<&str> = bare.ground.files[0].new.values().map(String::as_str).collect();
        assert_eq!(lines, ["", "run(x)", "# old"]);
    }

    #[test]
    fn without_a_comment_there_is_no_other_unit() {
        let text = "==== k ====\n+   2 | run(x)\n    3 | # old\n==== k ====\n";
        assert!(unit(text).without_comments().is_none());
    }
}
