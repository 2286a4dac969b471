//! Repositories of odd shapes.

use super::left::run_dir;
use super::{KEY, Say, everything, mend, policy, proposal, scripted, staged};
use crate::fake::Server;
use crate::support::Repo;
use serde_json::json;

/// A change with a key, in any repository.
fn key() -> String {
    format!("import os\nKEY = \"{KEY}\"\nprint(KEY)\n")
}

fn mending() -> Server {
    scripted(vec![mend(), Say::Done("done")])
}

#[test]
fn before_the_first_commit() {
    let server = mending();
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy(&server, ""));
    repo.write("app.py", key());
    repo.add();
    let before = everything(&repo);
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    assert_eq!(everything(&repo), before);
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert!(
        String::from_utf8(repo.read("app.py"))
            .unwrap()
            .contains("APP_KEY")
    );
}

#[test]
fn what_was_staged_since_is_what_counts() {
    let server = mending();
    let repo = staged(&server, "");
    repo.run(&["hook", "pre-commit"]).exits(1);
    repo.write("other.py", "print(1)\n");
    repo.add();
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    let tree = run_dir(&repo, offered["id"].as_str().unwrap()).join("tree");
    assert_eq!(std::fs::read(tree.join("other.py")).unwrap(), b"print(1)\n");
    repo.write("app.py", "print(2)\n");
    repo.add();
    let ran = repo.run(&["fix"]).exits(0);
    assert!(ran.stderr.contains("nothing to do"), "{ran}");
}

#[test]
fn a_merge_with_conflicts_is_not_begun_with() {
    let server = mending();
    let repo = staged(&server, "");
    repo.git(&["commit", "-q", "--no-verify", "-m", "Key"]);
    repo.git(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    repo.write("app.py", "print(3)\n");
    repo.commit("Other");
    assert_ne!(repo.try_git(&["merge", "main"]).code, 0);
    let before = everything(&repo);
    let ran = repo.run(&["fix"]).exits(2);
    assert!(
        ran.stderr.contains("the index has conflicts, as in `app.py`"),
        "{ran}"
    );
    assert_eq!(everything(&repo), before);
    assert!(server.asked().is_empty());
}

#[test]
fn a_linked_working_tree() {
    let server = mending();
    let main = staged(&server, "");
    main.git(&["stash", "-q"]);
    main.git(&["worktree", "add", "-q", "../linked", "-b", "linked"]);
    let linked = main.sibling("../linked");
    linked.write("app.py", key());
    linked.add();
    linked.run(&["hook", "pre-commit"]).exits(1);
    let before = (everything(&main), everything(&linked));
    let offered = proposal(&linked.run(&["fix", "--json"]).exits(0));
    assert_eq!((everything(&main), everything(&linked)), before);
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    linked.run(&["proposals", "apply", "latest"]).exits(0);
    assert!(
        String::from_utf8(linked.read("app.py"))
            .unwrap()
            .contains("APP_KEY")
    );
    assert!(!main.has("app.py"));
}

#[test]
fn a_submodule() {
    let server = mending();
    let inner = staged(&server, "");
    inner.git(&["stash", "-q"]);
    let outer = inner.sibling("outer");
    std::fs::create_dir_all(&outer.root).unwrap();
    outer.git(&["init", "-q"]);
    let url = inner.root.to_str().unwrap();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        url,
        "sub",
    ]);
    let module = outer.sibling("sub");
    module.write("app.py", key());
    module.add();
    let before = everything(&outer);
    let offered = proposal(&module.run(&["fix", "--json"]).exits(0));
    assert_eq!(everything(&outer), before);
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    module.run(&["proposals", "apply", "latest"]).exits(0);
    assert!(
        String::from_utf8(module.read("app.py"))
            .unwrap()
            .contains("APP_KEY")
    );
}

#[test]
fn objects_with_long_names() {
    let server = mending();
    let repo = Repo::named("long", &["--object-format=sha256"]);
    repo.write(".pantheon.toml", policy(&server, ""));
    repo.commit("Begin");
    repo.write("app.py", key());
    repo.add();
    let before = everything(&repo);
    let offered = proposal(&repo.run(&["fix", "--json"]).exits(0));
    assert_eq!(everything(&repo), before);
    assert_eq!(offered["tree"].as_str().unwrap().len(), 64);
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert!(
        String::from_utf8(repo.read("app.py"))
            .unwrap()
            .contains("APP_KEY")
    );
}

#[test]
fn names_with_spaces_and_new_lines() {
    let odd = "a dir/two\nlines \"and\" \u{e4}.py";
    let edit = json!({"path": odd, "first": 2, "last": 2, "new": "KEY = os.environ[\"APP_KEY\"]"});
    let server = scripted(vec![Say::Call("edit", edit), Say::Done("done")]);
    let repo = Repo::named("a repo\nwith two lines", &[]);
    repo.write(".pantheon.toml", policy(&server, ""));
    repo.commit("Begin");
    repo.write(odd, key());
    repo.add();
    let before = everything(&repo);
    repo.run(&["fix"]).exits(0);
    assert_eq!(everything(&repo), before);
    repo.run(&["proposals", "apply", "latest"]).exits(0);
    assert!(String::from_utf8(repo.read(odd)).unwrap().contains("APP_KEY"));
}

#[test]
fn a_bare_repository_has_nothing_staged_and_takes_tasks() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    repo.git(&["stash", "-q"]);
    repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = repo.sibling("../bare.git");
    let ran = bare.run(&["fix"]).exits(2);
    assert!(ran.stderr.contains("is bare"), "{ran}");
    assert!(server.asked().is_empty());
    let before = everything(&bare);
    let offered = proposal(&bare.run(&["create", "x", "--json"]).exits(0));
    assert_eq!(offered["paths"], json!([["A", "a.txt"]]));
    assert_eq!(everything(&bare), before);
    let ran = bare.run(&["proposals", "apply", "latest"]).exits(2);
    assert!(ran.stderr.contains("is bare"), "{ran}");
}

#[test]
fn a_head_that_is_no_branch() {
    let server = mending();
    let repo = staged(&server, "");
    repo.git(&["checkout", "-q", "--detach"]);
    let before = everything(&repo);
    repo.run(&["fix"]).exits(0);
    assert_eq!(everything(&repo), before);
}
