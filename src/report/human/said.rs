//! Who says a finding, and why it blocks or does not, where that is models.

use super::super::models::CEILINGS;
use super::super::text;
use super::diagnostic::Remark;
use crate::model::{Disposition, Finding, Opinion, Origin, Tested, Unmet};

// The most characters of a name that a provider gave, and of a reason that a model gave.
const MOST_OF_A_NAME: usize = 64;
const MOST_OF_A_REASON: usize = 400;
const MOST_OF_A_MESSAGE: usize = 600;

const INFLUENCED: &str = "it is said only where the comments of the change are taken away";

/// Returns what stands below a finding of models, in lines of their own; nothing for what is computed.
pub fn remarks(finding: &Finding) -> Vec<Remark> {
    let Origin::Models(opinion) = &finding.origin else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    if !opinion.says.trim().is_empty() {
        remarks.push(("why", text::cut(opinion.says.trim(), MOST_OF_A_MESSAGE)));
    }
    remarks.push(("said by", said(opinion)));
    if opinion.influenced {
        remarks.push(("influenced", INFLUENCED.to_owned()));
    }
    remarks.extend(ruling(opinion, finding.disposition == Disposition::Block));
    remarks.extend(tested(&opinion.tested));
    remarks
}

/// Returns a name as it may be shown.
pub fn name(name: &str) -> String {
    text::cut(name, MOST_OF_A_NAME)
}

/// Returns names in a row.
pub fn names<'a>(list: impl IntoIterator<Item = &'a String>) -> String {
    let shown: Vec<String> = list.into_iter().map(|one| name(one)).collect();
    text::series(&shown)
}

/// Returns the first part of what a model or a provider wrote.
pub fn reason(reason: &str) -> String {
    text::cut(reason.trim(), MOST_OF_A_REASON)
}

/// `a/x and b/y (correctness and security)`.
fn said(opinion: &Opinion) -> String {
    match (names(&opinion.models), names(&opinion.validators)) {
        (models, validators) if validators.is_empty() => models,
        (models, validators) => format!("{models} ({validators})"),
    }
}

fn ruling(opinion: &Opinion, blocks: bool) -> Option<Remark> {
    if blocks {
        return Some(("blocks", agreed(opinion)));
    }
    if let Some(why) = &opinion.ceiling {
        return Some(("never blocks", ceiling(why)));
    }
    let unmet = opinion.unmet.as_ref()?;
    Some(match unmet {
        Unmet::Ceiling(why) => ("never blocks", ceiling(why)),
        _ => ("does not block", lacks(unmet, opinion)),
    })
}

/// Says what was enough.
fn agreed(opinion: &Opinion) -> String {
    let say = say(opinion.backing);
    match opinion.tested {
        Tested::Stands(_) => format!("{say}, and another model could not refute it"),
        _ => say,
    }
}

fn say(models: u32) -> String {
    match models {
        0 => "no model states it".to_owned(),
        1 => "1 model says it".to_owned(),
        n => format!("{n} models say it"),
    }
}

fn lacks(unmet: &Unmet, opinion: &Opinion) -> String {
    match unmet {
        Unmet::NoGate => "the gate lets nothing block that models say".to_owned(),
        Unmet::TooFew { need: 0, .. } => "here it is not enough that models agree".to_owned(),
        Unmet::TooFew { agree, need } => format!("{}, {need} must", say(*agree)),
        Unmet::NotAsked => format!("{}, and nobody was asked to refute it", say(opinion.backing)),
        Unmet::Refuted => format!("{}, and another model refuted it", say(opinion.backing)),
        Unmet::FalsifierFailed => format!(
            "{}, and whoever was to refute it gave no answer that can be used",
            say(opinion.backing)
        ),
        Unmet::BelowTheLine => "it is not severe enough, or not likely enough".to_owned(),
        Unmet::Ceiling(why) => ceiling(why),
    }
}

/// The reason in words; a word that is not known stands for itself.
fn ceiling(why: &str) -> String {
    match CEILINGS.iter().find(|(word, _)| *word == why) {
        Some((_, words)) => (*words).to_owned(),
        None => format!("`{}`", name(why)),
    }
}

