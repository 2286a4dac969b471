//! Turns `policies/rules/*.toml` into static tables and one index of their keywords, so that a process
//! parses and builds nothing of them.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script is outside of the program and its `sys`"
)]

#[path = "src/rules/pattern/gram.rs"]
mod gram;
#[path = "src/rules/pattern/guard.rs"]
mod guard;
#[path = "src/rules/pattern/mesh.rs"]
mod mesh;
#[path = "src/rules/pattern/sieve.rs"]
mod sieve;
#[path = "src/rules/pattern/sketch.rs"]
mod sketch;
#[path = "src/rules/pattern/source.rs"]
mod source;
#[path = "src/check/words.rs"]
mod words;

use gram::{AFTER, ANY, Index, Word};
use guard::Guard;
use regex_syntax::hir::{Hir, HirKind};
use serde::Deserialize;
use sieve::Sieve;
use sketch::{Bytes, Sketch, Step, is_word};
use source::Source;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    pattern: Vec<Source>,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=policies/rules");
    println!("cargo::rerun-if-changed=src/rules/pattern/source.rs");
    println!("cargo::rerun-if-changed=src/rules/pattern/gram.rs");
    println!("cargo::rerun-if-changed=src/rules/pattern/guard.rs");
    println!("cargo::rerun-if-changed=src/rules/pattern/mesh.rs");
    println!("cargo::rerun-if-changed=src/rules/pattern/sieve.rs");
    println!("cargo::rerun-if-changed=src/rules/pattern/sketch.rs");
    println!("cargo::rerun-if-changed=src/check/words.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let patterns = read_all(Path::new("policies/rules"))?;
    let keywords = by_keyword(&patterns);
    let mut sieves = Vec::new();
    fs::write(
        out.join("patterns.rs"),
        tables(&patterns, &keywords, &mut sieves)?,
    )?;
    fs::write(out.join("sieves.bin"), sieves)?;
    let marks = words::WORDS.iter().map(|text| Word::anywhere(text));
    let words: Vec<Word> = words(&patterns, &keywords).into_iter().chain(marks).collect();
    fs::write(out.join("keywords.rs"), index(&Index::new(&words))?)?;
    Ok(())
}

fn read_all(dir: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    let mut files = fs::read_dir(dir)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "toml"));
    files.sort();
    let mut all: Vec<Source> = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let file: File = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        all.extend(file.pattern);
    }
    all.iter().try_for_each(check)?;
    match all
        .iter()
        .enumerate()
        .find(|(n, p)| all[..*n].iter().any(|q| q.id == p.id))
    {
        Some((_, twice)) => Err(format!("{}: two patterns have this id", twice.id).into()),
        None => Ok(all),
    }
}

/// Shipped rules must say more about themselves than a repository's own.
fn check(pattern: &Source) -> Result<(), Box<dyn Error>> {
    let Source {
        id,
        why,
        fix,
        good,
        bad,
        ..
    } = pattern;
    if why.is_empty() || fix.is_empty() || good.is_empty() || bad.is_empty() {
        return Err(format!("{id}: `why`, `fix`, `good` or `bad` is missing").into());
    }
    if pattern.severity.is_none() || pattern.confidence.is_none() {
        return Err(format!("{id}: `severity` or `confidence` is missing").into());
    }
    pattern
        .check()
        .map_err(|p| format!("{id}: `{}`: {}", p.key, p.text).into())
}

fn by_keyword(patterns: &[Source]) -> BTreeMap<&str, Vec<usize>> {
    let mut map: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, pattern) in patterns.iter().enumerate() {
        for word in &pattern.keywords {
            let rules = map.entry(word).or_default();
            if rules.last() != Some(&n) {
                rules.push(n);
            }
        }
    }
    map
}

/// Returns the keywords, each with what can stand around it where a rule begins to match.
fn words<'a>(patterns: &[Source], keywords: &BTreeMap<&'a str, Vec<usize>>) -> Vec<Word<'a>> {
    let sketches: Vec<_> = patterns.iter().map(|p| Sketch::of(&p.regex, p.random)).collect();
    let words = keywords.iter().map(|(text, rules)| {
        if !rules.iter().all(|rule| patterns[*rule].anchored) {
            return Word::anywhere(text);
        }
        let (mut before, mut after) = (Bytes::default(), [Bytes::default(); AFTER]);
        for sketch in rules.iter().map(|rule| &sketches[*rule]) {
            before = either(before, if sketch.boundary { no_word() } else { ANY });
            for (n, set) in after.iter_mut().enumerate() {
                *set = either(*set, step(sketch, text.len() + n));
            }
        }
        Word { text, before, after }
    });
    words.collect()
}

