//! The policy: broken, unreadable, out of date; and how a broken one gets in and out of a history.

use super::{Repo, refuses};

/// Says what `policy check` makes of a policy.
fn checked(policy: impl AsRef<[u8]>) -> crate::support::Ran {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.run(&["policy", "check"])
}

#[test]
fn broken_toml_is_placed() {
    refuses(
        &checked("version = 1\nextends = \n"),
        "error: .pantheon.toml:2:11: broken TOML: string values must be quoted, expected literal string\n",
    );
}

#[test]
fn unknown_names_are_placed_with_the_nearest() {
    let policy = "version = 1\n[gates.pre-comit]\nblock = \"high\"\n";
    refuses(
        &checked(policy),
        "error: .pantheon.toml:2:8: unknown key `pre-comit` in `gates`; did you mean `pre-commit`?\n",
    );
    let policy =
        "version = 1\n[rules.\"text/merge-markr\"]\nseverity = \"low\"\n[gates.ci]\nchecks = [\"secretz\"]\n";
    refuses(
        &checked(policy),
        "error: .pantheon.toml:2:8: unknown rule `text/merge-markr`; did you mean `text/merge-marker`?\n\
         error: .pantheon.toml:5:11: unknown check `secretz`; did you mean `secrets`?\n",
    );
}

#[test]
fn pattern_of_paths_that_cannot_be_used_is_placed() {
    refuses(
        &checked("version = 1\n[[paths]]\nmatch = [\"ok/**\", \"a[b\"]\n"),
        "error: .pantheon.toml:3:19: the brackets or braces of the pattern do not match; put `\\` before one \
         that is meant as such\n",
    );
}

#[test]
fn names_with_escape_sequences_are_shown_and_not_sent() {
    let ran = checked("version = 1\n\"\\u001b[31m\" = 1\n");
    assert_eq!(ran.code, 2, "{ran}");
    super::is_plain(&ran);
}

#[test]
fn text_that_is_not_utf_8_is_placed() {
    refuses(
        &checked(b"version = 1 # \xff\n"),
        "error: .pantheon.toml:1:15: the file is not UTF-8\n",
    );
}

#[test]
fn policy_of_two_megabytes_is_not_read() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", vec![b'#'; 2_000_000]);
    refuses(
        &repo.run(&["policy", "check"]),
        "error: `./.pantheon.toml` cannot be read: more than 1048576 bytes\n hint: check that it exists and can \
         be read\n",
    );
    repo.add();
    let ran = repo.run(&["hook", "pre-commit"]);
    refuses(
        &ran,
        "error: .pantheon.toml: the file has 2000000 bytes, more than 1048576\n",
    );
}

#[test]
fn policy_that_is_a_directory_is_refused() {
    let repo = Repo::new();
    repo.write(".pantheon.toml/inner", "");
    for args in [&["policy", "check"], &["review", "--staged"]] {
        refuses(
            &repo.run(args),
            "error: `./.pantheon.toml` cannot be read: Is a directory (os error 21)\n hint: check that it exists \
             and can be read\n",
        );
    }
}

#[test]
fn policy_that_is_a_link_to_nowhere_is_refused() {
    let repo = Repo::new();
    std::os::unix::fs::symlink("nowhere", repo.path(".pantheon.toml")).unwrap();
    for args in [&["policy", "check"], &["review", "--staged"]] {
        refuses(
            &repo.run(args),
            "error: `./.pantheon.toml` cannot be read: No such file or directory (os error 2)\n hint: check that \
             it exists and can be read\n",
        );
    }
}

#[test]
fn file_that_is_named_and_not_there() {
    refuses(
        &Repo::new().run(&["review", "--staged", "--policy", "none.toml"]),
        "error: `none.toml` cannot be read: No such file or directory (os error 2)\n hint: check that it exists \
         and can be read\n",
    );
}

/// Policies that cannot be used, with what is said of them.
const BROKEN: [(&str, &str); 3] = [
    (
        "version = 1\n[gates.pre-comit]\nblock = \"high\"\n",
        ".pantheon.toml:2:8: unknown key `pre-comit` in `gates`; did you mean `pre-commit`?",
    ),
    (
        "version = 1\n[[pattern]]\nid = \"acme/host\"\nsummary = \"host\"\nkeywords = [\"acme\"]\nregex = 'acme('\n",
        ".pantheon.toml:6:9: pattern `acme/host`: `regex`: unclosed group, at character 5",
    ),
    (
        "version = 2\n",
        ".pantheon.toml:1:11: expected `1`, the only version there is, found `2`",
    ),
];

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a policy says about models and is of no use, with what is said of it.
const BROKEN_MODELS: [(&str, &str); 3] = [
    (
        "version = 1\n[routing]\ndefault = \"gemini-3.8-flsh\"\n",
        ".pantheon.toml:3:11: there is no model `gemini-3.8-flsh`; did you mean `gemini-3.8-flash`?",
    ),
    (
        "version = 1\n[prompts.reviewer]\nfile = \"prompts/none.md\"\n",
        ".pantheon.toml:3:1: `prompts/none.md`: the prompt is not there",
    ),
    (
        "version = 1\n[prompts.reviewr]\nfile = \"prompts/none.md\"\n",
        ".pantheon.toml:3:1: there is no prompt `reviewr` to replace; did you mean `reviewer`?",
    ),
];

