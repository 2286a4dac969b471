//! What each system says about each event.

use super::found::{Between, Decision, Found, Merge, Spec, Wrong};
use super::*;
use crate::model::Oid;

const ZERO: &str = "0000000000000000000000000000000000000000";

fn id(digit: char) -> String {
    digit.to_string().repeat(40)
}

fn oid(digit: char) -> Oid {
    Oid::from_hex(id(digit).as_bytes()).unwrap()
}

/// Decides by variables written as `NAME=value`, and the text of every file.
fn told(lines: &[&str], file: &str) -> Result<(&'static str, Decision), Wrong> {
    let pairs = lines.iter().map(|line| line.split_once('=').unwrap());
    let vars = Vars::new(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
    let row = detect(&vars);
    let files = |path: &str| match path {
        "none" => Err(Wrong::new("no file", "")),
        _ => Ok(file.as_bytes().to_vec()),
    };
    let decision = decide(row, &vars, &request(), &files)?;
    Ok((row.map_or("none", |row| row.name), decision))
}

fn request() -> Request {
    Request {
        base: None,
        head: None,
        stage: Stage::Ci,
        policy: None,
        shard: None,
        is_offline: false,
        commits: None,
        set: Vec::new(),
    }
}

/// One line that says what was decided.
fn line(lines: &[&str], file: &str) -> String {
    let (name, decision) = match told(lines, file) {
        Ok(told) => told,
        Err(wrong) => return format!("error: {}", wrong.message),
    };
    match decision {
        Decision::Nothing { event, why } => format!("{name} {event}: {why}"),
        Decision::Judge(found) => format!("{name} {}", said(&found)),
    }
}

fn said(found: &Found) -> String {
    let spec = |spec: &Spec| match spec {
        Spec::Commit(id) => id.to_string()[..1].to_owned(),
        Spec::Branch(branch) => branch.name().to_owned(),
        Spec::DefaultBranch => "default".to_owned(),
        Spec::Head => "HEAD".to_owned(),
        Spec::Named(name) => format!("named {name}"),
        Spec::Nothing => "nothing".to_owned(),
    };
    let dots = match found.between {
        Between::Exact => "..",
        Between::MergeBase => "...",
    };
    let merge = match found.merge {
        None => String::new(),
        Some(Merge::Head) => " merged in HEAD".to_owned(),
        Some(Merge::Commit(id)) => format!(" merged in {}", &id.to_string()[..1]),
    };
    let instead = found.instead.as_ref().map(|s| format!(" or {}", spec(s)));
    let instead = instead.unwrap_or_default();
    let (base, head) = (spec(&found.base), spec(&found.head));
    format!("{}: {base}{dots}{head}{merge}{instead}", found.event)
}

const GITHUB: [&str; 3] = ["CI=true", "GITHUB_ACTIONS=true", "GITHUB_EVENT_PATH=/event.json"];

fn github(lines: &[&str], file: &str) -> String {
    line(&[&GITHUB, lines].concat(), file)
}

fn pull_event(fork: &str) -> String {
    format!(
        r#"{{"action":"synchronize","number":7,"pull_request":{{"number":7,"title":"::error::x",
        "base":{{"ref":"main","sha":"{}","repo":{{"full_name":"o/r"}}}},
        "head":{{"ref":"-x","sha":"{}","repo":{fork}}},"merge_commit_sha":"{}"}},
        "repository":{{"full_name":"o/r","default_branch":"main"}}}}"#,
        id('b'),
        id('a'),
        id('d')
    )
}