fn tested(tested: &Tested) -> Option<Remark> {
    Some(match tested {
        Tested::No => return None,
        Tested::Stands(by) => ("not refuted by", name(by)),
        Tested::Refuted { by, reason: why } if why.trim().is_empty() => ("refuted by", name(by)),
        Tested::Refuted { by, reason: why } => ("refuted by", format!("{}: {}", name(by), reason(why))),
        Tested::Failed(why) => ("not tested", reason(why)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::*;

    fn said_of(opinion: Opinion, disposition: Disposition) -> Vec<String> {
        let finding = Finding {
            origin: Origin::Models(opinion),
            disposition,
            ..fixture::secret()
        };
        let lines = remarks(&finding).into_iter();
        lines.map(|(label, text)| format!("{label}: {text}")).collect()
    }

    fn opinion(backing: u32, unmet: Option<Unmet>) -> Opinion {
        Opinion {
            validators: vec!["security".to_owned()],
            models: vec!["a/x".to_owned()],
            backing,
            unmet,
            ..Opinion::default()
        }
    }

    #[test]
    fn what_is_computed_needs_no_word() {
        assert_eq!(remarks(&fixture::secret()), []);
    }

    #[test]
    fn says_who_says_it() {
        let mut both = opinion(2, None);
        both.models.push("b/y".to_owned());
        both.validators.insert(0, "correctness".to_owned());
        let lines = said_of(both, Disposition::Block);
        let expected = [
            "said by: a/x and b/y (correctness and security)",
            "blocks: 2 models say it",
        ];
        assert_eq!(lines, expected);
        let mut nobody = opinion(0, None);
        nobody.validators.clear();
        assert_eq!(said_of(nobody, Disposition::Warn), ["said by: a/x"]);
    }

    #[test]
    fn says_what_is_lacking() {
        let why = |backing, unmet| said_of(opinion(backing, Some(unmet)), Disposition::Warn).remove(1);
        let few = |agree, need| Unmet::TooFew { agree, need };
        assert_eq!(why(1, few(1, 2)), "does not block: 1 model says it, 2 must");
        assert_eq!(why(2, few(2, 3)), "does not block: 2 models say it, 3 must");
        assert_eq!(why(0, few(0, 1)), "does not block: no model states it, 1 must");
        let alone = "does not block: here it is not enough that models agree";
        assert_eq!(why(9, few(9, 0)), alone);
        let gate = "does not block: the gate lets nothing block that models say";
        assert_eq!(why(1, Unmet::NoGate), gate);
        let nobody = "does not block: 1 model says it, and nobody was asked to refute it";
        assert_eq!(why(1, Unmet::NotAsked), nobody);
        let line = "does not block: it is not severe enough, or not likely enough";
        assert_eq!(why(2, Unmet::BelowTheLine), line);
        let old = "never blocks: it stands on code that the change left alone";
        assert_eq!(why(1, Unmet::Ceiling("old-code".into())), old);
        assert_eq!(
            why(1, Unmet::Ceiling("\u{1b}new".into())),
            "never blocks: `\\x1bnew`"
        );
    }

    #[test]
    fn says_what_came_of_the_test() {
        let with = |tested, unmet, disposition| {
            let opinion = Opinion {
                tested,
                ..opinion(1, unmet)
            };
            said_of(opinion, disposition).split_off(1)
        };
        let stands = with(Tested::Stands("b/y".into()), None, Disposition::Block);
        let expected = [
            "blocks: 1 model says it, and another model could not refute it",
            "not refuted by: b/y",
        ];
        assert_eq!(stands, expected);
        let refuted = Tested::Refuted {
            by: "b/y".into(),
            reason: "the caller\nchecks it".into(),
        };
        let refuted = with(refuted, Some(Unmet::Refuted), Disposition::Warn);
        let expected = [
            "does not block: 1 model says it, and another model refuted it",
            "refuted by: b/y: the caller\\nchecks it",
        ];
        assert_eq!(refuted, expected);
        let late = Tested::Failed("the time was up".into());
        let late = with(late, Some(Unmet::FalsifierFailed), Disposition::Warn);
        let expected = [
            "does not block: 1 model says it, and whoever was to refute it gave no answer that can be used",
            "not tested: the time was up",
        ];
        assert_eq!(late, expected);
    }

    #[test]
    fn a_reason_without_end_is_cut() {
        assert_eq!(reason(&"x".repeat(1000)).len(), MOST_OF_A_REASON + 3);
    }
}
