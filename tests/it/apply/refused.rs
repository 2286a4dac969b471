//! What is never written, whoever offers it.

use super::{World, lines};
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;

/// Insists that a proposal is refused for this reason, and that nothing changes.
#[track_caller]
fn refuses(world: &World, id: &str, why: &str) {
    let (before, git) = (world.files(), world.git_dir());
    let ran = world.apply(id).exits(1);
    assert!(ran.stdout.contains(why), "{ran}");
    assert_eq!((world.files(), world.git_dir()), (before, git));
}

/// Makes a proposal of a tree that no git would make: one blob under a chain of names.
fn hostile(world: &World, id: &str, names: &[&str]) {
    let repo = &world.repo;
    repo.write("../blob", "#!/bin/sh\ntouch pwned\n");
    let mut below = repo.git(&["hash-object", "-w", "../blob"]);
    for (depth, name) in names.iter().rev().enumerate() {
        let mode = if depth == 0 { "100644 blob" } else { "040000 tree" };
        let mut command = repo.command("git");
        command.arg("mktree");
        let made = repo
            .finish(&mut command, format!("{mode} {below}\t{name}\n").as_bytes())
            .exits(0);
        below = made.stdout.trim().to_owned();
    }
    let base = repo.git(&["rev-parse", "HEAD^{tree}"]);
    fs::create_dir_all(world.run_dir(id).join("odb")).unwrap();
    world.write(id, &base, &below, json!({}));
}

#[test]
fn names_that_lead_out_or_into_git() {
    let world = World::new();
    world.repo.write("f", "f\n");
    world.repo.commit("base");
    for (at, names) in [
        &[".git", "hooks", "pre-commit"][..],
        &["sub", ".GIT", "config"],
        &["..", "..", "pwned"],
        &["git~1", "config"],
        &[".g\u{200c}it", "config"],
    ]
    .iter()
    .enumerate()
    {
        let id = format!("r{at}");
        hostile(&world, &id, names);
        // It also removes `f`, which must not happen alone.
        refuses(&world, &id, "is a name that is never written");
    }
    assert!(!world.repo.has("../pwned"));
}

#[test]
fn what_git_does_not_know_is_in_the_way() {
    let world = World::with(&[(".gitignore", "/ignored*\n/out\n"), ("f", "f\n")]);
    let repo = &world.repo;
    world.propose("file", |agent| {
        agent.write(".gitignore", "");
        agent.write("ignored", "theirs\n");
    });
    world.propose("dir", |agent| {
        agent.write(".gitignore", "");
        agent.write("ignored-dir", "theirs\n");
    });
    world.propose("link", |agent| {
        agent.write(".gitignore", "");
        agent.write("out/x", "theirs\n");
    });
    repo.write("ignored", "mine\n");
    repo.write("ignored-dir/secret", "mine\n");
    fs::create_dir_all(repo.path("../outside")).unwrap();
    symlink("../outside", repo.path("out")).unwrap();
    refuses(
        &world,
        "file",
        "`ignored` was added on both sides, with other content",
    );
    refuses(
        &world,
        "dir",
        "`ignored-dir` cannot be written: a directory is in the way",
    );
    refuses(
        &world,
        "link",
        "`out/x` cannot be written: what is no directory is in the way",
    );
    assert_eq!(fs::read_dir(repo.path("../outside")).unwrap().count(), 0);
}

#[test]
fn other_repositories_are_not_written() {
    let world = World::with(&[("f", "f\n")]);
    world.propose("r1", |agent| agent.write("sub/x", "x\n"));
    let sub = world.repo.sibling("sub");
    fs::create_dir_all(&sub.root).unwrap();
    sub.git(&["init", "-q"]);
    refuses(&world, "r1", "`sub/x` belongs to another repository");
    sub.write("y", "y\n");
    sub.commit("inner");
    let (before, git) = (world.files(), world.git_dir());
    world.apply("r1").exits(1);
    assert_eq!((world.files(), world.git_dir()), (before, git));
    let base = world.repo.git(&["rev-parse", "HEAD^{tree}"]);
    let commit = world.repo.git(&["rev-parse", "HEAD"]);
    let mut command = world.repo.command("git");
    command.args(["mktree", "--missing"]);
    let made = world.repo.finish(
        &mut command,
        format!("160000 commit {commit}\tmodule\n").as_bytes(),
    );
    fs::create_dir_all(world.run_dir("r2").join("odb")).unwrap();
    world.write("r2", &base, made.exits(0).stdout.trim(), json!({}));
    refuses(&world, "r2", "`module` belongs to another repository");
}

