//! Guarded rig tools, called as rig calls them: by name, with JSON, in a run's context.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause, Denial, Guard, HasGuard, Subject,
    audit::MemoryLog,
    authority::{Answer, answer_fn},
    requires_permission,
    rig::guard_of,
};
use failclosed_tests::{
    authorities::{allow, ask, deny, error, hangs, panics},
    decisions,
};
use rig_core::tool::{PortableTool, Tool, ToolContext, ToolErrorKind, ToolExecutionError};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Order {
    vendor: String,
    cents: u64,
}

/// The guard is the run's.
#[derive(Default)]
struct OfTheRun(AtomicUsize);

impl Tool for OfTheRun {
    const NAME: &'static str = "purchase";
    type Args = Order;
    type Output = String;
    type Error = ToolExecutionError;

    fn description(&self) -> String {
        "Buys something".into()
    }

    fn parameters(&self) -> Value {
        json!({"type": "object"})
    }

    #[requires_permission(
        action = "purchase", guard = guard_of(context), skip(order),
        args(vendor = order.vendor, cents = order.cents)
    )]
    async fn call(
        &self,
        context: &mut ToolContext,
        order: Order,
    ) -> Result<String, ToolExecutionError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(format!("bought for {}", order.cents))
    }
}

/// The guard is the tool's.
#[derive(HasGuard)]
struct OfTheTool {
    #[guard]
    guard: Guard,
    bodies: AtomicUsize,
}

impl PortableTool for OfTheTool {
    const NAME: &'static str = "purchase";
    type Args = Order;
    type Output = String;
    type Error = Denial;

    fn description(&self) -> String {
        "Buys something".into()
    }

    fn parameters(&self) -> Value {
        json!({"type": "object"})
    }

    // Rig shows the model only "the tool failed" for an error that is not its own.
    fn map_error(&self, denial: Denial) -> ToolExecutionError {
        denial.into()
    }

    #[requires_permission(
        action = "purchase", args(vendor = order.vendor, cents = order.cents), skip(order)
    )]
    async fn call(&self, order: Order) -> Result<String, Denial> {
        self.bodies.fetch_add(1, Ordering::SeqCst);
        Ok(format!("bought for {}", order.cents))
    }
}

fn guard(authority: fn() -> Answer<'static>) -> (Guard, MemoryLog) {
    let log = MemoryLog::new();
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            answer_fn(move |_| authority()),
            log.clone(),
        )
        .deadline(Duration::from_millis(100)),
        "a test",
    )
    .unwrap();
    (guard, log)
}

fn order() -> Order {
    Order { vendor: "coachella.com".into(), cents: 742 }
}

const TABLE: [(fn() -> Answer<'static>, Cause); 5] = [
    (deny, Cause::Denied),
    (ask, Cause::NeedsApproval),
    (error, Cause::Unavailable),
    (panics, Cause::Unavailable),
    (hangs, Cause::TimedOut),
];

/// The model reads the safe text, the operator the rest, and nobody takes it for a result.
fn is_a_denial(failure: &ToolExecutionError, log: &MemoryLog, cause: Cause) {
    assert_eq!(failure.kind(), ToolErrorKind::PermissionDenied);
    assert!(!failure.is_refusal(), "rig does not count a refusal as an error");
    assert_eq!(failure.code(), Some(cause.as_str()));
    let denial = failure.downcast_ref::<Denial>().expect("the denial is the source");
    assert_eq!(denial.cause(), cause);
    assert_eq!(failure.model_feedback(), Some(denial.to_string().as_str()));
    let shown = format!("{:?}", failure.model_output());
    assert!(!shown.contains("connection refused"), "for the operator alone: {shown}");
    assert!(failure.message().contains(cause.as_str()), "{}", failure.message());
    assert_eq!(failure.retryable(), Some(denial.may_pass_later()));
    let recorded = decisions(log);
    assert_eq!(recorded.len(), 1);
    assert_eq!((recorded[0].verdict, recorded[0].cause), ("deny", Some(cause)));
    assert_eq!(recorded[0].call, denial.call_id().to_string());
}

#[tokio::test]
async fn a_tool_asks_the_guard_of_its_run() {
    let (guard, log) = guard(allow);
    let tool = OfTheRun::default();
    let mut run = ToolContext::new().with_scope(Arc::new(guard));
    assert_eq!(tool.call(&mut run, order()).await.unwrap(), "bought for 742");
    assert_eq!((tool.0.into_inner(), decisions(&log).len()), (1, 1));
    for (authority, cause) in TABLE {
        let (guard, log) = self::guard(authority);
        let tool = OfTheRun::default();
        let mut run = ToolContext::new().with_scope(Arc::new(guard));
        let failure = tool.call(&mut run, order()).await.unwrap_err();
        assert_eq!(tool.0.load(Ordering::SeqCst), 0, "the body ran");
        is_a_denial(&failure, &log, cause);
    }
}

#[tokio::test]
async fn a_tool_asks_its_own_guard() {
    let (guard, log) = guard(allow);
    let tool = OfTheTool { guard, bodies: AtomicUsize::new(0) };
    assert_eq!(PortableTool::call(&tool, order()).await.unwrap(), "bought for 742");
    assert_eq!((tool.bodies.into_inner(), decisions(&log).len()), (1, 1));
    for (authority, cause) in TABLE {
        let (guard, log) = self::guard(authority);
        let tool = OfTheTool { guard, bodies: AtomicUsize::new(0) };
        let denial = PortableTool::call(&tool, order()).await.unwrap_err();
        assert_eq!(tool.bodies.load(Ordering::SeqCst), 0, "the body ran");
        is_a_denial(&PortableTool::map_error(&tool, denial), &log, cause);
    }
}

/// What the model passed cannot be shown: the service is well, and the same call again is no use.
#[tokio::test]
async fn arguments_that_cannot_be_shown_are_not_called_an_outage() {
    let (guard, log) = guard(allow);
    let tool = OfTheRun::default();
    let mut run = ToolContext::new().with_scope(Arc::new(guard));
    let order = Order { vendor: "x".repeat(failclosed::Request::MAX_BYTES + 1), cents: 742 };
    let failure = tool.call(&mut run, order).await.unwrap_err();
    assert_eq!(tool.0.load(Ordering::SeqCst), 0, "the body ran");
    is_a_denial(&failure, &log, Cause::Malformed);
    assert_eq!(failure.retryable(), Some(false));
    let told = failure.model_feedback().unwrap();
    assert!(
        told.starts_with("Blocked: ") && told.ends_with("Do not repeat it unchanged."),
        "{told}"
    );
}

/// A run that nobody gave a guard.
#[tokio::test]
async fn a_run_without_a_guard_is_denied() {
    let tool = OfTheRun::default();
    let failure = tool.call(&mut ToolContext::new(), order()).await.unwrap_err();
    assert_eq!(tool.0.load(Ordering::SeqCst), 0, "the body ran");
    assert_eq!(failure.code(), Some("not_configured"));
}
