//! How commands end, and that nothing is left of them.

use super::{Ended, Jail, Pen, begin, levels, run, shell};
use crate::support::PANTHEON;
use pantheon::sandbox::Level;
use pantheon::sandbox::jail::{self, Limits};
use pantheon::sys::signal::Interrupt;
use std::time::{Duration, Instant};

/// Long enough for any of it on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// Starts five processes that have left their parents behind, says so, and waits.
const FIVE: &str = "for n in 1 2 3 4 5; do (setsid sh -c 'trap \"\" TERM HUP; sleep 300; true' \
                    </dev/null >/dev/null 2>&1 &); done; sleep 0.3; echo ready; ";

/// The processes with that mark.
fn marked(run: &str) -> Vec<String> {
    let mark = format!("PANTHEON_RUN={run}");
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let found = entries.filter(|entry| {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|one| one == mark.as_bytes())
    });
    found
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[track_caller]
fn none_left(run: &str) {
    let begun = Instant::now();
    while !marked(run).is_empty() {
        assert!(begun.elapsed() < LONG, "left: {:?}", marked(run));
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn with(jail: &Jail, change: impl FnOnce(&mut Limits)) -> Jail {
    let mut jail = jail.clone();
    change(&mut jail.limits);
    jail
}

#[test]
fn the_end_of_the_time_is_the_end_of_all_that_was_started() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let jail = with(&jail, |limits| limits.time = Duration::from_secs(2));
        let mut jailed = begin(&jail, &["/bin/sh", "-c", &format!("{FIVE} sleep 300")]).unwrap();
        let run = jailed.run().to_owned();
        std::thread::sleep(Duration::from_millis(1200));
        assert!(marked(&run).len() >= 10, "{level:?}: {:?}", marked(&run));
        let begun = Instant::now();
        assert_eq!(jailed.wait(&Interrupt::default()).unwrap(), Ended::TimedOut);
        assert_eq!(marked(&run), Vec::<String>::new(), "{level:?}");
        assert!(begun.elapsed() < LONG);
        // Asked again, it says the same.
        assert_eq!(jailed.wait(&Interrupt::default()).unwrap(), Ended::TimedOut);
    }
}

#[test]
fn what_a_command_leaves_running_ends_with_it() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let mut jailed = begin(&jail, &["/bin/sh", "-c", FIVE]).unwrap();
        let run = jailed.run().to_owned();
        assert_eq!(jailed.wait(&Interrupt::default()).unwrap(), Ended::Code(0));
        assert_eq!(marked(&run), Vec::<String>::new(), "{level:?}");
    }
}

#[test]
fn to_drop_it_is_to_end_it() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let jailed = begin(&jail, &["/bin/sh", "-c", &format!("{FIVE} sleep 300")]).unwrap();
        let run = jailed.run().to_owned();
        std::thread::sleep(Duration::from_millis(600));
        assert!(!marked(&run).is_empty());
        drop(jailed);
        assert_eq!(marked(&run), Vec::<String>::new(), "{level:?}");
    }
}

#[test]
fn an_interrupt_ends_it() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let mut jailed = begin(&jail, &["sleep", "300"]).unwrap();
        let interrupt = Interrupt::default();
        let asked = interrupt.flag();
        let waiting = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(200));
                asked.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            jailed.wait(&interrupt).unwrap()
        });
        assert_eq!(waiting, Ended::Interrupted, "{level:?}");
        none_left(jailed.run());
    }
}

#[test]
fn limits_hold() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let little = with(&jail, |limits| limits.output_bytes = 1000);
        let finished = run(&little, &["yes"]);
        assert_eq!((finished.ended, finished.stdout.len()), (Ended::TooMuch, 1000));
        let finished = shell(&little, "head -c 1001 /dev/zero");
        assert_eq!((finished.ended, finished.stdout.len()), (Ended::TooMuch, 1000));
        let small = with(&jail, |limits| limits.file_bytes = 1 << 20);
        let finished = run(&small, &["dd", "if=/dev/zero", "of=big", "bs=1M", "count=3"]);
        assert_eq!(finished.ended, Ended::Signal(25), "{level:?}");
        assert_eq!(std::fs::metadata(pen.path("in/big")).unwrap().len(), 1 << 20);
        let few = with(&jail, |limits| limits.descriptors = 16);
        let script = "import os\nn = 0\ntry:\n  while True: os.dup(0); n += 1\nexcept OSError: print(n)";
        let finished = run(&few, &["python3", "-c", script]);
        assert_eq!(finished.stdout, b"13\n", "{level:?}");
        let busy = with(&jail, |limits| limits.processor_seconds = 1);
        let finished = shell(&busy, "while :; do :; done");
        assert!(
            matches!(finished.ended, Ended::Signal(24 | 9)),
            "{level:?} {:?}",
            finished.ended
        );
    }
}

