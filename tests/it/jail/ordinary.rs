//! What works in a jail as it does outside.

use super::{Jail, Pen, Streams, begin, levels, out, run, shell};
use pantheon::sandbox::jail::{self, Ended, Flow};
use pantheon::sys::signal::Interrupt;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;

#[test]
fn a_shell_writes_inside_and_not_outside() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let script = format!(
            "echo hi > a && cat a && chmod 600 a && mkdir -p d/e && mv a d/e && ls d/e && echo x > /dev/null\n\
             for n in {0}/file {0}/new; do (echo no >> $n) 2>/dev/null && echo wrote $n; done\n\
             cat {0}/file 2>/dev/null && echo read; true",
            pen.path("out").display()
        );
        assert_eq!(out(&shell(&jail, &script)), "hi\na\n", "{level:?}");
        assert_eq!(std::fs::read(pen.path("out/file")).unwrap(), b"data\n");
        assert!(!pen.path("out/new").exists());
        let reading = Jail {
            readable: vec![pen.path("out")],
            ..jail
        };
        assert_eq!(out(&shell(&reading, &script)), "hi\na\ndata\nread\n", "{level:?}");
    }
}

#[test]
fn the_environment_is_what_was_built_and_the_mark() {
    let pen = Pen::new();
    for (_, jail) in levels(&pen) {
        let jail = Jail {
            environment: vec![("A".into(), "b c".into())],
            ..jail
        };
        let mut jailed = begin(&jail, &["/usr/bin/env"]).unwrap();
        let mark = jailed.run().to_owned();
        let finished = jailed.finish(&Interrupt::default()).unwrap();
        assert_eq!(out(&finished), format!("A=b c\nPANTHEON_RUN={mark}\n"));
    }
}

#[test]
fn what_is_written_to_it_arrives_and_codes_and_signals_come_back() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let streams = Streams {
            stdin: Flow::Pipe,
            stdout: Flow::Pipe,
            stderr: Flow::Null,
        };
        let mut jailed = jail::start(&jail, "cat".as_ref(), &[], streams).unwrap();
        let mut stdin = jailed.stdin.take().unwrap();
        stdin.write_all(b"passed through").unwrap();
        drop(stdin);
        assert_eq!(
            out(&jailed.finish(&Interrupt::default()).unwrap()),
            "passed through"
        );
        assert_eq!(shell(&jail, "exit 7").ended, Ended::Code(7), "{level:?}");
        for signal in [6, 9, 11, 15] {
            let ended = shell(&jail, &format!("kill -{signal} $$")).ended;
            assert_eq!(ended, Ended::Signal(signal), "{level:?}");
        }
    }
}

