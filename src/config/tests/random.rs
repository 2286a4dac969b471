//! No text makes the reader panic, or takes long.

use super::table::example;
use super::*;
use proptest::prelude::*;
use std::time::Instant;

#[test]
fn much_text_is_read_in_little_time() {
    let start = Instant::now();
    let told = problems(&"[[paths]]\nmatch = [\"a\", \"{b\"]\nblok = 1\n".repeat(2000));
    assert_eq!(told.lines().count(), 30);
    problems(&format!("version = 1\n\"{}\" = 1\n", "blok".repeat(10_000)));
    let rules: String = (0..20_000)
        .map(|n| format!("[rules.\"text/merge-{n}\"]\n"))
        .collect();
    problems(&format!("version = 1\n{rules}"));
    let checks = "\"text/merge-markr\", ".repeat(20_000);
    problems(&format!("version = 1\n[gates.ci]\nchecks = [{checks}]\n"));
    assert_eq!(
        problems(&"x".repeat(2 << 20)),
        ".pantheon.toml: the file has 2097152 bytes, more than 1048576"
    );
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn lists_have_an_end() {
    let waivers = "[[paths]]\nmatch = [\"a\"]\n".repeat(1001);
    assert_eq!(
        problems(&format!("version = 1\n{waivers}")),
        ".pantheon.toml:2002:1: more than 1000 entries of `paths`"
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|\n|\\[|\\]|=|\"|\\.|\\{|\\}){0,200}") {
        let case = Case { file: Some(&text), site: Some(&text), env: Some(&text), flags: &[&text], ..Case::default() };
        let _ = case.load();
    }

    #[test]
    fn no_mutation_of_the_example_makes_it_panic(at in 0_usize..6000, len in 0_usize..40, put in "(\\PC|\n){0,8}") {
        let text = example();
        let mut start = at.min(text.len());
        while !text.is_char_boundary(start) { start -= 1; }
        let mut end = (start + len).min(text.len());
        while !text.is_char_boundary(end) { end += 1; }
        let text = format!("{}{put}{}", &text[..start], &text[end..]);
        let case = Case { file: Some(&text), site: Some(&text), ..Case::default() };
        if let Err(problems) = case.load() {
            prop_assert!(!problems.0.is_empty());
            prop_assert_eq!(problems.to_string().lines().count(), problems.0.len());
        }
    }

    #[test]
    fn bytes_do_not_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let known = known();
        let request = Request {
            file: Some(File { name: FILE, bytes: &bytes }),
            site: None,
            env: None,
            flags: &[],
            known: &known,
            resolve: &|_| Err("no".to_owned()),
        };
        let _ = load(&request);
    }
}
