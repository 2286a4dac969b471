//! The formats that other programs read.

use super::*;
use crate::model::Category;
use crate::report::LineHashes;
use std::time::Duration;

/// The formats that this file is about: all but those that the project made.
fn others() -> impl Iterator<Item = Format> {
    let own = [Format::Human, Format::Json, Format::Jsonl, Format::Sarif];
    ALL.iter()
        .map(|row| row.format)
        .filter(move |format| !own.contains(format))
}

fn options() -> Options<'static> {
    Options {
        ended: 1_767_225_599_000,
        ..Options::default()
    }
}

fn parse(format: Format, report: &Report) -> Value {
    serde_json::from_str(&show(format, report, &options())).unwrap()
}

#[test]
fn formats_of_others() {
    for format in others() {
        let name = format.name();
        compare(name, &show(format, &shorter(), &options()));
        compare(
            &format!("review-{name}"),
            &show(format, &fixture::reviews::troubled(), &options()),
        );
        compare(
            &format!("hostile-{name}"),
            &show(format, &fixture::hostile(), &options()),
        );
    }
}

#[test]
fn each_says_what_models_say_and_who() {
    let report = fixture::reviews::troubled();
    // No model finds what a secret is.
    for format in others().filter(|format| *format != Format::GitlabSecretDetection) {
        let text = show(format, &report, &options());
        for word in [
            "the path of the request leaves the directory",
            "gemini/gemini-3.8-flash",
        ] {
            assert!(text.contains(word), "{}: {text}", format.name());
        }
    }
}

/// The lines that GitHub's runner takes for commands.
fn commands(text: &str) -> Vec<&str> {
    let mut stopped: Option<String> = None;
    let mut out = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        let Some(rest) = line.strip_prefix("::") else {
            continue;
        };
        match &stopped {
            Some(token) if rest.starts_with(&format!("{token}::")) => stopped = None,
            Some(_) => {}
            None => match rest.strip_prefix("stop-commands::") {
                Some(token) => stopped = Some(token.to_owned()),
                None => out.push(rest),
            },
        }
    }
    assert_eq!(stopped, None);
    out
}

#[test]
fn nobody_orders_github_about() {
    let text = show(Format::Github, &fixture::hostile(), &options());
    let commands = commands(&text);
    assert_eq!(commands.len(), 2, "{text}");
    for command in commands {
        assert!(
            command.starts_with("error title=") || command.starts_with("warning title="),
            "{command}"
        );
        let (properties, _) = command.split_once("::").unwrap();
        let names: Vec<&str> = properties
            .split([' ', ','])
            .filter_map(|p| p.split_once('='))
            .map(|p| p.0)
            .collect();
        assert!(names.starts_with(&["title"]), "{names:?}");
    }
}

#[test]
fn no_format_orders_a_build_server_about() {
    for row in ALL {
        if row.format == Format::Human {
            continue;
        }
        let text = show(row.format, &fixture::hostile(), &options()).to_lowercase();
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!text.contains(command), "{}: {command}", row.name);
        }
    }
}

/// As many findings as a service may be sent, on as many lines.
fn many(count: u32) -> Report {
    let kinds = [fixture::secret(), fixture::reviews::said_by_models().remove(1)];
    let finding = |at: u32| Finding {
        location: fixture::file(
            format!("src/{}.rs", at % 500),
            Some(fixture::on_line(at + 1, 9..49)),
        ),
        ..kinds[at as usize % 2].clone()
    };
    let mut findings: Vec<Finding> = (0..count).map(finding).collect();
    findings.sort_by_key(|finding| finding.disposition != Disposition::Block);
    fixture::report(findings, Decision::Block)
}

#[test]
fn many_findings_stay_within_limits() {
    let report = many(25_000);
    for row in ALL {
        let start = Instant::now();
        let text = show(row.format, &report, &options());
        let time = start.elapsed();
        // A build without optimisation on a busy machine: this only finds what grows with the square.
        assert!(time < Duration::from_secs(60), "{}: {time:?}", row.name);
        let most = match row.format {
            Format::Markdown => 65_536,
            Format::GithubSummary => 1_024 * 1_024,
            _ => usize::MAX,
        };
        assert!(text.len() <= most, "{}: {}", row.name, text.len());
        println!("{}: {time:?}, {} bytes", row.name, text.len());
    }
}

#[test]
fn cuts_are_announced() {
    let report = many(25_000);
    let text = show(Format::Github, &report, &options());
    let commands = commands(&text);
    let of = |level: &str| {
        commands
            .iter()
            .filter(|command| command.starts_with(level))
            .count()
    };
    assert_eq!((of("error "), of("warning "), of("notice ")), (10, 10, 0));
    let first = "error title=pantheon::19 of 25,000 findings are annotated; the log of the step lists more";
    assert_eq!(commands[0], first);
    assert!(text.contains("\nand 24,000 more findings: `--format json=FILE` holds all\n"));
    for format in [Format::Markdown, Format::GithubSummary] {
        let text = show(format, &report, &options());
        let shown = text.lines().filter(|line| line.starts_with("- `src/")).count();
        let said = text::grouped(shown as u64);
        assert!(
            text.contains(&format!("**{said} of 25,000 findings are shown**")),
            "{said}"
        );
    }
    let log = parse(Format::SarifGithub, &report);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 5_000);
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("the worst 5,000 of 25,000 findings are written: GitHub keeps no more"));
}

