//! What each dialect asks about a sub-agent: two questions, and the chain in the sub-agent's own.

use failclosed::{
    Cause,
    http::{AuthZen, Behalf, Dialect, Opa, OpenFga, SpiceDb},
};
use serde_json::{Value, json};

use crate::canned::delegated;

/// Where the chain stands, in the first question; the second is about the parent, who has none.
async fn asks(dialect: impl Dialect + 'static, chain: &str, agent: &str) {
    let (asked, denial) = delegated(dialect, ("channel", "chat")).await;
    assert_eq!(denial.cause(), Cause::Malformed, "{denial:?}");
    let [clerk, shopper] = asked.as_slice() else { panic!("{asked:?}") };
    let by = json!([{"agent": "shopper", "on_behalf_of": "alice"}]);
    assert_eq!(clerk.pointer(chain), Some(&by), "{clerk}");
    assert_eq!(clerk.pointer(agent), Some(&Value::from("clerk")), "{clerk}");
    assert_eq!(shopper.pointer(chain), None, "{shopper}");
    assert_eq!(shopper.pointer(agent), Some(&Value::from("shopper")), "{shopper}");
}

/// A fact of the guard's under the name of the chain would be one of the two that is not seen.
async fn is_its_own(dialect: impl Dialect + 'static, name: &'static str) {
    let (asked, denial) = delegated(dialect, (name, "nobody")).await;
    assert_eq!(denial.cause(), Cause::Malformed);
    let detail = denial.detail().unwrap();
    assert!(detail.contains(&format!("`{name}` is the dialect's own")), "{detail}");
    // The parent has no chain, so its question could be put.
    assert_eq!(asked.len(), 1, "{asked:?}");
}

/// A binding is to one of the questions, and not to the call that they are all about.
#[tokio::test]
async fn each_question_is_bound_by_itself() {
    let dialect = AuthZen::new().resource_type("vendor").bound();
    let (asked, denial) = delegated(dialect, ("channel", "chat")).await;
    let call = denial.call_id().to_string();
    let bound: Vec<_> =
        asked.iter().map(|asked| asked.pointer("/context/binding/request_id").unwrap()).collect();
    assert_eq!(bound, [&Value::from(call.clone()), &Value::from(format!("{call}.1"))]);
}

#[tokio::test]
async fn each_has_a_place_for_the_chain() {
    asks(Behalf::new(), "/metadata/delegatedBy", "/agentId").await;
    asks(AuthZen::new().resource_type("vendor"), "/context/delegated_by", "/context/agent").await;
    asks(Opa::rule("shop/allow").unwrap(), "/input/subject/delegated_by", "/input/subject/agent")
        .await;
    let fga = || OpenFga::new("s", "m").unwrap().resource_type("vendor");
    asks(fga(), "/context/delegated_by", "/context/agent").await;
    asks(SpiceDb::new().resource_type("vendor"), "/context/delegated_by", "/context/agent").await;
    is_its_own(Behalf::new(), "delegatedBy").await;
    is_its_own(AuthZen::new().resource_type("vendor"), "delegated_by").await;
    is_its_own(fga(), "delegated_by").await;
    is_its_own(SpiceDb::new().resource_type("vendor"), "delegated_by").await;
}
