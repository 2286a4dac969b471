//! What one pass over a text tells, so that a rule need not read what cannot concern it.

/// What one pass over a text tells: a flag that is off says that a rule has nothing to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// A byte of 128 or more.
    pub non_ascii: bool,
    /// A carriage return.
    pub carriage_return: bool,
    /// A space or tab in front of a line feed or carriage return.
    pub blank_at_eol: bool,
    /// A space in front of a tab.
    pub space_before_tab: bool,
    /// `<<<` or `>>>`.
    pub triple_angle: bool,
}

/// Large enough for the compiler to use wide registers, small enough to stay in the first cache.
const CHUNK: usize = 4096;

impl Traits {
    /// Reads `text` once.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let mut traits = Self::default();
        let mut at = 0;
        while at < text.len() {
            // Two bytes more than the chunk, so that no three neighbours fall between two chunks.
            traits.add(&text[at..text.len().min(at + CHUNK + 2)]);
            at += CHUNK;
        }
        traits.blank_at_eol |= matches!(text.last(), Some(b' ' | b'\t'));
        traits
    }

    /// Adds what `text` tells. The loop has no branch and no comparison, so the compiler turns it into few wide
    /// operations: a number is 0 where the bytes are those looked for, and the least of them is kept.
    fn add(&mut self, text: &[u8]) {
        let (mut high, mut cr, mut blank, mut tab, mut angle) = (0_u8, u8::MAX, u8::MAX, u8::MAX, u8::MAX);
        let (second, third) = (
            text.get(1..).unwrap_or_default(),
            text.get(2..).unwrap_or_default(),
        );
        for ((&a, &b), &c) in text.iter().zip(second).zip(third) {
            let (space, tabulator, returns) = (a ^ b' ', b ^ b'\t', b ^ b'\r');
            high |= a;
            cr = cr.min(returns);
            blank = blank.min(space.min(a ^ b'\t') | returns.min(b ^ b'\n'));
            tab = tab.min(space | tabulator);
            // The two angles differ in one bit.
            angle = angle.min((a ^ b) | (b ^ c) | ((a | 2) ^ b'>'));
        }
        let (last, pair) = (text.last().copied().unwrap_or_default(), text.last_chunk::<2>());
        let before = pair.map_or(0, |p| p[0]);
        self.non_ascii |= (high | last | before) >= 128;
        let first = text.first() == Some(&b'\r');
        self.carriage_return |= cr == 0 || first || last == b'\r' || before == b'\r';
        self.blank_at_eol |= blank == 0 || pair.is_some_and(|p| matches!(p, [b' ' | b'\t', b'\n' | b'\r']));
        self.space_before_tab |= tab == 0 || pair == Some(b" \t");
        self.triple_angle |= angle == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_no_trait() {
        assert_eq!(Traits::of(b"fn main() {\n\tlet a = 1;\n}\n"), Traits::default());
        assert_eq!(Traits::of(b""), Traits::default());
    }

    #[test]
    fn each_trait_is_seen_at_every_chunk_border() {
        for pad in [0, 1, CHUNK - 3, CHUNK - 2, CHUNK - 1, CHUNK, 2 * CHUNK - 1] {
            let of = |tail: &str| Traits::of(format!("{}{tail}", "x".repeat(pad)).as_bytes());
            assert!(of("\u{e9}").non_ascii);
            assert!(of("\r").carriage_return);
            assert!(of("\rabc").carriage_return);
            assert!(of(" \nabc").blank_at_eol);
            assert!(of(" \n").blank_at_eol);
            assert!(of("\t\r\n").blank_at_eol);
            assert!(of(" ").blank_at_eol);
            assert!(of(" \t").space_before_tab);
            assert!(of("<<<").triple_angle);
            assert!(of(">>>").triple_angle);
            assert!(!of("<<>>").triple_angle);
        }
    }

    #[test]
    fn traits_are_those_that_single_bytes_tell() {
        let has = |text: &[u8], parts: &[&[u8]]| {
            parts
                .iter()
                .any(|part| memchr::memmem::find(text, part).is_some())
        };
        let alphabet = b"a \t\n\r<>=\xe9";
        let mut seed = 7_usize;
        for len in (0..40).chain([4095, 4096, 4097, 4099]).cycle().take(2000) {
            let text: Vec<u8> = (0..len)
                .map(|_| {
                    seed = seed
                        .wrapping_mul(6364136223846793005)
                        .wrapping_add(1442695040888963407);
                    // Mostly plain, so that what is rare is absent from some texts.
                    *alphabet.get((seed >> 33) % (len * 4 + 9)).unwrap_or(&b'a')
                })
                .collect();
            let expected = Traits {
                non_ascii: text.iter().any(|b| *b >= 128),
                carriage_return: text.contains(&b'\r'),
                blank_at_eol: has(&text, &[b" \n", b" \r", b"\t\n", b"\t\r"])
                    || matches!(text.last(), Some(b' ' | b'\t')),
                space_before_tab: has(&text, &[b" \t"]),
                triple_angle: has(&text, &[b"<<<", b">>>"]),
            };
            assert_eq!(Traits::of(&text), expected, "{:?}", bstr::BStr::new(&text));
        }
    }
}
