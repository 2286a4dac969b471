//! What models said and were asked, in every format.

use super::*;
use crate::model::{Asked, Count, Coverage, LeftOut, NotShown, Opinion, Origin, Reason, Tested, Unmet};
use fixture::reviews;

fn plain(width: usize) -> Options<'static> {
    Options {
        width,
        ..Options::default()
    }
}

#[test]
fn human_shows_a_review() {
    for width in [40, 80] {
        compare(
            &format!("review-{width}"),
            &human(&reviews::troubled(), &plain(width)),
        );
    }
    compare("review-emptied", &human(&reviews::emptied(), &plain(80)));
    let verbose = Options {
        verbose: true,
        unicode: false,
        ..plain(80)
    };
    let mut shown = reviews::emptied();
    shown.findings.extend(reviews::said_by_models());
    compare("review-ascii-verbose", &human(&shown, &verbose));
    let color = Options {
        color: true,
        links: Some("/home/me/repo"),
        ..plain(80)
    };
    let painted = human(&reviews::troubled(), &color).replace('\x1b', "␛");
    compare("review-colour", &painted);
}

#[test]
fn a_review_without_trouble_is_two_lines() {
    let text = human(&reviews::well(), &plain(120));
    let expected = "models: 3 files, 12 hunks (4.1 KB) in 2 parts; correctness and security asked \
                    anthropic/claude-sonnet-5 and\n    gemini/gemini-3.8-flash: 8 calls, 6 kept from before, 2 new; \
                    14,200 tokens, $0.0042\n\
                    nothing was found by models: they claimed nothing\n\
                    pantheon: passed — 3 files, 12 ms (the staged changes)\n";
    assert_eq!(text, expected);
    let skipped = "models were not asked: `.pantheon-no-llm` keeps this repository at home\n\
                   pantheon: passed — 3 files, 12 ms (the staged changes)\n";
    assert_eq!(human(&reviews::skipped(), &plain(120)), skipped);
}

#[test]
fn a_hook_is_silent_where_nothing_is_amiss() {
    let quiet = Options {
        quiet: true,
        ..plain(100)
    };
    assert_eq!(human(&reviews::well(), &quiet), "");
    assert_eq!(human(&reviews::skipped(), &quiet), "");
    let gap = |by_rule| NotShown {
        path: "a".into(),
        why: "over the budget".to_owned(),
        hunks: 1,
        bytes: 1,
        by_rule,
    };
    let with = |change: fn(&mut Coverage, NotShown), by_rule| {
        let mut report = reviews::well();
        change(report.review.as_mut().unwrap(), gap(by_rule));
        human(&report, &quiet)
    };
    assert_eq!(with(|review, gap| review.left_out.push(gap), true), "");
    assert!(with(|review, gap| review.left_out.push(gap), false).contains("not shown: a: over the budget"));
    assert!(
        with(|review, _| review.asked[0].answered = 1, false).contains("no answer: correctness at gemini/")
    );
}

