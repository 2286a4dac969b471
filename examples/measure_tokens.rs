//! Measures the estimate of tokens against true counts.
//!
//! `examples/measure_tokens.py` runs it: it makes the cases from repositories and tokenizers that it finds.
//! A case is one JSON object a line with `repository`, `text` and `counts`: the true counts by family.
//! Printed is how far the estimate misses, in percent of the true count. `-- --shape cases.jsonl` prints
//! the columns of each text instead, which the weights are fitted to.

use pantheon::llm::tokens::{self, Family, Shape};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Below this true count a miss of one token is more than one percent.
const SMALL: u64 = 100;

/// How many calls of a repository teach the factor before its estimates are looked at.
const LESSONS: usize = 5;

#[derive(Deserialize)]
struct Case {
    repository: String,
    text: String,
    counts: BTreeMap<String, u64>,
}

/// One estimate beside the truth.
#[derive(Clone, Copy)]
struct Pair {
    truth: u64,
    estimate: u64,
}

impl Pair {
    fn miss(self) -> f64 {
        100.0 * (self.estimate as f64 - self.truth as f64) / self.truth as f64
    }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--shape", cases] => shapes(&read(Path::new(cases))?),
        [cases] => measure(&read(Path::new(cases))?),
        _ => Err("expected a file of cases, or `--shape` and a file of cases".into()),
    }
}

fn read(path: &Path) -> Outcome<Vec<Case>> {
    let lines = BufReader::new(std::fs::File::open(path)?).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn shapes(cases: &[Case]) -> Outcome<()> {
    let mut out = stdout().lock();
    for case in cases {
        let mut shape = Shape::default();
        shape.push(case.text.as_bytes());
        let columns = shape.columns().map(|count| count.to_string());
        writeln!(out, "{}", columns.join(" "))?;
    }
    Ok(())
}

fn measure(cases: &[Case]) -> Outcome<()> {
    let mut out = stdout().lock();
    writeln!(
        out,
        "{:8} {:32} {:>6} {:>7} {:>7} {:>7} {:>7} {:>11}",
        "family", "repository", "texts", "median", "mean", "p95", "bias", "10 % under"
    )?;
    for family in Family::ALL {
        let mut repositories: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
        for case in cases {
            if let Some(&truth) = case.counts.get(family.name()).filter(|&&truth| truth > 0) {
                let estimate = tokens::count(&case.text, family);
                repositories
                    .entry(&case.repository)
                    .or_default()
                    .push(Pair { truth, estimate });
            }
        }
        for (repository, pairs) in &repositories {
            line(&mut out, family, repository, pairs)?;
        }
        let all: Vec<Pair> = repositories.values().flatten().copied().collect();
        line(&mut out, family, "all", &all)?;
        let (small, large): (Vec<Pair>, Vec<Pair>) = all.iter().partition(|pair| pair.truth < SMALL);
        line(&mut out, family, "all, 100 tokens and more", &large)?;
        line(&mut out, family, "all, fewer than 100 tokens", &small)?;
        let taught: Vec<Pair> = repositories.values().flat_map(|pairs| taught(pairs)).collect();
        line(&mut out, family, "all, with what was learnt", &taught)?;
    }
    speed(&mut out, cases)
}

/// Returns the estimates as they would be if each call of a repository taught the factor for the next.
fn taught(pairs: &[Pair]) -> Vec<Pair> {
    let mut factor = tokens::UNCALIBRATED;
    let mut taught = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        if index >= LESSONS {
            let estimate = tokens::corrected(pair.estimate, factor);
            taught.push(Pair { estimate, ..*pair });
        }
        factor = tokens::learn(factor, pair.estimate, pair.truth);
    }
    taught
}

fn line(out: &mut impl Write, family: Family, name: &str, pairs: &[Pair]) -> Outcome<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let misses: Vec<f64> = pairs.iter().map(|pair| pair.miss()).collect();
    let mut sizes: Vec<f64> = misses.iter().map(|miss| miss.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    let under = misses.iter().filter(|&&miss| miss < -10.0).count();
    writeln!(
        out,
        "{:8} {name:32} {:6} {:6.1}% {:6.1}% {:6.1}% {:+6.1}% {:10.1}%",
        family.name(),
        pairs.len(),
        sizes[sizes.len() / 2],
        mean(&sizes),
        sizes[(sizes.len() * 95 / 100).min(sizes.len() - 1)],
        mean(&misses),
        100.0 * under as f64 / pairs.len() as f64,
    )?;
    Ok(())
}

fn speed(out: &mut impl Write, cases: &[Case]) -> Outcome<()> {
    let bytes: usize = cases.iter().map(|case| case.text.len()).sum();
    let start = Instant::now();
    let total: u64 = cases
        .iter()
        .map(|case| tokens::count(&case.text, Family::Gemini))
        .sum();
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = bytes as f64 / 1e6;
    writeln!(
        out,
        "{total} tokens estimated at {:.0} MB/s ({megabytes:.1} MB)",
        megabytes / seconds
    )?;
    Ok(())
}
