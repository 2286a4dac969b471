//! Installing and taking away git hooks.

use crate::support::Repo;

#[test]
fn the_test_world_is_hermetic() {
    let repo = Repo::new();
    repo.write("a/b.txt", "x\n");
    let id = repo.commit("one");
    assert_eq!(id, "534eeadeb791e8b502d1ab943d944f87295c3c2a");
    assert_eq!(
        repo.git(&["log", "--format=%an %ae %ct"]),
        "A U Thor author@example.com 1767225600"
    );
}
