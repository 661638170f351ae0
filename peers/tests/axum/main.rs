//! The example `axum_service`, as it is, against HTTP clients that other people wrote: Python's httpx
//! and Node's own fetch; and with a permission server that other people wrote, Cerbos.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod callers;
mod crowd;
mod decides;
mod gone;
mod outages;

use failclosed_peers::{
    example::Example,
    http::{Client, Reply},
    server::Server,
};

const SERVICE: &str = env!("CARGO_BIN_EXE_axum_service_example");

const CLIENTS: [Client; 2] = [Client::Httpx, Client::Fetch];

const ALICE: &str = "alices-token";
const MALLORY: &str = "mallorys-token";

/// The service, whose policies are in it.
fn service() -> (Example, String) {
    Example::listening(SERVICE, &["0"])
}

/// The service, which asks this server.
fn asking(server: &Server) -> (Example, String) {
    let authority = format!("http://{}", server.address);
    Example::listening(SERVICE, &["0", "--authority", &authority])
}

/// A denial: its document says no more than it should, no body ran, and there is one more decision on
/// record, which is the one that the caller was told of. Gives the document's text.
fn denied(service: &Example, before: usize, reply: &Reply, status: u16, cause: &str) -> String {
    let problem = reply.problem(status, cause);
    let decisions = service.decisions();
    assert_eq!(decisions.len(), before + 1, "{reply:?}");
    let recorded = &decisions[before];
    assert_eq!((&recorded["verdict"], &recorded["cause"]), (&"deny".into(), &cause.into()));
    assert_eq!(problem["call"], recorded["call"], "{reply:?}");
    for operators in ["digest", "detail", "rule", "decision_id"] {
        let Some(known) = recorded[operators].as_str() else { continue };
        assert!(!reply.body.contains(known), "{operators}: {reply:?}");
    }
    for known in ["127.", "authzen", "alice", "shopper"] {
        assert!(!reply.body.contains(known), "{known}: {reply:?}");
    }
    problem["detail"].as_str().unwrap().to_owned()
}

/// A purchase that is made, once.
fn bought(service: &Example, before: usize, reply: &Reply) {
    assert_eq!((reply.status, reply.kind.as_str()), (200, "application/json"), "{reply:?}");
    assert_eq!(reply.body, r#"{"receipt":"80.00 EUR at coachella.com"}"#);
    let decisions = service.decisions();
    assert_eq!(decisions.len(), before + 1);
    assert_eq!(decisions[before]["verdict"], "allow");
}
