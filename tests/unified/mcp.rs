//! MCP servers with a guard, where other crates switched on what they could: the same proofs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../mcp/answers.rs"]
mod answers;
#[path = "../mcp/bound.rs"]
mod bound;
#[path = "../mcp/faults.rs"]
mod faults;
#[path = "../mcp/hints.rs"]
mod hints;
#[path = "../mcp/order.rs"]
mod order;
#[path = "../mcp/raw.rs"]
mod raw;
#[path = "../mcp/replies.rs"]
mod replies;
#[path = "../mcp/server.rs"]
mod server;
#[path = "../mcp/travels.rs"]
mod travels;
#[path = "../mcp/waits.rs"]
mod waits;
