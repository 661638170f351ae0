//! MCP servers with a guard, against clients that other people wrote: the official SDKs for
//! TypeScript (both generations) and Python, and the inspector. Both protocols, both transports.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod attacks;
mod gone;
mod results;
mod sessions;
mod slow;

/// The server under test.
const SHOP: &str = env!("CARGO_BIN_EXE_mcp_shop");
/// The example.
const EXAMPLE: &str = env!("CARGO_BIN_EXE_mcp_server_example");
