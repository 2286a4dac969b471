//! What the checkout holds.
#![expect(clippy::disallowed_methods, reason = "a test writes files on its own")]

use super::*;
use std::os::unix::fs::symlink;

#[test]
fn modes_and_links_are_as_recorded() {
    let check = "test -x run.sh && ! test -x src/a.txt && test -L src/in && test \"$(cat src/in)\" = \"#!x\" && ! test -e .git";
    let repo = trusted(&policy(&format!("run = [\"sh\", \"-c\", '''{check}''']")));
    repo.write_script("run.sh", "#!x\n");
    symlink("../run.sh", repo.path("src/in")).unwrap();
    let (code, said) = staged(&repo);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn links_out_of_the_tree_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret"), "BAD secret").unwrap();
    let repo = trusted(&policy(GREP));
    symlink(outside.path().join("secret"), repo.path("src/out")).unwrap();
    symlink("../../../../../../etc/passwd", repo.path("src/up")).unwrap();
    let (code, said) = staged(&repo);
    assert_eq!((code, found(&said)), (0, vec![]), "{said}");
    assert!(
        said["notes"]
            .to_string()
            .contains("`commands/lint` saw links out of the repository as plain files: 2")
    );
}

#[test]
fn a_tree_that_names_a_link_twice_writes_nothing_outside() {
    let outside = tempfile::tempdir().unwrap();
    let repo = trusted(&policy(GREP));
    // A tree with the link `d` and the directory `d`, which git does not make, and some readers take.
    let hash = |path: &str| repo.git(&["hash-object", "-w", path]);
    repo.write("../blob", "owned\n");
    repo.write("../link", outside.path().to_str().unwrap());
    let (blob, link) = (hash("../blob"), hash("../link"));
    let raw = |rows: &[(&str, &str, &str)]| {
        let mut bytes = Vec::new();
        for (mode, name, id) in rows {
            bytes.extend(format!("{mode} {name}\0").bytes());
            bytes.extend((0..id.len() / 2).map(|n| u8::from_str_radix(&id[2 * n..2 * n + 2], 16).unwrap()));
        }
        repo.write("../raw", bytes);
        repo.git(&["hash-object", "-w", "-t", "tree", "--literally", "../raw"])
    };
    let inner = raw(&[("100644", "file", &blob)]);
    for rows in [
        vec![("120000", "d", link.as_str()), ("40000", "d", inner.as_str())],
        vec![("100644", "..", blob.as_str())],
        vec![("40000", ".git", inner.as_str())],
    ] {
        let commit = repo.git(&["commit-tree", &raw(&rows), "-p", "HEAD", "-m", "Be hostile"]);
        let ran = repo.run(&["review", "--commit", &commit, "--format", "json"]);
        assert_ne!(ran.code, 70, "{ran}");
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0, "{rows:?}");
    }
}

#[test]
fn a_report_that_the_tree_brings_is_not_believed() {
    let repo = trusted(&policy(
        "run = [\"true\"]\noutput = \"junit\"\nreport = \"r.xml\"",
    ));
    repo.write("r.xml", "<testsuite><testcase name=\"t\"/></testsuite>");
    let (code, said) = staged(&repo);
    assert_eq!(code, 3, "{said}");
    assert!(reasons(&said).contains("its report cannot be read"), "{said}");
}

#[test]
fn absolute_paths_lead_back() {
    let lint = "run = [\"sh\", \"-c\", '''echo \"$PWD/b.txt:1: here, in $PWD\"; echo \"file://$PWD/../src/b.txt:2: there\"; echo \"/etc/passwd:1: away\"''']\n\
                dir = \"src\"\noutput = \"regex\"\nregex = '^(?<path>.+?):(?<line>\\d+): (?<message>.*)$'";
    let repo = trusted(&policy(lint));
    repo.write("src/b.txt", "one\ntwo\n");
    let (_, said) = staged(&repo);
    let all = [one("src/b.txt", 1, "here, in src"), one("src/b.txt", 2, "there")].concat();
    assert_eq!(found(&said), all);
}
