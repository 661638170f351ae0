//! The client goes away while its person is being asked.

use failclosed_peers::mcp::{Client, Era, Server, call};
use serde_json::json;

use crate::SHOP;

const CLIENTS: [(Client, Era); 5] = [
    (Client::TypeScriptV1, Era::Legacy),
    (Client::TypeScriptV2, Era::Legacy),
    (Client::Python, Era::Legacy),
    (Client::TypeScriptV2, Era::Modern),
    (Client::Python, Era::Modern),
];

/// A call that waits is denied; one that ended with its question is not made again.
fn left(server: &Server, client: Client, era: Era, cents: u64) {
    let seen =
        server.called_by(client, era, true, &[call("ask", "buy", cents).answered(json!("exit"))]);
    assert!(seen.is_empty(), "{client:?} did not leave: {seen:?}");
    let decisions = server.log.wait_for_decisions(cents, 1);
    let [decision] = decisions.as_slice() else { panic!("{client:?} {era:?}: {decisions:?}") };
    let expected: &[&str] = match era {
        // Which of the two it learns first, that the call or that the connection is over, or that
        // nobody has answered, depends on the transport.
        Era::Legacy => &["unavailable", "timed_out"],
        Era::Modern => &["needs_approval"],
    };
    assert!(expected.contains(&decision.as_str()), "{client:?} {era:?}: {decision}");
    assert_eq!(server.log.bodies(cents), 0);
}

#[test]
fn over_stdio() {
    for (client, era) in CLIENTS {
        // The server is its child, and ends with it.
        let server = Server::stdio(SHOP, &[]);
        left(&server, client, era, 100);
        let seen = server.called_by(client, era, true, &[call("after", "buy", 1)]);
        assert_eq!((seen.len(), server.log.bodies(1)), (1, 1));
    }
}

#[test]
fn over_http() {
    let server = Server::http(SHOP, &["patience=1500"]);
    for (index, (client, era)) in (0..).zip(CLIENTS) {
        left(&server, client, era, 100 + index);
        let seen = server.called_by(client, era, true, &[call("after", "buy", 1 + index)]);
        assert_eq!((seen.len(), server.log.bodies(1 + index)), (1, 1));
    }
}