#[test]
fn a_review_is_said_as_people_say_it() {
    let lines = |change: fn(&mut Coverage)| {
        let mut report = reviews::well();
        let review = report.review.as_mut().unwrap();
        review.asked.truncate(1);
        change(review);
        let text = human(&report, &plain(200));
        text.lines().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let found = |change| {
        lines(change)
            .remove(1)
            .replace("nothing was found by models: ", "")
    };
    let models = |change| lines(change).remove(0).replace("gemini/gemini-3.8-flash", "a/x");
    let begin = "models: 3 files, 12 hunks (4.1 KB) in 2 parts; ";
    let kept = format!("{begin}correctness asked a/x: 2 calls, kept from before; nothing was spent");
    let free = |review: &mut Coverage| {
        review.usage = Default::default();
        review.cost = Default::default();
    };
    assert_eq!(models(free), kept);
    let nobody = |review: &mut Coverage| {
        review.asked.clear();
        (review.units, review.files) = (0, 0);
    };
    assert_eq!(
        models(nobody),
        "models: nothing was shown to them; nobody was asked"
    );
    let many = |review: &mut Coverage| {
        let row = review.asked[0].clone();
        let more = ["b/y", "c/z", "d/u", "e/v"].map(|model| Asked {
            model: model.to_owned(),
            cached: 0,
            ..row.clone()
        });
        review.asked.extend(more);
        (review.units, review.files, review.isolation) = (1, 1, "none".to_owned());
    };
    let many = models(many).replace(", 12 hunks (4.1 KB)", "");
    let expected = "models: 1 of 3 files; correctness asked b/y, c/z, d/u and 2 more: 10 calls, 2 kept from before, 8 \
                    new; 14,200 tokens, $0.0042; answers were read outside of a sandbox";
    assert_eq!(many, expected);

    let dropped = |review: &mut Coverage| {
        review.dropped = vec![Count {
            what: "quote/not-found".to_owned(),
            count: 1,
        }];
    };
    assert_eq!(found(dropped), "1 claim was dropped (quote/not-found)");
    let unasked = found(|review| review.asked[0].claims = 2);
    assert_eq!(unasked, "the policy asks for none of what they claimed");
    let half = found(|review| review.asked[0].answered = 1);
    assert_eq!(half, "they claimed nothing; not every question was answered");
}

#[test]
fn who_was_not_heard_is_said_once() {
    let lines = |change: fn(&mut Coverage)| {
        let mut report = reviews::well();
        let review = report.review.as_mut().unwrap();
        review.asked.truncate(1);
        review.usage = Default::default();
        review.cost = Default::default();
        review.asked[0].answered = 0;
        change(review);
        let text = human(&report, &plain(200)).replace("gemini/gemini-3.8-flash", "a/x");
        text.lines().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let begin = "models: 3 files, 12 hunks (4.1 KB) in 2 parts; correctness";
    let silent = "nothing was found by models: no question was answered".to_owned();
    let asked = format!("{begin} asked a/x: 2 calls, kept from before, none with a whole answer");
    assert_eq!(lines(|_| ()), [asked, silent.clone()]);
    let nobody = format!("{begin} had no answer to 2 calls");
    assert_eq!(
        lines(|review| review.asked[0].model = String::new()),
        [nobody, silent]
    );
}

#[test]
fn who_failed_alike_stands_together() {
    let mut report = reviews::well();
    report.verdict.decision = Decision::Warn;
    let run = |name: &str| Reason {
        decision: Decision::Warn,
        text: format!(
            "`validators/{name}` could not look at everything: 1 of 2 questions has no whole answer"
        ),
    };
    report.verdict.reasons = vec![run("correctness"), run("security")];
    for row in &mut report.review.as_mut().unwrap().asked {
        row.answered = 0;
        row.failures = vec!["the server is gone".to_owned()];
    }
    let text = human(&report, &plain(120));
    let expected = "nothing was found by models: no question was answered\n\
                    no answer: correctness and security at gemini/gemini-3.8-flash: the server is gone (4 of 4 calls)\n\
                    no answer: correctness and security at anthropic/claude-sonnet-5: the server is gone (4 of 4 calls)\n\
                    pantheon: passed, but not all was checked — 3 files, 12 ms (the staged changes)\n  \
                    `validators/correctness` and `validators/security` could not look at everything\n";
    let at = text.find("nothing was").unwrap();
    assert_eq!(&text[at..], expected);
}

#[test]
fn what_models_were_not_shown_is_told_once() {
    let mut report = reviews::well();
    report.review.as_mut().unwrap().left_out = vec![NotShown {
        path: "big.rs".into(),
        why: "over the budget".to_owned(),
        hunks: 1,
        bytes: 10,
        by_rule: false,
    }];
    report.left_out = vec![LeftOut {
        what: "big.rs".into(),
        why: "no model was shown all of it: over the budget".to_owned(),
        inconclusive: true,
    }];
    let text = human(&report, &plain(120));
    assert!(!text.contains("not looked at"), "{text}");
    assert!(
        text.contains("not shown: big.rs: over the budget (1 hunk, 10 bytes)"),
        "{text}"
    );
}

#[test]
fn findings_of_models_stand_each_for_itself() {
    let mut findings = reviews::said_by_models();
    for finding in &mut findings {
        finding.message = "the same words".to_owned();
        finding.disposition = Disposition::Warn;
    }
    let report = fixture::report(findings, Decision::Warn);
    let text = human(&report, &plain(100));
    assert_eq!(text.matches("warning[validators/security]").count(), 4);
    // What models advise differs from finding to finding, how to silence does not.
    assert_eq!(text.matches("advice: join the path").count(), 3);
    assert_eq!(text.matches("silence: ").count(), 1);
    assert!(!text.contains("rules explain"));
}

#[test]
fn the_pointer_names_a_rule() {
    let text = human(&reviews::troubled(), &plain(100));
    assert!(text.contains("help: `pantheon rules explain secrets/github-token` says more\n"));
    let mut report = reviews::troubled();
    report.findings.rotate_left(1);
    let turned = human(&report, &plain(100));
    assert!(turned.contains("help: `pantheon rules explain secrets/github-token` says more\n"));
}

#[test]
fn no_line_of_a_review_is_wider_than_the_terminal() {
    let mut long = reviews::emptied();
    long.review.as_mut().unwrap().skipped = Some("x".repeat(300));
    for report in [reviews::troubled(), reviews::well(), long] {
        for (width, verbose) in [(40, true), (40, false), (80, true), (120, false)] {
            let options = Options {
                verbose,
                ..plain(width)
            };
            let no_place = |line: &&str| !["╭▸", "─▸"].iter().any(|arrow| line.contains(arrow));
            for line in human(&report, &options).lines().filter(no_place) {
                assert!(text::width(line) <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn machines_read_a_review() {
    let options = Options::default();
    compare("review-json", &show(Format::Json, &reviews::troubled(), &options));
    compare(
        "review-jsonl",
        &show(Format::Jsonl, &reviews::troubled(), &options),
    );
    compare(
        "review-sarif",
        &show(Format::Sarif, &reviews::troubled(), &options),
    );
}

#[test]
fn jsonl_has_the_review_of_json() {
    let json: Value = serde_json::from_str(&show(Format::Json, &reviews::troubled(), &plain(80))).unwrap();
    let lines = show(Format::Jsonl, &reviews::troubled(), &plain(80));
    let line = lines
        .lines()
        .find(|line| line.starts_with("{\"type\":\"review\""));
    let mut review: Value = serde_json::from_str(line.unwrap()).unwrap();
    review.as_object_mut().unwrap().shift_remove("type");
    assert_eq!(review, json["review"]);
    assert_eq!(json["findings"][0]["origin"], "computed");
    assert_eq!(json["findings"][1]["origin"]["backing"], 2);
}

/// A review in which whatever a model, a provider or a path says is hostile.
fn poisoned() -> Report {
    let bad = hostile();
    let named = |name: &str| format!("{name}{bad}");
    let mut report = reviews::emptied();
    report.findings = reviews::said_by_models();
    for finding in &mut report.findings {
        finding.message.push_str(&bad);
        finding.help = Some(named("help"));
        finding.origin = Origin::Models(Opinion {
            influenced: false,
            says: String::new(),
            validators: vec![named("security")],
            models: vec![named("a/x"), named("b/y")],
            backing: 1,
            ceiling: Some(named("odd").into()),
            tested: Tested::Refuted {
                by: named("c/z"),
                reason: named("because"),
            },
            unmet: Some(Unmet::Ceiling(named("odd"))),
        });
    }
    let review = report.review.as_mut().unwrap();
    review.skipped = Some(named("why"));
    review.isolation = named("strict");
    review.left_out = vec![
        NotShown {
            path: named("a").into(),
            why: named("why"),
            hunks: 1,
            bytes: 1,
            by_rule: false,
        };
        2
    ];
    review.left_out[1].by_rule = true;
    review.dropped = vec![Count {
        what: named("step"),
        count: 2,
    }];
    review.lowered = review.dropped.clone();
    review.asked = vec![Asked {
        validator: named("security"),
        model: named("a/x"),
        calls: 2,
        failures: vec![named("no")],
        ..Asked::default()
    }];
    report
}

#[test]
fn nothing_hidden_gets_out_of_a_review() {
    for row in ALL {
        for unicode in [false, true] {
            let options = Options {
                unicode,
                verbose: true,
                ..plain(80)
            };
            for report in [poisoned(), without_findings(poisoned())] {
                let text = show(row.format, &report, &options);
                let hidden = text.chars().find(|c| text::is_hidden(*c) && *c != '\n');
                assert_eq!(hidden, None, "{}", row.name);
            }
        }
    }
}

fn without_findings(mut report: Report) -> Report {
    report.findings.clear();
    report
}

#[test]
fn no_link_comes_from_a_model() {
    let link = "see [this](https://a.example) \x1b]8;;https://a.example\x1b\\here\x1b]8;;\x1b\\";
    let mut report = fixture::report(reviews::said_by_models(), Decision::Warn);
    report.findings.truncate(1);
    report.findings[0].message = link.to_owned();
    report.findings[0].help = Some(link.to_owned());
    let options = Options {
        color: true,
        links: Some("/r"),
        ..plain(100)
    };
    let text = human(&report, &options);
    // The place is the one link: it opens and it closes.
    assert_eq!(text.matches("\x1b]8;;").count(), 2);
    assert_eq!(text.matches("\x1b]8;;file:///r/src/serve.rs").count(), 1);
    let sarif = show(Format::Sarif, &report, &options);
    assert!(!sarif.contains("]("), "{sarif}");
}

#[test]
fn the_schema_describes_a_review() {
    let mut schema: Value = serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    close(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [
        reviews::well(),
        reviews::skipped(),
        reviews::troubled(),
        poisoned(),
    ] {
        let value: Value = serde_json::from_str(&show(Format::Json, &report, &plain(80))).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn sarif_says_who_says_it() {
    let log: Value = serde_json::from_str(&show(Format::Sarif, &reviews::troubled(), &plain(80))).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][1];
    let properties = &result["properties"];
    assert_eq!(properties["models"], json!([reviews::SONNET, reviews::FLASH]));
    assert_eq!(properties["agreement"], 2);
    assert_eq!(result["rank"], 60.0);
    assert_eq!(run["results"][0]["rank"], Value::Null);
    let rule = &run["tool"]["driver"]["rules"][1];
    assert_eq!(rule["id"], "validators/security");
    assert_eq!(
        rule["shortDescription"]["text"],
        "models say that the code can be abused"
    );
    assert_eq!(run["properties"]["review"]["cost"], 21_000_000);
}
