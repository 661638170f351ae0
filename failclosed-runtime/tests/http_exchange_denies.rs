//! One exchange: what counts as a reply, and everything that does not.
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
    Cause, Decision, NoDecision, Request,
    http::{Dialect, HttpAuthority, MAX_REPLY_BYTES, Object, Repeat},
};
use http_common::{Purchase, Server, Shop, Step, TOKEN, authzen, denies, denies_at, json, reply};

const YES: &str = r#"{"decision":true}"#;

fn yes_with(headers: &str) -> Vec<u8> {
    reply("200 OK", headers, YES)
}

#[tokio::test]
async fn a_question_is_put_as_it_should_be() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&format!("{}/base/", server.url())).build().unwrap());
    let record = shop.allowed().await;
    let seen = server.seen().remove(0);
    assert!(seen.head.starts_with("POST /base/access/v1/evaluation HTTP/1.1\r\n"), "{}", seen.head);
    for (name, value) in [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("cache-control", "no-cache, no-store"),
        ("authorization", &format!("Bearer {TOKEN}")),
        ("x-request-id", &record.call),
        ("host", &server.address.to_string()),
        ("content-length", &seen.body.len().to_string()),
        ("user-agent", concat!("failclosed/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    for absent in ["cookie", "referer", "transfer-encoding", "proxy-authorization", "upgrade"] {
        assert_eq!(seen.header(absent), None);
    }
    let asked: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(asked["action"]["name"], "purchase");
}

#[tokio::test]
async fn a_no_is_a_no() {
    denies(Step::Say(json(r#"{"decision":false}"#)), Cause::Denied, "").await;
}

#[tokio::test]
async fn no_status_but_200_is_an_answer() {
    for status in [
        201, 202, 203, 206, 207, 226, 299, 300, 301, 302, 303, 305, 307, 308, 400, 401, 402, 403,
        404, 405, 407, 408, 409, 410, 413, 415, 418, 422, 429, 451, 500, 501, 502, 503, 504, 511,
        599, 999,
    ] {
        let answer = reply(&format!("{status} Fine"), "Content-Type: application/json\r\n", YES);
        denies(Step::Say(answer), Cause::Unavailable, &format!("status {status}")).await;
    }
    for status in [101, 204, 304] {
        let answer = format!("HTTP/1.1 {status} Fine\r\nContent-Type: application/json\r\n\r\n");
        let answer = [answer.as_bytes(), YES.as_bytes()].concat();
        denies(Step::Close(answer), Cause::Unavailable, &format!("status {status}")).await;
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_ours() {
    for status in [401, 403] {
        let answer = reply(&format!("{status} No"), "", "who are you");
        let detail = "the authority refused our credentials: \"who are you\"";
        denies(Step::Say(answer), Cause::Unavailable, detail).await;
    }
}

#[tokio::test]
async fn informational_replies_are_no_answers() {
    let hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    let then = [hints.as_slice(), &json(YES)].concat();
    let server = Server::start(move |_, _| Step::Say(then.clone()));
    Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;

    let only = Step::Close(hints.to_vec());
    denies(only, Cause::Unavailable, "connection closed before message completed").await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::allowing();
        let url = elsewhere.url();
        let answer = reply(&format!("{status} Moved"), &format!("Location: {url}/\r\n"), YES);
        denies(Step::Say(answer), Cause::Unavailable, "redirects are not followed").await;
        assert_eq!(elsewhere.connections(), 0, "{status} was followed");
    }
    // Neither to where the question was put before.
    let answer = reply("307 Again", "Location: /access/v1/evaluation\r\n", YES);
    let server = Server::start(move |_, _| Step::Say(answer.clone()));
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    shop.denied(Cause::Unavailable).await;
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_content_type_is_json_and_said_once() {
    for fine in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        let answer = yes_with(&format!("Content-Type: {fine}\r\n"));
        let server = Server::start(move |_, _| Step::Say(answer.clone()));
        Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;
    }
    for wrong in [
        "text/html",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/problem+json",
        "application/json, application/json",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/json; profile=x",
        "application/json; charset=utf-8; charset=utf-8",
        "application/json;",
        "application/x-ndjson",
        "text/event-stream",
        "",
    ] {
        let answer = yes_with(&format!("Content-Type: {wrong}\r\n"));
        denies(Step::Say(answer), Cause::Malformed, "is not `application/json` but").await;
    }
    denies(Step::Say(yes_with("")), Cause::Malformed, "has no content type").await;
    let twice = yes_with("Content-Type: application/json\r\nContent-Type: application/json\r\n");
    denies(Step::Say(twice), Cause::Malformed, "more than one content type").await;
}

#[tokio::test]
async fn an_encoded_reply_is_refused() {
    for encoding in ["gzip", "br", "deflate", "zstd", "identity", "", "gzip, gzip"] {
        let headers = format!("Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n");
        let answer = Step::Say(yes_with(&headers));
        denies(answer, Cause::Malformed, "has a content encoding").await;
    }
}

/// What a cache keeps, it gives to whoever asks at that address, whatever is asked.
#[tokio::test]
async fn a_reply_from_a_cache_is_refused() {
    for age in ["0", "1", "3600", "", "-1", "soon"] {
        let headers = format!("Content-Type: application/json\r\nAge: {age}\r\n");
        denies(Step::Say(yes_with(&headers)), Cause::Malformed, "comes from a cache").await;
    }
}

/// 512 MiB of spaces in half a megabyte is a yes for whoever unpacks it; here it is 130 bytes that
/// nobody does.
#[tokio::test]
async fn nothing_is_unpacked() {
    // `{"decision":true}`, in one stored block.
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 17, 0, 0xee, 0xff];
    packed.extend_from_slice(YES.as_bytes());
    packed.extend_from_slice(&[0x2c, 0x0b, 0x6b, 0x21, 17, 0, 0, 0]);
    let headers = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n";
    let answer = Step::Say(reply("200 OK", headers, &packed));
    denies(answer, Cause::Malformed, "has a content encoding").await;
    let unsaid = Step::Say(reply("200 OK", "Content-Type: application/json\r\n", &packed));
    denies(unsaid, Cause::Malformed, "not a JSON object").await;
}

/// A raw reply with this head and body.
fn framed(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}\r\n{body}").into_bytes()
}

#[tokio::test]
async fn a_reply_says_once_how_long_it_is() {
    let chunked = "11\r\n{\"decision\":true}\r\n0\r\n\r\n";
    let pieces = "8\r\n{\"decisi\r\n9;ext=1\r\non\":true}\r\n0\r\n\r\n";
    for fine in [chunked, pieces] {
        let answer = framed("Transfer-Encoding: chunked\r\n", fine);
        let server = Server::start(move |_, _| Step::Say(answer.clone()));
        Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;
    }
    let old = format!(
        "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{YES}"
    );
    let server = Server::start(move |_, _| Step::Close(old.clone().into_bytes()));
    Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;

    // What some gateways tell at the very end.
    for trailer in ["Grpc-Status: 13", "X-Request-ID: another", "Content-Length: 17", "X: 1"] {
        let answer = format!("11\r\n{YES}\r\n0\r\n{trailer}\r\n\r\n");
        let answer = framed("Transfer-Encoding: chunked\r\n", &answer);
        denies(Step::Say(answer), Cause::Malformed, "goes on behind its body").await;
    }

    let twofold = "says in more than one way how long it is";
    for (head, body, cause, detail) in [
        // H11: the client under this takes the chunks, another one on the way may take the length.
        (
            "Content-Length: 17\r\nTransfer-Encoding: chunked\r\n",
            chunked,
            Cause::Malformed,
            twofold,
        ),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked, Cause::Malformed, twofold),
        ("Content-Length: 17\r\nContent-Length: 17\r\n", YES, Cause::Malformed, twofold),
        ("Transfer-Encoding: identity\r\n", YES, Cause::Malformed, twofold),
        ("Transfer-Encoding: gzip, chunked\r\n", chunked, Cause::Malformed, twofold),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            chunked,
            Cause::Malformed,
            twofold,
        ),
        ("", YES, Cause::Malformed, "has no length"),
        ("Content-Length: 17, 17\r\n", YES, Cause::Malformed, "has no valid length"),
        ("Content-Length: 017\r\n", YES, Cause::Malformed, "has no valid length"),
        // The client refuses these heads by itself.
        ("Content-Length: 17\r\nContent-Length: 18\r\n", YES, Cause::Malformed, "content-length"),
        ("Content-Length: -17\r\n", YES, Cause::Malformed, "content-length"),
        ("Content-Length: 0x11\r\n", YES, Cause::Malformed, "content-length"),
        ("Content-Length: 99999999999999999999\r\n", YES, Cause::Malformed, "content-length"),
        // Not whole.
        ("Content-Length: 18\r\n", YES, Cause::Unavailable, "the reply broke off"),
        ("Content-Length: 5\r\n", YES, Cause::Malformed, "bytes behind its end"),
        ("Content-Length: 5\r\n", &YES[..5], Cause::Malformed, "not a JSON object"),
        ("Content-Length: 0\r\n", "", Cause::Malformed, "not a JSON object"),
        (
            "Transfer-Encoding: chunked\r\n",
            "11\r\n{\"decision\":true}\r\n",
            Cause::Unavailable,
            "the reply broke off",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            "11\r\n{\"decision\":true}\r\nzz\r\n",
            Cause::Unavailable,
            "the reply broke off",
        ),
        (
            "Transfer-Encoding: chunked\r\n",
            "zz\r\n{\"decision\":true}\r\n0\r\n\r\n",
            Cause::Unavailable,
            "the reply broke off",
        ),
    ] {
        denies(Step::Close(framed(head, body)), cause, detail).await;
    }
}

#[tokio::test]
async fn a_head_that_does_not_parse_is_refused() {
    let many: String = (0..20_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    for head in [
        YES.to_owned(),
        "HTTP/2.0 200 OK\r\n\r\n".into(),
        "HTTP/1.1 2000 OK\r\n\r\n".into(),
        "HTTP/1.1 20 OK\r\n\r\n".into(),
        "ICY 200 OK\r\n\r\n".into(),
        "\u{16}\u{3}\u{1}\0\u{2}binary".into(),
        framed_text("Broken Header: 1\r\nContent-Length: 17\r\n"),
        framed_text(" folded: 1\r\nContent-Length: 17\r\n"),
        framed_text("Content-Length : 17\r\n"),
        framed_text(&format!("{many}Content-Length: 17\r\n")),
    ] {
        denies(Step::Close(head.into_bytes()), Cause::Malformed, "client error").await;
    }
}

fn framed_text(head: &str) -> String {
    String::from_utf8(framed(head, YES)).unwrap()
}

#[tokio::test]
async fn a_connection_that_ends_early_is_no_answer() {
    let whole = json(YES);
    let head = whole.len() - YES.len();
    for length in [0, 1, 9, 40, head - 1] {
        let part = whole[..length].to_vec();
        denies(Step::Close(part.clone()), Cause::Unavailable, "").await;
        denies(Step::Reset(part), Cause::Unavailable, "").await;
    }
    for length in [head, head + 1, whole.len() - 1] {
        let part = whole[..length].to_vec();
        denies(Step::Close(part.clone()), Cause::Unavailable, "broke off").await;
        denies(Step::Reset(part), Cause::Unavailable, "broke off").await;
    }
}

#[tokio::test]
async fn a_reply_is_as_long_as_it_may_be() {
    let padded = |length: usize| {
        let mut body = YES.as_bytes().to_vec();
        body.resize(length, b' ');
        body
    };
    let fits = json(padded(MAX_REPLY_BYTES));
    let server = Server::start(move |_, _| Step::Say(fits.clone()));
    Shop::new(authzen(&server.url()).build().unwrap()).allowed().await;

    let longer = "the reply is longer than 65536 bytes";
    denies(Step::Say(json(padded(MAX_REPLY_BYTES + 1))), Cause::Malformed, longer).await;
    // Declared, and never sent: refused before it is read.
    let declared = framed("Content-Length: 1073741824\r\n", "");
    denies(Step::Stall(declared), Cause::Malformed, longer).await;
    // Sent in pieces without an end. What is read is what was there when the limit was met.
    let endless = framed("Transfer-Encoding: chunked\r\n", "");
    let piece = format!("1000\r\n{}\r\n", " ".repeat(0x1000)).into_bytes();
    denies(Step::Forever(endless, piece), Cause::Malformed, longer).await;
}

/// Of an error page the operator sees the beginning, and whether there is more.
#[tokio::test]
async fn a_long_error_page_is_cut_and_says_so() {
    for (page, told) in [
        ("x".repeat(200), format!("\"{}\"", "x".repeat(200))),
        ("x".repeat(201), format!("\"{} ..\"", "x".repeat(200))),
        // As long as it is shown, and not as it came.
        ("\n".repeat(100), format!("\"{}\"", "\\n".repeat(100))),
        ("\n".repeat(101), format!("\"{} ..\"", "\\n".repeat(100))),
        ("é".repeat(200), format!("\"{}\"", "é".repeat(200))),
    ] {
        denies(Step::Say(reply("500 X", "", page)), Cause::Unavailable, &told).await;
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let deep = "[".repeat(10_000);
    let bodies: [&[u8]; 24] = [
        b"<html>decision: true</html>",
        b"null",
        b"true",
        b"[]",
        b"[true]",
        b"{}",
        b"{\"decision\":true",
        b"{\"decision\":true}}",
        b"{\"decision\":true}{\"decision\":true}",
        b"\xef\xbb\xbf{\"decision\":true}",
        b"{\"decision\":true}\0",
        b"{\"decision\":true,\"x\":\"\xff\"}",
        b"{\"decision\":NaN}",
        b"{\"decision\":\"true\"}",
        b"{\"decision\":1}",
        b"{\"decision\":[true]}",
        b"{\"decision\":{\"value\":true}}",
        b"{\"decision\":null}",
        b"{\"Decision\":true}",
        b"{\"decision\":false,\"decision\":true}",
        b"{\"decision\":true,\"decision\":false}",
        b"{\"decision\":true,\"allowed\":false}",
        b"data: {\"decision\":true}\n\n",
        deep.as_bytes(),
    ];
    for body in bodies {
        denies(Step::Say(json(body)), Cause::Malformed, "authzen at http://127.0.0.1:").await;
    }
}

/// An answer that nobody asked for yet must not be the next question's, and tells that the one before
/// it may not be ours either.
#[tokio::test]
async fn an_unsolicited_answer_is_not_kept() {
    let two = [json(r#"{"decision":false}"#), json(YES)].concat();
    let no = json(r#"{"decision":false}"#);
    let server = Server::start(move |before, _| {
        Step::Say(if before == 0 { two.clone() } else { no.clone() })
    });
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    shop.denied(Cause::Malformed).await;
    for _ in 0..4 {
        shop.denied(Cause::Denied).await;
    }
    assert_eq!(server.connections(), 2, "the connection that said too much was closed");
}

#[tokio::test]
async fn an_answer_to_another_question_is_refused() {
    let echoing = |id: &'static str| {
        Server::start(move |_, seen| {
            let id = if id.is_empty() { seen.header("x-request-id").unwrap() } else { id };
            let headers = format!("Content-Type: application/json\r\nX-Request-ID: {id}\r\n");
            Step::Say(yes_with(&headers))
        })
    };
    let server = echoing("");
    Shop::new(authzen(&server.url()).demand_request_id().build().unwrap()).allowed().await;

    for (server, detail) in [
        (echoing("0000000000000000-1"), "to another question"),
        (Server::allowing(), "does not repeat our `X-Request-ID`"),
    ] {
        let shop = Shop::new(authzen(&server.url()).demand_request_id().build().unwrap());
        let told = shop.denied(Cause::Malformed).await;
        assert!(told.contains(detail), "{told}");
        assert_eq!(server.seen().len(), 1, "an answer that is no use is not asked for again");
    }
}

#[tokio::test]
async fn a_question_is_put_whole_or_not_at_all() {
    let server = Server::allowing();
    let shop = Shop::new(authzen(&server.url()).build().unwrap());
    let purchase = |length| Purchase { amount: 1, note: "x".repeat(length) };
    // The guard itself takes no argument this long; a dialect may add to it.
    shop.buy(purchase(200_000)).await.unwrap();
    assert!(server.seen()[0].body.len() > 200_000);

    #[derive(Debug)]
    struct Wordy(usize);
    impl Dialect for Wordy {
        fn name(&self) -> &'static str {
            "wordy"
        }
        fn path(&self) -> &str {
            "ask"
        }
        fn repeat(&self) -> Repeat {
            Repeat::Safe
        }
        fn question(&self, _: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
            Ok(vec![b' '; self.0])
        }
        fn decision(&self, _: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
            reply.boolean("decision")?;
            Ok(Decision::allow())
        }
    }
    let wordy = |length| {
        let authority = HttpAuthority::builder(Wordy(length)).endpoint(server.url());
        Shop::new(authority.deadline(Duration::from_secs(20)).build().unwrap())
    };
    wordy(1024 * 1024).allowed().await;
    let before = server.seen().len();
    let told = wordy(1024 * 1024 + 1).denied(Cause::Malformed).await;
    assert!(told.contains("the question has 1048577 bytes; at most 1048576 are sent"), "{told}");
    assert_eq!(server.seen().len(), before, "nothing was sent");
}

#[tokio::test]
async fn a_dialect_that_panics_denies() {
    #[derive(Debug)]
    struct Panicking;
    impl Dialect for Panicking {
        fn name(&self) -> &'static str {
            "panicking"
        }
        fn path(&self) -> &str {
            "ask"
        }
        fn repeat(&self) -> Repeat {
            Repeat::Safe
        }
        fn question(&self, _: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
            Ok(Vec::new())
        }
        #[allow(clippy::panic, reason = "the fault")]
        fn decision(&self, _: &Request<'_>, _: &Object) -> Result<Decision, NoDecision> {
            panic!("no idea")
        }
    }
    let server = Server::allowing();
    let shop = Shop::new(HttpAuthority::builder(Panicking).endpoint(server.url()).build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("the exchange panicked: no idea"), "{told}");
}

#[tokio::test]
async fn a_healthy_server_is_not_denied() {
    // What `denies` proves last must not be vacuous.
    let server = Server::start(|_, _| Step::Say(json("{}")));
    let shop =
        denies_at(&server, authzen(&server.url()), Cause::Malformed, "has no `decision`").await;
    assert_eq!((shop.bodies(), server.seen().len()), (1, 2));
}
