//! What apply and undo do, and what they print.

use super::{World, lines, tree};
use crate::support::{PANTHEON, Repo};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A world with a proposal `r1` that changes line 5, removes `d/only` and adds `added`.
fn world() -> World {
    let world = World::with(&[("f", &lines(40)), ("d/only", "x\n"), ("keep", "k\n")]);
    world.propose("r1", |agent| {
        agent.write("f", lines(40).replace("\n5\n", "\nfive\n"));
        agent.write("new/added", "new\n");
        fs::remove_dir_all(agent.path("d")).unwrap();
    });
    world
}

#[test]
fn a_proposal_is_merged_with_the_edits_of_the_user_and_taken_back() {
    let world = world();
    let repo = &world.repo;
    repo.write("f", lines(40).replace("\n30\n", "\nthirty\n"));
    repo.chmod("f", 0o600);
    repo.write("untracked", "wip\n");
    repo.write("staged", "s\n");
    repo.git(&["add", "staged"]);
    repo.write("staged", "s\nmore\n");
    let (before, git) = (world.files(), world.git_dir());

    let ran = repo.run(&["proposals", "apply", "--check"]).exits(0);
    let shown = "  D d/only  +0 -1\n  M f  +1 -1\n  A new/added  +1 -0\n";
    assert_eq!(ran.stdout, format!("{shown}`r1` fits; nothing was changed\n"));
    assert_eq!(world.files(), before);

    let ran = repo.run(&["proposals", "apply", "r1"]).exits(0);
    assert_eq!(
        ran.stdout,
        format!(
            "{shown}applied `r1`: 3 files in the working tree; nothing was staged or committed\n\
             hint: `pantheon undo` takes it back\n"
        )
    );
    assert_eq!(ran.stderr, "");
    let merged = lines(40)
        .replace("\n5\n", "\nfive\n")
        .replace("\n30\n", "\nthirty\n");
    let after = world.files();
    assert_eq!(repo.read("f"), merged.as_bytes());
    assert_eq!(after[std::path::Path::new("f")].0 & 0o777, 0o600);
    assert_eq!(
        (repo.read("new/added"), repo.has("d")),
        (b"new\n".to_vec(), false)
    );
    assert_eq!(
        (repo.read("untracked"), repo.read("staged")),
        (b"wip\n".to_vec(), b"s\nmore\n".to_vec())
    );
    assert_eq!(world.git_dir(), git);

    let ran = world.undo().exits(0);
    assert_eq!(
        ran.stdout,
        "  A d/only  +1 -0\n  M f  +1 -1\n  D new/added  +0 -1\ntook `r1` back: 3 files in the working tree\n"
    );
    assert_eq!(world.files(), before);
    assert_eq!(world.git_dir(), git);
    let ran = world.undo().exits(1);
    assert_eq!(
        ran.stderr,
        "error: nothing is applied in this working tree that could be taken back\n \
         hint: `pantheon proposals list --all` shows what became of each proposal\n"
    );
}

#[test]
fn a_conflict_is_shown_and_changes_nothing() {
    let world = world();
    world.repo.write("f", lines(40).replace("\n5\n", "\nFIVE\n"));
    let before = world.files();
    for args in [
        &["proposals", "apply", "r1"][..],
        &["proposals", "apply", "r1", "--check"],
    ] {
        let ran = world.repo.run(args).exits(1);
        assert_eq!(
            ran.stdout,
            "conflict: `f` was changed on both sides, in the same lines\n  from line 5:\n    \
             <<<<<<< working tree\n    FIVE\n    =======\n    five\n    >>>>>>> proposal\n"
        );
        assert_eq!(
            ran.stderr,
            "error: `r1` does not fit: 1 conflict with the working tree\n \
             hint: settle those files, and run it again; nothing was changed\n"
        );
        assert_eq!(world.files(), before);
    }
}

#[test]
fn undo_keeps_what_was_edited_since() {
    let world = world();
    world.apply("r1").exits(0);
    let edited = String::from_utf8(world.repo.read("f"))
        .unwrap()
        .replace("\n20\n", "\ntwenty\n");
    world.repo.write("f", &edited);
    world.repo.write("new/mine", "mine\n");
    world.undo().exits(0);
    assert_eq!(
        world.repo.read("f"),
        edited.replace("\nfive\n", "\n5\n").as_bytes()
    );
    assert_eq!(world.repo.read("new/mine"), b"mine\n");
    assert!(!world.repo.has("new/added") && world.repo.has("d/only"));
}

