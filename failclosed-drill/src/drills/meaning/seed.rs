//! The simplest format: an allow that something beside it takes back.

use super::{Drill, Malformed, Meaning, NeedsApproval, beside, body, error};

pub(super) fn add(all: &mut Vec<Drill>) {
    let answer = |id: &'static str, title: &'static str, text: &'static str| {
        body(Meaning, id, title, text).cause(&[Malformed])
    };
    all.extend([
        beside("J7.decision", "an allow that says `deny` beside it", r#""decision":"deny""#),
        beside("J7.denied", "an allow that says `denied` beside it", r#""denied":true"#),
        beside("J7.error", "an allow with an error beside it", r#""error":"no database""#),
        beside("J7.errors", "an allow with errors beside it", r#""errors":["no database"]"#),
        beside("J7.approval", "an allow that needs approval", r#""requires_approval":true"#)
            .cause(&[Malformed, NeedsApproval]),
        beside("J7.status", "an allow that is pending", r#""status":"pending""#),
        beside("J7.shadow", "an allow of shadow mode", r#""shadow":true"#),
        beside("J7.dry-run", "an allow of a dry run", r#""dry_run":true"#),
        answer("J7.allow", "`allow` for `allowed`", r#"{"allow":true}"#),
        answer("J7.other", "another format's allow", r#"{"decision":true}"#),
        error("E.400", "400 Bad Request", r#"{"error":"unknown field"}"#),
        error("E.500", "500 Internal Server Error", r#"{"error":"no database"}"#),
        error("E.503", "503 Service Unavailable", r#"{"error":"try again"}"#),
        error("E.200", "200 OK", r#"{"error":"no database"}"#).cause(&[Malformed]),
    ]);
}
