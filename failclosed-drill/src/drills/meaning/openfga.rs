//! OpenFGA: a missing `allowed`, batches, and errors with a 200.

use super::{Drill, Malformed, Meaning, Unavailable, beside, body, error};

pub(super) fn add(all: &mut Vec<Drill>) {
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed, Unavailable])
    };
    all.extend([
        answer(
            "J7.resolution",
            "a resolution without a decision",
            r#"{"resolution":".union.0(direct)."}"#,
        ),
        answer("J7.batch", "the answer to a batch", r#"{"result":{"c1":{"allowed":true}}}"#),
        answer(
            "J7.batch-error",
            "the answer to a batch, with an error",
            r#"{"result":{"c1":{"error":{"input_error":"validation_error","message":"x"}}}}"#,
        ),
        answer(
            "J7.stream",
            "the answer of a streaming gateway",
            r#"{"result":{"allowed":true,"resolution":""}}"#,
        ),
        beside(
            "J7.error",
            "an allow with an error beside it",
            r#""error":{"input_error":"validation_error","message":"x"}"#,
        ),
        beside(
            "J7.code",
            "an allow with an error code beside it",
            r#""code":"validation_error","message":"relation not found""#,
        ),
        beside(
            "J7.grpc",
            "an allow with the error of a gateway beside it",
            r#""code":2000,"message":"x","details":[]"#,
        ),
        beside("J7.decision", "an allow that says `false` beside it", r#""decision":false"#),
        beside("J7.denied", "an allow that says `denied` beside it", r#""denied":true"#),
        answer("J7.authzen", "another format's allow", r#"{"decision":true}"#),
        answer(
            "J7.expand",
            "the answer to another question",
            r#"{"tree":{"root":{"name":"account:acme#can_purchase"}}}"#,
        ),
        error(
            "E.400",
            "400 Bad Request",
            r#"{"code":"validation_error","message":"relation 'can_purchase' not found"}"#,
        ),
        error(
            "E.401",
            "401 Unauthorized",
            r#"{"code":"bearer_token_missing","message":"missing bearer token"}"#,
        ),
        error(
            "E.404",
            "404 Not Found",
            r#"{"code":"store_id_not_found","message":"Store ID not found"}"#,
        ),
        error(
            "E.422",
            "422 Unprocessable Content",
            r#"{"code":"throttled_timeout_error","message":"x"}"#,
        ),
        error(
            "E.500",
            "500 Internal Server Error",
            r#"{"code":"internal_error","message":"Internal Server Error"}"#,
        ),
        error("E.200", "200 OK", r#"{"code":"internal_error","message":"Internal Server Error"}"#),
    ]);
}
