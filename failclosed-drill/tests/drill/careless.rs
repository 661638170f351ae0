//! Kept connections, seen by a client that reads one answer after the other and asks no questions.
//! It shows that the drills of this group really put an allow where such a client finds it.

use std::{
    io::{ErrorKind, Read},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use failclosed_drill::Format;

use crate::{DEADLINE, ask, connect, find, server};

const F: Format = Format::Seed;

/// Keeps what it has read and not used, as a careless client does.
struct Careless {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Careless {
    /// The body of the next answer, if it is there before the deadline.
    fn next(&mut self) -> Option<String> {
        let due = Instant::now() + DEADLINE;
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            if let Some(body) = self.take() {
                return Some(body);
            }
            self.stream.set_read_timeout(Some(left)).unwrap();
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(count) => self.buffer.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn take(&mut self) -> Option<String> {
        // It skips what is not the beginning of an answer.
        let start = find(&self.buffer, "HTTP/1.1")?;
        let end = start + find(&self.buffer[start..], "\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.buffer[start..end]).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        let body = self.buffer.get(end..end + length)?.to_vec();
        self.buffer.drain(..end + length);
        Some(String::from_utf8(body).unwrap())
    }
}

/// Two questions on one connection; what the second one got.
fn second(id: &str) -> Option<String> {
    let server = server(F, id);
    let mut client = Careless { stream: connect(&server), buffer: Vec::new() };
    ask(&client.stream, F);
    let first = client.next();
    assert_ne!(first.as_deref(), Some(r#"{"allowed":true}"#), "{id}");
    thread::sleep(Duration::from_millis(50));
    server.next_round();
    ask(&client.stream, F);
    client.next()
}

#[test]
fn the_second_question_gets_an_allow_that_was_not_to_it() {
    for id in ["N18", "N18.later", "N18.half", "N18.204", "N18.length", "B1.late", "B1.late-idle"] {
        assert_eq!(second(id).as_deref(), Some(r#"{"allowed":true}"#), "{id}");
    }
}

#[test]
fn a_new_connection_gets_the_denial() {
    for id in ["N18", "N18.later", "N18.204", "B1.late", "B1.late-idle", "B1.rest"] {
        let server = server(F, id);
        let mut first = Careless { stream: connect(&server), buffer: Vec::new() };
        ask(&first.stream, F);
        let _ = first.next();
        drop(first);
        server.next_round();
        let mut second = Careless { stream: connect(&server), buffer: Vec::new() };
        ask(&second.stream, F);
        let wanted = if id == "N18.204" { "" } else { r#"{"allowed":false}"# };
        assert_eq!(second.next().as_deref(), Some(wanted), "{id}");
    }
}
