//! Which commands run in CI, and that a change brings none.

use super::world::{Forge, Runner};
use crate::support::Ran;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A policy whose command leaves a mark in the home of the world.
fn policy(marker: &str) -> String {
    format!(
        "version = 1\nextends = [\"recommended\"]\n[gates.ci]\nchecks = [\"commands\"]\non-inconclusive = \"block\"\n\
         [commands.mark]\nrun = [\"touch\", \"{marker}\"]\n"
    )
}

struct World {
    forge: Forge,
    owner: PathBuf,
    stranger: PathBuf,
}

/// A forge whose `main` has a policy with a command.
fn world() -> World {
    let forge = Forge::new();
    let mark = |name: &str| forge.author.home().join(name);
    let (owner, stranger) = (mark("owner"), mark("stranger"));
    forge.change("main", ".pantheon.toml", &policy(&owner.display().to_string()));
    World {
        forge,
        owner,
        stranger,
    }
}

impl World {
    /// Whether the owner's command ran, and whether the stranger's did; both marks are gone then.
    fn ran(&self) -> (bool, bool) {
        let gone = |path| std::fs::remove_file(path).is_ok();
        (gone(&self.owner), gone(&self.stranger))
    }

    fn pull(&self, event: &str, trust: &str) -> Runner {
        let (base, head) = (self.forge.tip("main"), self.forge.tip("topic"));
        let payload = json!({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}});
        let trust = format!("PANTHEON_TRUST={trust}");
        let runner = self.forge.checkout("refs/heads/topic", 0);
        runner.github(event, &payload, &[&trust])
    }

    fn push(&self, branch: &str, before: &str, trust: &str) -> Ran {
        let after = self.forge.tip(branch);
        let payload = json!({"before": before, "after": after, "repository": {"default_branch": "main"}});
        let trust = format!("PANTHEON_TRUST={trust}");
        let name = format!("GITHUB_REF=refs/heads/{branch}");
        let runner = self.forge.checkout(&format!("refs/heads/{branch}"), 0);
        runner.github("push", &payload, &[&name, &trust]).ci(&[])
    }

    /// What `pantheon trust --show` says about the policy that is checked out.
    fn digest(&self) -> String {
        let shown = self.forge.author.run(&["trust", "--show"]).exits(1).stdout;
        let line = shown.lines().find_map(|line| line.strip_prefix("digest: "));
        line.unwrap().to_owned()
    }
}

#[test]
fn nothing_runs_that_nobody_trusts() {
    let world = world();
    world.forge.change("topic", "a.txt", "a\n");
    let ran = world.pull("pull_request", "").ci(&[]).exits(3);
    assert!(ran.stdout.contains("are not trusted yet"), "{ran}");
    for other in ["sha256:00", "yes", "Base", "sha256:"] {
        world.pull("pull_request", other).ci(&[]).exits(3);
    }
    assert_eq!(world.ran(), (false, false));
}

#[test]
fn commands_of_the_base_run_where_the_owner_says_so() {
    let world = world();
    let digest = world.digest();
    world.forge.change("topic", "a.txt", "a\n");
    for trust in ["base", &digest, &format!("sha256:00, {digest}")] {
        world.pull("pull_request", trust).ci(&[]).exits(0);
        assert_eq!(world.ran(), (true, false), "{trust}");
    }
}

#[test]
fn a_change_brings_no_command_that_runs() {
    let world = world();
    let digest = world.digest();
    let stranger = policy(&world.stranger.display().to_string());
    world.forge.change("topic", ".pantheon.toml", &stranger);
    for trust in ["base", &digest] {
        let runner = world.pull("pull_request", trust);
        let ran = runner.ci(&["--format", "json"]);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report["policy"]["origin"], "base", "{ran}");
        assert_eq!(world.ran(), (true, false), "{trust}: {ran}");
    }
    // Where no policy was before, the one that comes in is the change's.
    let fresh = self::world();
    fresh.forge.author.git(&["rm", "-q", ".pantheon.toml"]);
    fresh.forge.author.commit("Judge by what is shipped");
    fresh.forge.push("main");
    let stranger = policy(&fresh.stranger.display().to_string());
    fresh.forge.change("topic", ".pantheon.toml", &stranger);
    fresh.pull("pull_request", "base").ci(&[]).exits(3);
    assert_eq!(fresh.ran(), (false, false));
}

#[test]
fn nothing_runs_with_the_rights_of_the_repository() {
    let world = world();
    let digest = world.digest();
    world.forge.change("topic", "a.txt", "a\n");
    for trust in ["base", &digest] {
        let runner = world.pull("pull_request_target", trust);
        let ran = runner.ci(&[]).exits(3);
        let said = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("`pull_request_target` would run it with"), "{ran}");
        runner.ci(&["--base", "main"]).exits(3);
    }
    assert_eq!(world.ran(), (false, false));
}

#[test]
fn what_a_branch_was_before_is_not_the_owners_word() {
    let world = world();
    let digest = world.digest();
    let stranger = policy(&world.stranger.display().to_string());
    let before = world.forge.change("topic", ".pantheon.toml", &stranger);
    world.forge.change("topic", "a.txt", "a\n");
    let ran = world.push("topic", &before, "base").exits(3);
    assert!(ran.stdout.contains("are not trusted yet"), "{ran}");
    world.push("topic", &before, &digest).exits(3);
    assert_eq!(world.ran(), (false, false));
    // A new branch is compared with the default one, which is the owner's.
    world.push("topic", &"0".repeat(40), "base");
    assert_eq!(world.ran(), (true, false));
    let before = world.forge.tip("main");
    world.forge.author.git(&["switch", "-q", "main"]);
    world.forge.change("main", "b.txt", "b\n");
    world.push("main", &before, "base").exits(0);
    assert_eq!(world.ran(), (true, false));
}
