//! Private keys in text form (RFC 7468, OpenSSH, PGP).

use super::Opinion;
use super::encoding::base64;
use crate::model::Severity;
use memchr::memmem::find;

/// Drops headers without a body and rates encrypted keys lower.
pub fn judge(text: &[u8]) -> Opinion {
    let text = without_escapes(text);
    let body = body(&text);
    if body.len() < 40 || body.iter().all(|b| *b == body[0]) {
        return Opinion::Drop;
    }
    if find(&text, b"...").is_some() && body.len() < 200 {
        return Opinion::Drop;
    }
    if is_encrypted(&text, &body) {
        return Opinion::Rate(Severity::Medium, "protected by a passphrase");
    }
    Opinion::Keep
}

fn is_encrypted(text: &[u8], body: &[u8]) -> bool {
    let marks: [&[u8]; 2] = [b"ENCRYPTED", b"DEK-Info"];
    marks.iter().any(|mark| find(text, mark).is_some())
        || openssh_cipher(body).is_some_and(|name| name != b"none")
}

/// Returns the name of the cipher in an OpenSSH key (PROTOCOL.key in its sources).
fn openssh_cipher(body: &[u8]) -> Option<Vec<u8>> {
    let bytes = base64(body);
    let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..u32::from_be_bytes(*length) as usize)
        .map(<[u8]>::to_vec)
}

/// Takes away the line ends that source code and JSON write as two characters.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'\\' && matches!(text.get(at + 1), Some(b'n' | b'r' | b't')) {
            out.push(b'\n');
            at += 2;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

/// Joins the runs of base64 that are long enough to be lines of a key.
fn body(text: &[u8]) -> Vec<u8> {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    text.split(|b| !belongs(b))
        .filter(|run| run.len() >= 20)
        .flatten()
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_keys_from_headers_and_encrypted_keys() {
        let line = "MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu";
        let key = |body: &str| format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END");
        assert_eq!(judge(key(line).as_bytes()), Opinion::Keep);
        assert_eq!(judge(key(&format!("{line}\\n")).as_bytes()), Opinion::Keep);
        assert_eq!(judge(key("MIIBOg...").as_bytes()), Opinion::Drop);
        assert_eq!(judge(key(" + body + ").as_bytes()), Opinion::Drop);
        let encrypted = format!("Proc-Type: 4,ENCRYPTED\n\n{line}");
        assert!(matches!(
            judge(key(&encrypted).as_bytes()),
            Opinion::Rate(Severity::Medium, _)
        ));
    }

    #[test]
    fn reads_the_cipher_of_openssh() {
        assert_eq!(
            openssh_cipher(b"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0"),
            Some(b"aes256-ctr".to_vec())
        );
        assert_eq!(
            openssh_cipher(b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAA"),
            Some(b"none".to_vec())
        );
    }
}
