//! Sub-agents in Cedar: each of the chain is a principal, and the chain is in the context.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use std::sync::atomic::AtomicUsize;

use cedar_common::{POLICIES, SCHEMA, Shop, authority, lunch};
use failclosed_runtime::{Cause, Subject, cedar::CedarAuthority};

const CLERKS: &str = r#"
    @id("clerks")
    permit(principal == Agent::"clerk", action == Action::"purchase", resource);
    @id("nothing-for-mallory")
    forbid(principal, action, resource)
    when { context has delegated_by && context.delegated_by.contains(Agent::"mallory") };
"#;

fn with_chain(policies: &str) -> CedarAuthority {
    let schema =
        SCHEMA.replace("on_behalf_of?: User", "on_behalf_of?: User, delegated_by?: Set<Agent>");
    CedarAuthority::builder(schema, policies).resource_type("Vendor").build().unwrap()
}

fn delegate(top: &Shop, id: &str) -> Shop {
    let guard = top.guard.delegate(Subject::agent(id).unwrap());
    Shop { guard, log: top.log.clone(), bodies: AtomicUsize::new(0) }
}

#[tokio::test]
async fn both_must_be_permitted() {
    let policies = format!("{POLICIES}{CLERKS}");
    let shopper = Shop::new(with_chain(&policies));
    let record = delegate(&shopper, "clerk").allowed(lunch()).await;
    assert_eq!(record.rule.as_deref(), Some("clerks; shopping"));
    // The shopper may, and the sub-agent may not.
    delegate(&shopper, "stranger").denied(lunch(), Cause::Denied).await;
    // The clerk may, and who delegated may not.
    let agent = Subject::agent("stranger").unwrap();
    let stranger = Shop::of(agent, with_chain(&policies));
    let record = delegate(&stranger, "clerk").denied(lunch(), Cause::Denied).await;
    assert!(record.detail.unwrap().starts_with("asked for \"stranger\", which delegated this"));
    // Both may, and a policy reads the chain.
    let both = policies.replace(r#"principal == Agent::"clerk""#, "principal");
    let mallory = Shop::of(Subject::agent("mallory").unwrap(), with_chain(&both));
    mallory.allowed(lunch()).await;
    let record = delegate(&mallory, "clerk").denied(lunch(), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("nothing-for-mallory"));
}

#[tokio::test]
async fn a_schema_without_a_place_for_the_chain_denies() {
    let policies = format!("{POLICIES}{}", CLERKS.split("@id(\"nothing").next().unwrap());
    let shopper = Shop::new(authority(&policies));
    shopper.allowed(lunch()).await;
    let record = delegate(&shopper, "clerk").denied(lunch(), Cause::Malformed).await;
    let detail = record.detail.unwrap();
    assert!(detail.contains("declare `delegated_by?: Set<Agent>` in the context"), "{detail}");
}
