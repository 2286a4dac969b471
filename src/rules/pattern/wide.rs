//! Text in UTF-16, which a byte pattern cannot see into.

/// Returns the text in UTF-8 if a byte order mark says that it is UTF-16.
#[must_use]
pub fn narrow(bytes: &[u8]) -> Option<Vec<u8>> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_orders() {
        assert_eq!(narrow(b"\xff\xfea\0\xe4\0"), Some("aä".into()));
        assert_eq!(narrow(b"\xfe\xff\0a"), Some(b"a".to_vec()));
        assert_eq!(narrow(b"a\0b\0"), None);
        assert_eq!(narrow(b"\xff"), None);
    }
}
