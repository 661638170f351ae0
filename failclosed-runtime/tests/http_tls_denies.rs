//! Who is believed to be the authority.
#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod http_common;

use std::{io::Write, time::Duration};

use failclosed_runtime::Cause;
use http_common::{
    Server, Shop, Step, TOKEN, authzen,
    certificates::{Ca, Identity},
    json,
    server::healthy,
};
use rustls::{ServerConfig, version::TLS12};

/// A server that says yes behind this certificate.
fn serving(identity: &Identity) -> Server {
    Server::start_tls(identity.config(None), |_, _| healthy())
}

async fn refuses(server: &Server, url: String, trusted: &Ca, detail: &str) {
    let shop = Shop::new(authzen(&url).ca_certificate(trusted.pem()).build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains(detail), "`{detail}` is not in: {told}");
    assert_eq!(server.seen().len(), 0, "a question was put to who knows whom");
}

#[tokio::test]
async fn the_authority_of_a_trusted_ca_is_asked() {
    let ca = Ca::new("ours");
    let server = serving(&ca.server("localhost"));
    let shop = Shop::new(authzen(&server.named_url()).ca_certificate(ca.pem()).build().unwrap());
    for _ in 0..3 {
        shop.allowed().await;
    }
    assert_eq!(server.connections(), 1, "one handshake");

    let server = serving(&ca.server("127.0.0.1"));
    let shop = Shop::new(authzen(&server.url()).ca_certificate(ca.pem()).build().unwrap());
    shop.allowed().await;
}

#[tokio::test]
async fn a_ca_that_is_not_trusted_vouches_for_nobody() {
    let server = serving(&Ca::new("other").server("localhost"));
    refuses(&server, server.named_url(), &Ca::new("ours"), "UnknownIssuer").await;
    // Nor by taking its name.
    refuses(&server, server.named_url(), &Ca::new("other"), "BadSignature").await;
    // Nor do the public roots vouch for it, which count where none is given.
    let shop = Shop::new(authzen(&server.named_url()).build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("UnknownIssuer"), "{told}");
    // It is not asked again: a certificate does not get better.
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn several_cas_may_vouch() {
    let (first, second) = (Ca::new("one"), Ca::new("other"));
    for ca in [&first, &second] {
        let server = serving(&ca.server("localhost"));
        let authority = authzen(&server.named_url());
        let both = authority.ca_certificate(first.pem()).ca_certificate(second.pem());
        Shop::new(both.build().unwrap()).allowed().await;
        let bundle = format!("{}{}", first.pem(), second.pem());
        let authority = authzen(&server.named_url()).ca_certificate(bundle);
        Shop::new(authority.build().unwrap()).allowed().await;
    }
}

#[tokio::test]
async fn a_certificate_is_for_its_host() {
    let ca = Ca::new("ours");
    for name in ["pdp.example.com", "*.localhost", "localhost.example.com"] {
        let server = serving(&ca.server(name));
        refuses(&server, server.named_url(), &ca, "certificate not valid for name").await;
    }
    let server = serving(&ca.server("localhost"));
    refuses(&server, server.url(), &ca, "certificate not valid for name").await;
}

#[tokio::test]
async fn a_certificate_is_for_its_time() {
    let ca = Ca::new("ours");
    let expired = serving(&ca.server_between("localhost", (2019, 2020)));
    refuses(&expired, expired.named_url(), &ca, "certificate expired").await;
    let early = serving(&ca.server_between("localhost", (2089, 2090)));
    refuses(&early, early.named_url(), &ca, "certificate not valid yet").await;
}

#[tokio::test]
async fn a_clients_certificate_is_no_servers() {
    let ca = Ca::new("ours");
    let server = serving(&ca.client("localhost"));
    refuses(&server, server.named_url(), &ca, "certificate").await;
}

#[tokio::test]
async fn plain_http_on_the_port_of_tls_is_no_answer() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let yes = json(r#"{"decision":true}"#);
        while let Ok((mut stream, _)) = listener.accept() {
            drop(stream.write_all(&yes));
        }
    });
    let shop = Shop::new(authzen(&url).build().unwrap());
    let told = shop.denied(Cause::Unavailable).await;
    assert!(told.contains("corrupt message"), "{told}");
}

#[tokio::test]
async fn tls_on_the_port_of_plain_http_is_no_answer() {
    let server = serving(&Ca::new("ours").server("localhost"));
    let shop = Shop::new(authzen(&server.url().replace("https://", "http://")).build().unwrap());
    let denial = shop.buy(http_common::lunch()).await.unwrap_err();
    assert!(matches!(denial.cause(), Cause::Malformed | Cause::Unavailable), "{denial:?}");
    assert_eq!((shop.bodies(), server.seen().len()), (0, 0));
}

/// T6: the connection ends without TLS having said so.
#[tokio::test]
async fn a_reply_that_tls_did_not_finish_is_not_whole() {
    let ca = Ca::new("ours");
    let whole = json(r#"{"decision":true}"#);
    let cut = whole[..whole.len() - 1].to_vec();
    let unframed =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"decision\":true}".to_vec();
    for (answer, cause) in [(cut, Cause::Unavailable), (unframed, Cause::Malformed)] {
        let identity = ca.server("localhost");
        let server =
            Server::start_tls(identity.config(None), move |_, _| Step::Close(answer.clone()));
        let authority = authzen(&server.named_url()).ca_certificate(ca.pem());
        let shop = Shop::new(authority.build().unwrap());
        shop.denied(cause).await;
        server.repair();
        shop.allowed().await;
    }
}

#[tokio::test]
async fn an_authority_may_ask_who_connects() {
    let (ca, clients) = (Ca::new("one"), Ca::new("other"));
    let server = Server::start_tls(ca.server("localhost").config(Some(&clients)), |_, _| healthy());
    let authority = || authzen(&server.named_url()).ca_certificate(ca.pem());

    let ours = clients.client("shopper");
    let known = authority().client_identity(&ours.certificate, &ours.key);
    Shop::new(known.build().unwrap()).allowed().await;
    assert_eq!(server.seen().len(), 1);

    let stranger = Ca::new("stranger").client("shopper");
    for builder in [authority(), authority().client_identity(&stranger.certificate, &stranger.key)]
    {
        let shop = Shop::new(builder.build().unwrap());
        shop.denied(Cause::Unavailable).await;
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn tls_1_2_will_do() {
    let ca = Ca::new("ours");
    let identity = ca.server("localhost");
    let modern = identity.config(None);
    let config = ServerConfig::builder_with_provider(modern.crypto_provider().clone())
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(modern.cert_resolver.clone());
    let server = Server::start_tls(config, |_, _| healthy());
    let authority = authzen(&server.named_url()).ca_certificate(ca.pem());
    Shop::new(authority.build().unwrap()).allowed().await;
}

#[tokio::test]
async fn a_handshake_that_hangs_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let authority = authzen(&url).deadline(Duration::from_millis(200));
    let shop = Shop::new(authority.build().unwrap());
    let told = shop.denied(Cause::TimedOut).await;
    assert!(told.contains("no answer within 200ms") && !told.contains(TOKEN), "{told}");
}
