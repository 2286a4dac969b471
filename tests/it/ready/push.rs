//! A push that a framework tells of in variables, because it reads git's lines itself.

use crate::support::{Ran, Repo};

/// A repository with a commit that holds a key, and one that takes it away; the ids of all three.
fn taken_away() -> (Repo, [String; 3]) {
    let repo = Repo::new();
    repo.write("a.py", "one = 1\n");
    let first = repo.commit("Count to one");
    repo.write(
        "b.py",
        format!("key = \"ghp_{}\"\n", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY"),
    );
    let bad = repo.commit("Bring a key");
    repo.git(&["rm", "-q", "b.py"]);
    let last = repo.commit("Take it away");
    (repo, [first, bad, last])
}

fn told(repo: &mut Repo, lines: &[(&str, &str)]) -> Ran {
    repo.env = lines
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    repo.run_with(&["hook", "pre-push"], b"")
}

const BRANCH: [(&str, &str); 3] = [
    ("PRE_COMMIT_REMOTE_NAME", "origin"),
    ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main"),
    ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/main"),
];

#[test]
fn a_push_is_judged_that_a_framework_tells_of() {
    let (mut repo, [first, bad, last]) = taken_away();
    let ends = [
        ("PRE_COMMIT_FROM_REF", first.as_str()),
        ("PRE_COMMIT_TO_REF", last.as_str()),
    ];
    let ran = told(&mut repo, &[&BRANCH[..], &ends].concat()).exits(1);
    assert!(ran.stderr.contains("the push sends this commit too"), "{ran}");
    assert!(ran.stderr.contains(&bad[..10]), "{ran}");
    assert!(ran.stderr.contains("blocks; 2 commits, "), "{ran}");
    // Where all of the branch is new, no ends are named.
    let ran = told(&mut repo, &BRANCH).exits(1);
    assert!(ran.stderr.contains("blocks; 3 commits, "), "{ran}");
    let good = [
        ("PRE_COMMIT_FROM_REF", bad.as_str()),
        ("PRE_COMMIT_TO_REF", last.as_str()),
    ];
    told(&mut repo, &[&BRANCH[..], &good].concat()).exits(0);
}

#[test]
fn what_a_framework_names_and_is_not_here_is_an_error() {
    let (mut repo, _) = taken_away();
    let gone = [("PRE_COMMIT_TO_REF", "0123456789012345678901234567890123456789")];
    told(&mut repo, &[&BRANCH[..], &gone].concat()).exits(2);
    let other = [("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/--output=x")];
    told(&mut repo, &[&BRANCH[..1], &other].concat()).exits(2);
    let ran = told(&mut repo, &[]).exits(0);
    assert!(
        ran.stderr.contains("nothing to check: git sends no reference"),
        "{ran}"
    );
}
