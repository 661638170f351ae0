//! SpiceDB: a third value, values nobody knows, and errors with a 200.

use super::{Drill, Malformed, Meaning, NeedsApproval, Unavailable, beside, body, error};
use crate::format::Format;

pub(super) fn add(all: &mut Vec<Drill>) {
    let f = Format::SpiceDb;
    let value = |id: &'static str, value: &'static str| {
        let title = format!("`permissionship` is `{value}`");
        body(Meaning, id, title, f.with_value(value)).cause(&[Malformed])
    };
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed, Unavailable])
    };
    all.extend([
        answer(
            "J7.conditional",
            "an allow that depends on context which was not sent",
            r#"{"checkedAt":{"token":"GhUK"},"permissionship":"PERMISSIONSHIP_CONDITIONAL_PERMISSION","partialCaveatInfo":{"missingRequiredContext":["amount"]}}"#,
        )
        .cause(&[Malformed, Unavailable, NeedsApproval]),
        value("J7.conditional-bare", r#""PERMISSIONSHIP_CONDITIONAL_PERMISSION""#)
            .cause(&[Malformed, Unavailable, NeedsApproval]),
        beside(
            "J7.caveat",
            "an allow beside a list of missing context",
            r#""partialCaveatInfo":{"missingRequiredContext":["amount"]}"#,
        ),
        value("J7.unspecified", r#""PERMISSIONSHIP_UNSPECIFIED""#),
        value("J7.unknown", r#""PERMISSIONSHIP_MAYBE""#),
        value("J7.short", r#""HAS_PERMISSION""#),
        value("J7.lower", r#""permissionship_has_permission""#),
        value("J7.space", r#""PERMISSIONSHIP_HAS_PERMISSION ""#),
        value("J7.longer", r#""PERMISSIONSHIP_HAS_PERMISSION_NOT""#),
        value("J7.list", r#"["PERMISSIONSHIP_HAS_PERMISSION"]"#),
        value("J7.two", "2").strict(),
        value("J7.three", "3"),
        value("J7.four", "4"),
        value("J7.boolean", "true"),
        answer(
            "J7.bulk",
            "the answer to a bulk check",
            r#"{"checkedAt":{"token":"GhUK"},"pairs":[{"item":{"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}}]}"#,
        ),
        answer(
            "J7.stream",
            "the answer of a streaming gateway",
            r#"{"result":{"checkedAt":{"token":"GhUK"},"permissionship":"PERMISSIONSHIP_HAS_PERMISSION"}}"#,
        ),
        beside("J7.error", "an allow with an error beside it", r#""error":{"code":13,"message":"x"}"#),
        beside("J7.code", "an allow with a gRPC status beside it", r#""code":13,"message":"x","details":[]"#),
        answer("J7.allowed", "another format's allow", r#"{"allowed":true}"#),
        error("E.400", "400 Bad Request", r#"{"code":9,"message":"object definition `account` not found"}"#),
        error("E.401", "401 Unauthorized", r#"{"code":16,"message":"invalid preshared key"}"#),
        error("E.500", "500 Internal Server Error", r#"{"code":13,"message":"x","details":[]}"#),
        error("E.503", "503 Service Unavailable", r#"{"code":14,"message":"x","details":[]}"#),
        error("E.200", "200 OK", r#"{"code":9,"message":"object definition `account` not found","details":[]}"#),
    ]);
}
