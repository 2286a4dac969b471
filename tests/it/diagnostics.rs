//! What the program says of itself when it is asked: what it compared, by which policy, and how long
//! each check took, on standard error, with nothing of what is judged.

use crate::support::{Ran, Repo};

/// A token of nobody's, which this file itself must not hold.
fn token() -> String {
    format!("ghp_{}", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY")
}

/// A repository with a policy, and a token in its index.
fn leaking() -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", "version = 1\nextends = [\"recommended\"]\n");
    repo.commit("Begin");
    repo.write("a.py", format!("key = \"{}\"\n", token()));
    repo.add();
    repo
}

/// The words behind the level that open each line about the run.
fn events(ran: &Ran) -> Vec<&str> {
    let lines = ran.stderr.lines().filter_map(|line| line.strip_prefix("DEBUG "));
    lines.filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn review_says_twice_as_much_when_asked_twice() {
    let repo = leaking();
    for args in [&["review", "--staged"][..], &["review", "--staged", "-v"]] {
        assert_eq!(repo.run(args).exits(1).stderr, "");
    }
    let ran = repo.run(&["-vv", "review", "--staged"]).exits(1);
    let mut expected = vec!["layer", "layer", "policy", "repository", "compared"];
    expected.extend(["check"; 10]);
    expected.push("decided");
    assert_eq!(events(&ran), expected, "{ran}");
    let head = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let index = repo.git(&["write-tree"]);
    let compared = format!("compared source=\"staged\" base=Some(\"{head}\") head={index} files=1 rules=");
    assert!(ran.stderr.contains(&compared), "{ran}");
    assert!(
        ran.stderr
            .contains("layer name=\"policies/recommended.toml\" bytes="),
        "{ran}"
    );
    assert!(ran.stderr.contains("policy origin=Base tree=Some("), "{ran}");
    assert!(ran.stderr.contains("check check=patterns micros="), "{ran}");
    assert!(
        ran.stderr
            .contains("decided stage=\"manual\" decision=\"block\" findings=1 "),
        "{ran}"
    );
    assert!(!ran.stderr.contains(&token()[5..]), "{ran}");
    assert!(ran.stdout.contains("fingerprint"), "{ran}");
}

#[test]
fn hook_says_it_when_the_variable_is_set() {
    let mut repo = leaking();
    let shim = ["hook", "pre-commit", "--shim", "none", "--"];
    let ran = repo.run(&shim).exits(1);
    assert_eq!(events(&ran), [""; 0], "{ran}");
    repo.env.push(("PANTHEON_LOG".into(), "1".into()));
    let ran = repo.run(&shim).exits(1);
    assert_eq!(events(&ran).last(), Some(&"decided"), "{ran}");
}
