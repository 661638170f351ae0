//! What goes over the wire is what the drill says, byte by byte.

use std::io::{ErrorKind, Read};

use failclosed_drill::Format;

use crate::{all, answer, ask, asked, connect, find, server};

const F: Format = Format::Seed;

fn length(text: &str) -> usize {
    let line = text.lines().find(|line| line.starts_with("Content-Length: ")).unwrap();
    line["Content-Length: ".len()..].parse().unwrap()
}

fn body(text: &str) -> &str {
    text.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn the_plain_allow_is_a_whole_answer() {
    let text = answer(F, "C1");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"), "{text}");
    assert_eq!((body(&text), length(&text)), (r#"{"allowed":true}"#, 16));
}

#[test]
fn h11_has_both_headers_and_a_chunked_allow() {
    let text = answer(F, "H11");
    assert_eq!(length(&text), 16);
    assert!(text.contains("Transfer-Encoding: chunked\r\n"), "{text}");
    assert_eq!(body(&text), "10\r\n{\"allowed\":true}\r\n0\r\n\r\n");
    let text = answer(F, "H11.te-first");
    assert!(text.find("Transfer-Encoding") < text.find("Content-Length"), "{text}");
}

#[test]
fn h12_has_two_lengths() {
    let text = answer(F, "H12");
    assert!(text.contains("Content-Length: 16\r\nContent-Length: 25\r\n"), "{text}");
    assert!(!answer(F, "H12.09").starts_with("HTTP"), "a status line in HTTP/0.9");
}

#[test]
fn n8_is_shorter_than_its_length_and_ends_in_order() {
    let server = server(F, "N8");
    let (bytes, ended) = all(asked(&server, F));
    ended.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((body(&text), length(&text)), (r#"{"allowed":true}"#, 56));
}

#[test]
fn n7_ends_in_a_reset_behind_a_whole_allow() {
    let server = server(F, "N7");
    let (bytes, ended) = all(asked(&server, F));
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(find(&bytes, r#"{"allowed":true}"#).is_some());
    assert_eq!(server.seen_now().yes_sent, 1);
}

#[test]
fn n4_resets_or_ends_before_a_word() {
    let reset = server(F, "N4.rst");
    let (bytes, ended) = all(connect(&reset));
    assert_eq!((bytes.len(), ended.unwrap_err().kind()), (0, ErrorKind::ConnectionReset));
    let (bytes, ended) = all(connect(&server(F, "N4")));
    assert_eq!(bytes.len(), 0);
    ended.unwrap();
}

#[test]
fn n6_ends_in_the_middle_of_the_headers() {
    let server = server(F, "N6");
    let (bytes, ended) = all(asked(&server, F));
    ended.unwrap();
    assert_eq!(bytes, b"HTTP/1.1 200 OK\r\nContent-Type: appl");
}

#[test]
fn n9_has_no_last_chunk() {
    let server = server(F, "N9");
    let (bytes, ended) = all(asked(&server, F));
    ended.unwrap();
    assert!(bytes.ends_with(b"\r\n\r\n10\r\n{\"allowed\":true}\r\n"));
}

#[test]
fn h1_leads_to_an_authority_that_allows_and_counts() {
    let server = server(F, "H1.307");
    let mut stream = asked(&server, F);
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer).unwrap();
    let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
    assert!(text.starts_with("HTTP/1.1 307 "), "{text}");
    let location = text.lines().find_map(|line| line.strip_prefix("Location: http://")).unwrap();
    let (host, _) = location.split_once('/').unwrap();
    assert_ne!(server.url(), format!("http://{host}"));
    let mut elsewhere = std::net::TcpStream::connect(host).unwrap();
    ask(&elsewhere, F);
    let count = elsewhere.read(&mut buffer).unwrap();
    assert!(find(&buffer[..count], r#"{"allowed":true}"#).is_some());
    assert_eq!(server.seen_now().redirected, 1);
}

#[test]
fn statuses_carry_an_allow() {
    for (id, status) in [("H5.503", "503 Service Unavailable"), ("H3.206", "206 Partial Content")] {
        let text = answer(F, id);
        assert!(text.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{text}");
        assert_eq!(body(&text), r#"{"allowed":true}"#);
    }
}

#[test]
fn json_is_broken_where_it_is_said_to_be() {
    let cases = [
        ("J2", r#"{"allowed":false,"allowed":true}"#),
        ("J3", r#"{"allowed":true,"allowed":false}"#),
        ("J2.escaped", r#"{"allowed":false,"\u0061llowed":true}"#),
        ("J1.cut", r#"{"allowed":true"#),
        ("J1.comma-in", r#"{"allowed":true,}"#),
        ("J1.bom", "\u{feff}{\"allowed\":true}"),
        ("J1.sse", "data: {\"allowed\":true}\n\n"),
        ("J1.two-swapped", "{\"allowed\":false}\n{\"allowed\":true}\n"),
        ("J1.bare", "{allowed:true}"),
        ("J1.python", r#"{"allowed":True}"#),
        ("J1.nan", r#"{"score":NaN,"allowed":true}"#),
        ("J1.quoted", r#""{\"allowed\":true}""#),
        ("J4.array", r#"{"allowed":[true]}"#),
        ("J5", r#"{"Allowed":true}"#),
        ("J5.alike", "{\"\u{430}llow\u{435}d\":true}"),
        ("J6", "{}"),
        ("J6.null", r#"{"allowed":null}"#),
    ];
    for (id, text) in cases {
        assert_eq!(body(&answer(F, id)), text, "{id}");
    }
    let deep = answer(F, "J8.10k");
    assert_eq!(deep.matches('[').count(), 10_000);
    assert!(deep.ends_with(&format!("{}}}", "]".repeat(10_000))));
    assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&utf8_body("J1.utf8")).is_ok());
    assert!(std::str::from_utf8(&utf8_body("J1.utf8")).is_err());
}

fn utf8_body(id: &str) -> Vec<u8> {
    let server = server(F, id);
    let stream = asked(&server, F);
    stream.set_read_timeout(Some(std::time::Duration::from_millis(120))).unwrap();
    let bytes = all(stream).0;
    let start = find(&bytes, "\r\n\r\n").unwrap() + 4;
    bytes[start..].to_vec()
}

#[test]
fn n15_pads_an_allow_with_64_mib() {
    let server = server(F, "N15");
    let mut stream = asked(&server, F);
    let head = head(&mut stream);
    assert_eq!(length(&head), (64 << 20) + 16);
    let mut body = vec![0; length(&head)];
    stream.read_exact(&mut body).unwrap();
    let (spaces, allow) = body.split_at(64 << 20);
    assert!(spaces == vec![b' '; 64 << 20].as_slice());
    assert_eq!(allow, br#"{"allowed":true}"#);
}

fn head(stream: &mut std::net::TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn n16_unpacks_to_512_mib_and_an_allow() {
    let server = server(F, "N16");
    let mut stream = asked(&server, F);
    let head = head(&mut stream);
    assert!(head.contains("Content-Encoding: gzip\r\n"), "{head}");
    assert!(length(&head) < 1 << 20, "{head}");
    let mut body = vec![0; length(&head)];
    stream.read_exact(&mut body).unwrap();
    let size = u32::from_le_bytes(body[body.len() - 4..].try_into().unwrap());
    assert_eq!(size, (512 << 20) + 16);
}

#[test]
fn n17_has_20_000_headers() {
    let text = answer(F, "N17");
    assert_eq!(text.lines().filter(|line| line.starts_with("X-")).count(), 20_000);
    assert_eq!(body(&text), r#"{"allowed":true}"#);
}

#[test]
fn n1_refuses_and_n5_is_never_accepted() {
    let refusing = server(F, "N1");
    let host = refusing.url().strip_prefix("http://").unwrap();
    let error = std::net::TcpStream::connect(host).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let silent = server(F, "N5.queue");
    let mut stream = asked(&silent, F);
    stream.set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(silent.seen_now().connections, 0);
}

#[test]
fn t4_speaks_plain_text_where_tls_is_expected() {
    let server = server(F, "T4");
    assert!(server.url().starts_with("https://"));
    let (bytes, _) = all(connect(&server));
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_request_id_is_repeated_or_swapped() {
    let text = |id: &str| {
        let server = server(Format::AuthZen, id);
        let mut stream = connect(&server);
        let request = "POST / HTTP/1.1\r\nX-Request-ID: mine\r\nContent-Length: 0\r\n\r\n";
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let mut buffer = [0; 1024];
        let count = stream.read(&mut buffer).unwrap();
        assert!(server.seen_now().request_id);
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    };
    assert!(text("C1").contains("X-Request-ID: mine\r\n"));
    assert!(!text("B1").contains("mine"));
}
