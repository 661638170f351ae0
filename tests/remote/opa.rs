//! Open Policy Agent.

use failclosed::{Cause, error::ConfigError, http::Opa};

use crate::canned::{allows, denies, malformed};

fn opa() -> Opa {
    Opa::rule("shop/authz/allow").unwrap()
}

#[tokio::test]
async fn true_allows_and_false_denies() {
    allows(opa(), r#"{"result":true}"#).await;
    allows(opa(), r#"{"result":true,"decision_id":"4ca636c1"}"#).await;
    let proof = denies(opa(), r#"{"result":false,"decision_id":"4ca6"}"#, Cause::Denied).await;
    assert_eq!(proof.denial.decision_id(), Some("4ca6"));
}

/// A misspelt path answers 200 with `{}`.
#[tokio::test]
async fn undefined_is_neither() {
    let proof = denies(opa(), "{}", Cause::Malformed).await;
    let detail = proof.denial.detail().unwrap();
    assert!(detail.starts_with("the decision is undefined"), "{detail}");
    assert!(detail.contains("help: "), "{detail}");
}

#[tokio::test]
async fn every_other_result_is_malformed() {
    let replies = [
        r#"{"result":null}"#,
        r#"{"result":"true"}"#,
        r#"{"result":1}"#,
        r#"{"result":[]}"#,
        r#"{"result":[true]}"#,
        r#"{"result":{}}"#,
        r#"{"result":{"allow":true}}"#,
        r#"{"result":{"allow":false}}"#,
        r#"{"Result":true}"#,
        r#"{"result":true,"error":"boom"}"#,
        r#"{"result":true,"errors":[]}"#,
        r#"{"result":true,"allow":false}"#,
        r#"{"result":false,"result":true}"#,
        r#"{"result":true,"decision_id":7}"#,
        r#"{"result":true,"warning":{"code":"api_usage_warning","message":"'input' key missing"}}"#,
        r#"{"decision_id":"4ca636c1"}"#,
        "[true]",
    ];
    malformed(opa, &replies).await;
}

/// FAULTS F: a path that would ask something else is refused when it is built.
#[test]
fn a_path_that_is_no_rule_is_refused() {
    for rule in ["", "/", "shop//allow", "shop/../allow", "shop/allow?x=1", "a b", "shop/al%6cow"] {
        let refused = Opa::rule(rule).unwrap_err();
        assert!(matches!(refused, ConfigError::Name { .. }), "{rule}: {refused}");
    }
}