#[test]
fn undo_refuses_where_the_same_lines_were_edited() {
    let world = world();
    world.apply("r1").exits(0);
    let edited = String::from_utf8(world.repo.read("f"))
        .unwrap()
        .replace("\nfive\n", "\nfive!\n");
    world.repo.write("f", &edited);
    let before = world.files();
    let ran = world.undo().exits(1);
    assert_eq!(
        ran.stdout,
        "conflict: `f` was changed on both sides, in the same lines\n  from line 5:\n    \
         <<<<<<< working tree\n    five!\n    =======\n    5\n    >>>>>>> before\n"
    );
    assert_eq!(world.files(), before);
    world.repo.write("f", edited.replace("five!", "five"));
    world.undo().exits(0);
    assert_eq!(world.repo.read("f"), lines(40).as_bytes());
}

#[test]
fn undo_again_goes_further_back() {
    let world = world();
    world.propose("r2", |agent| agent.write("keep", "k\nk2\n"));
    let before = world.files();
    world.apply("r1").exits(0);
    let between = world.files();
    world.apply("r2").exits(0);
    assert!(
        world
            .undo()
            .exits(0)
            .stdout
            .ends_with("took `r2` back: 1 file in the working tree\n")
    );
    assert_eq!(world.files(), between);
    world.undo().exits(0);
    assert_eq!(world.files(), before);
    let ran = world.repo.run(&["proposals", "list"]).exits(0);
    let states: Vec<_> = ran
        .stdout
        .lines()
        .map(|line| line.split_whitespace().nth(1).unwrap())
        .collect();
    assert_eq!(states, ["undone", "undone"]);
    // And forward again.
    world.apply("r1").exits(0);
    assert_eq!(world.files(), between);
}

#[test]
fn what_is_there_already_is_not_written_again() {
    let world = World::with(&[("f", "a\n")]);
    world.propose("r1", |agent| agent.write("f", "b\n"));
    world.repo.write("f", "b\n");
    let ran = world.apply("r1").exits(0);
    assert_eq!(
        ran.stdout,
        "`r1` is in the working tree already: nothing was written\n"
    );
    let ran = world.undo().exits(0);
    assert_eq!(
        ran.stdout,
        "took `r1` back: nothing of it was left in the working tree\n"
    );
    assert_eq!(world.repo.read("f"), b"b\n");
}

#[test]
fn line_ends_stay_as_they_stand_in_the_working_tree() {
    let world = World::with(&[(".gitattributes", "*.crlf text eol=crlf\n*.mix text eol=crlf\n")]);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let mixed = crlf(&lines(3)) + "4\n5\n" + &crlf("6\n7\n");
    world.repo.write("a.crlf", crlf(&lines(9)));
    world.repo.write("b.mix", &mixed);
    world.repo.write("c.mix", lines(9));
    world.repo.commit("more");
    world.propose("r1", |agent| {
        for path in ["a.crlf", "b.mix", "c.mix"] {
            let text = String::from_utf8(agent.read(path)).unwrap();
            agent.write(path, text.replace("\r\n2\r\n", "\r\ntwo\r\n"));
        }
        agent.write("new.crlf", "x\r\n");
    });
    let before = world.files();
    world.apply("r1").exits(0);
    assert_eq!(
        world.repo.read("a.crlf"),
        crlf(&lines(9).replace("\n2\n", "\ntwo\n")).as_bytes()
    );
    assert_eq!(
        world.repo.read("b.mix"),
        mixed.replace("\r\n2\r\n", "\r\ntwo\r\n").as_bytes()
    );
    assert_eq!(
        world.repo.read("c.mix"),
        lines(9).replace("\n2\n", "\ntwo\n").as_bytes()
    );
    assert_eq!(world.repo.read("new.crlf"), b"x\r\n");
    world.undo().exits(0);
    assert_eq!(world.files(), before);
}

#[test]
fn the_index_may_hide_files_or_hold_a_conflict() {
    let world = World::with(&[("hidden", &lines(20)), ("both", "a\n"), ("f", "f\n")]);
    let repo = &world.repo;
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("both", "side\n");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("both", "main\n");
    repo.commit("main");
    world.propose("r1", |agent| {
        agent.write("hidden", lines(20).replace("\n2\n", "\ntwo\n"));
        agent.write("f", "g\n");
    });
    assert_ne!(repo.try_git(&["merge", "side"]).code, 0);
    repo.git(&["update-index", "--assume-unchanged", "hidden"]);
    repo.write("hidden", lines(20).replace("\n18\n", "\nmine\n"));
    let (before, git) = (world.files(), world.git_dir());
    world.apply("r1").exits(0);
    let both = lines(20)
        .replace("\n2\n", "\ntwo\n")
        .replace("\n18\n", "\nmine\n");
    assert_eq!(repo.read("hidden"), both.as_bytes());
    assert!(repo.read("both").starts_with(b"<<<<<<<"));
    world.undo().exits(0);
    assert_eq!((world.files(), world.git_dir()), (before, git));
}

