//! Tunnels to the hosts of the allow-list.

use super::*;
use pantheon::store::audit::Kind;

/// A server that sends back what it is sent.
fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        // It ends with the test.
        for socket in listener.incoming().take(8) {
            std::thread::spawn(move || {
                let mut socket = socket.unwrap();
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = socket.read(&mut buffer) {
                    if socket.write_all(&buffer[..count]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn open(server: &Server, hosts: &[String], bytes: u64) -> World {
    let mut plan = plan(server);
    plan.hosts = hosts.to_vec();
    plan.bounds.tunnel = bytes;
    plan.bounds.idle = ms(700);
    plan.open()
}

/// The header of a program that was given the address of the proxy.
fn password(world: &World) -> String {
    let address = world.gateway.as_ref().unwrap().proxy().unwrap();
    let user = address
        .strip_prefix("http://")
        .unwrap()
        .split('@')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(user, format!("pantheon:{PLACEHOLDER}"));
    // `pantheon:placeholder-0123456789abcdef`
    "Proxy-Authorization: Basic cGFudGhlb246cGxhY2Vob2xkZXItMDEyMzQ1Njc4OWFiY2RlZg==\r\n".to_owned()
}

fn connect(world: &World, target: &str, more: &str) -> (TcpStream, u16) {
    let mut socket = world.connect();
    let text = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{more}\r\n");
    socket.write_all(text.as_bytes()).unwrap();
    let mut head = [0; 12];
    socket.read_exact(&mut head).unwrap();
    let status = std::str::from_utf8(&head[9..]).unwrap().parse().unwrap();
    if status == 200 {
        let mut rest = vec![0; " Connection established\r\n\r\n".len()];
        socket.read_exact(&mut rest).unwrap();
    }
    (socket, status)
}

#[test]
fn bytes_pass_both_ways_and_are_counted() {
    let (server, there) = (good(), echo());
    let mut world = open(&server, &[there.to_string()], 1 << 20);
    let (mut socket, status) = connect(&world, &there.to_string(), &password(&world));
    assert_eq!(status, 200);
    for _ in 0..3 {
        socket.write_all(b"hello").unwrap();
        let mut back = [0; 5];
        socket.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"hello");
    }
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    until("the tunnel is told of", || world.log.lock().unwrap().len() == 1);
    let (spent, log) = world.close();
    let entry = &log[0];
    assert_eq!(
        (entry.kind, entry.host.as_str()),
        (Kind::Host, there.to_string().as_str())
    );
    assert_eq!((entry.sent, entry.received, entry.status), (15, 15, 200));
    assert_eq!((entry.path.as_str(), spent.requests), ("", 1));
}

#[test]
fn only_what_is_listed_is_reached_and_only_with_the_password() {
    let (server, there) = (good(), echo());
    let port = there.port();
    let hosts = [
        there.to_string(),
        format!("localhost:{port}"),
        "nowhere.invalid:443".to_owned(),
    ];
    let mut world = open(&server, &hosts, 1 << 20);
    let pass = password(&world);
    let cases = [
        (there.to_string(), String::new(), 407),
        (there.to_string(), pass.replace("cGFu", "cGFv"), 407),
        (
            there.to_string(),
            format!("Authorization: Bearer {PLACEHOLDER}\r\n"),
            407,
        ),
        (server.address.to_string(), pass.clone(), 403),
        (format!("127.0.0.1:{}", world.port), pass.clone(), 403),
        ("evil.example:443".to_owned(), pass.clone(), 403),
        (format!("127.1:{port}"), pass.clone(), 403),
        (format!("2130706433:{port}"), pass.clone(), 403),
        (format!("[::ffff:127.0.0.1]:{port}"), pass.clone(), 403),
        // A name that is listed and leads into this machine.
        (format!("localhost:{port}"), pass.clone(), 403),
        ("nowhere.invalid:443".to_owned(), pass.clone(), 502),
    ];
    let count = cases.len();
    for (target, more, expected) in cases {
        assert_eq!(connect(&world, &target, &more).1, expected, "{target} {more}");
    }
    let (spent, _) = world.close();
    assert_eq!((spent.requests, spent.refused), (0, count as u64));
    let private = open(&server, &[format!("private:localhost:{port}")], 1 << 20);
    assert_eq!(
        connect(&private, &format!("LOCALHOST:{port}"), &password(&private)).1,
        200
    );
}

#[test]
fn a_tunnel_has_its_bounds() {
    let (server, there) = (good(), echo());
    let mut world = open(&server, &[there.to_string()], 10_000);
    let (mut socket, _) = connect(&world, &there.to_string(), &password(&world));
    drop(socket.write_all(&[b'x'; 20_000]));
    let mut back = Vec::new();
    drop(socket.read_to_end(&mut back));
    assert!(back.len() <= 10_000, "{}", back.len());
    // And one in which nothing moves.
    let began = Instant::now();
    let (mut socket, _) = connect(&world, &there.to_string(), &password(&world));
    drop(socket.read_to_end(&mut back));
    assert!(began.elapsed() < seconds(10));
    until("both are told of", || world.log.lock().unwrap().len() == 2);
    let (_, log) = world.close();
    assert_eq!(log[0].note, "too many bytes went through");
    assert_eq!(log[1].note, "nothing moved for too long");
}
