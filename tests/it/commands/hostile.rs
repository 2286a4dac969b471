//! Output that means harm.

use super::*;

fn writes(output: &str, said: &str) -> (i32, Value, String) {
    let repo = trusted(&policy(&format!(
        "run = [\"cat\", \"said\"]\noutput = \"{output}\""
    )));
    repo.write("said", said);
    repo.write("src/b.txt", "one\n");
    repo.add();
    let shown = repo.run(&["review", "--staged"]);
    let (code, report) = staged(&repo);
    (code, report, format!("{}{}", shown.stdout, shown.stderr))
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><testsuite><testcase name=\"&b;\"/></testsuite>";
    let (code, said, _) = writes("junit", bomb);
    assert_eq!(code, 3);
    assert!(reasons(&said).contains("it has a document type"), "{said}");
}

#[test]
fn what_nests_without_end_is_refused() {
    for (output, text) in [
        ("sarif", "[".repeat(200_000)),
        ("checkstyle", format!("<checkstyle>{}", "<a>".repeat(200_000))),
    ] {
        let (code, said, _) = writes(output, &text);
        assert_eq!(code, 3, "{output}: {said}");
    }
}

#[test]
fn secrets_and_marks_of_terminals_are_not_shown() {
    let token = ["ghp_", "1n4Xq8ZsK2mV7bTc9LwE5rYh3JpD6fGa0uQv"].concat();
    let line = format!("::error file=src/b.txt,line=1::leaks {token} \x1b]0;title\x07 \u{202e}back\n");
    let (_, said, shown) = writes("github", &line);
    let finding = &said["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["location"]["path"] == "src/b.txt")
        .unwrap();
    let message = finding["message"].as_str().unwrap();
    assert!(message.starts_with("leaks ***"), "{message}");
    for bad in [token.as_str(), "\x1b]", "\u{202e}"] {
        assert!(
            !message.contains(bad) && !shown.contains(bad),
            "{bad:?}: {message}"
        );
    }
}

#[test]
fn the_last_words_of_a_command_hold_no_secret() {
    let token = ["ghp_", "1n4Xq8ZsK2mV7bTc9LwE5rYh3JpD6fGa0uQv"].concat();
    let repo = trusted(&policy(
        "run = [\"sh\", \"-c\", \"cat said >&2; exit 9\"]\noutput = \"sarif\"",
    ));
    repo.write("said", format!("cannot log in with {token}\n"));
    let (code, said) = staged(&repo);
    assert_eq!(code, 3, "{said}");
    assert!(
        reasons(&said).contains("cannot log in with ***"),
        "{}",
        reasons(&said)
    );
}
