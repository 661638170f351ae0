//! Cerbos 0.55, a real AuthZEN server: what it decides, how it fails, and how it comes back.
//!
//! Each test starts a server of its own. Its policies are in `peers/policies/cerbos`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod certification;
mod crowd;
mod decides;
mod erring_rule;
mod outages;
mod tls;

use std::sync::Arc;

use failclosed::{
    Authority,
    http::{AuthZen, HttpAuthority, HttpBuilder},
};
use failclosed_peers::server::Server;
use failclosed_tests::Rig;

fn remote(authority: impl Authority + 'static) -> Rig {
    Rig::with(authority).keeps_connections()
}

fn authzen() -> AuthZen {
    AuthZen::new().resource_type("vendor")
}

fn builder(server: &Server) -> HttpBuilder<AuthZen> {
    HttpAuthority::builder(authzen()).endpoint(format!("http://{}", server.address))
}

/// Shared, because what was kept open to a server that goes away is part of the proof.
fn authority(server: &Server) -> Arc<HttpAuthority<AuthZen>> {
    Arc::new(builder(server).build().unwrap())
}
