//! Base64, base32 and checksums, as far as the structural checks need them.

/// Decodes base64 of either alphabet up to the first byte that does not belong; at most 300 bytes.
pub fn base64(text: &[u8]) -> Vec<u8> {
    bits(text, 6, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    })
}

/// Decodes base32 (RFC 4648) up to the first byte that does not belong; at most 300 bytes.
pub fn base32(text: &[u8]) -> Vec<u8> {
    bits(text, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

fn bits(text: &[u8], width: u32, digit: impl Fn(u8) -> Option<u8>) -> Vec<u8> {
    let (mut out, mut held, mut count) = (Vec::new(), 0_u32, 0);
    for value in text.iter().take(400).map_while(|byte| digit(*byte)) {
        held = (held << width | u32::from(value)) & 0xffff;
        count += width;
        if count >= 8 {
            count -= 8;
            out.push((held >> count) as u8);
        }
    }
    out
}

/// Returns the CRC-32 of IEEE 802.3.
pub fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 }
        })
    })
}

/// Returns the CRC-16 of XMODEM.
pub fn crc16(data: &[u8]) -> u16 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |c, _| {
            if c & 0x8000 == 0 { c << 1 } else { c << 1 ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_sums() {
        assert_eq!(base64(b"aGVsbG8_"), b"hello?");
        assert_eq!(base64(b"aGk=..."), b"hi");
        assert_eq!(base32(b"NBSWY3DP"), b"hello");
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }
}
