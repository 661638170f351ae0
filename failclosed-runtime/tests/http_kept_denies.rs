//! The order of questions and answers on a connection: an answer counts for the question it came
//! after, and for no other.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(clippy::disallowed_methods, reason = "a test blocks and waits as others do")]

mod http_common;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Cause,
    http::{Behalf, HttpAuthority},
};
use http_common::{Purchase, Shop, authzen, certificates::Ca, json, lunch, token};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const YES: &str = r#"{"decision":true}"#;
const NO: &str = r#"{"decision":false}"#;

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// Runs a script on each connection, on a thread of its own.
fn serving(
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

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// Reads the head of a question. Gives the length of its body.
fn head(stream: &mut dyn Stream) -> Option<usize> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    head.split("content-length: ").nth(1)?.lines().next()?.parse().ok()
}

fn question(stream: &mut dyn Stream) -> Option<()> {
    let mut body = vec![0; head(stream)?];
    stream.read_exact(&mut body).ok()
}

/// Says this, where the client still listens.
fn say(stream: &mut dyn Stream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// Says no, and a moment later yes, which nobody asked; and then tells the test that it did.
fn says_yes_unasked(stream: &mut dyn Stream, said: &mpsc::Sender<()>) {
    while question(stream).is_some() {
        say(stream, &json(NO));
        thread::sleep(Duration::from_millis(20));
        say(stream, &json(YES));
        said.send(()).unwrap();
    }
}

fn long() -> Purchase {
    Purchase { amount: 1, note: "x".repeat(900_000) }
}

/// Nobody runs the event loop between two calls, so that the runtime has not heard of the answer that
/// waits in the socket.
async fn denies_though_the_thread_is_busy(shop: &Shop, said: &mpsc::Receiver<()>) {
    for _ in 0..6 {
        shop.denied(Cause::Denied).await;
        said.recv().unwrap();
        // The loopback interface delivers before `write` returns; this is for those that do not.
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(shop.bodies(), 0);
}

#[tokio::test]
async fn a_yes_that_waits_in_the_socket_is_nobodys() {
    let (sender, said) = mpsc::channel();
    let script = move |stream: &mut dyn Stream| says_yes_unasked(stream, &sender);
    let address = serving(listener(), None, script);
    let authority = authzen(&format!("http://{address}")).retries(0);
    denies_though_the_thread_is_busy(&Shop::new(authority.build().unwrap()), &said).await;
}

#[tokio::test]
async fn nor_is_one_that_waits_behind_tls() {
    let ca = Ca::new("ours");
    let config = Arc::new(ca.server("localhost").config(None));
    let (sender, said) = mpsc::channel();
    let script = move |stream: &mut dyn Stream| says_yes_unasked(stream, &sender);
    let address = serving(listener(), Some(config), script);
    let url = format!("https://localhost:{}", address.port());
    let authority = authzen(&url).ca_certificate(ca.pem()).retries(0);
    denies_though_the_thread_is_busy(&Shop::new(authority.build().unwrap()), &said).await;
}

/// An end that has not been heard of either: a question that is put once is not lost in it.
#[tokio::test]
async fn an_end_that_waits_in_the_socket_is_noticed() {
    let allowed = r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#;
    let (sender, ends) = mpsc::channel();
    let address = serving(listener(), None, move |stream| {
        if question(stream).is_some() {
            say(stream, &json(allowed));
            thread::sleep(Duration::from_millis(10));
            sender.send(()).unwrap();
        }
    });
    let authority = HttpAuthority::builder(Behalf::new()).endpoint(format!("http://{address}"));
    let shop = Shop::new(authority.bearer(token()).build().unwrap());
    for _ in 0..5 {
        shop.allowed().await;
        ends.recv().unwrap();
        thread::sleep(Duration::from_millis(50));
    }
}

/// A listener whose connections take little at a time, so that a long question waits until somebody
/// reads it.
fn narrow() -> TcpListener {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_tcp_mss(536).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
    socket.listen(16).unwrap();
    socket.into()
}

/// What says yes before it can have read what is asked has not decided about it.
#[tokio::test]
async fn a_yes_to_a_question_that_is_not_out_is_no_answer() {
    let (ended, ends) = mpsc::channel();
    let address = serving(narrow(), None, move |stream| {
        let Some(length) = head(stream) else { return };
        if length < 10_000 {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            say(stream, &json(YES));
            return;
        }
        say(stream, &json(YES));
        thread::sleep(Duration::from_millis(300));
        // Nothing more is sent to who does not listen: the rest of the question ends here.
        let began = Instant::now();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        ended.send((rest.len(), began.elapsed())).unwrap();
    });
    let shop = Shop::new(authzen(&format!("http://{address}")).build().unwrap());
    let told = shop.denied_for(long(), Cause::Malformed).await;
    assert!(told.contains("the reply came before the question was out"), "{told}");
    shop.allowed().await;
    let (rest, took) = tokio::task::spawn_blocking(move || ends.recv().unwrap()).await.unwrap();
    assert!(rest < 900_000 && took < Duration::from_secs(1), "it was kept: {rest} {took:?}");
}

/// Another status may come early: a question that is too long is refused before it is read.
#[tokio::test]
async fn a_refusal_may_come_early() {
    let address = serving(narrow(), None, |stream| {
        if head(stream).is_some() {
            say(stream, b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
            thread::sleep(Duration::from_millis(300));
        }
    });
    let shop = Shop::new(authzen(&format!("http://{address}")).build().unwrap());
    let told = shop.denied_for(long(), Cause::Unavailable).await;
    assert!(told.contains("status 413"), "{told}");
}

/// A no, and behind it a yes, before the question was read: neither is the next question's.
#[tokio::test]
async fn what_stands_behind_an_early_no_is_nobodys() {
    for listener in [listener(), narrow()] {
        let address = serving(listener, None, |stream| {
            while let Some(length) = head(stream) {
                say(stream, &[json(NO), json(YES)].concat());
                thread::sleep(Duration::from_millis(20));
                let mut body = vec![0; length];
                let _ = stream.read_exact(&mut body);
            }
        });
        let shop = Shop::new(authzen(&format!("http://{address}")).retries(0).build().unwrap());
        for round in 0..6 {
            let purchase = if round % 2 == 0 { long() } else { lunch() };
            let denial = shop.buy(purchase).await.unwrap_err();
            assert!(matches!(denial.cause(), Cause::Denied | Cause::Malformed), "{denial:?}");
        }
        assert_eq!((shop.bodies(), shop.decisions().len()), (0, 6));
    }
}

/// A yes that is on its way while the question is sent looks like an answer. Only one that has to
/// repeat the question's id is recognised in every case.
#[tokio::test]
async fn a_greeting_that_says_yes_is_no_answer_where_ids_are_demanded() {
    let address = serving(listener(), None, |stream| {
        say(stream, &json(YES));
        let _ = question(stream);
    });
    let authority = authzen(&format!("http://{address}")).demand_request_id().retries(0);
    let shop = Shop::new(authority.build().unwrap());
    for _ in 0..100 {
        let denial = shop.buy(lunch()).await.unwrap_err();
        assert!(matches!(denial.cause(), Cause::Malformed | Cause::Unavailable), "{denial:?}");
    }
    assert_eq!((shop.bodies(), shop.decisions().len()), (0, 100));
}
