//! Killed, stopped, restarted: each is a denial, and the next healthy call works.

use failclosed::Cause;
use failclosed_tests::{Running, Shop};

use crate::{VENDOR, allowed, authority, load, loaded, remote};

async fn charge(shop: &Shop) -> Result<u64, failclosed::Denial> {
    shop.charge(VENDOR, 742).await
}

async fn denied(running: &Running, cause: Cause) {
    let denial = charge(&running.shop).await.unwrap_err();
    running.denied(&denial, cause);
}

/// A server that comes back empty does not know the question, which is no yes either.
#[tokio::test]
async fn killed_it_is_unavailable_and_loaded_again_it_decides() {
    let mut server = loaded();
    let authority = authority(&server);
    allowed(&remote(authority.clone()).build(), VENDOR).await;
    server.kill();
    remote(authority.clone()).denies_call(Cause::Unavailable, charge).await;
    let running = remote(authority).build();
    denied(&running, Cause::Unavailable).await;

    server.restart();
    denied(&running, Cause::Unavailable).await;
    load(&server);
    allowed(&running, VENDOR).await;
}

#[tokio::test]
async fn stopped_it_times_out_and_goes_on() {
    let server = loaded();
    let authority = authority(&server);
    allowed(&remote(authority.clone()).build(), VENDOR).await;
    server.stop();
    remote(authority.clone()).denies_call(Cause::TimedOut, charge).await;
    let running = remote(authority).build();
    denied(&running, Cause::TimedOut).await;

    server.go_on();
    allowed(&running, VENDOR).await;
}
