//! Bitbucket.

use super::fake::Kind as Which;
use super::reports::{finding, report};
use super::{forge, outcomes, post};
use pantheon::forge::{Kind, Outcome};

#[test]
fn a_report_is_made_anew_and_left_alone_where_it_says_the_same() {
    let server = forge(Which::Bitbucket);
    let found = |n: u32| finding("a.rs", n % 40 + 1, &format!("thing {n}"));
    let many = report((0..250).map(found).collect());
    let kinds = [Kind::Checks, Kind::Status, Kind::Comment];
    let posted = post(&server, &many, &kinds);
    assert_eq!(
        posted.lines(),
        [
            "posted: `checks`: blocked: 250 blocking",
            "posted: `status`: blocked: 250 blocking",
            "not posted: `comment`: this is not known of Bitbucket; `checks` shows the findings",
        ]
    );
    server.written();
    let again = post(&server, &many, &kinds);
    assert_eq!(outcomes(&again), [Outcome::Same, Outcome::Same, Outcome::Skipped]);
    assert_eq!(server.written(), Vec::<String>::new());
    post(&server, &report(vec![found(1)]), &kinds);
    let memory = server.fake.lock().unwrap();
    let check = &memory.checks[0];
    assert_eq!(
        check["annotations"].as_array().unwrap().len(),
        1,
        "the old ones are gone"
    );
    assert_eq!(
        (&check["result"], &memory.statuses[0]["state"]),
        (&"FAILED".into(), &"FAILED".into())
    );
}
