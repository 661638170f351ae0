//! What may stand beside a yes: what the format's description has there, and what the operator vouches
//! for. And how a member that is optional there may be written.

use failclosed::{
    Cause,
    http::{AuthZen, Behalf, Dialect, Opa, OpenFga, SpiceDb},
};

use crate::canned::{allows, denies, malformed};

fn authzen() -> AuthZen {
    AuthZen::new().resource_type("vendor")
}

fn opa() -> Opa {
    Opa::rule("shop/authz/allow").unwrap()
}

fn openfga() -> OpenFga {
    OpenFga::new("01HSTORE", "01HMODEL").unwrap().resource_type("vendor")
}

fn spicedb() -> SpiceDb {
    SpiceDb::new().resource_type("vendor")
}

const AUTHZEN: &str = r#""decision":true"#;
const OPA: &str = r#""result":true"#;
const BEHALF: &str = r#""requestId":"r","allowed":true,"reason":"ok""#;
const OPENFGA: &str = r#""allowed":true"#;
const SPICEDB: &str = r#""permissionship":"PERMISSIONSHIP_HAS_PERMISSION""#;

/// Members that take a yes back, or may; the last ones mean nothing that anybody could know.
const CONTRADICTIONS: [&str; 36] = [
    r#""status":"denied""#,
    r#""success":false"#,
    r#""denial":{"why":"limit"}"#,
    r#""isDenied":true"#,
    r#""disallowed":true"#,
    r#""enforced":false"#,
    r#""mode":"dry-run""#,
    r#""requires_mfa":true"#,
    r#""valid":false"#,
    r#""partial":true"#,
    r#""statusCode":403"#,
    r#""timedOut":true"#,
    r#""fallback":true"#,
    r#""ok":false"#,
    r#""denials":["limit"]"#,
    r#""final":false"#,
    r#""stale":true"#,
    r#""cached":true"#,
    r#""preview":true"#,
    r#""advice":["call first"]"#,
    r#""expires":"2020-01-01T00:00:00Z""#,
    r#""notBefore":"2090-01-01T00:00:00Z""#,
    r#""limit":1"#,
    r#""message":"not permitted""#,
    r#""failure":"timeout""#,
    r#""exception":"boom""#,
    r#""action":"refuse""#,
    r#""subject":"somebody else""#,
    r#""scope":[]"#,
    r#""step_up":"password""#,
    r#""veto":true"#,
    r#""override":"no""#,
    r#""Decision":false"#,
    r#""x":null"#,
    r#""":true"#,
    r#""unheard_of":1"#,
];

async fn takes_no_contradiction<D: Dialect + 'static>(dialect: impl Fn() -> D, yes: &str) {
    allows(dialect(), &format!("{{{yes}}}")).await;
    for member in CONTRADICTIONS {
        denies(dialect(), &format!("{{{yes},{member}}}"), Cause::Malformed).await;
        denies(dialect(), &format!("{{{member},{yes}}}"), Cause::Malformed).await;
    }
}

#[tokio::test]
async fn a_yes_with_anything_else_beside_it_is_none() {
    takes_no_contradiction(authzen, AUTHZEN).await;
    takes_no_contradiction(opa, OPA).await;
    takes_no_contradiction(Behalf::new, BEHALF).await;
    takes_no_contradiction(openfga, OPENFGA).await;
    takes_no_contradiction(spicedb, SPICEDB).await;
}

#[tokio::test]
async fn a_no_stays_a_no_whatever_stands_beside_it() {
    for member in CONTRADICTIONS {
        let no = |no: &str| format!("{{{no},{member}}}");
        denies(authzen(), &no(r#""decision":false"#), Cause::Denied).await;
        denies(opa(), &no(r#""result":false"#), Cause::Denied).await;
        let behalf = r#""requestId":"r","allowed":false,"reason":"no""#;
        denies(Behalf::new(), &no(behalf), Cause::Denied).await;
        denies(openfga(), &no(r#""allowed":false"#), Cause::Denied).await;
        let spice = r#""permissionship":"PERMISSIONSHIP_NO_PERMISSION""#;
        denies(spicedb(), &no(spice), Cause::Denied).await;
    }
}

/// By its exact name, and no other with it.
#[tokio::test]
async fn what_the_operator_vouches_for_may_stand_there() {
    async fn vouched<D: Dialect + 'static>(dialect: impl Fn() -> D, yes: &str) {
        allows(dialect(), &format!("{{{yes},\"trace\":1}}")).await;
        denies(dialect(), &format!("{{{yes},\"Trace\":1}}"), Cause::Malformed).await;
        let two = format!("{{{yes},\"trace\":1,\"status\":\"denied\"}}");
        denies(dialect(), &two, Cause::Malformed).await;
    }
    vouched(|| authzen().understands("trace"), AUTHZEN).await;
    vouched(|| opa().understands("trace"), OPA).await;
    vouched(|| Behalf::new().understands("trace"), BEHALF).await;
    vouched(|| openfga().understands("trace"), OPENFGA).await;
    vouched(|| spicedb().understands("trace"), SPICEDB).await;
}

/// A permission that ends is not taken for one that does not.
#[tokio::test]
async fn a_permission_with_an_end_is_no_plain_one() {
    let ends = format!(r#"{{{SPICEDB},"optionalExpiresAt":"2020-01-01T00:00:00Z"}}"#);
    denies(spicedb(), &ends, Cause::Malformed).await;
    allows(spicedb().understands("optionalExpiresAt"), &ends).await;
}

/// Each optional member of each format, as it may be written: `null` is as good as nothing.
#[tokio::test]
async fn an_optional_member_may_be_null_and_nothing_of_another_type() {
    let with = |yes: &str, member: &str| format!("{{{yes},{member}}}");
    for member in [r#""context":null"#, r#""context":{"id":null,"reason_user":null}"#] {
        allows(authzen(), &with(AUTHZEN, member)).await;
        denies(authzen(), &with(r#""decision":false"#, member), Cause::Denied).await;
    }
    for member in [r#""decision_id":null"#, r#""decision_id":"""#, r#""warning":null"#] {
        allows(opa(), &with(OPA, member)).await;
        denies(opa(), &with(r#""result":false"#, member), Cause::Denied).await;
    }
    for member in [r#""approvalId":null"#, r#""shadowDecision":null"#, r#""risk":null"#] {
        allows(Behalf::new(), &with(BEHALF, member)).await;
    }
    for member in [r#""resolution":null"#, r#""resolution":"""#] {
        allows(openfga(), &with(OPENFGA, member)).await;
    }
    for member in ["checkedAt", "partialCaveatInfo", "debugTrace", "optionalExpiresAt"] {
        allows(spicedb(), &with(SPICEDB, &format!("\"{member}\":null"))).await;
    }
    malformed(authzen, &[r#"{"decision":null}"#, r#"{"decision":true,"context":""}"#]).await;
    malformed(opa, &[&with(OPA, r#""decision_id":{}"#), &with(OPA, r#""warning":"""#)]).await;
    let wrong = [r#""approvalId":7"#, r#""shadowDecision":{}"#, r#""approvalRequired":null"#];
    for member in wrong {
        malformed(Behalf::new, &[&with(BEHALF, member)]).await;
    }
    malformed(openfga, &[&with(OPENFGA, r#""resolution":false"#)]).await;
    for member in [r#""checkedAt":"t""#, r#""debugTrace":{}"#, r#""optionalExpiresAt":0"#] {
        malformed(spicedb, &[&with(SPICEDB, member)]).await;
    }
}