fn either(a: Bytes, b: Bytes) -> Bytes {
    std::array::from_fn(|n| a[n] | b[n])
}

fn no_word() -> Bytes {
    let mut set = Bytes::default();
    for byte in (0..=u8::MAX).filter(|byte| !is_word(*byte)) {
        set[usize::from(byte >> 5)] |= 1 << (byte & 31);
    }
    set
}

/// Returns what can stand so many bytes behind the start of a match.
fn step(sketch: &Sketch, behind: usize) -> Bytes {
    let mut end = 0;
    for step in &*sketch.steps {
        end += usize::from(step.count);
        if behind < end {
            return sketch.sets[usize::from(step.set)];
        }
    }
    ANY
}

/// Writes the index as data that needs no reading.
fn index(index: &Index) -> Result<String, std::fmt::Error> {
    let Index {
        first,
        cells,
        heads,
        spots,
        arounds,
        bytes,
        starts,
    } = index;
    let mut out = String::new();
    writeln!(out, "pub static FIRST: [u64; {}] = {first:?};", first.len())?;
    writeln!(out, "pub static CELLS: [Cell; {}] = {cells:?};", cells.len())?;
    writeln!(out, "pub static HEADS: [u32; {}] = {heads:?};", heads.len())?;
    writeln!(out, "pub static SPOTS: [Spot; {}] = {spots:?};", spots.len())?;
    let count = arounds.len();
    writeln!(out, "pub static AROUNDS: [Around; {count}] = {arounds:?};")?;
    writeln!(out, "pub static BYTES: [u8; {}] = {bytes:?};", bytes.len())?;
    writeln!(out, "pub static STARTS: [u32; {}] = {starts:?};", starts.len())?;
    Ok(out)
}

fn tables(
    patterns: &[Source],
    keywords: &BTreeMap<&str, Vec<usize>>,
    sieves: &mut Vec<u8>,
) -> Result<String, Box<dyn Error>> {
    let mut out = format!("pub static PATTERNS: [Pattern; {}] = [\n", patterns.len());
    for pattern in patterns {
        write_pattern(&mut out, pattern, sieves)?;
    }
    writeln!(out, "];\npub static RULES_OF: [&[u16]; {}] = [", keywords.len())?;
    for rules in keywords.values() {
        writeln!(out, "    &{rules:?},")?;
    }
    out.push_str("];\n");
    Ok(out)
}

fn write_search(out: &mut String, p: &Source, sieves: &mut Vec<u8>) -> std::fmt::Result {
    writeln!(out, "    anchored: {}, multi_line: {},", p.anchored, p.multi_line)?;
    let Sketch {
        boundary,
        steps,
        sets,
        probe,
        reach,
        run,
        before,
        behind,
        random,
    } = Sketch::of(&p.regex, p.random);
    writeln!(
        out,
        "    sketch: Some(Sketch {{ boundary: {boundary}, probe: {probe:?}, reach: {reach}, run: {run}, before: {before}, behind: {behind}, random: {random},"
    )?;
    writeln!(
        out,
        "        steps: Cow::Borrowed(&{steps:?}), sets: Cow::Borrowed(&{sets:?}) }}),"
    )?;
    let is_vague = is_vague(&steps, &sets);
    write_guard(out, p, is_vague)?;
    write_sieves(out, p, is_vague, sieves)
}

/// From so many bytes on that every match begins with, a sketch lets little through.
const TELLING: usize = 16;
/// As long as each of them is one of so many.
const FEW: u32 = 64;

fn write_guard(out: &mut String, p: &Source, is_vague: bool) -> std::fmt::Result {
    let guard = match &p.keywords[..] {
        _ if p.anchored => is_vague.then(|| Guard::of(&p.regex)).flatten(),
        [keyword] => behind(&p.regex, keyword),
        _ => None,
    };
    let Some(Guard { kinds, moves, width }) = guard else {
        return writeln!(out, "    guard: None,");
    };
    writeln!(out, "    guard: Some(Guard {{ width: {width},")?;
    writeln!(
        out,
        "        kinds: Cow::Borrowed(&{kinds:?}), moves: Cow::Borrowed(&{moves:?}) }}),"
    )
}

