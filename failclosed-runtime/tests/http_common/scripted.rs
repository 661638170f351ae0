//! Servers whose every byte a test writes by hand, one script for each connection.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// Runs a script on each connection, on a thread of its own.
pub fn serving(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    script: impl Fn(&mut dyn Stream) + Send + Sync + Clone + 'static,
) -> SocketAddr {
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (script, tls) = (script.clone(), tls.clone());
            thread::spawn(move || {
                stream.set_nodelay(true).unwrap();
                match tls {
                    None => script(&mut stream),
                    Some(config) => {
                        let session = ServerConnection::new(config).unwrap();
                        script(&mut StreamOwned::new(session, stream));
                    }
                }
            });
        }
    });
    address
}

pub fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// Reads the head of a question, in lower case.
fn lines(stream: &mut dyn Stream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8(head).unwrap().to_lowercase())
}

fn value<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Reads the head of a question. Gives the length of its body.
pub fn head(stream: &mut dyn Stream) -> Option<usize> {
    value(&lines(stream)?, "content-length")?.parse().ok()
}

/// Reads a question. Gives its `X-Request-ID`.
pub fn asked(stream: &mut dyn Stream) -> Option<String> {
    let head = lines(stream)?;
    let mut body = vec![0; value(&head, "content-length")?.parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    value(&head, "x-request-id").map(str::to_owned)
}

pub fn question(stream: &mut dyn Stream) -> Option<()> {
    let mut body = vec![0; head(stream)?];
    stream.read_exact(&mut body).ok()
}

/// Says this, where the client still listens.
pub fn say(stream: &mut dyn Stream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}
