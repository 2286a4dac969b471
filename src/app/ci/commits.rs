//! The commits of a change, one by one: what a later one takes away again stands in the history all the same, and
//! each has a message.

use super::Error;
use super::resolve::{Pair, Place};
use crate::app::judge::{Depth, Judge};
use crate::git::remote;
use crate::git::{self, Repository};
use crate::model::{LeftOut, Oid};

/// How many commits are looked at, the newest first, if the user does not say it.
const MOST: usize = 5000;
/// How many commits a partial clone is completed for at once.
const AT_ONCE: usize = 100;

/// The commits of a change that are to be looked at.
#[derive(Debug, Default)]
pub struct Commits {
    /// The commits, newest first.
    pub ids: Vec<Oid>,
    /// What cannot be looked at.
    pub left_out: Vec<LeftOut>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Finds the commits that a change is made of. `most` is how many the user wants to have looked at.
///
/// # Errors
/// When the history cannot be read.
pub fn find(place: &mut Place<'_>, pair: &Pair, most: Option<usize>) -> Result<Commits, Error> {
    let mut found = Commits::default();
    if most == Some(0) {
        found
            .notes
            .push("no commit was looked at by itself, as the command line says".to_owned());
        return Ok(found);
    }
    if let Err(why) = place.complete_history(pair) {
        found.left_out.push(none_seen(&why));
        return Ok(found);
    }
    let known: Vec<Oid> = pair.from.into_iter().collect();
    found.ids = git::new_commits(&place.repo, pair.head, &known)?;
    found.cut(most);
    if !place.is_offline() && remote::is_partial(&place.repo) {
        found.complete(place);
    }
    Ok(found)
}

impl Commits {
    /// Keeps the newest, and says how many there were.
    fn cut(&mut self, most: Option<usize>) {
        let over = self.ids.len().saturating_sub(most.unwrap_or(MOST));
        self.ids.truncate(most.unwrap_or(MOST));
        match (over, most) {
            (0, _) => {}
            (_, Some(_)) => {
                let over = count(over);
                self.notes.push(format!(
                    "not looked at by itself, as the command line says: {over}"
                ));
            }
            (_, None) => {
                let why = format!("more than {MOST}; `--commits` takes another number");
                self.left_out.push(not_seen(&count(over), &why));
            }
        }
    }

    /// Has git bring what a partial clone lacks.
    fn complete(&mut self, place: &Place<'_>) {
        for ids in self.ids.chunks(AT_ONCE) {
            if let Err(error) = remote::complete_commits(&place.repo, ids) {
                self.left_out.push(none_seen(&error.into()));
                self.ids.clear();
                return;
            }
        }
    }
}

/// Looks at each commit by itself, after the sum of them: what was found there is not found again.
///
/// # Errors
/// When a commit cannot be read.
pub fn look(repo: &Repository, judge: &mut Judge<'_>, commits: &Commits) -> Result<(), Error> {
    let mut cut = 0;
    for (at, id) in commits.ids.iter().enumerate() {
        if judge.is_late() {
            let left = count(commits.ids.len() - at);
            judge.leave_out(not_seen(&left, "the deadline of the gate came first"));
            break;
        }
        match git::commit(repo, *id) {
            Ok(change) => judge.look(&change, Depth::History),
            Err(git::Error::Shallow(_)) => cut += 1,
            Err(error) => return Err(error.into()),
        }
    }
    if cut > 0 {
        judge.leave_out(not_seen(
            &count(cut),
            "the clone is shallow, and lacks their parents",
        ));
    }
    for left_out in &commits.left_out {
        judge.leave_out(left_out.clone());
    }
    Ok(())
}

/// Says why no commit can be looked at, and what helps.
fn none_seen(error: &Error) -> LeftOut {
    let text = error.to_string();
    let why = text.lines().next().unwrap_or_default();
    let why = match error {
        Error::Ci(wrong) => format!("{why}; {}", wrong.hint),
        _ => why.to_owned(),
    };
    not_seen("the single commits of the change", &why)
}

fn not_seen(what: &str, why: &str) -> LeftOut {
    LeftOut {
        what: what.into(),
        why: why.to_owned(),
        inconclusive: true,
    }
}

fn count(commits: usize) -> String {
    match commits {
        1 => "1 commit".to_owned(),
        n => format!("{n} commits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(count: usize) -> Commits {
        let id = |n: usize| Oid::from_hex(format!("{n:040x}").as_bytes()).unwrap();
        Commits {
            ids: (0..count).map(id).collect(),
            ..Commits::default()
        }
    }

    #[test]
    fn what_is_beyond_the_bound_is_said() {
        let mut few = some(MOST);
        few.cut(None);
        assert_eq!((few.ids.len(), few.left_out.len()), (MOST, 0));
        let mut many = some(MOST + 1);
        many.cut(None);
        assert_eq!(many.ids, some(MOST).ids, "the newest stay");
        assert_eq!(many.left_out[0].what, "1 commit");
        assert!(many.left_out[0].inconclusive);
    }

    #[test]
    fn a_bound_of_the_users_is_no_defect() {
        let mut many = some(5);
        many.cut(Some(2));
        assert_eq!((many.ids.len(), many.left_out.len()), (2, 0));
        assert_eq!(
            many.notes,
            ["not looked at by itself, as the command line says: 3 commits"]
        );
        let mut all = some(MOST * 2);
        all.cut(Some(usize::MAX));
        assert_eq!((all.ids.len(), all.notes.len()), (MOST * 2, 0));
    }
}
