//! The proxy before an authority: what passes and what breaks.

use std::{
    io::{ErrorKind, Read},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use failclosed_drill::{Fault, Format, Proxy, Server};

use crate::{all, ask, server};

const F: Format = Format::Seed;
const ALLOW: &str = r#"{"allowed":true}"#;

fn before() -> (Server, Proxy) {
    let authority = server(F, "C1");
    let proxy = Proxy::start(authority.url()).unwrap();
    (authority, proxy)
}

fn connect(proxy: &Proxy) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(proxy.url().strip_prefix("http://").unwrap())?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    Ok(stream)
}

/// One question on a connection that may be kept.
fn answer(mut stream: &TcpStream) -> std::io::Result<String> {
    ask(stream, F);
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer)?;
    Ok(String::from_utf8_lossy(&buffer[..count]).into_owned())
}

#[test]
fn bytes_pass_as_they_are_and_connections_are_kept() {
    let (_authority, proxy) = before();
    let stream = connect(&proxy).unwrap();
    for _ in 0..3 {
        let text = answer(&stream).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with(ALLOW), "{text}");
    }
    assert_eq!((proxy.connections(), proxy.open()), (1, 1));
    drop(stream);
    let begun = Instant::now();
    while proxy.open() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(2), "it stays open");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn each_fault_is_felt_on_a_new_connection_and_on_a_kept_one() {
    let (_authority, proxy) = before();
    let ended = |stream: &TcpStream| answer(stream).map(|text| text.len());
    for kept in [false, true] {
        let stream = |fault: Fault| {
            proxy.fault(Fault::Pass);
            let stream = connect(&proxy).unwrap();
            if kept {
                assert!(answer(&stream).unwrap().ends_with(ALLOW), "before {fault:?}");
            }
            proxy.fault(fault);
            stream
        };
        let reset = ended(&stream(Fault::Reset)).unwrap_err();
        assert_eq!(reset.kind(), ErrorKind::ConnectionReset, "kept: {kept}");
        let hung = ended(&stream(Fault::Hang)).unwrap_err();
        assert_eq!(hung.kind(), ErrorKind::WouldBlock, "kept: {kept}");
        assert!(answer(&stream(Fault::Flip)).unwrap().starts_with("HTTP/1.1 503 "), "kept: {kept}");
        let garbled = answer(&stream(Fault::Garble)).unwrap();
        assert!(garbled.starts_with("HTTP/1.1 200 OK\r\n"), "kept: {kept}: {garbled}");
        assert!(garbled.ends_with(r"z#`mmnvde#;ustd|"), "kept: {kept}: {garbled}");
        let delayed = stream(Fault::Delay(Duration::from_millis(120)));
        let begun = Instant::now();
        assert!(answer(&delayed).unwrap().ends_with(ALLOW), "kept: {kept}");
        assert!(begun.elapsed() >= Duration::from_millis(120), "kept: {kept}");
    }
}

#[test]
fn an_answer_ends_after_so_many_bytes() {
    let (_authority, proxy) = before();
    proxy.fault(Fault::Truncate(20));
    let stream = connect(&proxy).unwrap();
    ask(&stream, F);
    let (bytes, ended) = all(stream);
    ended.unwrap();
    assert_eq!(bytes, b"HTTP/1.1 200 OK\r\nCon");
}

#[test]
fn who_is_refused_is_reset() {
    let (_authority, proxy) = before();
    let kept = connect(&proxy).unwrap();
    assert!(answer(&kept).unwrap().ends_with(ALLOW));
    proxy.fault(Fault::Refuse);
    // The reset may come before the question is written, or instead of its answer.
    let (bytes, ended) = all(connect(&proxy).unwrap());
    assert_eq!((bytes.len(), ended.unwrap_err().kind()), (0, ErrorKind::ConnectionReset));
    let (bytes, ended) = all(kept);
    assert_eq!((bytes.len(), ended.unwrap_err().kind()), (0, ErrorKind::ConnectionReset));
    proxy.fault(Fault::Pass);
    assert!(answer(&connect(&proxy).unwrap()).unwrap().ends_with(ALLOW));
}

#[test]
fn an_authority_that_is_gone_is_gone_behind_a_proxy_too() {
    let (authority, proxy) = before();
    drop(authority);
    let (bytes, ended) = all(connect(&proxy).unwrap());
    assert_eq!((bytes.len(), ended.unwrap_err().kind()), (0, ErrorKind::ConnectionReset));
}

#[test]
fn a_proxy_that_is_dropped_takes_its_connections_along() {
    let (_authority, proxy) = before();
    let stream = connect(&proxy).unwrap();
    assert!(answer(&stream).unwrap().ends_with(ALLOW));
    let address = proxy.url();
    drop(proxy);
    let (bytes, _) = all(stream);
    assert_eq!(bytes.len(), 0);
    assert!(TcpStream::connect(address.strip_prefix("http://").unwrap()).is_err());
}
