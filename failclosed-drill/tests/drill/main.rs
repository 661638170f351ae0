//! The drills are what they say, and clients are judged by what they did.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_in_result,
    clippy::wildcard_enum_match_arm,
    reason = "these are tests: they fail by panicking"
)]

mod binary;
mod bytes;
mod careless;
mod clients;
mod judged;
mod proxied;
mod strict;
mod table;
mod times;

// The clients of `compare`, to be judged inside this process.
#[allow(dead_code, reason = "the example has a command line of its own")]
#[path = "../../examples/clients/lines.rs"]
mod lines;
#[path = "../../examples/clients/naive.rs"]
mod naive;
#[path = "../../examples/clients/ours.rs"]
mod ours;
#[path = "../../examples/clients/typed.rs"]
mod typed;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use failclosed_drill::{Drill, Format, Server, drills};

/// The deadline of all tests. What is hung costs four of them.
const DEADLINE: Duration = Duration::from_millis(300);

fn drill(format: Format, id: &str) -> Drill {
    drills(format).into_iter().find(|drill| drill.id == id).unwrap_or_else(|| panic!("no {id}"))
}

fn server(format: Format, id: &str) -> Server {
    Server::start(&drill(format, id), format, DEADLINE).unwrap()
}

/// A connection on which a question was asked.
fn asked(server: &Server, format: Format) -> TcpStream {
    let stream = connect(server);
    ask(&stream, format);
    stream
}

fn connect(server: &Server) -> TcpStream {
    let host = server.url().split("://").nth(1).unwrap();
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream
}

fn ask(mut stream: &TcpStream, format: Format) {
    let (path, body) = (format.path(), format.question());
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).unwrap();
}

/// Everything until the stream ends, and how it ended.
fn all(mut stream: TcpStream) -> (Vec<u8>, std::io::Result<()>) {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).map(|_| ());
    (bytes, ended)
}

/// What a drill says to one question, as text, until it says nothing more.
fn answer(format: Format, id: &str) -> String {
    let server = server(format, id);
    let stream = asked(&server, format);
    stream.set_read_timeout(Some(Duration::from_millis(120))).unwrap();
    String::from_utf8_lossy(&all(stream).0).into_owned()
}

fn find(bytes: &[u8], needle: &str) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle.as_bytes())
}
