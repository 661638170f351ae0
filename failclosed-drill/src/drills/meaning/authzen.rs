//! AuthZEN: context that takes the decision back, and answers to other kinds of question.

use super::{Denied, Drill, Malformed, Meaning, NeedsApproval, beside, body, error, reply};
use crate::{
    drill::{Expect, Group},
    server::JSON,
};

pub(super) fn add(all: &mut Vec<Drill>) {
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed])
    };
    all.extend([
        beside("J7.error", "an allow whose context has an error", r#""context":{"error":{"status":500,"message":"no database"}}"#),
        beside("J7.errors", "an allow whose context has errors", r#""context":{"errors":["forbid-1: integer overflow"]}"#),
        beside(
            "J7.obligation",
            "an allow with an obligation that nobody knows",
            r#""context":{"obligations":[{"id":"o1","type":"step_up","properties":{"acr":"high"}}]}"#,
        )
        .cause(&[Denied, Malformed]),
        beside(
            "J7.obligation-top",
            "an allow beside which, and not in its context, an obligation stands",
            r#""obligations":[{"id":"o1","type":"step_up"}]"#,
        )
        .strict()
        .cause(&[Denied, Malformed]),
        beside(
            "J7.obligation-object",
            "an allow whose obligations are no list",
            r#""context":{"obligations":{"step_up":true}}"#,
        )
        .cause(&[Denied, Malformed]),
        beside(
            "J7.obligation-twice",
            "an allow whose obligations come twice: one, then none",
            r#""context":{"obligations":[{"id":"o1","type":"step_up"}],"obligations":[]}"#,
        ),
        beside(
            "J7.context-twice",
            "an allow whose context comes twice: an error, then none",
            r#""context":{"error":{"status":500}},"context":{}"#,
        ),
        beside("J7.constraint", "an allow with a constraint that nobody knows", r#""context":{"constraints":{"max_amount":100}}"#),
        beside("J7.access-request", "an allow that is to be asked for", r#""context":{"access_request":{"url":"https://a.example"}}"#)
            .cause(&[Malformed, NeedsApproval]),
        beside("J7.context-array", "an allow whose context is an array", r#""context":[]"#),
        beside("J7.context-text", "an allow whose context is text", r#""context":"ok""#),
        answer(
            "J7.requestable",
            "a denial that access may be requested for",
            r#"{"decision":false,"context":{"access_request":{"url":"https://a.example"}}}"#,
        )
        .cause(&[Denied, NeedsApproval]),
        answer("J7.batch", "the answer to a batch", r#"{"evaluations":[{"decision":true}]}"#),
        beside("J7.batch-both", "an allow beside a batch that has a denial", r#""evaluations":[{"decision":false}]"#),
        answer("J7.search", "the answer to a search", r#"{"results":[{"type":"user","id":"alice"}]}"#),
        answer("J7.allowed", "another format's allow", r#"{"allowed":true}"#),
        answer("J7.result", "another format's allow, once more", r#"{"result":true}"#),
        answer("J7.effect", "`ALLOW` for `true`", r#"{"decision":"ALLOW"}"#),
        reply(Meaning, "B1", "the answer carries another request's id", |c| {
            let headers = format!("{JSON}X-Request-ID: 7d0b9d0c-another-request\r\n");
            c.answer("200 OK", &headers, c.allow())
        })
        .needs_request_id()
        .cause(&[Malformed]),
        reply(Meaning, "B1.empty", "the answer carries an empty request id", |c| {
            c.answer("200 OK", &format!("{JSON}X-Request-ID:\r\n"), c.allow())
        })
        .needs_request_id()
        .cause(&[Malformed]),
        reply(Meaning, "B1.two", "the answer carries two request ids", |c| {
            let own = c.asked().header("x-request-id").unwrap_or_default().to_owned();
            let headers = format!("{JSON}X-Request-ID: another\r\nX-Request-ID: {own}\r\n");
            c.answer("200 OK", &headers, c.allow())
        })
        .needs_request_id()
        .cause(&[Malformed]),
        reply(Group::Control, "J7.reason", "an allow with reasons in its context", |c| {
            c.json(c.format().allow_and(r#""context":{"reason_user":{"en":"Within the limit."}}"#))
        })
        .rounds(&[Expect::Either]),
        error("E.400", "400 Bad Request", r#""missing subject.type""#),
        error("E.401", "401 Unauthorized", r#""bad token""#),
        error("E.403", "403 Forbidden", r#""not your policy store""#),
        error("E.500", "500 Internal Server Error", r#""no database""#),
        error("E.200", "200 OK", r#"{"code":3,"message":"invalid subject"}"#).cause(&[Malformed]),
    ]);
}
