//! What can happen to one path.

use super::{agree, begun, lines, only};
use crate::support::Repo;
use std::os::unix::fs::symlink;

#[track_caller]
fn status_of(repo: &Repo) -> String {
    only(agree(repo)).status
}

#[test]
fn added_modified_and_deleted() {
    let repo = begun();
    repo.write("new.txt", lines(3));
    repo.write("a.txt", lines(20).replace("line 5\n", "line five\n") + "more\n");
    repo.git(&["rm", "-q", "dir/c.txt"]);
    repo.add();
    let view = agree(&repo);
    let status = |path: &str| view[path].status.as_str();
    assert_eq!(
        [status("new.txt"), status("a.txt"), status("dir/c.txt")],
        ["added", "modified", "deleted"]
    );
    assert_eq!(view["a.txt"].lines, Some([vec![5], vec![5, 21]]));
}

#[test]
fn moved_and_moved_with_edits() {
    let repo = begun();
    repo.git(&["mv", "a.txt", "moved.txt"]);
    let file = only(agree(&repo));
    assert_eq!(
        (file.status.as_str(), file.old_path.as_deref()),
        ("renamed", Some("a.txt"))
    );
    assert_eq!(file.lines, Some([vec![], vec![]]));
    repo.git(&["mv", "b.txt", "dir/moved.txt"]);
    repo.write(
        "dir/moved.txt",
        lines(60).replace("line", "other").replace("other 7\n", "") + "end\n",
    );
    repo.add();
    let file = only(agree(&repo));
    assert_eq!(file.lines, Some([vec![7], vec![60]]));
}

#[test]
fn one_path_becomes_two() {
    let repo = begun();
    repo.git(&["mv", "b.txt", "first.txt"]);
    repo.write("second.txt", repo.read("first.txt"));
    repo.add();
    let view = agree(&repo);
    // As to git: a source is used once, and the other path is new with every line.
    assert_eq!(
        [&view["first.txt"].status, &view["second.txt"].status],
        ["renamed", "added"]
    );
}

#[test]
fn paths_change_places() {
    let repo = begun();
    repo.git(&["mv", "a.txt", "x"]);
    repo.git(&["mv", "b.txt", "a.txt"]);
    repo.git(&["mv", "x", "b.txt"]);
    agree(&repo);
}

#[test]
fn file_becomes_a_link_and_back() {
    let repo = begun();
    std::fs::remove_file(repo.path("a.txt")).unwrap();
    symlink("b.txt", repo.path("a.txt")).unwrap();
    repo.add();
    assert_eq!(status_of(&repo), "type-changed");
    std::fs::remove_file(repo.path("a.txt")).unwrap();
    repo.write("a.txt", lines(20));
    repo.add();
    assert_eq!(status_of(&repo), "type-changed");
}

#[test]
fn links_come_change_and_go() {
    let repo = begun();
    symlink("a.txt", repo.path("link")).unwrap();
    repo.add();
    assert_eq!(status_of(&repo), "added");
    std::fs::remove_file(repo.path("link")).unwrap();
    symlink("b.txt", repo.path("link")).unwrap();
    repo.add();
    assert_eq!(status_of(&repo), "modified");
    repo.git(&["mv", "link", "other-link"]);
    assert_eq!(status_of(&repo), "renamed");
    repo.git(&["rm", "-q", "other-link"]);
    assert_eq!(status_of(&repo), "deleted");
}

#[test]
fn modes_change() {
    let repo = begun();
    repo.git(&["update-index", "--chmod=+x", "a.txt"]);
    assert_eq!(status_of(&repo), "mode-changed");
    repo.git(&["checkout", "-q", "--", "."]);
    repo.write("a.txt", lines(21));
    repo.add();
    repo.git(&["update-index", "--chmod=-x", "a.txt"]);
    assert_eq!(status_of(&repo), "modified");
}

#[test]
fn submodule_comes_moves_on_and_goes() {
    let repo = begun();
    let library = repo.sibling("../library");
    std::fs::create_dir_all(&library.root).unwrap();
    library.git(&["init", "-q"]);
    library.write("lib.txt", "1\n");
    library.commit("First");
    repo.git(&["submodule", "--quiet", "add", "../library", "lib"]);
    agree(&repo);
    let lib = repo.sibling("lib");
    lib.write("lib.txt", "2\n");
    lib.commit("Second");
    repo.git(&["add", "lib"]);
    assert_eq!(status_of(&repo), "modified");
    repo.git(&["rm", "-qf", "lib"]);
    repo.write("lib", "no longer\n");
    repo.add();
    agree(&repo);
}