#[test]
fn a_file_takes_its_output() {
    let pen = Pen::new();
    for (_, jail) in levels(&pen) {
        let path = pen.path("log");
        let streams = Streams {
            stdout: Flow::File(std::fs::File::create(&path).unwrap()),
            ..Streams::default()
        };
        let mut jailed = jail::start(&jail, "echo".as_ref(), &["hi".into()], streams).unwrap();
        assert_eq!(jailed.wait(&Interrupt::default()).unwrap(), Ended::Code(0));
        assert_eq!(std::fs::read(&path).unwrap(), b"hi\n");
    }
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn connections_to_the_gateway_come_out_here() {
    let pen = Pen::new();
    for (level, jail) in levels(&pen) {
        let port = free_port();
        let jail = Jail {
            gateway: Some(port),
            ..jail
        };
        let script = format!(
            "import socket\ns = socket.create_connection(('127.0.0.1', {port}))\ns.send(b'ping')\nprint(s.recv(9).decode())"
        );
        let mut jailed = begin(&jail, &["python3", "-c", &script]).unwrap();
        let (mut peer, _) = jailed.listener().unwrap().accept().unwrap();
        let mut ping = [0; 4];
        peer.read_exact(&mut ping).unwrap();
        peer.write_all(b"pong").unwrap();
        assert_eq!(
            out(&jailed.finish(&Interrupt::default()).unwrap()),
            "pong\n",
            "{level:?}"
        );
    }
}

#[test]
fn servers_are_for_a_network_of_its_own_alone() {
    let pen = Pen::new();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = format!(
        "import socket\n\
         try:\n  s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()); print('served')\n\
         except OSError as e: print(e.errno)\n\
         try:\n  socket.create_connection(('127.0.0.1', {})); print('escaped')\n\
         except OSError: print('alone')",
        outside.local_addr().unwrap().port()
    );
    for (level, jail) in levels(&pen) {
        let seen = |jail: &Jail| out(&run(jail, &["python3", "-c", &script]));
        assert_eq!(seen(&jail), "13\nalone\n", "{level:?}");
        let may = Jail {
            servers: true,
            gateway: Some(free_port()),
            ..jail
        };
        let expected = match level {
            pantheon::sandbox::Level::Strict => "served\nalone\n",
            _ => "13\nalone\n",
        };
        assert_eq!(seen(&may), expected, "{level:?}");
    }
}

#[test]
fn a_descriptor_that_we_left_open_is_closed() {
    let pen = Pen::new();
    let file = std::fs::File::options()
        .append(true)
        .open(pen.path("out/file"))
        .unwrap();
    // Not closed on exec.
    let left = rustix_dup(&file);
    let number = std::os::fd::AsRawFd::as_raw_fd(&left);
    for (level, jail) in levels(&pen) {
        let script = format!("echo no >&{number}");
        let finished = shell(&jail, &format!("({script}) 2>/dev/null || echo closed"));
        assert_eq!(out(&finished), "closed\n", "{level:?}");
    }
    assert_eq!(std::fs::read(pen.path("out/file")).unwrap(), b"data\n");
}

fn rustix_dup(file: &std::fs::File) -> std::os::fd::OwnedFd {
    let left = rustix::io::dup(file.as_fd()).unwrap();
    rustix::io::fcntl_setfd(&left, rustix::io::FdFlags::empty()).unwrap();
    left
}

#[test]
fn git_python_and_node_work() {
    let pen = Pen::new();
    let programs: [(&str, &[&str], &str); 3] = [
        (
            "/bin/sh",
            &[
                "-c",
                "git init -q r && cd r && echo a > a && git add a && git -c user.name=n -c user.email=e@example.com \
                 commit -qm Begin && git log --format=%s",
            ],
            "Begin\n",
        ),
        (
            "python3",
            &[
                "-c",
                "import subprocess, tempfile, threading\n\
                 t = threading.Thread(target=print, args=('thread',), kwargs={'flush': True}); t.start(); t.join()\n\
                 print(tempfile.NamedTemporaryFile().name != '', subprocess.check_output(['echo', 'x']).decode().strip())",
            ],
            "thread\nTrue x\n",
        ),
        (
            "node",
            &[
                "-e",
                "require('fs').writeFileSync('n', 'x'); \
                 console.log(require('child_process').execSync('cat n') + '', Object.keys(require('os').networkInterfaces()).length < 9)",
            ],
            "x true\n",
        ),
    ];
    for (level, jail) in levels(&pen) {
        for (program, args, expected) in programs {
            if !std::env::split_paths("/usr/local/bin:/usr/bin:/bin").any(|dir| dir.join(program).exists()) {
                eprintln!("no `{program}` here: not tried");
                continue;
            }
            let finished = run(&jail, &[&[program], args].concat());
            assert_eq!(out(&finished), expected, "{level:?} {program}");
            drop(std::fs::remove_dir_all(pen.path("in/r")));
        }
    }
}

#[test]
fn cargo_builds_offline_with_a_toolchain_that_it_may_read() {
    let pen = Pen::new();
    let home = std::env::var_os("HOME").map(std::path::PathBuf::from).unwrap();
    let asked = std::process::Command::new("rustc")
        .args(["--print", "sysroot"])
        .output();
    let Ok(toolchain) = asked else {
        eprintln!("no `rustc` here: not tried");
        return;
    };
    let toolchain = String::from_utf8(toolchain.stdout).unwrap();
    let toolchain = std::path::PathBuf::from(toolchain.trim());
    for (level, jail) in levels(&pen) {
        let mut jail = jail;
        jail.readable = vec![toolchain.clone()];
        jail.hidden = vec![home.clone()];
        let path = format!("{}:/usr/bin:/bin", toolchain.join("bin").display());
        jail.environment[0].1 = path.into();
        let script = "mkdir -p p/src && cd p && printf '[package]\\nname = \"p\"\\nversion = \"0.1.0\"\\nedition = \"2024\"\\n' \
                      > Cargo.toml && echo 'fn main() { println!(\"built\") }' > src/main.rs && cargo run -q --offline";
        assert_eq!(out(&shell(&jail, script)), "built\n", "{level:?}");
        std::fs::remove_dir_all(pen.path("in/p")).unwrap();
    }
}

#[test]
fn what_is_hidden_is_not_there_but_for_what_shows_through() {
    let pen = Pen::new();
    std::fs::create_dir_all(pen.path("out/in/tree")).unwrap();
    std::fs::create_dir_all(pen.path("out/tools")).unwrap();
    std::fs::write(pen.path("out/tools/t"), "tool\n").unwrap();
    for (level, jail) in levels(&pen) {
        let jail = Jail {
            hidden: vec![pen.path("out")],
            readable: vec![pen.path("out/tools")],
            writable: vec![pen.path("out/in/tree")],
            directory: pen.path("out/in/tree"),
            ..jail
        };
        let script = "test -e ../../file && echo seen; cat ../../tools/t; echo x > y && ls; \
                      (echo x > ../../tools/t) 2>/dev/null || echo kept";
        let seen = out(&shell(&jail, script));
        let rest = seen.strip_prefix("seen\n");
        // Without namespaces whether it is there can be asked.
        assert_eq!(
            rest.is_some(),
            level == pantheon::sandbox::Level::Base,
            "{level:?}"
        );
        assert_eq!(rest.unwrap_or(&seen), "tool\ny\nkept\n", "{level:?}");
        std::fs::remove_file(pen.path("out/in/tree/y")).unwrap();
    }
}

#[test]
fn a_directory_stands_in_for_tmp() {
    let pen = Pen::new();
    std::fs::create_dir(pen.path("tmp")).unwrap();
    let Some((_, jail)) = levels(&pen)
        .into_iter()
        .find(|(level, _)| *level == pantheon::sandbox::Level::Strict)
    else {
        return;
    };
    let jail = Jail {
        tmp: Some(pen.path("tmp")),
        ..jail
    };
    let elsewhere = tempfile::NamedTempFile::new_in("/tmp").unwrap();
    let script = format!(
        "test -e {} || echo gone; echo x > /tmp/mine && pwd && echo y > here && cat /tmp/mine here",
        elsewhere.path().display()
    );
    let seen = out(&shell(&jail, &script));
    assert_eq!(seen, format!("gone\n{}\nx\ny\n", pen.path("in").display()));
    assert_eq!(std::fs::read(pen.path("tmp/mine")).unwrap(), b"x\n");
}
