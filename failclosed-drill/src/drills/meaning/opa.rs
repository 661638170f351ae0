//! Open Policy Agent: undefined, and rules that return something else than a boolean.

use super::{Drill, Malformed, Meaning, Unavailable, beside, body, error};

pub(super) fn add(all: &mut Vec<Drill>) {
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed, Unavailable])
    };
    all.extend([
        answer("J7.undefined", "undefined, with the id of a decision log", r#"{"decision_id":"4ca636c1"}"#),
        answer("J7.package", "the package instead of the rule", r#"{"result":{"allow":true}}"#),
        answer("J7.both", "a package that allows and denies", r#"{"result":{"allow":true,"deny":["too much"]}}"#),
        answer("J7.empty-set", "no reasons to deny", r#"{"result":{"deny":[]}}"#),
        answer("J7.bindings", "the answer to a query", r#"{"result":[{"x":true}]}"#),
        answer("J7.expressions", "the answer of an evaluation", r#"{"result":[{"expressions":[{"value":true,"text":"data.app.allow"}]}]}"#),
        beside("J7.warning", "an allow of a policy that saw no input", r#""warning":{"code":"api_usage_warning","message":"'input' key missing from the request"}"#),
        beside("J7.errors", "an allow with errors beside it", r#""errors":[{"code":"eval_conflict_error","message":"x"}]"#),
        beside("J7.code", "an allow with an error code beside it", r#""code":"internal_error","message":"x""#),
        answer("J7.allow", "`allow` for `result`", r#"{"allow":true}"#),
        answer("J7.decision", "another format's allow", r#"{"decision":true}"#),
        error("E.400", "400 Bad Request", r#"{"code":"invalid_parameter","message":"error(s) occurred while compiling module(s)"}"#),
        error("E.404", "404 Not Found", r#"{"code":"undefined_document","message":"document missing or undefined: data.app.allow"}"#),
        error("E.500", "500 Internal Server Error", r#"{"code":"internal_error","message":"x","errors":[]}"#),
        error("E.200", "200 OK", r#"{"code":"internal_error","message":"x"}"#),
    ]);
}
