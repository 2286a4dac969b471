//! Files that hold private keys.

use super::is_new_path;
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds new files that hold private keys, by name or, where the name does not tell, by content.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/key-store"),
        summary: Borrowed("a file that holds private keys"),
        why: Borrowed("Whoever has a clone has the key, a password on the file only slows them down."),
        fix: Borrowed(
            "Take the file out of the commit, keep it in a secret store, and replace the key if it was pushed.",
        ),
        bad: Borrowed("deploy/id_ed25519\nrelease.p12"),
        good: Borrowed("deploy/id_ed25519.pub"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: true,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if !is_new_path(view.file) || !view.file.new.is_some_and(|s| s.kind.is_file()) {
        return;
    }
    let Some(message) = key(view) else {
        return;
    };
    let is_harmless = view.is_test() || view.name() == "debug.keystore";
    let severity = if is_harmless {
        Severity::Medium
    } else {
        Severity::High
    };
    sink.on_path(view.path(), message)
        .severity(severity)
        .help("take it out of the commit, and replace the key if it was pushed");
}

fn key(view: &FileView<'_>) -> Option<&'static str> {
    const SSH: [&str; 6] = [
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "id_ecdsa_sk",
        "id_ed25519_sk",
    ];
    let name = view.name();
    if SSH.iter().any(|n| name == n.as_bytes()) {
        return (!view.bytes().is_empty()).then_some("the file holds a private key of ssh");
    }
    // Most names have no dot or another ending; the copy in lowercase is made for short ends only.
    let end = name
        .rfind_byte(b'.')
        .map(|at| &name[at + 1..])
        .filter(|end| end.len() <= 8)?;
    match end.to_ascii_lowercase().as_slice() {
        b"p12" | b"pfx" => Some("the file is a PKCS #12 store of keys"),
        b"jks" | b"keystore" | b"bks" => is_binary(view).then_some("the file is a java store of keys"),
        b"kdbx" | b"kdb" => is_binary(view).then_some("the file is a database of passwords"),
        b"ppk" => Some("the file holds a private key of putty"),
        b"pem" | b"key" | b"p8" | b"pkcs8" => {
            has_private_key(view.bytes()).then_some("the file holds a private key")
        }
        _ => None,
    }
}

fn is_binary(view: &FileView<'_>) -> bool {
    view.bytes().iter().take(1024).any(|b| *b == 0 || *b >= 0x80)
}

/// Whether this is a private key in PEM, or in DER: a sequence that starts with a small version.
fn has_private_key(bytes: &[u8]) -> bool {
    if bytes.contains_str("PRIVATE KEY-----") {
        return true;
    }
    matches!(
        bytes,
        [0x30, 0x82, _, _, 0x02, 0x01, 0..=1, ..] | [0x30, 0x81, _, 0x02, 0x01, 0..=1, ..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    /// Put together here, so that the source of the rule holds no key.
    fn pem(kind: &str) -> String {
        format!("-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n")
    }

    #[test]
    fn names_tell() {
        assert_eq!(
            added(&RULE, "a/id_rsa", "x"),
            ["high a/id_rsa: the file holds a private key of ssh"]
        );
        assert_eq!(
            added(&RULE, "a.P12", b"\x30\x82"),
            ["high a.P12: the file is a PKCS #12 store of keys"]
        );
        assert_eq!(
            added(&RULE, "a.jks", b"\xFE\xED"),
            ["high a.jks: the file is a java store of keys"]
        );
        assert_eq!(
            added(&RULE, "a.kdbx", b"\0"),
            ["high a.kdbx: the file is a database of passwords"]
        );
        assert_eq!(
            added(&RULE, "a.ppk", ""),
            ["high a.ppk: the file holds a private key of putty"]
        );
    }

    #[test]
    fn content_tells() {
        let expected = ["high a.pem: the file holds a private key"];
        assert_eq!(added(&RULE, "a.pem", pem("RSA PRIVATE KEY")), expected);
        assert_eq!(
            added(&RULE, "a.pem", b"\x30\x82\x04\xa4\x02\x01\x00\x02"),
            expected
        );
        assert!(added(&RULE, "a.pem", pem("CERTIFICATE")).is_empty());
        assert!(added(&RULE, "a.pem", pem("PUBLIC KEY")).is_empty());
        assert!(added(&RULE, "a.key", "PK\x03\x04").is_empty());
        assert!(added(&RULE, "a.keystore", "text").is_empty());
    }

    #[test]
    fn test_keys_do_not_block() {
        assert_eq!(
            added(&RULE, "tests/id_rsa", "x"),
            ["medium tests/id_rsa: the file holds a private key of ssh"]
        );
        assert_eq!(
            added(&RULE, "debug.keystore", b"\0"),
            ["medium debug.keystore: the file is a java store of keys"]
        );
    }

    #[test]
    fn other_files_are_fine() {
        assert!(added(&RULE, "id_rsa.pub", "x").is_empty());
        assert!(added(&RULE, "id_rsa", "").is_empty());
        assert!(added(&RULE, "a.rs", pem("PRIVATE KEY")).is_empty());
        assert!(modified(&RULE, "id_rsa", "x", "y").is_empty());
        assert!(deleted(&RULE, "id_rsa", "x").is_empty());
    }
}