#[test]
fn no_program_of_the_configuration_or_the_tree_runs() {
    let world = World::with(&[("a.big", &lines(9)), ("b", &lines(9))]);
    let repo = &world.repo;
    world.propose("r1", |agent| agent.write("a.big", lines(10)));
    world.propose("r2", |agent| {
        agent.write("b", lines(9).replace("\n2\n", "\ntwo\n"));
        agent.write(".gitattributes", "* filter=big merge=big diff=big\n");
        agent.write("c", "c\n");
    });
    let mark = repo.home().join("ran");
    let program = format!("touch {}; cat", mark.display());
    for key in [
        "filter.big.clean",
        "filter.big.smudge",
        "merge.big.driver",
        "diff.big.textconv",
        "diff.big.command",
        "diff.external",
        "core.fsmonitor",
    ] {
        repo.git(&["config", key, &program]);
    }
    for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
        repo.write_script(format!(".git/hooks/{hook}"), format!("#!/bin/sh\n{program}\n"));
    }
    repo.write(".git/info/attributes", "*.big filter=big\n");
    repo.write("b", lines(9).replace("\n8\n", "\neight\n"));
    refuses(
        &world,
        "r1",
        "`a.big` goes through the filter `big`, which is not run here",
    );
    repo.run(&["proposals", "diff", "r2"]).exits(0);
    world.apply("r2").exits(0);
    world.undo().exits(0);
    assert!(!mark.exists());
}

#[test]
fn files_outside_of_a_sparse_checkout_stay_there() {
    let world = World::with(&[("in/f", "f\n"), ("out/g", "g\n")]);
    world.propose("r1", |agent| agent.write("out/g", "G\n"));
    world.propose("r2", |agent| agent.write("in/f", "F\n"));
    world.repo.git(&["sparse-checkout", "set", "in"]);
    assert!(!world.repo.has("out/g"));
    refuses(&world, "r1", "`out/g` is not checked out here");
    world.apply("r2").exits(0);
    assert_eq!(
        (world.repo.read("in/f"), world.repo.has("out/g")),
        (b"F\n".to_vec(), false)
    );
}

#[test]
fn what_runs_by_itself_needs_a_yes() {
    let world = World::with(&[("f", "f\n")]);
    let facts = json!({ "surface": ["build.rs"] });
    world.propose_with(
        "r1",
        |agent| {
            agent.write("build.rs", "fn main() {}\n");
            agent.write_script("tool", "#!/bin/sh\n");
            symlink("/etc/passwd", agent.path("link")).unwrap();
        },
        facts,
    );
    let before = world.files();
    let ran = world
        .repo
        .run(&["proposals", "apply", "r1", "--allow-executable", "tool"])
        .exits(1);
    assert_eq!(
        ran.stderr,
        "warning: `build.rs` may run by itself later\nwarning: `link` may run by itself later\n\
         error: nobody is here to say yes to `build.rs` and `link`\n \
         hint: look at them, and name them with `--allow-executable PATH`, or say `--yes`\n"
    );
    assert_eq!(world.files(), before);
    let words = [
        "proposals",
        "apply",
        "r1",
        "--allow-executable",
        "tool",
        "link",
        "build.rs",
    ];
    world.repo.run(&words).exits(0);
    assert_eq!(
        fs::read_link(world.repo.path("link")).unwrap().to_str(),
        Some("/etc/passwd")
    );
    world.undo().exits(0);
    assert_eq!(world.files(), before);
}

#[test]
fn what_did_not_pass_needs_a_word() {
    for decision in ["block", "inconclusive"] {
        let world = World::with(&[("f", "f\n")]);
        world.propose_with(
            "r1",
            |agent| agent.write("f", "g\n"),
            json!({ "decision": decision }),
        );
        let ran = world.apply("r1").exits(1);
        assert_eq!(
            ran.stderr,
            format!(
                "error: `r1` did not pass: the gate `pre-commit` said `{decision}`\n hint: `pantheon proposals show` \
                 lists its findings; `--despite-gate` applies it all the same\n"
            )
        );
        assert_eq!(world.repo.read("f"), b"f\n");
        let ran = world
            .repo
            .run(&["proposals", "apply", "r1", "--despite-gate"])
            .exits(0);
        assert_eq!(
            ran.stderr,
            format!("warning: the gate `pre-commit` said `{decision}` of this proposal\n")
        );
        assert_eq!(world.repo.read("f"), b"g\n");
    }
}

#[test]
fn names_of_proposals_that_mean_none_or_two() {
    let world = World::with(&[("f", "f\n")]);
    let error = |args: &[&str], code| world.repo.run(args).exits(code).stderr;
    assert!(
        error(&["proposals", "show"], 2).starts_with("error: there is no proposal for this repository\n")
    );
    for id in ["abc-1", "abc-2"] {
        world.propose(id, |agent| agent.write("f", "g\n"));
    }
    assert_eq!(
        error(&["proposals", "show", "abc"], 2),
        "error: `abc` could be `abc-2` (open) or `abc-1` (open)\n hint: write more of the id\n"
    );
    world.repo.run(&["proposals", "show", "abc-2"]).exits(0);
    for name in ["x", "", "../abc-1", "abc-1/"] {
        assert!(
            error(&["proposals", "show", name], 2).contains("no proposal is called"),
            "{name}"
        );
    }
    let broken = world.run_dir("abc-3");
    fs::create_dir_all(broken.join("odb")).unwrap();
    world.repo.write(broken.join("proposal.json"), "{\"version\": 7}");
    let ran = world.repo.run(&["proposals", "list"]).exits(0);
    assert_eq!(ran.stdout.lines().count(), 2);
    assert_eq!(
        ran.stderr,
        "note: the proposal `abc-3` cannot be used: it is of version 7, which this pantheon does not know\n"
    );
    assert!(
        error(&["proposals", "apply", "abc-3"], 2).starts_with("error: the proposal `abc-3` cannot be used")
    );
}
