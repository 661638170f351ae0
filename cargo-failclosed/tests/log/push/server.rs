//! A server that does what it is told, and keeps what it was sent.

use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// What a server does with one request.
#[derive(Clone)]
pub(super) enum Does {
    /// This status, these headers, this body.
    Says(&'static str, &'static str, &'static str),
    /// Nothing, for longer than anybody waits.
    Hangs,
    /// Reads the request and cuts the connection.
    Cuts,
    /// Begins a reply with success, and cuts it.
    BreaksOff,
}

pub(super) const OK: Does = Does::Says("200 OK", "content-type: application/json", "{}");

#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
}

pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    /// Told of each request when it is there, before the reply.
    pub(super) told: mpsc::Receiver<()>,
}

impl Server {
    /// Does one after the other, and the last one from then on.
    pub(super) fn that(script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = mpsc::channel();
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            let mut script = script.into_iter().peekable();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                kept.lock().unwrap().push(request);
                let _may_not_listen = tell.send(());
                let does = script.next().unwrap();
                if script.peek().is_none() {
                    script = vec![does.clone(), does.clone()].into_iter().peekable();
                    script.next();
                }
                answer(&mut stream, does);
            }
        });
        Self { port, seen, told }
    }

    pub(super) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/logs", self.port)
    }
}

/// `None` where nobody asks, or what stands between breaks off.
pub(super) fn read(stream: impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body: String::from_utf8(body).unwrap() })
}

fn answer(stream: &mut TcpStream, does: Does) {
    match does {
        Does::Says(status, headers, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n");
            let headers = if headers.is_empty() { String::new() } else { format!("{headers}\r\n") };
            // The program may be dead already.
            drop(stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()));
        }
        Does::Hangs => {
            let stream = stream.try_clone().unwrap();
            thread::spawn(move || {
                thread::sleep(Duration::from_secs(60));
                drop(stream);
            });
        }
        Does::Cuts => stream.shutdown(Shutdown::Both).unwrap(),
        Does::BreaksOff => {
            let begun =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{";
            stream.write_all(begun.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }
}
