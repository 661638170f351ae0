//! Killed, stopped, restarted: each is a denial, and the next healthy call works.

use failclosed::Cause;
use failclosed_peers::servers::opa;

use crate::{authority, remote, rule};

#[tokio::test]
async fn killed_it_is_unavailable_and_restarted_it_decides() {
    let mut server = opa();
    let authority = authority(&server, rule("shop/authz/allow"));
    remote(authority.clone()).build().healthy().await;
    server.kill();
    remote(authority.clone()).denies(Cause::Unavailable).await;
    let running = remote(authority).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    running.denied(&denial, Cause::Unavailable);
    server.restart();
    running.healthy().await;
}

#[tokio::test]
async fn stopped_it_times_out_and_goes_on() {
    let server = opa();
    let authority = authority(&server, rule("shop/authz/allow"));
    remote(authority.clone()).build().healthy().await;
    server.stop();
    remote(authority.clone()).denies(Cause::TimedOut).await;
    let running = remote(authority).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    running.denied(&denial, Cause::TimedOut);
    server.go_on();
    running.healthy().await;
}
