//! How commands come to an end.

use super::*;
use std::time::{Duration, Instant};

/// A command that is this script.
fn script(script: &str, more: &str) -> String {
    policy(&format!("run = [\"sh\", \"-c\", '''{script}''']\n{more}"))
}

fn judged(policy: &str) -> (i32, Value) {
    let repo = trusted(policy);
    repo.write("src/b.txt", "one\n");
    staged(&repo)
}

#[test]
fn an_exit_code_alone_is_a_finding_on_the_change() {
    let (code, said) = judged(&script("echo no tests pass >&2; exit 4", ""));
    assert_eq!(code, 1, "{said}");
    assert_eq!(
        found(&said),
        one("", 0, "it ended with exit code 4: no tests pass")
    );
    assert_eq!(judged(&script("exit 0", "")).0, 0);
}

#[test]
fn what_did_not_run_is_inconclusive() {
    let cases = [
        (script("exit 127", ""), "it ended with exit code 127"),
        (script("kill -9 $$", ""), "it was ended by signal 9"),
        (
            script("echo broken config >&2; exit 2", "output = \"sarif\""),
            "it ended with exit code 2: broken config",
        ),
        (
            script("exit 1", "output = \"github\""),
            "it ended with exit code 1, and reported nothing as `github`",
        ),
        (
            script("echo nonsense", "output = \"sarif\""),
            "what it wrote is no `sarif`",
        ),
        (
            script("exit 0", "output = \"junit\"\nreport = \"r.xml\""),
            "its report cannot be read",
        ),
        (
            policy("run = [\"no-such-linter\"]"),
            "`no-such-linter` is not there",
        ),
        (
            policy("run = [\"true\"]\ndir = \"gone\""),
            "there is no directory `gone`",
        ),
    ];
    for (policy, why) in cases {
        let (code, said) = judged(&policy);
        assert_eq!(code, 3, "{why}: {said}");
        assert!(reasons(&said).contains(why), "{why}: {said}");
    }
}

#[test]
fn a_command_takes_no_longer_than_it_may() {
    let start = Instant::now();
    let (code, said) = judged(&script("sleep 60 & sleep 60", "timeout = \"300ms\""));
    assert_eq!(code, 3, "{said}");
    assert!(
        reasons(&said).contains("`commands/lint` ran out of time"),
        "{said}"
    );
    let late = script("sleep 60", "").replace("deadline = \"60s\"", "deadline = \"1s\"");
    assert_eq!(judged(&late).0, 3);
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn commands_run_side_by_side() {
    if std::thread::available_parallelism().unwrap().get() < 2 {
        return eprintln!("not tried: there is one core");
    }
    // Each waits for the other one.
    let wait = |own: &str, other: &str| {
        format!(
            "touch \"$HOME/{own}\"; for i in $(seq 400); do test -e \"$HOME/{other}\" && exit 0; sleep 0.05; done; exit 1"
        )
    };
    let other = format!(
        "[commands.other]\nrun = [\"sh\", \"-c\", '''{}''']\n",
        wait("b", "a")
    );
    let (code, said) = judged(&(script(&wait("a", "b"), "") + &other));
    assert_eq!(code, 0, "{said}");
}

#[test]
fn nothing_is_left_behind_even_by_an_interrupt() {
    let repo =
        trusted(&script("touch started; sleep 60", "").replace("touch started", "touch \"$HOME/started\""));
    repo.write("src/b.txt", "one\n");
    repo.add();
    let temp = tempfile::tempdir().unwrap();
    let mut command = repo.command(crate::support::PANTHEON);
    command.env("TMPDIR", temp.path()).args(["review", "--staged"]);
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !repo.home().join("started").exists() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!left_behind(temp.path()).is_empty());
    let kill = repo
        .command("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left_behind(temp.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_a_killed_process_left_is_swept() {
    let repo = trusted(&script("exit 0", ""));
    repo.write("src/b.txt", "one\n");
    repo.add();
    let temp = tempfile::tempdir().unwrap();
    let (old, new) = (
        temp.path().join("pantheon-checkout-old"),
        temp.path().join("pantheon-checkout-new"),
    );
    for dir in [&old, &new] {
        std::fs::create_dir_all(dir.join("src")).unwrap();
    }
    let then = std::time::SystemTime::now() - Duration::from_secs(3 * 3600);
    std::fs::File::open(&old).unwrap().set_modified(then).unwrap();
    let ran = repo.finish(
        repo.command(crate::support::PANTHEON)
            .env("TMPDIR", temp.path())
            .args(["review", "--staged"]),
        b"",
    );
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(left_behind(temp.path()), [new]);
}

#[test]
fn only_what_is_named_is_in_its_environment() {
    let mut repo = trusted(&script(
        "test -z \"$SECRET_TOKEN\" && test \"$WANTED\" = yes && test -z \"$GIT_EDITOR\" && test -n \"$HOME\"",
        "env = [\"WANTED\"]",
    ));
    repo.env.push(("SECRET_TOKEN".into(), "x".into()));
    repo.env.push(("WANTED".into(), "yes".into()));
    repo.write("src/b.txt", "one\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn files_and_when_say_what_it_is_given() {
    let lint = "run = [\"sh\", \"-c\", 'for f in \"$@\"; do echo \"$f:1: seen\"; done', \"sh\"]\noutput = \"regex\"\n\
                regex = '^(?<path>.+):(?<line>\\d+): (?<message>.*)$'\nfiles = true\ndir = \"src\"\nfilter = \"file\"\n\
                when = { paths = [\"**/*.py\"], exclude = [\"**/x.py\"] }";
    let repo = trusted(&policy(lint));
    repo.write("src/b.txt", "one\n");
    let (code, said) = staged(&repo);
    assert_eq!((code, found(&said)), (0, vec![]), "{said}");
    repo.write("src/-a b.py", "one\n");
    repo.write("src/x.py", "one\n");
    repo.write("other.py", "one\n");
    let (_, said) = staged(&repo);
    assert_eq!(found(&said), one("src/-a b.py", 1, "seen"), "{said}");
}
