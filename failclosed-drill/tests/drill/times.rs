//! What comes late comes late, and what drips drips.

use std::{
    io::{ErrorKind, Read},
    net::TcpStream,
    time::{Duration, Instant},
};

use failclosed_drill::Format;

use crate::{DEADLINE, asked, find, server};

const F: Format = Format::Seed;

#[test]
fn n13_comes_after_the_deadline_and_not_much_later() {
    for (id, extra) in [("N13.1", 1), ("N13", 50)] {
        let begun = Instant::now();
        let server = server(F, id);
        let mut stream = asked(&server, F);
        let connected = Instant::now();
        let mut buffer = [0; 1024];
        let count = stream.read(&mut buffer).unwrap();
        let due = DEADLINE + Duration::from_millis(extra);
        // The server's clock starts when it accepts: not before the first of these two.
        assert!(begun.elapsed() >= due, "{id}: {:?}", begun.elapsed());
        assert!(connected.elapsed() < due + Duration::from_secs(1), "{id}");
        assert!(find(&buffer[..count], r#"{"allowed":true}"#).is_some(), "{id}");
    }
}

#[test]
fn n12_drips_byte_by_byte() {
    for id in ["N12", "N12.head", "N12.chunk"] {
        let server = server(F, id);
        let mut stream = asked(&server, F);
        let begun = Instant::now();
        let mut packets = 0;
        while begun.elapsed() < Duration::from_millis(400) {
            assert_ne!(stream.read(&mut [0; 256]).unwrap(), 0, "{id} ended");
            packets += 1;
        }
        assert!((4..=14).contains(&packets), "{id}: {packets} packets in 400 ms");
        assert_eq!(server.seen_now().yes_sent, 0, "{id}");
    }
}

#[test]
fn what_hangs_hangs_and_notices_that_its_client_has_gone() {
    for (id, begins) in [("N10", ""), ("N10.line", "HTTP/1.1 200"), ("N11", "HTTP/1.1 200 OK")] {
        let server = server(F, id);
        let mut stream = asked(&server, F);
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut bytes = Vec::new();
        let error = stream.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "{id}");
        assert!(bytes.starts_with(begins.as_bytes()), "{id}");
        assert_eq!(find(&bytes, "allowed"), None, "{id}");
        assert_eq!(server.seen(Duration::from_millis(50)).leaked, 1, "{id}");
        drop(stream);
        assert_eq!(server.seen(Duration::from_secs(2)).leaked, 0, "{id}");
    }
}

#[test]
fn n3_does_not_answer_a_connection() {
    let server = server(F, "N3");
    let host = server.url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = TcpStream::connect_timeout(&host, Duration::from_millis(150)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn a_server_that_is_dropped_lets_go_of_its_clients() {
    let server = server(F, "N10");
    let mut stream = asked(&server, F);
    let begun = Instant::now();
    while server.seen_now().requests == 0 {
        assert!(begun.elapsed() < Duration::from_secs(2));
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(server);
    // An end or a reset: what matters is that it does not stay.
    assert!(matches!(stream.read(&mut [0; 8]), Ok(0) | Err(_)));
    assert!(begun.elapsed() < Duration::from_secs(4));
}
