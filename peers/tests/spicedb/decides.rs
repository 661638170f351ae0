//! Has, has not, and neither.

use failclosed::http::{HttpAuthority, SpiceDb};
use failclosed::{
    Cause, Denial, Guard, Subject,
    error::{SelfCheckError, StartError},
    requires_permission,
};
use failclosed_tests::{Rig, Shop};

use crate::{VENDOR, allowed, authority, loaded, remote, revoke};

#[tokio::test]
async fn who_has_the_permission_is_allowed_and_others_are_denied() {
    let server = loaded();
    let running = remote(authority(&server)).build();
    allowed(&running, VENDOR).await;
    allowed(&running, "roskilde").await;

    // Beyond what the caveat allows; at another vendor; somebody else; everybody.
    let above = async |shop: &Shop| shop.charge(VENDOR, 1001).await;
    remote(authority(&server)).denies_call(Cause::Denied, above).await;
    let elsewhere = async |shop: &Shop| shop.charge("altamont", 742).await;
    remote(authority(&server)).denies_call(Cause::Denied, elsewhere).await;
    let bob = Rig::of("bob", authority(&server)).keeps_connections();
    bob.denies_call(Cause::Denied, async |shop: &Shop| shop.charge(VENDOR, 742).await).await;
    let everybody = Rig::of("*", authority(&server)).keeps_connections();
    let call = async |shop: &Shop| shop.charge(VENDOR, 742).await;
    everybody.denies_call(Cause::Malformed, call).await;
}

/// Status 200 and neither yes nor no: the caveat needs something that the call does not say.
#[tokio::test]
async fn a_conditional_permission_is_no_decision() {
    let server = loaded();
    let conditional = async |shop: &Shop| shop.charge("glastonbury", 742).await;
    let rig = remote(authority(&server));
    let proof = rig.denies_call(Cause::Malformed, conditional).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("CONDITIONAL_PERMISSION") && detail.contains("season"), "{detail}");
}

#[requires_permission(
    action = "refund", guard = shop.guard(), resource = ("vendor", VENDOR), skip(shop)
)]
async fn refund(shop: &Shop) -> Result<(), Denial> {
    shop.ran();
    Ok(())
}

/// A permission that is not in the schema, an id that SpiceDB does not have, a caveat's argument of
/// another type.
#[tokio::test]
async fn a_question_it_refuses_is_no_decision() {
    let server = loaded();
    let rig = remote(authority(&server));
    let proof = rig.denies_call(Cause::Unavailable, async |shop: &Shop| refund(shop).await).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("status 400") && detail.contains("`refund` not found"), "{detail}");

    let proof = remote(authority(&server)).denies(Cause::Unavailable).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.contains("status 400") && detail.contains("resource.object_id"), "{detail}");
}

/// No answer is older than the question.
#[tokio::test]
async fn what_was_revoked_is_denied_at_once() {
    let server = loaded();
    for vendor in ["roskilde", VENDOR] {
        let running = remote(authority(&server)).build();
        allowed(&running, vendor).await;
        revoke(&server, vendor);
        let again = async |shop: &Shop| shop.charge(vendor, 742).await;
        remote(authority(&server)).denies_call(Cause::Denied, again).await;
    }
}

#[tokio::test]
async fn a_guard_starts_only_where_the_canary_is_known_and_nobodys() {
    let server = loaded();
    let shopper = || Subject::agent("shopper").unwrap();
    Guard::builder(shopper(), authority(&server), failclosed::audit::MemoryLog::new())
        .start()
        .await
        .unwrap();

    // `vendor` has no such permission, which is an error and not a no.
    let dialect = SpiceDb::new().default_resource("vendor", VENDOR);
    let builder = HttpAuthority::builder(dialect).endpoint(format!("http://{}", server.address));
    let unknown = builder.build().unwrap();
    let refused = Guard::builder(shopper(), unknown, failclosed::audit::MemoryLog::new())
        .start()
        .await
        .unwrap_err();
    let StartError::SelfCheck(SelfCheckError::NoAnswer(denial)) = refused else {
        panic!("{refused}");
    };
    assert_eq!(denial.cause(), Cause::Unavailable);
}
