//! Answers that are bound to their questions by the policy: `peers/policies/opa/bound.rego`.

use failclosed::Cause;
use failclosed_peers::servers::opa;
use failclosed_tests::Shop;

use crate::{authority, remote, rule};

#[tokio::test]
async fn an_answer_that_echoes_its_binding_counts() {
    let server = opa();
    let bound = || authority(&server, rule("shop/bound/decision").bound());
    let running = remote(bound()).build();
    running.healthy().await;
    running.healthy().await;
    let above = async |shop: &Shop| shop.charge("coachella.com", 1001).await;
    remote(bound()).denies_call(Cause::Denied, above).await;
}

/// Though each of them says `"allow":true`.
#[tokio::test]
async fn any_other_answer_does_not() {
    let server = opa();
    for (document, fault) in [
        ("shop/bound/expired", "the reply has expired"),
        ("shop/bound/mixed_up", "bound to another `request_id`"),
        ("shop/bound/unbound", "the reply carries no binding"),
        ("shop/authz/allow", "the result is a boolean, not an object with `allow`"),
    ] {
        let bound = authority(&server, rule(document).bound());
        let proof = remote(bound).denies(Cause::Malformed).await;
        let detail = proof.denial.detail().unwrap();
        assert!(detail.contains(fault), "{detail}");
    }
    // And one that is bound is none to somebody who asked for no binding.
    remote(authority(&server, rule("shop/bound/decision"))).denies(Cause::Malformed).await;
}
