//! Measures what it takes to start a command in a jail: `cargo run --release --example jail -- PANTHEON [ROUNDS]`.
//!
//! The ways take turns, so that a busy machine is busy for all of them. The median and the least of each are
//! told in microseconds, from the start to the end of `/bin/true`.
#![expect(clippy::print_stdout, reason = "it reports to a person")]

#[cfg(target_os = "linux")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let launcher = words.next().ok_or("which program is `pantheon`?")?;
    let rounds: usize = words.next().map_or(Ok(100), |word| word.parse())?;
    let mut times = vec![Vec::new(); WAYS.len()];
    for _ in 0..rounds {
        for (way, times) in WAYS.iter().zip(&mut times) {
            let begun = std::time::Instant::now();
            (way.1)(&launcher)?;
            times.push(begun.elapsed().as_micros());
        }
    }
    for (way, mut times) in WAYS.iter().zip(times) {
        times.sort_unstable();
        println!(
            "{:<28} median {:>7} us, least {:>7} us",
            way.0,
            times[times.len() / 2],
            times[0]
        );
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("this system has no jail that could be measured");
}

#[cfg(target_os = "linux")]
type Done = Result<(), Box<dyn std::error::Error>>;

/// A name, and how it is done with that launcher.
#[cfg(target_os = "linux")]
type Way = (&'static str, fn(&str) -> Done);

#[cfg(target_os = "linux")]
const WAYS: [Way; 4] = [
    ("fork and exec", |_| run("/bin/true", &[])),
    ("fork and exec of pantheon", |launcher| {
        run(launcher, &["--version"])
    }),
    ("base: Landlock and seccomp", |launcher| jailed(launcher, true)),
    ("strict: all layers", |launcher| jailed(launcher, false)),
];

#[cfg(target_os = "linux")]
fn run(program: &str, args: &[&str]) -> Done {
    use pantheon::sys::process::Run;
    Run::new(program, std::time::Duration::from_secs(10))
        .args(args.iter().copied())
        .output()?;
    Ok(())
}

#[cfg(target_os = "linux")]
fn jailed(launcher: &str, is_bare: bool) -> Done {
    use pantheon::sandbox::jail::{self, Jail, Streams, Without};
    let jail = Jail {
        launcher: launcher.into(),
        gateway: Some(47_113),
        without: Without {
            namespaces: is_bare,
            ..Without::default()
        },
        ..Jail::default()
    };
    let mut jailed = jail::start(&jail, "/bin/true".as_ref(), &[], Streams::default())?;
    jailed.wait(&pantheon::sys::signal::Interrupt::default())?;
    Ok(())
}
