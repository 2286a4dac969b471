//! Symbolic links that lead out of the repository.

use super::is_new_path;
use super::link::{Lead, lead};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds symbolic links to an absolute path, out of the repository, or into `.git`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/symlink-escape"),
        summary: Borrowed("a symbolic link out of the repository"),
        why: Borrowed(
            "The link leads somewhere else on every machine, and a program that follows it reads or overwrites files \
             that are not part of the project.",
        ),
        fix: Borrowed("Link to a relative path inside of the repository, or copy the file."),
        bad: Borrowed("config -> /home/me/config"),
        good: Borrowed("config -> settings/config"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if view.file.new.is_none_or(|s| s.kind != EntryKind::Symlink) || is_known(view) {
        return;
    }
    let message = match lead(view.path(), view.bytes()) {
        Lead::Inside(_) => return,
        Lead::Absolute => "the symbolic link leads to an absolute path",
        Lead::Outside => "the symbolic link leads out of the repository",
        Lead::GitDirectory => "the symbolic link leads into `.git`",
    };
    sink.on_path(view.path(), message)
        .help("link to a relative path inside of the repository");
}

/// A link that moves leads elsewhere, even with the same target.
fn is_known(view: &FileView<'_>) -> bool {
    view.is_same_content() && !is_new_path(view.file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{File, Symlink};
    use crate::rules::testing::{added, case};

    fn link(path: &str, target: &str) -> Vec<String> {
        case()
            .entry(path, None::<(EntryKind, &str)>, Some((Symlink, target)))
            .run(&RULE)
    }

    #[test]
    fn an_escape_is_found() {
        assert_eq!(
            link("a", "/etc/passwd"),
            ["high a: the symbolic link leads to an absolute path"]
        );
        assert_eq!(
            link("a/b", "../../c"),
            ["high a/b: the symbolic link leads out of the repository"]
        );
        assert_eq!(
            link("a", ".git/hooks/pre-commit"),
            ["high a: the symbolic link leads into `.git`"]
        );
        let case = case().entry("a", Some((File, "x")), Some((Symlink, "..")));
        assert_eq!(
            case.run(&RULE),
            ["high a: the symbolic link leads out of the repository"]
        );
    }

    #[test]
    fn a_link_inside_is_fine() {
        assert!(link("a/b", "../c").is_empty());
        assert!(link("a", "").is_empty());
        assert!(added(&RULE, "a", "/etc/passwd").is_empty());
        assert!(
            case()
                .entry("a", Some((Symlink, "/x")), None::<(EntryKind, &str)>)
                .run(&RULE)
                .is_empty()
        );
        assert!(
            case()
                .entry("a", Some((Symlink, "/x")), Some((Symlink, "/x")))
                .run(&RULE)
                .is_empty()
        );
    }

    #[test]
    fn a_link_that_moves_leads_elsewhere() {
        let moved = |path: &str| case().entry(path, Some((Symlink, "../c")), Some((Symlink, "../c")));
        let expected = ["high b: the symbolic link leads out of the repository"];
        assert_eq!(moved("b").renamed_from("a/b").run(&RULE), expected);
        assert!(moved("b").run(&RULE).is_empty());
    }
}
