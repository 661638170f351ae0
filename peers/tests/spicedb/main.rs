//! SpiceDB's own engine, behind its HTTP gateway's API: what it decides, how it fails, and how it
//! comes back.
//!
//! There is no package with SpiceDB's server, only one with its engine; `peers/servers/
//! spicedb_bridge.py` puts the API around it. The schema is `peers/policies/spicedb.zed`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod decides;
mod outages;

use std::sync::Arc;

use failclosed::{
    Authority,
    http::{HttpAuthority, SpiceDb},
};
use failclosed_peers::{
    server::{Server, http},
    servers::{policies, spicedb},
};
use failclosed_tests::{Rig, Running};
use serde_json::{Value, json};

/// SpiceDB has no ids with a dot, so the vendor of the other proofs has no domain here.
const VENDOR: &str = "coachella";

/// A relationship that makes somebody a buyer, and what is done with it.
fn buyer(operation: &str, vendor: &str, user: &str, caveat: Value) -> Value {
    json!({"operation": operation, "relationship": {
        "resource": {"objectType": "vendor", "objectId": vendor},
        "relation": "buyer",
        "subject": {"object": {"objectType": "user", "objectId": user}},
        "optionalCaveat": caveat,
    }})
}

fn write(server: &Server, what: &str, body: Value) {
    let path = format!("/v1/{what}/write");
    let (status, reply) = http(server.address, "POST", &path, &body.to_string()).unwrap();
    assert_eq!(status, 200, "{path}: {reply}");
}

fn load(server: &Server) {
    let schema = std::fs::read_to_string(policies("spicedb.zed")).unwrap();
    write(server, "schema", json!({ "schema": schema }));
    let within = json!({"caveatName": "within", "context": {"limit": 1000}});
    let updates = [
        buyer("OPERATION_TOUCH", VENDOR, "alice", within),
        buyer("OPERATION_TOUCH", "glastonbury", "alice", json!({"caveatName": "in_season"})),
        buyer("OPERATION_TOUCH", "roskilde", "alice", Value::Null),
    ];
    write(server, "relationships", json!({ "updates": updates }));
}

fn revoke(server: &Server, vendor: &str) {
    let revoked = buyer("OPERATION_DELETE", vendor, "alice", Value::Null);
    write(server, "relationships", json!({"updates": [revoked]}));
}

fn loaded() -> Server {
    let server = spicedb();
    load(&server);
    server
}

/// Shared, because what was kept open to a server that goes away is part of the proof.
fn authority(server: &Server) -> Arc<HttpAuthority<SpiceDb>> {
    let dialect = SpiceDb::new().resource_type("vendor").default_resource("app", "shop");
    let builder = HttpAuthority::builder(dialect).endpoint(format!("http://{}", server.address));
    Arc::new(builder.build().unwrap())
}

fn remote(authority: impl Authority + 'static) -> Rig {
    Rig::with(authority).keeps_connections()
}

/// A call of this guard runs its body, once.
async fn allowed(running: &Running, vendor: &str) {
    let before = running.shop.bodies();
    assert_eq!(running.shop.charge(vendor, 742).await.unwrap(), 742);
    assert_eq!(running.shop.bodies(), before + 1);
}
