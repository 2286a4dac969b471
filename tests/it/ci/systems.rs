//! Pull requests by the variables of every other system, and what is not known.

use super::world::{Forge, Runner, secret};

/// What a pull request consists of.
struct Pull {
    forge: Forge,
    base: String,
    fork: String,
    head: String,
    merge: String,
}

fn pull() -> Pull {
    let forge = Forge::new();
    let fork = forge.tip("main");
    let head = forge.change("topic", "new.py", &secret());
    forge.author.git(&["switch", "-q", "main"]);
    let base = forge.change("main", "later.txt", "later\n");
    let merge = forge.merge("topic", "refs/pull/7/merge");
    Pull {
        forge,
        base,
        fork,
        head,
        merge,
    }
}

impl Pull {
    /// Runs in a clone of the head with these variables, `{head}` and the like filled in: what is judged is what
    /// the branch adds, at both depths.
    #[track_caller]
    fn of_the_head(&self, title: &str, lines: &[&str]) {
        for depth in [1, 0] {
            let runner = self.runner("refs/heads/topic", depth, lines);
            let ran = runner.judges(&self.fork, &self.head);
            assert!(ran.stdout.starts_with(&format!("system: {title}\n")), "{ran}");
            let ran = runner.ci(&[]).exits(1);
            assert!(ran.stdout.contains("error[secrets/github-token]"), "{ran}");
        }
    }

    /// Runs in a clone of the merge.
    #[track_caller]
    fn of_the_merge(&self, title: &str, lines: &[&str]) {
        let runner = self.runner("refs/pull/7/merge", 1, lines);
        let ran = runner.judges(&self.base, &self.merge);
        let ran_title = ran.stdout.lines().any(|line| line == format!("system: {title}"));
        assert!(ran_title, "{ran}");
        runner.ci(&[]).exits(1);
    }

