//! MCP servers with a guard, in process: attribute order, results, hints. The proofs against clients
//! that other people wrote are in `peers/tests/mcp`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod bound;
mod came_with;
mod faults;
mod hints;
mod order;
mod progress;
mod quota;
mod raw;
mod replies;
mod server;
mod travels;
mod versions;
mod waits;

/// What must not compile. Each has a twin that does, without its offending lines.
#[test]
fn tools_without_a_guard_do_not_compile() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

#[allow(dead_code, unreachable_pub, reason = "they only have to compile")]
mod twins {
    mod answer_with_a_result_of_another_rmcp {
        include!("ui/pass/answer_with_a_result_of_another_rmcp.rs");
    }
    mod return_a_type_of_another_rmcp {
        include!("ui/pass/return_a_type_of_another_rmcp.rs");
    }
    mod forget_a_tool {
        include!("ui/pass/forget_a_tool.rs");
    }
    mod guard_a_tool_under_a_condition {
        include!("ui/pass/guard_a_tool_under_a_condition.rs");
    }
    mod deny_with_a_protocol_error {
        include!("ui/pass/deny_with_a_protocol_error.rs");
    }
}
