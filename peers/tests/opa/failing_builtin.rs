//! A deny rule whose builtin fails is a deny rule that is gone, unless the question says otherwise.

use failclosed::{
    Cause, Decision, NoDecision, Request,
    http::{Dialect, Object, Opa, Repeat},
};
use failclosed_peers::servers::opa;

use crate::{authority, remote, rule};

/// As one would ask by hand: without `strict-builtin-errors`.
#[derive(Debug)]
struct Lenient(Opa);

impl Dialect for Lenient {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn path(&self) -> &str {
        self.0.path().split('?').next().unwrap()
    }

    fn repeat(&self) -> Repeat {
        self.0.repeat()
    }

    fn question(&self, request: &Request<'_>) -> Result<Vec<u8>, NoDecision> {
        self.0.question(request)
    }

    fn decision(&self, request: &Request<'_>, reply: &Object) -> Result<Decision, NoDecision> {
        self.0.decision(request, reply)
    }
}

/// **Fail open at the server**, by its default: the rule is left out, and nothing in the reply says
/// so.
#[tokio::test]
async fn by_default_opa_allows_what_a_failing_rule_should_deny() {
    let server = opa();
    let running = remote(authority(&server, Lenient(rule("shop/blocked/allow")))).build();
    assert_eq!(running.shop.charge("coachella.com", 742).await.unwrap(), 742);
    assert_eq!(running.shop.bodies(), 1);
}

/// The dialect asks for errors to be errors: status 500.
#[tokio::test]
async fn asked_by_the_dialect_it_is_no_decision() {
    let server = opa();
    let proof =
        remote(authority(&server, rule("shop/blocked/allow"))).denies(Cause::Unavailable).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("status 500"), "{detail}");
    // A rule that is whole is not concerned.
    remote(authority(&server, rule("shop/authz/allow"))).build().healthy().await;
}
