//! Killed, stopped, restarted: each is a denial, and the next healthy call works.

use std::sync::Arc;

use failclosed::{
    Cause,
    http::{AuthZen, HttpAuthority},
};
use failclosed_peers::{
    server::{Place, Server},
    servers::cerbos,
};
use failclosed_tests::{Proof, Running};

use crate::{authority, remote};

type Asking = Arc<HttpAuthority<AuthZen>>;

/// A server that has answered, over a connection that is kept.
async fn warm() -> (Server, Asking) {
    let server = cerbos("cerbos", &[]);
    let authority = authority(&server);
    healthy(&authority).await;
    (server, authority)
}

async fn healthy(authority: &Asking) {
    remote(authority.clone()).build().healthy().await;
}

/// A denied call of a guard whose authority recovers by itself, if at all.
async fn denied(authority: &Asking, cause: Cause) -> Running {
    let running = remote(authority.clone()).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    running.denied(&denial, cause);
    running
}

#[tokio::test]
async fn killed_it_is_unavailable_and_restarted_it_decides() {
    let (mut server, authority) = warm().await;
    server.kill();
    let Proof { denial, asked, .. } = remote(authority.clone()).denies(Cause::Unavailable).await;
    assert_eq!(asked, 1);
    let detail = denial.detail().unwrap();
    assert!(detail.starts_with("authzen at http://127."), "{detail}");
    let running = denied(&authority, Cause::Unavailable).await;

    server.restart();
    // The same guard, with the same authority.
    running.healthy().await;
    healthy(&authority).await;
}

#[tokio::test]
async fn stopped_it_times_out_and_goes_on() {
    let (server, authority) = warm().await;
    server.stop();
    let running = denied(&authority, Cause::TimedOut).await;
    remote(authority.clone()).denies(Cause::TimedOut).await;

    server.go_on();
    running.healthy().await;
    healthy(&authority).await;
}

/// Stopped, and killed while a question waits.
#[tokio::test]
async fn killed_while_it_is_asked_it_is_unavailable() {
    let (mut server, authority) = warm().await;
    server.stop();
    let running = remote(authority.clone()).build();
    let shop = running.shop.clone();
    let asking = tokio::spawn(async move { shop.charge("coachella.com", 742).await });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    if asking.is_finished() {
        panic!("a stopped server answered: {:?}", asking.await);
    }
    server.kill();
    let denial = asking.await.unwrap().unwrap_err();
    running.denied(&denial, Cause::Unavailable);

    server.restart();
    running.healthy().await;
}

#[tokio::test]
async fn where_nobody_listens_it_is_unavailable() {
    let place = Place::new();
    let builder = HttpAuthority::builder(crate::authzen());
    let nobody = builder.endpoint(format!("http://{}", place.port())).build().unwrap();
    remote(nobody).denies(Cause::Unavailable).await;
}

/// A restart between two calls is not a fault: the connection that was kept is closed, nothing was
/// answered on it, and AuthZEN may be asked again.
#[tokio::test]
async fn a_restart_between_two_calls_is_not_noticed() {
    let (mut server, authority) = warm().await;
    for _ in 0..3 {
        server.restart();
        healthy(&authority).await;
    }
}
