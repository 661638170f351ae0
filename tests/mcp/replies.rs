//! A denial as a protocol error, for hosts that have nothing else: three codes, and no detail.

use failclosed::{Cause, Decision, Denial, NoDecision, authority::Answer, mcp};
use failclosed_tests::{
    Rig,
    authorities::{Says, ask, deny, hangs},
};

const SECRET: &str = "postgres://admin:hunter2@10.0.0.7";

fn unavailable() -> Answer<'static> {
    NoDecision::unavailable(SECRET).into()
}

fn malformed() -> Answer<'static> {
    NoDecision::malformed(SECRET).into()
}

fn not_configured() -> Answer<'static> {
    NoDecision::not_configured(SECRET).into()
}

fn denied_with_detail() -> Answer<'static> {
    match Decision::deny("over the limit") {
        Decision::Deny(deny) => Decision::from(deny.with_detail(SECRET)).into(),
        Decision::Allow(_) | Decision::Ask(_) => unreachable!(),
    }
}

async fn denial(authority: fn() -> Answer<'static>, cause: Cause) -> Denial {
    Rig::with(Says(authority)).denies(cause).await.denial
}

/// OpenID AuthZEN, COAZ-MCP binding (draft, July 2026): denial, and no decision.
#[tokio::test(start_paused = true)]
async fn each_cause_has_its_code() {
    type Row = (fn() -> Answer<'static>, Cause, i32, &'static str);
    let rows: [Row; 7] = [
        (deny, Cause::Denied, -32001, "Blocked: over the limit"),
        (denied_with_detail, Cause::Denied, -32001, "Blocked: over the limit"),
        (
            ask,
            Cause::NeedsApproval,
            -32001,
            "Blocked: a person must approve this. (really buy it?)",
        ),
        (unavailable, Cause::Unavailable, -32603, "Authorization service unavailable"),
        (malformed, Cause::Malformed, -32603, "Authorization service unavailable"),
        (not_configured, Cause::NotConfigured, -32603, "Authorization service unavailable"),
        (hangs, Cause::TimedOut, -32603, "Authorization service unavailable"),
    ];
    for (authority, cause, code, message) in rows {
        let error = mcp::protocol_error(&denial(authority, cause).await);
        assert_eq!((error.code.0, &*error.message, &error.data), (code, message, &None), "{cause}");
    }
}

/// COAZ-MCP: a call that cannot be put as a question is the caller's fault.
#[tokio::test]
async fn arguments_that_cannot_be_shown_are_a_mapping_error() {
    let vendor = "x".repeat(failclosed::Request::MAX_BYTES + 1);
    let proof = Rig::with(Says(deny))
        .denies_call(Cause::Malformed, async |shop| shop.charge(&vendor, 1).await)
        .await;
    let error = mcp::protocol_error(&proof.denial);
    assert_eq!(error.code.0, -32602);
    let message =
        "the arguments are too large to show to whoever decides: ask for less in one call";
    assert_eq!(error.message, message);
}

/// What a client gets of a denial, in any form, has nothing that is for the operator.
#[tokio::test]
async fn no_detail_leaks() {
    let faults: [(fn() -> Answer<'static>, Cause); 4] = [
        (unavailable, Cause::Unavailable),
        (malformed, Cause::Malformed),
        (not_configured, Cause::NotConfigured),
        (denied_with_detail, Cause::Denied),
    ];
    for (authority, cause) in faults {
        let denial = denial(authority, cause).await;
        assert_eq!(denial.detail(), Some(SECRET));
        let result: Result<rmcp::model::CallToolResult, ()> = mcp::tool_error(denial.clone());
        let result = serde_json::to_string(&result.unwrap()).unwrap();
        let error = serde_json::to_string(&mcp::protocol_error(&denial)).unwrap();
        for text in [result, error] {
            assert!(!text.contains("hunter2") && !text.contains("10.0.0.7"), "{text}");
        }
    }
}