#[test]
fn each_working_tree_has_its_own_applies() {
    let world = world();
    world
        .repo
        .git(&["worktree", "add", "-q", "../linked", "--detach"]);
    let linked = World {
        repo: world.repo.sibling("../linked"),
    };
    linked.apply("r1").exits(0);
    assert!(linked.repo.has("new/added") && !world.repo.has("new/added"));
    world.undo().exits(1);
    let back = linked.repo.run(&["undo"]).exits(0);
    assert!(
        back.stdout
            .ends_with("took `r1` back: 3 files in the working tree\n")
    );
    assert!(!linked.repo.has("new/added"));
}

#[test]
fn a_process_that_is_killed_leaves_nothing_half_done() {
    let world = World::with(&[("f", "f\n")]);
    let many = |repo: &Repo| (0..300).for_each(|n| repo.write(format!("d{}/f{n}", n % 7), "new\n"));
    world.propose("r1", many);
    let before = world.files();
    let staging = |repo: &Repo| {
        let names = fs::read_dir(&repo.root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        names
            .into_iter()
            .find(|name| name.to_string_lossy().starts_with(".pantheon-apply-"))
    };
    // The first moved file tells that it is in the middle.
    let mut child = world.repo.command(PANTHEON);
    child
        .args(["proposals", "apply", "r1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    let start = Instant::now();
    while !world.repo.has("d0") && start.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let died_midway = staging(&world.repo).is_some();
    let ran = world.repo.run(&["proposals", "apply", "r1", "--check"]);
    if died_midway {
        let root = world.repo.root.display();
        let note = format!("note: an apply that had died half-way was taken back in `{root}`\n");
        assert_eq!((ran.code, ran.stderr), (0, note));
        assert_eq!(world.files(), before);
        world.apply("r1").exits(0);
    }
    assert_eq!(
        tree(&world.repo.root)
            .keys()
            .filter(|path| path.starts_with("d0"))
            .count(),
        44
    );
    assert_eq!(staging(&world.repo), None);
    world.undo().exits(0);
    assert_eq!(world.files(), before);
}

#[test]
fn proposals_are_listed_shown_and_dropped() {
    let world = world();
    let facts = json!({
        "created": 1_767_312_000, "task": "mend\u{1b}[2J the\nthing", "decision": "block", "surface": ["new/added"],
        "findings": ["f:5 high secrets/x"], "said": "I did\nall of it."
    });
    world.propose_with("r2", |agent| agent.write("keep", "2\n"), facts);
    let ran = world.repo.run(&["proposals", "list"]).exits(0);
    assert_eq!(
        ran.stdout,
        "r2  open     block            0 files  2026-01-02  mend\\x1b[2J the\\nthing\n\
         r1  open     pass             0 files  2026-01-01  fix it\n"
    );
    let ran = world.repo.run(&["proposals", "show", "latest"]).exits(0);
    assert_eq!(
        ran.stdout,
        "proposal `r2` (open)\n  task    mend\\x1b[2J the\\nthing\n  made    2026-01-02, in 1 round, 1.5 s\n  \
         by      fixer (builtin), locked in as `strict`\n  models  m\n  tokens  1,200 in, 34 out, $0.01\n  \
         base    an index that is no commit's\n  gate    pre-commit: block\n keep | 2 +-\n \
         1 file changed, 1 insertion(+), 1 deletion(-)\nfindings that still count:\n  f:5 high secrets/x\n\
         may run by itself later:\n  new/added\nwhat the agent says:\n  I did\n  all of it.\n"
    );
    let ran = world.repo.run(&["proposals", "drop", "r2"]).exits(0);
    assert_eq!(ran.stdout, "dropped `r2`\n");
    let ran = world
        .repo
        .run(&["proposals", "list", "--format", "json"])
        .exits(0);
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["proposals"].as_array().unwrap().len(), 1);
    assert_eq!(value["proposals"][0]["id"], "r1");
    world.repo.run(&["proposals", "apply", "r2"]).exits(1);
}

#[test]
fn a_patch_in_a_pipe_can_be_applied_by_git() {
    let world = world();
    world.propose("r2", |agent| {
        agent.write("bin", b"\0\x01\x02");
        symlink("keep", agent.path("link")).unwrap();
        agent.write("keep", "k\x1b[2J\r\n");
    });
    let ran = world.repo.run(&["proposals", "diff", "r2"]).exits(0);
    world.repo.write("../patch", &ran.stdout);
    world.repo.git(&["apply", "--check", "../patch"]);
    let ran = world
        .repo
        .run(&["proposals", "diff", "r2", "--color", "always"])
        .exits(0);
    assert!(ran.stdout.contains("\u{1b}[32m+k\\x1b[2J\\r\u{1b}[0m\n"));
    let ran = world.repo.run(&["proposals", "diff", "r1", "--stat"]).exits(0);
    assert!(
        ran.stdout
            .contains(" 3 files changed, 2 insertions(+), 2 deletions(-)\n"),
        "{ran}"
    );
}
