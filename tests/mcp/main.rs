//! MCP servers with a guard, in process: attribute order, results, hints. The proofs against clients
//! that other people wrote are in `peers/tests/mcp`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod hints;
mod order;
mod replies;
mod server;
