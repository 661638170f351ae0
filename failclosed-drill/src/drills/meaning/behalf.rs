//! BehalfID: shadow mode, approvals, and its own errors.

use super::{Denied, Drill, Malformed, Meaning, NeedsApproval, beside, body, error};

pub(super) fn add(all: &mut Vec<Drill>) {
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed])
    };
    all.extend([
        beside("J7.shadow", "an allow of shadow mode, where everything is allowed", r#""shadow":true"#),
        beside(
            "J7.shadow-decision",
            "an allow beside what would have been decided",
            r#""shadowDecision":{"allowed":false,"reason":"Permission has been revoked.","risk":"high"}"#,
        ),
        beside(
            "J7.shadow-both",
            "a whole answer of shadow mode",
            r#""shadow":true,"shadowDecision":{"allowed":true,"reason":"ok","risk":"low"}"#,
        ),
        beside("J7.shadow-false", "`shadow` where an enforcing answer has none", r#""shadow":"false""#),
        beside("J7.approval-id", "an allow that has an approval to wait for", r#""approvalId":"apr_17""#)
            .cause(&[Malformed, NeedsApproval]),
        answer(
            "J7.approval",
            "an allow that needs approval",
            r#"{"requestId":"req_1","allowed":true,"approvalRequired":true,"reason":"Above the limit.","risk":"high"}"#,
        )
        .cause(&[Malformed, NeedsApproval]),
        answer(
            "J7.approval-text",
            "an allow whose `approvalRequired` is no boolean",
            r#"{"requestId":"req_1","allowed":true,"approvalRequired":"yes","reason":"ok","risk":"low"}"#,
        ),
        answer(
            "J7.approval-null",
            "an allow whose `approvalRequired` is `null`",
            r#"{"requestId":"req_1","allowed":true,"approvalRequired":null,"reason":"ok","risk":"low"}"#,
        )
        .strict(),
        answer(
            "J7.pending",
            "a denial that needs approval",
            r#"{"requestId":"req_1","allowed":false,"approvalRequired":true,"approvalId":"apr_17","reason":"Above the limit.","risk":"high"}"#,
        )
        .cause(&[NeedsApproval]),
        beside("J7.decision", "an allow that says `deny` beside it", r#""decision":"deny""#),
        beside("J7.denied", "an allow that says `denied` beside it", r#""denied":true"#),
        beside("J7.error", "an allow with an error beside it", r#""error":"Service temporarily unavailable.""#),
        beside("J7.code", "an allow with an error code beside it", r#""code":"VERIFY_FAILED_CLOSED""#),
        answer("B7", "nothing but `allowed`", r#"{"allowed":true}"#).strict(),
        answer(
            "B7.no-id",
            "an allow without its request id",
            r#"{"allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#,
        )
        .strict(),
        answer(
            "B7.empty-id",
            "an allow with an empty request id",
            r#"{"requestId":"","allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#,
        )
        .strict(),
        answer(
            "B7.id-null",
            "an allow whose request id is `null`",
            r#"{"requestId":null,"allowed":true,"approvalRequired":false,"reason":"ok","risk":"low"}"#,
        )
        .strict(),
        answer(
            "B7.no-reason",
            "an allow without a reason",
            r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"risk":"low"}"#,
        )
        .strict(),
        answer(
            "B7.reason",
            "an allow whose reason is no text",
            r#"{"requestId":"req_1","allowed":true,"approvalRequired":false,"reason":{"a":1},"risk":"low"}"#,
        )
        .strict(),
        // What a short Content-Length leaves of `{"allowed":true} ... {"allowed":false}`.
        super::reply(Meaning, "H10", "Content-Length cuts the body to `{\"allowed\":true}`", |c| {
            c.send(c.head("200 OK", super::JSON, Some(16)) + r#"{"allowed":true},"approvalRequired":true}"#)?;
            c.fin()
        })
        .cause(&[Malformed]),
        error("E.400", "400 Bad Request", r#"{"error":"Unknown field: x."}"#),
        error("E.401", "401 Unauthorized", r#"{"error":"bad key","code":"AGENT_AUTH_REQUIRED"}"#),
        error("E.403", "403 Forbidden", r#"{"error":"no","code":"AGENT_ACCOUNT_MISMATCH"}"#),
        error("E.404", "404 Not Found", r#"{"error":"no","code":"AGENT_NOT_FOUND"}"#),
        error("E.429", "429 Too Many Requests", r#"{"error":"slow","code":"RATE_LIMIT_EXCEEDED"}"#),
        error("E.503", "503 Service Unavailable", r#"{"error":"no","code":"VERIFY_FAILED_CLOSED"}"#),
        error("E.200", "200 OK", r#"{"error":"Service temporarily unavailable."}"#).cause(&[Malformed]),
        answer(
            "E.denied",
            "a denial with a reason that reads like an allow",
            r#"{"requestId":"req_1","allowed":false,"approvalRequired":false,"reason":"allowed: true","risk":"low"}"#,
        )
        .cause(&[Denied]),
    ]);
}
