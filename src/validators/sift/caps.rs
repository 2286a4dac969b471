//! Step 1: how many claims there may be, and how long.
//!
//! Names and quotes that are too long are no names and no quotes; prose that is too long is cut.

use super::Limits;
use crate::validators::claim::Claim;
use std::collections::BTreeMap;

/// There are too many.
pub const TOO_MANY: &str = "too-many-claims";
/// The path or the subject is too long.
pub const NAME_TOO_LONG: &str = "name-too-long";
/// The quote is too long.
pub const QUOTE_TOO_LONG: &str = "quote-too-long";
/// It says nothing.
pub const NO_TITLE: &str = "no-title";

/// Divides claims into those that are looked at and the rest.
///
/// Validators and models take turns, each in its own order, so that nobody's list pushes out another's.
pub(super) fn in_turns(claims: Vec<Claim>, most: usize) -> (Vec<Claim>, Vec<Claim>) {
    if claims.len() <= most {
        return (claims, Vec::new());
    }
    let mut turns: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut queue = Vec::with_capacity(claims.len());
    for claim in claims {
        let who = (claim.validator.clone(), claim.model.clone());
        let turn = turns.entry(who).or_default();
        queue.push((*turn, claim));
        *turn += 1;
    }
    queue.sort_by_key(|(turn, _)| *turn);
    let mut taken: Vec<Claim> = queue.into_iter().map(|(_, claim)| claim).collect();
    let rest = taken.split_off(most);
    (taken, rest)
}

/// Returns why a claim is not looked at.
pub(super) fn refuse(claim: &Claim, limits: &Limits) -> Option<&'static str> {
    let subject = claim.subject.as_deref().unwrap_or_default();
    if is_longer(&claim.path, limits.name) || is_longer(subject, limits.name) {
        return Some(NAME_TOO_LONG);
    }
    if is_longer(&claim.quote, limits.quote) {
        return Some(QUOTE_TOO_LONG);
    }
    let says_nothing = claim.title.trim().is_empty() && claim.message.trim().is_empty();
    says_nothing.then_some(NO_TITLE)
}

/// Cuts prose that is too long.
pub(super) fn cut(claim: &mut Claim, limits: &Limits) {
    shorten(&mut claim.title, limits.title);
    shorten(&mut claim.message, limits.message);
    if let Some(fix) = &mut claim.fix {
        shorten(fix, limits.message);
    }
}

fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().nth(most).is_some()
}

fn shorten(text: &mut String, most: usize) {
    if let Some((at, _)) = text.char_indices().nth(most) {
        text.truncate(at);
        text.push('\u{2026}');
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::claim;
    use super::*;

    fn named(model: &str, title: &str) -> Claim {
        Claim {
            model: model.to_owned(),
            title: title.to_owned(),
            ..claim()
        }
    }

    #[test]
    fn nobody_is_pushed_out() {
        let mut claims: Vec<Claim> = (0..9).map(|n| named("a/loud", &format!("loud {n}"))).collect();
        claims.push(named("b/quiet", "quiet 0"));
        let (taken, rest) = in_turns(claims, 4);
        let titles: Vec<&str> = taken.iter().map(|claim| claim.title.as_str()).collect();
        assert_eq!(titles, ["loud 0", "quiet 0", "loud 1", "loud 2"]);
        assert_eq!(rest.len(), 6);
    }

    #[test]
    fn lengths_are_characters() {
        let limits = Limits {
            name: 3,
            quote: 4,
            title: 2,
            ..Limits::default()
        };
        let mut claim = Claim {
            path: "äöü".into(),
            quote: "äöüß".into(),
            title: "äöü".into(),
            ..claim()
        };
        assert_eq!(refuse(&claim, &limits), None);
        cut(&mut claim, &limits);
        assert_eq!(claim.title, "äö…");
        claim.quote.push('x');
        assert_eq!(refuse(&claim, &limits), Some(QUOTE_TOO_LONG));
        claim.path.push('x');
        assert_eq!(refuse(&claim, &limits), Some(NAME_TOO_LONG));
    }

    #[test]
    fn what_says_nothing_is_none() {
        let claim = Claim {
            title: " ".into(),
            message: "\n".into(),
            ..claim()
        };
        assert_eq!(refuse(&claim, &Limits::default()), Some(NO_TITLE));
    }
}
