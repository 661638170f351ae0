//! A sub-agent's call is several questions to a remote authority, and no answer is to two of them.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use std::sync::atomic::AtomicUsize;

use failclosed_runtime::{Cause, Subject};
use http_common::{Server, Shop, Step, authzen, reply};

/// An authority that says yes, and repeats the id of the question after this was done to it.
fn echoing(id: fn(&str) -> &str) -> Server {
    Server::start(move |_, seen| {
        let id = id(seen.header("x-request-id").unwrap());
        let headers = format!("Content-Type: application/json\r\nX-Request-ID: {id}\r\n");
        Step::Say(reply("200 OK", &headers, r#"{"decision":true}"#))
    })
}

fn shop(server: &Server) -> Shop {
    Shop::new(authzen(&server.url()).demand_request_id().build().unwrap())
}

/// The same shop, for a sub-agent of a sub-agent. It lasts as long as the guards that are given with it.
fn below(top: &Shop) -> (Shop, failclosed_runtime::Guard) {
    let agent = |id| Subject::agent(id).unwrap();
    let middle = top.guard.delegate(agent("buyer"));
    let guard = middle.delegate(agent("clerk"));
    (Shop { guard, log: top.log.clone(), bodies: AtomicUsize::new(0) }, middle)
}

#[tokio::test]
async fn each_of_the_chain_is_asked_under_an_id_of_its_own() {
    let server = echoing(|id| id);
    let top = shop(&server);
    let (low, _middle) = below(&top);
    let record = low.allowed().await;
    let mut ids: Vec<_> =
        server.seen().iter().map(|seen| seen.header("x-request-id").unwrap().to_owned()).collect();
    ids.sort();
    assert_eq!(
        ids,
        [record.call.clone(), format!("{}.1", record.call), format!("{}.2", record.call)]
    );
}

/// Replayed, or mixed up on the way: the yes to the sub-agent is none to who delegated.
#[tokio::test]
async fn a_yes_to_one_is_no_yes_to_another() {
    let server = echoing(|id| id.split('.').next().unwrap());
    let top = shop(&server);
    top.allowed().await;
    let (low, _middle) = below(&top);
    let told = low.denied(Cause::Malformed).await;
    assert!(told.contains("to another question"), "{told}");
}
