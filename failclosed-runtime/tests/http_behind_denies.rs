//! What stands behind a whole reply: somebody on the way sees another end of it than we do.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::time::Duration;

use failclosed_runtime::{
    Cause,
    http::{AuthZen, HttpAuthority, HttpBuilder},
};
use http_common::{Server, Shop, Step, authzen, certificates::Ca, json, reply, token};

const YES: &str = r#"{"decision":true}"#;
const BEHIND: &str = "bytes behind its end";

fn chunked(body: &str) -> Vec<u8> {
    let framing = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\n{framing}\r\n{length:x}\r\n{body}\r\n0\r\n\r\n").into_bytes()
}

/// A yes of this length.
fn long(length: usize) -> String {
    format!("{YES}{}", " ".repeat(length - YES.len()))
}

/// A reply of exactly this length, head included.
fn filling(length: usize) -> Vec<u8> {
    let head = json(long(length)).len() - length;
    let whole = json(long(length - head));
    assert_eq!(whole.len(), length);
    whole
}

/// Each is a whole yes.
fn replies() -> Vec<Vec<u8>> {
    vec![
        json(YES),
        chunked(YES),
        reply("200 OK", "Content-Type: application/json\r\nConnection: close\r\n", YES),
        [b"HTTP/1.1 100 Continue\r\n\r\n".as_slice(), &json(YES)].concat(),
        json(long(60_000)),
        chunked(&long(60_000)),
        // What is read at a time ends where the reply does.
        filling(8 * 1024),
        filling(16 * 1024),
        filling(16 * 1024 - 1),
    ]
}

fn single_use(url: &str) -> HttpBuilder<AuthZen> {
    HttpAuthority::builder(AuthZen::new()).endpoint(url).bearer(token())
}

fn shops(url: &str, ca: &Ca) -> [Shop; 2] {
    [authzen(url), single_use(url)].map(|builder| {
        // There is nobody to certify over plain TCP.
        let tls = url.starts_with("https");
        let builder = if tls { builder.ca_certificate(ca.pem()) } else { builder };
        Shop::new(builder.build().unwrap())
    })
}

/// A server that says this, over TCP and over TLS, to clients that keep connections and that do not.
async fn each_way(ca: &Ca, bytes: &[u8], check: impl AsyncFn(&Shop)) {
    let said = bytes.to_vec();
    let config = ca.server("localhost").config(None);
    let tls = Server::start_tls(config, move |_, _| Step::Say(said.clone()));
    let said = bytes.to_vec();
    let plain = Server::start(move |_, _| Step::Say(said.clone()));
    for url in [tls.named_url(), plain.url()] {
        for shop in shops(&url, ca) {
            check(&shop).await;
        }
    }
}

#[tokio::test]
async fn a_reply_with_something_behind_it_is_refused() {
    let ca = Ca::new("ours");
    for whole in replies() {
        for behind in [b"junk".as_slice(), b"\0", b"\r\n", b"\n", &json(YES), &chunked(YES)] {
            let both = [&whole, behind].concat();
            each_way(&ca, &both, async |shop| {
                let told = shop.denied(Cause::Malformed).await;
                assert!(told.contains(BEHIND), "{told}");
                assert_eq!(shop.bodies(), 0);
            })
            .await;
        }
    }
}

/// That the replies above are refused for what is behind them, and for nothing else.
#[tokio::test]
async fn the_same_replies_alone_are_answers() {
    let ca = Ca::new("ours");
    for whole in replies() {
        each_way(&ca, &whole, async |shop| {
            shop.allowed().await;
            // Over the connection of the first, where it is kept.
            if !String::from_utf8_lossy(&whole).contains("Connection: close") {
                shop.allowed().await;
            }
        })
        .await;
    }
}

/// A no is no less of a no for what stands behind it; it is just not an answer.
#[tokio::test]
async fn a_no_with_a_yes_behind_it_is_no_answer() {
    let ca = Ca::new("ours");
    let both = [json(r#"{"decision":false}"#), json(YES)].concat();
    each_way(&ca, &both, async |shop| {
        for _ in 0..3 {
            shop.denied(Cause::Malformed).await;
        }
    })
    .await;
}

/// Nobody waits for what may still come. It answers nothing, and ends its connection.
#[tokio::test]
async fn what_comes_later_is_not_seen_and_is_no_answer() {
    let no = json(r#"{"decision":false}"#);
    let server = Server::start(move |before, _| match before {
        0 => Step::Drip(json(YES), b"j".to_vec(), Duration::from_millis(50)),
        _ => Step::Say(no.clone()),
    });
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    shop.allowed().await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    shop.denied(Cause::Denied).await;
    assert_eq!(server.connections(), 2, "the connection that said too much was closed");
}