#[test]
fn what_a_policy_says_about_models_is_checked_with_it() {
    for (policy, why) in BROKEN_MODELS {
        let mut repo = Repo::new();
        // What the user's environment asks for is no fault of the policy's.
        repo.env.push(("PANTHEON_MODEL".into(), "no-such-model".into()));
        repo.write(".pantheon.toml", "version = 1\n");
        repo.commit("Begin");
        repo.run(&["init"]).exits(0);
        repo.run(&["policy", "check"]).exits(0);
        repo.write(".pantheon.toml", policy);
        let ran = repo.run(&["policy", "check"]).exits(2);
        assert!(in_one_line(&ran.stderr).contains(why), "{ran}");
        repo.git(&["add", ".pantheon.toml"]);
        let ran = repo.try_git(&["commit", "-m", "Break the policy"]).exits(1);
        let said = in_one_line(&ran.stderr);
        assert!(
            said.contains(&format!("error[policy/broken-policy]: {why}")),
            "{ran}"
        );
    }
}

#[test]
fn change_that_breaks_the_policy_is_blocked() {
    for (policy, why) in BROKEN {
        let repo = Repo::new();
        repo.write(".pantheon.toml", "version = 1\n");
        repo.commit("Begin");
        repo.run(&["init"]).exits(0);
        repo.write(".pantheon.toml", policy);
        repo.git(&["add", ".pantheon.toml"]);
        let ran = repo.try_git(&["commit", "-m", "Break the policy"]).exits(1);
        let said = in_one_line(&ran.stderr);
        assert!(
            said.contains(&format!("error[policy/broken-policy]: {why}")),
            "{ran}"
        );
    }
}

#[test]
fn change_that_mends_the_policy_passes_and_no_other() {
    for (policy, why) in BROKEN {
        let repo = Repo::new();
        repo.write(".pantheon.toml", policy);
        repo.commit("Begin");
        repo.run(&["hooks", "install"]).exits(0);
        repo.write("other.txt", "one\n");
        repo.git(&["add", "other.txt"]);
        let ran = repo.try_git(&["commit", "-m", "Change something else"]).exits(1);
        assert_eq!(ran.stderr, format!("error: {why}\n"));
        repo.write(".pantheon.toml", "version = 1\n");
        repo.add();
        let ran = repo.try_git(&["commit", "-m", "Mend the policy"]).exits(0);
        let said = in_one_line(&ran.stderr);
        let note = "note: the policy before the change cannot be used, so the one that it brings judges: ";
        assert!(said.contains(&format!("{note}{why}")), "{ran}");
    }
}

#[test]
fn policy_that_is_committed_as_a_link_is_no_policy_and_no_way_around_one() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", "version = 1\n");
    repo.write(
        "weak.toml",
        "version = 1\n[gates.pre-commit]\nchecks = []\nblock = \"never\"\n",
    );
    repo.commit("Begin");
    std::fs::remove_file(repo.path(".pantheon.toml")).unwrap();
    std::os::unix::fs::symlink("weak.toml", repo.path(".pantheon.toml")).unwrap();
    repo.add();
    let ran = repo.run(&["hook", "pre-commit"]).exits(1);
    let why = ".pantheon.toml: the policy is not a plain file; commit the file itself in its place";
    let said = in_one_line(&ran.stderr);
    assert!(
        said.contains(&format!("error[policy/broken-policy]: {why}")),
        "{ran}"
    );
    repo.commit("Slip it in");
    repo.write("other.txt", "one\n");
    repo.add();
    refuses(&repo.run(&["hook", "pre-commit"]), &format!("error: {why}\n"));
}

#[test]
fn baseline_that_cannot_be_understood_covers_nothing() {
    let repo = Repo::new();
    repo.write("notes.txt", "one\n");
    repo.commit("Begin");
    repo.write(".pantheon-baseline", "rubbish\n");
    repo.add();
    let why = "line 1 of the baseline does not begin with 32 hexadecimal digits";
    let ran = repo.run(&["hook", "pre-commit"]).exits(1);
    assert!(
        in_one_line(&ran.stderr).contains(&format!("error[policy/broken-policy]: {why}")),
        "{ran}"
    );
    repo.commit("Slip it in");
    repo.write("notes.txt", "two\n");
    repo.add();
    let ran = repo.run(&["review", "--staged"]).exits(0);
    assert!(
        ran.stdout
            .starts_with("note: the baseline `.pantheon-baseline` covers nothing: "),
        "{ran}"
    );
}

#[test]
fn baseline_of_the_work_tree_hides_nothing_where_there_is_no_policy() {
    let repo = Repo::new();
    repo.write("notes.txt", "one\n");
    repo.commit("Begin");
    let marker = "<".repeat(7);
    repo.write(
        "notes.txt",
        format!(
            "one\n{marker} ours\ntwo\n{}\nthree\n{} b\n",
            "=".repeat(7),
            ">".repeat(7)
        ),
    );
    repo.add();
    let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let line = |f: &serde_json::Value| {
        format!(
            "{} text/merge-marker notes.txt\n",
            f["fingerprint"].as_str().unwrap()
        )
    };
    repo.write(
        ".pantheon-baseline",
        findings.iter().map(line).collect::<String>(),
    );
    repo.run(&["review", "--staged"]).exits(1);
    repo.add();
    repo.run(&["review", "--staged"]).exits(1);
    repo.commit("Accept it");
}
