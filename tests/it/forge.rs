//! Posting to forges that remember: what stands there after a run, after a second one, and after trouble.

mod bitbucket;
mod fake;
mod forgejo;
mod github;
mod gitlab;
mod reports;
mod second_stage;
mod server;
mod through_ci;
mod trouble;

use fake::{Kind as Which, Memory};
use pantheon::forge::{self, Forge, Kind, Outcome, Posted, Subject, Target};
use pantheon::model::Report;
use pantheon::sys::secret::Secret;
use pantheon::sys::signal::Interrupt;
use server::Server;
use std::time::Duration;

/// A forge that runs.
fn forge(kind: Which) -> Server<Memory> {
    Server::start(Memory::new(kind))
}

/// Our place on it.
fn target(server: &Server<Memory>) -> Target {
    let (forge, repo) = match server.fake.lock().unwrap().kind {
        Which::Github => (Forge::Github, "o/r"),
        Which::Gitlab => (Forge::Gitlab, "1"),
        Which::Forgejo => (Forge::Forgejo, "o/r"),
        Which::Bitbucket => (Forge::Bitbucket, "o/r"),
    };
    Target {
        forge,
        api: server.url(),
        repo: repo.to_owned(),
        pull: Some(7),
        branch: None,
        head: reports::oid(reports::HEAD),
        is_fork: false,
        token: Secret::new("token-of-a-test").unwrap(),
        token_name: "GITHUB_TOKEN",
        url: Some("https://ci.example/run/1".to_owned()),
        within: Duration::from_secs(20),
    }
}

fn post_to(target: &Target, report: &Report, kinds: &[Kind]) -> Posted {
    let posted = forge::post(&Subject::Report(report), target, kinds, &Interrupt::default());
    for line in posted.lines() {
        assert!(
            !line.contains("token-of-a-test") && !line.contains('\n'),
            "{line}"
        );
    }
    posted
}

/// Posts, and insists that nothing was asked that should not be.
fn post(server: &Server<Memory>, report: &Report, kinds: &[Kind]) -> Posted {
    let posted = post_to(&target(server), report, kinds);
    assert_eq!(server.fake.lock().unwrap().wrong, Vec::<String>::new());
    posted
}

fn outcomes(posted: &Posted) -> Vec<Outcome> {
    posted.said.iter().map(|said| said.outcome).collect()
}
