//! When a question is put again: how many requests the authority sees, and how many decisions.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use failclosed_runtime::{
    Cause,
    http::{Behalf, HttpAuthority},
};
use http_common::{Server, Shop, Step, authzen, json, reply, token};

fn busy(status: &str, headers: &str) -> Vec<u8> {
    reply(status, headers, r#"{"decision":true}"#)
}

fn healthy() -> Step {
    http_common::server::healthy()
}

/// A server that fails this often, then says yes.
fn failing(times: usize, fault: Step) -> Server {
    Server::start(move |before, _| if before < times { fault.clone() } else { healthy() })
}

#[tokio::test]
async fn a_busy_authority_is_asked_again() {
    for status in ["503 Busy", "429 Too Many"] {
        let server = failing(1, Step::Say(busy(status, "")));
        let shop = Shop::new(authzen(&server.url()).build().unwrap());
        let record = shop.allowed().await;
        let ids: Vec<_> = server
            .seen()
            .iter()
            .map(|seen| seen.header("x-request-id").unwrap().to_owned())
            .collect();
        assert_eq!(ids, [record.call.as_str(); 2], "one question, put twice");
        assert_eq!(server.seen()[0].body, server.seen()[1].body);
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_opened_again() {
    for fault in [
        Step::Close(Vec::new()),
        Step::Reset(Vec::new()),
        Step::Close(b"HTTP/1.1 200 OK\r\nContent-".to_vec()),
        Step::Close(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ] {
        let server = failing(1, fault);
        let shop = Shop::new(authzen(&server.url()).build().unwrap());
        shop.allowed().await;
        assert_eq!((server.seen().len(), server.connections()), (2, 2));
    }
}

#[tokio::test]
async fn no_more_often_than_was_set() {
    for (retries, asked) in [(0, 1), (1, 2), (3, 4)] {
        for fault in [Step::Say(busy("503 Busy", "")), Step::Close(Vec::new())] {
            let server = failing(100, fault);
            let authority = authzen(&server.url()).retries(retries);
            let shop = Shop::new(authority.build().unwrap());
            shop.denied(Cause::Unavailable).await;
            assert_eq!(server.seen().len(), asked, "{retries} retries");
        }
    }
}

#[tokio::test]
async fn an_answer_is_never_asked_for_again() {
    let answers = [
        (Step::Say(json(r#"{"decision":false}"#)), Cause::Denied),
        (Step::Say(json("{}")), Cause::Malformed),
        (Step::Say(json("not json")), Cause::Malformed),
        (Step::Say(reply("200 OK", "Content-Type: text/html\r\n", "{}")), Cause::Malformed),
        (Step::Close(b"HTTP/9.9 nonsense\r\n\r\n".to_vec()), Cause::Malformed),
        (Step::Close(json("{}")[..70].to_vec()), Cause::Unavailable),
        (Step::Reset(json("{}")[..70].to_vec()), Cause::Unavailable),
    ];
    for (answer, cause) in answers {
        let server = failing(100, answer.clone());
        let shop = Shop::new(authzen(&server.url()).retries(3).build().unwrap());
        shop.denied(cause).await;
        assert_eq!(server.seen().len(), 1, "{answer:?}");
    }
    for status in [201, 204, 302, 400, 401, 403, 404, 408, 409, 425, 500, 502, 504] {
        let server = failing(100, Step::Say(busy(&format!("{status} X"), "")));
        let shop = Shop::new(authzen(&server.url()).retries(3).build().unwrap());
        shop.denied(Cause::Unavailable).await;
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

/// Its first answer may have used a grant up.
#[tokio::test]
async fn a_question_that_uses_something_up_is_put_once() {
    for fault in [
        Step::Say(busy("503 Busy", "Retry-After: 0\r\n")),
        Step::Say(busy("429 Busy", "")),
        Step::Close(Vec::new()),
        Step::Reset(Vec::new()),
        Step::Close(b"HTTP/1.1 2".to_vec()),
    ] {
        let server = failing(100, fault.clone());
        let authority = HttpAuthority::builder(Behalf::new()).endpoint(server.url()).retries(3);
        let shop = Shop::new(authority.bearer(token()).build().unwrap());
        shop.denied(Cause::Unavailable).await;
        assert_eq!(server.seen().len(), 1, "{fault:?}");
    }
}

/// Nor by the client under this: a kept connection that is closed when the question has been sent
/// loses it.
#[tokio::test]
async fn a_lost_answer_on_a_kept_connection_is_not_asked_for_again() {
    let allowed = r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#;
    let server = Server::start(move |before, _| match before {
        0 => Step::Say(json(allowed)),
        _ => Step::Close(Vec::new()),
    });
    let authority = HttpAuthority::builder(Behalf::new()).endpoint(server.url());
    let shop = Shop::new(authority.bearer(token()).reuse_connections().build().unwrap());
    shop.allowed().await;
    shop.denied(Cause::Unavailable).await;
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

/// A connection that was closed while it was idle is no fault: nothing was sent over it.
#[tokio::test]
async fn an_idle_connection_may_close() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).retries(0).build().unwrap());
    shop.allowed().await;
    server.hang_up();
    tokio::time::sleep(Duration::from_millis(20)).await;
    shop.allowed().await;
    assert_eq!((server.seen().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn nobody_there_is_said_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for (host, retries) in [("127.0.0.1", 0), ("127.0.0.1", 1), ("localhost", 1)] {
        let authority = authzen(&format!("http://{host}:{port}")).retries(retries);
        let shop = Shop::new(authority.build().unwrap());
        let began = Instant::now();
        let told = shop.denied(Cause::Unavailable).await;
        assert!(told.contains("Connection refused"), "{told}");
        assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_is_unavailable() {
    let shop = Shop::new(authzen("https://nope.invalid").build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("dns error"), "{told}");
}

#[tokio::test]
async fn retry_after_is_waited_for_where_it_fits() {
    let server = failing(1, Step::Say(busy("503 Busy", "Retry-After: 1\r\n")));
    let authority = authzen(&server.url()).deadline(Duration::from_secs(4));
    let shop = Shop::new(authority.build().unwrap());
    let began = Instant::now();
    shop.allowed().await;
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(3), "{took:?}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn retry_after_that_does_not_fit_is_a_no_at_once() {
    for (after, detail) in [
        ("2", "waiting for 2s is too long"),
        ("3600", "waiting for 3600s is too long"),
        ("18446744073709551615", "is too long"),
        ("99999999999999999999", "busy, until who knows when"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "busy, until who knows when"),
        ("-1", "busy, until who knows when"),
        ("1.5", "busy, until who knows when"),
        ("soon", "busy, until who knows when"),
    ] {
        let server = failing(100, Step::Say(busy("503 X", &format!("Retry-After: {after}\r\n"))));
        let shop = Shop::new(authzen(&server.url()).build().unwrap());
        let began = Instant::now();
        let told = shop.denied(Cause::Unavailable).await;
        assert!(told.contains(detail), "{told}");
        assert!(began.elapsed() < Duration::from_secs(1), "{after}: {:?}", began.elapsed());
        assert_eq!(server.seen().len(), 1);
    }
    let twice = failing(100, Step::Say(busy("503 X", "Retry-After: 0\r\nRetry-After: 0\r\n")));
    let shop = Shop::new(authzen(&twice.url()).build().unwrap());
    shop.denied(Cause::Unavailable).await;
    assert_eq!(twice.seen().len(), 1);
}

/// The tries share one deadline, and the last answer has none of its own.
#[tokio::test]
async fn retries_stay_inside_the_deadline() {
    let server = Server::start(|before, _| match before {
        0 => Step::After(Duration::from_millis(200), busy("503 Busy", "Retry-After: 0\r\n")),
        _ => Step::After(Duration::from_millis(900), json(r#"{"decision":true}"#)),
    });
    let authority = authzen(&server.url()).retries(3).deadline(Duration::from_secs(1));
    let shop = Shop::new(authority.build().unwrap());
    let began = Instant::now();
    shop.denied(Cause::TimedOut).await;
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(3), "{took:?}");
    assert_eq!(server.seen().len(), 2);
}