    fn runner(&self, reference: &str, depth: u32, lines: &[&str]) -> Runner {
        let fill = |line: &&str| {
            let pairs = [
                ("{head}", &self.head),
                ("{merge}", &self.merge),
                ("{base}", &self.base),
                ("{fork}", &self.fork),
            ];
            pairs.iter().fold((*line).to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
        };
        let lines: Vec<String> = lines.iter().map(fill).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.forge.checkout(reference, depth).env(&lines)
    }
}

#[test]
fn gitlab() {
    let pull = pull();
    let common = [
        "GITLAB_CI=true",
        "CI_PIPELINE_SOURCE=merge_request_event",
        "CI_MERGE_REQUEST_IID=7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA={fork}",
        "CI_COMMIT_BEFORE_SHA=0000000000000000000000000000000000000000",
    ];
    let detached = ["CI_COMMIT_SHA={head}", "CI_MERGE_REQUEST_EVENT_TYPE=detached"];
    pull.of_the_head("GitLab CI", &[&common[..], &detached].concat());
    let merged = [
        "CI_COMMIT_SHA={merge}",
        "CI_MERGE_REQUEST_EVENT_TYPE=merged_result",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA={head}",
        "CI_MERGE_REQUEST_TARGET_BRANCH_SHA={base}",
    ];
    pull.of_the_merge("GitLab CI", &[&common[..], &merged].concat());
}

#[test]
fn systems_that_check_out_the_head() {
    let pull = pull();
    let buildkite = [
        "BUILDKITE=true",
        "BUILDKITE_PULL_REQUEST=7",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH=main",
        "BUILDKITE_COMMIT=HEAD",
    ];
    pull.of_the_head("Buildkite", &buildkite);
    let circle = [
        "CIRCLECI=true",
        "CIRCLE_PULL_REQUEST=https://x/7",
        "CIRCLE_SHA1={head}",
        "CIRCLE_BRANCH=topic",
    ];
    pull.of_the_head("CircleCI", &circle);
    let jenkins = [
        "JENKINS_URL=http://x/",
        "CHANGE_ID=7",
        "CHANGE_TARGET=main",
        "GIT_COMMIT={head}",
    ];
    pull.of_the_head("Jenkins", &jenkins);
    let drone = [
        "DRONE=true",
        "DRONE_BUILD_EVENT=pull_request",
        "DRONE_TARGET_BRANCH=main",
        "DRONE_COMMIT_SHA={head}",
    ];
    pull.of_the_head("Drone", &drone);
    let woodpecker = [
        "CI=woodpecker",
        "CI_PIPELINE_EVENT=pull_request",
        "CI_COMMIT_TARGET_BRANCH=main",
        "CI_COMMIT_SHA={head}",
    ];
    pull.of_the_head("Woodpecker", &woodpecker);
}

#[test]
fn systems_that_check_out_a_merge() {
    let pull = pull();
    let azure = [
        "TF_BUILD=True",
        "BUILD_REASON=PullRequest",
        "BUILD_SOURCEVERSION={merge}",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID={head}",
        "SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main",
    ];
    pull.of_the_merge("Azure Pipelines", &azure);
    let travis = [
        "TRAVIS=true",
        "TRAVIS_EVENT_TYPE=pull_request",
        "TRAVIS_PULL_REQUEST=7",
        "TRAVIS_BRANCH=main",
        "TRAVIS_COMMIT={merge}",
        "TRAVIS_PULL_REQUEST_SHA={head}",
    ];
    pull.of_the_merge("Travis CI", &travis);
}

#[test]
fn forgejo_and_teamcity_are_told_by_a_file() {
    let pull = pull();
    let runner = pull.runner("refs/heads/topic", 1, &["FORGEJO_ACTIONS=true"]);
    let event = serde_json::json!({"pull_request": {"base": {"sha": pull.base}, "head": {"sha": pull.head}}});
    let runner = runner.github("pull_request", &event, &[&format!("GITHUB_SHA={}", pull.head)]);
    let ran = runner.judges(&pull.fork, &pull.head);
    assert!(ran.stdout.contains("system: Forgejo or Gitea Actions"), "{ran}");

    let runner = pull.runner(
        "refs/heads/topic",
        1,
        &["TEAMCITY_VERSION=2024.12", "BUILD_VCS_NUMBER={head}"],
    );
    let (build, more) = (runner.repo.home().join("build"), runner.repo.home().join("more"));
    runner.repo.write(
        &build,
        format!("teamcity.configuration.properties.file={}\n", more.display()),
    );
    runner.repo.write(
        &more,
        "teamcity.pullRequest.number=7\nteamcity.pullRequest.target.branch=main\n",
    );
    let runner = runner.env(&[&format!("TEAMCITY_BUILD_PROPERTIES_FILE={}", build.display())]);
    runner.judges(&pull.fork, &pull.head);
}

#[test]
fn bitbucket_merges_the_other_way_round() {
    let pull = pull();
    let lines = [
        "BITBUCKET_PIPELINE_UUID={1}",
        "BITBUCKET_PR_ID=7",
        "BITBUCKET_PR_DESTINATION_BRANCH=main",
        "BITBUCKET_COMMIT={head}",
    ];
    pull.of_the_head("Bitbucket Pipelines", &lines);
    let runner = pull.runner("refs/heads/topic", 0, &lines);
    runner
        .repo
        .git(&["merge", "-q", "--no-ff", "-m", "Merge", "origin/main"]);
    let merge = runner.repo.git(&["rev-parse", "HEAD"]);
    runner.judges(&pull.base, &merge);
    runner.ci(&[]).exits(1);
}

#[test]
fn a_branch_of_the_remote_is_asked_for_and_else_the_one_of_the_clone_counts() {
    let pull = pull();
    let lines = [
        "JENKINS_URL=http://x/",
        "CHANGE_ID=7",
        "CHANGE_TARGET=main",
        "GIT_COMMIT={head}",
    ];
    let runner = pull.runner("refs/heads/topic", 0, &lines);
    runner
        .repo
        .git(&["remote", "set-url", "origin", "file:///nowhere"]);
    let ran = runner.judges(&pull.fork, &pull.head);
    assert!(
        ran.stdout
            .contains("`main` is what it was when the clone was made"),
        "{ran}"
    );
    let ran = runner.ci(&["--no-fetch"]).exits(1);
    assert!(!ran.stdout.contains("when the clone was made"), "{ran}");
}

#[test]
fn what_is_not_known_needs_a_base() {
    let pull = pull();
    for lines in [&[][..], &["CI=true"]] {
        let ran = pull.runner("refs/heads/topic", 1, lines).ci(&[]).exits(2);
        assert!(ran.stderr.contains("no CI system that is known"), "{ran}");
        assert!(ran.stderr.contains("--base main"), "{ran}");
    }
    for base in ["main", &pull.base, "origin/main"] {
        let runner = pull.runner("refs/heads/topic", 0, &[]);
        let ran = runner.ci(&["--base", base, "--explain-env"]).exits(0);
        let both = format!("from: {}\nto: {}\n", pull.fork, pull.head);
        assert!(ran.stdout.contains(&both), "{base}: {ran}");
        let ran = runner.ci(&["--base", base]).exits(1);
        assert!(ran.stdout.contains("1 file,"), "{base}: {ran}");
    }
    let shallow = pull.runner("refs/heads/topic", 1, &[]);
    shallow.ci(&["--base", "main"]).exits(1);
    let shallow = pull.runner("refs/heads/topic", 1, &[]);
    let ran = shallow.ci(&["--base", "HEAD^1"]).exits(2);
    assert!(ran.stderr.contains("clone without `--depth`"), "{ran}");
}

#[test]
fn the_command_line_counts_before_the_system() {
    let pull = pull();
    let lines = [
        "GITLAB_CI=true",
        "CI_PIPELINE_SOURCE=schedule",
        "CI_COMMIT_BRANCH=main",
        "CI_DEFAULT_BRANCH=main",
    ];
    let runner = pull.runner("refs/heads/topic", 0, &lines);
    let ran = runner
        .ci(&["--base", "main", "--head", &pull.head, "--explain-env"])
        .exits(0);
    assert!(
        ran.stdout
            .contains(&format!("from: {}\nto: {}\n", pull.fork, pull.head)),
        "{ran}"
    );
}

#[test]
fn the_page_has_a_row_for_each_system() {
    let page = crate::source::read("docs/ci.md");
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 4);
    let names: Vec<&str> = rows
        .filter_map(|row| row[2..].split(" | ").next())
        .skip(1)
        .collect();
    let titles: Vec<&str> = pantheon::app::ci::ALL.iter().map(|row| row.title).collect();
    assert_eq!(names, titles);
}
