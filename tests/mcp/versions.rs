//! A server written with another major version of rmcp: the attribute needs no adapter, and what a
//! denial is there the program says itself.

use std::sync::atomic::{AtomicUsize, Ordering};

use failclosed::{
    Decision, Denial, Guard, HasGuard, Subject, audit::MemoryLog, authority::answer_fn, guarded,
    requires_permission,
};
use rmcp_2::{
    ErrorData,
    model::{CallToolResult, ContentBlock},
};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
    bodies: AtomicUsize,
}

/// As `failclosed::mcp::tool_error` for rmcp 3.
fn denied(denial: Denial) -> Result<CallToolResult, ErrorData> {
    Ok(CallToolResult::error(vec![ContentBlock::text(denial.to_string())]))
}

#[guarded(on_denied = denied)]
impl Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, cents: u64) -> Result<CallToolResult, ErrorData> {
        self.bodies.fetch_add(1, Ordering::SeqCst);
        Ok(CallToolResult::success(vec![ContentBlock::text(cents.to_string())]))
    }
}

#[tokio::test]
async fn a_server_with_another_rmcp_is_guarded_and_says_itself_what_a_denial_is() {
    for bodies in [0, 1] {
        let authority = answer_fn(move |_| match bodies {
            1 => Decision::allow().into(),
            _ => Decision::deny("too much").into(),
        });
        let log = MemoryLog::new();
        let subject = Subject::agent("shopper").unwrap();
        let guard = Guard::builder(subject, authority, log.clone());
        let guard = failclosed::danger::unchecked(guard, "a test").unwrap();
        let shop = Shop { guard, bodies: AtomicUsize::new(0) };
        let said = shop.charge(742).await.unwrap();
        assert_eq!(said.is_error, Some(bodies == 0));
        assert_eq!(shop.bodies.load(Ordering::SeqCst), bodies);
        assert_eq!(log.entries().len(), 1 + bodies);
    }
}