#[test]
fn github_pull_requests() {
    let sha = format!("GITHUB_SHA={}", id('c'));
    let event = pull_event(r#"{"full_name":"o/r"}"#);
    let lines = [
        "GITHUB_EVENT_NAME=pull_request",
        "GITHUB_REF=refs/pull/7/merge",
        "GITHUB_BASE_REF=main",
        &sha,
    ];
    assert_eq!(github(&lines, &event), "github pull_request: b...a merged in c");
    let target = [
        "GITHUB_EVENT_NAME=pull_request_target",
        "GITHUB_REF=refs/heads/main",
        &sha,
    ];
    assert_eq!(github(&target, &event), "github pull_request_target: b...a");
    for (fork, why) in [
        (r#"{"full_name":"o/r"}"#, "the pull request, by its event"),
        (
            r#"{"full_name":"x/r"}"#,
            "the pull request of a fork, by its event",
        ),
        ("null", "the pull request of a fork, by its event"),
    ] {
        let (_, decision) = told(&[&GITHUB[..], &lines].concat(), &pull_event(fork)).unwrap();
        let Decision::Judge(found) = decision else {
            panic!("{decision:?}")
        };
        assert_eq!((found.why.as_str(), found.head), (why, Spec::Commit(oid('a'))));
    }
    let without = [
        "GITHUB_ACTIONS=true",
        "GITHUB_EVENT_NAME=pull_request",
        "GITHUB_BASE_REF=main",
    ];
    assert_eq!(line(&without, ""), "github pull_request: main...HEAD");
}

#[test]
fn github_merge_queue() {
    let event = format!(
        r#"{{"action":"checks_requested","merge_group":{{"head_sha":"{}","head_ref":"refs/heads/gh-readonly-queue/main/pr-7-x",
        "base_sha":"{}","base_ref":"refs/heads/main"}}}}"#,
        id('a'),
        id('b')
    );
    assert_eq!(
        github(&["GITHUB_EVENT_NAME=merge_group"], &event),
        "github merge_group: b..a"
    );
    let none = github(&["GITHUB_EVENT_NAME=merge_group"], "{}");
    assert_eq!(none, "error: the event `merge_group` does not say what changed");
}

fn pushed(reference: &str, before: &str, after: &str, more: &str) -> String {
    let event = format!(
        r#"{{"ref":"{reference}","before":"{before}","after":"{after}"{more},"repository":{{"default_branch":"main"}}}}"#
    );
    let reference = format!("GITHUB_REF={reference}");
    github(&["GITHUB_EVENT_NAME=push", &reference], &event)
}

