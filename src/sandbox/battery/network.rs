//! The network: one port is open, and nothing else.

use super::{Open, Row, never, open, works};
use rustix::net::{self, AddressFamily, Protocol, SendFlags, SocketAddrUnix, SocketType, ipproto};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;

const ANY_HOST: &str =
    "Landlock knows ports and no addresses: without a network of its own, that port of any host";
const HARMLESS: &str =
    "harmless: tells the addresses of a network, which is empty where the jail has its own";

/// The family of sockets to the kernel's ciphers.
const AF_ALG: u16 = 38;

pub const ROWS: &[Row] = &[
    works("make a pair of sockets", |_| UnixStream::pair().map(drop)),
    works("connect to the gateway", |w| tcp("127.0.0.1", w.port)),
    never("connect to another port", |w| tcp("127.0.0.1", w.other_port)),
    open(
        "connect to that port of another address",
        Open::Bare,
        ANY_HOST,
        |w| tcp(&w.other_address, w.port),
    ),
    never("connect with the first bytes (TCP Fast Open)", |w| {
        let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
        let fast_open = SendFlags::from_bits_retain(libc::MSG_FASTOPEN.unsigned_abs());
        net::sendto(
            &socket,
            b"GET / HTTP/1.0\r\n\r\n",
            fast_open,
            &local(w.other_port),
        )?;
        Ok(())
    }),
    never("connect by MPTCP", |w| {
        let socket = net::socket(AddressFamily::INET, SocketType::STREAM, Some(ipproto::MPTCP))?;
        Ok(net::connect(&socket, &local(w.other_port))?)
    }),
    never("send a datagram", |w| {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.send_to(b"x", ("127.0.0.1", w.udp_port)).map(drop)
    }),
    never("make a socket for pings", |_| {
        socket(AddressFamily::INET, SocketType::DGRAM, Some(ipproto::ICMP))
    }),
    never("make a raw socket", |_| {
        socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::TCP))
    }),
    never("make a socket for packets", |_| {
        socket(AddressFamily::PACKET, SocketType::RAW, None)
    }),
    never("make a socket to the host of a virtual machine", |_| {
        socket(AddressFamily::VSOCK, SocketType::STREAM, None)
    }),
    never("make a socket to the kernel's ciphers", |_| {
        socket(AddressFamily::from_raw(AF_ALG), SocketType::SEQPACKET, None)
    }),
    open(
        "ask for the addresses of this machine",
        Open::Always,
        HARMLESS,
        |_| socket(AddressFamily::NETLINK, SocketType::RAW, None),
    ),
    never("listen at a port", |_| TcpListener::bind("0.0.0.0:0").map(drop)),
    never("connect to a socket in the file system", |w| {
        UnixStream::connect(&w.socket).map(drop)
    }),
    never("connect to a socket by its name", |w| {
        let socket = net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
        let address = SocketAddrUnix::new_abstract_name(w.name.as_bytes())?;
        Ok(net::connect(&socket, &address)?)
    }),
];

fn tcp(host: &str, port: u16) -> io::Result<()> {
    TcpStream::connect((host, port)).map(drop)
}

fn local(port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
}

fn socket(family: AddressFamily, kind: SocketType, protocol: Option<Protocol>) -> io::Result<()> {
    Ok(net::socket(family, kind, protocol).map(drop)?)
}
