//! What a rule decides, and what is no decision.

use failclosed::{
    Authority, Cause, Guard, Subject,
    error::{SelfCheckError, StartError},
};
use failclosed_peers::servers::opa;
use failclosed_tests::{Rig, Shop};

use crate::{authority, remote, rule};

#[tokio::test]
async fn within_the_limit_it_allows_and_otherwise_denies() {
    let server = opa();
    let rule = || rule("shop/authz/allow");
    remote(authority(&server, rule())).build().healthy().await;
    let above = async |shop: &Shop| shop.charge("coachella.com", 1001).await;
    remote(authority(&server, rule())).denies_call(Cause::Denied, above).await;
    // For somebody whom the rule is not about.
    let bob = Rig::of("bob", authority(&server, rule())).keeps_connections();
    bob.denies(Cause::Denied).await;
}

/// Status 200 and `{}`: a path that leads nowhere, and a rule without a default.
#[tokio::test]
async fn undefined_is_no_decision() {
    let server = opa();
    for nowhere in ["shop/authz/alow", "shop/authz2/allow", "nowhere"] {
        let proof = remote(authority(&server, rule(nowhere))).denies(Cause::Malformed).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains("the decision is undefined"), "{detail}");
    }
    let undecided = authority(&server, rule("shop/authz/undecided"));
    remote(undecided.clone()).build().healthy().await;
    let above = async |shop: &Shop| shop.charge("coachella.com", 1001).await;
    remote(undecided).denies_call(Cause::Malformed, above).await;
}

/// The set of reasons, a text, and the whole package, in which `allow` is true.
#[tokio::test]
async fn a_value_that_is_no_boolean_is_no_decision() {
    let server = opa();
    for (document, kind) in [
        ("shop/authz/reasons", "an array"),
        ("shop/authz/verdict", "a text"),
        ("shop/authz", "an object"),
    ] {
        let proof = remote(authority(&server, rule(document))).denies(Cause::Malformed).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains(&format!("the result is {kind}, not a boolean")), "{detail}");
    }
}

async fn start(authority: impl Authority + 'static) -> Result<Guard, StartError> {
    Guard::builder(
        Subject::agent("shopper").unwrap(),
        authority,
        failclosed::audit::MemoryLog::new(),
    )
    .start()
    .await
}

/// The canary is no purchase, so a rule with the default `false` denies it.
#[tokio::test]
async fn a_guard_starts_only_over_a_rule_that_says_no() {
    let server = opa();
    start(authority(&server, rule("shop/authz/allow"))).await.unwrap();
    let refused = start(authority(&server, rule("shop/authz/undecided"))).await.unwrap_err();
    let StartError::SelfCheck(SelfCheckError::NoAnswer(denial)) = refused else {
        panic!("{refused}");
    };
    assert_eq!(denial.cause(), Cause::Malformed);
}
