//! MCP servers with a guard, in process: attribute order, results, hints. The proofs against clients
//! that other people wrote are in `tests/mcp`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod hints;
mod order;
mod replies;
mod server;

/// What must not compile, each beside a twin that does.
#[test]
fn tools_without_a_guard_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
