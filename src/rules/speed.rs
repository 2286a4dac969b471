//! Measures the rules on real sources: `cargo test --release --lib speed -- --ignored --nocapture`.

use super::ALL;
use super::testing::{Case, case};
use crate::check::{Draft, FileView, Options, Run, Sink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How many files are read.
const FILES: usize = 1000;

#[test]
#[ignore = "measures, and needs the sources of other crates"]
fn file_rules_on_real_sources() {
    let Some(case) = sources() else {
        println!("skipped: no sources below `CARGO_HOME`");
        return;
    };
    let (files, memory) = case.parts();
    let bytes: usize = files.iter().map(|f| FileView::new(f, memory).bytes().len()).sum();
    let mut times = vec![Duration::MAX; ALL.len()];
    let mut drafts = Vec::new();
    for _ in 0..7 {
        drafts.clear();
        let mut round = vec![Duration::ZERO; ALL.len()];
        memory.diffs.take();
        for file in files {
            let view = FileView::new(file, memory);
            // Reading is the engine's cost, and one pass belongs to no rule.
            let _ = (view.content(), view.traits());
            run(&view, &mut round, &mut drafts, memory);
        }
        for (best, time) in times.iter_mut().zip(round) {
            *best = (*best).min(time);
        }
    }
    report(&times, bytes, memory.diffs.get().0, &drafts);
}

fn run(
    view: &FileView<'_>,
    times: &mut [Duration],
    drafts: &mut Vec<Draft>,
    memory: &super::testing::Memory,
) {
    let options = Options::default();
    for (rule, time) in ALL.iter().zip(times) {
        let Run::File(check) = rule.run else { continue };
        let diffs = memory.diffs.get().1;
        let start = Instant::now();
        check(view, &mut Sink::new(&rule.info, &options, drafts));
        *time += start.elapsed().saturating_sub(memory.diffs.get().1 - diffs);
    }
}

fn report(times: &[Duration], bytes: usize, diffs: u32, drafts: &[Draft]) {
    let mut rows: Vec<_> = ALL
        .iter()
        .zip(times)
        .filter(|(r, _)| matches!(r.run, Run::File(_)))
        .collect();
    rows.sort_by_key(|(_, time)| std::cmp::Reverse(**time));
    for (rule, time) in &rows {
        let found = drafts.iter().filter(|d| d.check == rule.info.id).count();
        println!(
            "{:>9.3} us per file  {found:>5} findings  {}",
            micros(**time),
            rule.info.id
        );
    }
    let all: Duration = rows.iter().map(|(_, time)| **time).sum();
    println!(
        "{:>9.3} us per file in all, {} bytes, {diffs} diffs for {FILES} files",
        micros(all),
        bytes
    );
    for draft in drafts
        .iter()
        .filter(|d| d.severity >= crate::model::Severity::Medium)
    {
        println!(
            "{} {:?} {} {:?}",
            draft.severity.name(),
            draft.check,
            draft.message,
            draft.place
        );
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / FILES as f64
}

/// Makes a change in which every file lost its middle line.
fn sources() -> Option<Case> {
    let home = std::path::PathBuf::from(env!("CARGO"));
    let roots = [home.parent()?.parent()?.to_owned(), dirs()?];
    let mut paths = Vec::new();
    for root in roots {
        collect(&root.join("registry/src"), &mut paths);
    }
    paths.sort();
    let step = (paths.len() / FILES).max(1);
    let mut case = case();
    for path in paths.iter().step_by(step).take(FILES) {
        let Ok(new) = std::fs::read(path) else { continue };
        let middle = memchr::memchr(b'\n', &new[new.len() / 2..]).map_or(0, |at| new.len() / 2 + at + 1);
        let end = memchr::memchr(b'\n', &new[middle..]).map_or(new.len(), |at| middle + at + 1);
        let old = [&new[..middle], &new[end..]].concat();
        case = case.file(&path.to_string_lossy()[1..], Some(old), Some(new));
    }
    (!paths.is_empty()).then_some(case)
}

#[expect(clippy::disallowed_methods, reason = "a measurement is not the program")]
fn dirs() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))
}

fn collect(dir: &Path, paths: &mut Vec<PathBuf>) {
    const ENDINGS: [&str; 12] = [
        "rs", "md", "toml", "json", "yml", "yaml", "c", "h", "py", "js", "sh", "txt",
    ];
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|e| ENDINGS.iter().any(|x| e == *x)) {
            paths.push(path);
        }
    }
}
