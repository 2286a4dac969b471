//! The table, and where a token may go.

use super::codec::At;
use super::lines::{Changed, Lines};
use super::plan::Plan;
use super::{ALL, Forge, Kind, Target, is_safe};
use crate::model::{Oid, Region};
use crate::report::Level;
use crate::report::remark::{Remark, Suggestion};
use crate::sys::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn the_table_is_in_the_order_of_the_enum() {
    for row in ALL {
        assert_eq!(row.forge.title(), row.title);
    }
    assert_eq!(ALL.len(), Forge::Bitbucket as usize + 1);
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn a_token_goes_through_tls_or_stays_here() {
    for good in [
        "https://api.github.com",
        "https://git.example:8443/api/v3",
        "http://127.0.0.1:4010",
        "http://localhost/api",
        "http://[::1]:80",
    ] {
        assert!(is_safe(good), "{good}");
    }
    for bad in [
        "",
        "api.github.com",
        "http://git.example",
        "http://127.0.0.1.example",
        "http://127.0.0.1@evil.example",
        "https://user:password@git.example",
        "ftp://127.0.0.1",
        "https://",
        "https://a b",
    ] {
        assert!(!is_safe(bad), "{bad}");
    }
}

fn target(forge: Forge) -> Target {
    Target {
        forge,
        api: "http://127.0.0.1".to_owned(),
        repo: "o/r".to_owned(),
        pull: Some(7),
        branch: None,
        head: Oid::from_hex(&[b'a'; 40]).unwrap(),
        is_fork: false,
        token: Secret::new("token-of-a-test").unwrap(),
        token_name: "X",
        bot: None,
        authorities: None,
        url: None,
        within: Duration::ZERO,
    }
}

/// What is sent for a remark on lines 5 to 7 that could be two others.
fn suggested(forge: Forge, lines: (u32, u32)) -> Value {
    let remark = Remark {
        id: "f1".to_owned(),
        level: Level::Error,
        title: "a/b".to_owned(),
        path: Some("a".to_owned()),
        region: Some(Region {
            start_line: 5,
            start_column: 1,
            end_line: 7,
            end_column: 2,
        }),
        message: String::new(),
        body: "**blocks**: x\n".to_owned(),
        item: String::new(),
        suggestion: Some(Suggestion {
            start_line: 5,
            end_line: 7,
            text: Some("one\n```two".to_owned()),
        }),
    };
    let target = target(forge);
    let at = At {
        target: &target,
        pull: 7,
    };
    let plan = Plan {
        key: "ci".to_owned(),
        lines: vec![(&remark, lines.0, lines.1)],
        ..Plan::default()
    };
    let hunk = "@@ -5,2 +5,3 @@\n a\n+b\n c";
    let changed = Changed::from([("a".to_owned(), Lines::parse(hunk, Some("old".to_owned())))]);
    let place = json!([{ "base_commit_sha": "b", "start_commit_sha": "s", "head_commit_sha": "h" }]);
    let adding = forge
        .codec()
        .talk()
        .unwrap()
        .add(at, &plan, &changed, &place, "text");
    assert_eq!((adding.len(), adding[0].holds.as_slice()), (1, [0].as_slice()));
    adding[0].call.body.clone().unwrap()
}

const MARKER: &str = "<!-- pantheon:v1 key=ci finding=f1 -->\n**blocks**: x\n";

#[test]
fn what_is_suggested_takes_the_place_of_its_lines() {
    let sent = suggested(Forge::Github, (5, 7));
    let comment = json!({
        "path": "a", "line": 7, "side": "RIGHT", "start_line": 5, "start_side": "RIGHT",
        "body": format!("{MARKER}\n````suggestion\none\n```two\n````\n"),
    });
    assert_eq!(sent["comments"], json!([comment]));
    assert_eq!(sent["event"], "COMMENT");
    let sent = suggested(Forge::Gitlab, (5, 7));
    assert_eq!(
        sent["body"],
        format!("{MARKER}\n````suggestion:-2+0\none\n```two\n````\n")
    );
    let position = json!({
        "position_type": "text", "base_sha": "b", "start_sha": "s", "head_sha": "h",
        "new_path": "a", "old_path": "old", "new_line": 7, "old_line": 6,
    });
    assert_eq!(sent["position"], position);
}

#[test]
fn a_remark_that_stands_elsewhere_suggests_nothing() {
    let plain = suggested(Forge::Github, (5, 5));
    assert_eq!(plain["comments"][0]["body"], MARKER);
    assert!(plain["comments"][0].get("start_line").is_none());
    assert_eq!(suggested(Forge::Gitlab, (5, 5))["body"], MARKER);
    assert_eq!(suggested(Forge::Forgejo, (5, 7))["comments"][0]["body"], MARKER);
}
