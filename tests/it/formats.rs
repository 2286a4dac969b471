//! Reports in several forms at once, and what a build server may not take for a command.

use crate::support::{Ran, Repo};
use serde_json::Value;

/// A repository whose last commit adds two lines that are found; one says what build servers obey.
fn found() -> Repo {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    repo.commit("Begin");
    repo.write("a.py", "x = 1\nbreakpoint()  # ##[group]z\nbreakpoint()\n");
    repo.commit("Go on");
    repo
}

fn review(repo: &Repo, args: &[&str]) -> Ran {
    let args: Vec<&str> = ["review", "--commit", "HEAD"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    repo.run(&args)
}

#[test]
fn several_forms_at_once() {
    let repo = found();
    let alone = review(&repo, &["--format", "checkstyle"]);
    let several = [
        "--format",
        "junit=j.xml,checkstyle",
        "--format",
        "sarif-github=a.sarif",
    ];
    let ran = review(&repo, &several);
    assert_eq!(ran.stdout, alone.stdout);
    assert!(ran.stdout.starts_with("<?xml"), "{ran}");
    assert!(repo.read("j.xml").starts_with(b"<?xml"));
    let log: Value = serde_json::from_slice(&repo.read("a.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let hash = |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].clone();
    let hashes: Vec<Value> = results.iter().map(hash).collect();
    // What GitHub's action computes for lines 2 and 3 of the file.
    assert_eq!(hashes, ["ca22f2d2c702af3b:1", "b27b86cfa8e5ae3d:1"]);
}

#[test]
fn one_file_for_each() {
    let repo = found();
    let refuses = |args: &[&str], expected: &str| {
        let ran = review(&repo, args).exits(2);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", expected));
    };
    refuses(
        &["--format", "json,human"],
        "error: `json` and `human` both go to standard output\n hint: name a file for one: `--format json,human=FILE`\n",
    );
    refuses(
        &["--format", "json=a,sarif=a"],
        "error: two reports go to `a`\n hint: name a file of its own for each\n",
    );
    let two = "error: `--output` holds one report, and `--format` asks for others\n hint: name the file beside each \
               format: `--format sarif=FILE,human`\n";
    refuses(&["--format", "json=a,sarif", "--output", "b"], two);
    refuses(&["--format", "json=a", "--output", "b"], two);
    assert!(!repo.has("a") && !repo.has("b"));
    let ran = review(&repo, &["--format", "json="]).exits(2);
    assert!(ran.stderr.contains("no file stands behind `json=`"), "{ran}");
    let ran = review(&repo, &["--format", "yaml=x"]).exits(2);
    assert!(ran.stderr.contains("the formats are human, json, "), "{ran}");
}

#[test]
fn every_file_is_written_though_one_cannot_be() {
    let repo = found();
    let ran = review(&repo, &["--format", "json=missing/a,jsonl=b,human"]).exits(2);
    assert!(ran.stdout.contains("breakpoint"), "{ran}");
    assert!(ran.stderr.contains("`missing/a` cannot be written"), "{ran}");
    assert!(repo.has("b"));
}

#[test]
fn a_log_gets_no_commands() {
    let mut repo = found();
    let plain = review(&repo, &[]);
    assert!(plain.stdout.contains("##[group]z"), "{plain}");
    repo.env = vec![("CI".into(), "true".into())];
    let ran = review(&repo, &[]);
    assert!(
        ran.stdout.contains("# #[group]z") && !ran.stdout.contains("##["),
        "{ran}"
    );
    assert!(!ran.stdout.contains("::stop-commands::"), "{ran}");
    repo.env = vec![("GITHUB_ACTIONS".into(), "true".into())];
    let ran = review(&repo, &[]);
    let (first, rest) = ran.stdout.split_once('\n').unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    assert!(
        rest.ends_with(&format!("\n::{token}::\n")) && !rest.contains("##["),
        "{ran}"
    );
}

#[test]
fn a_summary_is_added_to_what_the_step_wrote() {
    let mut repo = found();
    repo.write("summary.md", "# Mine\n");
    let path = repo.path("summary.md");
    let format = format!("github-summary={}", path.display());
    repo.env = vec![("GITHUB_STEP_SUMMARY".into(), path.into())];
    review(&repo, &["--format", &format]);
    let text = String::from_utf8(repo.read("summary.md")).unwrap();
    assert!(text.starts_with("# Mine\n## pantheon: "), "{text}");
    repo.env.clear();
    review(&repo, &["--format", &format]);
    let text = String::from_utf8(repo.read("summary.md")).unwrap();
    assert!(text.starts_with("## pantheon: "), "{text}");
}

/// A token that nobody issued. Its parts stand apart, so that no rule finds it here.
fn token(letters: &str) -> String {
    ["ghp", "_", letters, "0123456789"].concat()
}

/// Both sides of the last commit hold a token, and the new one white space at the end of a line beside it.
fn with_tokens() -> (Repo, [String; 2]) {
    let tokens = [
        token("abcdefghijklmnopqrstuvwxyz"),
        token("ZYXWVUTSRQPONMLKJIHGFEDCBA"),
    ];
    let repo = Repo::new();
    let old = format!("one\nkey = \"{}\"\ntwo\n", tokens[0]);
    repo.write("a.py", &old);
    repo.commit("Begin");
    let new = format!("one\nkey = \"{}\"\n<b>three</b> \ntwo\n", tokens[1]);
    repo.write("a.py", new);
    (repo, tokens)
}

/// What the page shows of the diffs: their text without marks.
fn diffs(page: &str) -> Vec<String> {
    let blocks = page
        .split("<pre class=\"diff\"")
        .skip(1)
        .filter_map(|rest| rest.split("</pre>").next());
    let plain = |block: &str| {
        block
            .split('<')
            .filter_map(|tag| tag.split_once('>'))
            .map(|(_, text)| text)
            .collect()
    };
    blocks.map(plain).collect()
}

#[test]
fn the_page_shows_the_diff_without_secrets() {
    let (repo, tokens) = with_tokens();
    let expected = "1 1   one\n2   - key = &quot;ghp_[redacted]&quot;\n  2 + key = &quot;ghp_[redacted]&quot;\n  \
                    3 + &lt;b&gt;three&lt;/b&gt; \n3 4   two\n";
    // What nobody has staged is read from objects of its own.
    let worktree = repo.run(&["review", "--worktree", "--format", "html"]);
    repo.git(&["add", "--all"]);
    let staged = repo.run(&["review", "--staged", "--format", "html"]);
    repo.commit("Go on");
    review(&repo, &["--format", "html=page.html"]);
    let shared = [
        "ci",
        "--base",
        "HEAD~1",
        "--shard",
        "hash:1/1",
        "--format",
        "html,json=a.json",
    ];
    let ci = repo.run(&shared);
    let page = String::from_utf8(repo.read("page.html")).unwrap();
    for page in [&worktree.stdout, &staged.stdout, &page, &ci.stdout] {
        assert_eq!(diffs(page), [expected; 2], "{page}");
        assert!(!tokens.iter().any(|token| page.contains(token.as_str())));
    }
    assert!(page.contains("<mark> </mark>"), "{page}");
    // A report that was read shows the diff where the repository is there, and else the lines that it holds.
    let read = repo.run(&["report", "merge", "a.json", "--format", "html"]);
    assert_eq!(diffs(&read.stdout), [expected; 2], "{read}");
    let elsewhere = Repo::new();
    elsewhere.write("a.json", repo.read("a.json"));
    let read = elsewhere.run(&["report", "merge", "a.json", "--format", "html"]);
    assert!(
        diffs(&read.stdout).is_empty() && read.stdout.contains("<pre tabindex"),
        "{read}"
    );
    let from_json = String::from_utf8(repo.read("a.json")).unwrap();
    assert!(!tokens.iter().any(|token| from_json.contains(token.as_str())));
}

#[test]
fn a_tree_has_lines_and_no_diff() {
    let repo = found();
    let ran = repo.run(&["review", "--tree", "HEAD", "--format", "html"]);
    let expected = "1 1   x = 1\n2 2   breakpoint()  &#35; &#35;&#35;[group]z\n3 3   breakpoint()\n";
    assert_eq!(diffs(&ran.stdout), [expected; 2], "{ran}");
}

#[test]
fn a_fix_goes_from_report_to_report() {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    repo.commit("Begin");
    repo.write("a.py", "x = 1\ny = '\u{1f980}'  \nz = 2\t\n");
    repo.commit("Go on");
    let formats = "json=a.json,sarif=a.sarif,rdjson=a.rdjson,sarif-github=g.sarif";
    let shared = [
        "ci", "--base", "HEAD~1", "--shard", "hash:1/1", "--format", formats,
    ];
    repo.run(&shared);
    let parse = |file: &str| -> Value { serde_json::from_slice(&repo.read(file)).unwrap() };
    let fix = &parse("a.json")["findings"][0]["fix"];
    assert_eq!(fix["summary"], "remove the white space");
    assert_eq!(fix["lines"]["text"], "y = '\u{1f980}'  \nz = 2\t\n");
    // Bytes there, UTF-16 units here.
    assert_eq!(fix["replacements"][0]["region"]["start_column"], 11);
    let changes =
        &parse("a.sarif")["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"];
    assert_eq!(changes[0]["deletedRegion"]["startColumn"], 9);
    assert_eq!(changes[1]["deletedRegion"]["startColumn"], 6);
    let suggestion = &parse("a.rdjson")["diagnostics"][0]["suggestions"][0];
    assert_eq!(suggestion["text"], "y = '\u{1f980}'\nz = 2\n");
    assert!(parse("g.sarif")["runs"][0]["results"][0]["fixes"].is_null());
    let merged = repo.run(&["report", "merge", "a.json", "--format", "json=b.json,human"]);
    assert_eq!(parse("b.json")["findings"][0]["fix"], *fix, "{merged}");
    assert!(merged.stdout.contains("fix: remove the white space"), "{merged}");
}
