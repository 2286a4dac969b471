//! What is there, what is wanted: what is to be done. Pure.

use super::codec::{Author, Thread};
use super::lines::Changed;
use super::marker;
use crate::report::Level;
use crate::report::remark::Remark;

/// What is to be done about remarks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// The marker's key.
    pub key: String,
    /// Remarks beside lines: the first and the last line of each.
    pub lines: Vec<(&'a Remark, u32, u32)>,
    /// Remarks beside files.
    pub files: Vec<&'a Remark>,
    /// Remarks that have no place of their own.
    pub rest: Vec<&'a Remark>,
    /// How many are there already.
    pub kept: usize,
    /// What is there and no longer said.
    pub gone: Vec<Thread>,
}

/// What is known before a plan.
pub struct Known<'a> {
    /// The marker's key.
    pub key: &'a str,
    /// Who we are.
    pub me: &'a Author,
    /// What is there.
    pub threads: Vec<Thread>,
    /// What the pull request shows.
    pub changed: &'a Changed,
    /// The most remarks beside lines, and beside files.
    pub room: (usize, usize),
}

/// Makes a plan. Remarks are given worst first; notes stand in no review.
pub fn plan<'a>(remarks: &'a [Remark], known: Known<'_>) -> Plan<'a> {
    let mut plan = Plan {
        key: known.key.to_owned(),
        ..Plan::default()
    };
    let mut ours = own(known.threads, known.me, known.key);
    let mut left = Vec::new();
    for remark in remarks.iter().filter(|remark| remark.level != Level::Notice) {
        let place = place(remark, known.changed);
        // One whose line is gone is said again where it stands now, unless people speak below it.
        let keeps = |thread: &Thread| thread.is_answered || !thread.is_outdated || place == Place::Nowhere;
        match ours
            .iter()
            .position(|(id, thread)| *id == remark.id && keeps(thread))
        {
            Some(at) => {
                ours.remove(at);
                plan.kept += 1;
            }
            None => left.push((remark, place)),
        }
    }
    // What is there takes room too, so that a second run does not add what the first one had no room for.
    let (lines, files) = known.room;
    let files = files.min((lines + files).saturating_sub(plan.kept));
    let lines = lines.saturating_sub(plan.kept);
    for (remark, place) in left {
        match place {
            Place::Lines(first, last) if plan.lines.len() < lines => plan.lines.push((remark, first, last)),
            Place::File if plan.files.len() < files => plan.files.push(remark),
            _ => plan.rest.push(remark),
        }
    }
    plan.gone = ours
        .into_iter()
        .map(|(_, thread)| thread)
        .filter(|thread| !thread.is_answered)
        .collect();
    plan
}

/// The threads that we began, with the name of what each says.
fn own(threads: Vec<Thread>, me: &Author, key: &str) -> Vec<(String, Thread)> {
    let named = |thread: Thread| {
        let id = marker::read(&thread.body, key, "finding")?.to_owned();
        Some((id, thread))
    };
    let own = threads.into_iter().filter(|thread| thread.author.is(me));
    own.filter_map(named).collect()
}

/// Where a remark can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lines(u32, u32),
    File,
    Nowhere,
}

fn place(remark: &Remark, changed: &Changed) -> Place {
    let Some(lines) = remark.path.as_ref().and_then(|path| changed.get(path)) else {
        return Place::Nowhere;
    };
    let Some(region) = remark.region else {
        return Place::File;
    };
    // What is suggested takes the place of the lines that are named.
    let wanted = match &remark.suggestion {
        Some(suggestion) => (suggestion.start_line, suggestion.end_line),
        None => (region.start_line, region.end_line),
    };
    for (first, last) in [wanted, (region.start_line, region.start_line)] {
        if lines.has(first, last) {
            return Place::Lines(first, last);
        }
    }
    Place::File
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::lines::Lines;
    use crate::model::Region;
    use crate::report::remark::Suggestion;

    fn remark(id: &str, path: Option<&str>, lines: Option<(u32, u32)>) -> Remark {
        Remark {
            id: id.to_owned(),
            level: Level::Error,
            title: "a/b".to_owned(),
            path: path.map(str::to_owned),
            region: lines.map(|(start_line, end_line)| Region {
                start_line,
                start_column: 1,
                end_line,
                end_column: 2,
            }),
            message: String::new(),
            body: String::new(),
            item: String::new(),
            suggestion: None,
        }
    }

    fn thread(id: &str, by: i64) -> Thread {
        Thread {
            id: id.to_owned(),
            within: String::new(),
            author: author(by),
            body: marker::write("ci", "finding", id),
            is_answered: false,
            is_outdated: false,
        }
    }

    fn author(id: i64) -> Author {
        Author {
            id: Some(id),
            name: "x".to_owned(),
        }
    }

    fn planned<'a>(remarks: &'a [Remark], threads: Vec<Thread>, room: (usize, usize)) -> Plan<'a> {
        let hunk = "@@ -5,2 +5,3 @@\n a\n+b\n c";
        let changed = Changed::from([("a".to_owned(), Lines::parse(hunk, None))]);
        let known = Known {
            key: "ci",
            me: &author(1),
            threads,
            changed: &changed,
            room,
        };
        plan(remarks, known)
    }

    #[test]
    fn a_remark_stands_as_near_as_it_can() {
        let mut suggested = remark("5", Some("a"), Some((6, 6)));
        suggested.suggestion = Some(Suggestion {
            start_line: 5,
            end_line: 7,
            text: None,
        });
        let remarks = [
            remark("1", Some("a"), Some((5, 7))),
            remark("2", Some("a"), Some((7, 9))),
            remark("3", Some("a"), Some((8, 8))),
            remark("4", Some("b"), Some((5, 5))),
            suggested,
            remark("6", None, None),
        ];
        let plan = planned(&remarks, Vec::new(), (30, 10));
        let lines: Vec<_> = plan
            .lines
            .iter()
            .map(|(r, first, last)| (r.id.as_str(), *first, *last))
            .collect();
        assert_eq!(lines, [("1", 5, 7), ("2", 7, 7), ("5", 5, 7)]);
        let ids = |of: &[&Remark]| of.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
        assert_eq!(
            (ids(&plan.files), ids(&plan.rest)),
            (vec!["3".to_owned()], vec!["4".to_owned(), "6".to_owned()])
        );
    }

    #[test]
    fn what_is_there_takes_room_and_what_is_not_ours_stays() {
        let remarks = [
            remark("1", Some("a"), Some((5, 5))),
            remark("2", Some("a"), Some((6, 6))),
            remark("3", Some("a"), Some((7, 7))),
        ];
        let answered = Thread {
            is_answered: true,
            ..thread("8", 1)
        };
        let threads = vec![
            thread("3", 1),
            thread("3", 1),
            thread("9", 1),
            thread("9", 2),
            answered,
        ];
        let plan = planned(&remarks, threads, (2, 0));
        assert_eq!((plan.kept, plan.lines.len(), plan.rest.len()), (1, 1, 1));
        let gone: Vec<&str> = plan.gone.iter().map(|thread| thread.id.as_str()).collect();
        assert_eq!(
            gone,
            ["3", "9"],
            "the second one of two goes, and what is no longer said"
        );
    }
}
