//! SpiceDB.

use failclosed::{Cause, http::SpiceDb};

use crate::canned::{allows, denies, malformed};

fn spicedb() -> SpiceDb {
    SpiceDb::new().resource_type("vendor")
}

#[tokio::test]
async fn has_permission_allows_and_no_permission_denies() {
    let allow = r#"{"checkedAt":{"token":"t"},"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}"#;
    allows(spicedb(), allow).await;
    // As the gateway writes it, with a `null` for each message that is not there.
    let allow = r#"{"checkedAt":{"token":"t"},"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":null,"debugTrace":null,"optionalExpiresAt":null}"#;
    allows(spicedb(), allow).await;
    let no = r#"{"checkedAt":{"token":"t"},"permissionship":"PERMISSIONSHIP_NO_PERMISSION"}"#;
    denies(spicedb(), no, Cause::Denied).await;
}

/// Neither yes nor no; the operator reads what is missing.
#[tokio::test]
async fn a_conditional_permission_is_no_answer() {
    let conditional = r#"{"permissionship":"PERMISSIONSHIP_CONDITIONAL_PERMISSION","partialCaveatInfo":{"missingRequiredContext":["amount"]}}"#;
    let proof = denies(spicedb(), conditional, Cause::Malformed).await;
    assert!(proof.denial.detail().unwrap().contains("amount"), "{:?}", proof.denial);
}

#[tokio::test]
async fn every_other_shape_is_malformed() {
    let replies = [
        "{}",
        r#"{"permissionship":null}"#,
        r#"{"permissionship":2}"#,
        r#"{"permissionship":true}"#,
        r#"{"permissionship":""}"#,
        r#"{"permissionship":"HAS_PERMISSION"}"#,
        r#"{"permissionship":"permissionship_has_permission"}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION "}"#,
        r#"{"permissionship":"PERMISSIONSHIP_UNSPECIFIED"}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_EVERYTHING"}"#,
        r#"{"permissionship":["PERMISSIONSHIP_HAS_PERMISSION"]}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":{"missingRequiredContext":["amount"]}}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":{}}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":false}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","partialCaveatInfo":[]}"#,
        r#"{"permissionship":"PERMISSIONSHIP_CONDITIONAL_PERMISSION","partialCaveatInfo":null}"#,
        r#"{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION","error":{"code":3}}"#,
        r#"{"permissionship":"PERMISSIONSHIP_NO_PERMISSION","permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}"#,
        r#"{"Permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}"#,
    ];
    malformed(spicedb, &replies).await;
}
