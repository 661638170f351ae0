//! A person who takes longer than their client waits for a tool.

use failclosed_peers::mcp::{Client, Era, Server, call};
use serde_json::{Value, json};

use crate::SHOP;

/// The official SDK, told to give up after two seconds without progress; the person needs more than
/// twice as long.
fn answers_late(server: &Server, cents: u64) -> (Option<Value>, Vec<Value>) {
    let call = call("slow", "buy", cents).answered(json!("slow")).giving_up_after(2_000);
    let mut seen = server.called_by(Client::TypeScriptV1, Era::Legacy, true, &[call]);
    assert_eq!(seen.len(), 1);
    let seen = seen.remove(0);
    (seen.result, seen.progress)
}

#[test]
fn a_client_that_hears_of_progress_waits_for_its_person() {
    for server in [Server::stdio(SHOP, &["progress=200"]), Server::http(SHOP, &["progress=200"])] {
        let (result, progress) = answers_late(&server, 900);
        let result = result.expect("the client waited");
        assert_eq!(result["structuredContent"]["paid"], 900, "{result}");
        assert_eq!((server.log.bodies(900), server.log.decisions(900)), (1, vec!["allow".into()]));
        let told: Vec<_> = progress.iter().map(|told| told["progress"].as_f64().unwrap()).collect();
        assert!(told.len() >= 5 && told.is_sorted_by(|one, next| one < next), "{told:?}");
    }
}

/// And one that hears nothing gives up: what the person says then is lost, and nothing runs.
#[test]
fn a_client_that_hears_nothing_gives_up() {
    let server = Server::stdio(SHOP, &["progress=60000"]);
    let (result, progress) = answers_late(&server, 901);
    assert_eq!((result, progress), (None, vec![]));
    // The client ends the server with its connection: the record of it may be cut short.
    assert!(server.log.decisions(901).iter().all(|decision| decision != "allow"));
    assert_eq!(server.log.bodies(901), 0);
}