#[test]
fn github_gets_no_result_that_it_cannot_show() {
    let report = fixture::whole();
    let mut hashes = LineHashes::default();
    for (path, lines) in LineHashes::wanted(&report) {
        hashes.add(path, &b"x = 1\n".repeat(20), &lines);
    }
    let options = Options {
        line_hashes: Some(&hashes),
        ..options()
    };
    let log: Value = serde_json::from_str(&show(Format::SarifGithub, &report, &options)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 9);
    for result in results {
        assert!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].is_string());
        assert_eq!(
            (&result["suppressions"], &result["baselineState"]),
            (&Value::Null, &Value::Null)
        );
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(hash.is_string(), region.is_object(), "{result}");
    }
}

#[test]
fn gitlab_gets_each_finding_in_one_report_at_least() {
    let report = fixture::whole();
    let open = report.findings.iter().filter(|f| {
        !matches!(
            f.disposition,
            Disposition::Suppressed(_) | Disposition::Waived(_) | Disposition::Baseline
        )
    });
    let open: Vec<&Finding> = open.collect();
    let issues = parse(Format::GitlabCodeQuality, &report);
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), open.len());
    let mut prints: Vec<&str> = issues
        .iter()
        .map(|i| i["fingerprint"].as_str().unwrap())
        .collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), issues.len());
    let secrets = parse(Format::GitlabSecretDetection, &report);
    let is_secret = |f: &&&Finding| Category::of(&f.check) == Category::Secrets;
    let secrets = secrets["vulnerabilities"].as_array().unwrap();
    assert_eq!(secrets.len(), open.iter().filter(is_secret).count());
    // The second was found below the head.
    let shas: Vec<&Value> = secrets.iter().map(|s| &s["location"]["commit"]["sha"]).collect();
    assert_eq!(shas, [&json!("c".repeat(40)), &json!("c".repeat(40))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_hostile_gets_out(
        text in "([<>&\"'`#\\[\\]%:;,=!\\-\\\\]|::|##\\[|-->|\\]\\]>|[a-c]|\\n|\\r|\\x1b|\u{202e}|\u{ffff}|\\PC){0,30}",
    ) {
        let mut report = fixture::hostile();
        for finding in &mut report.findings {
            finding.message.clone_from(&text);
            finding.check = format!("own/{text}").into();
            finding.help = Some(text.clone());
            finding.location = fixture::file(text.as_str(), Some(fixture::on_line(3, 1..6)));
        }
        report.notes = vec![text.clone()];
        report.left_out[0].what = text.as_str().into();
        let github = show(Format::Github, &report, &options());
        prop_assert_eq!(commands(&github).len(), 2);
        for format in others() {
            let out = show(format, &report, &options());
            prop_assert!(out.chars().all(|c| c == '\n' || !text::is_hidden(c)), "{}", out);
            prop_assert!(!out.contains("##["), "{}", out);
            prop_assert!(format == Format::Github || commands(&out).is_empty(), "{}", out);
            match format.row().extension {
                "json" | "sarif" => prop_assert!(serde_json::from_str::<Value>(&out).is_ok()),
                "jsonl" => for line in out.lines() {
                    prop_assert!(serde_json::from_str::<Value>(line).is_ok());
                },
                "xml" => prop_assert_eq!(well_formed(&out), Ok(())),
                _ => {}
            }
        }
    }
}

/// A small reader of XML: tags that close, attributes in quotes, known entities, comments without `--`.
fn well_formed(text: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        entities(&rest[..at])?;
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("--").ok_or("no end of a comment")?;
            rest = comment[end..].strip_prefix("-->").ok_or("dashes in a comment")?;
            continue;
        }
        let mut in_quotes = false;
        let end = rest.find(|c| {
            in_quotes ^= c == '"';
            c == '>' && !in_quotes
        });
        let (tag, after) = rest.split_at(end.ok_or("no end of a tag")?);
        rest = &after[1..];
        let tag = &tag[1..];
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("`{name}` is not open"));
            }
            continue;
        }
        attributes(tag)?;
        if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default());
        }
    }
    entities(rest)?;
    if open.is_empty() {
        Ok(())
    } else {
        Err(format!("open: {open:?}"))
    }
}

fn attributes(tag: &str) -> Result<(), String> {
    let parts: Vec<&str> = tag.split('"').collect();
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 1 {
            entities(part)?;
            if part.contains('<') {
                return Err(format!("an opening in an attribute: {part}"));
            }
        } else if at + 1 < parts.len() && !part.ends_with('=') {
            return Err(format!("no name of an attribute: {part}"));
        }
    }
    Ok(())
}

fn entities(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        if !["amp", "lt", "gt", "quot", "#39", "#35", "#45", "#58"].contains(&name) {
            return Err(format!("`{name}` is no entity"));
        }
    }
    match text.contains(['\u{fffe}', '\u{ffff}']) {
        true => Err("no character of XML".to_owned()),
        false => Ok(()),
    }
}
