//! Whose fault it was: a question that no dialect can carry is the caller's, and asked of nobody.
#![cfg(feature = "http")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod http_common;

use failclosed_runtime::{
    Cause, Fault,
    http::{AuthZen, Behalf, Dialect, HttpAuthority, Opa, OpenFga, SpiceDb},
};
use http_common::{Purchase, Server, Shop, Step, json, lunch, token};

async fn table<D: Dialect + 'static>(dialect: impl Fn() -> D) {
    let server = Server::start(|_, _| Step::Say(json("[]")));
    let shop = || {
        let authority = HttpAuthority::builder(dialect()).endpoint(server.url()).bearer(token());
        Shop::new(authority.retries(0).build().unwrap())
    };
    let rows = [
        ("a wide number", Purchase { amount: u64::MAX, note: String::new() }),
        ("too large", Purchase { amount: 1, note: "n".repeat(1024 * 1024) }),
    ];
    for (name, purchase) in rows {
        let shop = shop();
        let denial = shop.buy(purchase).await.unwrap_err();
        assert_eq!(denial.cause(), Cause::Malformed, "{name}: {denial:?}");
        assert_eq!(denial.fault(), Fault::Caller, "{name}: {denial:?}");
        assert_eq!(denial.is_too_large(), name == "too large", "{name}: {denial:?}");
        assert_eq!((shop.bodies(), shop.decisions().len()), (0, 1), "{name}");
        assert!(server.seen().is_empty(), "{name}: somebody was asked");
    }
    // The same cause, and the authority's fault.
    let shop = shop();
    let denial = shop.buy(lunch()).await.unwrap_err();
    assert_eq!((denial.cause(), denial.fault()), (Cause::Malformed, Fault::Authority));
    assert_eq!((shop.bodies(), shop.decisions().len(), server.seen().len()), (0, 1, 1));
}

#[tokio::test]
async fn what_cannot_be_asked_is_the_callers() {
    let (kind, id) = ("shop", "main");
    table(|| AuthZen::new().default_resource(kind, id)).await;
    table(|| Opa::rule("shop/allow").unwrap()).await;
    table(|| OpenFga::new("store", "model").unwrap().default_resource(kind, id)).await;
    table(|| SpiceDb::new().default_resource(kind, id)).await;
    table(Behalf::new).await;
}