#[test]
fn binary_content_has_no_lines() {
    let repo = begun();
    repo.write("image.bin", b"\x89PNG\0\n\x01\n");
    repo.add();
    assert_eq!(only(agree(&repo)).lines, Some([vec![], vec![]]));
    repo.write("image.bin", b"\x89PNG\0\n\x02\nx\n");
    repo.write("a.txt", b"now\0binary\n");
    repo.add();
    agree(&repo);
    repo.write("a.txt", lines(5));
    repo.add();
    agree(&repo);
}

#[test]
fn pointers_of_lfs_are_text() {
    let repo = begun();
    let pointer =
        |id: &str| format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 12345\n");
    repo.write("large.psd", pointer(&"a".repeat(64)));
    repo.add();
    agree(&repo);
    repo.write("large.psd", pointer(&"b".repeat(64)));
    repo.add();
    assert_eq!(only(agree(&repo)).lines, Some([vec![2], vec![2]]));
}

#[test]
fn line_ends() {
    let repo = begun();
    repo.write("a.txt", lines(20).replace('\n', "\r\n"));
    repo.add();
    agree(&repo);
    repo.write("a.txt", "one\rtwo\rthree\r\nfour\n\r\n\n");
    repo.add();
    assert_eq!(only(agree(&repo)).lines.unwrap()[1], [1, 2, 3, 4]);
}

#[test]
fn end_of_the_text_without_a_line_end() {
    let repo = begun();
    let versions = [
        "one\ntwo",
        "one\ntwo\n",
        "one\ntwo",
        "one\ntwo\nthree",
        "two\nthree",
        "x",
        "",
        "x",
        "\n",
        "\n\n",
    ];
    for text in versions {
        repo.write("end.txt", text);
        repo.add();
        agree(&repo);
    }
}

#[test]
fn text_that_is_not_utf_8() {
    let repo = begun();
    repo.write("latin.txt", b"caf\xe9\nna\xefve\n\xff\xfe\n");
    repo.add();
    agree(&repo);
    repo.write("latin.txt", b"caf\xc3\xa9\nna\xefve\n\xff\xfd\n");
    repo.add();
    assert_eq!(only(agree(&repo)).lines, Some([vec![1, 3], vec![1, 3]]));
}

#[cfg(target_os = "linux")]
#[test]
fn paths_that_are_odd() {
    use std::os::unix::ffi::OsStrExt;
    let repo = begun();
    let paths: [&[u8]; 8] = [
        b"caf\xe9.txt",
        b"new\nline.txt",
        b"tab\t.txt",
        b"\x1b[31m.txt",
        "\u{fc}ber/\u{1f600}.txt".as_bytes(),
        b"\"quoted\"",
        b" blank ",
        b"-dash",
    ];
    for (n, path) in paths.iter().enumerate() {
        repo.write(std::ffi::OsStr::from_bytes(path), format!("{n}\n"));
    }
    repo.add();
    let view = agree(&repo);
    assert_eq!(view.len(), paths.len());
    assert!(view.contains_key("caf\\xe9.txt"));
}

#[test]
fn what_is_only_intended_is_no_change() {
    let repo = begun();
    repo.write("intended.txt", "later\n");
    repo.git(&["add", "-N", "intended.txt"]);
    repo.write("a.txt", lines(21));
    repo.git(&["add", "a.txt"]);
    let view = super::view::of_pantheon(&repo, &["--staged"]);
    assert_eq!(view.keys().collect::<Vec<_>>(), ["a.txt"]);
    assert_eq!(view, super::view::of_git(&repo, &["diff", "--cached"]));
}

#[test]
fn empty_files() {
    let repo = begun();
    repo.write("empty.txt", "");
    repo.add();
    agree(&repo);
    repo.write("empty.txt", "no more\n");
    repo.write("b.txt", "");
    repo.add();
    agree(&repo);
    repo.git(&["rm", "-q", "b.txt"]);
    repo.write("other.txt", "");
    repo.add();
    agree(&repo);
}

#[test]
fn file_becomes_a_directory_and_back() {
    let repo = begun();
    std::fs::remove_file(repo.path("a.txt")).unwrap();
    repo.write("a.txt/inner.txt", "inside\n");
    repo.add();
    agree(&repo);
    std::fs::remove_dir_all(repo.path("a.txt")).unwrap();
    std::fs::remove_dir_all(repo.path("dir")).unwrap();
    repo.write("a.txt", lines(20));
    repo.write("dir", "a file\n");
    repo.add();
    agree(&repo);
}

#[test]
fn names_that_sort_oddly() {
    let repo = begun();
    for path in ["foo/x", "foo-bar", "foo.txt", "foo0", "foo/y/z"] {
        repo.write(path, path);
    }
    repo.add();
    agree(&repo);
    for path in ["foo/x", "foo-bar", "foo.txt", "foo0"] {
        repo.write(path, format!("{path} again\n"));
    }
    repo.add();
    agree(&repo);
}
