//! Asking an authority where it wants to be asked. Whatever is wrong is an error at the start.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::time::Duration;

use failclosed_runtime::http::HttpError;
use http_common::{Server, Shop, Step, TOKEN, authzen, json, reply, server::healthy};

/// An authority whose metadata is made from its own URL.
fn describing(metadata: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Server {
    Server::start(move |_, seen| {
        let url = format!("http://{}", seen.header("host").unwrap());
        if seen.head.starts_with("GET ") { Step::Say(metadata(&url)) } else { healthy() }
    })
}

fn metadata(decision_point: &str, evaluation: &str) -> Vec<u8> {
    json(format!(
        r#"{{"policy_decision_point":"{decision_point}","access_evaluation_endpoint":"{evaluation}",
            "capabilities":[]}}"#
    ))
}

#[tokio::test]
async fn an_authority_says_where_to_ask() {
    let server = describing(|url| metadata(url, &format!("{url}/v9/decide")));
    let shop = Shop::new(authzen(&server.url()).discover().await.unwrap());
    shop.allowed().await;
    let seen = server.seen();
    let asked: Vec<_> = seen.iter().map(|seen| seen.head.lines().next().unwrap()).collect();
    assert_eq!(
        asked,
        ["GET /.well-known/authzen-configuration HTTP/1.1", "POST /v9/decide HTTP/1.1"]
    );
    assert_eq!(seen[0].header("authorization"), Some(&*format!("Bearer {TOKEN}")));
    assert_eq!(seen[0].header("content-length"), None);
}

/// RFC 8615: the path of the authority stands behind the well-known name.
#[tokio::test]
async fn an_authority_with_a_path_is_described_behind_it() {
    let server = describing(|url| metadata(&format!("{url}/tenant/7"), &format!("{url}/t7")));
    let endpoint = format!("{}/tenant/7", server.url());
    Shop::new(authzen(&endpoint).discover().await.unwrap()).allowed().await;
    let seen = server.seen();
    assert!(seen[0].head.starts_with("GET /.well-known/authzen-configuration/tenant/7 HTTP/1.1"));
    assert!(seen[1].head.starts_with("POST /t7 HTTP/1.1"));
}

#[tokio::test]
async fn whatever_does_not_fit_is_an_error() {
    let elsewhere = Server::allowing();
    let other = elsewhere.url();
    type Made = Box<dyn Fn(&str) -> Vec<u8> + Send + Sync>;
    let fine = |url: &str| format!("{url}/access/v1/evaluation");
    let other_origin = other.clone();
    let rows: Vec<(Made, &str)> = vec![
        (
            Box::new(move |url| metadata("http://127.0.0.1:1", &fine(url))),
            "it is another authority",
        ),
        (Box::new(move |url| metadata(&format!("{url}/x"), &fine(url))), "it is another authority"),
        (
            Box::new(move |url| metadata(&url.replace("http:", "https:"), &fine(url))),
            "it is another authority",
        ),
        (Box::new(move |url| metadata(&url.to_uppercase(), &fine(url))), "it is another authority"),
        (
            Box::new(move |url| metadata(url, &format!("{other_origin}/decide"))),
            "it wants to be asked at another origin",
        ),
        (
            Box::new(move |url| metadata(url, &url.replace("127.0.0.1", "localhost"))),
            "it wants to be asked at another origin",
        ),
        (
            Box::new(|url| metadata(url, "https://pdp.example.com/decide")),
            "it wants to be asked at another origin",
        ),
        (
            Box::new(|url| metadata(url, "http://pdp.example.com/decide")),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, &url.replace("http://", "http://a:b@"))),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, &format!("{url}/a/../b"))),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, &format!("{url}@evil.example/decide"))),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, &url.replace("127.0.0.1", "127.1"))),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, &url.replace("127.0.0.1", "[::1]"))),
            "it wants to be asked at another origin",
        ),
        (
            Box::new(|url| metadata(url, &url.replace("127.0.0.1", "127.0.0.2"))),
            "it wants to be asked at another origin",
        ),
        (
            Box::new(|url| metadata(url, &format!("{url}/decide?as=admin"))),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|url| metadata(url, "http://127.0.0.1:0/decide")),
            "the URL it wants to be asked at is refused",
        ),
        (
            Box::new(|_| json(r#"{"policy_decision_point":["http://127.0.0.1"]}"#)),
            "`policy_decision_point` in the reply is an array",
        ),
        (Box::new(|url| metadata(url, "/decide")), "the URL it wants to be asked at is refused"),
        (Box::new(|url| metadata(url, "")), "`access_evaluation_endpoint` in the reply is blank"),
        (
            Box::new(|url| json(format!(r#"{{"policy_decision_point":"{url}"}}"#))),
            "the reply has no `access_evaluation_endpoint`",
        ),
        (Box::new(|_| json("{}")), "the reply has no `policy_decision_point`"),
        (Box::new(|_| json("[]")), "not a JSON object"),
        (Box::new(|_| reply("404 Not Found", "", "")), "status 404"),
        (
            Box::new(|_| reply("302 Found", "Location: /elsewhere\r\n", "")),
            "redirects are not followed",
        ),
        (
            Box::new(|url| {
                let text = metadata(url, url);
                String::from_utf8(text).unwrap().replace("application/json", "text/html").into()
            }),
            "is not `application/json` but",
        ),
    ];
    for (made, detail) in rows {
        let server = describing(made);
        let error = authzen(&server.url()).retries(0).discover().await.unwrap_err();
        let HttpError::Discovery { detail: said } = &error else { panic!("{error}") };
        assert!(said.contains(detail), "`{detail}` is not in: {said}");
        assert!(!error.to_string().contains("tok_"), "{error}");
        assert!(error.to_string().contains("\nhelp: "), "{error}");
        assert_eq!(server.seen().len(), 1, "another path was tried");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn nobody_there_is_an_error() {
    let server = Server::start(|_, _| Step::Stall(Vec::new()));
    let slow = authzen(&server.url()).deadline(Duration::from_millis(100)).discover().await;
    assert!(slow.unwrap_err().to_string().contains("no answer within 100ms"));
    let url = server.url();
    drop(server);
    let nobody = authzen(&url).discover().await.unwrap_err();
    assert!(nobody.to_string().contains("Connection refused"), "{nobody}");
    let refused = authzen("http://pdp.example.com").discover().await.unwrap_err();
    assert!(matches!(refused, HttpError::Endpoint { .. }), "{refused}");
}
