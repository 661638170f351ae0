//! OpenID AuthZEN.

use failclosed::{Cause, decision::Ask, http::AuthZen};

use crate::canned::{allows, denies, malformed};

fn authzen() -> AuthZen {
    AuthZen::new().resource_type("vendor")
}

#[tokio::test]
async fn an_allow_allows() {
    allows(authzen(), r#"{"decision":true}"#).await;
    allows(authzen(), r#"{"decision":true,"context":{}}"#).await;
    // Unknown members beside the decision have to be ignored, says the specification; which of
    // them take the yes back nobody can know, so the operator says which do not.
    denies(authzen(), r#"{"decision":true,"trace":{"ms":1}}"#, Cause::Malformed).await;
    allows(authzen().understands("trace"), r#"{"decision":true,"trace":{"ms":1}}"#).await;
    allows(authzen(), r#"{"decision":true,"context":{"id":"7","reason_user":{"en":"ok"}}}"#).await;
    allows(authzen(), r#"{"decision":true,"context":{"obligations":[],"errors":[]}}"#).await;
    let understands = authzen().understands("cache_hint");
    allows(understands, r#"{"decision":true,"context":{"cache_hint":"none"}}"#).await;
}

#[tokio::test]
async fn a_no_carries_its_reasons_to_whom_they_are_for() {
    denies(authzen(), r#"{"decision":false}"#, Cause::Denied).await;
    let no = r#"{"decision":false,"context":{"id":"4","reason_admin":{"en":"policy C076E82F"},"reason_user":{"en-403":"Insufficient privileges."}}}"#;
    let proof = denies(authzen(), no, Cause::Denied).await;
    assert_eq!(proof.denial.to_string(), "Blocked: Insufficient privileges.");
    assert_eq!(proof.denial.detail(), Some("policy C076E82F"));
    assert_eq!(proof.denial.decision_id(), Some("4"));
}

/// Obligations profile: what is not understood has to be taken for a no.
#[tokio::test]
async fn an_obligation_denies() {
    for obligations in [r#"[{"id":"o1","type":"step-up"}]"#, r#"["log"]"#, r#"{"a":1}"#, "\"x\""] {
        let reply = format!(r#"{{"decision":true,"context":{{"obligations":{obligations}}}}}"#);
        denies(authzen(), &reply, Cause::Denied).await;
    }
    let nested = r#"{"decision":true,"context":{"obligations":["step-up"],"obligations":[]}}"#;
    denies(authzen(), nested, Cause::Malformed).await;
}

/// An evaluation that failed decided nothing: neither yes nor no.
#[tokio::test]
async fn an_error_beside_a_decision_is_no_decision() {
    for decision in ["true", "false"] {
        for error in [
            r#""error":{"status":500,"message":"boom"}"#,
            r#""errors":["integer overflow"]"#,
            r#""error":null,"errors":["x"]"#,
            r#""error":"x","errors":[]"#,
        ] {
            let reply = format!(r#"{{"decision":{decision},"context":{{{error}}}}}"#);
            denies(authzen(), &reply, Cause::Malformed).await;
        }
    }
}

#[tokio::test]
async fn an_access_request_needs_approval() {
    let reply = r#"{"decision":false,"context":{"access_request":{"id":"ar_1"}}}"#;
    let proof = denies(authzen(), reply, Cause::NeedsApproval).await;
    assert_eq!(proof.denial.ask().and_then(Ask::approval_id), Some("ar_1"));
}

#[tokio::test]
async fn every_other_shape_is_malformed() {
    let replies = [
        "{}",
        r#"{"context":{}}"#,
        r#"{"decision":"true"}"#,
        r#"{"decision":"ALLOW"}"#,
        r#"{"decision":"Permit"}"#,
        r#"{"decision":1}"#,
        r#"{"decision":null}"#,
        r#"{"decision":[true]}"#,
        r#"{"decision":{"value":true}}"#,
        r#"{"Decision":true}"#,
        r#"{"decision":true,"DECISION":true}"#,
        r#"{"decision":true,"allowed":false}"#,
        r#"{"decision":true,"effect":"deny"}"#,
        r#"{"decision":true,"error":"boom"}"#,
        // Beside `context`, where a server of another standard puts them.
        r#"{"decision":true,"obligations":[{"id":"o1","type":"step-up"}]}"#,
        r#"{"decision":true,"Obligations":["log"]}"#,
        r#"{"decision":true,"conditions":["below 100"]}"#,
        r#"{"decision":true,"pending":true}"#,
        r#"{"decision":true,"expired":true}"#,
        r#"{"decision":true,"context":[]}"#,
        r#"{"decision":true,"context":"none"}"#,
        r#"{"decision":true,"context":{"id":7}}"#,
        r#"{"decision":true,"context":{"constraint":"below 100"}}"#,
        r#"{"decision":true,"context":{"access_request":{"id":"ar_1"}}}"#,
        r#"{"decision":false,"decision":true}"#,
        r#"[true]"#,
        r#"[true,null]"#,
        // The batch endpoint's.
        r#"{"evaluations":[{"decision":true}]}"#,
        r#"{"evaluations":[]}"#,
    ];
    malformed(authzen, &replies).await;
}