#[test]
fn github_pushes() {
    let (a, b) = (id('a'), id('b'));
    let feature = "refs/heads/feature/x";
    assert_eq!(pushed(feature, &b, &a, ""), "github push: b..a or main");
    assert_eq!(pushed("refs/heads/main", &b, &a, ""), "github push: b..a");
    assert_eq!(
        pushed(feature, ZERO, &a, r#","created":true"#),
        "github push: main...a"
    );
    assert_eq!(pushed("refs/heads/main", ZERO, &a, ""), "github push: nothing..a");
    assert_eq!(
        pushed(feature, &b, &a, r#","forced":true"#),
        "github push: main...a"
    );
    assert_eq!(
        pushed("refs/heads/main", &b, &a, r#","forced":true"#),
        "github push: b..a"
    );
    let deleted = "github push: `refs/heads/feature/x` was deleted";
    assert_eq!(pushed(feature, &b, ZERO, r#","deleted":true"#), deleted);
    assert_eq!(pushed(feature, &b, ZERO, ""), deleted);
    assert_eq!(pushed("refs/tags/v1", ZERO, &a, ""), "github push: main...HEAD");
}

#[test]
fn github_events_without_a_change() {
    let event = r#"{"repository":{"default_branch":"main"}}"#;
    let feature = [
        "GITHUB_EVENT_NAME=workflow_dispatch",
        "GITHUB_REF=refs/heads/feature",
    ];
    assert_eq!(github(&feature, event), "github workflow_dispatch: main...HEAD");
    for name in ["schedule", "workflow_run"] {
        let lines = [&format!("GITHUB_EVENT_NAME={name}"), "GITHUB_REF=refs/heads/main"];
        let expected = format!("error: the event `{name}` does not say what changed");
        assert_eq!(github(&lines, event), expected);
    }
}

#[test]
fn hostile_events_are_refused_and_not_quoted() {
    let lines = ["GITHUB_EVENT_NAME=push", "GITHUB_REF=refs/heads/x"];
    for event in [
        "",
        "{",
        "7",
        r#"{"before":7}"#,
        r#"{"pull_request":{"base":{}}}"#,
        &"[".repeat(100_000),
    ] {
        let said = github(&lines, event);
        assert!(
            said.starts_with("error: the event in `GITHUB_EVENT_PATH` is not what it should be: line "),
            "{said}"
        );
    }
    let option = r#"{"before":"--upload-pack=touch x","after":"HEAD"}"#;
    let said = github(&lines, option);
    let expected = "error: `before` holds `--upload-pack=touch x`, which is not the full id of a commit";
    assert_eq!(said, expected);
    let branch = r#"{"repository":{"default_branch":"--output=x"}}"#;
    let said = github(&lines, branch);
    assert!(
        said.contains("`repository.default_branch` holds `--output=x`"),
        "{said}"
    );
    let none = line(
        &[
            "GITHUB_ACTIONS=true",
            "GITHUB_EVENT_NAME=push",
            "GITHUB_EVENT_PATH=none",
        ],
        "",
    );
    assert_eq!(none, "error: no file");
}

#[test]
fn forgejo_is_not_taken_for_github() {
    let event = pull_event("null");
    let sha = format!("GITHUB_SHA={}", id('a'));
    for mark in ["FORGEJO_ACTIONS=true", "GITEA_ACTIONS=true"] {
        let lines = [
            mark,
            "GITHUB_EVENT_NAME=pull_request",
            "GITHUB_REF=refs/pull/7/head",
            &sha,
        ];
        assert_eq!(github(&lines, &event), "forgejo pull_request: b...a merged in a");
    }
}

#[test]
fn gitlab() {
    let (a, b, c, d) = (id('a'), id('b'), id('c'), id('d'));
    let say = |lines: &[&str]| {
        let common = ["CI=true", "GITLAB_CI=true", "CI_DEFAULT_BRANCH=main"];
        line(&[&common[..], lines].concat(), "")
    };
    let sha = format!("CI_COMMIT_SHA={a}");
    let zero = format!("CI_COMMIT_BEFORE_SHA={ZERO}");
    let base = format!("CI_MERGE_REQUEST_DIFF_BASE_SHA={b}");
    let source = format!("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA={c}");
    let target = format!("CI_MERGE_REQUEST_TARGET_BRANCH_SHA={d}");
    let merge_request = [
        "CI_PIPELINE_SOURCE=merge_request_event",
        "CI_MERGE_REQUEST_IID=7",
        &sha,
        &zero,
    ];
    let detached = [
        &merge_request[..],
        &[&base, "CI_MERGE_REQUEST_EVENT_TYPE=detached"],
    ]
    .concat();
    assert_eq!(say(&detached), "gitlab merge_request_event: b..a");
    for kind in ["merged_result", "merge_train"] {
        let kind = format!("CI_MERGE_REQUEST_EVENT_TYPE={kind}");
        let lines = [&merge_request[..], &[&base, &source, &target, &kind]].concat();
        assert_eq!(say(&lines), "gitlab merge_request_event: d...c merged in a");
    }
    let named = [&merge_request[..], &["CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main"]].concat();
    assert_eq!(say(&named), "gitlab merge_request_event: main...a");
    let before = format!("CI_COMMIT_BEFORE_SHA={b}");
    let push = |before: &str, branch: &str| say(&["CI_PIPELINE_SOURCE=push", &sha, before, branch]);
    assert_eq!(push(&before, "CI_COMMIT_BRANCH=x"), "gitlab push: b..a or main");
    assert_eq!(push(&zero, "CI_COMMIT_BRANCH=x"), "gitlab push: main...a");
    assert_eq!(push(&zero, "CI_COMMIT_BRANCH=main"), "gitlab push: nothing..a");
    assert_eq!(push(&zero, "CI_COMMIT_TAG=v1"), "gitlab push: main...a");
    let schedule = |branch: &str| say(&["CI_PIPELINE_SOURCE=schedule", &sha, &zero, branch]);
    assert_eq!(schedule("CI_COMMIT_BRANCH=x"), "gitlab schedule: main...a");
    assert_eq!(
        schedule("CI_COMMIT_BRANCH=main"),
        "error: the event `schedule` does not say what changed"
    );
}

#[test]
fn buildkite() {
    let commit = format!("BUILDKITE_COMMIT={}", id('a'));
    let say = |lines: &[&str]| {
        let common = [
            "BUILDKITE=true",
            "BUILDKITE_PIPELINE_DEFAULT_BRANCH=main",
            "BUILDKITE_SOURCE=webhook",
        ];
        line(&[&common[..], lines].concat(), "")
    };
    let pull = [
        "BUILDKITE_PULL_REQUEST=7",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH=dev",
        &commit,
    ];
    assert_eq!(say(&pull), "buildkite pull_request: dev...a");
    let none = [
        "BUILDKITE_PULL_REQUEST=false",
        "BUILDKITE_BRANCH=x",
        "BUILDKITE_COMMIT=HEAD",
    ];
    assert_eq!(say(&none), "buildkite webhook: main...HEAD");
    assert_eq!(say(&["BUILDKITE_TAG=v1", &commit]), "buildkite tag: main...a");
    assert!(say(&["BUILDKITE_BRANCH=main", &commit]).starts_with("error: the event `webhook`"));
    let hostile = [
        "BUILDKITE_PULL_REQUEST=7",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH=--upload-pack=x",
    ];
    assert!(say(&hostile).starts_with("error: `BUILDKITE_PULL_REQUEST_BASE_BRANCH` holds"));
}

#[test]
fn circleci_and_azure() {
    let sha = format!("CIRCLE_SHA1={}", id('a'));
    let circle = |more: &str| line(&["CIRCLECI=true", "CIRCLE_BRANCH=x", &sha, more], "");
    assert_eq!(circle("CIRCLE_PR_NUMBER=7"), "circleci pull_request: default...a");
    assert_eq!(
        circle("CIRCLE_PULL_REQUEST=https://x/7"),
        "circleci pull_request: default...a"
    );
    assert_eq!(circle("CIRCLE_TAG=v1"), "circleci tag: default...a");
    assert_eq!(circle("X=y"), "circleci push: default...a");

    let version = format!("BUILD_SOURCEVERSION={}", id('c'));
    let source = format!("SYSTEM_PULLREQUEST_SOURCECOMMITID={}", id('a'));
    for target in ["refs/heads/main", "main"] {
        let target = format!("SYSTEM_PULLREQUEST_TARGETBRANCH={target}");
        let lines = [
            "TF_BUILD=True",
            "BUILD_REASON=PullRequest",
            &version,
            &source,
            &target,
        ];
        assert_eq!(line(&lines, ""), "azure PullRequest: main...a merged in c");
    }
    let push = |branch: &str| {
        line(
            &["TF_BUILD=True", "BUILD_REASON=IndividualCI", &version, branch],
            "",
        )
    };
    assert_eq!(
        push("BUILD_SOURCEBRANCH=refs/heads/x"),
        "azure IndividualCI: default...c"
    );
    assert_eq!(
        push("BUILD_SOURCEBRANCH=refs/tags/v1"),
        "azure IndividualCI: default...c"
    );
}

#[test]
fn bitbucket_and_travis() {
    let commit = format!("BITBUCKET_COMMIT={}", id('a'));
    let bitbucket = |lines: &[&str]| {
        line(
            &[&["BITBUCKET_PIPELINE_UUID={1}", &commit][..], lines].concat(),
            "",
        )
    };
    let pull = [
        "BITBUCKET_PR_ID=7",
        "BITBUCKET_PR_DESTINATION_BRANCH=main",
        "BITBUCKET_BRANCH=x",
    ];
    assert_eq!(
        bitbucket(&pull),
        "bitbucket pull_request: main...a merged in HEAD"
    );
    assert_eq!(bitbucket(&["BITBUCKET_BRANCH=x"]), "bitbucket push: default...a");
    assert_eq!(bitbucket(&["BITBUCKET_TAG=v1"]), "bitbucket tag: default...a");

    let commit = format!("TRAVIS_COMMIT={}", id('c'));
    let travis = |lines: &[&str]| {
        line(
            &[&["TRAVIS=true", "TRAVIS_BRANCH=main", &commit][..], lines].concat(),
            "",
        )
    };
    let sha = format!("TRAVIS_PULL_REQUEST_SHA={}", id('a'));
    let pull = ["TRAVIS_EVENT_TYPE=pull_request", "TRAVIS_PULL_REQUEST=7", &sha];
    assert_eq!(travis(&pull), "travis pull_request: main...a merged in c");
    let range = format!("TRAVIS_COMMIT_RANGE={}...{}", id('b'), id('c'));
    let push = ["TRAVIS_EVENT_TYPE=push", "TRAVIS_PULL_REQUEST=false", &range];
    assert_eq!(travis(&push), "travis push: b..c or default");
    assert_eq!(travis(&["TRAVIS_EVENT_TYPE=push"]), "travis push: default...c");
    assert_eq!(travis(&["TRAVIS_EVENT_TYPE=cron"]), "travis cron: default...c");
}

#[test]
fn jenkins() {
    let commit = format!("GIT_COMMIT={}", id('a'));
    let actual = format!("ghprbActualCommit={}", id('c'));
    let say = |lines: &[&str]| line(&[&["JENKINS_URL=http://x/", &commit][..], lines].concat(), "");
    let change = ["CHANGE_ID=7", "CHANGE_TARGET=main", "BRANCH_NAME=PR-7"];
    assert_eq!(say(&change), "jenkins change: main...a");
    let builder = ["ghprbPullId=7", "ghprbTargetBranch=main", &actual];
    assert_eq!(say(&builder), "jenkins change: main...c");
    assert_eq!(
        say(&["gitlabMergeRequestIid=7", "gitlabTargetBranch=main"]),
        "jenkins change: main...HEAD"
    );
    assert_eq!(
        say(&["GERRIT_CHANGE_ID=I1", "GERRIT_BRANCH=main"]),
        "jenkins change: main...HEAD"
    );
    let before = format!("GIT_PREVIOUS_COMMIT={}", id('b'));
    assert_eq!(
        say(&["GIT_BRANCH=origin/x", &before]),
        "jenkins push: b..a or default"
    );
    assert_eq!(say(&["BRANCH_NAME=x"]), "jenkins push: default...a");
    assert_eq!(say(&["TAG_NAME=v1"]), "jenkins tag: default...a");
}

#[test]
fn teamcity() {
    let head = format!("BUILD_VCS_NUMBER={}", id('a'));
    let lines = [
        "TEAMCITY_VERSION=2024.12",
        "TEAMCITY_BUILD_PROPERTIES_FILE=/p",
        &head,
    ];
    let pull = "teamcity.pullRequest.number=7\nteamcity.pullRequest.target.branch=main\n";
    assert_eq!(line(&lines, pull), "teamcity pull_request: main...a");
    assert_eq!(
        line(&lines, "teamcity.build.branch=x\n"),
        "teamcity push: default...a"
    );
    assert_eq!(line(&lines[..1], ""), "teamcity push: default...HEAD");
    let hostile = "teamcity.pullRequest.number=7\nteamcity.pullRequest.target.branch=--x\n";
    assert!(line(&lines, hostile).starts_with("error: `teamcity.pullRequest.target.branch` holds"));
    let default = "teamcity.build.branch=<default>\nteamcity.build.branch.is_default=true\n";
    assert!(line(&lines, default).starts_with("error: the event `push`"));
}

#[test]
fn drone_and_woodpecker() {
    let (sha, before) = (
        format!("DRONE_COMMIT_SHA={}", id('a')),
        format!("DRONE_COMMIT_BEFORE={}", id('b')),
    );
    let drone = |lines: &[&str]| {
        line(
            &[&["DRONE=true", "DRONE_REPO_BRANCH=main", &sha][..], lines].concat(),
            "",
        )
    };
    let pull = ["DRONE_BUILD_EVENT=pull_request", "DRONE_TARGET_BRANCH=dev"];
    assert_eq!(drone(&pull), "drone pull_request: dev...a");
    let push = ["DRONE_BUILD_EVENT=push", "DRONE_COMMIT_BRANCH=x", &before];
    assert_eq!(drone(&push), "drone push: b..a or main");
    assert_eq!(drone(&["DRONE_BUILD_EVENT=tag"]), "drone tag: main...a");
    assert!(
        drone(&["DRONE_BUILD_EVENT=cron", "DRONE_COMMIT_BRANCH=main"]).starts_with("error: the event `cron`")
    );

    let (sha, before) = (
        format!("CI_COMMIT_SHA={}", id('a')),
        format!("CI_PREV_COMMIT_SHA={}", id('b')),
    );
    let say = |lines: &[&str]| {
        line(
            &[&["CI=woodpecker", "CI_REPO_DEFAULT_BRANCH=main", &sha][..], lines].concat(),
            "",
        )
    };
    let pull = ["CI_PIPELINE_EVENT=pull_request", "CI_COMMIT_TARGET_BRANCH=dev"];
    assert_eq!(say(&pull), "woodpecker pull_request: dev...a");
    let push = ["CI_PIPELINE_EVENT=push", "CI_COMMIT_BRANCH=x", &before];
    assert_eq!(say(&push), "woodpecker push: b..a or main");
    let closed = say(&["CI_PIPELINE_EVENT=pull_request_closed"]);
    assert_eq!(
        closed,
        "woodpecker pull_request_closed: the pull request is closed"
    );
    assert_eq!(
        say(&["CI_PIPELINE_EVENT=release"]),
        "woodpecker release: main...a"
    );
}

#[test]
fn unknown_systems_need_a_base() {
    let none = line(&["CI=true", "HOME=/"], "");
    assert_eq!(
        none,
        "error: no CI system that is known is found in the environment"
    );
    let vars = Vars::new([("GITHUB_ACTIONS".to_owned(), "true".to_owned())].into());
    let asked = Request {
        base: Some("main".to_owned()),
        ..request()
    };
    let files = |_: &str| Err(Wrong::new("nobody asked", ""));
    let Decision::Judge(found) = decide(detect(&vars), &vars, &asked, &files).unwrap() else {
        panic!("nothing to judge")
    };
    assert_eq!(said(&found), "none: named main...HEAD");
}

#[test]
fn each_system_is_a_file_and_a_row() {
    let here = include_str!("mod.rs");
    for row in ALL {
        assert!(here.contains(&format!("mod {};\n", row.name)), "{}", row.name);
        assert!(!row.whole.is_empty() && !row.title.is_empty());
    }
    let names: std::collections::BTreeSet<_> = ALL.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), ALL.len());
}
