//! A policy that fails while it is evaluated: the engine skips it, we do not.
#![cfg(feature = "cedar")]
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod cedar_common;

use cedar_common::{Asked, POLICIES, Purchase, SCHEMA, Shop, authority, lunch};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, PolicySet, Request, RestrictedExpression, Schema,
    ValidationMode, Validator,
};
use failclosed_runtime::Cause;

/// A limit on twice the amount, which an amount near the largest integer overflows.
const DISARMED: &str = r#"
    @id("anything") permit(principal, action == Action::"purchase", resource);
    @id("limit") forbid(principal, action == Action::"purchase", resource)
    when { context.amount * 2 > 50000 };
"#;

fn huge() -> Purchase {
    Purchase(Asked::default().with("amount", i64::MAX).on("Vendor", "deli.example"))
}

/// What the engine says to the same request, checked and validated as strictly as it can be.
fn raw(policies: &str, amount: i64) -> (Decision, usize) {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
    let policies: PolicySet = policies.parse().unwrap();
    let validated = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    assert!(validated.validation_passed_without_warnings());
    let context =
        Context::from_pairs([("amount".to_owned(), RestrictedExpression::new_long(amount))])
            .unwrap();
    let request = Request::new(
        r#"Agent::"shopper""#.parse().unwrap(),
        r#"Action::"purchase""#.parse().unwrap(),
        r#"Vendor::"deli.example""#.parse().unwrap(),
        context,
        Some(&schema),
    )
    .unwrap();
    let entities = Entities::from_entities([], Some(&schema)).unwrap();
    let response = Authorizer::new().is_authorized(&request, &policies, &entities);
    (response.decision(), response.diagnostics().errors().count())
}

#[tokio::test]
async fn an_erring_forbid_denies() {
    assert_eq!(raw(DISARMED, i64::MAX), (Decision::Allow, 1), "the engine's answer has changed");

    let shop = Shop::new(authority(DISARMED));
    shop.malformed(huge(), "policies failed while they were evaluated").await;
    let record = shop.denied(huge(), Cause::Malformed).await;
    let detail = record.detail.unwrap();
    assert!(detail.contains("`limit`") && detail.contains("overflow"), "{detail}");
    // Where it does not fail, it is the limit it looks like.
    let over = Purchase(Asked::default().with("amount", 25_001).on("Vendor", "deli.example"));
    assert_eq!(shop.denied(over, Cause::Denied).await.rule.as_deref(), Some("limit"));
}

#[tokio::test]
async fn an_erring_permit_denies() {
    let policies = r#"
        @id("fine") permit(principal, action == Action::"purchase", resource);
        @id("broken") permit(principal, action == Action::"purchase", resource)
        when { context.amount * 2 > 0 };
    "#;
    assert_eq!(raw(policies, i64::MAX), (Decision::Allow, 1));
    Shop::new(authority(policies)).malformed(huge(), "`broken`").await;
}

#[tokio::test]
async fn an_erring_permit_and_no_other_denies() {
    let policies = r#"
        @id("broken") permit(principal, action == Action::"purchase", resource)
        when { context.amount * 2 > 0 };
    "#;
    assert_eq!(raw(policies, i64::MAX), (Decision::Deny, 1));
    Shop::new(authority(policies)).malformed(huge(), "`broken`").await;
}

#[tokio::test]
async fn a_forbid_beside_an_erring_policy_denies() {
    let policies = format!(
        r#"{DISARMED}
        @id("deli") forbid(principal, action, resource == Vendor::"deli.example");"#
    );
    let shop = Shop::new(authority(&policies));
    let record = shop.denied(huge(), Cause::Denied).await;
    assert_eq!(record.rule.as_deref(), Some("deli"));
    assert!(record.detail.unwrap().contains("`limit`"), "the operator must hear of the failure");
}

#[tokio::test]
async fn a_missing_entity_denies() {
    // Validated against the schema, and still: nobody told the engine about this vendor.
    let policies = r#"
        @id("anything") permit(principal, action == Action::"purchase", resource);
        @id("no-gambling") forbid(principal, action == Action::"purchase", resource)
        when { resource.category == "gambling" };
    "#;
    assert_eq!(raw(policies, 1200), (Decision::Allow, 1));
    let shop = Shop::new(authority(policies));
    let record = shop.denied(lunch(), Cause::Malformed).await;
    assert!(record.detail.unwrap().contains("`no-gambling`"));
}

#[tokio::test]
async fn an_erring_policy_of_another_action_is_no_matter() {
    let policies = format!(
        r#"{POLICIES}
        @id("broken") forbid(principal, action == Action::"refund", resource)
        when {{ context.amount * 9223372036854775807 > 5 }};"#
    );
    Shop::new(authority(&policies)).allowed(lunch()).await;
}
