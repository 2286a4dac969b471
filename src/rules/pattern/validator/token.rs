//! Tokens that carry structure: JSON web tokens, checksums, encoded pairs.

use super::Opinion;
use super::encoding::{base32, base64, crc16, crc32};
use crate::model::Severity;
use crate::rules::pattern::value;
use memchr::memmem::find;

/// Drops what has no header with an algorithm (RFC 7519), and rates unsigned tokens lower.
pub fn judge_jwt(token: &[u8]) -> Opinion {
    let header = base64(token);
    if !header.starts_with(b"{") || find(&header, b"\"alg\"").is_none() && find(&header, b"\"enc\"").is_none()
    {
        return Opinion::Drop;
    }
    if find(&header, b"\"none\"").is_some() || token.ends_with(b".") {
        return Opinion::Rate(Severity::Low, "not signed");
    }
    Opinion::Keep
}

/// Raises what carries the right checksum: CRC-32 of the rest in the last six digits, base 62.
pub fn judge_github(token: &[u8]) -> Opinion {
    let Some((_, body)) = token.split_at_checked(4).filter(|(_, body)| body.len() == 36) else {
        return Opinion::Keep;
    };
    let (drawn, sum) = body.split_at(30);
    if base62(sum) == Some(u64::from(crc32(drawn))) {
        return Opinion::Rate(Severity::Critical, "its checksum holds");
    }
    Opinion::Keep
}

fn base62(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |sum, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        Some(sum * 62 + u64::from(digit))
    })
}

/// Raises a seed whose last two bytes are the CRC-16 of the rest.
pub fn judge_nkey(seed: &[u8]) -> Opinion {
    let bytes = base32(seed);
    let Some((body, sum)) = bytes.split_last_chunk::<2>() else {
        return Opinion::Keep;
    };
    if crc16(body) == u16::from_le_bytes(*sum) {
        return Opinion::Rate(Severity::Critical, "its checksum holds");
    }
    Opinion::Keep
}

/// Drops what does not decode to `user:password`, or to one that is a placeholder.
pub fn judge_basic(encoded: &[u8]) -> Opinion {
    let pair = base64(encoded);
    let Some(colon) = memchr::memchr(b':', &pair) else {
        return Opinion::Drop;
    };
    let (user, password) = (&pair[..colon], &pair[colon + 1..]);
    let printable = pair.iter().all(|b| (b' '..0x7f).contains(b));
    if !printable || user == password || password.len() < 3 && user.len() < 8 {
        return Opinion::Drop;
    }
    if value::is_placeholder(password) || value::is_trivial(password) {
        return Opinion::Rate(Severity::Low, "looks like a placeholder");
    }
    Opinion::Keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_header_of_a_token() {
        assert_eq!(judge_jwt(b"eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"), Opinion::Keep);
        assert_eq!(judge_jwt(b"eyJmb28iOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"), Opinion::Drop);
        assert!(matches!(
            judge_jwt(b"eyJhbGciOiJub25lIn0.eyJhIjoxfQ."),
            Opinion::Rate(Severity::Low, _)
        ));
    }

    #[test]
    fn decodes_a_pair() {
        assert_eq!(judge_basic(b"am9lOnE4I2tabTJ4"), Opinion::Keep);
        assert_eq!(judge_basic(b"bm8gY29sb24gaGVyZQ"), Opinion::Drop);
        assert!(matches!(
            judge_basic(b"am9lOnBhc3N3b3Jk"),
            Opinion::Rate(Severity::Low, _)
        ));
    }

    #[test]
    fn sums_a_seed() {
        let mut seed = vec![0x90 | 0x05, 0];
        seed.extend(1..33);
        let sum = crc16(&seed);
        seed.extend(sum.to_le_bytes());
        let text = encode32(&seed);
        assert!(matches!(judge_nkey(&text), Opinion::Rate(Severity::Critical, _)));
        let mut wrong = text.clone();
        wrong[20] = if wrong[20] == b'A' { b'B' } else { b'A' };
        assert_eq!(judge_nkey(&wrong), Opinion::Keep);
    }

    fn encode32(bytes: &[u8]) -> Vec<u8> {
        const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bit = |n: usize| bytes.get(n / 8).map_or(0, |b| b >> (7 - n % 8) & 1);
        (0..(bytes.len() * 8).div_ceil(5))
            .map(|digit| (0..5).fold(0, |sum, n| sum << 1 | bit(digit * 5 + n)))
            .map(|index| DIGITS[usize::from(index)])
            .collect()
    }
}
