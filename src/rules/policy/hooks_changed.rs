//! Changes of the hooks and pipelines in which gates run.

use super::deed;
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity, Status};
use bstr::{BStr, ByteSlice};
use std::borrow::Cow::Borrowed;

/// Finds changes of git hooks and of the configuration of hook managers; pipelines are worth knowing.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("policy/hooks-changed"),
        summary: Borrowed("a change of hooks or pipelines"),
        why: Borrowed(
            "Hooks and pipelines run code on the machines of colleagues and decide whether the gates run at all.",
        ),
        fix: Borrowed("Have the owner of the hooks review the change."),
        bad: Borrowed(".husky/pre-commit without the gate"),
        good: Borrowed(".husky/pre-commit with the gate"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if view.is_from_another_parent() {
        return;
    }
    let old = view.file.old_path.as_ref();
    let moved_from = old.filter(|_| view.file.status == Status::Renamed);
    let paths = || {
        [Some(view.path()), moved_from.map(|p| p.as_bstr())]
            .into_iter()
            .flatten()
    };
    let (severity, what) = if paths().any(is_hook) {
        (Severity::Medium, "hooks")
    } else if paths().any(is_pipeline) {
        (Severity::Info, "the pipeline")
    } else {
        return;
    };
    sink.on_path(view.path(), format!("a file of {what} is {}", deed(view.file)))
        .severity(severity);
}

fn is_hook(path: &BStr) -> bool {
    const FILES: &[&str] = &[
        ".pre-commit-config.yaml",
        ".pre-commit-config.yml",
        "prek.toml",
        "lefthook.yml",
        "lefthook.yaml",
        "lefthook.toml",
        "lefthook.json",
        ".lefthook.yml",
        ".lefthook.yaml",
        "lefthook-local.yml",
        ".overcommit.yml",
        ".huskyrc",
        ".huskyrc.json",
        ".lintstagedrc",
        ".lintstagedrc.json",
    ];
    let below = |dir: &str| path.starts_with_str(dir);
    FILES.iter().any(|f| path == f.as_bytes())
        || below(".husky/")
        || below(".githooks/")
        || below(".git-hooks/")
        || is_git_hook(path)
}

/// Whether the path ends in `hooks/` and the name of a hook that git knows.
fn is_git_hook(path: &BStr) -> bool {
    const NAMES: &[&str] = &[
        "applypatch-msg",
        "commit-msg",
        "post-checkout",
        "post-commit",
        "post-merge",
        "post-receive",
        "post-rewrite",
        "pre-applypatch",
        "pre-auto-gc",
        "pre-commit",
        "pre-merge-commit",
        "pre-push",
        "pre-rebase",
        "pre-receive",
        "prepare-commit-msg",
        "reference-transaction",
        "update",
    ];
    let Some((dir, name)) = path.rfind_byte(b'/').map(|at| (&path[..at], &path[at + 1..])) else {
        return false;
    };
    (dir == b"hooks" || dir.ends_with(b"/hooks")) && NAMES.iter().any(|n| name == n.as_bytes())
}

fn is_pipeline(path: &BStr) -> bool {
    const FILES: &[&str] = &[
        ".gitlab-ci.yml",
        "Jenkinsfile",
        ".travis.yml",
        ".drone.yml",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        ".cirrus.yml",
    ];
    const DIRS: &[&str] = &[
        ".github/workflows/",
        ".github/actions/",
        ".forgejo/workflows/",
        ".gitea/workflows/",
    ];
    FILES.iter().any(|f| path == f.as_bytes()) || DIRS.iter().any(|d| path.starts_with_str(d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn hooks_are_found() {
        for path in [
            ".pre-commit-config.yaml",
            "lefthook.yml",
            ".husky/pre-push",
            ".githooks/lib.sh",
            "x/hooks/update",
        ] {
            assert_eq!(
                modified(&RULE, path, "a", "b"),
                [format!("medium {path}: a file of hooks is changed")]
            );
        }
        assert_eq!(
            deleted(&RULE, "hooks/pre-commit", "a"),
            ["medium hooks/pre-commit: a file of hooks is deleted"]
        );
        let moved = case()
            .file("x", Some("a"), Some("a"))
            .renamed_from("hooks/pre-commit");
        assert_eq!(moved.run(&RULE), ["medium x: a file of hooks is renamed"]);
    }

    #[test]
    fn pipelines_are_worth_knowing() {
        let path = ".github/workflows/ci.yml";
        assert_eq!(
            added(&RULE, path, "a"),
            [format!("info {path}: a file of the pipeline is added")]
        );
        assert_eq!(
            modified(&RULE, ".gitlab-ci.yml", "a", "b"),
            ["info .gitlab-ci.yml: a file of the pipeline is changed"]
        );
    }

    #[test]
    fn other_files_are_fine() {
        for path in [
            "src/hooks/useState.ts",
            "hooks/mod.rs",
            "update",
            "docs/.gitlab-ci.yml",
        ] {
            assert!(modified(&RULE, path, "a", "b").is_empty(), "{path}");
        }
    }
}