#[test]
fn too_many_processes_are_not_made_or_are_ended() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let few = with(&jail, |limits| {
            limits.processes = 20;
            limits.time = LONG;
        });
        let bomb = "n=0; while [ $n -lt 60 ]; do sleep 20 & n=$((n+1)); done; wait";
        let begun = Instant::now();
        let mut jailed = begin(&few, &["/bin/sh", "-c", bomb]).unwrap();
        let ended = jailed.wait(&Interrupt::default()).unwrap();
        // An ordinary user's shell cannot fork; the system's owner's is ended.
        assert!(
            matches!(ended, Ended::Processes | Ended::Code(2)),
            "{level:?} {ended:?}"
        );
        assert!(begun.elapsed() < Duration::from_secs(15));
        none_left(jailed.run());
    }
}

#[test]
fn too_much_memory_is_the_end_also_when_it_is_shared_out() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let little = with(&jail, |limits| limits.memory_bytes = 60 << 20);
        let alone = "x = bytearray(100 << 20)\nimport time; time.sleep(60)";
        let many = "import os, time\nfor n in range(8): os.fork() or (bytearray(12 << 20), time.sleep(60))\ntime.sleep(60)";
        let many = many.replace(
            "(bytearray(12 << 20), time",
            "(globals().update(x=bytearray(12 << 20)), time",
        );
        for script in [alone, &many] {
            assert_eq!(
                run(&little, &["python3", "-c", script]).ended,
                Ended::Memory,
                "{level:?}"
            );
        }
    }
}

#[test]
#[ignore = "a part of the test below, in a process of its own"]
fn supervisor() {
    let place = std::env::var_os("PANTHEON_TEST_SUPERVISOR").unwrap();
    let pen = Pen::new();
    let wanted = std::env::var("PANTHEON_TEST_LEVEL").unwrap();
    let jail = levels(&pen)
        .into_iter()
        .find(|(level, _)| level.name() == wanted)
        .unwrap()
        .1;
    let mut jailed = begin(&jail, &["/bin/sh", "-c", &format!("{FIVE} sleep 300")]).unwrap();
    std::thread::sleep(Duration::from_millis(800));
    std::fs::write(place, jailed.run()).unwrap();
    jailed.wait(&Interrupt::default()).unwrap();
}

#[test]
fn nothing_is_left_of_a_supervisor_that_is_killed() {
    let pen = Pen::new();
    for (level, _) in levels(&pen) {
        let place = pen.path(level.name());
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["jail::ends::supervisor", "--exact", "--ignored"])
            .env("PANTHEON_TEST_SUPERVISOR", &place)
            // What it leaves behind goes with ours.
            .env("TMPDIR", pen.world.path())
            .env("PANTHEON_TEST_LEVEL", level.name())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let run = loop {
            let run = std::fs::read_to_string(&place).unwrap_or_default();
            if !run.is_empty() {
                break run;
            }
            assert!(begun.elapsed() < LONG, "{level:?}: the supervisor did not start");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert!(marked(&run).len() >= 10, "{level:?}: {:?}", marked(&run));
        child.kill().unwrap();
        child.wait().unwrap();
        let killed = Instant::now();
        none_left(&run);
        assert!(killed.elapsed() < Duration::from_secs(5), "{level:?}");
    }
}

#[test]
fn the_holder_may_be_killed_too() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let mut jailed = begin(&jail, &["/bin/sh", "-c", &format!("{FIVE} sleep 300")]).unwrap();
        std::thread::sleep(Duration::from_millis(800));
        let holder = holder(jailed.run());
        let killed = std::process::Command::new("kill")
            .args(["-9", &holder.to_string()])
            .status();
        assert!(killed.unwrap().success());
        assert_eq!(
            jailed.wait(&Interrupt::default()).unwrap(),
            Ended::Killed,
            "{level:?}"
        );
        none_left(jailed.run());
    }
}

/// The process above the command that runs `pantheon jail`, and is a child of ours.
fn holder(run: &str) -> i32 {
    let parent = |id: i32| -> i32 {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let rest = stat.rsplit(") ").next().unwrap_or_default();
        rest.split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .unwrap_or(0)
    };
    let own = i32::try_from(std::process::id()).unwrap();
    for id in marked(run) {
        let mut id: i32 = id.parse().unwrap();
        while id > 1 {
            if parent(id) == own {
                return id;
            }
            id = parent(id);
        }
    }
    panic!("nobody holds {run}")
}

#[test]
fn what_nobody_holds_is_swept_by_its_mark() {
    let run = format!("sweep-{}", std::process::id());
    let mut child = std::process::Command::new("sleep")
        .arg("300")
        .env("PANTHEON_RUN", &run)
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let reaped = std::thread::spawn(move || child.wait().unwrap());
    assert_eq!(jail::sweep(&run), 1);
    assert!(!reaped.join().unwrap().success());
    assert_eq!(jail::sweep(&run), 0);
    assert_eq!(jail::sweep(""), 0);
}

#[test]
fn a_launcher_that_is_none_is_an_error() {
    let pen = Pen::new();
    let jail = Jail {
        launcher: "/bin/true".into(),
        ..pen.jail()
    };
    let error = begin(&jail, &["/bin/true"]).unwrap_err().to_string();
    assert!(error.starts_with("the sandbox cannot be started: "), "{error}");
    assert!(PANTHEON.contains("pantheon") && Level::Base > Level::None);
}
