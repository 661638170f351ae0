//! Open Policy Agent's own evaluator, behind its data API: what it decides, how it fails, and how it
//! comes back.
//!
//! There is no package with OPA's server, only one with its evaluator; `peers/servers/opa_shim.py`
//! puts the API around it. The policies are in `peers/policies/opa`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bound;
mod decides;
mod failing_builtin;
mod outages;

use std::sync::Arc;

use failclosed::{
    Authority,
    http::{Dialect, HttpAuthority, Opa},
};
use failclosed_peers::server::Server;
use failclosed_tests::Rig;

fn rule(rule: &str) -> Opa {
    Opa::rule(rule).unwrap()
}

/// Shared, because what was kept open to a server that goes away is part of the proof.
fn authority<D: Dialect>(server: &Server, dialect: D) -> Arc<HttpAuthority<D>> {
    let builder = HttpAuthority::builder(dialect).endpoint(format!("http://{}", server.address));
    Arc::new(builder.build().unwrap())
}

fn remote(authority: impl Authority + 'static) -> Rig {
    Rig::with(authority).keeps_connections()
}
