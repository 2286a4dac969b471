//! An amended commit: only what changed is asked about again.

use super::*;

/// Files of a small service, in several directories.
const FILES: [&str; 8] = [
    "api/list.py",
    "api/read.py",
    "billing/sum.py",
    "billing/tax.py",
    "core/mean.py",
    "core/text/words.py",
    "tools/build.py",
    "web/page.py",
];

/// A function of a file, in some version.
fn function(path: &str, version: &str) -> String {
    let name = path.replace(['/', '.'], "_");
    format!("def {name}(items):\n    first = items[0]\n    return first + {version}\n")
}

/// The files that each question since then was about.
fn since(server: &Server, asked: usize) -> Vec<Vec<&'static str>> {
    let questions = server.asked();
    let about = |asked: &Asked| {
        let text = Question::of(asked).text;
        let is_shown = |path: &&str| text.contains(&format!("file: `{path}`"));
        FILES.into_iter().filter(is_shown).collect()
    };
    questions[asked..].iter().map(about).collect()
}

#[test]
fn an_amended_commit_sends_only_what_changed() {
    let server = says(|_| json!([]));
    let gate = "[gates.manual]\nchecks = [\"rules\", \"validators/correctness\", \"validators/security\"]\n";
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy(&server.http(), gate));
    repo.commit("Begin");
    for path in FILES {
        repo.write(path, function(path, "1"));
    }
    repo.commit("Add a service");
    review(&repo).exits(0);
    let first = since(&server, 0);
    // All of it, for each of the two validators.
    let mut shown: Vec<&str> = first.iter().flatten().copied().collect();
    shown.sort_unstable();
    assert_eq!(shown, FILES.map(|path| [path; 2]).concat());
    assert!(first.len() > 4, "{first:?}");

    repo.write(FILES[4], function(FILES[4], "2"));
    repo.add();
    repo.git(&["commit", "-q", "--amend", "--no-edit", "--no-verify"]);
    review(&repo).exits(0);
    let second = since(&server, first.len());
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(second.iter().all(|files| files.contains(&FILES[4])), "{second:?}");
    assert!(second.iter().all(|files| first.contains(files)), "{second:?}");

    // A third run has nothing to ask, and says that everybody answered.
    let (code, said) = report(&repo);
    assert_eq!((code, since(&server, first.len() + 2).len()), (0, 0));
    let asked = said["review"]["asked"].as_array().unwrap();
    assert!(asked.iter().all(|row| row["calls"] == row["cached"]), "{said}");
    assert_eq!(asked.len(), 2, "{said}");
}
