//! What environments say about forges.

use super::*;
use std::collections::BTreeMap;

const HEAD: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
const MERGE: &str = "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";

fn vars(pairs: &[(&str, &str)]) -> Vars {
    let all: BTreeMap<String, String> = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Vars::new(all)
}

fn github(pairs: &[(&str, &str)], event: &str) -> Result<Place, Wrong> {
    let fixed = [
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_EVENT_PATH", "event"),
        ("GITHUB_SHA", MERGE),
    ];
    github::place(&vars(&[&fixed, pairs].concat()), &|_| {
        Ok(event.as_bytes().to_vec())
    })
}

#[test]
fn a_pull_request_is_about_its_head_and_not_about_the_merge() {
    let event = format!(
        r#"{{"pull_request":{{"number":7,"head":{{"sha":"{HEAD}","repo":{{"full_name":"x/r"}}}},"base":{{"repo":{{"full_name":"o/r"}}}}}}}}"#
    );
    let pairs = [
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_RUN_ID", "9"),
        ("GITHUB_API_URL", "https://ghe.example/api/v3"),
        ("GITHUB_REF", "refs/pull/7/merge"),
    ];
    let place = github(&pairs, &event).unwrap();
    let expected = Place {
        api: "https://ghe.example/api/v3".to_owned(),
        repo: "o/r".to_owned(),
        pull: Some(7),
        branch: None,
        head: Some(Oid::from_hex(HEAD.as_bytes()).unwrap()),
        is_fork: true,
        url: Some("https://github.com/o/r/actions/runs/9".to_owned()),
    };
    assert_eq!(place, expected);
    let place = github(&[("GITHUB_REF", "refs/pull/7/merge")], "{}").unwrap();
    assert_eq!(
        (place.pull, place.head),
        (Some(7), None),
        "the merge is not taken for the head"
    );
}

#[test]
fn a_run_after_a_run_finds_the_pull_request_by_its_branch() {
    let event = format!(
        r#"{{"workflow_run":{{"event":"pull_request","head_sha":"{HEAD}","head_branch":"fix","pull_requests":[],
            "head_repository":{{"full_name":"x/r","owner":{{"login":"x"}}}}}}}}"#
    );
    let place = github(&[], &event).unwrap();
    assert_eq!(place.branch.as_deref(), Some("x:fix"));
    assert_eq!((place.pull, place.is_fork), (None, true));
    assert_eq!(place.head.unwrap().to_string(), HEAD);
    let other = format!(r#"{{"workflow_run":{{"event":"push","head_sha":"{HEAD}","head_branch":"fix"}}}}"#);
    assert_eq!(github(&[], &other).unwrap().branch, None);
}

#[test]
fn pushes_and_queues_have_a_commit_and_no_pull_request() {
    for (event, head) in [
        (format!(r#"{{"after":"{HEAD}"}}"#), HEAD),
        (format!(r#"{{"merge_group":{{"head_sha":"{HEAD}"}}}}"#), HEAD),
        ("{}".to_owned(), MERGE),
    ] {
        let place = github(&[("GITHUB_REF", "refs/heads/main")], &event).unwrap();
        assert_eq!(place.head.unwrap().to_string(), head);
        assert_eq!(place.pull, None);
    }
    let wrong = github(&[], "{\"pull_request\": 1").unwrap_err();
    assert!(
        wrong
            .message
            .starts_with("the event in `GITHUB_EVENT_PATH` is not"),
        "{}",
        wrong.message
    );
}

#[test]
fn gitlab_names_the_head_of_the_request() {
    let pairs = [
        ("CI_API_V4_URL", "https://gitlab.example/api/v4"),
        ("CI_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_PROJECT_ID", "11"),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_IID", "3"),
        ("CI_COMMIT_SHA", MERGE),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", HEAD),
        ("CI_JOB_URL", "https://gitlab.example/-/jobs/1"),
    ];
    let place = gitlab::place(&vars(&pairs), &|_| unreachable!()).unwrap();
    assert_eq!(
        (place.repo.as_str(), place.pull, place.is_fork),
        ("11", Some(3), true)
    );
    assert_eq!(place.head.unwrap().to_string(), HEAD);
}

#[test]
fn what_is_no_place_is_refused() {
    let place = |api: &str, repo: &str| Place {
        api: api.to_owned(),
        repo: repo.to_owned(),
        pull: None,
        branch: None,
        head: None,
        is_fork: false,
        url: None,
    };
    assert!(check(&place("https://a.example", "o/r.x")).is_ok());
    for (api, repo) in [
        ("http://a.example", "o/r"),
        ("https://a.example", "o/../r"),
        ("https://a.example", "o/r?x"),
        ("https://a.example", "o//r"),
        ("https://a.example", ""),
    ] {
        assert!(check(&place(api, repo)).is_err(), "{api} {repo}");
    }
    let id = |text: &str| Some(Oid::from_hex(text.as_bytes()).unwrap());
    assert_eq!(head(id(HEAD), None).unwrap(), head(None, id(HEAD)).unwrap());
    assert!(
        head(id(HEAD), id(MERGE))
            .unwrap_err()
            .message
            .starts_with("the run is about the commit a1a1")
    );
    assert!(head(None, None).is_err());
}
