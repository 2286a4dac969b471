//! The repository's own gate, and the baseline that it is kept with.

use crate::support::Repo;

#[test]
fn a_baseline_does_not_silence_the_next_change_of_the_policy() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", "version = 1\n");
    repo.write("a.txt", "<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n");
    repo.commit("Add the policy");
    let written = repo.run(&["baseline", "write"]).exits(0);
    assert!(written.stdout.contains("1 finding"), "{written}");
    let baseline = String::from_utf8(repo.read(".pantheon-baseline")).unwrap();
    let lines: Vec<&str> = baseline.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 1, "{baseline}");
    assert!(lines[0].ends_with(" text/merge-marker a.txt"), "{baseline}");
}