/// Writes the tables of an expression that nothing else keeps from being made often.
fn write_sieves(out: &mut String, p: &Source, is_vague: bool, bytes: &mut Vec<u8>) -> std::fmt::Result {
    let hir = guard::parsed(&p.regex).filter(|_| is_vague || !p.anchored);
    let made = hir.and_then(|hir| Sieve::all_of(&hir, p.anchored));
    out.push_str("    sieves: Cow::Borrowed(&[\n");
    for Sieve {
        kinds,
        moves,
        width,
        starts,
    } in made.unwrap_or_default()
    {
        let (from, len) = (bytes.len() + kinds.len(), moves.len());
        writeln!(
            out,
            "        Sieve {{ width: {width}, starts: {starts:?}, kinds: sieve({}, {}), moves: sieve({from}, {len}) }},",
            bytes.len(),
            kinds.len()
        )?;
        bytes.extend_from_slice(&kinds);
        bytes.extend_from_slice(&moves);
    }
    out.push_str("    ]),\n");
    Ok(())
}

/// Whether a sketch says little about the bytes that a match begins with.
fn is_vague(steps: &[Step], sets: &[Bytes]) -> bool {
    let choices = |step: &Step| {
        sets[usize::from(step.set)]
            .iter()
            .map(|bits| bits.count_ones())
            .sum::<u32>()
    };
    let telling = steps.iter().take_while(|step| choices(step) <= FEW);
    telling.map(|step| usize::from(step.count)).sum::<usize>() < TELLING
}

/// Makes the guard of what an expression has from its only keyword on, if no more than one byte of a match
/// stands in front of that.
fn behind(expression: &str, keyword: &str) -> Option<Guard> {
    let hir = guard::parsed(expression)?;
    let HirKind::Concat(parts) = hir.kind() else {
        return None;
    };
    let (first, rest) = parts.split_first()?;
    let is_keyword = |hir: &Hir| matches!(hir.kind(), HirKind::Literal(l) if *l.0 == *keyword.as_bytes());
    if first.properties().maximum_len()? > 1 || !rest.first().is_some_and(is_keyword) {
        return None;
    }
    Guard::of_hir(&Hir::concat(rest.to_vec()))
}

fn write_pattern(out: &mut String, p: &Source, sieves: &mut Vec<u8>) -> std::fmt::Result {
    writeln!(out, "Pattern {{ info: RuleInfo {{")?;
    for (key, value) in [
        ("id", &p.id),
        ("summary", &p.summary),
        ("why", &p.why),
        ("fix", &p.fix),
    ] {
        writeln!(out, "    {key}: Cow::Borrowed({value:?}),")?;
    }
    for (key, list) in [("bad", &p.bad), ("good", &p.good)] {
        writeln!(
            out,
            "    {key}: Cow::Borrowed({:?}),",
            list.first().map_or("", String::as_str)
        )?;
    }
    let severity = variant("Severity", p.severity.as_deref());
    writeln!(out, "    severity: {severity},")?;
    let confidence = variant("Confidence", p.confidence.as_deref());
    writeln!(out, "    confidence: {confidence},")?;
    writeln!(out, "    history: {}, options: Cow::Borrowed(&[]) }},", p.history)?;
    match p.test_severity.as_deref() {
        Some(_) => writeln!(
            out,
            "    test_severity: Some({}),",
            variant("Severity", p.test_severity.as_deref())
        )?,
        None => writeln!(out, "    test_severity: None,")?,
    }
    let lists = [
        ("languages", &p.languages),
        ("paths", &p.paths),
        ("exclude_paths", &p.exclude_paths),
        ("allow", &p.allow),
    ];
    for (key, list) in lists {
        let items: Vec<String> = list
            .iter()
            .map(|item| format!("Cow::Borrowed({item:?})"))
            .collect();
        writeln!(out, "    {key}: Cow::Borrowed(&[{}]),", items.join(", "))?;
    }
    writeln!(out, "    regex: Cow::Borrowed({:?}),", p.regex)?;
    write_search(out, p, sieves)?;
    writeln!(
        out,
        "    entropy: {:?}, random: {},",
        p.entropy.unwrap_or(0.0),
        p.random
    )?;
    writeln!(
        out,
        "    placeholder: {}, validator: {} }},",
        p.placeholder,
        validator(p)
    )
}

fn variant(of: &str, name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{of}::{}{rest}", first.to_uppercase())
}

/// Names of validators are variants in camel case.
fn validator(p: &Source) -> String {
    let Some(name) = &p.validator else {
        return "None".to_owned();
    };
    let words: String = name
        .split('-')
        .map(|word| variant("", Some(word)).replace("::", ""))
        .collect();
    format!("Some(Validator::{words})")
}
