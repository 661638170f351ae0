//! OpenFGA.

use failclosed::{Cause, error::ConfigError, http::OpenFga};

use crate::canned::{allows, denies, malformed};

fn openfga() -> OpenFga {
    OpenFga::new("01HSTORE", "01HMODEL").unwrap().resource_type("vendor")
}

#[tokio::test]
async fn true_allows_and_false_denies() {
    allows(openfga(), r#"{"allowed":true,"resolution":""}"#).await;
    denies(openfga(), r#"{"allowed":false,"resolution":""}"#, Cause::Denied).await;
}

#[tokio::test]
async fn every_other_shape_is_malformed() {
    let replies = [
        "{}",
        // Optional in OpenFGA's own description.
        r#"{"resolution":""}"#,
        r#"{"allowed":null}"#,
        r#"{"allowed":"true"}"#,
        r#"{"allowed":1}"#,
        r#"{"Allowed":true}"#,
        r#"{"allowed":true,"error":{"code":"2000"}}"#,
        r#"{"allowed":true,"decision":false}"#,
        r#"{"allowed":true,"allowed":false}"#,
        // The batch endpoint's.
        r#"{"result":{"1":{"allowed":true}}}"#,
        r#"{"code":"validation_error","message":"relation not found"}"#,
        "[true]",
    ];
    malformed(openfga, &replies).await;
}

#[test]
fn ids_that_cannot_be_one_are_refused() {
    for (store, model) in [("", "m"), ("s", ""), ("s/../t", "m"), ("s", " "), ("s?x", "m")] {
        let refused = OpenFga::new(store, model).unwrap_err();
        assert!(matches!(refused, ConfigError::Name { .. }), "{refused}");
    }
}
