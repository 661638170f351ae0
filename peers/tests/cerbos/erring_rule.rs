//! A deny rule that fails is a deny rule that is gone, unless the server is told otherwise.

use std::sync::Arc;

use failclosed::{
    Cause, Denial,
    http::{AuthZen, HttpAuthority},
    requires_permission,
};
use failclosed_peers::{
    server::Server,
    servers::{cerbos, cerbos_decisions},
};
use failclosed_tests::{Shop, decisions};

use crate::remote;

#[requires_permission(
    action = "purchase", guard = shop.guard(), resource = ("embargoed", "goods"), skip(shop)
)]
async fn ship(shop: &Shop, country: Option<&str>) -> Result<(), Denial> {
    let _ = country;
    shop.ran();
    Ok(())
}

fn authority(server: &Server) -> Arc<HttpAuthority<AuthZen>> {
    let builder = HttpAuthority::builder(AuthZen::new());
    Arc::new(builder.endpoint(format!("http://{}", server.address)).build().unwrap())
}

/// The rule works where the call says what the rule asks for.
async fn denies_the_embargoed(server: &Server) {
    let embargoed = async |shop: &Shop| ship(shop, Some("KP")).await;
    remote(authority(server)).denies_call(Cause::Denied, embargoed).await;
    let running = remote(authority(server)).build();
    ship(&running.shop, Some("SE")).await.unwrap();
    assert_eq!(running.shop.bodies(), 1);
}

/// **Fail open at the server**, which no client can see: the reply is `{"decision":true}`, like any
/// other. It is in the log of the server alone. This test shows why the guide demands
/// `engine.strictEvaluation`.
#[tokio::test]
async fn by_default_cerbos_allows_what_a_failing_rule_should_deny() {
    let server = cerbos("cerbos", &[]);
    denies_the_embargoed(&server).await;

    let running = remote(authority(&server)).build();
    ship(&running.shop, None).await.unwrap();
    assert_eq!(running.shop.bodies(), 1, "Cerbos evaluates strictly by now: mend the guide");
    assert_eq!(decisions(&running.log).pop().unwrap().verdict, "allow");
    let logged = cerbos_decisions(&server);
    assert!(logged.lines().last().unwrap().contains("EFFECT_ALLOW"), "{logged}");
}

#[tokio::test]
async fn with_strict_evaluation_cerbos_denies_it() {
    let server = cerbos("cerbos", &["engine.strictEvaluation=true"]);
    denies_the_embargoed(&server).await;
    let unknown = async |shop: &Shop| ship(shop, None).await;
    remote(authority(&server)).denies_call(Cause::Denied, unknown).await;
}
