//! What a captured value looks like: chance, words, a placeholder, a reference to something else.

/// Returns the Shannon entropy of the bytes, in bits per byte.
#[must_use]
pub fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let total = value.len() as f32;
    let share = |count: &u32| *count as f32 / total;
    counts
        .iter()
        .filter(|c| **c > 0)
        .map(|c| -share(c) * share(c).log2())
        .sum()
}

/// Whether the value looks drawn by chance rather than written by a person.
///
/// Written text and identifiers are made of the pairs of letters that English is made of; drawn text
/// holds few of them. Digits among letters and a change of case speak for chance.
#[must_use]
pub fn is_random(value: &[u8]) -> bool {
    let distinct = distinct(value);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    if value.len() < 8 || distinct < 6 || digits == value.len() {
        return false;
    }
    if value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        return digits > 0 && distinct >= 8.min(value.len() / 2);
    }
    let pairs = value
        .windows(2)
        .filter(|w| w.iter().all(u8::is_ascii_alphabetic))
        .count();
    let common = value.windows(2).filter(|w| is_common_pair(w)).count();
    let turns = value.windows(2).filter(|w| class(w[0]) != class(w[1])).count();
    let few = if digits * 4 >= value.len() { 7 } else { 3 };
    let wordy = pairs > few && common * 100 > pairs * 34;
    if digits == 0 {
        let mixed = turns * 4 > value.len();
        return value.len() >= 16 && !wordy && (mixed || common * 100 < pairs * 20);
    }
    !wordy && (turns * 5 >= value.len() || value.len() >= 20)
}

/// Whether the value stands for a secret instead of being one: a placeholder or a reference.
#[must_use]
pub fn is_placeholder(value: &[u8]) -> bool {
    is_reference(value) || is_repetitive(value) || words(value).any(|word| is_placeholder_word(&word))
}

/// Whether the value names a place where the secret is, such as a variable.
#[must_use]
pub fn is_reference(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 16] = [
        b"$",
        b"<",
        b"{",
        b"%",
        b"@",
        b"process.",
        b"os.",
        b"env.",
        b"ENV",
        b"var.",
        b"self.",
        b"this.",
        b"secrets.",
        b"config.",
        b"arn:",
        b"vault:",
    ];
    const INSIDE: [&[u8]; 6] = [b"${", b"{{", b"$(", b"#{", b"%(", b"<%"];
    STARTS.iter().any(|start| value.starts_with(start))
        || INSIDE
            .iter()
            .any(|part| memchr::memmem::find(value, part).is_some())
        || value.ends_with(b"()")
        || value.ends_with(b">")
}

fn is_repetitive(value: &[u8]) -> bool {
    let mut run = 1;
    for pair in value.windows(2) {
        run = if pair[0] == pair[1] { run + 1 } else { 1 };
        if run >= 5 && !value[0].is_ascii_control() {
            return true;
        }
    }
    distinct(value) <= 3
}

fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|s| **s).count()
}

/// Splits at what is no letter, and where lowercase turns to uppercase.
fn words(value: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    value
        .split(|b| !b.is_ascii_alphabetic())
        .flat_map(|part| part.chunk_by(|a, b| !(a.is_ascii_lowercase() && b.is_ascii_uppercase())))
        .filter(|word| word.len() >= 3)
        .map(<[u8]>::to_ascii_lowercase)
}

fn is_placeholder_word(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 38] = [
        b"example",
        b"sample",
        b"dummy",
        b"fake",
        b"placeholder",
        b"changeme",
        b"change",
        b"changeit",
        b"your",
        b"redacted",
        b"removed",
        b"hidden",
        b"secret",
        b"password",
        b"passwd",
        b"passwort",
        b"token",
        b"insert",
        b"replace",
        b"replaceme",
        b"todo",
        b"null",
        b"none",
        b"undefined",
        b"false",
        b"true",
        b"test",
        b"testing",
        b"foo",
        b"bar",
        b"foobar",
        b"xxx",
        b"mock",
        b"string",
        b"abcdefg",
        b"yourpassword",
        b"mypassword",
        b"value",
    ];
    WORDS.contains(&word) || (word.len() >= 3 && word.iter().all(|b| *b == b'x'))
}

#[derive(PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Other,
}

fn class(byte: u8) -> Class {
    match byte {
        b'A'..=b'Z' => Class::Upper,
        b'a'..=b'z' => Class::Lower,
        b'0'..=b'9' => Class::Digit,
        _ => Class::Other,
    }
}

/// The pairs of letters that make up most of English text and of identifiers.
const PAIRS: &[u8] = b"th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se le \
sa si ar ve ra ld ur me ne ro co io ic li ri el la ce ch ma om us ta ec il ll ns ca di ss be ac em pe no ho tr un pr ct \
lo so id ge po ol wi su op ot fo ad ke ey am ig rs ut mo mi ts ai sh ul ap ex im vi ag bl ab ub ck pl ir ie do qu gr oo \
pa cl cr ev av iv tu fi ee ow sk bo up ay pi da fa wo ls ue gi wa ty mp rt rd rm os ob na ni va by my";

/// One bit for each pair: the row is the first letter.
const COMMON: [u32; 26] = common_pairs();

const fn common_pairs() -> [u32; 26] {
    let mut table = [0; 26];
    let mut at = 0;
    while at + 1 < PAIRS.len() {
        table[(PAIRS[at] - b'a') as usize] |= 1 << (PAIRS[at + 1] - b'a');
        at += 3;
    }
    table
}

fn is_common_pair(pair: &[u8]) -> bool {
    let index = |byte: u8| {
        byte.is_ascii_alphabetic()
            .then(|| usize::from(byte.to_ascii_lowercase() - b'a'))
    };
    match (index(pair[0]), index(pair[1])) {
        (Some(first), Some(second)) => COMMON[first] >> second & 1 == 1,
        _ => false,
    }
}

/// Whether the value is one of the passwords that people write when they need none.
#[must_use]
pub fn is_trivial(value: &[u8]) -> bool {
    const TRIVIAL: [&[u8]; 22] = [
        b"pass",
        b"pwd",
        b"admin",
        b"root",
        b"user",
        b"guest",
        b"postgres",
        b"mysql",
        b"redis",
        b"mongo",
        b"rabbitmq",
        b"qwerty",
        b"letmein",
        b"welcome",
        b"hunter",
        b"login",
        b"default",
        b"demo",
        b"username",
        b"credentials",
        b"abc",
        b"bar",
    ];
    let folded = value.to_ascii_lowercase();
    let end = folded
        .iter()
        .rposition(|b| !b.is_ascii_digit() && *b != b'!')
        .map_or(0, |at| at + 1);
    end == 0 && folded.len() <= 10 || TRIVIAL.contains(&&folded[..end])
}
